"""Heat: how densely points lie, as a smooth surface of colours that keeps still while the map is panned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.core.looks import ValueRange
from app.views import projection
from app.views.map2d.colours import Colouring, ramp
from app.views.map2d.drawing import placement_of
from app.views.map2d.grids import Inverse, coarse_pixels, warp_grid
from app.views.map2d.paint import paint_grid
from layers.sizes import numbers_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.map2d.features import Features
    from layers.style import HeatStyle

WIDTH = 5
"""Cells of the boxes that points are spread with, one after the other; three of them make a smooth bell."""

PASSES = 3
CLEAR = 0.12
"""Share of the colours over which the lowest densities fade in."""


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """Features per km2 under the pixels.

    Parameters
    ----------
    grid : ndarray, float32, (height, width)
        Per km2, or per square map unit where the size of map units is not known; NaN = nothing near.
    highest : float
        The highest in the view.
    """

    grid: NDArray[np.float32]
    highest: float


def weights_of(features: Features, column: str) -> NDArray[np.float64]:
    """Give what each feature counts: 1, or its number in a column; missing and negative ones count 0."""
    values = features.block.columns.get(column) if column else None
    if values is None:
        return np.ones(len(features))
    return np.clip(np.nan_to_num(numbers_of(values), nan=0.0, posinf=0.0, neginf=0.0), 0.0, None)


def places_of(features: Features) -> NDArray[np.float64]:
    """Give one place per feature, map units: the middle of its box."""
    return features.kept("middles", lambda: (features.boxes[:, :2] + features.boxes[:, 2:]) / 2)


def density(xy: NDArray[np.float64], weights: NDArray[np.float64], radius: float, view: View) -> Density:
    """Give how densely places lie.

    Parameters
    ----------
    xy : ndarray, float64, (places, 2)
        East, north in the map's system; NaN and infinite places are left out.
    weights : ndarray, float64, (places,)
    radius : float
        How far from its place a feature counts, px of the picture.
    view : View

    Notes
    -----
    Places are shared out among the four nearest cells of a grid, which is spread by three boxes of five cells: a
    quadratic bell that ends at the radius and keeps every feature's weight. The grid is tied to the ground, so that
    the surface moves with the map.
    """
    place = placement_of(view)
    cell = 2.0 * radius / (PASSES * WIDTH)
    reach = PASSES * (WIDTH // 2) + 1
    left, top = np.floor(place.ox * place.sx / cell), np.floor(-place.oy * place.sy / cell)
    columns, rows = int(view.width / cell) + 3 + 2 * reach, int(view.height / cell) + 3 + 2 * reach
    x = xy[:, 0] * (place.sx / cell) - (left - reach) - 0.5
    y = -xy[:, 1] * (place.sy / cell) - (top - reach) - 0.5
    grid = _blurred(_shared(x, y, weights, columns, rows))
    found = warp_grid(grid.astype(np.float32), *_placed(left - reach, top - reach, cell, view), smooth=True)
    metres = projection.metres_per_pixel(view)
    side = metres / 1000.0 if metres is not None else view.extent.width / view.width
    found /= np.float32((cell * side) ** 2)
    highest = float(found.max(initial=0.0))
    found[found <= highest * 1e-4] = np.nan
    return Density(found, highest)


def _placed(
    left: float, top: float, cell: float, view: View
) -> tuple[Inverse, NDArray[np.float64], NDArray[np.float64], int, int]:
    """Give where the cells lie under the pixels, as `grids.warp_grid` wants it."""
    place = placement_of(view)
    px, py = coarse_pixels(view.width, view.height)
    x = (px + place.ox * place.sx) / cell - left
    y = (py - place.oy * place.sy) / cell - top
    return Inverse(1.0, 0.0, 0.0, 0.0, 1.0, 0.0), x, y, view.width, view.height


def _shared(
    x: NDArray[np.float64], y: NDArray[np.float64], weights: NDArray[np.float64], columns: int, rows: int
) -> NDArray[np.float64]:
    """Share weights out among the four cells around each place."""
    with np.errstate(invalid="ignore"):
        inside = (x >= 0) & (x < columns - 1) & (y >= 0) & (y < rows - 1)
    x, y, weights = x[inside], y[inside], weights[inside]
    column, row = x.astype(np.int64), y.astype(np.int64)
    fx, fy = x - column, y - row
    at = row * columns + column
    total = np.zeros(rows * columns)
    for step, share in (
        (0, (1 - fx) * (1 - fy)), (1, fx * (1 - fy)), (columns, (1 - fx) * fy), (columns + 1, fx * fy),
    ):  # fmt: skip
        total += np.bincount(at + step, share * weights, minlength=rows * columns)
    return total.reshape(rows, columns)


def _blurred(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    half = WIDTH // 2
    for _ in range(PASSES):
        for axis in (0, 1):
            sums = np.cumsum(np.pad(grid, [(half + 1, half) if a == axis else (0, 0) for a in (0, 1)]), axis=axis)
            grid = _windows(sums, axis)
    return np.maximum(grid, 0.0)


def _windows(sums: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Give the means of windows from running sums."""
    if axis == 0:
        return (sums[WIDTH:] - sums[:-WIDTH]) / WIDTH
    return (sums[:, WIDTH:] - sums[:, :-WIDTH]) / WIDTH


# ------------------------------------------------------------------------- colours
def heat_range(style: HeatStyle, highest: float) -> ValueRange:
    """Give the range that the colours span: from 0 to what the style says, else to the highest in the view."""
    top = style.scale.maximum
    end = top if top is not None and top > 0 else (highest or 1.0)
    return ValueRange(0.0, end, 0.0, highest, whole=False)


def heat_colouring(style: HeatStyle, ranges: ValueRange) -> Colouring:
    """Give the colours of densities; the lowest fade in from nothing."""
    table = ramp(style.scale.colours)
    table = np.array(table[::-1] if style.scale.reverse else table, np.uint32)
    fading = np.clip(np.arange(len(table)) / (CLEAR * len(table)), 0.0, 1.0)
    alpha = np.round((table >> 24) * fading).astype(np.uint32)
    return Colouring(ranges.low, ranges.high, ((alpha << 24) | (table & 0xFFFFFF)).astype(np.uint32))


def heat_picture(found: Density, style: HeatStyle, ranges: ValueRange) -> NDArray[np.uint32]:
    """Give the picture of a density."""
    return paint_grid(found.grid, heat_colouring(style, ranges))
