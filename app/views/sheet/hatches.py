"""Hatches: lines or dots over polygons on paper, in step from one polygon to the next."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from app.views.ink import style_colour
from app.views.map2d.swatches import HATCHES
from app.views.sheet.paths import elements_of, paths, stamped

if TYPE_CHECKING:
    from app.views.sheet.paths import Rings
    from layers.style import Symbol


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
    if not symbol.hatch or tone is None:
        return
    frame = QRectF(0, 0, *size)
    for path in paths(rings, closed=True):
        box = path.boundingRect().intersected(frame)
        if box.isEmpty():
            continue
        painter.save()
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        if symbol.hatch == "dots":
            _dots(painter, symbol, tone, box, origin)
        else:
            pen = QPen(style_colour(tone), symbol.hatch_width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            for turn in HATCHES[symbol.hatch]:
                painter.drawLines(lines_in(box, turn, symbol.hatch_spacing, origin))
        painter.restore()


def lines_in(box: QRectF, turn: float, step: float, origin: tuple[float, float] = (0, 0)) -> list[QLineF]:
    """Give the lines of one direction that cross a box; they lie in step with the origin of the map."""
    along = QPointF(math.cos(math.radians(turn)), math.sin(math.radians(turn)))
    across = QPointF(-along.y(), along.x())
    corners = (box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight())
    heights = [QPointF.dotProduct(corner, across) for corner in corners]
    reaches = [QPointF.dotProduct(corner, along) for corner in corners]
    shift = QPointF.dotProduct(QPointF(*origin), across) % step
    first, last = math.ceil((min(heights) - shift) / step), math.floor((max(heights) - shift) / step)
    return [
        QLineF(along * min(reaches) + across * (n * step + shift), along * max(reaches) + across * (n * step + shift))
        for n in range(first, last + 1)
    ]


def _dots(painter: QPainter, symbol: Symbol, tone: str, box: QRectF, origin: tuple[float, float]) -> None:
    """Draw dots in rows of which every second one is moved by half a step."""
    step, radius = symbol.hatch_spacing, symbol.hatch_width * 1.25
    rows = np.arange(math.floor((box.top() - origin[1]) / step), math.ceil((box.bottom() - origin[1]) / step) + 1)
    first = math.floor((box.left() - origin[0]) / step) - 1
    columns = np.arange(first, first + math.ceil(box.width() / step) + 4)
    across, down = np.meshgrid(columns, rows)
    px = (across + 0.5 + 0.5 * (down % 2)) * step + origin[0]
    py = (down + 0.5) * step + float(origin[1])
    dot = QPainterPath()
    dot.addEllipse(QRectF(-radius, -radius, 2 * radius, 2 * radius))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style_colour(tone))
    for path in stamped(elements_of(dot), np.ravel(px), np.asarray(np.ravel(py), np.float64)):
        painter.drawPath(path)
