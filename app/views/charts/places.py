"""Places: which series lie under a place of the map, and how to ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.language import tr
from app.views import projection
from app.views.charts.series import ChartLine
from app.views.wording import is_height, quantity_text, unit_text
from layers.errors import HaitangError
from layers.mesh import MeshLayer
from layers.raster import RasterLayer
from layers.series import SeriesLayer
from layers.sources.source import SeriesBlock, SeriesRequest, Topology, TopologyRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from app.core.reading import Reading
    from layers.layer import Layer
    from layers.sources.source import Request, Variable


@dataclass(frozen=True, slots=True)
class Wish:
    """A series to read: components are joined to a length, weights mix several nodes."""

    layer: Layer
    variable: Variable
    requests: tuple[SeriesRequest, ...]
    weights: tuple[float, ...]
    place: str


def wishes_at(
    layers: Sequence[Layer], reading: Reading, x: float, y: float, crs: str | None, reach: float
) -> list[Wish]:
    """Give the series at a place, for every layer that has one there; reads topologies, so call it in a worker.

    Parameters
    ----------
    x, y : float
        Map units, in ``crs``.
    reach : float
        How far off a station still counts, map units.
    """
    found = []
    for layer in layers:
        if layer.description is None or reading.state(layer.id) != "ok" or (layer.crs is None) != (crs is None):
            continue
        px, py = projection.transformed(np.array([x]), np.array([y]), crs, layer.crs)
        if not (np.isfinite(px[0]) and np.isfinite(py[0])):
            continue
        wish = _wish(layer, reading, float(px[0]), float(py[0]), (x, y, reach, crs))
        if wish is not None:
            found.append(wish)
    return found


def _wish(
    layer: Layer, reading: Reading, x: float, y: float, on_map: tuple[float, float, float, str | None]
) -> Wish | None:
    if isinstance(layer, MeshLayer):
        return _mesh_wish(layer, reading, x, y)
    if isinstance(layer, RasterLayer):
        return _raster_wish(layer, x, y)
    if isinstance(layer, SeriesLayer):
        return _station_wish(layer, on_map)
    return None


def _shown(layer: Any) -> Variable | None:
    """Give the variable whose series is shown: the one on the map if it moves, else the first that does."""
    known = layer.variable(layer.style.variable)
    if known is not None and known.steps > 1:
        return known
    return next((v for v in layer.description.variables if v.steps > 1), None)


def _requests(layer: Any, variable: Variable, indices: tuple[int, ...], level: int) -> tuple[SeriesRequest, ...]:
    names = variable.components if len(variable.components) == 2 else (variable.name,)
    return tuple(SeriesRequest(layer.key, name, indices, level=level) for name in names)


def _raster_wish(layer: RasterLayer, x: float, y: float) -> Wish | None:
    d, variable = layer.description, _shown(layer)
    if d is None or d.bounds is None or variable is None or not d.bounds.contains(x, y):
        return None
    wide, high = d.counts.get("width", 0), d.counts.get("height", 0)
    if not (wide and high):
        return None
    column = min(int((x - d.bounds.x0) / d.bounds.width * wide), wide - 1)
    row = min(int((d.bounds.y1 - y) / d.bounds.height * high), high - 1)
    place = tr("row {row}, column {column}", row=row, column=column)
    requests = _requests(layer, variable, (row * wide + column,), layer.style.level)
    return Wish(layer, variable, requests, (1.0,), place)


def _mesh_wish(layer: MeshLayer, reading: Reading, x: float, y: float) -> Wish | None:
    variable = _shown(layer)
    if variable is None or variable.location not in ("face", "node"):
        return None
    try:
        topology = reading.read_now(layer, TopologyRequest(layer.key))
    except HaitangError:
        return None
    if not isinstance(topology, Topology):
        return None
    face = face_at(topology, x, y)
    if face is None:
        return None
    if variable.location == "face":
        requests = _requests(layer, variable, (face,), layer.style.level)
        return Wish(layer, variable, requests, (1.0,), tr("face {number}", number=face))
    nodes, weights = corner_weights(topology, face, x, y)
    near = nodes[int(np.argmax(weights))]
    requests = _requests(layer, variable, nodes, layer.style.level)
    return Wish(layer, variable, requests, weights, tr("near node {number}", number=near))


def _station_wish(layer: SeriesLayer, on_map: tuple[float, float, float, str | None]) -> Wish | None:
    from app.views.map2d.stations import places_of

    variable = _shown(layer)
    places = places_of(layer.description)
    if variable is None or not places.names:
        return None
    x, y, reach, crs = on_map
    xy = np.array(places.xy, np.float64).reshape(-1, 2)
    east, north = projection.transformed(xy[:, 0], xy[:, 1], layer.crs, crs)
    away = np.hypot(east - x, north - y)
    away = np.where(np.isfinite(away), away, np.inf)
    nearest = int(np.argmin(away))
    if away[nearest] > reach:
        return None
    return station_wish(layer, nearest)


def station_wish(layer: SeriesLayer, station: int) -> Wish | None:
    """Give the series of one station."""
    from app.views.map2d.stations import places_of

    variable = _shown(layer)
    names = places_of(layer.description).names
    if variable is None:
        return None
    name = names[station] if station < len(names) else str(station + 1)
    levels = layer.description.extra.get("default_level", {}) if layer.description else {}
    requests = _requests(layer, variable, (station,), int(levels.get(variable.name, 0)))
    return Wish(layer, variable, requests, (1.0,), name)


# ------------------------------------------------------------------------ mesh
def face_at(topology: Topology, x: float, y: float) -> int | None:
    """Give the face that holds a place; None outside the mesh.

    Parameters
    ----------
    topology : Topology
    x, y : float
        In the layer's CRS.
    """
    edges = _crossed(topology, x, y)
    owner = np.searchsorted(topology.face_offsets, edges, side="right") - 1
    faces, counts = np.unique(owner, return_counts=True)
    inside = faces[counts % 2 == 1]
    return int(inside[0]) if len(inside) else None


def _crossed(topology: Topology, x: float, y: float) -> NDArray[np.int64]:
    """Give the corners whose edge to the next corner of its face crosses the ray from a place to the east."""
    nodes = topology.face_nodes
    after = np.empty(len(nodes), np.int64)
    after[:-1] = np.arange(1, len(nodes))
    last = topology.face_offsets[1:] - 1
    after[last] = topology.face_offsets[:-1]
    above = topology.node_y > y
    here, there = above[nodes], above[nodes[after]]
    cut = np.flatnonzero(here != there)
    a, b = nodes[cut], nodes[after[cut]]
    ax, ay, bx, by = topology.node_x[a], topology.node_y[a], topology.node_x[b], topology.node_y[b]
    return cut[ax + (y - ay) / (by - ay) * (bx - ax) > x]


def corner_weights(topology: Topology, face: int, x: float, y: float) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Give the nodes of the triangle of a face that holds a place, and their weights (sum 1)."""
    nodes = topology.face_nodes[topology.face_offsets[face] : topology.face_offsets[face + 1]]
    px, py = topology.node_x[nodes], topology.node_y[nodes]
    best: tuple[float, tuple[int, ...], tuple[float, ...]] | None = None
    for k in range(1, len(nodes) - 1):
        corner = [0, k, k + 1]
        (ax, bx, cx), (ay, by, cy) = px[corner], py[corner]
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if area == 0:
            continue
        wb = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area
        wc = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area
        weights = (1 - wb - wc, wb, wc)
        if best is None or min(weights) > best[0]:
            best = (min(weights), tuple(int(n) for n in nodes[corner]), tuple(float(w) for w in weights))
    return (best[1], best[2]) if best else ((int(nodes[0]),), (1.0,))


