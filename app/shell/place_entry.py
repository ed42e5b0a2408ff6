"""Place entry: coordinates typed while drawing, in a small field beside the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QCursor, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.core.language import tr
from layers.errors import HaitangError

if TYPE_CHECKING:
    from app.shell.desk import Desk
    from app.views.map2d.canvas import MapCanvas

BEGINS = set("0123456789-@.")
WIDTH = 240


class PlaceEntry(QObject):
    """Takes ``x,y``, ``@dx,dy`` or ``distance<angle`` as soon as a digit is typed while a gesture draws.

    Parameters
    ----------
    canvas : MapCanvas
    desk : Desk
    """

    def __init__(self, canvas: MapCanvas, desk: Desk) -> None:
        super().__init__(canvas)
        self._canvas, self._desk = canvas, desk
        self.field = QLineEdit(canvas)
        self.field.setObjectName("place-entry")
        self.field.setFixedWidth(WIDTH)
        self.field.hide()
        self.field.returnPressed.connect(self._enter)
        canvas.installEventFilter(self)
        self.field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open on a digit, close on Escape or when the focus goes."""
        if watched is self.field:
            if event.type() == QEvent.Type.FocusOut:
                self.field.hide()
            if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
                self._close()
                return True
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._opens(event):
            self.open(event.text())
            return True
        return False

    def _opens(self, event: QKeyEvent) -> bool:
        return self._canvas.gesture is not None and event.text() in BEGINS and event.text() != ""

    def open(self, text: str) -> None:
        """Show the field beside the pointer with what was typed."""
        place = self._canvas.mapFromGlobal(QCursor.pos())
        inside = self._canvas.rect().adjusted(8, 8, -WIDTH - 8, -40)
        x = min(max(place.x() + 18, inside.left()), inside.right())
        y = min(max(place.y() + 18, inside.top()), inside.bottom())
        self.field.setPlaceholderText(tr("x,y   @dx,dy   distance<angle"))
        self.field.setToolTip(tr("x,y · @dx,dy from the last corner · distance<angle, degrees anticlockwise from east"))
        self.field.move(x, y)
        self.field.setText(text)
        self.field.show()
        self.field.setFocus()
        self.field.setCursorPosition(len(text))

    def _close(self) -> None:
        self.field.hide()
        self._canvas.setFocus()

    def _enter(self) -> None:
        from app.core.shaping import typed_place

        gesture: Any = self._canvas.gesture
        inner = getattr(gesture, "gesture", gesture)
        try:
            x, y = typed_place(self.field.text(), getattr(inner, "anchor", None))
        except HaitangError as error:
            self._desk.notices.error(error)
            return
        self._close()
        self._canvas.press_at(x, y)
