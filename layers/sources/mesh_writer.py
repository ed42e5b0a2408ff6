"""Meshes and their values as UGRID 1.0 NetCDF-4: whole or not at all, the same bytes for the same content."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np

from layers import crs as systems
from layers.errors import DataError
from layers.sources.cf_time import KIND_ATTRIBUTE
from layers.sources.netcdf_library import netCDF4
from layers.sources.written import whole
from layers.times import EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from layers.sources.source import Topology
    from layers.times import TimeAxis

MESH = "mesh2d"
DIMENSIONS = {"node": f"{MESH}_nNodes", "face": f"{MESH}_nFaces", "edge": f"{MESH}_nEdges"}
NODE_Z = f"{MESH}_node_z"
FILL = np.int32(-1)
Quantity = tuple["NDArray[Any]", str, str | None, "Mapping[str, Any]"]
"""Values (n,) or (steps, n), location (node, face or edge), unit or None, further attributes."""


class MeshWriter:
    """Writes a mesh step by step, so that no more than one step need be held.

    Use as a context manager: the file takes its name when the block ends without an error.

    Parameters
    ----------
    path : str or Path
    topology : Topology
        Node coordinates in ``crs``; heights of nodes become ``mesh2d_node_z``.
    times : TimeAxis or None
        None = values without time.
    crs : str or None
        ``EPSG:n`` or WKT; None = not known, and nothing is written about it.
    vdatum : str or None
        Vertical datum of all heights, written as ``VDATUM``.
    attrs : mapping
        Further attributes of the file.
    record : str
        The text of the record that made the file.
    """

    def __init__(
        self,
        path: str | Path,
        topology: Topology,
        times: TimeAxis | None = None,
        crs: str | None = None,
        vdatum: str | None = None,
        attrs: Mapping[str, Any] | None = None,
        record: str = "",
    ) -> None:
        self._path, self._topology, self._times, self._crs = path, topology, times, crs
        self._attributes = {"Conventions": "CF-1.8 UGRID-1.0", **(attrs or {})}
        if vdatum:
            self._attributes["VDATUM"] = vdatum
        if record:
            self._attributes["record"] = record
        self._stack = ExitStack()
        self._file: Any = None

    def __enter__(self) -> Self:
        """Begin the file: topology, times and reference system."""
        temporary = self._stack.enter_context(whole(self._path))
        try:
            self._file = netCDF4.Dataset(str(temporary), "w", format="NETCDF4")
            self._stack.callback(self._file.close)
            self._file.set_auto_maskandscale(False)
            self._begin(self._file)
        except BaseException as fault:
            self._stack.__exit__(type(fault), fault, fault.__traceback__)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the file; after an error nothing is left of it."""
        self._stack.__exit__(kind, fault, trace)

    def _begin(self, file: Any) -> None:
        """Write all that is no quantity."""
        for name, value in sorted(self._attributes.items()):
            file.setncattr(name, value)
        write_crs(file, self._crs)
        write_topology(file, self._topology, self._crs)
        if self._times is not None:
            write_times(file, self._times)

    def declare(
        self, name: str, location: str, units: str | None = None, *, timed: bool = True, **attributes: Any
    ) -> None:
        """Announce a quantity before its values; it is stored as float32, NaN = missing, one step in one piece.

        The height of the nodes belongs to the topology: announced again under its own name it stays as it is.

        Raises
        ------
        DataError
            The location has no places in this mesh, or the name is taken.
        """
        file = self._opened()
        if name in file.variables and name != NODE_Z:
            raise DataError(
                "The name {variable} is taken in the file that is written.",
                where=str(self._path),
                remedy="Give the variable another name.",
                variable=name,
            )
        if name in file.variables:
            return
        place = DIMENSIONS.get(location, "")
        if place not in file.dimensions:
            raise DataError(
                "{variable} lies on places of kind {location}, which this mesh does not have.",
                where=str(self._path),
                remedy="Use node, face or edge.",
                variable=name,
                location=location,
            )
        dimensions = ("time", place) if timed and self._times is not None else (place,)
        variable = file.createVariable(name, "f4", dimensions, fill_value=np.float32(np.nan), contiguous=True)
        said = {"mesh": MESH, "location": location, **attributes}
        if units:
            said["units"] = units
        if self._crs:
            said["grid_mapping"] = "crs"
        if location == "node":
            said["coordinates"] = f"{MESH}_node_x {MESH}_node_y"
        for key, value in sorted(said.items()):
            variable.setncattr(key, value)

    def put(self, name: str, values: NDArray[Any], step: int | None = None) -> None:
        """Write one step of a quantity, or all of it.

        Raises
        ------
        DataError
            The values do not fit the mesh or the steps.
        """
        variable = self._opened().variables[name]
        wanted = variable.shape if step is None else variable.shape[1:]
        steps = len(self._times) if self._times is not None else 1
        if np.shape(values) != wanted or (step is not None and not 0 <= step < steps):
            raise DataError(
                "The values of {variable} have the shape {shape}; {wanted} is needed.",
                where=str(self._path),
                remedy="Give one value per place and step.",
                variable=name,
                shape=str(np.shape(values)),
                wanted=str(tuple(wanted)),
            )
        variable[... if step is None else step] = np.asarray(values, np.float32)

    def _opened(self) -> Any:
        """Give the open file."""
        if self._file is None:
            raise RuntimeError("MeshWriter is used inside a with block")
        return self._file


