"""Grids brought to another reference system, and polygons burnt into grids; GDAL's own routines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from layers.errors import DataError
from layers.extent import Extent
from layers.sources import guard

if TYPE_CHECKING:
    from numpy.typing import NDArray

Method = Literal["nearest", "bilinear", "cubic", "average"]


@dataclass(frozen=True, slots=True)
class Grid:
    """A regular grid: box (cell edges, east and north, in ``crs``) and size in cells."""

    crs: str
    box: Extent
    width: int
    height: int

    @property
    def cell(self) -> tuple[float, float]:
        """Size of a cell in map units."""
        return self.box.width / self.width, self.box.height / self.height


def target_grid(source: Grid, crs: str, resolution: float | None = None) -> Grid:
    """Choose the grid that a source fills in another system.

    Parameters
    ----------
    source : Grid
    crs : str
        The system wanted.
    resolution : float, optional
        Cell size in its units; else about as many cells as the source has across its diagonal.

    Raises
    ------
    DataError
        The source does not lie where the other system is defined.
    """
    from rasterio.errors import RasterioError
    from rasterio.warp import calculate_default_transform

    box = source.box
    try:
        with guard.raster_env():
            transform, width, height = calculate_default_transform(
                source.crs, crs, source.width, source.height, *box.to_list(), resolution=resolution
            )
    except (RasterioError, ValueError) as error:
        raise DataError(
            "The grid cannot be brought to {crs}.",
            remedy="Choose a reference system that is used where the data lies.",
            crs=crs,
        ) from error
    width, height = int(width or 0), int(height or 0)
    guard.check_cells(width * height, crs)
    left, top, dx, dy = transform.c, transform.f, transform.a, -transform.e
    return Grid(crs, Extent(left, top - dy * height, left + dx * width, top), width, height)


def warp(values: NDArray[np.float32], source: Grid, target: Grid, method: Method) -> NDArray[np.float32]:
    """Bring cells from one grid to another.

    Parameters
    ----------
    values : ndarray, float32, (bands, height, width)
        Row 0 north, on ``source``; NaN = no data.

    Returns
    -------
    ndarray, float32, (bands, target.height, target.width)
        NaN where the source has nothing.
    """
    from rasterio.enums import Resampling
    from rasterio.warp import reproject

    result = np.full((len(values), target.height, target.width), np.nan, dtype=np.float32)
    with guard.raster_env():
        for band, out in zip(values, result, strict=True):
            reproject(
                np.ascontiguousarray(band),
                out,
                src_transform=_affine(source),
                src_crs=source.crs,
                dst_transform=_affine(target),
                dst_crs=target.crs,
                src_nodata=np.nan,
                dst_nodata=np.nan,
                resampling=Resampling[method],
            )
    return result


def burn(polygons: Any, grid: Grid) -> NDArray[np.bool_]:
    """Tell which cells of a grid have their centre inside polygons.

    Parameters
    ----------
    polygons : array of shapely polygons
        In the system of the grid.

    Returns
    -------
    ndarray, bool, (height, width)
        Row 0 north.
    """
    from rasterio.features import geometry_mask

    with guard.raster_env():
        return geometry_mask(list(polygons), (grid.height, grid.width), _affine(grid), invert=True)


def _affine(grid: Grid) -> Any:
    from affine import Affine

    dx, dy = grid.cell
    return Affine(dx, 0.0, grid.box.x0, 0.0, -dy, grid.box.y1)
