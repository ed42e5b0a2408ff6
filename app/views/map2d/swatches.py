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
    elif row.geometry == "point":
        draw_marker(painter, row.symbol, box.center(), min(row.symbol.size, box.height()))
    elif row.geometry == "line":
        painter.setPen(pen_of(row.symbol))
        painter.drawLine(QPointF(box.left() + 1, box.center().y()), QPointF(box.right() - 1, box.center().y()))
    else:
        painter.setPen(pen_of(row.symbol))
        painter.setBrush(brush_of(row.symbol))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 2, 2)


def pen_of(symbol: Symbol) -> QPen:
    """Give the pen of a symbol's outline or line."""
    if symbol.stroke is None or symbol.width <= 0:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(style_colour(symbol.stroke), symbol.width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if symbol.dash else Qt.PenCapStyle.RoundCap)
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