def write_mesh(
    path: str | Path,
    topology: Topology,
    variables: Mapping[str, Quantity],
    times: TimeAxis | None = None,
    crs: str | None = None,
    vdatum: str | None = None,
    attrs: Mapping[str, Any] | None = None,
    record: str = "",
) -> None:
    """Write a mesh with its values at once; see ``MeshWriter`` for the parameters.

    Parameters
    ----------
    variables : mapping of name to (values, location, units, attributes)
        Values (n,), or (steps, n) where there are times.

    Raises
    ------
    DataError, SourceUnavailable
        Values do not fit, or the file cannot be written.
    """
    with MeshWriter(path, topology, times, crs, vdatum, attrs, record) as writer:
        for name, (values, location, units, said) in variables.items():
            writer.declare(name, location, units, timed=np.ndim(values) == 2, **said)
        for name, (values, _, _, _) in variables.items():
            writer.put(name, values)


def write_crs(file: Any, system: str | None) -> None:
    """Write the grid mapping: CF parameters, WKT and, where there is one, the EPSG code."""
    if system is None:
        return
    from pyproj import CRS

    known: Any = cast("Any", CRS).from_user_input(system)
    said: dict[str, Any] = dict(known.to_cf())
    said["crs_wkt"] = known.to_wkt()
    if system.upper().startswith("EPSG:"):
        said["epsg_code"] = system.upper()
    variable = file.createVariable("crs", "i4", ())
    for name, value in sorted(said.items()):
        variable.setncattr(name, value)
    variable[...] = 0


def write_topology(file: Any, topology: Topology, system: str | None) -> None:
    """Write nodes, faces and edges."""
    counts = np.diff(topology.face_offsets)
    widest = int(counts.max()) if len(counts) else 3
    sizes = {"node": len(topology.node_x), "face": len(counts)}
    if topology.edge_nodes is not None:
        sizes["edge"] = len(topology.edge_nodes)
    for location, size in sizes.items():
        file.createDimension(DIMENSIONS[location], size)
    file.createDimension(f"{MESH}_nMax_face_nodes", widest)
    about: dict[str, Any] = {
        "cf_role": "mesh_topology",
        "topology_dimension": np.int32(2),
        "node_coordinates": f"{MESH}_node_x {MESH}_node_y",
        "node_dimension": DIMENSIONS["node"],
        "face_node_connectivity": f"{MESH}_face_nodes",
        "face_dimension": DIMENSIONS["face"],
        "max_face_nodes_dimension": f"{MESH}_nMax_face_nodes",
    }
    if topology.edge_nodes is not None:
        about["edge_node_connectivity"], about["edge_dimension"] = f"{MESH}_edge_nodes", DIMENSIONS["edge"]
    mesh = file.createVariable(MESH, "i4", ())
    for name, value in sorted(about.items()):
        mesh.setncattr(name, value)
    mesh[...] = 0
    write_nodes(file, topology, system)
    write_table(file, f"{MESH}_face_nodes", padded(topology, counts, widest), "face")
    if topology.edge_nodes is not None:
        file.createDimension("Two", 2)
        write_table(file, f"{MESH}_edge_nodes", topology.edge_nodes, "edge")


