"""An index of boxes: a packed tree along a Hilbert curve, as flat arrays that may lie in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

FAN = 16
"""Boxes below each box of the tree."""

ORDER = 12
"""Bits of the Hilbert curve, each way."""


@dataclass(frozen=True, slots=True, eq=False)
class BoxIndex:
    """Finds the boxes that touch a place.

    Parameters
    ----------
    order : ndarray, int32, (boxes,)
        Numbers of the boxes along the curve; empty ones are left out.
    tree : ndarray, float32, (nodes, 4)
        x0, y0, x1, y1 of all levels, rounded outwards, the root first, the boxes themselves last.
    levels : tuple of int
        Nodes of each level, the root first.
    """

    order: NDArray[np.int32]
    tree: NDArray[np.float32]
    levels: tuple[int, ...]

    def touching(self, x0: float, y0: float, x1: float, y1: float) -> Ints:
        """Give the numbers of the boxes that touch a box, ascending, and of a few within a rounding of it."""
        if not self.levels or not len(self.order):
            return np.zeros(0, np.int64)
        found, start, last = np.zeros(1, np.int64), 0, len(self.levels) - 1
        whole: list[NDArray[np.int32]] = []
        for level, size in enumerate(self.levels):
            if level:
                found = (found[:, None] * FAN + np.arange(FAN)).ravel()
                found = found[found < size]
            left, lower, right, upper = self.tree[start + found].T
            touch = (left <= x1) & (right >= x0) & (lower <= y1) & (upper >= y0)
            if level < last - 1:
                inside = (left >= x0) & (right <= x1) & (lower >= y0) & (upper <= y1)
                below = FAN ** (last - level)
                whole += [self.order[node * below : (node + 1) * below] for node in found[inside].tolist()]
                touch &= ~inside
            found, start = found[touch], start + size
        return _ascending(np.concatenate([*whole, self.order[found]]), len(self.order))

    def encloses(self, x0: float, y0: float, x1: float, y1: float) -> bool:
        """Tell whether all boxes lie inside a box."""
        if not len(self.order):
            return True
        root = self.tree[0]
        return bool(root[0] >= x0 and root[1] >= y0 and root[2] <= x1 and root[3] <= y1)


def box_index(boxes: NDArray[np.float64]) -> BoxIndex:
    """Build the index.

    Parameters
    ----------
    boxes : ndarray, float64, (n, 4)
        x0, y0, x1, y1; boxes that are not finite are never found.
    """
    there = np.isfinite(boxes).all(axis=1)
    rows = np.flatnonzero(there)
    if not len(rows):
        return BoxIndex(np.zeros(0, np.int32), np.zeros((0, 4), np.float32), ())
    whole = len(rows) == len(boxes)
    kept = boxes if whole else boxes[rows]
    along = np.argsort(_hilbert(kept), kind="quicksort")
    order = (along if whole else rows[along]).astype(np.int32)
    levels = [_outwards(kept)[along]]
    while len(levels[0]) > 1:
        levels.insert(0, _above(levels[0]))
    return BoxIndex(order, np.concatenate(levels), tuple(len(level) for level in levels))


def _ascending(numbers: NDArray[np.int32], count: int) -> Ints:
    """Sort different numbers, many of them by marking their places."""
    if len(numbers) * 20 < count:
        return np.sort(numbers).astype(np.int64)
    marked = np.zeros(int(numbers.max(initial=0)) + 1, np.bool_)
    marked[numbers] = True
    return np.flatnonzero(marked)


def _outwards(boxes: NDArray[np.float64]) -> NDArray[np.float32]:
    """Round boxes to float32 so that they hold what they held."""
    made = np.empty(boxes.shape, np.float32)
    with np.errstate(over="ignore"):
        made[:, :2] = np.nextafter(boxes[:, :2].astype(np.float32), np.float32(-np.inf))
        made[:, 2:] = np.nextafter(boxes[:, 2:].astype(np.float32), np.float32(np.inf))
    return made


def _above(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the boxes round every `FAN` boxes."""
    starts = np.arange(0, len(boxes), FAN)
    low = np.minimum.reduceat(boxes[:, :2], starts)
    return np.concatenate([low, np.maximum.reduceat(boxes[:, 2:], starts)], axis=1)


def _hilbert(boxes: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Give the place of each box's middle along the Hilbert curve over all of them."""
    most = (1 << ORDER) - 1
    cells: list[NDArray[np.uint32]] = []
    for axis in range(2):
        middle = 0.5 * (boxes[:, axis] + boxes[:, axis + 2])
        low, high = float(middle.min()), float(middle.max())
        cells.append(((middle - low) * (most / max(high - low, 1e-300))).astype(np.uint32))
    x, y = cells
    place: NDArray[np.uint32] = np.zeros(len(boxes), np.uint32)
    for bit in range(ORDER - 1, -1, -1):
        right, upper = (x >> bit) & 1, (y >> bit) & 1
        place = np.asarray((place << 2) | ((3 * right) ^ upper), np.uint32)
        # The curve is turned and mirrored in the two lower quarters.
        flip = (right == 1) & (upper == 0)
        x, y = np.where(flip, most - x, x), np.where(flip, most - y, y)
        swap = upper == 0
        x, y = np.where(swap, y, x), np.where(swap, x, y)
    return place
