"""Pointing: what the pointer does on the map while a gesture draws or measures, and marks that stay."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app.core.gestures import Outcome, Pointer
from app.views.ink import LINES, SMALL, Ink, colour, font, metrics
from app.views.map2d.cards import panel
from app.views.map2d.signs import SIGNS, draw_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent

    from app.core.bulk import Bulk
    from app.core.document import Document
    from app.core.gestures import Gesture, Key

    ToPixel = Callable[[float, float], tuple[float, float]]

NEAR_PX = 8.0
BUTTONS: dict[Qt.MouseButton, Literal["left", "right", "middle", "none"]] = {
    Qt.MouseButton.LeftButton: "left",
    Qt.MouseButton.RightButton: "right",
    Qt.MouseButton.MiddleButton: "middle",
    Qt.MouseButton.NoButton: "none",
}
KEYS: dict[int, Key] = {
    Qt.Key.Key_Return: "enter",
    Qt.Key.Key_Enter: "enter",
    Qt.Key.Key_Escape: "escape",
    Qt.Key.Key_Backspace: "backspace",
    Qt.Key.Key_Delete: "delete",
}


@dataclass
class Pointing:
    """A gesture at work on the map.

    Parameters
    ----------
    document : Document
        Runs the commands that the gesture ends in.
    wished : callable
        Hears of acts on so many features that they are a job.
    gesture : Gesture or None
        None = the pointer moves the map.
    """

    document: Document
    wished: Callable[[Bulk], object] = lambda _: None
    gesture: Gesture | None = None
    outcome: Outcome = field(default_factory=Outcome)
    place: QPointF | None = None

    def take(self, gesture: Gesture | None) -> None:
        """Begin another gesture; None ends it."""
        self.gesture, self.outcome = gesture, Outcome()

    def pointer(self, event: QMouseEvent, at: tuple[float, float], *, double: bool = False) -> Pointer:
        """Give an event in map coordinates."""
        keys = event.modifiers()
        return Pointer(
            *at,
            near=NEAR_PX * self.document.camera.scale,
            button=BUTTONS.get(event.button(), "none"),
            double=double,
            shift=bool(keys & Qt.KeyboardModifier.ShiftModifier),
            control=bool(keys & Qt.KeyboardModifier.ControlModifier),
        )

    def press(self, pointer: Pointer, place: QPointF) -> None:
        """Answer a pressed button.

        Raises
        ------
        HaitangError
            The command it ends in cannot be done.
        """
        if self.gesture is not None:
            self._take(self.gesture.press(pointer), place)

    def move(self, pointer: Pointer, place: QPointF) -> None:
        """Answer a moved pointer."""
        if self.gesture is not None:
            self._take(self.gesture.move(pointer), place)

    def release(self, pointer: Pointer, place: QPointF) -> None:
        """Answer a released button."""
        if self.gesture is not None:
            self._take(self.gesture.release(pointer), place)

    def key(self, event: QKeyEvent) -> bool:
        """Answer a key; tell whether it was for the gesture."""
        name = KEYS.get(event.key())
        if self.gesture is None or name is None:
            return False
        self._take(self.gesture.key(name), self.place)
        return True

    def _take(self, outcome: Outcome, place: QPointF | None) -> None:
        self.outcome, self.place = outcome, place
        if outcome.command is not None:
            self.document.run(outcome.command)
        if outcome.wish is not None:
            self.wished(outcome.wish)

    def draw(self, painter: QPainter, to_pixel: ToPixel, ink: Ink, room: QRectF) -> None:
        """Draw the preview and the words beside the pointer."""
        for shape in self.outcome.preview:
            points = [QPointF(*to_pixel(*point)) for point in shape.points]
            _draw_shape(painter, shape.kind, points, ink)
        if self.outcome.words and self.place is not None:
            _draw_words(painter, self.outcome.words, self.place, ink, room)


def _draw_shape(painter: QPainter, kind: str, points: Sequence[QPointF], ink: Ink) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    accent = QColor(colour(ink.accent))
    if kind in SIGNS:
        draw_sign(painter, kind, points, ink)
        return
    soft = QColor(accent)
    soft.setAlpha(48)
    painter.setBrush(soft if kind == "polygon" else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(accent, 2.0))
    if kind == "point":
        painter.setBrush(QColor("#ffffff"))
        for point in points:
            painter.drawEllipse(point, 4.0, 4.0)
    elif kind == "line":
        painter.drawPolyline(QPolygonF(list(points)))
    else:
        painter.drawPolygon(QPolygonF(list(points)))


def _draw_words(painter: QPainter, words: str, place: QPointF, ink: Ink, room: QRectF) -> None:
    lines, measure = words.split("\n"), metrics(SMALL)
    wide = max(measure.horizontalAdvance(line) for line in lines) + 16
    high = 16.0 * len(lines) + 8
    x = min(place.x() + 16, room.right() - wide - 4)
    y = min(place.y() + 16, room.bottom() - high - 4)
    painter.save()
    painter.translate(round(x), round(y))
    panel(painter, QRectF(0, 0, wide, high).size(), ink, 4.0)
    painter.setFont(font(SMALL))
    painter.setPen(colour(ink.text))
    for number, line in enumerate(lines):
        painter.drawText(QPointF(8, 16.0 * number + 16), line)
    painter.restore()


def draw_marks(painter: QPainter, marks: Sequence[Any], to_pixel: ToPixel, theme: str) -> None:
    """Draw a pin at each place of the chart, numbered where there are several.

    Parameters
    ----------
    marks : sequence of Place
        With ``x``, ``y`` (map units) and ``number``.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for at, mark in enumerate(marks):
        x, y = to_pixel(mark.x, mark.y)
        if not (-50 < x < 1e5 and -50 < y < 1e5):
            continue
        tip = QPointF(x, y)
        head = tip - QPointF(0, 17)
        pin = QPainterPath(tip)
        pin.cubicTo(tip + QPointF(-2, -7), head + QPointF(-8, 6), head + QPointF(-8, 0))
        pin.arcTo(QRectF(head.x() - 8, head.y() - 8, 16, 16), 180, -180)
        pin.cubicTo(head + QPointF(8, 6), tip + QPointF(2, -7), tip)
        tone = LINES["light"][at % len(LINES["light"])]
        painter.setPen(QPen(QColor("#ffffff" if theme == "light" else "#10181e"), 1.6))
        painter.setBrush(colour(tone))
        painter.drawPath(pin)
        painter.setPen(QColor("#ffffff"))
        if len(marks) > 1:
            painter.setFont(font(10.0, bold=True))
            painter.drawText(
                QRectF(head.x() - 8, head.y() - 8, 16, 16), int(Qt.AlignmentFlag.AlignCenter), str(mark.number)
            )
        else:
            painter.setBrush(QColor("#ffffff"))
            painter.drawEllipse(head, 2.6, 2.6)


def draw_ghost(painter: QPainter, place: QPointF) -> None:
    """Draw the pointer of a linked map: a small cross that is seen on every ground."""
    arms = [(QPointF(dx, dy) * 4, QPointF(dx, dy) * 12) for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1))]
    for tone, width in ((QColor(255, 255, 255, 220), 4.0), (QColor(194, 37, 92), 2.0)):
        painter.setPen(QPen(tone, width))
        for start, end in arms:
            painter.drawLine(place + start, place + end)
