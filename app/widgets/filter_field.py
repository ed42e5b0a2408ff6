"""A field for a filter: it offers what can stand next, and shows what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QStringListModel, Qt, QTimer
from PySide6.QtWidgets import QCompleter, QLineEdit

from app.core.language import error_text, tr
from app.widgets import icons
from layers.filters.completion import offers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QKeyEvent

    from layers.errors import HaitangError

ROWS = 10


class FilterField(QLineEdit):
    """A line for CQL2 text.

    Parameters
    ----------
    hint : str
        English text shown while it is empty.
    """

    def __init__(self, hint: str) -> None:
        super().__init__()
        self._hint = hint
        self._fault: HaitangError | None = None
        self._columns: dict[str, str] = {}
        self._values: dict[str, Sequence[str]] = {}
        self._start = 0
        self._offered = QStringListModel(self)
        self._completer = QCompleter(self._offered, self)
        self._completer.setWidget(self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(ROWS)
        self._completer.activated.connect(self._insert)
        self._soon = QTimer(self, singleShot=True, interval=60)
        self._soon.timeout.connect(self.offer)
        self.setClearButtonEnabled(True)
        self.addAction(icons.icon("filter", "text-muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.textEdited.connect(lambda _: self._soon.start())
        self.textChanged.connect(lambda _: self.show_fault(None))
        self.retranslate()

    def know(self, columns: Mapping[str, str], values: Mapping[str, Sequence[str]] | None = None) -> None:
        """Offer these columns (name to type) and, in texts, these values."""
        self._columns, self._values = dict(columns), dict(values or {})

    def learn(self, column: str, values: Sequence[str]) -> None:
        """Offer the values of one more column."""
        self._values[column] = values

    def offered(self) -> list[str]:
        """Give what can stand at the cursor."""
        self._start, found = offers(self.text()[: self.cursorPosition()], self._columns, self._values)
        return [offer.written for offer in found]

    def offer(self) -> None:
        """Show what can stand at the cursor."""
        found = self.offered()
        typed = self.text()[self._start : self.cursorPosition()]
        popup = self._completer.popup()
        before = self.text()[: self.cursorPosition()]
        # Right behind a number or a word nothing has begun: an offer would only stand in the way.
        resting = not typed and before[-1:] not in ("", " ", "(", "=", "<", ">")
        if not found or resting or not self.hasFocus() or found == [typed]:
            if popup is not None:
                popup.hide()
            return
        self._offered.setStringList(found)
        place = self.cursorRect()
        place.setWidth(min(max(self.fontMetrics().horizontalAdvance(max(found, key=len)) + 56, 200), 480))
        self._completer.complete(place)

    def _insert(self, text: str) -> None:
        end = self.cursorPosition()
        gap = "" if text.endswith("(") else " "
        rest = self.text()[end:]
        self.setText(f"{self.text()[: self._start]}{text}{gap}{rest.lstrip() if gap else rest}")
        self.setCursorPosition(self._start + len(text) + len(gap))
        self.textEdited.emit(self.text())

    def show_fault(self, fault: HaitangError | None) -> None:
        """Show an error at the field, or none."""
        if fault is self._fault:
            return
        self._fault = fault
        self.setProperty("state", "error" if fault is not None else "")
        self.style().unpolish(self)
        self.style().polish(self)
        self.retranslate()

    @property
    def fault(self) -> HaitangError | None:
        """The error that is shown."""
        return self._fault

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Offer on Ctrl+Space and on the down key."""
        asked = event.key() == Qt.Key.Key_Space and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if asked or event.key() == Qt.Key.Key_Down:
            self.offer()
            return
        super().keyPressEvent(event)

    def retranslate(self) -> None:
        """Show everything in the current language."""
        self.setPlaceholderText(tr(self._hint))
        self.setToolTip(error_text(self._fault) if self._fault is not None else tr(self._hint))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
