"""Light and dark: tokens, palette and the one style sheet made from them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QDir, Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

import resources

if TYPE_CHECKING:
    from collections.abc import Mapping

FONTS = ["Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei UI", "PingFang SC", "WenQuanYi Micro Hei"]
BASE_PX = 13
GRID = 8


@dataclass(frozen=True, slots=True)
class Theme:
    """Named colours of one look."""

    name: str
    dark: bool
    tokens: Mapping[str, str]

    def colour(self, token: str) -> QColor:
        """Give the colour of a token."""
        return QColor(self.tokens[token])


@cache
def named(name: str) -> Theme:
    """Read the theme ``light`` or ``dark``."""
    data: dict[str, Any] = json.loads(resources.path(f"themes/{name}.json").read_text("utf-8"))
    return Theme(str(data["name"]), bool(data["dark"]), data["tokens"])


class _Current:
    theme: Theme | None = None


def current() -> Theme:
    """Give the theme that is shown now."""
    if _Current.theme is None:
        _Current.theme = named("light")
    return _Current.theme


def colour(token: str) -> QColor:
    """Give a colour of the theme that is shown now."""
    return current().colour(token)


def choose(wish: str) -> str:
    """Turn the setting ``light``, ``dark`` or ``system`` into the name of a theme."""
    if wish in {"light", "dark"}:
        return wish
    app = cast("QApplication | None", QApplication.instance())
    dark = app is not None and app.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return "dark" if dark else "light"


def style_sheet(theme: Theme) -> str:
    """Fill the template with the tokens of a theme."""
    text = resources.path("themes/template.qss").read_text("utf-8")
    for token, value in theme.tokens.items():
        text = text.replace("{{" + token + "}}", value)
    return text


def palette(theme: Theme) -> QPalette:
    """Give Qt's palette in the colours of a theme; painters that know no style sheet read it."""
    roles = QPalette.ColorRole
    look = QPalette()
    for role, token in {
        roles.Window: "window", roles.WindowText: "text", roles.Base: "surface", roles.AlternateBase: "surface-alt",
        roles.Text: "text", roles.Button: "surface", roles.ButtonText: "text", roles.BrightText: "blossom",
        roles.ToolTipBase: "surface-raised", roles.ToolTipText: "text", roles.PlaceholderText: "text-faint",
        roles.Highlight: "accent", roles.HighlightedText: "on-accent", roles.Link: "accent",
        roles.LinkVisited: "accent-hover", roles.Light: "hover", roles.Midlight: "border", roles.Mid: "border-strong",
        roles.Dark: "text-muted", roles.Shadow: "shadow", roles.Accent: "accent",
    }.items():  # fmt: skip
        look.setColor(role, theme.colour(token))
    off = QPalette.ColorGroup.Disabled
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        look.setColor(off, role, theme.colour("text-disabled"))
    return look


def apply(app: QApplication, wish: str) -> Theme:
    """Show the program in a theme; ``wish`` is the setting, windows that are open follow at once."""
    theme = named(choose(wish))
    first = _Current.theme is None
    if not first and _Current.theme is theme and app.styleSheet():
        return theme
    _Current.theme = theme
    QDir.setSearchPaths("glyph", [str(resources.path(f"themes/glyphs/{theme.name}"))])
    if first or not app.styleSheet():
        app.setStyle("Fusion")
        app.setFont(font())
    app.setPalette(palette(theme))
    QToolTip.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme))
    return theme


def font(size_px: int = BASE_PX, *, bold: bool = False) -> QFont:
    """Give the program's font; Chinese and Latin come from one family where it is there."""
    result = QFont()
    result.setFamilies(FONTS)
    result.setPixelSize(size_px)
    result.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return result


def set_role(widget: QWidget, role: str, name: str = "role") -> None:
    """Give a widget a role that the style sheet knows; a changed role shows at once."""
    if widget.property(name) == role:
        return
    widget.setProperty(name, role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
