"""Ink: fonts and colours of everything written over maps and charts, light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtGui import QColor, QFont, QFontMetricsF

FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "PingFang SC",
    "sans-serif",
)
SMALL, BODY, LARGE, TITLE = 11.0, 12.0, 13.0, 16.0
"""Text sizes in px at 96 dpi."""

GRID = 8
"""All boxes and gaps are multiples of this, px."""

LINES = {
    "light": ("#0b7285", "#d9480f", "#5f3dc4", "#2b8a3e", "#c2255c", "#8a6d1d", "#1864ab", "#6b5147"),
    "dark": ("#4cc2d6", "#ff9a62", "#a894f5", "#74c98a", "#f281a6", "#dcc06a", "#74b4ee", "#c2a89b"),
}
"""Colours of lines in charts and of the marks that belong to them, by theme."""


@dataclass(frozen=True, slots=True)
class Ink:
    """Colours of one theme."""

    ground: str
    panel: str
    edge: str
    text: str
    muted: str
    faint: str
    accent: str
    warning: str
    grid: str
    halo: str


LIGHT = Ink(
    ground="#f3f6f8",
    panel="#f0ffffff",
    edge="#1f16242c",
    text="#16242c",
    muted="#55666f",
    faint="#8d9ba3",
    accent="#0b7285",
    warning="#9a5b00",
    grid="#22506070",
    halo="#ccffffff",
)
DARK = Ink(
    ground="#15202b",
    panel="#f01a2229",
    edge="#30c5d5dd",
    text="#e4ebee",
    muted="#a3b2ba",
    faint="#71828c",
    accent="#46b3c6",
    warning="#e9b25c",
    grid="#26b4c8d4",
    halo="#b310181e",
)


def ink(theme: str) -> Ink:
    """Give the colours of ``light`` or ``dark``."""
    return DARK if theme == "dark" else LIGHT


@cache
def font(size: float, *, bold: bool = False, scale: float = 1.0) -> QFont:
    """Give the font of a size in px; treat it as fixed."""
    made = QFont()
    made.setFamilies(list(FAMILIES))
    made.setPixelSize(max(1, round(size * scale)))
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setFeature(QFont.Tag("locl"), 0)  # its digits have no characters, so that nobody could copy them from a PDF
    return made


@cache
def metrics(size: float, *, bold: bool = False) -> QFontMetricsF:
    """Give the measures of that font."""
    return QFontMetricsF(font(size, bold=bold))


@cache
def colour(text: str) -> QColor:
    """Give the colour of ``#rrggbb`` or ``#aarrggbb`` (as Qt writes it)."""
    return QColor(text)


def style_colour(text: str) -> QColor:
    """Give the colour of a style, ``#rrggbb`` or ``#rrggbbaa``."""
    return colour(f"#{text[7:9]}{text[1:7]}" if len(text) == 9 else text)
