"""Labels: texts of all layers find their places together, and are drawn with halos by QPainter; in worker threads."""

from __future__ import annotations

from dataclasses import dataclass
from math import degrees
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from app.views.map2d.lettering import line_height, sprites, widths
from app.views.map2d.placing import Wishes, place
from app.views.view import Labels, Lettering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.view import Caption, Covered

MOST = 1200
"""Texts drawn on one map."""

SIDES = {
    "centre": ((0.0, 0.0),),
    "above": ((0.0, -1.0),),
    "around": ((1.0, -1.0), (1.0, 0.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (1.0, 1.0), (-1.0, -1.0), (-1.0, 1.0)),
    "auto": ((0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)),
}
"""Where a text may stand beside its place: steps to the right and downwards, tried in this order."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """The wishes of one layer: per text its alternatives and their boxes."""

    labels: Labels
    alternatives: NDArray[np.int64]
    parts: NDArray[np.int64]
    boxes: NDArray[np.float64]


def as_labels(captions: Sequence[Caption]) -> list[Labels]:
    """Give captions as labels, one per kind of letters, in their order."""
    kinds: dict[tuple[float, str], list[Caption]] = {}
    for caption in captions:
        kinds.setdefault((caption.size, caption.colour), []).append(caption)
    return [
        Labels(
            [c.text for c in some],
            np.array([c.x for c in some]),
            np.array([c.y for c in some]),
            np.array([c.lift for c in some]),
            np.array([c.weight for c in some]),
            Lettering(size, colour),
        )
        for (size, colour), some in kinds.items()
    ]


def draw_captions(pixels: NDArray[np.uint32], captions: Sequence[Caption], view: View) -> None:
    """Draw as many captions as have room, in place; see `draw_labels`."""
    draw_labels(pixels, as_labels(captions), view)


def draw_labels(
    pixels: NDArray[np.uint32], labels: Sequence[Labels], view: View, covered: Sequence[Covered] = ()
) -> int:
    """Draw as many texts as have room, in place; give their number.

    Parameters
    ----------
    pixels : ndarray, uint32, (height, width)
        ``0xffRRGGBB``.
    labels : sequence of Labels
        Of the top layer first; a higher priority wins, then the upper layer, then the weight.
    view : View
        Size and pixel ratio of the picture.
    covered : sequence of Covered
        Where cards lie over the picture.
    """
    sheets, order, chosen = placed(labels, view, covered)
    image = QImage(pixels.data, view.width, view.height, view.width * 4, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    starts = np.cumsum([0, *(len(s.labels.texts) for s in sheets)])
    hits = np.flatnonzero(chosen >= 0)[::-1]
    owners = np.searchsorted(starts, order[hits], side="right") - 1
    texts = order[hits] - starts[owners]
    for owner, sheet in enumerate(sheets):
        _prepare(sheet.labels, texts[owners == owner].tolist(), view.pixel_ratio)
    for owner, text, way in zip(owners.tolist(), texts.tolist(), chosen[hits].tolist(), strict=True):
        _draw(painter, sheets[owner], text, way, view.pixel_ratio)
    painter.end()
    return len(hits)


def _prepare(labels: Labels, texts: Sequence[int], ratio: float) -> None:
    """Draw what several texts need at once."""
    if labels.glyphs is not None:
        sprites([letter for n in texts for letter in labels.texts[n]], labels.lettering, ratio)
    else:
        sprites([line for n in texts for line in labels.texts[n].split("\n")], labels.lettering, ratio)


def placed(
    labels: Sequence[Labels], view: View, covered: Sequence[Covered] = ()
) -> tuple[list[_Sheet], NDArray[np.int64], NDArray[np.int32]]:
    """Give the wishes by layer, the order of all texts, and which of its alternatives each takes (-1 = none)."""
    sheets = [_sheet(one, view.pixel_ratio) for one in labels]
    if not sheets:
        return [], np.zeros(0, np.int64), np.zeros(0, np.int32)
    counts = [len(s.labels.texts) for s in sheets]
    priority = np.repeat([s.labels.priority for s in sheets], counts)
    weight = np.concatenate([s.labels.weight for s in sheets])
    order = np.lexsort((-weight, np.repeat(np.arange(len(sheets)), counts), -priority))
    wishes, firsts = _joined(sheets, order)
    chosen = place(wishes, view.width, view.height, MOST, view.pixel_ratio, covered)
    return sheets, order, np.where(chosen >= 0, chosen - firsts, -1).astype(np.int32)


def _joined(sheets: Sequence[_Sheet], order: NDArray[np.int64]) -> tuple[Wishes, NDArray[np.int64]]:
    """Give the wishes of all layers in the order of placing, and the first alternative of each text."""
    ways = np.concatenate([np.diff(s.alternatives) for s in sheets])[order]
    of_text = np.concatenate([s.alternatives[:-1] + n for s, n in _stacked(sheets, lambda s: len(s.parts) - 1)])
    way = _ranges(of_text[order], ways)
    lengths = np.concatenate([np.diff(s.parts) for s in sheets])
    of_way = np.concatenate([s.parts[:-1] + n for s, n in _stacked(sheets, lambda s: len(s.boxes))])
    boxes = np.concatenate([s.boxes for s in sheets])[_ranges(of_way[way], lengths[way])]
    free = np.repeat([int(s.labels.overlap) for s in sheets], [len(s.labels.texts) for s in sheets])[order]
    alternatives = np.concatenate([[0], np.cumsum(ways)]).astype(np.int64)
    parts = np.concatenate([[0], np.cumsum(lengths[way])]).astype(np.int64)
    return Wishes(alternatives, parts, np.ascontiguousarray(boxes), free.astype(np.int64)), alternatives[:-1]


def _stacked(sheets: Sequence[_Sheet], size: object) -> list[tuple[_Sheet, int]]:
    found: list[tuple[_Sheet, int]] = []
    total = 0
    for sheet in sheets:
        found.append((sheet, total))
        total += size(sheet)  # pyright: ignore[reportCallIssue]
    return found


def _ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the numbers start, start + 1 … of each range, one after the other."""
    heads = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(starts - heads, lengths)


# ------------------------------------------------------------------------- boxes
def _sheet(labels: Labels, ratio: float) -> _Sheet:
    if labels.glyphs is not None:
        return _along(labels, ratio)
    wide, high = text_sizes(labels.texts, labels.lettering, ratio)
    on = labels.lift <= 0
    sides = SIDES["above" if labels.placement == "centre" else labels.placement]
    lift = labels.lift * ratio
    dx = np.array([s[0] for s in sides])[:, None] * (lift + wide / 2)
    diagonal = np.array([0.5 if s[0] and s[1] else 1.0 for s in sides])[:, None]
    dy = np.array([s[1] for s in sides])[:, None] * (lift * diagonal + high / 2)
    x, y = labels.x + np.where(on, 0.0, dx), labels.y + np.where(on, 0.0, dy)
    boxes = np.stack([x - wide / 2, y - high / 2, x + wide / 2, y + high / 2], -1)
    boxes[1:, on] = np.nan
    count = len(labels.texts)
    flat = boxes.transpose(1, 0, 2).reshape(-1, 4)
    return _Sheet(labels, np.arange(count + 1) * len(sides), np.arange(count * len(sides) + 1), flat)


def text_sizes(texts: Sequence[str], look: Lettering, ratio: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give width and height of texts, device px; the widest line counts."""
    high = line_height(look, ratio)
    if not any("\n" in text for text in texts):
        return widths(texts, look, ratio), np.full(len(texts), high)
    lines = [text.split("\n") for text in texts]
    counts = np.array([len(some) for some in lines])
    flat = widths([line for some in lines for line in some], look, ratio)
    return np.maximum.reduceat(flat, np.cumsum(counts) - counts), counts * high


def _along(labels: Labels, ratio: float) -> _Sheet:
    """Give a square for each letter of texts along lines."""
    glyphs = labels.glyphs
    assert glyphs is not None
    assert labels.glyph_dx is not None
    assert labels.glyph_dy is not None
    owner = np.repeat(np.arange(len(labels.texts)), np.diff(glyphs))
    half = line_height(labels.lettering, ratio) / 2
    x, y = labels.x[owner] + labels.glyph_dx, labels.y[owner] + labels.glyph_dy
    boxes = np.stack([x - half, y - half, x + half, y + half], -1)
    return _Sheet(labels, np.arange(len(labels.texts) + 1), glyphs, boxes)


# ------------------------------------------------------------------------- drawing
def _draw(painter: QPainter, sheet: _Sheet, text: int, way: int, ratio: float) -> None:
    labels = sheet.labels
    if labels.glyphs is not None:
        _draw_along(painter, labels, text, ratio)
        return
    box = sheet.boxes[sheet.parts[sheet.alternatives[text] + way]]
    lines = sprites(labels.texts[text].split("\n"), labels.lettering, ratio)
    for halo in (True, False):
        y = float(box[1])
        for line in lines:
            picture = line.halo if halo else line.letters
            if picture is not None:
                x = float(box[0] + box[2]) / 2 - line.width / 2
                painter.drawImage(QPointF(round(x - line.edge), round(y - line.edge)), picture, line.box)
            y += line.height


def _draw_along(painter: QPainter, labels: Labels, text: int, ratio: float) -> None:
    """Draw the letters of a text along its line: all halos first, so that none lies over a letter."""
    assert labels.glyphs is not None
    assert labels.glyph_dx is not None
    assert labels.glyph_dy is not None
    assert labels.glyph_angle is not None
    first = int(labels.glyphs[text])
    letters = sprites(labels.texts[text], labels.lettering, ratio)
    for halo in (True, False):
        for n, letter in enumerate(letters, first):
            picture = letter.halo if halo else letter.letters
            if picture is None:
                continue
            painter.save()
            painter.translate(labels.x[text] + labels.glyph_dx[n], labels.y[text] + labels.glyph_dy[n])
            painter.rotate(degrees(labels.glyph_angle[n]))
            corner = QPointF(-letter.width / 2 - letter.edge, -letter.height / 2 - letter.edge)
            painter.drawImage(corner, picture, letter.box)
            painter.restore()
