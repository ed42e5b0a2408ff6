"""Contours: lines of equal value under the pixels of a view, found cell by cell and drawn as strokes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.views.map2d.colours import argb
from app.views.map2d.placement import PIXELS
from app.views.map2d.strokes import stroke_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.camera import View
    from layers.style import Contours

STEP = 2
"""Pixels between the places that are looked at."""

MOST_LEVELS = 400
"""Levels drawn at the most; with more, only every second, fifth, tenth … is drawn."""

_TOP, _RIGHT, _BOTTOM, _LEFT = range(4)
_CASES = {
    1: ((_LEFT, _TOP),), 2: ((_TOP, _RIGHT),), 3: ((_LEFT, _RIGHT),), 4: ((_RIGHT, _BOTTOM),),
    5: ((_LEFT, _TOP), (_RIGHT, _BOTTOM)), 6: ((_TOP, _BOTTOM),), 7: ((_LEFT, _BOTTOM),), 8: ((_BOTTOM, _LEFT),),
    9: ((_TOP, _BOTTOM),), 10: ((_TOP, _RIGHT), (_BOTTOM, _LEFT)), 11: ((_RIGHT, _BOTTOM),), 12: ((_LEFT, _RIGHT),),
    13: ((_TOP, _RIGHT),), 14: ((_LEFT, _TOP),),
}  # fmt: skip
"""Edges that a line joins, by which corners lie above the level: 1 upper left, 2 upper right, 4 lower right, 8."""


def levels_of(contours: Contours, low: float, high: float) -> tuple[NDArray[np.float64], float]:
    """Give the levels between two values and their interval: the style's, or a multiple where there are too many.

    Parameters
    ----------
    contours : Contours
    low, high : float
        In the unit of the variable.
    """
    interval = contours.interval
    for factor in (1, 2, 5, 10, 20, 50, 100, 1000, 10_000):
        if (high - low) / (interval * factor) <= MOST_LEVELS:
            interval *= factor
            break
    first = int(np.ceil((low - contours.base) / interval))
    last = int(np.floor((high - contours.base) / interval))
    steps = np.arange(first, min(last, first + MOST_LEVELS) + 1, dtype=np.float64)
    return np.asarray(contours.base + steps * interval, np.float64), interval


def segments(grid: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Give the lines of one level, cell by cell.

    Parameters
    ----------
    grid : ndarray, float64, (rows, columns)
        NaN = unknown; no line is drawn beside it.
    level : float

    Returns
    -------
    ndarray, float64, (lines, 2, 2)
        Both ends of each line: column, row.

    References
    ----------
    Lorensen, W. E., Cline, H. E. (1987): Marching cubes. Computer Graphics 21 (4), 163-169; here in two dimensions.
    """
    above = grid >= level
    known = np.isfinite(grid)
    corners = (grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1])
    code = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1]
    whole = known[:-1, :-1] & known[:-1, 1:] & known[1:, 1:] & known[1:, :-1]
    row, column = np.nonzero(whole & (code > 0) & (code < 15))
    code = code[row, column]
    values = [corner[row, column] for corner in corners]
    found: list[NDArray[np.float64]] = []
    for case, pairs in _CASES.items():
        some = np.flatnonzero(code == case)
        for pair in pairs if len(some) else ():
            ends = [_crossing(edge, [v[some] for v in values], level) for edge in pair]
            place = np.stack([column[some], row[some]], -1)
            found.append(np.stack([place + end for end in ends], 1))
    return np.concatenate(found) if found else np.empty((0, 2, 2))


def _crossing(edge: int, values: list[NDArray[np.float64]], level: float) -> NDArray[np.float64]:
    """Give where the level crosses an edge of the cells, (column, row) from their upper left corners."""
    first, second = {_TOP: (0, 1), _RIGHT: (1, 2), _BOTTOM: (3, 2), _LEFT: (0, 3)}[edge]
    span = values[second] - values[first]
    share = np.where(span != 0, (level - values[first]) / np.where(span != 0, span, 1.0), 0.5)
    fixed = np.ones(len(share)) * (edge in (_RIGHT, _BOTTOM))
    return np.stack([share, fixed] if edge in (_TOP, _BOTTOM) else [fixed, share], -1)


def draw_contours(
    picture: NDArray[np.uint32], grid: NDArray[np.float32], contours: Contours, view: View
) -> float | None:
    """Draw contours, in place; give their interval, None where none is drawn.

    Parameters
    ----------
    picture : ndarray, uint32, (height, width)
    grid : ndarray, float32, (height, width)
        Values under the pixels; NaN = unknown.
    contours : Contours
    view : View
    """
    thin = np.asarray(grid[::STEP, ::STEP], np.float64)
    if not np.isfinite(thin).any() or min(thin.shape) < 2:
        return None
    levels, interval = levels_of(contours, float(np.nanmin(thin)), float(np.nanmax(thin)))
    ratio = view.pixel_ratio
    parts: dict[bool, list[NDArray[np.float64]]] = {True: [], False: []}
    for level in levels:
        number = round((level - contours.base) / interval)
        parts[contours.thick_every > 0 and number % contours.thick_every == 0].append(segments(thin, float(level)))
    for thick, found in parts.items():
        lines = np.concatenate(found) if found else np.empty((0, 2, 2))
        if len(lines):
            width = contours.width * (2.0 if thick else 1.0) * ratio
            xy = (lines.reshape(-1, 2) * STEP + 0.5).copy()
            colours = np.full(1, argb(contours.colour), np.uint32)
            classes = np.zeros(len(lines), np.int32)
            stroke_lines(
                picture, xy, np.arange(0, 2 * len(lines) + 1, 2), PIXELS, colours, width, classes=classes, merged=True
            )
    return interval
