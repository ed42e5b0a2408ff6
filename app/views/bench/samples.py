"""Samples: files that a bench makes for itself where it is given none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.extent import Extent
from layers.geometry import LINE, POLYGON, Geometry
from layers.sources.mesh_writer import MeshWriter
from layers.sources.raster_writer import write_raster
from layers.sources.source import FeatureBlock, Topology, Variable
from layers.sources.vector_writer import write_features
from layers.times import TimeAxis

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CRS = "EPSG:4549"
ORIGIN = (520_000.0, 3_420_000.0)
STEPS = 24


def mesh_file(folder: Path, columns: int = 1000, rows: int = 500, steps: int = STEPS) -> Path:
    """Write a triangle mesh (two per cell) with a depth on faces that moves through the steps.

    Parameters
    ----------
    columns, rows : int
        Cells; faces are twice their product.
    """
    path = folder / f"mesh_{2 * columns * rows}.nc"
    mesh = _triangles(columns, rows)
    first = np.datetime64("2026-08-01T00:00", "ns")
    times = TimeAxis(first + np.arange(steps) * np.timedelta64(10, "m"))
    x, y = (_face_means(mesh, values) for values in (mesh.node_x, mesh.node_y))
    x, y = (x - ORIGIN[0]) / 1e4, (y - ORIGIN[1]) / 1e4
    with MeshWriter(path, mesh, times, CRS, "WUSONG_SH") as writer:
        writer.declare("water_depth", "face", "m", long_name="water depth", standard_name="water_depth")
        for step in range(steps):
            phase = 2 * np.pi * step / steps
            depth = 1.2 + np.sin(2.2 * x - phase) * np.cos(1.7 * y + 0.5 * phase) + 0.25 * np.sin(19 * x + 7 * y)
            writer.put("water_depth", np.maximum(depth, 0.0), step)
    return path


def _triangles(columns: int, rows: int) -> Topology:
    rng = np.random.default_rng(7)
    gx, gy = np.meshgrid(np.arange(columns + 1) * 30.0, np.arange(rows + 1) * 30.0)
    x = gx + rng.uniform(-8, 8, gx.shape) + 900 * np.sin(gy / 5000)
    y = gy + rng.uniform(-8, 8, gy.shape) + 700 * np.sin(gx / 6000)
    a = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    b, c, d = a + 1, a + columns + 2, a + columns + 1
    faces = np.stack([a, b, c, a, c, d], axis=1).reshape(-1, 3).astype(np.int32)
    offsets = np.arange(0, faces.size + 1, 3, dtype=np.int64)
    return Topology(x.ravel() + ORIGIN[0], y.ravel() + ORIGIN[1], offsets, faces.ravel())


def _face_means(mesh: Topology, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[mesh.face_nodes].reshape(-1, 3).mean(axis=1)


def polygon_file(folder: Path, count: int = 1_000_000, corners: int = 8) -> Path:
    """Write polygons in a grid, with a class of 0 to 3 each, as a GeoPackage."""
    path = folder / f"polygons_{count}.gpkg"
    rng = np.random.default_rng(11)
    columns = int(np.ceil(np.sqrt(count * 1.6)))
    number = np.arange(count)
    x, y = ORIGIN[0] + (number % columns) * 40.0, ORIGIN[1] + (number // columns) * 40.0
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    size = rng.uniform(12, 19, (count, corners))
    ring = np.stack([x[:, None] + size * np.cos(angle), y[:, None] + size * np.sin(angle)], axis=-1)
    ring = np.concatenate([ring, ring[:, :1]], axis=1)
    every = np.arange(count + 1, dtype=np.int64)
    shape = Geometry(ring.reshape(-1, 2), every * (corners + 1), every, every, np.full(count, POLYGON, np.uint8))
    kinds = rng.integers(0, 4, count).astype(np.int64)
    write_features(path, FeatureBlock(number.astype(np.int64), shape, {"class": kinds}), crs=CRS)
    return path


def line_file(folder: Path, count: int = 200_000, vertices: int = 12) -> Path:
    """Write lines that bend like roads over the ground of `polygon_file`, as a GeoPackage."""
    path = folder / f"lines_{count}.gpkg"
    rng = np.random.default_rng(12)
    start = rng.uniform((0.0, 0.0), (50_600.0, 31_600.0), (count, 1, 2))
    heading = rng.uniform(0, 2 * np.pi, (count, 1)) + np.cumsum(rng.normal(0, 0.3, (count, vertices)), axis=1)
    ways = start + np.cumsum(40.0 * np.stack([np.cos(heading), np.sin(heading)], axis=-1), axis=1)
    every = np.arange(count + 1, dtype=np.int64)
    shape = Geometry((ways + ORIGIN).reshape(-1, 2), every * vertices, every, every, np.full(count, LINE, np.uint8))
    write_features(path, FeatureBlock(every[:-1], shape, {}), crs=CRS)
    return path


def raster_file(folder: Path, side: int = 8000) -> Path:
    """Write ground heights as a COG with overviews."""
    path = folder / f"ground_{side}.tif"
    x, y = np.meshgrid(np.linspace(0, 12, side, dtype=np.float32), np.linspace(0, 12, side, dtype=np.float32))
    heights = 4.0 + 2.2 * np.sin(x) * np.cos(1.3 * y) + 0.4 * np.sin(9 * x + 3 * y)
    box = Extent(ORIGIN[0], ORIGIN[1], ORIGIN[0] + 5.0 * side, ORIGIN[1] + 5.0 * side)
    form = Variable("elevation", "m", "cell", title="ground elevation")
    write_raster(path, heights[None].astype(np.float32), box, CRS, vdatum="WUSONG_SH", variables=(form,))
    return path
