"""Captions: the names on a map as real letters with a halo, at the places that the map's own labels find."""

from __future__ import annotations

from functools import lru_cache
from math import degrees
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from app.views.ink import style_colour
from app.views.map2d.labels import as_labels, placed
from app.views.map2d.lettering import halo_colour
from app.views.sheet.paper import FINE, PT, letters, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.camera import View
    from app.views.view import Labels, Lettering, Picture


def labels_of(pictures: Sequence[Picture]) -> list[Labels]:
    """Give the texts of all layers, of the top layer first; pictures are bottom first."""
    return [one for picture in reversed(pictures) for one in (*as_labels(picture.captions), *picture.labels)]


def draw_labels(
    painter: QPainter, labels: Sequence[Labels], view: View, check: Callable[[], None] = lambda: None
) -> int:
    """Draw as many texts as have room; gives how many.

    Parameters
    ----------
    painter : QPainter
        Its unit is a px at 96 dpi; its origin the upper left corner of the frame.
    labels : sequence of Labels
    view : View
        Extent and size of the frame, px at 96 dpi.
    """
    sheets, order, chosen = placed(labels, view)
    starts = np.cumsum([0, *(len(sheet.labels.texts) for sheet in sheets)])
    hits = np.flatnonzero(chosen >= 0)[::-1]
    owners = np.searchsorted(starts, order[hits], side="right") - 1
    for number, (hit, owner) in enumerate(zip(hits.tolist(), owners.tolist(), strict=True)):
        if number % 64 == 0:
            check()
        sheet, text = sheets[owner], int(order[hit] - starts[owner])
        if sheet.labels.glyphs is not None:
            _draw_along(painter, sheet.labels, text)
        else:
            box = sheet.boxes[sheet.parts[sheet.alternatives[text] + int(chosen[hit])]]
            _draw_lines(painter, sheet.labels, text, box)
    return len(hits)


def _draw_lines(painter: QPainter, labels: Labels, text: int, box: np.ndarray) -> None:
    look = labels.lettering
    lines = labels.texts[text].split("\n")
    step = float(box[3] - box[1]) / len(lines)
    points = look.size / PT
    for number, line in enumerate(lines):
        x = float(box[0] + box[2]) / 2 - width_of(line, points, bold=look.bold) / 2
        y = float(box[1]) + (number + 0.5) * step + look.size * 0.36
        _draw_word(painter, line, QPointF(x, y), 0.0, look)


def _draw_along(painter: QPainter, labels: Labels, text: int) -> None:
    """Draw a text letter by letter along its line."""
    if labels.glyphs is None or labels.glyph_dx is None or labels.glyph_dy is None or labels.glyph_angle is None:
        return
    look, first = labels.lettering, int(labels.glyphs[text])
    points = look.size / PT
    for at, letter in enumerate(labels.texts[text]):
        n = first + at
        turn = float(labels.glyph_angle[n])
        half = width_of(letter, points, bold=look.bold) / 2
        drop = look.size * 0.36
        x = float(labels.x[text] + labels.glyph_dx[n]) - half * np.cos(turn) - drop * np.sin(turn)
        y = float(labels.y[text] + labels.glyph_dy[n]) - half * np.sin(turn) + drop * np.cos(turn)
        _draw_word(painter, letter, QPointF(x, y), degrees(turn), look)


def _draw_word(painter: QPainter, word: str, at: QPointF, turn: float, look: Lettering) -> None:
    """Draw letters from their baseline, over their halo."""
    points, tone = look.size / PT, style_colour(look.colour)
    painter.save()
    painter.translate(at)
    if turn:
        painter.rotate(turn)
    painter.scale(1 / FINE, 1 / FINE)
    if look.halo_width > 0:
        pen = QPen(solid(halo_colour(look, tone)), 2 * look.halo_width * FINE)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.strokePath(outline(word, points, look.bold), pen)
    painter.setFont(letters(points, bold=look.bold))
    painter.setPen(tone)
    painter.drawText(QPointF(0, 0), word)
    painter.restore()


def solid(tone: QColor) -> QColor:
    """Give a halo's colour without its transparency: a see-through stroke makes a PDF eight times as large."""
    made = QColor(tone)
    made.setAlpha(255)
    return made


@lru_cache(maxsize=4096)
def outline(line: str, points: float, bold: bool) -> QPainterPath:
    """Give the outline of a line of text, `FINE` times as large, for its halo."""
    path = QPainterPath()
    path.addText(QPointF(0, 0), letters(points, bold=bold), line)
    return path
