"""A list of choices whose titles follow the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Signal

from app.core.language import tr
from app.widgets import controls

if TYPE_CHECKING:
    from collections.abc import Sequence


class TitledChoice(controls.Choice):
    """Choices of (value, title); ``chosen`` tells the value that a user took.

    Parameters
    ----------
    choices : sequence of (value, title)
        Titles are English sentences, shown in the language of the window.
    """

    chosen = Signal(object)

    def __init__(self, choices: Sequence[tuple[Any, str]]) -> None:
        super().__init__()
        controls.tight(self)
        self._titles = [title for _, title in choices]
        for value, title in choices:
            self.addItem(tr(title), value)
        self.activated.connect(lambda _: self.chosen.emit(self.currentData()))

    def choose(self, value: Any) -> None:
        """Mark a choice without telling; the first where there is no such value."""
        self.setCurrentIndex(max(self.findData(value), 0))

    def take(self, value: Any) -> None:
        """Choose as a user does."""
        self.choose(value)
        self.chosen.emit(value)

    def value(self) -> Any:
        """Give the choice that is marked."""
        return self.currentData()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            for number, title in enumerate(self._titles):
                self.setItemText(number, tr(title))
        super().changeEvent(event)
