"""The tool bar of editing: seen while the layer in focus can be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QToolBar

from app.core.language import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

    from app.shell.menus import Menus

SHOWN = (
    "edit-save", "", "pick", "draw-point", "draw-line", "draw-polygon", "", "move-features", "vertices", "split",
    "merge", "offset", "", "hole-add", "hole-fill", "part-add", "part-remove", "explode", "delete-features", "",
    "form", "snapping",
)  # fmt: skip
"""Ids of acts; an empty one is a gap."""


class EditBar(QObject):
    """Shows the tools of editing below the main tool bar.

    Parameters
    ----------
    window : QMainWindow
    menus : Menus
        Its actions stand in the bar.
    """

    def __init__(self, window: QMainWindow, menus: Menus) -> None:
        super().__init__(window)
        self._pick = menus.actions["pick"]
        self.bar = QToolBar(window)
        self.bar.setObjectName("editing")
        self.bar.setMovable(False)
        self.bar.setIconSize(QSize(20, 20))
        self.bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.bar.setProperty("help", "editing")
        for name in SHOWN:
            if name:
                self.bar.addAction(menus.actions[name])
            else:
                self.bar.addSeparator()
        window.addToolBarBreak(Qt.ToolBarArea.TopToolBarArea)
        window.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.bar)
        self.bar.hide()
        self.bar.installEventFilter(self)
        self._pick.changed.connect(self._follow)
        self.retranslate()

    def _follow(self) -> None:
        self.bar.setVisible(self._pick.isEnabled())

    def retranslate(self) -> None:
        """Show the title in the current language."""
        self.bar.setWindowTitle(tr("Edit features"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        return super().eventFilter(watched, event)
