"""Places: which series lie under a place of the map, and how to ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.language import tr
from app.views import projection
from app.views.charts.series import ChartLine
from app.views.map2d.overlays import source_name
from app.views.wording import dry_text, how_text, is_height, quantity_text, unit_text
from layers.errors import HaitangError
from layers.locate import cells_at, locate, mixed
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


MOST_LINES = 8
"""Lines of one chart."""


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
    if d is None or d.bounds is None or variable is None:
        return None
    wide, high = d.counts.get("width", 0), d.counts.get("height", 0)
    if not (wide and high):
        return None
    cell = int(cells_at(d.bounds, wide, high, np.array([x]), np.array([y]))[0])
    if cell < 0:
        return None
    place = tr("row {row}, column {column}", row=cell // wide, column=cell % wide)
    requests = _requests(layer, variable, (cell,), layer.style.level)
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
    found = locate(topology, np.array([x]), np.array([y]))
    face = int(found.faces[0])
    if face < 0:
        return None
    level, smooth = layer.style.level, layer.style.smooth
    if variable.location == "face":
        return Wish(
            layer, variable, _requests(layer, variable, (face,), level), (1.0,), how_text(face, (), smooth=True)
        )
    nodes, weights = tuple(int(n) for n in found.nodes[0]), tuple(float(w) for w in found.weights[0])
    if not smooth:
        ring = topology.face_nodes[topology.face_offsets[face] : topology.face_offsets[face + 1]]
        nodes, weights = tuple(int(n) for n in ring), (1.0 / len(ring),) * len(ring)
    place = how_text(face, nodes, smooth=smooth)
    return Wish(layer, variable, _requests(layer, variable, nodes, level), weights, place)


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


def station_wish(layer: SeriesLayer, station: int, variable_name: str = "") -> Wish | None:
    """Give the series of one station: of the variable shown, or of a named one, whose title then is its place."""
    from app.views.map2d.stations import places_of

    variable = layer.variable(variable_name) if variable_name else _shown(layer)
    names = places_of(layer.description).names
    if variable is None:
        return None
    name = names[station] if station < len(names) else str(station + 1)
    name = quantity_text(variable) if variable_name else name
    levels = layer.description.extra.get("default_level", {}) if layer.description else {}
    requests = _requests(layer, variable, (station,), int(levels.get(variable.name, 0)))
    return Wish(layer, variable, requests, (1.0,), name)


# ------------------------------------------------------------------------ lines
def line_of(wish: Wish, blocks: Sequence[SeriesBlock], colour: int) -> ChartLine:
    """Give the line of a wish from what was read."""
    parts = [np.asarray(block.values, np.float64) for block in blocks]
    # Speeds are mixed as the map mixes them: the length at each node first.
    values = _mixed(parts[0] if len(parts) == 1 else np.hypot(*parts), np.array(wish.weights))
    shift = round(wish.layer.shift_h * 3.6e12)
    times = blocks[0].times.astype("datetime64[ns]").astype(np.int64) + shift
    unit = None if wish.variable.units is None else unit_text(wish.variable.units)
    return ChartLine(
        wish.layer.id,
        wish.layer.name if wish.place == wish.layer.name else f"{wish.layer.name} · {wish.place}",
        quantity_text(wish.variable),
        unit,
        (wish.layer.vdatum or "unknown") if is_height(wish.variable) else "",
        times,
        values,
        source_name(wish.layer.source),
        colour,
        *_dry(wish),
    )


def _dry(wish: Wish) -> tuple[float | None, str]:
    """Give the limit below which the depth of a mesh is dry, as its style has it, and its words."""
    style = wish.layer.style if isinstance(wish.layer, MeshLayer) else None
    if style is None or style.depth_variable != wish.variable.name:
        return None, ""
    return style.dry_below, dry_text(style.dry_below, wish.variable)


def _mixed(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mix the nodes of a place, one row a step; what has one place only stays as it is."""
    return values if values.ndim == 1 else mixed(values, weights)


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


def all_stations(layers: Sequence[SeriesLayer]) -> list[Wish]:
    """Give the wishes for the first stations of series layers."""
    found = []
    for layer in layers:
        count = layer.description.counts.get("stations", 1) if layer.description else 0
        found += [wish for n in range(min(count, MOST_LINES)) if (wish := station_wish(layer, n)) is not None]
    return found


def read_lines(
    reading: Reading, wishes: Sequence[Wish], stop: Callable[[], bool] = lambda: False
) -> tuple[tuple[ChartLine, ...], HaitangError | None]:
    """Read the lines of wishes, as many as a chart holds; gives them and the first error.

    Parameters
    ----------
    stop : callable
        Tells that nobody waits for the answer any more.
    """
    lines: list[ChartLine] = []
    error: HaitangError | None = None
    for wish in wishes[:MOST_LINES]:
        if stop():
            break
        try:
            blocks = ask(reading, wish)
        except HaitangError as said:
            error = error or said
            continue
        if blocks and len(blocks[0].times):
            lines.append(line_of(wish, blocks, len(lines)))
    return tuple(lines), error
