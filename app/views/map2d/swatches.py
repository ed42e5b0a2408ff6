"""Swatches: what a row of the legend stands for, drawn by QPainter; the map draws its symbols by kernels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app.views.ink import Ink, colour, style_colour
from app.views.map2d.marks import outline_of, parts_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from app.views.map2d.legend import Row
    from layers.style import Symbol

CAPS = {
    "butt": Qt.PenCapStyle.FlatCap, "round": Qt.PenCapStyle.RoundCap, "square": Qt.PenCapStyle.SquareCap,
}  # fmt: skip
JOINS = {
    "miter": Qt.PenJoinStyle.MiterJoin, "round": Qt.PenJoinStyle.RoundJoin, "bevel": Qt.PenJoinStyle.BevelJoin,
}  # fmt: skip


def draw_swatch(painter: QPainter, row: Row, box: QRectF, ink: Ink) -> None:
    """Draw what a row of the legend stands for."""
    if row.symbol is None:
        painter.setPen(QPen(colour(ink.edge), 1.0))
        painter.setBrush(QColor.fromRgba(row.colour))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        return
    for symbol in (row.symbol, *row.over):
        draw_symbol(painter, symbol, row.geometry, box)


def draw_symbol(painter: QPainter, symbol: Symbol, geometry: str, box: QRectF) -> None:
    """Draw a symbol as a mark, a line or a patch."""
    if geometry == "point":
        draw_marker(painter, symbol, box.center(), min(symbol.size, box.height()))
    elif geometry == "line":
        painter.setPen(pen_of(symbol))
        painter.drawLine(QPointF(box.left() + 1, box.center().y()), QPointF(box.right() - 1, box.center().y()))
    else:
        patch = box.adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush_of(symbol))
        painter.drawRoundedRect(patch, 2, 2)
        draw_hatch(painter, symbol, patch)
        painter.setPen(pen_of(symbol))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(patch, 2, 2)


HATCHES = {
    "horizontal": (0.0,), "vertical": (90.0,), "cross": (0.0, 90.0), "diagonal_up": (-45.0,), "diagonal_down": (45.0,),
    "diagonal_cross": (-45.0, 45.0),
}  # fmt: skip
"""Turns of the lines of a hatch, degrees clockwise."""


def draw_hatch(painter: QPainter, symbol: Symbol, box: QRectF) -> None:
    """Draw the lines or dots of a patch."""
    tone = symbol.hatch_colour or symbol.stroke
    if not symbol.hatch or tone is None:
        return
    painter.save()
    painter.setClipRect(box)
    painter.translate(box.center())
    reach, step = math.hypot(box.width(), box.height()) / 2, max(symbol.hatch_spacing, 2.0)
    count = int(reach / step) + 1
    if symbol.hatch == "dots":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style_colour(tone))
        for row in range(-count, count + 1):
            for column in range(-count, count + 1):
                painter.drawEllipse(QPointF(column * step, row * step), symbol.hatch_width, symbol.hatch_width)
    painter.setPen(QPen(style_colour(tone), symbol.hatch_width))
    for turn in HATCHES.get(symbol.hatch, ()):
        painter.save()
        painter.rotate(turn)
        for row in range(-count, count + 1):
            painter.drawLine(QPointF(-reach, row * step), QPointF(reach, row * step))
        painter.restore()
    painter.restore()


def pen_of(symbol: Symbol) -> QPen:
    """Give the pen of a symbol's outline or line."""
    if symbol.stroke is None or symbol.width <= 0:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(style_colour(symbol.stroke), symbol.width)
    pen.setCapStyle(CAPS[symbol.ends])
    pen.setJoinStyle(JOINS[symbol.join])
    if symbol.dash:
        pen.setDashPattern([max(length / symbol.width, 0.01) for length in symbol.dash])
    return pen


def brush_of(symbol: Symbol) -> QColor | Qt.BrushStyle:
    """Give the brush of a symbol's inside."""
    return Qt.BrushStyle.NoBrush if symbol.fill is None else style_colour(symbol.fill)


Part = tuple[QPainterPath, QPen, QColor | Qt.BrushStyle]
"""Something to draw, with what draws its outline and its inside."""


def draw_marker(painter: QPainter, symbol: Symbol, at: QPointF, size: float) -> None:
    """Draw a point symbol of a size in px around a place."""
    for path, pen, brush in outlines(symbol, size):
        painter.setPen(pen)
        painter.setBrush(brush)
        painter.drawPath(path.translated(at))


def outlines(
    symbol: Symbol, size: float, scale: float = 1.0
) -> list[tuple[QPainterPath, QPen, QColor | Qt.BrushStyle]]:
    """Give the parts of a point symbol round the origin, the lowest first, with what draws them.

    Parameters
    ----------
    symbol : Symbol
    size : float
        Height and width, px at 96 dpi.
    scale : float
        Units of the painter in one such px.
    """
    size, parts = size * scale, parts_of(symbol.marker)
    if not parts:
        path, half = QPainterPath(), size / 2
        if symbol.shape == "circle":
            path.addEllipse(QRectF(-half, -half, size, size))
        else:
            _add_ring(path, outline_of(symbol.shape, size, 0.0))
        pen = pen_of(symbol)
        pen.setWidthF(pen.widthF() * scale)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        return [(path, pen, brush_of(symbol))]
    tones = {"fill": symbol.fill, "line": symbol.stroke or symbol.fill}
    made: list[Part] = []
    for tone, rings in parts:
        path = QPainterPath()
        for ring in rings:
            _add_ring(path, ring * size)
        colour_name = tones[tone]
        if colour_name is not None:
            made.append((path, QPen(Qt.PenStyle.NoPen), style_colour(colour_name)))
    return made


def _add_ring(path: QPainterPath, corners: NDArray[np.float64]) -> None:
    path.addPolygon(QPolygonF([QPointF(float(x), float(y)) for x, y in corners]))
    path.closeSubpath()
