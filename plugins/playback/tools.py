"""The playback tools: values at places, envelopes over time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from app.api import N_, QUIET, Ge, Job, Label, Places, tool, tr
from layers.errors import DataError, ParameterInvalid
from layers.mesh import MeshLayer
from layers.quantities import DRY_BELOW, Made, is_depth
from layers.raster import RasterLayer
from layers.sources.computed import ComputedGrid, readable_grid
from layers.sources.memory import mesh_source
from layers.sources.source import Topology, TopologyRequest, Variable
from layers.style import MeshStyle
from layers.table import Table
from layers.times import iso
from plugins.playback.envelope import envelope as reduced
from plugins.playback.probe import in_layer_crs, series_at
from plugins.playback.reel import Reel, named, reel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from layers.layer import Layer
    from layers.sources.raster_grid import Window
    from layers.times import TimeAxis

HOURS = ("time_of_max", "arrival", "duration")
CELL_BYTES = 64
"""Memory that the envelope of a mesh needs for each place."""


@tool(id="playback.sample", title=N_("Values at places"), version="1")
def sample(
    source: MeshLayer | RasterLayer,
    variable: str,
    points: Annotated[Places, Label(N_("Places"))],
    level: Annotated[int, Ge(0)] = 0,
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
    level : int
        Number of the vertical level, from 0.

    Returns
    -------
    Table
        Column ``time`` (UTC, with Z) and one column a place, called by its name and x, y, in the unit of the
        variable; without time one row a place. NaN = dry or outside.

    Raises
    ------
    ParameterInvalid
        There is no such variable or level.
    DataError
        No place lies in the data.
    """
    found = named(source, variable, level)
    x, y = in_layer_crs(points, source)
    job.progress(0.05, tr("Finding the places"))
    _check_places(source, points, x, y, job)
    values = series_at(source, found, x, y, level)
    job.progress(0.9)
    notes = {
        "source": Path(source.source).name,
        "variable": variable,
        "crs": points.crs or source.crs or "unknown",
        "vdatum": source.vdatum or "unknown",
    }
    axis = source.described().time
    names = _unique(points.names)
    if axis is None or found.steps < 2 or len(axis) != len(values):
        columns = {"name": names, "x": points.x, "y": points.y, variable: values[0]}
        return Table(columns, {variable: found.units or ""}, notes)
    names = [f"{name} ({px:.10g}, {py:.10g})" for name, px, py in zip(names, points.x, points.y, strict=True)]
    columns = {"time": _times(axis, job)} | {name: values[:, i] for i, name in enumerate(names)}
    units = dict.fromkeys(names, found.units or "") | ({"time": "h"} if axis.kind == "elapsed" else {})
    return Table(columns, units, notes | {"zone": "UTC" if axis.kind == "utc" else "unknown"})


def _check_places(source: Layer, points: Places, x: NDArray[np.float64], y: NDArray[np.float64], job: Job) -> None:
    """Tell which places lie outside; refuse where all do."""
    box = source.described().bounds
    outside = [n for n, px, py in zip(points.names, x, y, strict=True) if box is None or not box.contains(px, py)]
    if len(outside) == len(points.names):
        raise DataError(
            "No place lies in the data.",
            where=source.source,
            remedy="Give the places as x,y in {crs}, within {box}.",
            crs=source.crs or tr("the unnamed system of the file"),
            box=",".join(f"{v:.10g}" for v in box.to_list()) if box is not None else "-",
        )
    if outside:
        job.warn("Outside the data: {names}", names=", ".join(outside))


def _times(axis: TimeAxis, job: Job) -> Any:
    """Give the column of times: UTC, the file's own clock without a zone, or hours where there is no date."""
    if axis.kind == "elapsed":
        return axis.hours()
    if axis.kind == "utc":
        return axis.values
    job.warn("The file does not say the zone of its times; they are written as they stand.")
    return [iso(moment, zone=False) for moment in axis.values]


def _unique(names: tuple[str, ...]) -> list[str]:
    """Give each name once; doubles get a number."""
    taken = {"time"}
    result: list[str] = []
    for name in names:
        number, free = 2, name
        while free in taken:
            free, number = f"{name}_{number}", number + 1
        taken.add(free)
        result.append(free)
    return result


