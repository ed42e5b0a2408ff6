"""Rasters from files: GeoTIFF and COG, and other plain GDAL rasters of a short list."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers import crs
from layers.errors import DataError, HaitangError, SourceUnavailable
from layers.heights import UNKNOWN, datum_name
from layers.quantities import ATTRIBUTE, made_from
from layers.sources import formats, guard
from layers.sources.place import place_warnings
from layers.sources.raster_cells import read_cells, reason, unturned
from layers.sources.raster_grid import Grid, Window, pixels, world_file
from layers.sources.source import (
    Description,
    LayerDescription,
    RasterBlock,
    RasterRequest,
    SeriesBlock,
    SeriesRequest,
    StatisticsRequest,
    Variable,
    Warned,
)
from layers.sources.statistics import statistics

if TYPE_CHECKING:
    from pathlib import Path

    from layers.sources.source import Block, Request, Statistics

MAX_EXACT = 32_000_000
"""Cells up to which the range is found from all of them; beyond, from a sample or an overview."""
SAMPLE_SIDE = 2048
SLOW_CELLS = 64_000_000
VDATUM = "VDATUM"
RECORD = "HAITANG_RECORD"


def sniff(path: Path, head: bytes) -> bool:
    """Tell whether the file is a raster of the list."""
    return formats.identify(path, head).reader == formats.RASTER


def open(path: str) -> RasterFile:  # noqa: A001  the form every reader has
    """Open a raster.

    Raises
    ------
    SourceUnavailable
        The file is damaged or not a raster of the list.
    """
    return RasterFile(path)


class RasterFile:
    """A raster file as a ``DataSource``; its one layer has the key ``""``."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._more: list[RasterFile] = []
        self._file = guard.local_path(path)
        kind = formats.identify(self._file, guard.head_of(self._file))
        if kind.reader != formats.RASTER:
            raise SourceUnavailable("This is not a raster.", where=path, remedy="Open a GeoTIFF or another raster.")
        self._driver = kind.driver
        self._side_files = guard.safe_side_files(self._file)
        self._data = self._opened()
        self._grid = self._placed()
        self._turned: Any = None
        self._names = _band_names(self._data)
        self._described: Description | None = None

    def describe(self) -> Description:
        """Tell what the header says; no pixel is read."""
        if self._described is None:
            with guard.raster_env(side_files=self._side_files):
                try:
                    layer = self._layer()
                except guard.raster_refusals() as error:
                    if isinstance(error, HaitangError):
                        raise
                    raise self._unusable(error) from error
            self._described = Description(self.path, "raster", str(self._data.driver), (layer,))
        return self._described

    def read(self, request: Request) -> Block:
        """Read a window, values at cells, or the range of a band.

        Raises
        ------
        DataError
            A block of the file is damaged (it is named), the variable is unknown, or the kind of request is not
            one a raster answers. A ``SeriesRequest`` gives one step without a time (NaT).
        """
        with guard.raster_env(side_files=self._side_files):
            if isinstance(request, RasterRequest):
                return self._read_window(request)
            if isinstance(request, SeriesRequest):
                return self._read_cells(request)
            if isinstance(request, StatisticsRequest):
                return self._read_statistics(request)
        raise DataError(
            "A raster has no answer to a request of kind {kind}.", where=self.path, kind=type(request).__name__
        )

    def again(self) -> RasterFile:
        """Open the file once more, for another thread; closed together with this one."""
        more = RasterFile(self.path)
        self._more.append(more)
        return more

    def close(self) -> None:
        """Let go of the file."""
        for more in self._more:
            more.close()
        if self._turned is not None:
            self._turned.close()
        self._data.close()

    # ------------------------------------------------------------------ opening

    def _opened(self) -> Any:
        library = guard.rasterio()
        with guard.raster_env(side_files=self._side_files), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return library.open(self._file, driver=self._driver, sharing=False)
            except guard.raster_refusals() as error:
                raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> SourceUnavailable:
        return SourceUnavailable(
            "The raster cannot be opened: {reason}.",
            where=self.path,
            remedy="The file is damaged or cut off; copy it again from where it comes.",
            reason=reason(error, self._file),
        )

    def _placed(self) -> Grid:
        data = self._data
        size = int(data.width), int(data.height)
        affine = tuple(float(v) for v in data.transform[:6])
        points, _ = data.gcps
        if affine == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0) and len(points) >= 3:
            affine = tuple(float(v) for v in guard.rasterio().transform.from_gcps(points)[:6])
        elif affine == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0):
            affine = world_file(self._file) or affine
        if affine == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0):
            return pixels(*size)
        a, b, c, d, e, f = affine
        if not np.isfinite(affine).all() or a * e == b * d:
            raise DataError(
                "The raster's place on the map is not usable: its cells have no size.",
                where=self.path,
                remedy="Give it a place again with the program that made it.",
            )
        return Grid(*size, (a, b, c, d, e, f))

    def _system(self) -> tuple[str | None, str | None]:
        points_crs = self._data.gcps[1]
        given = self._data.crs or points_crs
        text = cast("str", given.to_wkt()) if given else None
        side = self._file.with_suffix(".prj")
        if text is None and side.is_file() and side.stat().st_size < 1 << 16:
            text = side.read_text("utf-8", "replace")
        try:
            return crs.normalise(text), crs.vertical(text)
        except HaitangError:
            return None, None

    # ------------------------------------------------------------------ description

    def _layer(self) -> LayerDescription:
        data, grid = self._data, self._grid
        system, from_crs = self._system()
        tags = cast("dict[str, str]", data.tags())
        vdatum, contradiction = _vdatum(from_crs, tags.get(VDATUM))
        notes = self._warnings() + contradiction
        if grid.placed:
            notes += place_warnings(system, grid.bounds)
        extra: dict[str, Any] = {"interpretation": [c.name for c in data.colorinterp], "tags": _short(tags)}
        if RECORD in tags:
            extra["record"] = tags[RECORD]
        if data.colorinterp[0].name == "palette":
            extra["palette"] = {int(k): list(v) for k, v in data.colormap(1).items()}
        return LayerDescription(
            key="",
            kind="raster",
            title=self._file.stem,
            crs=system if grid.placed else None,
            vdatum=vdatum,
            bounds=grid.bounds,
            counts={"width": grid.width, "height": grid.height, "bands": int(data.count)},
            variables=self._variables(),
            resolution=grid.resolution,
            nodata=_number(data.nodata),
            warnings=notes,
            extra=extra,
        )

    def _variables(self) -> tuple[Variable, ...]:
        data = self._data
        return tuple(
            Variable(
                name=name,
                units=data.units[i] or None,
                location="cell",
                title=data.descriptions[i] or "",
                dtype=str(data.dtypes[i]),
                made=made_from(data.tags(i + 1).get(ATTRIBUTE, "")),
            )
            for i, name in enumerate(self._names)
        )

    def _warnings(self) -> tuple[Warned, ...]:
        data, grid = self._data, self._grid
        found: list[Warned] = []
        if not grid.placed:
            found.append(
                Warned(
                    "not_georeferenced",
                    "The picture has no place on earth; its pixels are used as coordinates.",
                    "Give it a world file or write it as GeoTIFF with a reference system.",
                )
            )
        if grid.is_turned:
            found.append(
                Warned(
                    "turned",
                    "The rows of the raster do not run east-west; it is shown resampled to a grid that does.",
                    "Values are those of the nearest cell.",
                )
            )
        if grid.width * grid.height > SLOW_CELLS and not data.overviews(1):
            found.append(
                Warned(
                    "no_overviews",
                    "The raster has {count} million cells and no overviews; a view of all of it is slow.",
                    "Write it as COG, for example with the tool Reproject.",
                    {"count": grid.width * grid.height // 1_000_000},
                )
            )
        if data.driver == "GTiff" and self._is_cut_off():
            found.append(
                Warned(
                    "cut_off",
                    "The file is shorter than its header says; the last blocks are missing.",
                    "Copy it again from where it comes.",
                )
            )
        return tuple(found)

    def _is_cut_off(self) -> bool:
        rows, columns = self._data.block_shapes[0]
        last = (self._grid.width - 1) // columns, (self._grid.height - 1) // rows
        size = self._file.stat().st_size
        for column, row in {(0, 0), (last[0], 0), (0, last[1]), last}:
            name = f"{column}_{row}"
            start = self._data.get_tag_item(f"BLOCK_OFFSET_{name}", "TIFF", bidx=1)
            length = self._data.get_tag_item(f"BLOCK_SIZE_{name}", "TIFF", bidx=1)
            if start and length and int(start) + int(length) > size:
                return True
        return False

    # ------------------------------------------------------------------ reading

    def _index(self, variable: str) -> int:
        if variable in self._names:
            return self._names.index(variable) + 1
        if variable.isdecimal() and 1 <= int(variable) <= len(self._names):
            return int(variable)
        raise DataError(
            "The raster has no band {name}.",
            where=self.path,
            remedy="Its bands are: {names}.",
            name=variable,
            names=", ".join(self._names[:20]),
        )

    def _read_window(self, request: RasterRequest) -> RasterBlock:
        bands = [self._index(name) for name in request.variables]
        box = request.box or self._grid.bounds
        shown, grid = self._shown()
        window = grid.window(box)
        if window is None:
            return RasterBlock(np.empty((len(bands), 0, 0), np.float32), box)
        shape = window.shape(request.width, request.height)
        values = read_cells(shown, self._data, bands, window, shape)
        west, north = grid.mirrored
        values = values[:, :: -1 if north else 1, :: -1 if west else 1]
        return RasterBlock(np.ascontiguousarray(values), grid.box(window))

    def _shown(self) -> tuple[Any, Grid]:
        if not self._grid.is_turned:
            return self._data, self._grid
        if self._turned is None:
            self._turned = unturned(self._data, self._grid)
        shown = self._turned
        return shown, Grid(shown.width, shown.height, cast("Any", tuple(shown.transform[:6])))

    def _read_cells(self, request: SeriesRequest) -> SeriesBlock:
        band = self._index(request.variable)
        flat = np.asarray(request.indices, np.int64)
        rows, columns = self._grid.cells(*self._grid.places(flat))
        inside = (rows >= 0) & (rows < self._grid.height) & (columns >= 0) & (columns < self._grid.width)
        values = np.full((1, len(flat)), np.nan, np.float32)
        deep, wide = (int(n) for n in self._data.block_shapes[band - 1])
        chunks = np.where(inside, rows // deep * (self._grid.width // wide + 1) + columns // wide, -1)
        for chunk in np.unique(chunks[inside]):
            here = np.flatnonzero(chunks == chunk)
            r0, c0 = int(rows[here].min()), int(columns[here].min())
            window = Window(c0, r0, int(columns[here].max()) - c0 + 1, int(rows[here].max()) - r0 + 1)
            block = read_cells(self._data, self._data, [band], window, (window.height, window.width))
            values[0, here] = block[0, rows[here] - r0, columns[here] - c0]
        return SeriesBlock(np.array(["NaT"], "datetime64[ns]"), values)

    def _read_statistics(self, request: StatisticsRequest) -> Statistics:
        band, grid = self._index(request.variable), self._grid
        total = grid.width * grid.height
        if total > MAX_EXACT:
            window = Window(0, 0, grid.width, grid.height)
            block = read_cells(self._data, self._data, [band], window, window.shape(SAMPLE_SIDE, SAMPLE_SIDE))
            figures = statistics([block])
            return cast("Any", type(figures))(
                figures.minimum,
                figures.maximum,
                figures.mean,
                figures.p2,
                figures.p98,
                figures.missing,
                block.size / total,
            )
        deep = max(int(self._data.block_shapes[band - 1][0]), 1)
        rows = max(deep, (1 << 22) // max(grid.width, 1) // deep * deep)
        windows = [Window(0, r, grid.width, min(rows, grid.height - r)) for r in range(0, grid.height, rows)]
        return statistics(read_cells(self._data, self._data, [band], w, (w.height, w.width)) for w in windows)


def _band_names(data: Any) -> list[str]:
    described = [(text or "").strip() for text in data.descriptions]
    if all(described) and len(set(described)) == len(described):
        return described
    return [str(i + 1) for i in range(data.count)]


def _vdatum(from_crs: str | None, tag: str | None) -> tuple[str | None, tuple[Warned, ...]]:
    named = datum_name(tag) if tag else None
    named = None if named == UNKNOWN else named
    if from_crs and named and from_crs != named:
        return None, (
            Warned(
                "vdatum_contradicts",
                "The reference system says heights stand on {a}, the metadata say {b}.",
                "Ask who made the file, and set the vertical datum of the layer.",
                {"a": from_crs, "b": named},
            ),
        )
    return from_crs or named, ()


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _short(tags: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in tags.items() if len(text) <= 500 and key != RECORD}
