"""3Di results: square cells of the two-dimensional domain, and the nodes of channels and pipes as stations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import TimeAxisBroken
from layers.extent import around_points
from layers.sources.cf_crs import crs_warnings, file_crs
from layers.sources.cf_field import Field
from layers.sources.cf_series import series_parts
from layers.sources.cf_time import DecodedTime, to_moments, unit_seconds
from layers.sources.cf_values import fetch, is_numeric, text
from layers.sources.connectivity import anticlockwise, faces_of
from layers.sources.model_netcdf import FieldColumn, described
from layers.sources.model_part import ModelPart, Quantity
from layers.sources.moments import moment
from layers.sources.source import LayerDescription, Topology, Warned
from layers.times import TimeAxis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.sources.cf_scan import Scope

CELLS, POINTS = "nMesh2D_nodes", "nMesh1D_nodes"
TITLES = {"Mesh2D_s1": "Water level"}
LEFT_OUT = re.compile(r"Mesh2D(Face_[xy]cc|Node_|Contour)")


def parts(scope: Scope) -> list[Any]:
    """Make the layers of a 3Di file: cells, then the nodes of the one-dimensional network."""
    group = scope.group
    decoded = clock(scope)
    if decoded is not None:
        scope.know_time("time", decoded)
    x, y, table = corners(scope)
    crs, _, more = file_crs(group, ())
    box = around_points(x, y)
    faces = anticlockwise(x, y, faces_of(table, None))
    left = [
        str(n) for n, one in group.variables.items() if one.dimensions[-1:] in (("nMesh2D_lines",), ("nMesh1D_lines",))
    ]
    flows = Warned(
        "lines_left_out",
        "Values on flow lines ({count} variables) are not shown.",
        "Cells and nodes are.",
        {"count": sum(name.startswith(("Mesh2D_", "Mesh1D_")) for name in left)},
    )
    facts = LayerDescription(
        key=str(group.dimensions[CELLS].name).removeprefix("n").removesuffix("_nodes"),
        kind="mesh",
        crs=crs,
        bounds=box,
        time=decoded.axis if decoded else None,
        counts={"nodes": len(x), "faces": len(table)},
        warnings=(*crs_warnings(crs, box, more, geographic=False), *((flows,) if left else ())),
    )
    held = quantities(scope, len(decoded.axis) if decoded else 0)
    cells = ModelPart(facts, lambda: Topology(x, y, faces.offsets, faces.nodes), held, scope.path)
    nodes = [one for one in scope.data() if one.dimensions == ("time", POINTS)]
    return [cells, *(series_parts(scope, nodes, stations_only=True) if decoded and nodes else [])]


def corners(scope: Scope) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Read the outlines of cells; corners at one place become one node.

    Returns
    -------
    x, y : ndarray, float64, (nodes,)
    table : ndarray, int64, (cells, 4)
        Node numbers from 0.
    """
    outlines = [np.asarray(fetch(scope.group.variables[f"Mesh2DContour_{axis}"]), np.float64) for axis in "xy"]
    xy = np.stack([one.ravel() for one in outlines], axis=1)
    nodes, number = np.unique(np.round(xy, 6), axis=0, return_inverse=True)
    return nodes[:, 0].copy(), nodes[:, 1].copy(), number.reshape(outlines[0].shape).astype(np.int64)


def clock(scope: Scope) -> DecodedTime | None:
    """Read the steps; some versions write the date twice (``since 2014-01-01 2014-01-01 00:00:00``).

    Raises
    ------
    TimeAxisBroken
        The units name no date.
    """
    time = scope.group.variables.get("time")
    if time is None or not time.size:
        return None
    units = text(time, "units")
    dates = re.findall(r"\d{4}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", units)
    start = moment(dates[-1] if ":" in dates[-1] else f"{dates[-1]} 00:00") if dates else None
    scale = unit_seconds(units.split(" since")[0])
    if start is None or scale is None:
        raise TimeAxisBroken(
            "The time axis {axis} has units that cannot be read: '{units}'.",
            where=scope.path,
            remedy="CF units look like 'hours since 2020-01-01 00:00:00'.",
            axis="time",
            units=units,
        )
    whole = int(start.utc.astype("datetime64[s]").astype(np.int64))
    moments = to_moments(whole, np.ravel(np.asarray(fetch(time), np.float64)), scale, 1e-9, scope.path)
    return DecodedTime(TimeAxis(moments, "utc"))


def quantities(scope: Scope, steps: int) -> list[Quantity]:
    """Gather the variables of cells; the water level first."""
    found: list[Quantity] = []
    for name, one in scope.group.variables.items():
        moving = one.dimensions == ("time", CELLS)
        if not ((moving and steps) or one.dimensions == (CELLS,)) or not is_numeric(one) or one.dtype.kind != "f":
            continue
        if LEFT_OUT.match(str(name)):
            continue
        field = Field(one, (one.ndim - 1,), 0 if moving else None, steps if moving else 1)
        found.append(Quantity(described(field, "face", TITLES), FieldColumn(field)))
    return sorted(found, key=lambda one: one.variable.name != "Mesh2D_s1")
