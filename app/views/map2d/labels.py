"""Labels: texts on the map, the weightier first, never over each other; drawn with a halo by QPainter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from app.views.ink import font, style_colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.view import Caption

CELL = 32
"""Size of the cells that remember which texts stand there, px."""

MOST = 600
"""Texts drawn on one map."""

GAP = 3.0
LEADING = 0.86
"""Distance of two lines over the font's own."""

AROUND = tuple((1.3 * cos(pi * n / 6), 1.3 * sin(pi * n / 6)) for n in range(12))
"""Where the halo of a letter is drawn, logical px: drawing letters twelve times is far cheaper than their outlines."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A line of text as a picture: letters with a halo of ``edge`` px around them; sizes without it, device px."""

    image: QImage
    edge: float
    width: float
    height: float


@lru_cache(maxsize=4096)
def sprite(line: str, size: float, colour: str, ratio: float) -> Sprite:
    """Give the picture of a line of text, drawn once.

    Parameters
    ----------
    line : str
    size : float
        Height of the letters, logical px.
    colour : str
        ``#rrggbb`` or ``#rrggbbaa``.
    ratio : float
        Device pixels per logical pixel.
    """
    letters = font(size, scale=ratio)
    measure = QFontMetricsF(letters)
    wide, high, edge = measure.horizontalAdvance(line), measure.height() * LEADING, 3.0 * ratio
    image = QImage(round(wide + 2 * edge) + 1, round(high + 2 * edge) + 1, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.setFont(letters)
    start, tone = QPointF(edge, edge + measure.ascent() * 0.9), style_colour(colour)
    painter.setPen(_halo(tone))
    for dx, dy in AROUND:
        painter.drawText(start + QPointF(dx * ratio, dy * ratio), line)
    painter.setPen(tone)
    painter.drawText(start, line)
    painter.end()
    return Sprite(image, edge, wide, high)


def draw_captions(pixels: NDArray[np.uint32], captions: Sequence[Caption], view: View) -> None:
    """Draw as many texts as have room, in place.

    Parameters
    ----------
    pixels : ndarray, uint32, (height, width)
        ``0xffRRGGBB``.
    captions : sequence of Caption
        Of the top layer first; within it the weightier win.
    view : View
        Size and pixel ratio of the picture.
    """
    image = QImage(pixels.data, view.width, view.height, view.width * 4, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    taken, drawn = Placed(), 0
    for caption in captions:
        if drawn >= MOST:
            break
        if not (0 <= caption.x < view.width and 0 <= caption.y < view.height):
            continue
        lines = [sprite(n, caption.size, caption.colour, view.pixel_ratio) for n in caption.text.split("\n")]
        box = caption_box(caption, lines, view.pixel_ratio)
        inside = box.left() >= 0 and box.top() >= 0 and box.right() <= view.width and box.bottom() <= view.height
        if inside and taken.take(box):
            _draw(painter, lines, box)
            drawn += 1
    painter.end()


def _draw(painter: QPainter, lines: Sequence[Sprite], box: QRectF) -> None:
    y = box.top()
    for line in lines:
        x = box.center().x() - line.width / 2
        painter.drawImage(QPointF(round(x - line.edge), round(y - line.edge)), line.image)
        y += line.height


def caption_box(caption: Caption, lines: Sequence[Sprite], ratio: float) -> QRectF:
    """Give the box of a text's letters on the map, device px: around its place, or above it where it is lifted."""
    wide, high = max(line.width for line in lines), sum(line.height for line in lines)
    middle = caption.y - caption.lift * ratio - (high / 2 if caption.lift else 0)
    return QRectF(caption.x - wide / 2, middle - high / 2, wide, high)


def _halo(tone: QColor) -> QColor:
    """Give the colour around letters: light around dark ones, dark around light ones."""
    return QColor(255, 255, 255, 130) if tone.lightnessF() < 0.6 else QColor(10, 18, 24, 120)
