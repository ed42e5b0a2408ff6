"""Values along a run: the series of one variable at given places."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from layers.crs import transform_points
from layers.errors import CrsMissing, DataError
from layers.locate import locate
from layers.sources.source import SeriesBlock, SeriesRequest, Topology, TopologyRequest
from plugins.playback.reel import described

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Places
    from layers.layer import Layer
    from layers.sources.source import Variable


def in_layer_crs(places: Places, layer: Layer) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bring places to the CRS of a layer; places without one are taken to be in it.

    Raises
    ------
    CrsMissing
        The places have a CRS and the layer has none.
    """
    if places.crs is None or places.crs == layer.crs:
        return places.x, places.y
    if layer.crs is None:
        raise CrsMissing(
            "The places are in {crs}, the layer names no reference system.",
            where=layer.source,
            remedy="Set the layer's reference system, or give the places as x,y of the layer.",
            crs=places.crs,
        )
    xy = transform_points(np.column_stack([places.x, places.y]), places.crs, layer.crs)
    return xy[:, 0], xy[:, 1]


def series_at(layer: Layer, variable: Variable, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the series of a variable at places.

    Parameters
    ----------
    layer : Layer
        A mesh, a grid or stations.
    variable : Variable
    x, y : ndarray, float64, (places,)
        East, north in the CRS of the layer.

    Returns
    -------
    ndarray, float64, (steps, places)
        In the unit of the variable; NaN = outside, dry or missing. Node values are interpolated
        within the triangle around the place; face and cell values are those of the face or cell.
    """
    if layer.kind == "mesh":
        return _mesh_series(layer, variable, x, y)
    if layer.kind == "raster":
        return _grid_series(layer, variable, x, y)
    raise DataError("Values are sampled from meshes and grids.", where=layer.source)


def _mesh_series(
    layer: Layer, variable: Variable, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    found = locate(cast("Topology", layer.read(TopologyRequest(layer.key))), x, y)
    inside = found.faces >= 0
    result = np.full((max(variable.steps, 1), len(x)), np.nan)
    if not inside.any():
        return result
    if variable.location == "face":
        result[:, inside] = _read(layer, variable, found.faces[inside])
        return result
    nodes, back = np.unique(found.nodes[inside], return_inverse=True)
    values = _read(layer, variable, nodes)[:, back.reshape(-1, 3)]
    result[:, inside] = np.einsum("tpk,pk->tp", values, found.weights[inside])
    return result


def _grid_series(
    layer: Layer, variable: Variable, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    description = described(layer)
    box, width, height = description.bounds, description.counts["width"], description.counts["height"]
    result = np.full((max(variable.steps, 1), len(x)), np.nan)
    if box is None:
        raise DataError("The grid has no extent.", where=layer.source)
    column = np.floor((x - box.x0) / box.width * width).astype(np.int64)
    row = np.floor((box.y1 - y) / box.height * height).astype(np.int64)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    if inside.any():
        result[:, inside] = _read(layer, variable, (row * width + column)[inside])
    return result


def _read(layer: Layer, variable: Variable, indices: NDArray[np.int64]) -> NDArray[np.float64]:
    request = SeriesRequest(layer.key, variable.name, tuple(int(i) for i in indices))
    return np.asarray(cast("SeriesBlock", layer.read(request)).values, dtype=np.float64)
