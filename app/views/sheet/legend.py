"""Legend of a page: the entries of the screen's legend, set in columns for paper."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QLinearGradient, QPainter

from app.core.language import tr
from app.views.ink import LIGHT
from app.views.map2d.legend import entries
from app.views.map2d.swatches import draw_swatch
from app.views.sheet.paper import HAIR, INK, MUTED, PT, PX, broken, thin_pen, width_of, write

if TYPE_CHECKING:
    from app.core.moments import LocalTime
    from app.core.pages.items import LegendItem
    from app.views.map2d.legend import Bar, Entry, Row
    from app.views.sheet.maps import DrawnMap

SWATCH = 8.0
GAP = 2.2
BETWEEN = 4.0
"""Width of a swatch, its distance to the words, distance of two columns, mm."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the legend: its kind, height in px, and what stands in it."""

    kind: str
    height: float
    text: str = ""
    row: Row | None = None
    bar: Bar | None = None


def draw_legend(
    painter: QPainter,
    item: LegendItem,
    drawn: DrawnMap | None,
    box: QRectF,
    local: LocalTime,
) -> None:
    """Draw the legend of a map: its layers from the top one down, in as many columns as wished."""
    top = box.top()
    title = item.title or tr("Legend")
    head = item.size * 1.3
    write(painter, title, QRectF(box.left(), top, box.width(), head * PT * 1.5), head, bold=True)
    top += head * PT * 1.5 + 1.2 * PX
    found = legend_entries(item, drawn, local)
    fit, columns, rest, width = _fitted(item, found, box.width(), box.bottom() - top)
    for number, lines in enumerate(columns):
        y = top
        left = box.left() + number * (width + BETWEEN * PX)
        for line in lines:
            _draw_line(painter, line, QRectF(left, y, width, line.height), fit.size)
            y += line.height
    if rest:
        foot = QRectF(box.left(), box.bottom() - fit.size * PT * 1.4, box.width(), fit.size * PT * 1.4)
        words = tr("Layers without room here: {count}", count=rest)
        write(painter, words, foot, fit.size * 0.85, MUTED)


def _fitted(
    item: LegendItem, found: list[Entry], wide: float, room: float
) -> tuple[LegendItem, list[list[Line]], int, float]:
    """Set the entries so that all have room: as wished, else in more columns or smaller, not below 5.5 pt."""
    most = max(item.columns, int(wide / (30 * PX)))
    ways = [(share, item.columns) for share in (1.0, 0.92, 0.84)]
    ways += [(share, count) for share in (1.0, 0.92, 0.84, 0.76, 0.7) for count in range(item.columns + 1, most + 1)]
    fit, width, blocks = item, wide, list[list[Line]]()
    for whole, (share, count) in product((True, False), ways):
        fit = item.model_copy(update={"size": max(item.size * share, min(item.size, 5.5)), "columns": count})
        width = (wide - (count - 1) * BETWEEN * PX) / count
        blocks = [entry_lines(entry, fit, width) for entry in found]
        columns, rest = in_columns(blocks, count, room, fit.size, whole=whole)
        if not rest:
            return fit, columns, 0, width
    columns, rest = in_columns(blocks, fit.columns, room - fit.size * PT * 1.6, fit.size, whole=False)
    return fit, columns, rest, width


def legend_entries(item: LegendItem, drawn: DrawnMap | None, local: LocalTime) -> list[Entry]:
    """Give the entries of the layers wished; those that are not drawn there say why."""
    if drawn is None:
        return []
    chosen = [one.picture for one in drawn.shown if not item.layers or one.layer.id in item.layers]
    return list(entries(chosen, drawn.now, local, zone=True))


