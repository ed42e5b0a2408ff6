"""Layers cut to a box or to polygons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from layers.crs import transform_points
from layers.errors import DataError, ParameterInvalid
from layers.extent import Extent
from layers.geometry import POLYGON
from layers.shapes import to_geometry, to_shapes
from layers.sources.computed import PIECE, ComputedGrid, readable_grid
from layers.sources.memory import picked, vector_source, window
from layers.sources.source import FeatureBlock, FeatureRequest, RasterBlock, RasterRequest
from layers.sources.warp import Grid, burn
from layers.vector import VectorLayer
from plugins.processing.reproject import computed_layer, known_crs, single

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.layer import Layer
    from layers.raster import RasterLayer
    from layers.sources.raster_grid import Window

GEOS = cast("Any", shapely)
EDGES = 256
"""An edge of a mask that is brought to another system is cut into pieces of this share of the mask's size."""


def cutter(layer: Layer, mask: VectorLayer | None, extent: Extent | None) -> Any:
    """Give what to cut with, as one shapely geometry in the reference system of the layer.

    Raises
    ------
    ParameterInvalid
        Neither or both of mask and extent are given.
    DataError
        The mask has no polygons.
    """
    if (mask is None) == (extent is None):
        raise ParameterInvalid(
            "Give either a mask or an extent.",
            where="--mask, --extent",
            remedy="Name a polygon layer with --mask, or a box with --extent x0,y0,x1,y1.",
        )
    if extent is not None:
        return GEOS.box(*extent.to_list())
    shapes = _polygons(cast("VectorLayer", mask))
    if cast("VectorLayer", mask).crs != layer.crs:
        shapes = _brought(shapes, known_crs(cast("VectorLayer", mask)), known_crs(layer))
    return GEOS.union_all(GEOS.make_valid(shapes))


def _polygons(mask: VectorLayer) -> NDArray[Any]:
    geometry = cast("FeatureBlock", mask.read(FeatureRequest(mask.key, columns=()))).geometry
    if geometry is None or not (geometry.types == POLYGON).any():
        raise DataError("The mask has no polygons.", where=mask.source, remedy="Choose a polygon layer.")
    return to_shapes(geometry)[geometry.types == POLYGON]


def _brought(shapes: NDArray[Any], a: str, b: str) -> NDArray[Any]:
    """Bring polygons to another system; long edges bend there, so that points are put on them first."""
    x0, y0, x1, y1 = (float(v) for v in GEOS.total_bounds(shapes))
    fine = to_geometry(GEOS.segmentize(shapes, max(x1 - x0, y1 - y0, 1e-9) / EDGES))
    return to_shapes(replace(fine, xy=transform_points(fine.xy, a, b)))


def _outside(layer: Layer) -> DataError:
    return DataError(
        "The layer does not meet the extent or mask.",
        where=layer.source,
        remedy="Check the extent and the reference systems.",
    )


def clipped_features(layer: VectorLayer, shape: Any) -> VectorLayer:
    """Cut features; attributes are kept, features outside go. Polygons stay polygons, lines lines."""
    box = Extent(*(float(v) for v in GEOS.bounds(shape)))
    block = cast("FeatureBlock", layer.read(FeatureRequest(layer.key, box)))
    if block.geometry is None:
        raise DataError("The layer has no geometry.", where=layer.source)
    GEOS.prepare(shape)
    shapes = to_shapes(block.geometry)
    meets = GEOS.intersects(shape, shapes)
    inside = GEOS.contains_properly(shape, shapes)
    cut = shapes.copy()
    partly = meets & ~inside
    cut[partly] = _same_kind(GEOS.intersection(GEOS.make_valid(shapes[partly]), shape), shapes[partly])
    kept = np.flatnonzero(meets & ~GEOS.is_empty(cut))
    if not len(kept):
        raise _outside(layer)
    rest = picked(block, kept, geometry=False)
    held = vector_source(
        FeatureBlock(rest.ids, to_geometry(cut[kept]), rest.columns),
        layer.described().columns,
        crs=layer.crs,
        vdatum=layer.vdatum,
        title=layer.name,
    )
    return VectorLayer(name=layer.name, source="memory:").attach(held, held.layer)


def _same_kind(cut: NDArray[Any], before: NDArray[Any]) -> NDArray[Any]:
    """Drop what a cut leaves of lower dimension: touching points and edges."""
    dimension = GEOS.get_dimensions(before)
    for i in np.flatnonzero(GEOS.get_type_id(cut) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = GEOS.get_parts(cut[i])
        cut[i] = GEOS.union_all(parts[GEOS.get_dimensions(parts) == dimension[i]])
    cut[GEOS.get_dimensions(cut) < dimension] = shapely.Point()
    return cut


@dataclass(frozen=True)
class Cutting:
    """Which cells of a layer are left.

    Parameters
    ----------
    layer : RasterLayer
    request : RasterRequest
        Variables, step and level to read.
    grid : Grid
        What is left of the layer's grid.
    parts : list of shapely polygons
        Cells whose centre is outside them are NaN; empty = all cells stay.
    """

    layer: RasterLayer
    request: RasterRequest
    grid: Grid
    parts: list[Any]

    def cells(self, piece: Window) -> NDArray[np.float32]:
        """Give the cells of a piece."""
        part = self.grid.part(piece)
        asked = replace(self.request, box=part.box, width=piece.width, height=piece.height)
        values = cast("RasterBlock", self.layer.read(asked)).values
        if self.parts:
            values = np.where(burn(self.parts, part), values, np.float32(np.nan))
        return values


def clipped_grid(layer: RasterLayer, shape: Any, *, is_box: bool, step: int = 0) -> RasterLayer:
    """Cut a grid to the cells that a shape touches; with polygons, cells whose centre is outside are NaN."""
    description = layer.described()
    whole = readable_grid(description, layer.crs)
    wanted = whole.box.intersection(Extent(*(float(v) for v in GEOS.bounds(shape))))
    if wanted is None or wanted.width <= 0 or wanted.height <= 0:
        raise _outside(layer)
    rows, columns, box = window(whole.box, whole.width, whole.height, wanted)
    grid = Grid(whole.crs, box, columns.stop - columns.start, rows.stop - rows.start)
    parts = [] if is_box else [p for p in GEOS.get_parts(shape) if GEOS.get_dimensions(p) == 2]
    if parts and grid.width * grid.height <= PIECE and not burn(parts, grid).any():
        raise DataError(
            "No cell has its centre inside the mask.",
            where=layer.source,
            remedy="Choose larger polygons, or reproject the layer to smaller cells first.",
        )
    variables = single(description)
    after = replace(
        description,
        key="",
        crs=layer.crs,
        vdatum=layer.vdatum,
        bounds=box,
        time=None,
        counts={"width": grid.width, "height": grid.height, "bands": len(variables)},
        variables=variables,
        resolution=grid.cell,
        warnings=(),
    )
    request = RasterRequest(layer.key, tuple(v.name for v in variables), step)
    return computed_layer(layer, ComputedGrid(after, Cutting(layer, request, grid, parts).cells))
