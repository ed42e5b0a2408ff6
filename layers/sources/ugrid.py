"""UGRID 1.0 meshes with a two-dimensional topology, in all the ways models write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.extent import around_points
from layers.sources.cf_axes import coordinate_values, is_degrees, lookup, role
from layers.sources.cf_mesh import MeshPart
from layers.sources.cf_scan import timed
from layers.sources.cf_values import attribute, fetch, fill_values, numbers, text
from layers.sources.connectivity import anticlockwise, faces_of
from layers.sources.source import Topology, Warned

if TYPE_CHECKING:
    from collections.abc import Sequence

    import netCDF4
    from numpy.typing import NDArray

    from layers.extent import Extent
    from layers.sources.cf_scan import Scope
    from layers.sources.source import Location

BED_STANDARD = {"altitude", "bed_elevation"}


def is_topology(variable: netCDF4.Variable[Any]) -> bool:
    """Whether a variable describes a mesh."""
    return text(variable, "cf_role") == "mesh_topology" or (
        variable.size <= 1 and attribute(variable, "topology_dimension") is not None and not is_sgrid(variable)
    )


def is_sgrid(variable: netCDF4.Variable[Any]) -> bool:
    """Whether a variable describes a staggered grid."""
    return text(variable, "cf_role") == "grid_topology"


def topology_dimension(variable: netCDF4.Variable[Any]) -> int:
    """Give 1 for networks, 2 for faces, 3 for volumes."""
    said = numbers(variable, "topology_dimension")
    return int(said[0]) if said else (2 if text(variable, "face_node_connectivity") else 1)


@dataclass(slots=True)
class Mesh:
    """One two-dimensional topology of a file."""

    scope: Scope
    name: str
    x: netCDF4.Variable[Any]
    y: netCDF4.Variable[Any]
    faces: netCDF4.Variable[Any]
    face_dimension: str
    edges: netCDF4.Variable[Any] | None
    edge_dimension: str
    title: str = ""
    geographic: bool = False
    warnings: list[Warned] = field(default_factory=list[Warned])
    kept: NDArray[np.int64] | None = None
    _nodes: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    @property
    def node_dimension(self) -> str:
        """Name of the dimension along which nodes lie."""
        return str(self.x.dimensions[0])

    @property
    def locations(self) -> dict[str, Location]:
        """Give the location that a dimension stands for."""
        found: dict[str, Location] = {self.node_dimension: "node", self.face_dimension: "face"}
        if self.edge_dimension:
            found.setdefault(self.edge_dimension, "edge")
        return found

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of nodes and faces, and of edges where the file holds them."""
        position = self.faces.dimensions.index(self.face_dimension)
        found = {"nodes": int(self.x.size), "faces": int(self.faces.shape[position])}
        if self.edges is not None:
            found["edges"] = int(self.edges.shape[edge_axis(self.edges, self.edge_dimension)])
        return found

    @property
    def coordinates(self) -> Sequence[netCDF4.Variable[Any]]:
        """The node coordinates, and the topology itself, which may name a grid mapping."""
        return (self.x, self.y, self.scope.group.variables[self.name])

    def nodes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Read the node coordinates, once."""
        if self._nodes is None:
            self._nodes = coordinate_values(self.x), coordinate_values(self.y)
        return self._nodes

    def box(self) -> Extent | None:
        """Give the box around the nodes."""
        return around_points(*self.nodes())

    def topology(self) -> Topology:
        """Read nodes and faces; faces run anticlockwise.

        Raises
        ------
        DataError
            A face names a node that does not exist.
        """
        x, y = self.nodes()
        table, present = connectivity(self.faces, self.face_dimension, len(x), self.scope.path)
        faces = anticlockwise(x, y, faces_of(table, present))
        edges = None
        if self.edges is not None:
            edge_table, _ = connectivity(self.edges, self.edge_dimension, len(x), self.scope.path)
            edges = np.ascontiguousarray(edge_table[:, :2], dtype=np.int32)
        return Topology(x, y, faces.offsets, faces.nodes, edges, self.bed())

    def bed(self) -> NDArray[np.float64] | None:
        """Read the height of the bed at the nodes, where a variable of the file is that; NaN = unknown."""
        for name, one in self.scope.group.variables.items():
            if one.dimensions != (self.node_dimension,) or one.dtype.kind != "f":
                continue
            if text(one, "standard_name") in BED_STANDARD or name in {"node_z", f"{self.name}_node_z"}:
                return coordinate_values(one)
        return None


def connectivity(
    variable: netCDF4.Variable[Any], along: str, nodes: int, where: str
) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None]:
    """Read a table of node numbers: zero-based, one row per face or edge, and which entries are no padding.

    Padding is the fill value, NaN or any number below the start index. A table that does not say where it starts
    to count, but names node n of n, counts from one.

    Raises
    ------
    DataError
        A node number is too large.
    """
    raw = fetch(variable)
    if along in variable.dimensions and variable.dimensions.index(along) == 1:
        raw = raw.T
    present = np.isfinite(raw) if raw.dtype.kind == "f" else np.ones(raw.shape, bool)
    for fill in fill_values(variable, np.dtype(variable.dtype), ""):
        present &= raw != fill
    table = np.where(present, raw, -1).astype(np.int64)
    said = numbers(variable, "start_index")
    start = int(said[0]) if said else int(present.any() and int(table.max()) == nodes)
    present &= table >= start
    table -= start
    highest = int(table.max(where=present, initial=-1))
    if highest >= nodes:
        raise DataError(
            "{variable} names node {node}, but there are only {nodes} nodes (counted from {start}).",
            where=where,
            remedy="Check the attribute start_index of {variable} and whether the file is complete.",
            variable=variable.name,
            node=highest + start,
            nodes=nodes,
            start=start,
        )
    return table, None if present.all() else present


def edge_axis(edges: netCDF4.Variable[Any], dimension: str) -> int:
    """Give the position of the edge dimension in the table of edges."""
    return edges.dimensions.index(dimension) if dimension in edges.dimensions else 0


def meshes(scope: Scope) -> list[Mesh]:
    """Find all two-dimensional topologies of a group.

    Raises
    ------
    DataError
        A topology lacks a piece; the message names it.
    """
    group = scope.group
    return [
        mesh_of(scope, str(name), one)
        for name, one in group.variables.items()
        if is_topology(one) and topology_dimension(one) == 2
    ]


def skipped(scope: Scope) -> list[Warned]:
    """Warn of topologies that are networks or volumes, which are not shown."""
    return [
        Warned(
            "topology_skipped",
            "The mesh {name} has a topology of dimension {dimension}; only meshes of faces (2) are shown.",
            "",
            {"name": name, "dimension": topology_dimension(one)},
        )
        for name, one in scope.group.variables.items()
        if is_topology(one) and topology_dimension(one) != 2
    ]


def mesh_of(scope: Scope, name: str, topology: netCDF4.Variable[Any]) -> Mesh:
    """Gather the pieces of one topology."""
    faces = piece(scope, name, topology, "face_node_connectivity")
    named = text(topology, "node_coordinates").split()
    if len(named) < 2:
        raise missing(scope, name, "node_coordinates", "")
    found = [lookup(scope.group, word) for word in named]
    for word, one in zip(named, found, strict=True):
        if one is None or one.ndim != 1:
            raise missing(scope, name, "node_coordinates", word)
    axes = [one for one in found if one is not None]
    x = next((one for one in axes if role(one) == "x"), axes[0])
    y = next((one for one in axes if role(one) == "y" and one is not x), axes[1] if axes[1] is not x else axes[0])
    along = text(topology, "face_dimension")
    along = along if along in faces.dimensions else str(faces.dimensions[0])
    edge_name = text(topology, "edge_node_connectivity")
    edges = lookup(scope.group, edge_name) if edge_name else None
    edge_dimension = text(topology, "edge_dimension")
    if edges is not None and edge_dimension not in edges.dimensions:
        edge_dimension = str(edges.dimensions[0])
    mesh = Mesh(scope, name, x, y, faces, along, edges, edge_dimension)
    mesh.geographic = is_degrees(x) and is_degrees(y)
    return mesh


def piece(scope: Scope, name: str, topology: netCDF4.Variable[Any], role_name: str) -> netCDF4.Variable[Any]:
    """Find the variable that a topology names for a part it must have."""
    named = text(topology, role_name)
    found = lookup(scope.group, named) if named else None
    if found is None or found.ndim != 2:
        raise missing(scope, name, role_name, named)
    return found


def missing(scope: Scope, name: str, part: str, named: str) -> DataError:
    """Give the error for a topology that lacks a piece."""
    return DataError(
        "The mesh {mesh} names {variable} as its {part}, but the file has no such table."
        if named
        else "The mesh {mesh} does not name its {part}.",
        where=scope.path,
        remedy="Write the file again with the whole UGRID topology.",
        mesh=name,
        part=part,
        variable=named,
    )


def mesh_parts(scope: Scope, candidates: Sequence[netCDF4.Variable[Any]]) -> tuple[list[MeshPart], set[str]]:
    """Make one layer of each mesh (more where quantities have different time axes).

    Returns
    -------
    parts : list of MeshPart
    used : set of str
        Names of the variables that lie on a mesh or belong to one.
    """
    parts: list[MeshPart] = []
    used = {str(one.name) for one in candidates if text(one, "mesh") in scope.group.variables}
    for mesh in meshes(scope):
        members: list[tuple[netCDF4.Variable[Any], tuple[str, ...]]] = []
        locations: dict[str, Location] = {}
        for one in candidates:
            place = place_of(one, mesh)
            if place is None:
                continue
            used.add(str(one.name))
            if is_index(one, place):
                continue
            members.append((one, (place,)))
            locations[str(one.name)] = mesh.locations[place]
        for group in timed(scope, members):
            key = f"{scope.prefix}{mesh.name}{group.suffix}"
            parts.append(MeshPart(scope, key, mesh, group, locations))
    return parts, used


def place_of(variable: netCDF4.Variable[Any], mesh: Mesh) -> str | None:
    """Give the dimension along which a quantity lies on a mesh; None where it does not."""
    owner = text(variable, "mesh")
    if owner and owner != mesh.name:
        return None
    said = text(variable, "location")
    dimensions = [d for d in variable.dimensions if d in mesh.locations]
    return next((d for d in dimensions if mesh.locations[d] == said), dimensions[0] if dimensions else None)


def is_index(variable: netCDF4.Variable[Any], place: str) -> bool:
    """Whether a variable is part of the topology's own book-keeping: tables of neighbours, corner coordinates."""
    if text(variable, "cf_role").endswith("_connectivity") or text(variable, "start_index"):
        return True
    return variable.dimensions == (place,) and variable.name == place
