"""Graticule: thin lines of equal longitude and latitude with their degrees at the edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.views.ink import Ink, colour, font, metrics
from app.views.wording import degrees_text

if TYPE_CHECKING:
    from app.core.camera import View

SPACING = 150.0
"""Wanted distance of the lines, px."""

STEPS = (30.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 5e-4, 2e-4, 1e-4)
WIDEST = 720.0
"""Views that show more degrees have no grid."""

TEXT = 10.0
CORNER = 64.0
"""Degrees are left out this near to a corner, where other things stand, px."""


@dataclass(frozen=True, slots=True)
class Graticule:
    """The grid of a view whose map units are degrees."""

    view: View

    def lines(self, axis: str) -> tuple[list[tuple[float, float]], float]:
        """Give (px, degrees) of the lines of one axis, ``x`` or ``y``, and their step."""
        view, ratio = self.view, self.view.pixel_ratio
        if view.extent.width > WIDEST:
            return [], STEPS[0]
        low, high = (view.extent.x0, view.extent.x1) if axis == "x" else (view.extent.y0, view.extent.y1)
        length = (view.width if axis == "x" else view.height) / ratio
        span = high - low
        step = next((s for s in reversed(STEPS) if s / span * length >= SPACING * 0.6), STEPS[0])
        first = int(-(-low // step))
        values = [n * step for n in range(first, first + int(span / step) + 2) if low < n * step < high]
        if axis == "x":
            return [((v - low) / span * length, v) for v in values], step
        return [((high - v) / span * length, v) for v in values if abs(v) <= 90], step


def draw_graticule(painter: QPainter, grid: Graticule, ink: Ink) -> None:
    """Draw lines and degrees, over a picture of the view's size at the origin."""
    view = grid.view
    wide, high = view.width / view.pixel_ratio, view.height / view.pixel_ratio
    across, step_x = grid.lines("x")
    down, step_y = grid.lines("y")
    painter.setPen(QPen(colour(ink.grid), 1.0))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for x, _ in across:
        painter.drawLine(QPointF(round(x), 0), QPointF(round(x), high))
    for y, _ in down:
        painter.drawLine(QPointF(0, round(y)), QPointF(wide, round(y)))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for x, value in (place for place in across if CORNER < place[0] < wide - CORNER):
        _degree(painter, degrees_text(value, "x", step_x), QPointF(x, 10), ink)
    for y, value in (place for place in down if CORNER < place[0] < high - 2 * CORNER):
        text = degrees_text(value, "y", step_y)
        _degree(painter, text, QPointF(wide - 6 - metrics(TEXT).horizontalAdvance(text) / 2, y), ink)


def _degree(painter: QPainter, text: str, middle: QPointF, ink: Ink) -> None:
    wide = metrics(TEXT).horizontalAdvance(text) + 6
    box = QRectF(middle.x() - wide / 2, middle.y() - 7, wide, 14)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(ink.halo))
    painter.drawRoundedRect(box, 3, 3)
    painter.setFont(font(TEXT))
    painter.setPen(colour(ink.muted))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
