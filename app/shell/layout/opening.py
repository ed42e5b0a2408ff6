"""Opening of the layout window from the menu; the main window closes it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.shell.desk import Desk
    from app.shell.layout.window import LayoutWindow


PARTS = ("app.shell.layout.window", "app.shell.layout.export_dialog", "app.views.sheet.export")
"""Modules of the window and of what it asks for."""


class Pages:
    """What the menu does with pages.

    Parameters
    ----------
    desk : Desk
    parent : QWidget
        The main window.
    """

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        self._desk, self._parent = desk, parent
        self.window: LayoutWindow | None = None

    def open(self) -> None:
        """Show the layout window, or bring it to the front; what it is made of is loaded beside the main thread."""
        if self.window is not None:
            self._show()
        else:
            self._desk.background(lambda: [import_module(name) for name in PARTS], lambda _: self._show())

    def _show(self) -> None:
        if self.window is None:
            from app.shell.layout.window import LayoutWindow

            self.window = LayoutWindow(self._desk, self._parent)
            self.window.closed.connect(self._forget)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def close_all(self) -> None:
        """Close the window where it is open."""
        if self.window is not None:
            self.window.close()

    def _forget(self) -> None:
        if self.window is not None:
            self.window.deleteLater()
            self.window = None
