"""The track of the time bar: axis, steps, gaps, spans of the layers, the moment shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.core.moments import BEIJING, LocalTime
from app.widgets import theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent

SECOND = 10**9
# Distances between labels that read well, s; months and years are counted on the calendar.
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000)
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
MARGIN = 14


@dataclass(frozen=True, slots=True)
class Span:
    """When one layer has steps: its colour, first and last moment (ns, UTC)."""

    name: str
    colour: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class TimeState:
    """All that the time bar shows; moments are ns since 1970-01-01 UTC, int64.

    ``local`` tells how they are written.
    """

    now: int | None = None
    start: int | None = None
    stop: int | None = None
    moments: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    gaps: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 2), np.int64))
    spans: tuple[Span, ...] = ()
    local: LocalTime = BEIJING


def ticks(start: int, stop: int, width: float, shown: LocalTime) -> list[tuple[int, str, bool]]:
    """Give the labels of an axis: moment (ns, UTC), text, and whether it begins a day (or a larger unit).

    Parameters
    ----------
    start, stop : int
        Ends, ns UTC.
    width : float
        Room, px.
    shown : LocalTime
        Labels stand at round times as they are written.
    """
    span_s = max((stop - start) / SECOND, 1e-3)
    room = max(width / 76.0, 2.0)
    step = next((s for s in STEPS_S if span_s / s <= room), None)
    offset, elapsed = shown.shift, shown.elapsed
    if step is None and not elapsed:
        return _month_ticks(start, stop, room, offset)
    step_ns = (step or round(span_s / room / 86400 + 0.5) * 86400) * SECOND
    first = -(-(start + offset) // step_ns) * step_ns
    result: list[tuple[int, str, bool]] = []
    for local in range(first, stop + offset + 1, step_ns):
        text, major = _elapsed_label(local) if elapsed else _label(local, step_ns)
        result.append((local - offset, text, major))
    return result


def _label(local: int, step_ns: int) -> tuple[str, bool]:
    text = str(np.datetime64(local, "ns").astype("datetime64[s]"))
    if local % (86400 * SECOND) == 0:
        return text[5:10], True
    return (text[11:16] if step_ns >= 60 * SECOND else text[11:19]), False


def _elapsed_label(local: int) -> tuple[str, bool]:
    seconds = local // SECOND
    if seconds % 3600 == 0:
        return f"{seconds // 3600} h", seconds % 86400 == 0
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}", False


def _month_ticks(start: int, stop: int, room: float, offset: int) -> list[tuple[int, str, bool]]:
    first = np.datetime64(start + offset, "ns").astype("datetime64[M]").astype(int)
    last = np.datetime64(stop + offset, "ns").astype("datetime64[M]").astype(int)
    every = next((m for m in MONTHS if (last - first + 1) / m <= room), 1200)
    result: list[tuple[int, str, bool]] = []
    for month in range(int(-(-first // every) * every), int(last) + 1, every):
        at = int(np.datetime64(month, "M").astype("datetime64[ns]").astype(np.int64)) - offset
        if start <= at <= stop:
            year = month % 12 == 0
            text = str(np.datetime64(month, "M"))
            result.append((at, text[:4] if year else text, year))
    return result


class TimeTrack(QWidget):
    """Shows the span of time and moves the moment: drag, click, wheel and keys."""

    moved = Signal(object)
    """int, ns UTC: the moment asked for."""
    grabbed = Signal()
    released = Signal()
    stepped = Signal(int)
    toggled = Signal()

    def __init__(self, text: Callable[[int], str]) -> None:
        super().__init__()
        self._text = text
        self._state = TimeState()
        self._hover: float | None = None
        self._dragging = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Ask for room."""
        return QSize(480, 60)

    def minimumSizeHint(self) -> QSize:
        """Be content with less."""
        return QSize(160, 60)

    def show_state(self, state: TimeState) -> None:
        """Show another state."""
        self._state = state
        self.setEnabled(state.start is not None)
        self.update()

    # -- places ----------------------------------------------------------------------
    def _room(self) -> tuple[float, float]:
        return MARGIN, max(self.width() - 2 * MARGIN, 1)

    def to_pixel(self, moment: int) -> float:
        """Give the x of a moment, px."""
        left, room = self._room()
        start, stop = self._ends()
        return left + room * (moment - start) / max(stop - start, 1)

    def to_moment(self, x: float) -> int:
        """Give the step nearest to a pixel, ns UTC."""
        left, room = self._room()
        start, stop = self._ends()
        at = start + round((stop - start) * min(max((x - left) / room, 0.0), 1.0))
        steps = self._state.moments
        if not len(steps):
            return at
        right = int(np.clip(np.searchsorted(steps, at), 0, len(steps) - 1))
        near = right - 1 if right and at - steps[right - 1] <= abs(steps[right] - at) else right
        return int(steps[near])

    def _ends(self) -> tuple[int, int]:
        state = self._state
        return (0, 1) if state.start is None or state.stop is None else (state.start, state.stop)

    # -- acts ------------------------------------------------------------------------
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the moment."""
        if event.button() is Qt.MouseButton.LeftButton and self._state.start is not None:
            self._dragging = True
            self.grabbed.emit()
            self.moved.emit(self.to_moment(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the moment, or say which one is below the pointer."""
        self._hover = event.position().x()
        if self._state.start is not None:
            at = self.to_moment(self._hover)
            if self._dragging:
                self.moved.emit(at)
            else:
                QToolTip.showText(event.globalPosition().toPoint(), self._text(at), self)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of the moment."""
        if event.button() is Qt.MouseButton.LeftButton and self._dragging:
            self._dragging = False
            self.released.emit()

    def leaveEvent(self, _event: QEvent) -> None:
        """Forget the pointer."""
        self._hover = None
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step with the wheel."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        if delta and self._state.start is not None:
            self.stepped.emit(-1 if delta > 0 else 1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the keys: arrows one, page keys ten, Home and End to the ends, space plays."""
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in steps:
            self.stepped.emit(steps[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._state.start is not None:
            self.moved.emit(self._ends()[key is Qt.Key.Key_End])
        elif key is Qt.Key.Key_Space:
            self.toggled.emit()
        else:
            super().keyPressEvent(event)

    # -- painting --------------------------------------------------------------------
    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the track."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, room = self._room()
        bar = QRectF(left, 27, room, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("track"))
        painter.drawRoundedRect(bar, 3, 3)
        if self._state.start is None:
            return
        self._paint_axis(painter)
        self._paint_steps(painter, bar)
        self._paint_spans(painter)
        self._paint_hand(painter, bar)
        painter.end()

    def _paint_axis(self, painter: QPainter) -> None:
        start, stop = self._ends()
        left, room = self._room()
        painter.setFont(theme.font(11))
        metrics = painter.fontMetrics()
        free = -1e9
        for at, text, major in ticks(start, stop, room, self._state.local):
            x = self.to_pixel(at)
            width = metrics.horizontalAdvance(text)
            middle = min(max(x, left + width / 2 - MARGIN), left + room - width / 2 + MARGIN)
            painter.setPen(QPen(theme.colour("border-strong"), 1))
            painter.drawLine(QPointF(x, 20), QPointF(x, 24))
            if middle - width / 2 < free + 8:
                continue
            painter.setPen(theme.colour("text" if major else "text-muted"))
            painter.drawText(QPointF(middle - width / 2, 15), text)
            free = middle + width / 2

    def _paint_steps(self, painter: QPainter, bar: QRectF) -> None:
        state = self._state
        start = self._ends()[0]
        done = self.to_pixel(state.now if state.now is not None else start)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent-edge"))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(done - bar.left(), 0), bar.height()), 3, 3)
        for first, last in state.gaps[:400]:
            box = QRectF(self.to_pixel(int(first)), bar.top() - 2, 0, bar.height() + 4)
            box.setRight(self.to_pixel(int(last)))
            if box.width() >= 2:
                painter.fillRect(box, theme.colour("gap"))
                painter.fillRect(box, Qt.BrushStyle.BDiagPattern)
        if 1 < len(state.moments) <= bar.width() / 4:
            painter.setPen(QPen(theme.colour("text-faint"), 1))
            for at in state.moments:
                x = round(self.to_pixel(int(at))) + 0.5
                painter.drawLine(QPointF(x, bar.top() + 1.5), QPointF(x, bar.bottom() - 1.5))

    def _paint_spans(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for number, span in enumerate(self._state.spans[:4]):
            x0, x1 = self.to_pixel(span.start), self.to_pixel(span.stop)
            painter.setBrush(QColor(span.colour))
            painter.drawRoundedRect(QRectF(x0, 39 + number * 5, max(x1 - x0, 3), 3), 1.5, 1.5)

    def _paint_hand(self, painter: QPainter, bar: QRectF) -> None:
        if self._hover is not None and not self._dragging:
            x = self.to_pixel(self.to_moment(self._hover))
            painter.setPen(QPen(theme.colour("text-faint"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, 20), QPointF(x, 56))
        if self._state.now is None:
            return
        x = self.to_pixel(self._state.now)
        blossom = theme.colour("blossom")
        painter.setPen(QPen(blossom, 1.5))
        painter.drawLine(QPointF(x, 20), QPointF(x, 57))
        painter.setPen(QPen(theme.colour("surface"), 2))
        painter.setBrush(blossom)
        painter.drawEllipse(QPointF(x, bar.center().y()), 7, 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(QPolygonF([QPointF(x - 4, 18), QPointF(x + 4, 18), QPointF(x, 23)]))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent"), 1.5))
            painter.drawEllipse(QPointF(x, bar.center().y()), 10, 10)
