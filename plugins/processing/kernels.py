"""Compiled loops over cells and edges: exact cover of cells by polygons.

Machine code is kept on disk beside the sources (or where ``NUMBA_CACHE_DIR`` says), so that set-up compiles
and no run after it. Nothing here is imported before a tool needs it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numba
import numpy as np
from numba import types

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F")
OPTIONS = {"nogil": True, "error_model": "numpy"}
DUST = 1e-12
"""Share of a cell below which it counts as not covered: what rounding leaves behind."""
WEIGHT, MEAN, SQUARES, LOW, HIGH, TOUCHED = range(6)
"""Figures of a zone: weight, weighted mean, weighted sum of squared distances from it, extremes, cells touched."""
FIGURES = 6

NUMBA: Any = numba


def _inner(function: F) -> F:
    """Compile a part of a kernel."""
    compiled: F = NUMBA.njit(**OPTIONS)(function)
    return compiled


@_inner
def _pour_row(cells: Any, base: Any, width: Any, xa: Any, xb: Any, d: Any) -> None:
    """Add the part of an edge that lies in one row: it runs from xa to xb and goes down by d."""
    xl, xr = min(xa, xb), max(xa, xb)
    if xl >= width:
        return
    if xr <= 0.0:
        cells[base] += d
        return
    if xl < 0.0:
        left = d * (-xl / (xr - xl))
        cells[base] += left
        d -= left
        xl = 0.0
    if xr > width:
        d *= (width - xl) / (xr - xl)
        xr = width
    first = int(xl)
    if xr <= first + 1.0:
        middle = 0.5 * (xl + xr) - first
        cells[base + first] += d * (1.0 - middle)
        cells[base + first + 1] += d * middle
        return
    slope = d / (xr - xl)
    at, x = first, xl
    while x < xr:
        x_next = min(at + 1.0, xr)
        part = slope * (x_next - x)
        middle = 0.5 * (x + x_next) - at
        cells[base + at] += part * (1.0 - middle)
        cells[base + at + 1] += part * middle
        at, x = at + 1, x_next


@_inner
def _pour(cells: Any, stride: Any, width: Any, height: Any, x0: Any, y0: Any, x1: Any, y1: Any, sign: Any) -> None:
    """Add one edge, in cells of the box."""
    if y0 > y1:
        x0, y0, x1, y1, sign = x1, y1, x0, y0, -sign
    if y0 == y1 or y1 <= 0.0 or y0 >= height or min(x0, x1) >= width:
        return
    dxdy = (x1 - x0) / (y1 - y0)
    y = max(y0, 0.0)
    x = x0 + (y - y0) * dxdy
    end = min(y1, height)
    lowest, highest = min(x0, x1), max(x0, x1)
    row = int(y)
    while y < end:
        below = min(row + 1.0, end)
        x_below = x1 if below == y1 else min(max(x0 + (below - y0) * dxdy, lowest), highest)
        _pour_row(cells, row * stride, width, x, x_below, (below - y) * sign)
        row, x, y = row + 1, x_below, below


@_inner
def _covers(
    xy: Any,
    rings: Any,
    signs: Any,
    first: Any,
    last: Any,
    boxes: Any,
    zone: Any,
    top: Any,
    left: Any,
    high: Any,
    wide: Any,
    scratch: Any,
) -> tuple[int, int, int, int]:
    """Lay a zone into the scratch; give its box in the window: row, column, rows, columns (0 rows: outside)."""
    r0 = max(int(np.floor(boxes[zone, 1])), top)
    c0 = max(int(np.floor(boxes[zone, 0])), left)
    r1 = min(int(np.ceil(boxes[zone, 3])), top + high)
    c1 = min(int(np.ceil(boxes[zone, 2])), left + wide)
    rows, columns = r1 - r0, c1 - c0
    if rows <= 0 or columns <= 0:
        return r0, c0, 0, 0
    stride = columns + 2
    for ring in range(first, last):
        sign = float(signs[ring])
        for i in range(rings[ring], rings[ring + 1] - 1):
            _pour(
                scratch, stride, float(columns), float(rows),
                xy[i, 0] - c0, xy[i, 1] - r0, xy[i + 1, 0] - c0, xy[i + 1, 1] - r0, sign,
            )  # fmt: skip
    return r0, c0, rows, columns


@_inner
def _gathered(
    cells: Any, scratch: Any, row0: Any, column0: Any, rows: Any, columns: Any
) -> tuple[float, float, float, float, float, float, float]:
    """Add up the cells of a box by their cover in the scratch, and clean it; distances count from the first value."""
    stride = columns + 2
    weight, total, squares, touched = 0.0, 0.0, 0.0, 0.0
    low, highest, shift = np.inf, -np.inf, np.nan
    for r in range(rows):
        run, base, row = 0.0, r * stride, row0 + r
        for c in range(columns):
            run += scratch[base + c]
            scratch[base + c] = 0.0
            if run > DUST:
                value = float(cells[row, column0 + c])
                if value == value:
                    if shift != shift:
                        shift = value
                    share = min(run, 1.0)
                    away = value - shift
                    weight += share
                    total += share * away
                    squares += share * away * away
                    low, highest = min(low, value), max(highest, value)
                    touched += 1.0
        scratch[base + columns] = 0.0
        scratch[base + columns + 1] = 0.0
    return weight, total, squares, low, highest, shift, touched


def _figures(
    xy: Any,
    rings: Any,
    signs: Any,
    zone_rings: Any,
    boxes: Any,
    zones: Any,
    cells: Any,
    top: Any,
    left: Any,
    scratch: Any,
    out: Any,
) -> None:
    """Write the figures of zones over the cells of a window.

    Parameters
    ----------
    xy : float64 (vertices, 2)
        Column and row, in cells of the grid.
    rings : int64 (rings + 1,)
    signs : int8 (rings,)
        1 or -1, so that shells add and holes take away.
    zone_rings : int64 (zones + 1,)
    boxes : float64 (zones, 4)
        Columns and rows: x0, y0, x1, y1.
    zones : int64 (some,)
        Zones that touch the window.
    cells : float32 (rows, columns)
        NaN = no data.
    top, left : int64
        Row and column of the window's first cell.
    scratch : float64, zeros
        At least (rows + 1) * (columns + 3).
    out : float64 (some, FIGURES)
    """
    high, wide = cells.shape
    for n in range(len(zones)):
        zone = zones[n]
        r0, c0, rows, columns = _covers(
            xy, rings, signs, zone_rings[zone], zone_rings[zone + 1], boxes, zone, top, left, high, wide, scratch
        )
        weight, total, squares, low, highest, shift, touched = _gathered(
            cells, scratch, r0 - top, c0 - left, rows, columns
        )
        mean = total / weight if weight > 0.0 else 0.0
        out[n, WEIGHT] = weight
        out[n, MEAN] = mean + shift if weight > 0.0 else np.nan
        out[n, SQUARES] = max(squares - weight * mean * mean, 0.0)
        out[n, LOW], out[n, HIGH], out[n, TOUCHED] = low, highest, touched


def _shares(
    xy: Any,
    rings: Any,
    signs: Any,
    zone_rings: Any,
    boxes: Any,
    zones: Any,
    cells: Any,
    top: Any,
    left: Any,
    scratch: Any,
    ends: Any,
    values: Any,
    weights: Any,
) -> int:
    """Write the values under zones and their weights, one pair per cell; the number written, -1 = too many.

    ``ends[n]`` is where the pairs of the n-th zone end.
    """
    high, wide = cells.shape
    at = 0
    for n in range(len(zones)):
        zone = zones[n]
        r0, c0, rows, columns = _covers(
            xy, rings, signs, zone_rings[zone], zone_rings[zone + 1], boxes, zone, top, left, high, wide, scratch
        )
        stride = columns + 2
        for r in range(rows):
            run, base, row = 0.0, r * stride, r0 - top + r
            for c in range(columns):
                run += scratch[base + c]
                scratch[base + c] = 0.0
                if run > DUST:
                    value = cells[row, c0 - left + c]
                    if value == value:
                        if at < len(values):
                            values[at], weights[at] = value, min(run, 1.0)
                        at += 1
            scratch[base + columns] = 0.0
            scratch[base + columns + 1] = 0.0
        ends[n] = at
    return at if at <= len(values) else -1


def _read(dtype: Any, dimensions: int = 1) -> Any:
    return types.Array(dtype, dimensions, "C", readonly=True)


_REAL, _WHOLE = types.float64, types.int64
_ZONES = (
    _read(_REAL, 2), _read(_WHOLE), _read(types.int8), _read(_WHOLE), _read(_REAL, 2), _read(_WHOLE),
    _read(types.float32, 2), _WHOLE, _WHOLE, _REAL[::1],
)  # fmt: skip


@cache
def _compiled(name: str) -> Callable[..., Any]:
    source = {"figures": _figures, "shares": _shares}[name]
    signature = {
        "figures": types.void(*_ZONES, _REAL[:, ::1]),
        "shares": _WHOLE(*_ZONES, _WHOLE[::1], types.float32[::1], types.float32[::1]),
    }[name]
    try:
        return NUMBA.njit(signature, cache=True, **OPTIONS)(source)
    except RuntimeError:  # no folder to keep machine code in
        return NUMBA.njit(signature, **OPTIONS)(source)


def zone_figures(*arguments: Any) -> None:
    """Run ``_figures``."""
    _compiled("figures")(*arguments)


def zone_shares(*arguments: Any) -> int:
    """Run ``_shares``."""
    return int(_compiled("shares")(*arguments))


def warm_up(*, by_value: bool = True) -> None:
    """Compile the kernels, or load them from disk, before threads ask for them."""
    for name in ("figures", "shares") if by_value else ("figures",):
        _compiled(name)
