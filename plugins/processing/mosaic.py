"""Grids on other cells, and several layers as one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from app.api import tr
from layers.errors import DataError, DatumMismatch, ParameterInvalid
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.raster_output import REAL
from layers.shapes import to_geometry
from layers.sources.computed import ComputedGrid, readable_grid
from layers.sources.memory import vector_source
from layers.sources.raster_grid import Window
from layers.sources.sharing import THREADS
from layers.sources.source import Column, FeatureBlock, LayerDescription, RasterRequest
from layers.sources.warp import MOST_CELLS, Grid
from layers.vector import VectorLayer
from plugins.processing.grids import Band, band_of
from plugins.processing.names import array_of
from plugins.processing.overlay import emptied
from plugins.processing.pairs import Features, features_of
from plugins.processing.reproject import Warping, computed_layer, known_crs, single

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job
    from layers.sources.warp import Method

SAME = 1e-3
"""Share of a cell by which grids may be off and still lie cell on cell."""


def resampled(
    layer: RasterLayer, resolution: float | None, like: RasterLayer | None, method: Method, step: int
) -> RasterLayer:
    """Give a grid on other cells: of a size, or those of another grid.

    Raises
    ------
    ParameterInvalid
        Neither or both of size and other grid are given.
    DataError
        The new grid would have too many cells.
    """
    if (resolution is None) == (like is None):
        raise ParameterInvalid(
            "Give either a grid to follow or a cell size.", where="--like, --resolution", remedy="Name one of the two."
        )
    description = layer.described()
    source = readable_grid(description, known_crs(layer))
    if like is not None:
        target = readable_grid(like.described(), known_crs(like))
    else:
        target = _of_size(source, resolution or 1.0)
    variables = single(description, "" if method == "nearest" else REAL)
    request = RasterRequest(layer.key, tuple(v.name for v in variables), step)
    after = replace(
        description,
        key="",
        crs=target.crs,
        vdatum=layer.vdatum,
        bounds=target.box,
        time=None,
        counts={"width": target.width, "height": target.height, "bands": len(variables)},
        variables=variables,
        resolution=target.cell,
        warnings=(),
    )
    return computed_layer(layer, ComputedGrid(after, Warping(layer, request, source, target, method).cells))


def _of_size(source: Grid, size: float) -> Grid:
    box = source.box
    width, height = (max(1, int(np.ceil(length / size - 1e-6))) for length in (box.width, box.height))
    if width * height > MOST_CELLS:
        raise DataError(
            "The new grid would have {count} million cells.",
            where="--resolution",
            remedy="Choose a larger cell size.",
            count=width * height // 1_000_000,
        )
    return Grid(source.crs, Extent(box.x0, box.y1 - height * size, box.x0 + width * size, box.y1), width, height)


def merged_grids(layers: list[RasterLayer]) -> RasterLayer:
    """Give one grid around several; where they overlap, the first that has data counts.

    Raises
    ------
    DataError
        Their cells do not lie in one grid.
    DatumMismatch
        They stand on different vertical datums.
    """
    bands = [band_of(layer) for layer in layers]
    grids = [band.grid for band in bands]
    _check(bands)
    dx, dy = grids[0].cell
    box = grids[0].box
    for grid in grids[1:]:
        box = box.union(grid.box)
    width, height = round(box.width / dx), round(box.height / dy)
    whole = Grid(grids[0].crs, box, width, height)
    places = [(round((g.box.x0 - box.x0) / dx), round((box.y1 - g.box.y1) / dy)) for g in grids]

    def cells(window: Window) -> NDArray[np.float32]:
        result = np.full((window.height, window.width), np.nan, np.float32)
        for band, (column, row) in zip(bands, places, strict=True):
            c0, r0 = max(window.column, column), max(window.row, row)
            c1 = min(window.column + window.width, column + band.grid.width)
            r1 = min(window.row + window.height, row + band.grid.height)
            if c1 <= c0 or r1 <= r0:
                continue
            part = result[r0 - window.row : r1 - window.row, c0 - window.column : c1 - window.column]
            gaps = np.isnan(part)
            if gaps.any():
                part[gaps] = band.cells(Window(c0 - column, r0 - row, c1 - c0, r1 - r0))[gaps]
        return result[np.newaxis]

    after = _described(bands, whole)
    held = ComputedGrid(after, cells, threads=THREADS)
    return RasterLayer(name=layers[0].name, source="memory:").attach(held, held.layer)


def _described(bands: list[Band], whole: Grid) -> LayerDescription:
    """Describe a mosaic."""
    first = bands[0].layer.described()
    kinds = {band.variable.dtype for band in bands}
    variable = replace(bands[0].variable, steps=1, levels=1, dtype=kinds.pop() if len(kinds) == 1 else REAL)
    return replace(
        first,
        key="",
        vdatum=bands[0].layer.vdatum,
        bounds=whole.box,
        time=None,
        counts={"width": whole.width, "height": whole.height, "bands": 1},
        variables=(variable,),
        resolution=whole.cell,
        warnings=(),
    )


def _check(bands: list[Band]) -> None:
    first = bands[0].grid
    dx, dy = first.cell
    for band in bands[1:]:
        grid = band.grid
        size = max(abs(grid.cell[0] / dx - 1) * grid.width, abs(grid.cell[1] / dy - 1) * grid.height)
        off = (grid.box.x0 - first.box.x0) / dx, (grid.box.y1 - first.box.y1) / dy
        if grid.crs != first.crs or size > SAME or max(abs(v - round(v)) for v in off) > SAME:
            raise DataError(
                "The cells of the grids {a} and {b} do not lie in one grid.",
                where=band.layer.source,
                remedy="Bring them to one reference system and cell size first: data.resample, data.reproject.",
                a=bands[0].layer.name,
                b=band.layer.name,
            )
    datums = {band.layer.vdatum for band in bands if band.layer.vdatum}
    if len(datums) > 1:
        raise DatumMismatch(
            "The grids stand on different vertical datums: {datums}.",
            where=bands[0].layer.source,
            remedy="Bring them to one datum first, by an approved offset.",
            datums=", ".join(f"{band.layer.name} {band.layer.vdatum or '-'}" for band in bands),
        )


def merged_features(layers: list[VectorLayer], job: Job) -> VectorLayer:
    """Give the features of several layers as one layer; columns of the same name become one."""
    job.progress(0.0, tr("Reading"))
    crs = layers[0].crs
    parts: list[Features] = []
    for done, layer in enumerate(layers, 1):
        parts.append(features_of(layer, job, known_crs(layers[0]) if crs is not None else None))
        job.progress(0.6 * done / len(layers))
    names: dict[str, Column] = {}
    for part in parts:
        kinds = {column.name: column for column in part.columns}
        for name in part.block.columns:
            names.setdefault(name, kinds.get(name, Column(name, "text")))
    columns = {name: _stacked(name, parts) for name in names}
    shapes = np.concatenate([part.shapes for part in parts])
    datums = {layer.vdatum for layer in layers}
    if len(datums) > 1:
        job.warn("The layers stand on different vertical datums; the result names none.")
    held = vector_source(
        FeatureBlock(np.arange(len(shapes)), to_geometry(shapes), columns),
        tuple(names.values()),
        crs=crs,
        vdatum=datums.pop() if len(datums) == 1 else None,
        title=layers[0].name,
    )
    return VectorLayer(name=layers[0].name, source="memory:").attach(held, held.layer)


def _stacked(name: str, parts: list[Features]) -> Any:
    """Put a column of several layers into one; layers without it have no values there."""
    arrays = [array_of(part.block.columns[name]) for part in parts if name in part.block.columns]
    kinds = {array.dtype.kind if array is not None else "" for array in arrays}
    there = [name in part.block.columns for part in parts]
    if len(kinds) == 1 and (kinds <= {"f", "M"} or (all(there) and "" not in kinds)):
        gap = np.array(["NaT"], "datetime64[ms]") if kinds == {"M"} else np.array([np.nan])
        whole = [
            p.block.columns[name] if t else np.repeat(gap, len(p.shapes)) for p, t in zip(parts, there, strict=True)
        ]
        return np.concatenate(whole)
    plain: list[Any] = []
    for part, is_there in zip(parts, there, strict=True):
        array = array_of(part.block.columns[name]) if is_there else None
        values = part.block.columns[name] if is_there else [None] * len(part.shapes)
        plain += array.tolist() if array is not None and array.dtype.kind != "M" else list(values)
    gaps = np.array([value is None or value != value for value in plain], np.bool_)
    return emptied(plain, gaps)
