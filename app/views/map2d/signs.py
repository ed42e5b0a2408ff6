"""Signs over the map while it is edited: handles, faults, and what the pointer is drawn to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen, QPolygonF

from app.views.ink import colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from app.views.ink import Ink

SIGNS = frozenset({"handle", "fault", "vertex", "crossing", "middle", "foot", "edge"})
SIZE = 6.0
SNAPPED, FAULT = "#d6249f", "#d92d20"


def draw_sign(painter: QPainter, kind: str, points: Sequence[QPointF], ink: Ink) -> None:
    """Draw a sign at each point.

    Parameters
    ----------
    kind : str
        ``vertex`` is a square, ``crossing`` a cross, ``middle`` a triangle, ``foot`` a right angle, ``edge`` an
        hourglass, ``handle`` a small square, ``fault`` a ring with a cross.
    """
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for point in points:
        if kind == "handle":
            painter.setPen(QPen(QColor(colour(ink.accent)), 1.4))
            painter.fillRect(_square(point, 2.6), QColor("#ffffff"))
            painter.drawRect(_square(point, 2.6))
            continue
        # A light rim first, so that the sign is seen on every ground.
        for pen in (QPen(QColor("#ffffff"), 4.4), QPen(QColor(FAULT if kind == "fault" else SNAPPED), 2.0)):
            painter.setPen(pen)
            _draw(painter, kind, point)


def _square(at: QPointF, half: float) -> QRectF:
    return QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half)


def _draw(painter: QPainter, kind: str, at: QPointF) -> None:
    x, y, s = at.x(), at.y(), SIZE
    if kind == "vertex":
        painter.drawRect(_square(at, s))
    elif kind == "middle":
        painter.drawPolygon(QPolygonF([QPointF(x, y - s), QPointF(x + s, y + s), QPointF(x - s, y + s)]))
    elif kind == "foot":
        painter.drawPolyline(QPolygonF([QPointF(x - s, y - s), QPointF(x - s, y + s), QPointF(x + s, y + s)]))
        painter.drawPolyline(QPolygonF([QPointF(x - s, y), QPointF(x, y), QPointF(x, y + s)]))
    elif kind == "edge":
        corners = [QPointF(x - s, y - s), QPointF(x + s, y - s), QPointF(x - s, y + s), QPointF(x + s, y + s)]
        painter.drawPolygon(QPolygonF([corners[0], corners[1], corners[2], corners[3]]))
    else:
        painter.drawLine(QPointF(x - s, y - s), QPointF(x + s, y + s))
        painter.drawLine(QPointF(x - s, y + s), QPointF(x + s, y - s))
        if kind == "fault":
            painter.drawEllipse(at, 2 * s, 2 * s)
