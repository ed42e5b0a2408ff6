"""Values along a run: the series of one variable at given places."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from layers.crs import transform_points
from layers.errors import CrsMissing
from layers.locate import cells_at, locate, mixed
from layers.sources.computed import readable_grid
from layers.sources.source import SeriesBlock, SeriesRequest, Topology, TopologyRequest

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
    degrees = places.crs == "EPSG:4326" and layer.crs is None and layer.described().extra.get("geographic")
    if places.crs is None or places.crs == layer.crs or degrees:
        return places.x, places.y
    if layer.crs is None:
        raise CrsMissing(
            "The places are in {crs}, the layer names no reference system.",
            where=layer.source,
            remedy="Name it with --source-crs, or give the places as x,y of the layer.",
            crs=places.crs,
        )
    xy = transform_points(np.column_stack([places.x, places.y]), places.crs, layer.crs)
    return xy[:, 0], xy[:, 1]


def series_at(
    layer: Layer, variable: Variable, x: NDArray[np.float64], y: NDArray[np.float64], level: int = 0
) -> NDArray[np.float64]:
    """Give the series of a variable at places.

    Parameters
    ----------
    layer : Layer
        A mesh or a grid.
    variable : Variable
    x, y : ndarray, float64, (places,)
        East, north in the CRS of the layer.
    level : int
        Vertical level, from 0.

    Returns
    -------
    ndarray, float64, (steps, places)
        In the unit of the variable; NaN = outside, dry or missing. Node values are interpolated
        within the triangle around the place; face and cell values are those of the face or cell.
    """
    if layer.kind == "mesh":
        return _mesh_series(layer, variable, x, y, level)
    return _grid_series(layer, variable, x, y, level)


def _mesh_series(
    layer: Layer, variable: Variable, x: NDArray[np.float64], y: NDArray[np.float64], level: int
) -> NDArray[np.float64]:
    found = locate(cast("Topology", layer.read(TopologyRequest(layer.key))), x, y)
    inside = found.faces >= 0
    result = np.full((max(variable.steps, 1), len(x)), np.nan)
    if not inside.any():
        return result
    if variable.location == "face":
        result[:, inside] = _read(layer, variable, found.faces[inside], level)
        return result
    nodes, back = np.unique(found.nodes[inside], return_inverse=True)
    values = _read(layer, variable, nodes, level)[:, back.reshape(-1, 3)]
    result[:, inside] = mixed(values, found.weights[inside])
    return result


def _grid_series(
    layer: Layer, variable: Variable, x: NDArray[np.float64], y: NDArray[np.float64], level: int
) -> NDArray[np.float64]:
    grid = readable_grid(layer.described(), layer.crs)
    # Series count cells of the layer's own size, also where a raster is turned.
    width, height = (layer.described().counts[name] for name in ("width", "height"))
    result = np.full((max(variable.steps, 1), len(x)), np.nan)
    cells = cells_at(grid.box, width, height, x, y)
    inside = cells >= 0
    if inside.any():
        result[:, inside] = _read(layer, variable, cells[inside], level)
    return result


def _read(layer: Layer, variable: Variable, indices: NDArray[np.int64], level: int) -> NDArray[np.float64]:
    request = SeriesRequest(layer.key, variable.name, tuple(int(i) for i in indices), level=level)
    return np.asarray(cast("SeriesBlock", layer.read(request)).values, dtype=np.float64)
