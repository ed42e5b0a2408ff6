"""ChartCanvas: series at places of the map, on the document's clock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.core.language import language_changed, tr
from app.views.charts.picture import (
    Content,
    Layout,
    draw_chart,
    draw_cursor,
    draw_hover,
    draw_names,
    layout_of,
    most_skipped,
)
from app.views.charts.places import Wish, all_stations, read_lines, station_wish, wishes_at
from app.views.charts.series import ChartLine, time_span
from app.views.ink import ink
from layers.series import SeriesLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from app.core.document import Document
    from app.core.reading import Reading
    from layers.errors import HaitangError
    from layers.layer import Layer

REACH = 24.0
"""How far from a station a click on the map still counts, px."""

ZOOM = 1.25


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the map whose series are shown, map units."""

    x: float
    y: float
    number: int


def hint_text() -> str:
    """Give what to do while there is nothing to show."""
    return tr("Click a place on the map: its water level, depth or other series appears here, on the same clock.")


class ChartCanvas(QWidget):
    """Time series on the shared clock.

    Parameters
    ----------
    document : Document
    reading : Reading

    Notes
    -----
    ``places_changed`` carries the places shown, for marks on the map. Dragging moves the clock, the wheel zooms the
    time axis, the middle or right button drags it, a double click shows all of it.
    """

    places_changed = Signal(list)
    lines_changed = Signal()
    failed = Signal(object)
    _gathered = Signal(int, object, object)

    def __init__(self, document: Document, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chart")
        self.document, self.reading = document, reading
        self.lines: tuple[ChartLine, ...] = ()
        self.places: list[Place] = []
        self.theme, self.utc_offset_hours = "light", 8.0
        self._span: tuple[int, int] | None = None
        self._paper: QImage | None = None
        self._layout: Layout | None = None
        self._hover: float | None = None
        self._drag: tuple[Qt.MouseButton, float, tuple[int, int]] | None = None
        self._generation = 0
        self._find: Callable[[], list[Wish]] | None = None
        self._keep_span = False
        self._reading_now, self._spare, self._skip = False, 0.0, 0
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="chart")
        self._gathered.connect(self._on_gathered)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._links = [
            (document.clock.events.now, self._on_clock),
            (document.layer_removed, self._on_layer_removed),
            (document.layer_changed, self._on_layer_changed),
            (document.replaced, self.clear),
            (language_changed, self._on_words),
        ]
        for signal, slot in self._links:
            signal.connect(slot)

    # ------------------------------------------------------------------ outside
    def sizeHint(self) -> QSize:
        """Give a size that shows something."""
        return QSize(640, 260)

    def minimumSizeHint(self) -> QSize:
        """Give the smallest useful size."""
        return QSize(240, 140)

    def set_theme(self, theme: str) -> None:
        """Choose ``light`` or ``dark``."""
        self.theme = theme
        self._redraw()

    def set_offset(self, hours: float) -> None:
        """Set local time minus UTC."""
        self.utc_offset_hours = hours
        self._redraw()

    def show_place(self, x: float, y: float, keep: bool = False) -> None:
        """Show the series at a place of every visible mesh, raster and station layer.

        Parameters
        ----------
        x, y : float
            Map units.
        keep : bool
            Keep the places shown before.
        """
        number = self.places[-1].number + 1 if keep and self.places else 1
        self.places = [*(self.places if keep else []), Place(x, y, number)][-4:]
        self.places_changed.emit(self.places)
        camera, layers = self.document.camera, [la for la in self.document.layers if la.visible]
        crs, reach = camera.crs, REACH * camera.scale
        places = list(self.places)

        def find() -> list[Wish]:
            found = []
            for place in places:
                marked = wishes_at(layers, self.reading, place.x, place.y, crs, reach)
                sign = f" #{place.number}" if len(places) > 1 else ""
                found += [replace(wish, place=wish.place + sign) for wish in marked]
            return found

        self._gather(find)

    def show_series(self, layer: SeriesLayer, chosen: Sequence[tuple[int, str]]) -> None:
        """Show series of a layer instead of those at places: numbers of stations, each with a variable or ''."""
        self.places = []
        self.places_changed.emit(self.places)
        self._gather(lambda: [wish for n, name in chosen if (wish := station_wish(layer, n, name)) is not None])

    def set_spare(self, width: float) -> None:
        """Keep a strip at the right of the names free, px, for what stands over the chart."""
        if width != self._spare:
            self._spare = width
            self._redraw()

    def show_stations(self) -> None:
        """Show the first stations of all visible series layers, e.g. for files without positions."""
        layers = [la for la in self.document.layers if la.visible and isinstance(la, SeriesLayer)]
        self._gather(lambda: all_stations(layers))

    def clear(self, *_: object) -> None:
        """Show nothing."""
        self._generation += 1
        self.lines, self.places, self._span, self._reading_now = (), [], None, False
        self.places_changed.emit(self.places)
        self.lines_changed.emit()
        self._redraw()

    def show_all(self) -> None:
        """Show the whole span of the lines."""
        self._span = None
        self._redraw()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being read for the chart."""
        return not self._reading_now

    def content(self) -> Content:
        """Give what the chart shows now."""
        first, last = self._span or time_span(list(self.lines)) or (0, 1)
        now = self.document.clock.now
        at = None if now is None else int(now.astype("datetime64[ns]").astype(np.int64))
        local = self.document.clock.local(self.utc_offset_hours)
        hint = tr("Reading the series …") if self._reading_now else hint_text()
        return Content(self.lines, first, last, at, local, self.theme, hint, self._spare, self._skip)

    def close_view(self) -> None:
        """Stop reading and listening; call before the document goes."""
        self._generation += 1
        for signal, slot in self._links:
            signal.disconnect(slot)
        self._links = []
        self._worker.shutdown(wait=True, cancel_futures=True)

    # ------------------------------------------------------------------- reading
    def _gather(self, find: Callable[[], list[Wish]]) -> None:
        self._generation += 1
        self._find = find
        self._reading_now = True
        self._worker.submit(self._read, self._generation, find)
        self._redraw()

    def _read(self, generation: int, find: Callable[[], list[Wish]]) -> None:
        """Read the wished series; in a worker. What was asked for before is dropped."""
        lines: tuple[ChartLine, ...] = ()
        error: HaitangError | None = None
        try:
            if generation == self._generation:
                lines, error = read_lines(self.reading, find(), lambda: generation != self._generation)
        finally:
            self._gathered.emit(generation, lines, error)

    def _on_gathered(self, generation: int, lines: tuple[ChartLine, ...], error: HaitangError | None) -> None:
        if generation != self._generation:
            return
        self._reading_now = False
        self.lines, self._skip, self._span = lines, 0, self._span if self._keep_span else None
        self._keep_span = False
        self.lines_changed.emit()
        if error is not None:
            self.failed.emit(error)
        self._redraw()

    # ------------------------------------------------------------------- events
    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the chart from memory, and over it what moves."""
        content, tones = self.content(), ink(self.theme)
        if self._paper is None or self._layout is None:
            self._layout = layout_of(content, self.width(), self.height())
            self._paper = _drawn(self._layout, content, self.devicePixelRatioF())
        painter = QPainter(self)
        painter.drawImage(0, 0, self._paper)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        draw_names(painter, self._layout, content, tones)
        draw_cursor(painter, self._layout, content, tones)
        if self._hover is not None and self._drag is None:
            draw_hover(painter, self._layout, content, self._hover, self._when, tones)
        painter.end()

    def _when(self, moment: int) -> str:
        return self.document.clock.text(self.utc_offset_hours, np.datetime64(moment, "ns"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay everything out anew."""
        super().resizeEvent(event)
        self._redraw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin moving the clock (left) or the time axis (right, middle)."""
        if self._layout is None or not self.lines:
            return
        self._drag = (event.button(), event.position().x(), (self._layout.first, self._layout.last))
        if event.button() == Qt.MouseButton.LeftButton:
            self._move_clock(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is dragged, or the read-out."""
        self._hover = event.position().x()
        if self._drag is not None and self._layout is not None:
            button, start, (first, last) = self._drag
            if button == Qt.MouseButton.LeftButton:
                self._move_clock(event.position())
            else:
                way = round((start - event.position().x()) / max(self._layout.plot.width(), 1) * (last - first))
                self._span = (first + way, last + way)
                self._redraw()
                return
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End a drag."""
        self._drag = None
        self.update()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Show the whole span."""
        self.show_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom the time axis around the pointer; several notches may come before the next picture."""
        if not self.lines:
            return
        layout = layout_of(self.content(), self.width(), self.height())
        most = most_skipped(layout, len(self.lines))
        if most and event.position().y() < layout.plot.top():
            self._skip = min(max(min(self._skip, most) + (-1 if event.angleDelta().y() > 0 else 1), 0), most)
            self._redraw()
            event.accept()
            return
        factor = ZOOM ** (-event.angleDelta().y() / 120.0)
        at = layout.moment(event.position().x())
        first, last = layout.first, layout.last
        whole = time_span(list(self.lines))
        if whole is not None and (last - first) * factor > 4 * (whole[1] - whole[0]):
            return
        span = (at - round((at - first) * factor), at + round((last - at) * factor))
        if span[1] - span[0] > 1000:
            self._span = span
            self._redraw()
        event.accept()

    def leaveEvent(self, _event: object) -> None:
        """Take the read-out away."""
        self._hover = None
        self.update()

    def _move_clock(self, at: QPointF) -> None:
        if self._layout is not None:
            moment = self._layout.moment(min(max(at.x(), self._layout.plot.left()), self._layout.plot.right()))
            self.document.clock.go(np.datetime64(moment, "ns"))

    # -------------------------------------------------------------------- slots
    def _redraw(self) -> None:
        self._paper = None
        self.update()

    def _on_clock(self, *_: object) -> None:
        self.update()

    def _on_words(self, *_: object) -> None:
        """Name the lines in the new language; the span on screen stays."""
        if self.lines and self._find is not None:
            self._keep_span = True
            self._gather(self._find)
        self._redraw()

    def _on_layer_changed(self, layer: Layer, field: str) -> None:
        """Name the lines anew where their layer, or the datum of its heights, has another name."""
        if field in ("name", "vdatum") and any(line.layer == layer.id for line in self.lines):
            self._on_words()

    def _on_layer_removed(self, layer: Layer, _index: int) -> None:
        left = tuple(line for line in self.lines if line.layer != layer.id)
        if len(left) < len(self.lines):
            self.lines = left
            self.lines_changed.emit()
            self._redraw()


def _drawn(layout: Layout, content: Content, ratio: float) -> QImage:
    size = QSize(max(1, round(layout.width * ratio)), max(1, round(layout.height * ratio)))
    image = QImage(size, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    draw_chart(painter, layout, content, ink(content.theme))
    painter.end()
    return image


def render_chart(content: Content, width: int, height: int, ratio: float = 1.0) -> QImage:
    """Draw a chart for a file: lines, cursor and names, as on screen."""
    tones = ink(content.theme)
    layout = layout_of(content, width, height)
    image = _drawn(layout, content, ratio)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    draw_names(painter, layout, content, tones)
    draw_cursor(painter, layout, content, tones)
    painter.end()
    return image
