"""Grids on the screen: brought into the map's system on the fly, and shaded by a low sun."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.views.map2d.bands import in_bands
from app.views.map2d.blend import mixed
from app.views.map2d.compiled import BOXES, FLAG, GRID, PICTURE, PICTURE_IN, REAL, WHOLE, inner, kernel, writable

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEP = 32
"""Pixels between the places whose source coordinates are worked out exactly; between them they are linear."""

GRID_OUT = writable("float32", 2)


class Inverse(NamedTuple):
    """From a source's coordinates to its columns and rows: ``column = a x + b y + c``, ``row = d x + e y + f``.

    The centre of the first cell is (0.5, 0.5): the inverse of a geotransform, as rasterio's ``~transform``.
    """

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float


def coarse_pixels(width: int, height: int, step: int = STEP) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the pixel coordinates (x, y) of the places to work out exactly, ``float64`` (rows, columns) each."""
    columns, rows = -(-width // step) + 1, -(-height // step) + 1
    x, y = np.meshgrid(np.arange(columns) * step, np.arange(rows) * step)
    return x.astype(np.float64), y.astype(np.float64)


def warp_grid(
    source: NDArray[np.float32],
    inverse: Inverse,
    coarse_x: NDArray[np.float64],
    coarse_y: NDArray[np.float64],
    width: int,
    height: int,
    *,
    smooth: bool = False,
    step: int = STEP,
    threads: int = 0,
) -> NDArray[np.float32]:
    """Give a grid in the pixels of a view.

    Parameters
    ----------
    source : ndarray, float32, (rows, columns)
        NaN = unknown.
    inverse : Inverse
        From the source's coordinates to its columns and rows.
    coarse_x, coarse_y : ndarray, float64, (view rows, view columns)
        The source's coordinates at `coarse_pixels`; pixels near one that is not finite are NaN.
    width, height : int
        Size of the result.
    smooth : bool
        Bilinear between known values (the shape of what is known stays that of the nearest cell), else nearest.
    step : int
        The step of `coarse_pixels`.
    threads : int
        Threads to share the rows; 0 = as many as the machine suggests.

    Returns
    -------
    ndarray, float32, (height, width)
        NaN outside the source.
    """
    columns, rows = _source_cells(inverse, coarse_x, coarse_y, width, height, step)
    source, out = np.ascontiguousarray(source, np.float32), np.empty((height, width), np.float32)
    in_bands(lambda top, bottom: _warp_values(out, source, columns, rows, step, smooth, top, bottom), height, threads)
    return out


def warp_picture(
    source: NDArray[np.uint32],
    inverse: Inverse,
    coarse_x: NDArray[np.float64],
    coarse_y: NDArray[np.float64],
    width: int,
    height: int,
    *,
    smooth: bool = False,
    step: int = STEP,
    threads: int = 0,
) -> NDArray[np.uint32]:
    """Give a picture of coordinates in the pixels of a view; as `warp_grid`, for premultiplied ``0xAARRGGBB``.

    Returns
    -------
    ndarray, uint32, (height, width)
        Transparent outside the source.
    """
    columns, rows = _source_cells(inverse, coarse_x, coarse_y, width, height, step)
    source, out = np.ascontiguousarray(source, np.uint32), np.empty((height, width), np.uint32)
    in_bands(lambda top, bottom: _warp_colours(out, source, columns, rows, step, smooth, top, bottom), height, threads)
    return out


def hillshade(
    heights: NDArray[np.float32],
    dx: float,
    dy: float,
    *,
    azimuth_deg: float = 315.0,
    altitude_deg: float = 45.0,
    z_factor: float = 1.0,
    threads: int = 0,
) -> NDArray[np.float32]:
    """Give how much light falls on a surface.

    Parameters
    ----------
    heights : ndarray, float32, (height, width)
        In m, rows from north to south; NaN = unknown.
    dx, dy : float
        Size of a cell in m, both positive.
    azimuth_deg : float
        Where the sun stands, degrees clockwise from north.
    altitude_deg : float
        How high the sun stands, degrees above the horizon.
    z_factor : float
        Exaggeration of heights.
    threads : int
        Threads to share the rows; 0 = as many as the machine suggests.

    Returns
    -------
    ndarray, float32, (height, width)
        Cosine of the angle between sun and surface, 0 to 1; flat ground has the sine of the sun's altitude; NaN
        where the height is unknown (an unknown neighbour counts as level).

    References
    ----------
    Horn, B. K. P. (1981): Hill shading and the reflectance map. Proc. IEEE 69 (1), 14-47.
    """
    heights = np.ascontiguousarray(heights, np.float32)
    out = np.empty_like(heights)
    azimuth, altitude = np.radians(azimuth_deg), np.radians(altitude_deg)
    east, north = np.sin(azimuth) * np.cos(altitude), np.cos(azimuth) * np.cos(altitude)
    sun = (float(east), float(north), float(np.sin(altitude)))
    slopes = (z_factor / (8.0 * dx), z_factor / (8.0 * dy))
    in_bands(lambda top, bottom: _hillshade(out, heights, *slopes, *sun, top, bottom), len(heights), threads)
    return out


def _source_cells(
    inverse: Inverse, x: NDArray[np.float64], y: NDArray[np.float64], width: int, height: int, step: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    expected = (-(-height // step) + 1, -(-width // step) + 1)
    if x.shape != expected or y.shape != expected:
        raise ValueError(f"coarse coordinates are {x.shape} and {y.shape}, expected {expected}")
    with np.errstate(invalid="ignore", over="ignore"):
        columns = inverse.a * x + inverse.b * y + inverse.c
        rows = inverse.d * x + inverse.e * y + inverse.f
    return np.ascontiguousarray(columns), np.ascontiguousarray(rows)


# -------------------------------------------------------------------- kernels
@inner
def _ends(coarse, line, cell, down):
    """Give a coarse value at both ends of a cell, on a row between two of its lines."""
    left = coarse[line, cell] + down * (coarse[line + 1, cell] - coarse[line, cell])
    right = coarse[line, cell + 1] + down * (coarse[line + 1, cell + 1] - coarse[line, cell + 1])
    return left, right


@inner
def _smooth_value(source, column, row):
    """Give the mean of the four cells round a place, weighted by nearness; unknown cells are left out."""
    x, y = column - 0.5, row - 0.5
    left, upper = int(np.floor(x)), int(np.floor(y))
    right, down = x - left, y - upper
    i0, i1 = max(left, 0), min(left + 1, source.shape[1] - 1)
    j0, j1 = max(upper, 0), min(upper + 1, source.shape[0] - 1)
    above = (1.0 - right) * source[j0, i0] + right * source[j0, i1]
    below = (1.0 - right) * source[j1, i0] + right * source[j1, i1]
    whole = (1.0 - down) * above + down * below
    if whole == whole:
        return np.float32(whole)
    total, weight = 0.0, 0.0
    for corner in range(4):
        share = (right if corner & 1 else 1.0 - right) * (down if corner >> 1 else 1.0 - down)
        value = source[j1 if corner >> 1 else j0, i1 if corner & 1 else i0]
        if value == value:
            total += share * value
            weight += share
    return np.float32(total / weight)


@inner
def _smooth_colour(source, column, row):
    x, y = column - 0.5, row - 0.5
    left, upper = int(np.floor(x)), int(np.floor(y))
    right, down = int((x - left) * 256), int((y - upper) * 256)
    i0, i1 = max(left, 0), min(left + 1, source.shape[1] - 1)
    j0, j1 = max(upper, 0), min(upper + 1, source.shape[0] - 1)
    above = mixed(source[j0, i0], source[j0, i1], right)
    return mixed(above, mixed(source[j1, i0], source[j1, i1], right), down)


@kernel(GRID_OUT, GRID, BOXES, BOXES, WHOLE, FLAG, WHOLE, WHOLE)
def _warp_values(out, source, columns, rows, step, smooth, top, bottom):
    width = out.shape[1]
    for y in range(top, bottom):
        line, down = y // step, (y % step + 0.5) / step
        for cell in range((width + step - 1) // step):
            column, column_end = _ends(columns, line, cell, down)
            row, row_end = _ends(rows, line, cell, down)
            across, along = (column_end - column) / step, (row_end - row) / step
            column, row = column + 0.5 * across, row + 0.5 * along
            for x in range(cell * step, min((cell + 1) * step, width)):
                value = np.float32(np.nan)
                if 0.0 <= column < source.shape[1] and 0.0 <= row < source.shape[0]:
                    value = source[int(row), int(column)]
                    if smooth and value == value:
                        value = _smooth_value(source, column, row)
                out[y, x] = value
                column += across
                row += along


@kernel(PICTURE, PICTURE_IN, BOXES, BOXES, WHOLE, FLAG, WHOLE, WHOLE)
def _warp_colours(out, source, columns, rows, step, smooth, top, bottom):
    width = out.shape[1]
    for y in range(top, bottom):
        line, down = y // step, (y % step + 0.5) / step
        for cell in range((width + step - 1) // step):
            column, column_end = _ends(columns, line, cell, down)
            row, row_end = _ends(rows, line, cell, down)
            across, along = (column_end - column) / step, (row_end - row) / step
            column, row = column + 0.5 * across, row + 0.5 * along
            for x in range(cell * step, min((cell + 1) * step, width)):
                colour = np.int64(0)
                if 0.0 <= column < source.shape[1] and 0.0 <= row < source.shape[0]:
                    colour = np.int64(source[int(row), int(column)])
                    if smooth:
                        colour = _smooth_colour(source, column, row)
                out[y, x] = colour
                column += across
                row += along


@inner
def _slope(a, b, c, d, f, g, h, i):
    """Give how much a surface rises eastwards and northwards over eight cells, by Horn's third-order differences."""
    return (c + 2.0 * f + i) - (a + 2.0 * d + g), (a + 2.0 * b + c) - (g + 2.0 * h + i)


@inner
def _or(value, instead):
    return value if value == value else instead


@kernel(GRID_OUT, GRID, REAL, REAL, REAL, REAL, REAL, WHOLE, WHOLE)
def _hillshade(out, heights, per_x, per_y, sun_east, sun_north, sun_up, top, bottom):
    """Light by Lambert's cosine; a neighbour that is unknown or outside counts as level."""
    last_row, last_column = heights.shape[0] - 1, heights.shape[1] - 1
    for y in range(top, bottom):
        up, low = max(y - 1, 0), min(y + 1, last_row)
        for x in range(heights.shape[1]):
            e = np.float64(heights[y, x])
            if e != e:
                out[y, x] = np.nan
                continue
            left, right = max(x - 1, 0), min(x + 1, last_column)
            a, b, c = np.float64(heights[up, left]), np.float64(heights[up, x]), np.float64(heights[up, right])
            d, f = np.float64(heights[y, left]), np.float64(heights[y, right])
            g, h, i = np.float64(heights[low, left]), np.float64(heights[low, x]), np.float64(heights[low, right])
            east, north = _slope(a, b, c, d, f, g, h, i)
            if east != east or north != north:
                a, b, c, d = _or(a, e), _or(b, e), _or(c, e), _or(d, e)
                f, g, h, i = _or(f, e), _or(g, e), _or(h, e), _or(i, e)
                east, north = _slope(a, b, c, d, f, g, h, i)
            east, north = east * per_x, north * per_y
            light = (sun_up - sun_east * east - sun_north * north) / np.sqrt(1.0 + east * east + north * north)
            out[y, x] = max(light, 0.0)
