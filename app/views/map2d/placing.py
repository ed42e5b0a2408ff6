"""Placing: which texts find room on a map, the weightier first; boxes are tried on a coarse sheet of taken cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.views.map2d.compiled import BOXES, INDEX_OUT, OFFSETS, REAL, WHOLE, kernel, writable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.views.view import Covered

CELL = 3.0
"""Side of the cells that are taken, px of the picture."""

GAP = 3.0
"""Room between two texts, px at 96 dpi."""

SHEET = writable("uint8", 2)


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """Texts in the order of their weight, each with the places that it would take.

    Parameters
    ----------
    alternatives : ndarray, int64, (texts + 1,)
        Range of each text in ``parts``.
    parts : ndarray, int64, (alternatives + 1,)
        Range of each alternative in ``boxes``; a text along a line has a box for each letter.
    boxes : ndarray, float64, (boxes, 4)
        Left, top, right, bottom in px; NaN = an alternative that is out of the question.
    free : ndarray, int64, (texts,)
        1 = placed even where others stand.
    """

    alternatives: NDArray[np.int64]
    parts: NDArray[np.int64]
    boxes: NDArray[np.float64]
    free: NDArray[np.int64]


def place(
    wishes: Wishes, width: int, height: int, most: int, ratio: float = 1.0, taken: Sequence[Covered] = ()
) -> NDArray[np.int32]:
    """Give the alternative that each text takes; -1 = it finds no room.

    Parameters
    ----------
    wishes : Wishes
    width, height : int
        Size of the picture; a text lies wholly inside.
    most : int
        Texts placed at the most.
    ratio : float
        Device pixels per logical pixel.
    taken : sequence of (int, int, int, int)
        Left, top, right, bottom in px of what lies over the picture; no text is put under it.
    """
    count = len(wishes.alternatives) - 1
    chosen = np.full(count, -1, np.int32)
    sheet = np.zeros((int(height / CELL) + 2, int(width / CELL) + 2), np.uint8)
    for left, top, right, bottom in taken:
        x0, y0, x1, y1 = (int(max(value, 0) / CELL) for value in (left, top, right, bottom))
        sheet[y0 : y1 + 1, x0 : x1 + 1] = 1
    rim = GAP * ratio / 2
    grown = wishes.boxes + np.array([-rim, -rim, rim, rim])
    _place(wishes.alternatives, wishes.parts, grown, wishes.free, sheet, chosen, width + rim, height + rim, rim, most)
    return chosen


@kernel(OFFSETS, OFFSETS, BOXES, OFFSETS, SHEET, INDEX_OUT, REAL, REAL, REAL, WHOLE)
def _place(alternatives, parts, boxes, free, sheet, chosen, right, bottom, rim, most):
    placed = 0
    for text in range(len(alternatives) - 1):
        if placed >= most:
            break
        for way in range(alternatives[text], alternatives[text + 1]):
            fits = parts[way + 1] > parts[way]
            for n in range(parts[way], parts[way + 1]):
                inside = boxes[n, 0] >= -rim and boxes[n, 1] >= -rim and boxes[n, 2] <= right and boxes[n, 3] <= bottom
                fits = fits and inside
            for n in range(parts[way], parts[way + 1]):
                if not fits or free[text] == 1:
                    break
                x0, x1 = int(max(boxes[n, 0], 0.0) / CELL), int(max(boxes[n, 2], 0.0) / CELL)
                for row in range(int(max(boxes[n, 1], 0.0) / CELL), int(max(boxes[n, 3], 0.0) / CELL) + 1):
                    for column in range(x0, x1 + 1):
                        if sheet[row, column]:
                            fits = False
                            break
                    if not fits:
                        break
            if fits:
                chosen[text] = way
                placed += 1
                for n in range(parts[way], parts[way + 1]):
                    x0, x1 = int(max(boxes[n, 0], 0.0) / CELL), int(max(boxes[n, 2], 0.0) / CELL)
                    for row in range(int(max(boxes[n, 1], 0.0) / CELL), int(max(boxes[n, 3], 0.0) / CELL) + 1):
                        for column in range(x0, min(x1 + 1, sheet.shape[1])):
                            sheet[row, column] = 1
                break
