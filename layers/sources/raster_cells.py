"""Cells of an open raster as float32: masks, nodata, scale and offset resolved, damaged blocks named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.sources import guard
from layers.sources.raster_grid import affine

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from layers.sources.raster_grid import Grid, Window

_IMAGE = {"red", "green", "blue"}


def read_cells(
    shown: Any, original: Any, bands: list[int], window: Window, shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Read a window of some bands.

    Parameters
    ----------
    shown : dataset
        What is read: the file, or its north-up view.
    original : dataset
        The file; where they differ, damaged blocks are looked for in all of it.
    bands : list of int
        1-based.
    window : Window
        Cells of ``shown``.
    shape : (rows, columns)
        Size of the answer; smaller than the window: overviews, else means of continuous data and images,
        else every n-th cell.

    Returns
    -------
    ndarray, float32, (bands, rows, columns)
        In the order of the file; NaN where nodata, masked or transparent.

    Raises
    ------
    DataError
        A block is damaged, or too much is asked for.
    """
    path = str(original.name)
    guard.check_cells(len(bands) * shape[0] * shape[1], path)
    guard.check_cells(max(int(h) * int(w) for h, w in original.block_shapes), path)
    library = guard.rasterio()
    place = library.windows.Window(window.column, window.row, window.width, window.height)
    out = np.empty((len(bands), *shape), np.float32)
    for i, band in enumerate(bands):
        try:
            out[i] = _band(shown, original, band, place, shape)
        except guard.raster_refusals() as error:
            everywhere = None if shown is not original else window
            raise _damaged(original, band, everywhere, error) from error
    return out


def _band(shown: Any, original: Any, band: int, place: Any, shape: tuple[int, int]) -> NDArray[np.float32]:
    if np.dtype(original.dtypes[band - 1]).kind == "c":
        raise DataError("Band {band} holds complex numbers, which are not shown.", where=original.name, band=band)
    resampling = guard.rasterio().enums.Resampling
    smooth = original.dtypes[band - 1].startswith("float") or original.colorinterp[band - 1].name in _IMAGE
    shrunk = shape[0] < place.height or shape[1] < place.width
    how = resampling.average if shrunk and smooth else resampling.nearest
    raw = shown.read(band, window=place, out_shape=shape, resampling=how)
    missing = _missing(shown, original, band, raw, place, shape)
    scale, offset = float(original.scales[band - 1]), float(original.offsets[band - 1])
    values = raw if (scale, offset) == (1.0, 0.0) else raw * scale + offset
    with np.errstate(over="ignore", invalid="ignore"):
        out = np.asarray(values, np.float32)
    if missing is not None:
        out[missing] = np.nan
    return out


def _missing(
    shown: Any, original: Any, band: int, raw: NDArray[Any], place: Any, shape: tuple[int, int]
) -> NDArray[np.bool_] | None:
    flags = [flag.name for flag in shown.mask_flag_enums[band - 1]]
    nodata = shown.nodatavals[band - 1]
    found: list[NDArray[np.bool_]] = []
    if nodata is not None and np.isfinite(nodata):
        with np.errstate(over="ignore"):
            found.append(raw == np.asarray(nodata, np.float64).astype(raw.dtype))
    if flags != ["all_valid"] and (flags != ["nodata"] or nodata is None):
        found.append(shown.read_masks(band, window=place, out_shape=shape) == 0)
    if shown.count > original.count:
        # The north-up view brings an alpha band of its own, which its masks do not mention.
        found.append(shown.read(shown.count, window=place, out_shape=shape) == 0)
    return np.logical_or.reduce(found) if found else None


def _damaged(original: Any, band: int, window: Window | None, error: Exception) -> DataError:
    place = _first_damaged(original, band, window)
    _forget(original)
    if place is not None:
        return DataError(
            "The block in row {row}, column {column} of band {band} cannot be decoded; the file is damaged.",
            where=original.name,
            remedy="Copy the file again from where it comes, or cut out the part that is whole.",
            row=place[0],
            column=place[1],
            band=band,
        )
    return DataError(
        "Band {band} cannot be read: {reason}.",
        where=original.name,
        remedy="Copy the file again from where it comes.",
        band=band,
        reason=reason(error, Path(original.name)),
    )


def _first_damaged(original: Any, band: int, window: Window | None) -> tuple[int, int] | None:
    for place, block in _blocks(original, window):
        try:
            original.read(band, window=block)
            original.read_masks(band, window=block)
        except guard.raster_refusals():
            return place
    return None


def _forget(original: Any) -> None:
    """Let GDAL report its last error, which it otherwise gives as the answer to the next question."""
    for _ in range(3):
        try:
            _ = original.colorinterp
        except guard.raster_refusals():
            continue
        return


def _blocks(original: Any, window: Window | None) -> Generator[tuple[tuple[int, int], Any]]:
    for place, block in original.block_windows(1):
        if window is not None:
            right, below = block.col_off + block.width, block.row_off + block.height
            beside = right <= window.column or block.col_off >= window.column + window.width
            if beside or below <= window.row or block.row_off >= window.row + window.height:
                continue
        yield place, block


def unturned(data: Any, grid: Grid) -> Any:
    """Give a north-up view of a turned raster: nearest cells, at the size of its own cells."""
    library = guard.rasterio()
    box, size = grid.bounds, min(grid.resolution)
    width, height = max(1, round(box.width / size)), max(1, round(box.height / size))
    # The same system on both sides: any will do where the file names none.
    system = data.crs or data.gcps[1] or "EPSG:3857"
    return library.vrt.WarpedVRT(
        data,
        src_crs=system,
        crs=system,
        src_transform=library.Affine(*grid.affine),
        transform=library.Affine(*affine(box, width, height)),
        width=width,
        height=height,
        add_alpha=data.nodata is None and "alpha" not in [c.name for c in data.colorinterp],
        resampling=library.enums.Resampling.nearest,
    )


def reason(error: BaseException, file: Path) -> str:
    """Give the innermost reason, without the path, in one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    text = str(getattr(error, "errmsg", "") or error).replace(str(file), file.name)
    return " ".join(text.split())[:200].rstrip(".") or type(error).__name__
