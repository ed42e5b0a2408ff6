"""Hatches: lines or dots over polygons on paper, in step from one polygon to the next.

Every line is cut where it meets the shapes, so that nothing has to be clipped: an SVG of Qt's loses nested clips.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from app.views.ink import style_colour
from app.views.map2d.swatches import HATCHES
from app.views.sheet.paths import elements_of, stamped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.views.sheet.paths import Rings
    from layers.style import Symbol

Runs = tuple["NDArray[np.int64]", "NDArray[np.float64]", "NDArray[np.float64]"]
"""Number of the line, and where each of its parts begins and ends, px along it."""


def draw_hatch(
    painter: QPainter, rings: Rings, symbol: Symbol, size: tuple[float, float], origin: tuple[float, float] = (0, 0)
) -> None:
    """Draw the hatch of a symbol inside rings.

    Parameters
    ----------
    rings : Rings
        Turned, on the page.
    size : (width, height)
        Of the frame, px at 96 dpi.
    origin : (x, y)
        Where the map's origin lies, px: the pattern hangs on it, as on the screen.
    """
    tone = symbol.hatch_colour or symbol.stroke
    if not symbol.hatch or tone is None or not len(rings.xy):
        return
    if symbol.hatch == "dots":
        _draw_dots(painter, rings, symbol, tone, size, origin)
        return
    pen = QPen(style_colour(tone), symbol.hatch_width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    for turn in HATCHES[symbol.hatch]:
        painter.drawLines(lines_in(rings, turn, symbol.hatch_spacing, size, origin))


def lines_in(
    rings: Rings, turn: float, step: float, size: tuple[float, float], origin: tuple[float, float] = (0, 0)
) -> list[QLineF]:
    """Give the parts of the lines of one direction that lie in rings and near the frame."""
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    shift = origin[1] * c - origin[0] * s
    number, first, last = runs(rings, (c, s), step, shift, size)
    across = number * step + shift
    ends = np.column_stack(
        [first * c - across * s, first * s + across * c, last * c - across * s, last * s + across * c]
    )
    return [QLineF(*four) for four in ends.tolist()]


def runs(rings: Rings, along: tuple[float, float], step: float, shift: float, size: tuple[float, float]) -> Runs:
    """Cut equal lines to rings by the winding rule.

    Parameters
    ----------
    along : (x, y)
        Direction of the lines, length 1.
    step, shift : float
        Line n lies at ``n * step + shift`` across, px.
    size : (width, height)
        Lines far from a frame of this size are left out.
    """
    xy, offsets = rings.xy, rings.offsets
    c, s = along
    u, v = xy[:, 0] * c + xy[:, 1] * s, (xy[:, 1] * c - xy[:, 0] * s - shift) / step
    corners = np.array([[0.0, 0.0], [size[0], 0.0], [0.0, size[1]], [size[0], size[1]]])
    u_frame, v_frame = corners @ (c, s), (corners @ (-s, c) - shift) / step
    full = np.flatnonzero(np.diff(offsets) > 0)
    after = np.arange(1, len(xy) + 1)
    after[offsets[1:][full] - 1] = offsets[:-1][full]
    low, high = np.minimum(v, v[after]), np.maximum(v, v[after])
    begin = np.ceil(np.maximum(low, v_frame.min() - 1)).astype(np.int64)
    count = np.maximum(np.ceil(np.minimum(high, v_frame.max() + 1)).astype(np.int64) - begin, 0)
    edge = np.repeat(np.arange(len(xy)), count)
    number = begin[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    rise = (v[after] - v)[edge]
    at = u[edge] + (number - v[edge]) / rise * (u[after] - u)[edge]
    order = np.lexsort((at, number))
    number, at, winding = number[order], at[order], np.cumsum(np.sign(rise)[order])
    first = np.maximum(at[:-1], u_frame.min() - step)
    last = np.minimum(at[1:], u_frame.max() + step)
    inside = (winding[:-1] != 0) & (number[:-1] == number[1:]) & (first < last)
    return number[:-1][inside], first[inside], last[inside]


def _draw_dots(
    painter: QPainter, rings: Rings, symbol: Symbol, tone: str, size: tuple[float, float], origin: tuple[float, float]
) -> None:
    """Draw the dots whose middle lies inside, in rows of which every second one is moved by half a step."""
    step, radius = symbol.hatch_spacing, symbol.hatch_width * 1.25
    row, first, last = runs(rings, (1.0, 0.0), step, origin[1] + step / 2, size)
    start = origin[0] + step * (0.5 + 0.5 * (row % 2))
    low, high = np.ceil((first - start) / step).astype(np.int64), np.floor((last - start) / step).astype(np.int64)
    count = np.maximum(high - low + 1, 0)
    owner = np.repeat(np.arange(len(row)), count)
    column = low[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    px, py = start[owner] + column * step, (row[owner] + 0.5) * step + origin[1]
    dot = QPainterPath()
    dot.addEllipse(QRectF(-radius, -radius, 2 * radius, 2 * radius))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style_colour(tone))
    for path in stamped(elements_of(dot), px.astype(np.float64), py.astype(np.float64)):
        painter.drawPath(path)
