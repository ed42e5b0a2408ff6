"""Acts of the menus Edit and Help, and of the language and the look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QDialog

from app.core.language import tr
from app.shell.place_words import place_text
from layers.errors import HaitangError

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk


class Edits:
    """What the menu Edit does."""

    def __init__(self, desk: Desk, parent: QWidget, apply_settings: Callable[[], object]) -> None:
        self._desk, self._parent, self._apply = desk, parent, apply_settings
        self._open: dict[str, QDialog] = {}

    def undo(self) -> None:
        """Take back the last act."""
        self._try(lambda: self._desk.go(self._desk.document.history.position - 1))

    def redo(self) -> None:
        """Do the next undone act again."""
        self._try(lambda: self._desk.go(self._desk.document.history.position + 1))

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except HaitangError as error:
            self._desk.notices.error(error)

    def notes(self) -> None:
        """Let the user write title and notes of the workspace."""
        from app.shell.notes_dialog import NotesDialog

        self._show("notes", lambda: NotesDialog(self._desk, self._parent))

    def copy_place(self) -> None:
        """Copy the coordinates of the last click."""
        place = self._desk.focus.place
        if place is not None:
            QApplication.clipboard().setText(place_text(*place, self._desk.document.camera.crs))
            self._desk.notices.info(tr("The coordinates are on the clipboard."))

    def class_tables(self) -> None:
        """Open the editor of class tables."""
        from app.shell.class_tables import ClassTableDialog

        self._show("classes", lambda: ClassTableDialog(self._desk, self._parent))

    def offsets(self) -> None:
        """Open the editor of vertical offsets."""
        from app.shell.offset_editor import OffsetDialog

        self._show("offsets", lambda: OffsetDialog(self._desk, self._parent))

    def settings(self) -> None:
        """Open the settings."""
        from app.shell.settings_dialog import SettingsDialog

        self._show("settings", lambda: SettingsDialog(self._desk, self._parent, self._apply))

    def _show(self, name: str, make: Callable[[], QDialog]) -> None:
        """Show a dialog, or bring it to the front where it is open."""
        old = self._open.get(name)
        if old is not None:
            old.raise_()
            old.activateWindow()
            return
        made = make()
        self._open[name] = made
        made.finished.connect(lambda _: self._forget(name))
        made.show()

    def _forget(self, name: str) -> None:
        made = self._open.pop(name, None)
        if made is not None:
            made.deleteLater()

    def close_all(self) -> None:
        """Close all dialogs."""
        for made in list(self._open.values()):
            made.close()


class Help:
    """What the menu Help does."""

    def __init__(
        self, desk: Desk, parent: QWidget, open_palette: Callable[[], object], show_help: Callable[[str], object]
    ) -> None:
        self._desk, self._parent = desk, parent
        self._open_palette, self._show_help = open_palette, show_help

    def here(self) -> None:
        """Open the page of what has the focus."""
        self._show_help(help_of(QApplication.focusWidget()))

    def contents(self) -> None:
        """Open the handbook at its first page."""
        self._show_help("index")

    def shortcuts(self) -> None:
        """Open the page of the keyboard shortcuts."""
        self._show_help("shortcuts")

    def palette(self) -> None:
        """Open the command palette."""
        self._open_palette()

    def reports(self) -> None:
        """Open the folder of the error reports."""
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        from app.shell.crash import reports_folder

        folder = reports_folder()
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._desk.notices.info(tr("Error reports are kept in this folder."), str(folder))

    def about(self) -> None:
        """Say what the program is, and under which licences its parts stand."""
        from app.shell.about import AboutDialog

        made = AboutDialog(self._parent)
        made.finished.connect(made.deleteLater)
        made.open()


def help_of(widget: QWidget | None) -> str:
    """Give the help page of a widget: its own, or that of what it stands in; else the first page."""
    from app.shell.help_window import has_page

    while widget is not None:
        page = widget.property("help")
        if page and has_page(str(page)):
            return str(page)
        widget = widget.parentWidget()
    return "index"
