"""Picture: a chart drawn by QPainter from frozen content; the widget and pictures for files share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.core.language import N_, tr
from app.core.moments import BEIJING, LocalTime
from app.views.charts.axes import time_ticks
from app.views.charts.series import ChartLine, runs, thinned, value_span
from app.views.ink import BODY, GRID, LINES, SMALL, Ink, colour, font, metrics
from app.views.map2d.cards import panel, write
from app.views.wording import number_text, ticks, with_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEFT, RIGHT, TOP, FOOT = 64.0, 16.0, 8.0, 40.0
BETWEEN = 16.0
HEAD = 24.0
ROW = 20.0
MOST_PANELS = 4
UNSEEN = {
    "none": N_("no values here"), "outside": N_("outside the time shown"),
    "room": N_("no room for its curve: make the chart higher"),
}  # fmt: skip
THICK, THIN = 1.8, 1.1
"""Widths of lines, px; the thin one where samples are denser than pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """Everything that decides a chart's pixels.

    Parameters
    ----------
    lines : tuple of ChartLine
    first, last : int
        Span shown, ns since 1970-01-01 UTC.
    now : int or None
        The clock, ns.
    local : LocalTime
        How moments are written.
    theme : str
    hint : str
        What to do, where there is no line.
    spare : float
        Room at the right of the names that stays free, px.
    skip : int
        Rows of names that are scrolled away.
    title : str
        Where and from which file the lines are, in pictures for files.
    """

    lines: tuple[ChartLine, ...]
    first: int
    last: int
    now: int | None
    local: LocalTime = BEIJING
    theme: str = "light"
    hint: str = ""
    spare: float = 0.0
    skip: int = 0
    title: str = ""

    @property
    def top(self) -> float:
        """Where the names begin, px: below the title where there is one."""
        return TOP + (HEAD if self.title else 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One plot: lines of one unit over the shared time axis."""

    box: QRectF
    lines: tuple[ChartLine, ...]
    low: float
    high: float

    def y(self, value: float) -> float:
        """Give the px of a value."""
        return self.box.bottom() - (value - self.low) / (self.high - self.low) * self.box.height()


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where the parts of a chart lie, px."""

    width: float
    height: float
    plot: QRectF
    panels: tuple[Panel, ...]
    rows: int
    first: int
    last: int

    def x(self, moment: int) -> float:
        """Give the px of a moment."""
        return self.plot.left() + (moment - self.first) / (self.last - self.first) * self.plot.width()

    def moment(self, x: float) -> int:
        """Give the moment at a px."""
        share = (x - self.plot.left()) / max(self.plot.width(), 1.0)
        return self.first + round(share * (self.last - self.first))


def line_colour(line: ChartLine, theme: str) -> QColor:
    """Give the colour of a line."""
    palette = LINES["dark" if theme == "dark" else "light"]
    return colour(palette[line.colour % len(palette)])


def layout_of(content: Content, width: float, height: float) -> Layout:
    """Give where everything lies in a chart of a size."""
    columns = columns_of(width)
    rows = -(-len(content.lines) // columns)
    rows = min(rows, max(1, int((height - 160) // ROW)))
    top = content.top + rows * ROW + GRID
    plot = QRectF(LEFT, top, max(width - LEFT - RIGHT, 16.0), max(height - top - FOOT, 16.0))
    groups: dict[tuple[str, str], list[ChartLine]] = {}
    for line in content.lines:
        groups.setdefault(line.group, []).append(line)
    chosen = list(groups.values())[: max(1, min(MOST_PANELS, int(plot.height() // 72)))]
    high = (plot.height() - BETWEEN * (len(chosen) - 1)) / max(len(chosen), 1)
    panels = []
    for number, lines in enumerate(chosen):
        y = plot.top() + number * (high + BETWEEN)
        box = QRectF(plot.left(), y + HEAD, plot.width(), max(high - HEAD, 8.0))
        panels.append(Panel(box, tuple(lines), *value_span(lines, content.first, content.last)))
    return Layout(width, height, plot, tuple(panels), rows, content.first, content.last)


# ---------------------------------------------------------------------- drawing
def draw_chart(painter: QPainter, layout: Layout, content: Content, ink: Ink) -> None:
    """Draw panels, axes and lines; not the cursor, which moves on its own."""
    painter.fillRect(QRectF(0, 0, layout.width, layout.height), colour(_paper(content.theme)))
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    if not content.lines:
        painter.setFont(font(BODY))
        painter.setPen(colour(ink.muted))
        painter.drawText(QRectF(24, 0, layout.width - 48, layout.height), int(_HINT), content.hint)
        return
    for one in layout.panels:
        _draw_values(painter, one, ink)
    _draw_times(painter, layout, content, ink)
    for one in layout.panels:
        painter.save()
        painter.setClipRect(one.box.adjusted(-5, -4, 5, 4))
        for line in one.lines:
            _draw_line(painter, layout, one, line, content.theme)
        painter.restore()


_HINT = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap


def _paper(theme: str) -> str:
    return "#1a2229" if theme == "dark" else "#ffffff"


def panel_title(one: Panel) -> str:
    """Give the words over a panel: quantities, unit, vertical datum."""
    names = list(dict.fromkeys(line.quantity for line in one.lines))
    text = with_unit(", ".join(names), one.lines[0].unit)
    datum = one.lines[0].datum
    if datum:
        text += "   ·   " + tr("Vertical datum: {datum}", datum=tr("unknown") if datum == "unknown" else datum)
    return text


def _draw_values(painter: QPainter, one: Panel, ink: Ink) -> None:
    box = one.box
    write(painter, panel_title(one), QRectF(box.left(), box.top() - HEAD, box.width(), 16), SMALL, ink.muted)
    marks, step = value_ticks(one.low, one.high, int(box.height() // 52))
    for value in marks:
        y = round(one.y(value)) + 0.5
        painter.setPen(QPen(colour(ink.edge), 1.0))
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        place = QRectF(4, y - 8, LEFT - 12, 16)
        write(painter, number_text(value, step), place, SMALL, ink.muted, right=True)
    painter.setPen(QPen(colour(ink.faint), 1.0))
    painter.drawLine(QPointF(box.left() + 0.5, box.top()), QPointF(box.left() + 0.5, box.bottom()))


def _draw_times(painter: QPainter, layout: Layout, content: Content, ink: Ink) -> None:
    most = max(2, int(layout.plot.width() // 104))
    found = time_ticks(layout.first, layout.last, most, content.local)
    free, foot, measure = -1e9, layout.plot.bottom(), metrics(SMALL)
    for tick in found:
        x = round(layout.x(tick.moment)) + 0.5
        painter.setPen(QPen(colour(ink.edge), 1.0))
        for one in layout.panels:
            painter.drawLine(QPointF(x, one.box.top()), QPointF(x, one.box.bottom()))
        wide = measure.horizontalAdvance(tick.text)
        start = min(max(x - wide / 2, 4.0), layout.width - wide - 4)
        if start < free + 8:
            continue
        free = start + wide
        tone = ink.text if tick.strong else ink.muted
        write(painter, tick.text, QRectF(start, foot + 4, wide + 2, 16), SMALL, tone)
    painter.setPen(QPen(colour(ink.faint), 1.0))
    painter.drawLine(QPointF(layout.plot.left(), foot + 0.5), QPointF(layout.plot.right(), foot + 0.5))
    zone = QRectF(LEFT, foot + 20, layout.plot.width(), 16)
    write(painter, content.local.zone(), zone, SMALL, ink.faint, right=True)


def _draw_line(painter: QPainter, layout: Layout, one: Panel, line: ChartLine, theme: str) -> None:
    tone = line_colour(line, theme)
    pen = QPen(tone, THICK)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    margin = layout.last - layout.first
    near = (line.times >= layout.first - margin) & (line.times <= layout.last + margin)
    start, stop = (int(np.argmax(near)), len(near) - int(np.argmax(near[::-1]))) if near.any() else (0, 0)
    times, values = line.times[start:stop], line.values[start:stop]
    x = layout.plot.left() + (times - layout.first) / (layout.last - layout.first) * layout.plot.width()
    y = one.box.bottom() - (values - one.low) / (one.high - one.low) * one.box.height()
    dots = 0 < len(x) * 12 < layout.plot.width()
    if len(x) > layout.plot.width():
        pen.setWidthF(THIN)
    for run in runs(times, values):
        px, py = thinned(x[run], y[run])
        points = [QPointF(a, b) for a, b in zip(px.tolist(), py.tolist(), strict=True)]
        if len(points) > 1:
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(points))
        if dots or len(points) == 1:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tone)
            for point in points:
                painter.drawEllipse(point, 2.6, 2.6)


def value_ticks(low: float, high: float, most: int) -> tuple[list[float], float]:
    """Give the values beside the axis and their step: about ``most``, and never fewer than two."""
    for count in (max(2, most), 3, 4, 6):
        marks, step = ticks(low, high, count)
        if len(marks) > 1:
            break
    return marks, step


def columns_of(width: float) -> int:
    """Give how many names stand side by side."""
    return 2 if width >= 720 else 1


def unseen_words(layout: Layout, line: ChartLine) -> str:
    """Say why a line that is named has no curve; empty where it has one."""
    why = line.unseen(layout.first, layout.last)
    if not why and all(line is not drawn for one in layout.panels for drawn in one.lines):
        why = "room"
    return tr(UNSEEN[why]) if why else ""


def most_skipped(layout: Layout, count: int) -> int:
    """Give how many rows of names can be scrolled away."""
    return max(-(-count // columns_of(layout.width)) - layout.rows, 0)


def draw_names(painter: QPainter, layout: Layout, content: Content, ink: Ink) -> None:
    """Draw the legend: each line's name and its value at the clock's moment."""
    columns = columns_of(layout.width)
    wide = (layout.width - LEFT - RIGHT - content.spare - (columns - 1) * 16) / columns
    most = layout.rows * columns
    first = min(content.skip, most_skipped(layout, len(content.lines))) * columns
    shown = content.lines[first : first + most]
    if content.title:
        place = QRectF(LEFT, TOP, layout.width - LEFT - RIGHT, ROW)
        write(painter, content.title, place, BODY, ink.text, bold=True)
    for number, line in enumerate(shown):
        row, column = divmod(number, columns)
        x, y = LEFT + column * (wide + 16), content.top + row * ROW
        painter.setPen(QPen(line_colour(line, content.theme), 2.4))
        painter.drawLine(QPointF(x, y + 10), QPointF(x + 16, y + 10))
        note = unseen_words(layout, line)
        found = line.held(content.now) if content.now is not None else None
        value = note or (line.text(found) if content.now is not None else "–")
        space = metrics(BODY, bold=not note).horizontalAdvance(value) + 12
        name = line.name
        long = min(metrics(BODY).horizontalAdvance(name) + 1, wide - 24 - space)
        write(painter, name, QRectF(x + 24, y, long, ROW), BODY, ink.text)
        tone = ink.muted if note else ink.text
        write(painter, value, QRectF(x + 24 + long + 10, y, space, ROW), BODY, tone, bold=not note)
    if len(shown) < len(content.lines):
        ends = {"first": first + 1, "last": first + len(shown), "count": len(content.lines)}
        words = tr("{first}–{last} of {count} series · scroll for more", **ends)
        write(painter, words, QRectF(LEFT, layout.plot.top(), layout.plot.width(), 16), SMALL, ink.muted, right=True)


def draw_cursor(painter: QPainter, layout: Layout, content: Content, ink: Ink) -> None:
    """Draw the clock's moment with a dot on each line."""
    if content.now is None or not content.lines:
        return
    x = layout.x(content.now)
    if not layout.plot.left() - 1 <= x <= layout.plot.right() + 1:
        return
    painter.setPen(QPen(colour(ink.accent), 1.4))
    top = layout.panels[0].box.top() if layout.panels else layout.plot.top()
    painter.drawLine(QPointF(x, top), QPointF(x, layout.plot.bottom()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(ink.accent))
    painter.drawPolygon(QPolygonF([QPointF(x - 5, top - 7), QPointF(x + 5, top - 7), QPointF(x, top + 1)]))
    for one in layout.panels:
        for line in one.lines:
            found = line.held(content.now)
            if found is not None:
                painter.setPen(QPen(colour(_paper(content.theme)), 1.6))
                painter.setBrush(line_colour(line, content.theme))
                painter.drawEllipse(QPointF(layout.x(found[0]), one.y(found[1])), 4.2, 4.2)


def draw_hover(
    painter: QPainter, layout: Layout, content: Content, x: float, when: Callable[[int], str], ink: Ink
) -> None:
    """Draw the read-out under the pointer: the moment and each line's value."""
    if not content.lines or not layout.plot.left() <= x <= layout.plot.right():
        return
    moment = layout.moment(x)
    rows = [(line, line.at(moment)) for line in content.lines][:12]
    texts = [line.text(found) for line, found in rows]
    head = when(_nearest(rows, moment))
    measure = metrics(SMALL)
    wide = max(measure.horizontalAdvance(head), *(measure.horizontalAdvance(t) + 20 for t in texts)) + 24
    high = 16.0 * (len(rows) + 1) + 12
    pen = QPen(colour(ink.muted), 1.0, Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.drawLine(QPointF(x, layout.plot.top()), QPointF(x, layout.plot.bottom()))
    left = x + 12 if x + 12 + wide < layout.width else x - 12 - wide
    painter.save()
    painter.translate(round(max(left, 4.0)), round(layout.plot.top() + HEAD + 4))
    panel(painter, QRectF(0, 0, wide, high).size(), ink)
    write(painter, head, QRectF(12, 6, wide - 20, 16), SMALL, ink.muted)
    for number, ((line, _), text) in enumerate(zip(rows, texts, strict=True)):
        y = 22.0 + number * 16
        painter.setPen(QPen(line_colour(line, content.theme), 2.4))
        painter.drawLine(QPointF(12, y + 8), QPointF(24, y + 8))
        write(painter, text, QRectF(32, y, wide - 40, 16), SMALL, ink.text)
    painter.restore()


def _nearest(rows: Sequence[tuple[ChartLine, tuple[int, float] | None]], moment: int) -> int:
    found = [value[0] for _, value in rows if value is not None]
    return min(found, key=lambda at: abs(at - moment)) if found else moment
