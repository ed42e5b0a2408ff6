"""Small calls of every tool, by words; a new tool adds its lines to ``CALLS``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from layers.extent import Extent
from layers.shapes import to_geometry
from layers.sources.mesh_writer import write_mesh
from layers.sources.raster_writer import write_raster
from layers.sources.source import FeatureBlock, Topology, Variable
from layers.sources.vector_writer import write_features
from layers.times import TimeAxis
from tests.unit.layers.netcdf_files import grid
from tests.unit.layers.vector_files import SQUARES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BOX = Extent(600_000, 3_400_000, 600_300, 3_400_200)
HALF = "600000,3400000,600065,3400010"


class Call(NamedTuple):
    """A tool, the suffix of its output, and a maker of its words in a folder."""

    tool: str
    suffix: str
    words: Callable[[Path], dict[str, Any]]


def basin(folder: Path) -> str:
    """Two triangles that fill within an hour and run dry within another."""
    x, y = 600_000 + np.array([0.0, 10.0, 10.0, 0.0]), 3_400_000 + np.array([0.0, 0.0, 10.0, 10.0])
    topology = Topology(x, y, np.array([0, 3, 6]), np.array([0, 1, 2, 0, 2, 3], np.int32))
    times = TimeAxis(np.array(["2026-08-01T00", "2026-08-01T01", "2026-08-01T02"], "datetime64[ns]"))
    depth = np.array([[0, 0], [1, 0.2], [0, 0]], np.float32)
    write_mesh(folder / "basin.nc", topology, {"depth": (depth, "face", "m", {})}, times, "EPSG:4549", "WUSONG_SH")
    return str(folder / "basin.nc")


def tide(folder: Path) -> str:
    """A grid of 3 by 4 cells that rises and falls."""
    values = np.array([0.0, 2.0, 1.0])[:, np.newaxis, np.newaxis] * np.ones((3, 3, 4))
    return str(grid(folder / "tide.nc", values, 121.0 + np.arange(4), 31.0 + np.arange(3), [0, 1, 2], units="m"))


def ground(folder: Path) -> str:
    """Heights of 20 by 30 cells."""
    cells = np.arange(600, dtype=np.float32).reshape(1, 20, 30)
    write_raster(folder / "g.tif", cells, BOX, "EPSG:4549", vdatum="WUSONG_SH", variables=(Variable("高程", "m"),))
    return str(folder / "g.tif")


def squares(folder: Path) -> str:
    """Five squares with a number each."""
    block = FeatureBlock(np.arange(5), to_geometry(np.array(SQUARES, object)), {"value": np.arange(5.0)})
    write_features(folder / "squares.gpkg", block, crs="EPSG:4549")
    return str(folder / "squares.gpkg")


def disc(folder: Path) -> str:
    """A round mask over the middle of the ground."""
    shape = shapely.Point(600_150, 3_400_100).buffer(60)
    write_features(
        folder / "disc.gpkg", FeatureBlock(np.arange(1), to_geometry(np.array([shape])), {}), crs="EPSG:4549"
    )
    return str(folder / "disc.gpkg")


CALLS: dict[str, Call] = {
    "sample_mesh": Call(
        "playback.sample", ".csv", lambda f: {"source": basin(f), "variable": "depth", "points": "600007,3400003;0,0"}
    ),
    "sample_grid": Call(
        "playback.sample", ".xlsx", lambda f: {"source": tide(f), "variable": "h", "points": "121,31;122,32"}
    ),
    "envelope_mesh": Call(
        "playback.envelope",
        ".nc",
        lambda f: {"source": basin(f), "variable": "depth", "kind": "arrival", "threshold": "0.1"},
    ),
    "envelope_grid": Call("playback.envelope", ".tif", lambda f: {"source": tide(f), "variable": "h", "kind": "max"}),
    "reproject_grid": Call(
        "data.reproject", ".tif", lambda f: {"source": ground(f), "crs": "EPSG:3857", "method": "bilinear"}
    ),
    "reproject_features": Call("data.reproject", ".geojson", lambda f: {"source": squares(f), "crs": "EPSG:4326"}),
    "clip_grid": Call("data.clip", ".tif", lambda f: {"source": ground(f), "mask": disc(f)}),
    "clip_features": Call("data.clip", ".gpkg", lambda f: {"source": squares(f), "extent": HALF}),
    "clip_step": Call("data.clip", ".tif", lambda f: {"source": tide(f), "extent": "121,31,123,33", "time": "1"}),
}
"""Name of a call → the call."""
