"""Grids brought to another reference system, and polygons burnt into grids; GDAL's own routines."""

# pyright: reportMissingTypeStubs=false, reportUnusedImport=false
# The border to a library without types: beyond this file it is Any.

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from layers.errors import DataError
from layers.extent import Extent
from layers.sources import guard
from layers.sources.raster_grid import affine

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from layers.sources.raster_grid import Window

MOST_CELLS = 10_000_000_000
"""Cells that a new grid may have; it is worked out piece by piece, but must find room on a disk."""
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

    def part(self, window: Window) -> Grid:
        """Give some whole cells as a grid of their own."""
        return Grid(self.crs, self.box_of(window), window.width, window.height)

    def box_of(self, window: Window) -> Extent:
        """Give the edges of some cells."""
        dx, dy = self.cell
        x0, y1 = self.box.x0 + window.column * dx, self.box.y1 - window.row * dy
        last_column, last_row = window.column + window.width, window.row + window.height
        x1 = self.box.x1 if last_column == self.width else self.box.x0 + last_column * dx
        y0 = self.box.y0 if last_row == self.height else self.box.y1 - last_row * dy
        return Extent(x0, y0, x1, y1)


@lru_cache(maxsize=1)
def _library() -> Any:
    """Import the parts of rasterio that warp and burn."""
    import rasterio.enums
    import rasterio.features
    import rasterio.warp

    return cast("Any", rasterio)


@contextmanager
def _quiet() -> Generator[None]:
    """Give GDAL's settings; what rasterio says of its own use of other libraries concerns nobody here."""
    with guard.raster_env(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


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
        The source does not lie where the other system is defined, or the new grid would have too many cells.
    """
    box = source.box
    suggested = _library().warp.calculate_default_transform
    try:
        with _quiet():
            transform, width, height = suggested(
                source.crs, crs, source.width, source.height, *box.to_list(), resolution=resolution
            )
    except guard.raster_refusals() as error:
        raise _not_there(crs) from error
    width, height = int(width or 0), int(height or 0)
    left, top, dx, dy = (float(v) for v in (transform.c, transform.f, transform.a, -transform.e))
    if not np.isfinite([left, top, dx, dy]).all() or width < 1 or height < 1:
        raise _not_there(crs)
    if width * height > MOST_CELLS:
        raise DataError(
            "The new grid would have {count} million cells.",
            where="--resolution",
            remedy="Choose a larger cell size.",
            count=width * height // 1_000_000,
        )
    return Grid(crs, Extent(left, top - dy * height, left + dx * width, top), width, height)


def _not_there(crs: str) -> DataError:
    return DataError(
        "The grid cannot be brought to {crs}.",
        remedy="Choose a reference system that is used where the data lies.",
        crs=crs,
    )


def warp(values: NDArray[np.float32], source: Grid, target: Grid, method: Method) -> NDArray[np.float32]:
    """Bring cells from one grid to another.

    Parameters
    ----------
    values : ndarray, float32, (bands, height, width)
        Row 0 north, on ``source``; NaN = no data.

    Returns
    -------
    ndarray, float32, (bands, target.height, target.width)
        NaN where the source has nothing, or where the transform is not defined.

    Raises
    ------
    DataError
        GDAL finds no transform at all.
    """
    library = _library()
    result = np.full((len(values), target.height, target.width), np.nan, dtype=np.float32)
    try:
        with _quiet():
            for band, out in zip(values, result, strict=True):
                library.warp.reproject(
                    np.ascontiguousarray(band),
                    out,
                    src_transform=_affine(source),
                    src_crs=source.crs,
                    dst_transform=_affine(target),
                    dst_crs=target.crs,
                    src_nodata=np.nan,
                    dst_nodata=np.nan,
                    resampling=library.enums.Resampling[method],
                )
    except guard.raster_refusals() as error:
        raise _not_there(target.crs) from error
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
    shape = (grid.height, grid.width)
    if not len(polygons):
        return np.zeros(shape, np.bool_)
    with _quiet():
        inside = _library().features.geometry_mask(list(polygons), shape, _affine(grid), invert=True)
    return np.asarray(inside, np.bool_)


def _affine(grid: Grid) -> Any:
    return _library().Affine(*affine(grid.box, grid.width, grid.height))
