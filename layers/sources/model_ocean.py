"""ADCIRC, FVCOM and SCHISM results: triangles of their own tables, everything else as CF has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.sources.cf_axes import is_degrees
from layers.sources.cf_mesh import MeshPart
from layers.sources.cf_scan import timed
from layers.sources.cf_values import fetch
from layers.sources.model_netcdf import holds
from layers.sources.ugrid import Mesh, is_index, place_of

if TYPE_CHECKING:
    import netCDF4

    from layers.sources.cf_scan import Scope
    from layers.sources.source import Location

TABLES: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("element", "nele", (("x", "y"),)),
    ("nv", "nele", (("x", "y"), ("lon", "lat"))),
    (
        "SCHISM_hgrid_face_nodes",
        "nSCHISM_hgrid_face",
        (("SCHISM_hgrid_node_x", "SCHISM_hgrid_node_y"),),
    ),
)
"""Table of corners counted from 1, its dimension of faces, and the pairs of coordinates it may have."""


def parts(scope: Scope) -> list[Any]:
    """Make the layers of a file: one, or more where quantities have different steps.

    Raises
    ------
    DataError
        The table of corners is there, but not the coordinates.
    """
    mesh = mesh_of(scope)
    members: list[tuple[netCDF4.Variable[Any], tuple[str, ...]]] = []
    locations: dict[str, Location] = {}
    for one in scope.data():
        place = place_of(one, mesh)
        if place is None or one.dtype.kind != "f" or is_index(one, place) or one.name in coordinate_names():
            continue
        members.append((one, (place,)))
        locations[str(one.name)] = mesh.locations[place]
    return [MeshPart(scope, group.suffix, mesh, group, locations) for group in timed(scope, members)]


def coordinate_names() -> set[str]:
    """Give the names that hold coordinates of nodes, or of the middles of faces."""
    return {name for _, _, pairs in TABLES for pair in pairs for name in pair} | {"xc", "yc", "lonc", "latc"}


def mesh_of(scope: Scope) -> Mesh:
    """Gather the table of corners and the coordinates; of two pairs the one that is not all the same."""
    variables = scope.group.variables
    table, along, pairs = next(one for one in TABLES if holds(scope.group, one[0]))
    faces = variables[table]
    along = along if along in faces.dimensions else str(faces.dimensions[0])
    given = [(variables[a], variables[b]) for a, b in pairs if a in variables and b in variables]
    spread = [pair for pair in given if np.ptp(np.ravel(fetch(pair[0]))) > 0]
    if not spread:
        raise DataError(
            "The table {table} of corners is here, but no coordinates of its nodes.",
            where=scope.path,
            remedy="Write the result again with its coordinates.",
            table=table,
        )
    x, y = spread[0]
    mesh = Mesh(scope, table, x, y, faces, along, None, "")
    mesh.geographic = is_degrees(x) and is_degrees(y)
    return mesh