# ------------------------------------------------------------------------ lines
def line_of(wish: Wish, blocks: Sequence[SeriesBlock], colour: int, source_name: Callable[[str], str]) -> ChartLine:
    """Give the line of a wish from what was read."""
    weights = np.array(wish.weights)
    parts = [_mixed(np.asarray(block.values, np.float64), weights) for block in blocks]
    values = parts[0] if len(parts) == 1 else np.hypot(*parts)
    shift = round(wish.layer.time_shift_h * 3.6e12)
    times = blocks[0].times.astype("datetime64[ns]").astype(np.int64) + shift
    unit = unit_text(wish.variable.units)
    return ChartLine(
        wish.layer.id,
        f"{wish.layer.name} · {wish.place}",
        quantity_text(wish.variable),
        unit,
        (wish.layer.vdatum or "unknown") if is_height(wish.variable) else "",
        times,
        values,
        source_name(wish.layer.source),
        colour,
    )


def _mixed(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mix the nodes of a triangle; a missing node makes the value missing unless it has no weight."""
    if values.ndim == 1:
        return values
    if values.shape[1] == 1:
        return values[:, 0]
    return np.where(weights > 1e-9, values * weights, 0.0).sum(axis=1)


def ask(reading: Reading, wish: Wish) -> list[SeriesBlock]:
    """Read what a wish needs and wait; in workers.

    Raises
    ------
    HaitangError
        What the reader said.
    """
    requests: tuple[Request, ...] = wish.requests
    blocks = [reading.read_now(wish.layer, request) for request in requests]
    return [block for block in blocks if isinstance(block, SeriesBlock)]
