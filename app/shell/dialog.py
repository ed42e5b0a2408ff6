"""The common frame of larger dialogs: title, body, buttons at the foot, language followed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from app.core.language import tr
from app.widgets import controls


class Frame(QDialog):
    """A dialog with a body on white and a foot for buttons.

    Parameters
    ----------
    parent : QWidget
    title : str
        English title.
    help_page : str
        Page that F1 opens.
    """

    def __init__(self, parent: QWidget, title: str, help_page: str) -> None:
        super().__init__(parent)
        self._title = title
        self.setProperty("help", help_page)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, on=False)
        self.body = controls.Surface()
        self.foot = controls.row(0, 8)
        self.foot.setContentsMargins(16, 12, 16, 12)
        box = controls.column(0, 0)
        box.addWidget(self.body, 1)
        box.addWidget(controls.rule())
        box.addLayout(self.foot)
        self.setLayout(box)
        QShortcut(QKeySequence("F1"), self, self._help)
        self.retranslate()

    def _help(self) -> None:
        window = self.parentWidget()
        show = getattr(window, "show_help", None)
        if show is not None:
            show(str(self.property("help")))

    def add_close(self) -> None:
        """Put a close button at the right end of the foot."""
        self.foot.addStretch(1)
        self.foot.addWidget(controls.Button("Close", call=self.close))

    def retranslate(self) -> None:
        """Show the title in the current language."""
        self.setWindowTitle(tr(self._title))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
