"""Layers brought to another reference system."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from layers.crs import normalise, transform_points
from layers.errors import CrsMissing, DataError
from layers.raster import RasterLayer
from layers.sources.memory import raster_source, vector_source
from layers.sources.source import FeatureBlock, FeatureRequest, RasterBlock, RasterRequest
from layers.sources.warp import Grid, Method, target_grid, warp
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from layers.layer import Layer
    from layers.sources.source import LayerDescription


def described(layer: Layer) -> LayerDescription:
    """Give the description of an opened layer."""
    if layer.description is None:
        raise DataError("The layer {name} is not open.", where=layer.source, name=layer.name)
    return layer.description


def known_crs(layer: Layer) -> str:
    """Give the reference system of a layer.

    Raises
    ------
    CrsMissing
        The layer has none; it is not guessed.
    """
    if layer.crs is None:
        raise CrsMissing(
            "The layer {name} does not say its reference system.",
            where=layer.source,
            remedy="Set it in the layer's properties, or add it to the file.",
            name=layer.name,
        )
    return layer.crs


def scalar_names(description: LayerDescription) -> tuple[str, ...]:
    """Name the variables that are stored, without the vectors made of them."""
    return tuple(v.name for v in description.variables if not v.vector)


def whole_grid(layer: RasterLayer, step: int = 0) -> tuple[tuple[str, ...], RasterBlock]:
    """Read all variables of a grid at full size."""
    description = described(layer)
    names = scalar_names(description)
    counts = description.counts
    request = RasterRequest(layer.key, names, step, None, counts["width"], counts["height"])
    return names, cast("RasterBlock", layer.read(request))


def reprojected_grid(layer: RasterLayer, crs: str, resolution: float | None, method: Method) -> RasterLayer:
    """Bring the first step of a grid to another system."""
    description = described(layer)
    names, block = whole_grid(layer)
    height, width = block.values.shape[-2:]
    grid = Grid(known_crs(layer), block.box, width, height)
    target = target_grid(grid, crs, resolution)
    values = warp(block.values, grid, target, method)
    held = raster_source(
        dict(zip(names, values, strict=True)),
        target.box,
        crs=crs,
        vdatum=layer.vdatum,
        units={v.name: v.units or "" for v in description.variables},
        title=layer.name,
    )
    return RasterLayer(name=layer.name, source="memory:").attach(held, held.layer)


def reprojected_features(layer: VectorLayer, crs: str) -> VectorLayer:
    """Bring features to another system; attributes stay as they are."""
    block = cast("FeatureBlock", layer.read(FeatureRequest(layer.key)))
    geometry = block.geometry
    if geometry is not None:
        xy = transform_points(geometry.xy, known_crs(layer), crs)
        lost = int((~np.isfinite(xy)).any(axis=1).sum())
        if lost:
            raise DataError(
                "{count} points cannot be brought to {crs}.",
                where=layer.source,
                remedy="Choose a reference system that is used where the data lies.",
                count=lost,
                crs=crs,
            )
        geometry = replace(geometry, xy=xy)
    held = vector_source(
        replace(block, geometry=geometry),
        described(layer).columns,
        crs=crs,
        vdatum=layer.vdatum,
        title=layer.name,
    )
    return VectorLayer(name=layer.name, source="memory:").attach(held, held.layer)


def wanted_crs(text: str) -> str:
    """Give the normal form of a reference system.

    Raises
    ------
    CrsMissing
        The text names none.
    """
    found = normalise(str(text))
    if found is None:
        raise CrsMissing("No reference system is given.", where="--crs", remedy="Write it as EPSG:4549.")
    return found
