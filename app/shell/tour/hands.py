"""Hands: what a person does with mouse and keyboard, as events of real widgets."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QAbstractItemView, QComboBox

Part = TypeVar("Part", bound=QWidget)
LEFT = Qt.MouseButton.LeftButton
NOTHING = Qt.MouseButton.NoButton
PLAIN = Qt.KeyboardModifier.NoModifier
Kind = QMouseEvent.Type


def _send(widget: QWidget, kind: Any, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
    outside = QPointF(widget.mapToGlobal(at.toPoint()))
    QApplication.sendEvent(widget, QMouseEvent(kind, at, outside, button, held, PLAIN))


def click(widget: QWidget, at: QPointF | None = None) -> None:
    """Click a place of a widget; its middle where none is named."""
    place = at if at is not None else QPointF(widget.rect().center())
    _send(widget, Kind.MouseMove, place, NOTHING, NOTHING)
    _send(widget, Kind.MouseButtonPress, place, LEFT, LEFT)
    _send(widget, Kind.MouseButtonRelease, place, LEFT, NOTHING)


def drag(widget: QWidget, start: QPointF, end: QPointF, moves: int = 8) -> None:
    """Press, move and let go."""
    _send(widget, Kind.MouseButtonPress, start, LEFT, LEFT)
    for number in range(1, moves + 1):
        _send(widget, Kind.MouseMove, start + (end - start) * (number / moves), NOTHING, LEFT)
    _send(widget, Kind.MouseButtonRelease, end, LEFT, NOTHING)


def point(widget: QWidget, at: QPointF) -> None:
    """Move the pointer to a place without pressing."""
    _send(widget, Kind.MouseMove, at, NOTHING, NOTHING)


def leave(widget: QWidget) -> None:
    """Take the pointer away from a widget."""
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))


def turn_wheel(widget: QWidget, at: QPointF, notches: int) -> None:
    """Turn the wheel over a place; up is positive."""
    step = QPointF(0, 120 if notches > 0 else -120)
    outside = QPointF(widget.mapToGlobal(at.toPoint()))
    for _ in range(abs(notches)):
        event = QWheelEvent(
            at, outside, QPointF().toPoint(), step.toPoint(), NOTHING, PLAIN, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(widget, event)


def press_key(widget: QWidget, key: Qt.Key, text: str = "") -> None:
    """Press a key and let it go; ``text`` is what it writes."""
    for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, PLAIN, text))


def write(field: QLineEdit, text: str) -> None:
    """Replace what a field holds by a text, as typed."""
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    field.selectAll()
    if text:
        press_key(field, Qt.Key.Key_unknown, text)
    else:
        press_key(field, Qt.Key.Key_Delete)


def choose(combo: QComboBox, value: object) -> None:
    """Take the entry of a list that stands for a value.

    Raises
    ------
    LookupError
        The list has no such entry.
    """
    number = combo.findData(value)
    if number < 0:
        raise LookupError(f"{value!r} is not among {[combo.itemData(i) for i in range(combo.count())]}")
    combo.setCurrentIndex(number)
    combo.activated.emit(number)


def click_row(view: QAbstractItemView, row: int, column: int = 0) -> None:
    """Click a row of a list or table."""
    index = view.model().index(row, column)
    view.scrollTo(index)
    click(view.viewport(), QPointF(view.visualRect(index).center()))


def part(parent: QWidget, kind: type[Part], name: str = "") -> Part:
    """Give the first part of a widget that is of a kind.

    Raises
    ------
    LookupError
        There is none.
    """
    found = parent.findChildren(kind, name) if name else parent.findChildren(kind)
    if not found:
        raise LookupError(f"there is no {kind.__name__} {name}")
    return found[0]


def button(parent: QWidget, text: str) -> QAbstractButton:
    """Find the visible button with a text.

    Raises
    ------
    LookupError
        There is none, or it cannot be pressed.
    """
    found = [b for b in parent.findChildren(QAbstractButton) if b.isVisible() and text in _names(b)]
    if not found or not found[0].isEnabled():
        state = "is off" if found else "is not there"
        raise LookupError(f"the button {text!r} {state}")
    return found[0]


def _names(one: QAbstractButton) -> tuple[str, ...]:
    return one.text(), one.toolTip(), one.accessibleName()


def press(parent: QWidget, text: str) -> None:
    """Press the visible button with a text."""
    click(button(parent, text))


@contextmanager
def answering(answer: Callable[[QDialog], object]) -> Iterator[None]:
    """Answer the question that comes up inside; ``answer`` gets the dialog and must end it.

    Raises
    ------
    LookupError
        No question came.
    """
    faults: list[Exception] = []
    asked: list[QDialog] = []
    timer = QTimer()

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog) or dialog in asked:
            return
        asked.append(dialog)
        try:
            answer(dialog)
        except Exception as fault:  # noqa: BLE001 - raised below, when the question is off the screen
            faults.append(fault)
            dialog.reject()

    timer.timeout.connect(look)
    timer.start(30)
    try:
        yield
    finally:
        timer.stop()
        timer.deleteLater()
    if faults:
        raise faults[0]
    if not asked:
        raise LookupError("no question was asked")
