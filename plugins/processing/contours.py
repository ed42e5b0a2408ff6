"""Contour lines of a grid: marching squares between cell centres, joined to whole lines.

References
----------
Lorensen, W. E., Cline, H. E. (1987): Marching cubes. Computer Graphics 21(4), in two dimensions; a saddle is
resolved by the mean of its four corners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.api import tr
from layers.errors import DataError, ParameterInvalid
from layers.raster_output import in_order
from layers.sources.computed import pieces
from layers.sources.raster_grid import Window
from layers.sources.sharing import THREADS
from layers.sources.source import Column
from plugins.processing.conversion import layer_of
from plugins.processing.pairs import GEOS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job
    from layers.vector import VectorLayer
    from plugins.processing.grids import Band

AT_ONCE = 1_000_000
MOST_LEVELS = 2_000
MOST_SEGMENTS = 12_000_000
SIDES = {
    1: ((3, 2),), 2: ((2, 1),), 3: ((3, 1),), 4: ((1, 0),), 6: ((2, 0),), 7: ((3, 0),), 8: ((0, 3),), 9: ((0, 2),),
    11: ((0, 1),), 12: ((1, 3),), 13: ((1, 2),), 14: ((2, 3),),
}  # fmt: skip
"""Which sides (0 north, 1 east, 2 south, 3 west) a line joins, by the corners that are above the level: 8 north-west,
4 north-east, 2 south-east, 1 south-west."""


def contours(band: Band, interval: float, base: float, job: Job) -> VectorLayer:
    """Give lines of equal height, one feature per line, with the height.

    Raises
    ------
    ParameterInvalid
        The interval asks for too many levels or lines.
    DataError
        The grid has no two heights.
    """
    grid = band.grid
    job.progress(0.0, tr("Reading"))
    parts = list(pieces(max(grid.width - 1, 1), max(grid.height - 1, 1), 1, AT_ONCE))
    held: dict[int, list[NDArray[np.float64]]] = {}
    count = 0

    def one(piece: Window) -> dict[int, NDArray[np.float64]]:
        z = band.cells(Window(piece.column, piece.row, piece.width + 1, piece.height + 1))
        return _segments(z.astype(np.float64), piece, interval, base)

    for done, found in enumerate(in_order(one, parts, THREADS), 1):
        for level, segments in found.items():
            held.setdefault(level, []).append(segments)
            count += len(segments)
        if count > MOST_SEGMENTS or len(held) > MOST_LEVELS:
            raise _too_many(interval)
        job.progress(0.5 * done / len(parts))
    lines, heights = _joined(held, band, interval, base, job)
    if not lines:
        raise DataError(
            "No height of this interval lies between the cells.",
            where=band.layer.source,
            remedy="Choose a smaller interval; the statistics of the layer tell its heights.",
        )
    shapes = np.concatenate(lines)
    unit = f"height [{band.variable.units}]" if band.variable.units else "height"
    columns = {"height": np.concatenate(heights)}
    return layer_of(shapes, columns, (Column("height", "float", unit),), band, band.layer.name)


def _joined(
    held: dict[int, list[NDArray[np.float64]]], band: Band, interval: float, base: float, job: Job
) -> tuple[list[NDArray[Any]], list[NDArray[np.float64]]]:
    """Join pieces to lines, level by level; give the lines and their heights."""
    grid = band.grid
    dx, dy = grid.cell
    lines: list[NDArray[Any]] = []
    heights: list[NDArray[np.float64]] = []
    for done, level in enumerate(sorted(held), 1):
        ends = np.concatenate(held.pop(level)).reshape(-1, 2)
        # Places of cell centres, in map units.
        xy = np.column_stack([grid.box.x0 + (ends[:, 0] + 0.5) * dx, grid.box.y1 - (ends[:, 1] + 0.5) * dy])
        pairs = xy.reshape(-1, 2, 2)
        pairs = pairs[(pairs[:, 0] != pairs[:, 1]).any(axis=1)]
        if len(pairs):
            merged = GEOS.get_parts(GEOS.line_merge(GEOS.multilinestrings(GEOS.linestrings(pairs))))
            lines.append(merged)
            heights.append(np.full(len(merged), base + level * interval))
        job.progress(0.5 + 0.3 * done / (done + len(held)))
    return lines, heights


def _too_many(interval: float) -> ParameterInvalid:
    return ParameterInvalid(
        "An interval of {interval} gives too many lines.",
        where="--interval",
        remedy="Choose a larger interval, or cut the grid into parts.",
        interval=f"{interval:g}",
    )


def _segments(z: NDArray[np.float64], piece: Window, interval: float, base: float) -> dict[int, NDArray[np.float64]]:
    """Give pieces of lines by level, (pieces, 4) as column and row of both ends; in cells of the grid."""
    if not np.isfinite(z).any():
        return {}
    low, high = np.nanmin(z), np.nanmax(z)
    first, last = int(np.ceil((low - base) / interval)), int(np.floor((high - base) / interval))
    if last - first > MOST_LEVELS:
        raise _too_many(interval)
    found: dict[int, NDArray[np.float64]] = {}
    whole = np.isfinite(z[:-1, :-1]) & np.isfinite(z[:-1, 1:]) & np.isfinite(z[1:, :-1]) & np.isfinite(z[1:, 1:])
    for level in range(first, last + 1):
        segments = _at(z, whole, base + level * interval, piece)
        if len(segments):
            found[level] = segments
    return found


def _at(z: NDArray[np.float64], whole: NDArray[np.bool_], height: float, piece: Window) -> NDArray[np.float64]:
    above = z >= height
    case = 8 * above[:-1, :-1] + 4 * above[:-1, 1:] + 2 * above[1:, 1:] + above[1:, :-1]
    rows, columns = np.nonzero(whole & (case > 0) & (case < 15))
    cases = case[rows, columns]
    ends = _crossings(z, rows, columns, height, piece)
    parts = [
        np.concatenate([ends[pair[0]][cases == c], ends[pair[1]][cases == c]], axis=1)
        for c in SIDES
        for pair in SIDES[c]
    ]
    for corner in (5, 10):
        here = np.flatnonzero(cases == corner)
        r, c = rows[here], columns[here]
        middle = (z[r, c] + z[r, c + 1] + z[r + 1, c] + z[r + 1, c + 1]) / 4 >= height
        # High middle: the two low corners are cut off, each by a line of its own.
        split = ((3, 0), (1, 2)) if corner == 5 else ((0, 1), (2, 3))
        other = ((1, 0), (3, 2)) if corner == 5 else ((0, 3), (2, 1))
        for pairs, chosen in ((split, here[middle]), (other, here[~middle])):
            parts += [np.concatenate([ends[a][chosen], ends[b][chosen]], axis=1) for a, b in pairs]
    return np.concatenate(parts)


def _crossings(
    z: NDArray[np.float64], rows: NDArray[np.int64], columns: NDArray[np.int64], height: float, piece: Window
) -> list[NDArray[np.float64]]:
    """Give where the level crosses each side of some squares, (squares, 2) as column and row.

    A side that two squares share is worked out from the same two heights in the same order, so that lines meet.
    """
    with np.errstate(divide="ignore", invalid="ignore"):

        def share(r: Any, c: Any, down: int, right: int) -> NDArray[np.float64]:
            a, b = z[r, c], z[r + down, c + right]
            return np.clip((height - a) / (b - a), 0.0, 1.0)

        # Counted in the whole grid before the share is added: the same numbers in the next piece.
        x, y = columns + piece.column, rows + piece.row
        north = np.column_stack([x + share(rows, columns, 0, 1), y])
        south = np.column_stack([x + share(rows + 1, columns, 0, 1), y + 1])
        west = np.column_stack([x, y + share(rows, columns, 1, 0)])
        east = np.column_stack([x + 1, y + share(rows, columns + 1, 1, 0)])
    return [np.asarray(ends, np.float64) for ends in (north, east, south, west)]
