"""NoPage: what the layout window shows where no page is: its templates, or why the page cannot be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.core.language import tr
from app.core.pages import templates
from app.widgets import controls

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 6
"""Templates that have a button here; the tool bar offers all."""


class NoPage(QWidget):
    """A sentence, and a button for each template.

    Parameters
    ----------
    make : callable
        Makes a page from the template with an id.
    """

    def __init__(self, make: Callable[[str], None]) -> None:
        super().__init__()
        self._make, self._fault = make, ""
        self.words = QLabel()
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self._buttons = controls.column(0, 8)
        line = controls.row(0, 0)
        line.addStretch(1)
        line.addLayout(self._buttons)
        line.addStretch(1)
        box = controls.column(24, 16)
        box.addStretch(1)
        box.addWidget(self.words)
        box.addLayout(line)
        box.addStretch(1)
        self.setLayout(box)
        self.retranslate()

    def show_fault(self, fault: str) -> None:
        """Say why the page cannot be shown; empty = there is no page."""
        if fault != self._fault:
            self._fault = fault
            self.retranslate()

    def retranslate(self) -> None:
        """Show all words in the current language."""
        self.words.setText(self._fault or tr("No page yet. Take a template:"))
        controls.clear(self._buttons)
        for one in templates.templates()[0][:MOST]:
            self._buttons.addWidget(controls.Button(one.title, icon="file", call=lambda one=one: self._make(one.id)))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
