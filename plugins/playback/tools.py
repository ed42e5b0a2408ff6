"""The playback tools: values at places, envelopes over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from app.api import N_, QUIET, Job, Label, Places, tool, tr
from layers.errors import DataError, ParameterInvalid
from layers.mesh import MeshLayer
from layers.raster import RasterLayer
from layers.sources.memory import mesh_source, raster_source
from layers.sources.source import Topology, TopologyRequest
from layers.table import Table
from plugins.playback.envelope import envelope as reduced
from plugins.playback.probe import in_layer_crs, series_at
from plugins.playback.reel import Reel, described, reel

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

HOURS = ("time_of_max", "arrival", "duration")


@tool(id="playback.sample", title=N_("Values at places"), version="1")
def sample(
    source: MeshLayer | RasterLayer,
    variable: str,
    points: Annotated[Places, Label(N_("Places"))],
    *,
    job: Job = QUIET,
) -> Table:
    """Series of one variable at places.

    Parameters
    ----------
    source : MeshLayer or RasterLayer
        A model result or a grid; values are read step by step.
    variable : str
        Name of the variable; a vector gives its speed.
    points : Places
        x,y in the reference system of the source, or a file of points.

    Returns
    -------
    Table
        Column ``time`` (UTC) and one column a place, in the unit of the variable; NaN = dry or outside.

    Raises
    ------
    ParameterInvalid
        There is no such variable.
    DataError
        No place lies in the data.
    """
    description = described(source)
    found = description.variable(variable)
    if found is None:
        raise ParameterInvalid(
            "There is no variable {variable}.",
            where="--variable",
            remedy="Variables here: {names}.",
            variable=variable,
            names=", ".join(v.name for v in description.variables),
        )
    x, y = in_layer_crs(points, source)
    job.progress(0.05, tr("Finding the places"))
    values = series_at(source, found, x, y)
    box = description.bounds
    outside = [n for n, px, py in zip(points.names, x, y, strict=True) if box is None or not box.contains(px, py)]
    if len(outside) == len(points.names):
        raise DataError(
            "No place lies in the data.",
            where=source.source,
            remedy="Give the places as x,y in {crs}.",
            crs=source.crs or "-",
        )
    if outside:
        job.warn(tr("Outside the data: {names}", names=", ".join(outside)))
    job.progress(1.0)
    axis = description.time
    columns: dict[str, Any] = {}
    if axis is not None and len(axis) == len(values) and found.steps > 1:
        columns["time"] = axis.values if axis.kind != "elapsed" else axis.hours()
        if axis.kind == "unzoned":
            job.warn(tr("The file does not say the zone of its times; they are written as they stand."))
    names = _unique(points.names)
    columns |= {name: values[:, i] for i, name in enumerate(names)}
    units = dict.fromkeys(names, found.units or "") | ({"time": "h"} if axis and axis.kind == "elapsed" else {})
    notes = {
        "zone": "UTC" if axis is not None and axis.kind == "utc" else "unknown",
        "vdatum": source.vdatum or "unknown",
    }
    return Table(columns, units, notes)


def _unique(names: tuple[str, ...]) -> list[str]:
    """Give each name once; doubles get a number."""
    seen: dict[str, int] = {}
    result: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 and name != "time" else f"{name}_{seen[name]}")
    return result


@tool(id="playback.envelope", title=N_("Envelope over time"), version="1")
def envelope(
    source: MeshLayer | RasterLayer,
    variable: str,
    kind: Literal["max", "min", "time_of_max", "arrival", "duration"] = "max",
    threshold: float | None = None,
    *,
    job: Job = QUIET,
) -> MeshLayer | RasterLayer:
    """One value a cell for the whole run: extreme, its time, arrival or duration.

    Parameters
    ----------
    source : MeshLayer or RasterLayer
        A model result with time.
    variable : str
        Name of the variable; a vector gives its speed.
    kind : str
        Largest, smallest, hour of the largest, hour of arrival, hours above the threshold.
    threshold : float
        In the unit of the variable; needed for arrival and duration.

    Returns
    -------
    MeshLayer or RasterLayer
        On the same mesh or grid. Extremes in the unit of the variable; the others in hours since the
        first step, float32; NaN = never. Between steps the value runs straight.

    Raises
    ------
    ParameterInvalid
        No such variable, or no threshold where one is needed.
    DataError
        The variable has no time.
    """
    if kind in ("arrival", "duration") and threshold is None:
        raise ParameterInvalid(
            "The kind {kind} needs a threshold.",
            where="--threshold",
            remedy="Give it in the unit of the variable, e.g. 0.05 for a depth in m.",
            kind=kind,
        )
    film = reel(source, variable)
    values = reduced(_told(film, job), film.hours, kind, 0.0 if threshold is None else threshold)
    units = "h" if kind in HOURS else (film.variable.units or "")
    return _layer(film, f"{film.variable.name}_{kind}", values, units)


def _told(film: Reel, job: Job) -> Iterator[NDArray[np.float32]]:
    count = len(film.hours)
    for step, frame in enumerate(film.frames()):
        job.progress(step / count, tr("Step {step} of {count}", step=step + 1, count=count))
        yield frame


def _layer(film: Reel, name: str, values: NDArray[np.float32], units: str) -> MeshLayer | RasterLayer:
    """Put the values on the mesh or grid they come from."""
    source, description = film.layer, described(film.layer)
    common = {"crs": source.crs, "vdatum": source.vdatum, "units": {name: units}, "title": name}
    if source.kind == "mesh":
        topology = cast("Topology", source.read(TopologyRequest(source.key)))
        held = mesh_source(topology, {name: values}, **common)
        return MeshLayer(name=name, source="memory:").attach(held, held.layer)
    if description.bounds is None:
        raise DataError("The grid has no extent.", where=source.source)
    shape = (description.counts["height"], description.counts["width"])
    held = raster_source({name: values.reshape(shape)}, description.bounds, **common)
    return RasterLayer(name=name, source="memory:").attach(held, held.layer)
