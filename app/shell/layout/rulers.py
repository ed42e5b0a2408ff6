"""Rulers: millimetres along the upper and left edge of the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.widgets import theme

if TYPE_CHECKING:
    from collections.abc import Iterator

RULER = 22
STEPS = (1, 2, 5, 10, 20, 50, 100, 200)


def draw_rulers(
    painter: QPainter, width: int, height: int, offset: QPointF, scale: float, page: tuple[float, float]
) -> None:
    """Draw both rulers.

    Parameters
    ----------
    offset : QPointF
        Where the corner of the paper lies, px.
    scale : float
        px in a mm.
    page : (width, height)
        mm; shown brighter.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(theme.font(10))
    dim, bright, ink = theme.colour("surface-alt"), theme.colour("surface"), theme.colour("text-muted")
    painter.fillRect(0, 0, width, RULER, dim)
    painter.fillRect(0, 0, RULER, height, dim)
    painter.fillRect(QRectF(max(offset.x(), RULER), 0, page[0] * scale, RULER), bright)
    painter.fillRect(QRectF(0, max(offset.y(), RULER), RULER, page[1] * scale), bright)
    painter.setPen(QPen(ink, 1.0))
    for at, text, long in _marks(offset.x(), scale, width):
        painter.drawLine(QPointF(at, RULER - (9 if long else 4)), QPointF(at, RULER))
        if text:
            painter.drawText(QRectF(at + 2, 0, 40, 13), int(Qt.AlignmentFlag.AlignLeft), text)
    for at, text, long in _marks(offset.y(), scale, height):
        painter.drawLine(QPointF(RULER - (9 if long else 4), at), QPointF(RULER, at))
        if text:
            painter.save()
            painter.translate(11, at - 2)
            painter.rotate(-90)
            painter.drawText(QPointF(0, 0), text)
            painter.restore()
    edge = QColor(theme.colour("border"))
    painter.setPen(QPen(edge, 1.0))
    painter.drawLine(0, RULER, width, RULER)
    painter.drawLine(RULER, 0, RULER, height)
    painter.fillRect(0, 0, RULER, RULER, dim)


def _marks(start: float, scale: float, length: int) -> Iterator[tuple[float, str, bool]]:
    """Give place, text and length of the marks that lie in view."""
    fine = next((s for s in STEPS if s * scale >= 5), STEPS[-1])
    bold = next((s for s in STEPS if s * scale >= 44 and s % fine == 0), STEPS[-1])
    first = int((RULER - start) / scale // fine) * fine
    for mm in range(first, int((length - start) / scale) + fine, fine):
        at = start + mm * scale
        if at >= RULER:
            yield at, str(mm) if mm % bold == 0 else "", mm % bold == 0
