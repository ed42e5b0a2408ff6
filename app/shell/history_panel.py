"""The history: every act of the session; click one to go back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QToolButton, QWidget

from app.core.language import tr
from app.widgets import controls, icons, theme
from layers.errors import HaitangError

if TYPE_CHECKING:
    from app.shell.desk import Desk


class HistoryPanel(QWidget):
    """Lists the acts, oldest first; those undone are faint."""

    def __init__(self, desk: Desk, actions: dict[str, QAction]) -> None:
        super().__init__()
        self._desk = desk
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.itemClicked.connect(lambda item: self._go(self.list.row(item)))
        self.list.itemActivated.connect(lambda item: self._go(self.list.row(item)))
        head = controls.row(0, 0)
        head.setContentsMargins(8, 4, 8, 4)
        for name in ("undo", "redo"):
            button = QToolButton()
            button.setDefaultAction(actions[name])
            button.setAutoRaise(True)
            head.addWidget(button)
        head.addStretch(1)
        self._count = controls.Words("", "small")
        head.addWidget(self._count)
        box = controls.column(0, 0)
        box.addLayout(head)
        box.addWidget(controls.rule())
        box.addWidget(self.list, 1)
        self.setLayout(box)
        self.setProperty("help", "history")
        self._timer = QTimer(self, singleShot=True, interval=30)
        self._timer.timeout.connect(self.refresh)
        desk.document.history.changed.connect(self._on_changed)
        self.refresh()

    def refresh(self) -> None:
        """Show the acts as they are now."""
        history = self._desk.document.history
        titles = [tr("Start of the session"), *(entry.title() for entry in history.entries)]
        while self.list.count() > len(titles):
            self.list.takeItem(self.list.count() - 1)
        for number, title in enumerate(titles):
            item = self.list.item(number)
            if item is None:
                item = QListWidgetItem()
                self.list.addItem(item)
            self._fill(item, title, number, history.position)
        self.list.setCurrentRow(history.position)
        self._count.say("{count} acts", count=len(history.entries))

    def _fill(self, item: QListWidgetItem, title: str, number: int, position: int) -> None:
        done = number <= position
        if item.text() != title:
            item.setText(title)
            item.setToolTip(title)
        item.setForeground(theme.colour("text" if done else "text-faint"))
        font = QFont(theme.font())
        font.setItalic(not done)
        item.setFont(font)
        name = "home" if number == 0 else "check" if done else "redo"
        item.setIcon(icons.icon(name, "accent" if number == position else "icon-disabled"))

    def _go(self, position: int) -> None:
        try:
            self._desk.go(position)
        except HaitangError as error:
            self._desk.notices.error(error)

    def _on_changed(self, *_: Any) -> None:
        if self.isVisible():
            self._timer.start()

    def showEvent(self, event: Any) -> None:
        """Bring the list up to date when it is seen."""
        self.refresh()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow language and theme."""
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.PaletteChange):
            self._timer.start()
        super().changeEvent(event)
