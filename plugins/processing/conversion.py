"""Grids to features and back: areas of equal cells, contour lines, burnt shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.api import tr
from layers.errors import DataError, ParameterInvalid
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.shapes import to_geometry
from layers.sources.burning import areas_of, burnt
from layers.sources.computed import PIECE, ComputedGrid
from layers.sources.memory import vector_source
from layers.sources.raster_grid import Window
from layers.sources.source import Column, FeatureBlock, LayerDescription, Variable
from layers.sources.warp import MOST_CELLS, Grid
from layers.vector import VectorLayer
from plugins.processing.pairs import GEOS, Features, features_of
from plugins.processing.reproject import known_crs
from plugins.processing.shapes import numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job
    from plugins.processing.grids import Band

CELL_BYTES = 60
"""Memory that tracing areas takes per cell."""


def layer_of(
    shapes: NDArray[Any], columns: dict[str, Any], about: tuple[Column, ...], band: Band, title: str
) -> VectorLayer:
    """Give features made of a grid as a layer in its system.

    Raises
    ------
    DataError
        There are none.
    """
    if not len(shapes):
        raise DataError("The result has no features.", where=band.layer.source, remedy="Check the values of the grid.")
    held = vector_source(
        FeatureBlock(np.arange(len(shapes)), to_geometry(shapes), columns),
        about,
        crs=band.layer.crs,
        vdatum=band.layer.vdatum,
        title=title,
    )
    return VectorLayer(name=title, source="memory:").attach(held, held.layer)


def polygonised(band: Band, *, corners: bool, job: Job) -> VectorLayer:
    """Give the areas of neighbouring cells with the same value, with value and number of cells.

    Raises
    ------
    MemoryExceeded
        The grid does not fit into the memory allowed.
    """
    grid = band.grid
    job.check_memory(grid.width * grid.height * CELL_BYTES / (1 << 20))
    if grid.width * grid.height > 8 * PIECE:
        raise DataError(
            "The grid has {count} million cells; areas are traced in at most {most} million.",
            where=band.layer.source,
            remedy="Cut it into parts with data.clip, or make its cells larger with data.resample.",
            count=grid.width * grid.height // 1_000_000,
            most=8 * PIECE // 1_000_000,
        )
    job.progress(0.0, tr("Reading"))
    cells = band.cells(Window(0, 0, grid.width, grid.height))
    mask = np.isfinite(cells)
    job.progress(0.2)
    whole = bool((cells[mask] == np.rint(cells[mask])).all())
    if not whole:
        job.warn("The grid holds no whole numbers; only cells with exactly the same value are joined.")
    kind = np.int32 if whole and np.abs(cells[mask]).max(initial=0) < 2**31 else np.float32
    shapes, values = areas_of(np.where(mask, cells, 0).astype(kind), mask, grid, corners=corners)
    job.progress(0.7)
    dx, dy = grid.cell
    columns = {
        "value": values.astype(np.int64) if kind is np.int32 else values,
        "cells": np.rint(GEOS.area(shapes) / (dx * dy)).astype(np.int64),
    }
    about = (Column("value", "int" if kind is np.int32 else "float"), Column("cells", "int"))
    return layer_of(shapes, columns, about, band, band.layer.name)


def rasterised(
    layer: VectorLayer,
    field: str,
    like: Band | None,
    resolution: float | None,
    extent: Extent | None,
    *,
    touched: bool,
    job: Job,
) -> RasterLayer:
    """Give cells with a value of the features that cover their centre; the last feature counts where several do.

    Raises
    ------
    ParameterInvalid
        Neither or both of a grid to follow and a cell size are given.
    """
    if (like is None) == (resolution is None):
        raise ParameterInvalid(
            "Give either a grid to follow or a cell size.",
            where="--like, --resolution",
            remedy="Name one of the two.",
        )
    job.progress(0.0, tr("Reading"))
    crs = known_crs(like.layer) if like is not None else known_crs(layer)
    features = features_of(layer, job, crs)
    values = numbers(features, field, "--field") if field else np.ones(len(features.shapes))
    grid = like.grid if like is not None else _fresh(GEOS.total_bounds(features.shapes), crs, resolution or 1.0, extent)
    chosen = np.flatnonzero(np.isfinite(values) & ~GEOS.is_empty(features.shapes))
    shapes, values = features.shapes[chosen], values[chosen]
    tree = GEOS.STRtree(shapes)
    tree.query(GEOS.box(0, 0, 1, 1))

    def cells(window: Window) -> NDArray[np.float32]:
        part = grid.part(window)
        near = np.sort(tree.query(GEOS.box(*part.box.to_list())))
        return burnt(shapes[near], values[near], part, touched=touched)[np.newaxis]

    description = _described(features, field, values, grid)
    held = ComputedGrid(description, cells)
    return RasterLayer(name=layer.name, source="memory:").attach(held, held.layer)


def _described(features: Features, field: str, values: NDArray[np.float64], grid: Grid) -> LayerDescription:
    """Describe a burnt grid; whole numbers stay whole."""
    unit = next(
        (c.title.rpartition(" [")[2].rstrip("]") for c in features.columns if c.name == field and " [" in c.title), ""
    )
    whole = bool(len(values)) and bool((values == np.rint(values)).all()) and np.abs(values).max() < 2**24
    return LayerDescription(
        key="",
        kind="raster",
        title=features.layer.name,
        crs=grid.crs,
        vdatum=features.layer.vdatum,
        bounds=grid.box,
        counts={"width": grid.width, "height": grid.height, "bands": 1},
        variables=(Variable(field or "covered", unit or "1", "cell", dtype="int32" if whole else "float32"),),
        resolution=grid.cell,
        nodata=-2147483648.0 if whole else None,
    )


def _fresh(bounds: Any, crs: str, resolution: float, extent: Extent | None) -> Grid:
    """Give a grid of square cells, whose edges are multiples of the cell size, around some bounds."""
    box = extent.to_list() if extent is not None else [float(v) for v in bounds]
    low = np.floor(np.array(box[:2]) / resolution + 1e-9)
    high = np.maximum(np.ceil(np.array(box[2:]) / resolution - 1e-9), low + 1)
    width, height = (int(v) for v in high - low)
    if width * height > MOST_CELLS:
        raise DataError(
            "The new grid would have {count} million cells.",
            where="--resolution",
            remedy="Choose a larger cell size.",
            count=width * height // 1_000_000,
        )
    return Grid(crs, Extent(*(low * resolution).tolist(), *(high * resolution).tolist()), width, height)
