"""Tables and charts of a page: rows of a layer, series at a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from app.core.language import tr
from app.core.moments import as_int
from app.views.ink import LIGHT, colour
from app.views.sheet.paper import HAIR, INK, MUTED, PT, PX, thin_pen, width_of, write
from app.views.sheet.rows import rows_of
from app.views.sheet.words import cell_text

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from app.core.document import Document
    from app.core.pages.items import ChartItem, TableItem
    from app.core.reading import Reading
    from app.views.charts.picture import Content
    from app.views.sheet.maps import DrawnMap
    from app.views.sheet.words import Facts

PAD = 1.4
"""Free room beside the words of a cell, mm."""

LEAST, MOST = 9.0, 70.0
"""Width of a column, mm."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a table shows: titles, rows as texts, which columns are numbers, and how many rows there are in all."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]
    total: int


def table_of(item: TableItem, document: Document, reading: Reading, facts: Facts) -> Table:
    """Read the rows of a table.

    Raises
    ------
    HaitangError
        There is no such layer or column, or the rows cannot be read.
    """
    found = rows_of(document, reading, item.layer, facts.filled(item.where), item.sort, item.columns)
    most = item.most or 500
    rows = tuple(tuple(cell_text(column[n]) for column in found.columns.values()) for n in found.order[:most])
    numbers = tuple(_is_number(column) for column in found.columns.values())
    return Table(tuple(found.titles), rows, numbers, len(found.order))


def _is_number(column: Any) -> bool:
    return isinstance(column, np.ndarray) and column.dtype.kind in "iuf"


def draw_table(painter: QPainter, item: TableItem, table: Table, box: QRectF) -> None:
    """Draw as many rows as have room, and say how many there are beside them."""
    size, step = item.size, item.size * PT * 1.75
    top = box.top()
    if item.title:
        write(painter, item.title, QRectF(box.left(), top, box.width(), step), size * 1.15, bold=True)
        top += step
    widths = _widths(table, box.width(), size)
    _row(painter, table.titles, widths, QRectF(box.left(), top, box.width(), step), table.numbers, size, head=True)
    painter.setPen(thin_pen(INK, 0.3))
    for y in (top, top + step):
        painter.drawLine(QPointF(box.left(), y), QPointF(box.left() + sum(widths), y))
    top += step
    room = max(int((box.bottom() - top) / step + 1e-6), 0)
    shown = table.rows if len(table.rows) <= room and table.total <= len(table.rows) else table.rows[: max(room - 1, 0)]
    for row in shown:
        _row(painter, row, widths, QRectF(box.left(), top, box.width(), step), table.numbers, size)
        top += step
        painter.setPen(thin_pen(HAIR, 0.1))
        painter.drawLine(QPointF(box.left(), top), QPointF(box.left() + sum(widths), top))
    painter.setPen(thin_pen(INK, 0.3))
    painter.drawLine(QPointF(box.left(), top), QPointF(box.left() + sum(widths), top))
    if len(shown) < table.total:
        words = tr("{shown} of {total} rows", shown=len(shown), total=table.total)
        write(painter, words, QRectF(box.left(), top, box.width(), step), size * 0.85, MUTED)


def _widths(table: Table, room: float, size: float) -> list[float]:
    """Give the widths of the columns: as their words need; they share what is missing, and a little that is left."""
    widths = []
    for number, title in enumerate(table.titles):
        words = [width_of(title, size, bold=True), *(width_of(row[number], size) for row in table.rows[:60])]
        widths.append(min(max(max(words) + 2 * PAD * PX, LEAST * PX), MOST * PX))
    share = room / (sum(widths) or 1.0)
    return [wide * share for wide in widths] if share < 1.35 else widths


def _row(
    painter: QPainter,
    cells: tuple[str, ...],
    widths: list[float],
    box: QRectF,
    numbers: tuple[bool, ...],
    size: float,
    *,
    head: bool = False,
) -> None:
    left, pad = box.left(), PAD * PX
    for text, wide, number in zip(cells, widths, numbers, strict=True):
        place = QRectF(left + pad, box.top(), wide - 2 * pad, box.height())
        write(painter, text, place, size, INK, bold=head, align="right" if number else "left")
        left += wide


# ----------------------------------------------------------------------- charts
def chart_of(
    item: ChartItem, document: Document, reading: Reading, drawn: DrawnMap | None, offset_hours: float
) -> Content:
    """Read the series of a chart.

    Raises
    ------
    DataError
        There is no series there.
    """
    from app.views.charts.picture import Content
    from app.views.charts.places import all_stations, read_lines, wishes_at
    from app.views.charts.series import time_span
    from layers.errors import DataError
    from layers.series import SeriesLayer

    layers = document.layers
    if item.layer:
        chosen = [la for la in layers if item.layer in (la.id, la.name) and isinstance(la, SeriesLayer)]
        wishes = all_stations(chosen)
    else:
        crs, (x, y), reach = _place(item, document, drawn)
        wishes = wishes_at(layers, reading, x, y, crs, reach)
    lines, error = read_lines(reading, wishes)
    span = time_span(list(lines))
    if not lines or span is None:
        raise error or DataError(
            "There is no series at this place.",
            where=item.name or item.id,
            remedy="Choose a layer of stations, or another place.",
        )
    now = drawn.now if drawn is not None else document.clock.now
    moment = None if now is None else as_int(now)
    return Content(lines, *span, moment, document.clock.local(offset_hours), theme="light")


def _place(
    item: ChartItem, document: Document, drawn: DrawnMap | None
) -> tuple[str | None, tuple[float, float], float]:
    """Give system, place and reach of a chart."""
    view = drawn.view if drawn is not None else document.camera.view(400, 300)
    reach = max(view.extent.width, view.extent.height) / 40
    if item.place is not None:
        return item.crs or view.crs, item.place, reach
    return view.crs, view.extent.centre, reach


def draw_chart(painter: QPainter, item: ChartItem, content: Content, box: QRectF) -> None:
    """Draw lines, axes, names and the moment, as the chart on screen does."""
    from app.views.charts import picture

    top = 0.0
    if item.title:
        step = 9.0 * PT * 1.6
        write(painter, item.title, QRectF(box.left(), box.top(), box.width(), step), 9.0, bold=True)
        top = step
    scale = 0.86
    painter.save()
    painter.setClipRect(box)
    painter.translate(box.left(), box.top() + top)
    painter.scale(scale, scale)
    layout = picture.layout_of(content, box.width() / scale, (box.height() - top) / scale)
    picture.draw_chart(painter, layout, content, LIGHT)
    picture.draw_names(painter, layout, content, LIGHT)
    if content.now is not None and layout.first <= content.now <= layout.last:
        painter.setPen(thin_pen(colour(LIGHT.accent).name(), 0.25))
        x = layout.x(content.now)
        painter.drawLine(QPointF(x, layout.plot.top()), QPointF(x, layout.plot.bottom()))
    painter.restore()
