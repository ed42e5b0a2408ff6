"""Switching the language, with Qt's own words (file dialogs, colour dialog)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from app.core.language import N_, set_language, tr

if TYPE_CHECKING:
    from app.shell.desk import Desk


MISSING = (N_("Look in:"), N_("Files of type:"))
"""Words of Qt's own file dialog that its Chinese lacks; we have them."""


class _Rest(QTranslator):
    """Knows the words of Qt that Qt's own translation lacks."""

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        """Give our word; None where Qt is to look elsewhere."""
        plain = source.replace("&", "")
        return tr(plain) if context == "QFileDialog" and plain in MISSING else None


class _Words:
    translators: tuple[QTranslator, ...] = ()


def speak(name: str) -> None:
    """Let Qt's own dialogs speak ``zh`` or ``en``."""
    app = QCoreApplication.instance()
    if app is None:
        return
    for old in _Words.translators:
        app.removeTranslator(old)
    _Words.translators = ()
    if name == "zh":
        own, rest = QTranslator(app), _Rest(app)
        own.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        _Words.translators = (own, rest)
        for made in _Words.translators:
            app.installTranslator(made)


def switch_language(desk: Desk, name: str) -> None:
    """Show the program in another language, and remember it."""
    desk.settings.language = "zh" if name == "zh" else "en"
    set_language(name)
    desk.background(desk.settings.save, lambda _: None)