@tool(id="playback.envelope", title=N_("Envelope over time"), version="1")
def envelope(
    source: MeshLayer | RasterLayer,
    variable: str,
    kind: Literal["max", "min", "time_of_max", "arrival", "duration"] = "max",
    threshold: float | None = None,
    level: Annotated[int, Ge(0)] = 0,
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
    level : int
        Number of the vertical level, from 0.

    Returns
    -------
    MeshLayer or RasterLayer
        On the same mesh or grid. Extremes in the unit of the variable; the others in hours since the
        first step, float32; NaN = never, and for a depth of water also where it was never wet.
        Between steps the value runs straight. The extremes of a depth keep 0 on dry ground and carry the
        limit below which it is dry, so that the map leaves it open.

    Raises
    ------
    ParameterInvalid
        No such variable or level, or no threshold where one is needed.
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
    film = reel(source, variable, level)
    made = _made(film, kind, threshold)
    if made.dry_below is not None and made.threshold is not None and made.threshold < made.dry_below:
        job.warn("Below {depth} a depth counts as dry; the threshold is raised to it.", depth=f"{made.dry_below:g}")
        made = replace(made, threshold=made.dry_below)
    units = "h" if kind in HOURS else film.variable.units
    title = _title(film, kind, made.threshold)
    result = Variable(f"{film.variable.name}_{kind}", units, film.variable.location, title=title, made=made)
    return _on_mesh(film, result, made, job) if source.kind == "mesh" else _on_grid(film, result, made, job)


def _made(film: Reel, kind: str, threshold: float | None) -> Made:
    """Say what the result is made of; a depth of water carries the limit below which it is dry."""
    layer, variable, axis = film.layer, film.variable, film.layer.described().time
    dry = getattr(layer, "style", None)
    limit = dry.dry_below if isinstance(dry, MeshStyle) else DRY_BELOW
    dated = kind in HOURS and axis is not None and axis.kind != "elapsed"
    return Made(
        by="playback.envelope",
        kind=kind,
        of=variable.title or variable.name,
        standard_name=variable.standard_name,
        units=variable.units,
        threshold=threshold if kind in ("arrival", "duration") else None,
        dry_below=limit if is_depth(variable.name, variable.standard_name) and not variable.vector else None,
        since=iso(axis.values[0], zone=axis.kind == "utc") if dated and axis is not None else "",
        zone=axis.kind if axis is not None and kind in HOURS else "",
        source=Path(layer.source).stem,
    )


def _title(film: Reel, kind: str, threshold: float | None) -> str:
    """Give what the result is called, e.g. ``water depth (arrival ≥ 0.30 m)``; the window reads it back."""
    name = film.variable.title or film.variable.name
    words = kind.replace("_", " ")
    if kind in ("arrival", "duration") and threshold is not None:
        number = f"{threshold:.2f}" if round(threshold, 2) == threshold else f"{threshold:.6g}"
        words += f" ≥ {number} {film.variable.units or ''}".rstrip()
    return f"{name} ({words})"


def _on_mesh(film: Reel, made: Variable, how: Made, job: Job) -> MeshLayer:
    source = film.layer
    topology = cast("Topology", source.read(TopologyRequest(source.key)))
    places = len(topology.node_x) + len(topology.face_nodes)
    job.check_memory(places * CELL_BYTES / (1 << 20))
    frames = _told(film.frames(), len(film.hours), 0.0, 0.9, job)
    values = reduced(frames, film.hours, how.kind, how.threshold or 0.0, how.dry_below)
    held = mesh_source(topology, {made.name: values}, crs=source.crs, vdatum=source.vdatum, title=made.name)
    held.layer = replace(held.layer, variables=(made,))
    return MeshLayer(name=made.name, source="memory:").attach(held, held.layer)


def _on_grid(film: Reel, made: Variable, how: Made, job: Job) -> RasterLayer:
    """Give the envelope of a grid; each piece is worked out when it is read."""
    source = film.layer
    grid = readable_grid(source.described(), source.crs)

    def cells(piece: Window) -> NDArray[np.float32]:
        part = piece.width * piece.height / (grid.width * grid.height)
        frames = _told(film.pieces(piece), len(film.hours), job.share, part * (1.0 - job.share), job)
        values = reduced(frames, film.hours, how.kind, how.threshold or 0.0, how.dry_below)
        return values.reshape(1, piece.height, piece.width)

    described = replace(
        source.described(),
        key="",
        title=made.name,
        crs=source.crs,
        vdatum=source.vdatum,
        time=None,
        counts={"width": grid.width, "height": grid.height, "bands": 1},
        variables=(made,),
        warnings=(),
        extra={},
    )
    held = ComputedGrid(described, cells)
    return RasterLayer(name=made.name, source="memory:").attach(held, held.layer)


def _told(
    frames: Iterable[NDArray[np.float32]], count: int, start: float, share: float, job: Job
) -> Iterator[NDArray[np.float32]]:
    """Hand on frames, and tell how far they are; ``start`` and ``share``: the part of the work they are."""
    for step, frame in enumerate(frames):
        job.progress(start + share * step / count, tr("Step {step} of {count}", step=step + 1, count=count))
        yield frame
