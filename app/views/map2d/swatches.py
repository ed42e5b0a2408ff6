"""Swatches: what a row of the legend stands for, drawn by QPainter; the map draws its symbols by kernels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.views.ink import Ink, colour, style_colour

if TYPE_CHECKING:
    from app.views.map2d.legend import Row
    from layers.style import Symbol

CAPS = {
    "butt": Qt.PenCapStyle.FlatCap, "round": Qt.PenCapStyle.RoundCap, "square": Qt.PenCapStyle.SquareCap,
}  # fmt: skip
JOINS = {
    "miter": Qt.PenJoinStyle.MiterJoin, "round": Qt.PenJoinStyle.RoundJoin, "bevel": Qt.PenJoinStyle.BevelJoin,
}  # fmt: skip
CORNERS = {
    "square": [(-0.886, -0.886), (0.886, -0.886), (0.886, 0.886), (-0.886, 0.886)],
    "triangle": [(0.0, -1.2), (1.04, 0.7), (-1.04, 0.7)],
    "diamond": [(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)],
}


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


def draw_marker(painter: QPainter, symbol: Symbol, at: QPointF, size: float) -> None:
    """Draw a point symbol of a size in px around a place."""
    painter.setPen(pen_of(symbol))
    painter.setBrush(brush_of(symbol))
    half = size / 2
    if symbol.shape == "circle":
        painter.drawEllipse(at, half, half)
    elif symbol.shape == "cross":
        arm = half * math.sqrt(0.5)
        painter.drawLine(at + QPointF(-arm, -arm), at + QPointF(arm, arm))
        painter.drawLine(at + QPointF(-arm, arm), at + QPointF(arm, -arm))
    else:
        painter.drawPolygon(QPolygonF([at + QPointF(x * half, y * half) for x, y in CORNERS[symbol.shape]]))
