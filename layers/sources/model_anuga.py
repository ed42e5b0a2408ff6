"""ANUGA results (SWW): triangles with stage, bed and momenta at their corners or middles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.extent import around_points
from layers.sources.cf_field import Field
from layers.sources.cf_values import fetch, is_numeric, numbers, text
from layers.sources.connectivity import anticlockwise, faces_of
from layers.sources.mesh_times import model_axis
from layers.sources.model_netcdf import FieldColumn, by_depth, column_named, described, over, said
from layers.sources.model_part import Column, Computed, ModelPart, Quantity
from layers.sources.place import place_warnings
from layers.sources.source import LayerDescription, Topology, Variable
from layers.sources.ugrid import connectivity
from layers.times import TimeAxis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.sources.cf_scan import Scope
    from layers.sources.cf_time import DecodedTime
    from layers.sources.source import Location

POINTS, VOLUMES, STEPS = "number_of_points", "number_of_volumes", "number_of_timesteps"
UNITS = {
    "stage": "m", "elevation": "m", "z": "m", "height": "m", "depth": "m", "xmomentum": "m2 s-1",
    "ymomentum": "m2 s-1", "xvelocity": "m s-1", "yvelocity": "m s-1",
}  # fmt: skip
"""SWW writes no units; ANUGA computes in metres and seconds."""
TITLES = {"stage": "Water level", "elevation": "Ground height", "z": "Ground height"}


def parts(scope: Scope) -> list[Any]:
    """Make the layer of an SWW file: what lies at corners, else what lies in the middles of triangles."""
    x, y = nodes(scope.group)
    decoded = clock(scope)
    axis = decoded.axis if decoded else None
    held = quantities(scope, decoded)
    crs = system(scope.group)
    box = around_points(x, y)
    facts = LayerDescription(
        key="",
        kind="mesh",
        crs=crs,
        bounds=box,
        time=axis,
        counts={"nodes": len(x), "faces": int(scope.group.dimensions[VOLUMES].size)},
        warnings=(*place_warnings(crs, box), *(decoded.warnings if decoded else ())),
    )

    def topology() -> Topology:
        table, present = connectivity(scope.group.variables["volumes"], VOLUMES, len(x), scope.path)
        faces = anticlockwise(x, y, faces_of(table, present))
        return Topology(x, y, faces.offsets, faces.nodes)

    return [ModelPart(facts, topology, held, scope.path, {"velocity_x_velocity_y": "velocity"})]


def nodes(dataset: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read the corners, moved by the lower left corner that the file names."""
    shift = [(numbers(dataset, name) or [0.0])[0] for name in ("xllcorner", "yllcorner")]
    x, y = (np.asarray(fetch(dataset.variables[name]), np.float64) for name in ("x", "y"))
    return x + shift[0], y + shift[1]


def clock(scope: Scope) -> DecodedTime | None:
    """Read the steps: seconds after ``starttime`` (s since 1970 in UTC, where it is set), else without a date."""
    time = scope.group.variables.get("time")
    if time is None or not time.size:
        return None
    start = (numbers(scope.group, "starttime") or [0.0])[0]
    values = np.ravel(np.asarray(fetch(time), np.float64))
    found = model_axis(values, scope.path, start_s=start if start > 0 else None)
    if found is None or not (start > 0 and text(scope.group, "timezone").upper() in ("UTC", "GMT")):
        return found
    return type(found)(TimeAxis(found.axis.values, "utc"), found.order)


def system(dataset: Any) -> str | None:
    """Give the reference system where the file leaves no doubt: its EPSG code, or UTM zone, half and datum WGS 84."""
    code = said(dataset, "epsg", "EPSG")
    if code.isdigit():
        return f"EPSG:{code}"
    zone, north = numbers(dataset, "zone"), numbers(dataset, "false_northing")
    wgs = text(dataset, "datum").lower() in ("wgs84", "wgs 84")
    if not (zone and north and wgs and text(dataset, "projection").upper() == "UTM" and 1 <= zone[0] <= 60):
        return None
    half = {0.0: 32600, 10_000_000.0: 32700}.get(north[0])
    return f"EPSG:{half + int(zone[0])}" if half else None


def quantities(scope: Scope, decoded: DecodedTime | None) -> list[Quantity]:
    """Gather what is stored, then depth, velocity and speed where they can be worked out."""
    stored: dict[str, list[tuple[Variable, Column]]] = {POINTS: [], VOLUMES: []}
    for name, one in scope.group.variables.items():
        place = next((d for d in (POINTS, VOLUMES) if one.dimensions[-1:] == (d,)), "")
        if not place or not is_numeric(one) or one.dtype.kind != "f" or name in ("x", "y"):
            continue
        moving = one.dimensions == (STEPS, place)
        if one.dimensions != (place,) and not (moving and decoded):
            continue
        steps = len(decoded.axis) if moving and decoded else 1
        order = decoded.order if moving and decoded else None
        field = Field(one, (one.ndim - 1,), 0 if moving else None, steps, order)
        location: Location = "node" if place == POINTS else "face"
        base = str(name).removesuffix("_c")
        made = described(field, location, {str(name): TITLES.get(base, "")})
        variable = Variable(made.name, made.units or UNITS.get(base), location, title=made.title)
        stored[place].append((variable, FieldColumn(field)))
    found: list[Quantity] = []
    for place, columns in stored.items():
        found += derived(columns, "node" if place == POINTS else "face", "" if place == POINTS else "_c")
        found += [Quantity(variable, column) for variable, column in columns]
    return found


def derived(columns: list[tuple[Variable, Column]], location: Location, end: str) -> list[Quantity]:
    """Work out depth (stage less bed, not below 0), and velocity and speed (momentum by depth, NaN where dry)."""
    stage, bed = column_named(columns, f"stage{end}"), column_named(columns, f"elevation{end}", f"z{end}")
    depth = column_named(columns, f"depth{end}", f"height{end}")
    found: list[Quantity] = []
    if depth is None and stage is not None and bed is not None:
        depth = Computed(over, (stage, bed))
        found.append(Quantity(Variable(f"depth{end}", "m", location, title="Depth, rebuilt"), depth))
    east, north = column_named(columns, f"xmomentum{end}"), column_named(columns, f"ymomentum{end}")
    if depth is None or east is None or north is None:
        return found
    velocity = [Computed(by_depth, (one, depth)) for one in (east, north)]
    for name, one in zip(("velocity_x", "velocity_y"), velocity, strict=True):
        found.append(Quantity(Variable(f"{name}{end}", "m/s", location, title="Flow velocity, rebuilt"), one))
    speed = Computed(np.hypot, (velocity[0], velocity[1]))
    found.append(Quantity(Variable(f"speed{end}", "m/s", location, title="Flow speed, rebuilt"), speed))
    return found
