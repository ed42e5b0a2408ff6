"""Labels: texts on the map, the weightier first, never over each other; drawn with a halo by QPainter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from app.views.ink import font, style_colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.view import Caption

CELL = 32
"""Size of the cells that remember which texts stand there, px."""

MOST = 600
"""Texts drawn on one map."""

GAP = 3.0


class Placed:
    """Boxes that are taken, in a coarse grid."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[QRectF]] = {}

    def take(self, box: QRectF) -> bool:
        """Take a box unless it meets another; tell whether it was free."""
        wide = box.adjusted(-GAP, -GAP, GAP, GAP)
        keys = [
            (column, row)
            for column in range(int(wide.left()) // CELL, int(wide.right()) // CELL + 1)
            for row in range(int(wide.top()) // CELL, int(wide.bottom()) // CELL + 1)
        ]
        if any(wide.intersects(other) for key in keys for other in self._cells.get(key, ())):
            return False
        for key in keys:
            self._cells.setdefault(key, []).append(box)
        return True


def draw_captions(captions: Sequence[Caption], view: View) -> NDArray[np.uint32]:
    """Give a transparent picture with as many texts as have room.

    Parameters
    ----------
    captions : sequence of Caption
        Of the top layer first; within it the weightier win.
    view : View
        Size and pixel ratio of the picture.
    """
    pixels = np.zeros((view.height, view.width), np.uint32)
    image = QImage(pixels.data, view.width, view.height, view.width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    taken, drawn = Placed(), 0
    frame = QRectF(0, 0, view.width, view.height)
    for caption in captions:
        if drawn >= MOST:
            break
        place = caption_box(caption, view.pixel_ratio)
        if frame.contains(place[0]) and taken.take(place[0]):
            _draw(painter, caption, place[1], view.pixel_ratio)
            drawn += 1
    painter.end()
    return pixels


def caption_box(caption: Caption, ratio: float) -> tuple[QRectF, QPointF]:
    """Give the box of a text and where its baseline starts, device px."""
    measure = QFontMetricsF(font(caption.size, scale=ratio))
    lines = caption.text.split("\n")
    wide = max(measure.horizontalAdvance(line) for line in lines)
    high = measure.height() * 0.86 * len(lines)
    middle = caption.y - caption.lift * ratio - (high / 2 if caption.lift else 0)
    box = QRectF(caption.x - wide / 2, middle - high / 2, wide, high)
    return box, QPointF(box.left(), box.top() + measure.ascent() * 0.9)


def _draw(painter: QPainter, caption: Caption, start: QPointF, ratio: float) -> None:
    letters = font(caption.size, scale=ratio)
    measure = QFontMetricsF(letters)
    wide = max(measure.horizontalAdvance(line) for line in caption.text.split("\n"))
    path = QPainterPath()
    for row, line in enumerate(caption.text.split("\n")):
        aside = (wide - measure.horizontalAdvance(line)) / 2
        path.addText(start + QPointF(aside, row * measure.height() * 0.86), letters, line)
    tone = style_colour(caption.colour)
    pen = QPen(_halo(tone), 2.6 * ratio)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.fillPath(path, tone)


def _halo(tone: QColor) -> QColor:
    """Give the colour around letters: light around dark ones, dark around light ones."""
    return QColor(255, 255, 255, 215) if tone.lightnessF() < 0.6 else QColor(10, 18, 24, 200)
