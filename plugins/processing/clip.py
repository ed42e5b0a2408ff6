"""Layers cut to a box or to polygons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from layers.crs import transform_points
from layers.errors import DataError, ParameterInvalid
from layers.extent import Extent
from layers.geometry import POLYGON
from layers.raster import RasterLayer
from layers.shapes import to_geometry, to_shapes
from layers.sources.memory import picked, raster_source, vector_source, window
from layers.sources.source import FeatureBlock, FeatureRequest
from layers.sources.warp import Grid, burn
from layers.vector import VectorLayer
from plugins.processing.reproject import described, known_crs, whole_grid

if TYPE_CHECKING:
    from layers.layer import Layer


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
        return shapely.box(*extent.to_list())
    mask = cast("VectorLayer", mask)
    geometry = cast("FeatureBlock", mask.read(FeatureRequest(mask.key, columns=()))).geometry
    if geometry is None or not (geometry.types == POLYGON).any():
        raise DataError("The mask has no polygons.", where=mask.source, remedy="Choose a polygon layer.")
    if mask.crs != layer.crs:
        geometry = replace(geometry, xy=transform_points(geometry.xy, known_crs(mask), known_crs(layer)))
    shapes = to_shapes(geometry)[geometry.types == POLYGON]
    return shapely.union_all(shapely.make_valid(shapes))


def clipped_features(layer: VectorLayer, shape: Any) -> VectorLayer:
    """Cut features; attributes are kept, features outside go. Polygons stay polygons, lines lines."""
    box = Extent(*(float(v) for v in shapely.bounds(shape)))
    block = cast("FeatureBlock", layer.read(FeatureRequest(layer.key, box)))
    if block.geometry is None:
        raise DataError("The layer has no geometry.", where=layer.source)
    shapely.prepare(shape)
    shapes = to_shapes(block.geometry)
    meets = shapely.intersects(shape, shapes)
    inside = shapely.contains_properly(shape, shapes)
    cut = shapes.copy()
    partly = meets & ~inside
    cut[partly] = _same_kind(shapely.intersection(shapely.make_valid(shapes[partly]), shape), shapes[partly])
    kept = np.flatnonzero(meets & ~shapely.is_empty(cut))
    rest = picked(block, kept, geometry=False)
    held = vector_source(
        FeatureBlock(rest.ids, to_geometry(cut[kept]), rest.columns),
        described(layer).columns,
        crs=layer.crs,
        vdatum=layer.vdatum,
        title=layer.name,
    )
    return VectorLayer(name=layer.name, source="memory:").attach(held, held.layer)


def _same_kind(cut: Any, before: Any) -> Any:
    """Drop what a cut leaves of lower dimension: touching points and edges."""
    dimension = shapely.get_dimensions(before)
    for i in np.flatnonzero(shapely.get_type_id(cut) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(cut[i])
        cut[i] = shapely.union_all(parts[shapely.get_dimensions(parts) == dimension[i]])
    cut[shapely.get_dimensions(cut) < dimension] = shapely.Point()
    return cut


def clipped_grid(layer: RasterLayer, shape: Any, *, is_box: bool) -> RasterLayer:
    """Cut a grid to the cells that a shape touches; with polygons, cells whose centre is outside are NaN."""
    description = described(layer)
    names, block = whole_grid(layer)
    height, width = block.values.shape[-2:]
    wanted = block.box.intersection(Extent(*(float(v) for v in shapely.bounds(shape))))
    if wanted is None or wanted.width <= 0 or wanted.height <= 0:
        raise DataError(
            "The layer does not meet the extent or mask.",
            where=layer.source,
            remedy="Check the extent and the reference systems.",
        )
    rows, columns, box = window(block.box, width, height, wanted)
    values = block.values[:, rows, columns].copy()
    if not is_box:
        grid = Grid(layer.crs or "", box, values.shape[2], values.shape[1])
        values[:, ~burn(shapely.get_parts(shape), grid)] = np.nan
    held = raster_source(
        dict(zip(names, values, strict=True)),
        box,
        crs=layer.crs,
        vdatum=layer.vdatum,
        units={v.name: v.units or "" for v in description.variables},
        title=layer.name,
    )
    return RasterLayer(name=layer.name, source="memory:").attach(held, held.layer)
