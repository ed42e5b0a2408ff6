"""The flood as UGRID-1.0 NetCDF: one mesh, water levels, depths and velocities on its faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import netCDF4
import numpy as np
from pyproj import CRS

import place
import storm
import terrain

if TYPE_CHECKING:
    from pathlib import Path

    from engine import Result

LEVEL_STEP, SPEED_STEP = 1.0 / 256.0, 1.0 / 128.0
"""Rounding of levels (m) and speeds (m/s): powers of two, so that depth = level - bed holds exactly."""
DRY = 0.002
"""Below this depth (m) a face is dry: its level is its bed, its depth 0."""
_ON_FACE = {"mesh": "mesh2d", "location": "face", "coordinates": "mesh2d_face_x mesh2d_face_y", "grid_mapping": "crs"}


def rounded(values: np.ndarray, step: float) -> np.ndarray:
    """Give `values` as float32 multiples of `step`, a power of two, which compress well."""
    return (np.round(np.asarray(values, dtype=float) / step) * step).astype("float32")


def write(path: Path, result: Result) -> None:
    """Write the run to `path`; it appears whole or not at all."""
    part = path.with_suffix(".part")
    with netCDF4.Dataset(part, "w", format="NETCDF4") as file:
        file.setncatts(_about(result))
        _mesh(file, result)
        _crs(file)
        _values(file, result)
    part.replace(path)


def _about(result: Result) -> dict[str, str | float]:
    return {
        "Conventions": "CF-1.8 UGRID-1.0",
        "title": "Storm surge with a dyke breach, Wangchao Polder (made-up place)",
        "title_zh": "望潮片风暴潮溃堤淹没（虚构地点）",
        "institution": "Haitang Workbench sample data",
        "source": f"{result.facts['engine']}: finite volumes for the shallow-water equations",
        "references": "packaging/sample/make.py of Haitang Workbench",
        "comment": "虚构地点 made-up place. The land, the people and the typhoon are invented; the flow is computed.",
        "license": "CC0-1.0",
        "VDATUM": place.VDATUM,
        "scenario": (
            f"breach {storm.BREACH_WIDTH:.0f} m wide, sill {storm.BREACH_SILL:.1f} m, opens from hour "
            f"{storm.BREACH_BEGINS / storm.HOUR:.1f} within {storm.BREACH_GROWS / storm.HOUR:.2f} h; "
            "overtopping where the dyke has settled"
        ),
        **{f"run_{name.removeprefix('run_')}": value for name, value in result.facts.items() if name != "engine"},
    }


def _mesh(file: netCDF4.Dataset, result: Result) -> None:
    nodes, faces = result.mesh.nodes + np.asarray(place.ORIGIN), result.mesh.faces
    file.createDimension("mesh2d_nNodes", len(nodes))
    file.createDimension("mesh2d_nFaces", len(faces))
    file.createDimension("mesh2d_nMax_face_nodes", 3)
    file.createDimension("time", len(result.seconds))
    topology = file.createVariable("mesh2d", "i4")
    topology.setncatts(
        {
            "cf_role": "mesh_topology",
            "long_name": "topology of the triangular mesh",
            "topology_dimension": np.int32(2),
            "node_coordinates": "mesh2d_node_x mesh2d_node_y",
            "face_coordinates": "mesh2d_face_x mesh2d_face_y",
            "face_node_connectivity": "mesh2d_face_nodes",
            "face_dimension": "mesh2d_nFaces",
        }
    )
    topology[...] = 0
    link = file.createVariable(
        "mesh2d_face_nodes", "i4", ("mesh2d_nFaces", "mesh2d_nMax_face_nodes"), zlib=True, complevel=4, fill_value=-1
    )
    link.setncatts({"cf_role": "face_node_connectivity", "start_index": np.int32(0), "long_name": "nodes of each face"})
    link[:] = faces
    for which, xy in (("node", nodes), ("face", nodes[faces].mean(axis=1))):
        for axis, column in zip("xy", xy.T, strict=True):
            dim = f"mesh2d_n{which.capitalize()}s"
            name = f"mesh2d_{which}_{axis}"
            variable = file.createVariable(name, "f8", (dim,), zlib=True, complevel=4)
            variable.setncatts(
                {"standard_name": f"projection_{axis}_coordinate", "long_name": f"{axis} of {which}s", "units": "m"}
            )
            variable[:] = column.round(3)


def _crs(file: netCDF4.Dataset) -> None:
    crs = CRS.from_user_input(place.CRS)
    variable = file.createVariable("crs", "i4")
    variable.setncatts(
        {
            **{k: v for k, v in crs.to_cf().items() if isinstance(v, (str, float, int))},
            "epsg_code": place.CRS,
            "VDATUM": place.VDATUM,
        }
    )
    variable[...] = 4550


def _values(file: netCDF4.Dataset, result: Result) -> None:
    time = file.createVariable("time", "f8", ("time",))
    time.setncatts(
        {
            "standard_name": "time",
            "long_name": "time",
            "units": f"seconds since {storm.START:%Y-%m-%d %H:%M:%S} +00:00",
            "calendar": "standard",
            "axis": "T",
        }
    )
    time[:] = result.seconds
    bed = result.bed.astype("float32")
    _still(file, "bedlevel", "face", bed, "bed level of the faces, without dykes and embankments")
    at_nodes = rounded(terrain.sampled(result.mesh.nodes), terrain.BED_STEP)
    _still(file, "node_bedlevel", "node", at_nodes, "bed level at the nodes, without dykes and embankments")
    level = np.stack([_level(stage, depth, bed) for stage, depth in zip(result.stage, result.depth, strict=True)])
    flows = level > bed
    moving = (
        ("s1", level, "water_surface_height_above_reference_datum", "water level", "水位", "m"),
        ("waterdepth", level - bed, "sea_floor_depth_below_sea_surface", "water depth", "水深", "m"),
        ("ucx", _speed(result.ucx, flows), "sea_water_x_velocity", "velocity, x component", "流速（东向）", "m s-1"),
        ("ucy", _speed(result.ucy, flows), "sea_water_y_velocity", "velocity, y component", "流速（北向）", "m s-1"),
    )
    count = level.shape[1]
    for name, values, standard, long, chinese, units in moving:
        variable = file.createVariable(
            name, "f4", ("time", "mesh2d_nFaces"), zlib=True, complevel=7, shuffle=True, chunksizes=(1, count)
        )
        variable.setncatts(
            {"standard_name": standard, "long_name": long, "long_name_zh": chinese, "units": units, **_ON_FACE}
        )
        if units == "m":
            variable.VDATUM = place.VDATUM
        variable[:] = values


def _level(stage: np.ndarray, depth: np.ndarray, bed: np.ndarray) -> np.ndarray:
    return np.where(depth < DRY, bed, np.maximum(rounded(stage, LEVEL_STEP), bed))


def _speed(parts: list[np.ndarray], flows: np.ndarray) -> np.ndarray:
    return np.where(flows, np.stack([rounded(part, SPEED_STEP) for part in parts]), np.float32(0.0))


def _still(file: netCDF4.Dataset, name: str, where: str, values: np.ndarray, long: str) -> None:
    dim = f"mesh2d_n{where.capitalize()}s"
    variable = file.createVariable(name, "f4", (dim,), zlib=True, complevel=4, shuffle=True)
    variable.setncatts(
        {
            "standard_name": "altitude",
            "long_name": long,
            "long_name_zh": "河床与地面高程",
            "units": "m",
            "VDATUM": place.VDATUM,
            "mesh": "mesh2d",
            "location": where,
            "coordinates": f"mesh2d_{where}_x mesh2d_{where}_y",
            "grid_mapping": "crs",
        }
    )
    variable[:] = values