def write_nodes(file: Any, topology: Topology, system: str | None) -> None:
    """Write the coordinates of the nodes, and their height where it is known."""
    degrees = system is not None and systems.is_geographic(system)
    units = ("degrees_east", "degrees_north") if degrees else ("m", "m")
    if system is not None and not degrees:
        units = (systems.units(system),) * 2
    names = ("longitude", "latitude") if degrees else ("projection_x_coordinate", "projection_y_coordinate")
    for axis, values, unit, standard in zip("xy", (topology.node_x, topology.node_y), units, names, strict=True):
        one = file.createVariable(f"{MESH}_node_{axis}", "f8", (DIMENSIONS["node"],), contiguous=True)
        one.setncatts({"mesh": MESH, "location": "node", "standard_name": standard})
        if system is not None:
            one.setncattr("units", unit)
        one[:] = values
    if topology.node_z is not None:
        height = file.createVariable(NODE_Z, "f8", (DIMENSIONS["node"],), fill_value=np.nan, contiguous=True)
        height.setncatts({"mesh": MESH, "location": "node", "standard_name": "altitude", "units": "m"})
        height[:] = topology.node_z


def padded(topology: Topology, counts: NDArray[np.int64], widest: int) -> NDArray[np.int32]:
    """Give the faces as a table (faces, widest), padded with -1."""
    table = np.full((len(counts), widest), FILL)
    owner = np.repeat(np.arange(len(counts)), counts)
    table[owner, np.arange(len(topology.face_nodes)) - np.repeat(topology.face_offsets[:-1], counts)] = (
        topology.face_nodes
    )
    return table


def write_table(file: Any, name: str, table: NDArray[Any], location: str) -> None:
    """Write a table of node numbers, counted from 0."""
    width = f"{MESH}_nMax_face_nodes" if location == "face" else "Two"
    one = file.createVariable(name, "i4", (DIMENSIONS[location], width), fill_value=FILL, contiguous=True)
    one.setncatts({"cf_role": f"{location}_node_connectivity", "start_index": np.int32(0)})
    one[:] = table


def write_times(file: Any, times: TimeAxis) -> None:
    """Write the time axis in whole seconds, or nanoseconds where seconds do not do."""
    file.createDimension("time", len(times))
    ns = (times.values.astype("datetime64[ns]") - EPOCH).astype(np.int64)
    seconds, rest = np.divmod(ns, 1_000_000_000)
    if rest.any():
        variable = file.createVariable("time", "f8", ("time",), contiguous=True)
        # Counted from the first step: float64 then keeps nanoseconds over a hundred days.
        start = 0 if times.kind == "elapsed" else int(seconds[0])
        variable[:] = (seconds - start) + rest / 1e9
    else:
        variable = file.createVariable("time", "i8", ("time",), contiguous=True)
        start = 0
        variable[:] = seconds
    since = np.datetime64(start, "s").astype(str).replace("T", " ")
    variable.setncatts({"standard_name": "time", "axis": "T", "calendar": "proleptic_gregorian"})
    variable.setncattr("units", "s" if times.kind == "elapsed" else f"seconds since {since}")
    if times.kind == "unzoned":
        variable.setncattr(KIND_ATTRIBUTE, "unzoned")
