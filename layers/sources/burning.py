"""Polygons of equal cells, and shapes burnt into cells; GDAL's own routines."""

# pyright: reportMissingTypeStubs=false, reportUnusedImport=false
# The border to a library without types: beyond this file it is Any.

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from layers.sources import guard
from layers.sources.raster_grid import affine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.sources.warp import Grid


@lru_cache(maxsize=1)
def _features() -> Any:
    import rasterio.features

    return cast("Any", rasterio).features


def areas_of(
    cells: NDArray[Any], mask: NDArray[np.bool_], grid: Grid, *, corners: bool
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Give the areas of neighbouring cells with the same value.

    Parameters
    ----------
    cells : ndarray, int32 or float32, (rows, columns)
        Row 0 north.
    mask : ndarray, bool, (rows, columns)
        Cells that count.
    corners : bool
        Cells that only touch at a corner are neighbours too.

    Returns
    -------
    shapes : ndarray of shapely polygons
    values : ndarray, float64
    """
    transform = guard.rasterio().Affine(*affine(grid.box, grid.width, grid.height))
    with guard.raster_env(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = list(_features().shapes(cells, mask=mask, connectivity=8 if corners else 4, transform=transform))
    rings = [[np.asarray(ring) for ring in area["coordinates"]] for area, _ in found]
    shapes = np.array([shapely.Polygon(one[0], one[1:]) for one in rings], object)
    return shapes, np.array([value for _, value in found], np.float64)


def burnt(shapes: NDArray[Any], values: NDArray[np.float64], grid: Grid, *, touched: bool) -> NDArray[np.float32]:
    """Give cells with the value of the last shape that covers their centre (or touches them); NaN = none.

    Returns
    -------
    ndarray, float32, (rows, columns)
        Row 0 north.
    """
    empty = np.full((grid.height, grid.width), np.nan, np.float32)
    if not len(shapes):
        return empty
    transform = guard.rasterio().Affine(*affine(grid.box, grid.width, grid.height))
    pairs = zip(shapes, values.astype(np.float32).tolist(), strict=True)
    with guard.raster_env(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return cast(
            "NDArray[np.float32]",
            _features().rasterize(pairs, out=empty, transform=transform, all_touched=touched, skip_invalid=False),
        )
