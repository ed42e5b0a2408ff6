"""Switching the language, with Qt's own words (file dialogs, colour dialog)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

from app.core.language import set_language

if TYPE_CHECKING:
    from app.shell.desk import Desk


class _Words:
    translator: QTranslator | None = None


def speak(name: str) -> None:
    """Let Qt's own dialogs speak ``zh`` or ``en``."""
    app = QCoreApplication.instance()
    if app is None:
        return
    if _Words.translator is not None:
        app.removeTranslator(_Words.translator)
        _Words.translator = None
    if name == "zh":
        translator = QTranslator(app)
        if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            app.installTranslator(translator)
            _Words.translator = translator


def switch_language(desk: Desk, name: str) -> None:
    """Show the program in another language, and remember it."""
    desk.settings.language = "zh" if name == "zh" else "en"
    set_language(name)
    desk.background(desk.settings.save, lambda _: None)
