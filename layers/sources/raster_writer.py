"""Rasters to Cloud Optimized GeoTIFF, compressed without loss by Zstandard: the same cells give the same bytes."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.quantities import ATTRIBUTE, made_text
from layers.sources import guard
from layers.sources.cog import BLOCK, CogParts, Packed
from layers.sources.raster_file import RECORD, VDATUM
from layers.sources.raster_grid import affine
from layers.sources.source import Variable
from layers.sources.staged import staged

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.extent import Extent

SUFFIXES = {".tif", ".tiff"}
_KINDS = {"float32", "float64", "int16", "int32", "uint8", "uint16", "uint32", "int8"}


@dataclass(frozen=True, slots=True)
class RasterForm:
    """What a raster to be written looks like.

    Parameters
    ----------
    width, height : int
        Columns and rows.
    box : Extent
        Cell edges, (east, north) in ``crs``.
    crs : str or None
        ``EPSG:n`` or WKT.
    vdatum : str or None
        Written as the metadata item ``VDATUM``.
    nodata : float or None
        The value for "no data"; for float cells None means NaN.
    dtype : str
        Kind of the cells.
    variables : sequence of Variable
        One per band: names and units.
    tags : mapping
        Metadata items.
    record : str
        Text of the record of what made it; "" = none.
    palette : mapping of int to red, green, blue, alpha, optional
        Colours of the cells of a single band of 8 or 16 bits.
    """

    width: int
    height: int
    box: Extent
    crs: str | None
    variables: Sequence[Variable]
    vdatum: str | None = None
    nodata: float | None = None
    dtype: str = "float32"
    tags: Mapping[str, str] | None = None
    record: str = ""
    palette: Mapping[int, Sequence[int]] | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Cells on their way into a file: packed tiles, or cells that do not fill theirs."""

    row: int
    column: int
    tiles: list[Packed]
    cells: NDArray[Any] | None = None


class RasterWriter:
    """Takes blocks of cells; made by ``raster_writer``."""

    def __init__(self, parts: CogParts, form: RasterForm) -> None:
        self._parts, self._form = parts, form

    def write(self, values: NDArray[Any], row: int = 0, column: int = 0) -> None:
        """Write cells (bands, rows, columns), row 0 north; NaN becomes the nodata value."""
        self.put(self.pack(values, row, column))

    def pack(self, values: NDArray[Any], row: int = 0, column: int = 0) -> Piece:
        """Make cells ready for the file; the heavy part of ``write``, which any thread may do."""
        form = self._form
        cells = values
        if form.nodata is not None and np.issubdtype(values.dtype, np.floating):
            cells = np.where(np.isnan(values), form.nodata, values)
        cells = cells.astype(form.dtype, copy=False)
        if self._parts.fits(cells, row, column):
            return Piece(row, column, self._parts.pack(cells, row, column))
        return Piece(row, column, [], cells)

    def put(self, piece: Piece) -> None:
        """Take in what was made ready; one thread does this."""
        if piece.cells is None:
            self._parts.add(piece.tiles)
        else:
            self._parts.add_cells(piece.cells, piece.row, piece.column)


@contextmanager
def raster_writer(path: str | Path, form: RasterForm) -> Generator[RasterWriter]:
    """Write a raster block by block; it becomes a COG, and appears, when all went well.

    Raises
    ------
    DataError
        The suffix or the kind of cells cannot be written.
    SourceUnavailable
        The folder is missing, read-only or full.
    """
    from pathlib import Path

    if Path(path).suffix.lower() not in SUFFIXES:
        raise DataError(
            "Rasters are written as GeoTIFF (COG).", where=str(path), remedy="Give the file the suffix .tif."
        )
    if form.dtype not in _KINDS:
        raise DataError("Cells of kind {dtype} cannot be written.", where=str(path), dtype=form.dtype)
    with staged(path) as out:
        work = out.parent / "parts"
        work.mkdir()
        head = work / "head.tif"
        with guard.raster_env(), guard.rasterio().open(head, "w", **_profile(form)) as data:
            _describe(data, form)
        nodata = form.nodata if form.dtype.startswith("float") else None
        parts = CogParts(head, form.dtype, len(form.variables), form.width, form.height, nodata)
        try:
            yield RasterWriter(parts, form)
            parts.join(out)
        finally:
            parts.close()
            shutil.rmtree(work, ignore_errors=True)


def write_raster(
    path: str | Path,
    array: NDArray[Any],
    box: Extent,
    crs: str | None,
    *,
    vdatum: str | None = None,
    nodata: float | None = None,
    tags: Mapping[str, str] | None = None,
    variables: Sequence[Variable] = (),
    record: str = "",
) -> None:
    """Write cells as a COG.

    Parameters
    ----------
    array : ndarray, (bands, rows, columns)
        Row 0 north; NaN = no data. Its dtype is the kind of the cells.
    box, crs, vdatum, nodata, tags, variables, record
        See ``RasterForm``; without ``variables`` bands are called 1, 2 and so on.

    Raises
    ------
    DataError
        The suffix or the kind of cells cannot be written.
    SourceUnavailable
        The folder is missing, read-only or full.
    """
    count, height, width = array.shape
    named = tuple(variables) or tuple(Variable(str(i + 1)) for i in range(count))
    form = RasterForm(width, height, box, crs, named, vdatum, nodata, str(array.dtype), tags, record)
    with raster_writer(path, form) as writer:
        writer.write(array)


def _profile(form: RasterForm) -> dict[str, Any]:
    library = guard.rasterio()
    nodata = form.nodata
    if nodata is None and form.dtype.startswith("float"):
        nodata = float("nan")
    return {
        "driver": "GTiff",
        "width": form.width,
        "height": form.height,
        "count": len(form.variables),
        "dtype": form.dtype,
        "crs": form.crs,
        "transform": library.Affine(*affine(form.box, form.width, form.height)),
        "nodata": nodata,
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        "interleave": "band",
        "compress": "zstd",
        "predictor": 3 if form.dtype.startswith("float") else 2,
        # Only the head of this file is used.
        "BIGTIFF": "YES",
        "SPARSE_OK": "TRUE",
    }


def _describe(data: Any, form: RasterForm) -> None:
    tags = dict(form.tags or {})
    if form.vdatum:
        tags[VDATUM] = form.vdatum
    if form.record:
        tags[RECORD] = form.record
    data.update_tags(**tags)
    for i, variable in enumerate(form.variables, start=1):
        data.set_band_description(i, variable.name)
        if variable.made is not None:
            data.update_tags(i, **{ATTRIBUTE: made_text(variable.made)})
    data.units = tuple(variable.units or "" for variable in form.variables)
    if form.palette:
        data.write_colormap(1, {int(value): tuple(colour) for value, colour in form.palette.items()})
