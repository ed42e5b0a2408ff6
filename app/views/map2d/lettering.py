"""Lettering: widths of texts from their letters, and lines of text as small pictures; in worker threads."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, cos, pi, sin
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from app.views.ink import font, style_colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.views.view import Lettering

LEADING = 0.86
"""Distance of two lines over the font's own."""

AROUND = tuple((cos(pi * n / 4), sin(pi * n / 4)) for n in range(8))
"""Where the halo of a letter is drawn: drawing letters eight times is far cheaper than their outlines."""

SHEET = 1024
"""Width of the sheets that lines are drawn on, px, and their least height."""

MOST_KEPT = 8000
"""Lines kept; when there are more, all are forgotten."""

_advances: dict[tuple[float, bool, float], NDArray[np.float32]] = {}
_sprites: dict[tuple[str, Lettering, float], Sprite] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A line of text, drawn once: its halo and its letters on sheets that many lines share.

    Parameters
    ----------
    halo : QImage or None
    letters : QImage
    box : QRectF
        Where on the sheets, with ``edge`` px around the letters.
    width, height : float
        Of the line without its edge, device px.
    """

    halo: QImage | None
    letters: QImage
    box: QRectF
    edge: float
    width: float
    height: float


def widths(lines: Sequence[str], look: Lettering, ratio: float) -> NDArray[np.float64]:
    """Give the widths of lines of text, device px: the sum of their letters', each measured once.

    Parameters
    ----------
    lines : sequence of str
    look : Lettering
    ratio : float
        Device pixels per logical pixel.
    """
    codes, starts = letters_of(lines)
    advances = np.append(advances_of(codes, look, ratio), 0.0)
    sums = np.concatenate([[0.0], np.cumsum(advances)])
    return sums[starts[1:]] - sums[starts[:-1]]


def letters_of(lines: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Give the code points of all lines one after the other, and where each line begins (lines + 1)."""
    codes = np.frombuffer("".join(lines).encode("utf-32-le", "surrogatepass"), np.uint32)
    starts = np.zeros(len(lines) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, lines), np.int64, len(lines)), out=starts[1:])
    return codes, starts


def advances_of(codes: NDArray[np.uint32], look: Lettering, ratio: float) -> NDArray[np.float64]:
    """Give how far each letter moves on, device px; each is measured once."""
    key = (look.size, look.bold, ratio)
    table = _advances.get(key)
    if table is None:
        table = _advances[key] = np.full(0x110000, np.nan, np.float32)
    found = table[codes]
    new = np.unique(codes[np.isnan(found)])
    if len(new):
        measure = QFontMetricsF(font(look.size, bold=look.bold, scale=ratio))
        for code in new.tolist():
            table[code] = measure.horizontalAdvance(chr(code))
        found = table[codes]
    return found.astype(np.float64)


@lru_cache(maxsize=64)
def line_height(look: Lettering, ratio: float) -> float:
    """Give the height of a line, device px."""
    return QFontMetricsF(font(look.size, bold=look.bold, scale=ratio)).height() * LEADING


def sprites(lines: Sequence[str], look: Lettering, ratio: float) -> list[Sprite]:
    """Give lines of text as pictures; those that are new are drawn together, which is far cheaper than one by one."""
    with _lock:
        new = [line for line in dict.fromkeys(lines) if (line, look, ratio) not in _sprites]
        if len(_sprites) + len(new) > MOST_KEPT:
            _sprites.clear()
            new = list(dict.fromkeys(lines))
        if new:
            _draw(new, look, ratio)
        return [_sprites[line, look, ratio] for line in lines]


def _draw(lines: Sequence[str], look: Lettering, ratio: float) -> None:
    """Draw lines on new sheets and keep them."""
    letters = font(look.size, bold=look.bold, scale=ratio)
    measure = QFontMetricsF(letters)
    edge, high = (look.halo_width + 1.7) * ratio, measure.height() * LEADING
    wide = [measure.horizontalAdvance(line) for line in lines]
    row = ceil(high + 2 * edge) + 1
    corners, size = _laid(wide, edge, row)
    starts = [corner + QPointF(edge, edge + measure.ascent() * 0.9) for corner in corners]
    tone = style_colour(look.colour)
    written = _sheet(lines, letters, tone, starts, (), size)
    halo = None
    if look.halo_width > 0:
        reach = look.halo_width * ratio
        around = tuple(QPointF(dx * reach, dy * reach) for dx, dy in AROUND)
        halo = _sheet(lines, letters, halo_colour(look, tone), starts, around, size)
    for line, corner, width in zip(lines, corners, wide, strict=True):
        box = QRectF(corner.x(), corner.y(), ceil(width + 2 * edge) + 1, row)
        _sprites[line, look, ratio] = Sprite(halo, written, box, edge, width, high)


def _laid(wide: Sequence[float], edge: float, row: int) -> tuple[list[QPointF], tuple[int, int]]:
    """Lay boxes in rows; give their corners and the size of the sheet."""
    sheet = max(SHEET, ceil(max(wide) + 2 * edge) + 2)
    corners: list[QPointF] = []
    x = y = 0
    for width in wide:
        box = ceil(width + 2 * edge) + 2
        if x + box > sheet:
            x, y = 0, y + row
        corners.append(QPointF(x, y))
        x += box
    return corners, (sheet, y + row + 1)


def _sheet(
    lines: Sequence[str],
    letters: QFont,
    tone: QColor,
    starts: Sequence[QPointF],
    around: Sequence[QPointF],
    size: tuple[int, int],
) -> QImage:
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.setFont(letters)
    painter.setPen(tone)
    for line, start in zip(lines, starts, strict=True):
        for step in around or (QPointF(0, 0),):
            painter.drawText(start + step, line)
    painter.end()
    return image


def halo_colour(look: Lettering, tone: QColor) -> QColor:
    """Give the colour around letters: the one asked for, else light around dark ones and dark around light ones."""
    if look.halo is not None:
        return style_colour(look.halo)
    return QColor(255, 255, 255, 130) if tone.lightnessF() < 0.6 else QColor(10, 18, 24, 120)