def entry_lines(entry: Entry, item: LegendItem, width: float) -> list[Line]:
    """Give the lines of one layer."""
    size = item.size
    step, small = size * PT * 1.5, size * 0.85
    single = entry.rows[0] if len(entry.rows) == 1 and not entry.rows[0].text else None
    words = width - (SWATCH + GAP) * PX if single else width
    title = broken(entry.title, words, size, bold=single is None)
    lines = [Line("title" if single is None else "row", step, title[0], single)]
    lines += [Line("title" if single is None else "under", step, text) for text in title[1:3]]
    for text in broken(entry.missing, width, small) if entry.missing else ():
        lines.append(Line("note", small * PT * 1.4, text))
    if entry.missing:
        return [*lines, Line("space", 1.6 * PX)]
    for text in broken(entry.caption, width, small)[:2] if entry.caption else ():
        lines.append(Line("caption", small * PT * 1.45, text))
    if entry.bar is not None:
        lines.append(Line("bar", 4.2 * PX + small * PT * 1.5, bar=entry.bar))
    lines += [Line("row", step, row.text, row) for row in (() if single else entry.rows)]
    for text in (part for note in entry.notes for part in broken(note, width, small)) if item.notes else ():
        lines.append(Line("note", small * PT * 1.4, text))
    return [*lines, Line("space", (1.0 if single else 2.2) * PX)]


def in_columns(
    blocks: list[list[Line]], count: int, room: float, size: float, *, whole: bool = True
) -> tuple[list[list[Line]], int]:
    """Fill columns of a height one after the other; gives them, and how many layers had no room.

    A layer stays together where that is wished and a column can hold it; else its rows go on in the next column,
    and three of its lines stand before them.
    """
    columns: list[list[Line]] = [[] for _ in range(count)]
    at, free = 0, room
    for number, block in enumerate(blocks):
        need = sum(line.height for line in block[:-1])
        together = len(block) < 4 or (whole and need <= room) or sum(line.height for line in block[:3]) > free
        if need > free and columns[at] and together and at + 1 < count:
            at, free = at + 1, room
        if need > free and at + 1 >= count and free < size * PT * 6:
            return columns, len(blocks) - number
        for line in block:
            if line.height > free and line.kind != "space":
                if at + 1 >= count:
                    return columns, len(blocks) - number
                at, free = at + 1, room
            columns[at].append(line)
            free -= line.height
    return columns, 0


def _draw_line(painter: QPainter, line: Line, box: QRectF, size: float) -> None:
    if line.kind == "space":
        return
    if line.bar is not None:
        _draw_bar(painter, line.bar, box, size * 0.85)
        return
    left = box.left()
    if line.row is not None:
        high = min(3.4 * PX, box.height() * 0.8)
        place = QRectF(left, box.center().y() - high / 2, SWATCH * PX, high)
        painter.save()
        draw_swatch(painter, line.row, place, LIGHT)
        painter.restore()
        left += (SWATCH + GAP) * PX
    elif line.kind == "under":
        left += (SWATCH + GAP) * PX
    points = size * 0.85 if line.kind in ("note", "caption") else size
    tone = MUTED if line.kind in ("note", "caption") else INK
    words = QRectF(left, box.top(), box.right() - left, box.height())
    number = line.row.number if line.row is not None else ""
    if number:
        wide = width_of(number, points * 0.9) + PX
        place = QRectF(words.right() - wide, words.top(), wide, words.height())
        write(painter, number, place, points * 0.9, MUTED, align="right")
        words.setRight(words.right() - wide)
    write(painter, line.text, words, points, tone, bold=line.kind == "title")


def _draw_bar(painter: QPainter, bar: Bar, box: QRectF, points: float) -> None:
    """Draw a colour bar with its numbers; a pointed end would say more than paper needs: a sign does."""
    strip = QRectF(box.left(), box.top() + 0.6 * PX, min(box.width(), 60 * PX), 3.2 * PX)
    fill = QLinearGradient(strip.left(), 0, strip.right(), 0)
    last = max(len(bar.colours) - 1, 1)
    for at, value in enumerate(bar.colours):
        fill.setColorAt(at / last, QColor.fromRgba(value))
    painter.setPen(thin_pen(HAIR, 0.12))
    painter.setBrush(fill)
    painter.drawRect(strip)
    free = strip.left() - 9
    for share, text in bar.marks:
        said = ("≤" if bar.more_below and share <= 0 else "≥" if bar.more_above and share >= 1 else "") + text
        x, wide = strip.left() + share * strip.width(), width_of(said, points)
        start = min(max(x - wide / 2, strip.left()), strip.right() - wide)
        painter.drawLine(QPointF(x, strip.bottom()), QPointF(x, strip.bottom() + 0.6 * PX))
        if start < free + 4:
            continue
        free = start + wide
        write(painter, said, QRectF(start, strip.bottom() + 0.7 * PX, wide + 1, points * PT * 1.3), points, MUTED)
