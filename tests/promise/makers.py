"""One source of every kind, made new for a test; a new reader adds its line to ``MAKERS``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from layers.extent import Extent
from layers.shapes import to_geometry
from layers.sources import memory
from layers.sources.computed import ComputedGrid
from layers.sources.open import open_source
from layers.sources.raster_writer import write_raster
from layers.sources.source import FeatureBlock, Topology
from layers.times import TimeAxis
from tests.unit.layers.netcdf_files import NODE_X, NODE_Y, grid, mesh
from tests.unit.layers.raster_files import raster
from tests.unit.layers.vector_files import SQUARES, vector

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.sources.raster_grid import Window
    from layers.sources.source import DataSource

CELLS = np.arange(12, dtype=np.float32).reshape(3, 4)
TIMES = TimeAxis(np.array(["2024-07-25T00", "2024-07-25T01"], "datetime64[ns]"))


def parquet(path: Path) -> Path:
    """A GeoParquet file of squares."""
    about = '{"primary_column": "g", "columns": {"g": {"encoding": "WKB", "crs": "EPSG:4549"}}}'
    table = pa.table({"value": np.arange(5.0), "g": pa.array(shapely.to_wkb(np.array(SQUARES, object)), pa.binary())})
    pq.write_table(table.replace_schema_metadata({"geo": about}), path)
    return path


def cog(path: Path) -> Path:
    """A raster as this program writes it."""
    write_raster(path, CELLS[np.newaxis], Extent(600_000, 3_400_000, 600_040, 3_400_030), "EPSG:4549")
    return path


def table(path: Path) -> Path:
    """A series of two moments."""
    path.write_text("time,level [m]\n2024-07-25T00:00Z,1.5\n2024-07-25T01:00Z,2.5\n", "utf-8")
    return path


def opened(path: Path) -> DataSource:
    """The source of a file."""
    return open_source(str(path))


def topology() -> Topology:
    """Two triangles and a quadrangle."""
    faces = np.array([0, 1, 4, 1, 2, 5, 4, 3, 0, 4], np.int32)
    return Topology(NODE_X, NODE_Y, np.array([0, 3, 7, 10]), faces)


def squares() -> FeatureBlock:
    """Five squares with a number."""
    return FeatureBlock(np.arange(5), to_geometry(np.array(SQUARES, object)), {"value": np.arange(5.0)})


def computed() -> DataSource:
    """A grid whose cells come from their place."""
    held = memory.raster_source({"h": CELLS}, BOX, crs="EPSG:4549")

    def cells(piece: Window) -> NDArray[np.float32]:
        rows, columns = np.indices((piece.height, piece.width), dtype=np.float32)
        return ((rows + piece.row) * 4 + columns + piece.column)[np.newaxis]

    return ComputedGrid(held.layer, cells)


BOX = Extent(600_000, 3_400_000, 600_040, 3_400_030)
MAKERS: dict[str, Callable[[Path], DataSource]] = {
    "geotiff": lambda folder: opened(raster(folder / "地面.tif", CELLS, nodata=-9999.0)),
    "cog": lambda folder: opened(cog(folder / "a.tif")),
    "geopackage": lambda folder: opened(vector(folder / "a.gpkg")),
    "shapefile": lambda folder: opened(vector(folder / "地块.shp")),
    "geojson": lambda folder: opened(vector(folder / "a.geojson")),
    "flatgeobuf": lambda folder: opened(vector(folder / "a.fgb")),
    "geoparquet": lambda folder: opened(parquet(folder / "a.parquet")),
    "netcdf_grid": lambda folder: opened(
        grid(folder / "g.nc", np.ones((2, 3, 4)), np.arange(4.0), np.arange(3.0), [0, 1])
    ),
    "ugrid_mesh": lambda folder: opened(mesh(folder / "m.nc")),
    "series_table": lambda folder: opened(table(folder / "s.csv")),
    "computed_grid": lambda _: computed(),
    "memory_raster": lambda _: memory.raster_source({"h": CELLS}, BOX, crs="EPSG:4549"),
    "memory_vector": lambda _: memory.vector_source(squares(), (), crs="EPSG:4549"),
    "memory_mesh": lambda _: memory.mesh_source(topology(), {"h": np.ones((2, 3))}, crs=None, time=TIMES),
    "memory_series": lambda _: memory.series_source(
        {"z": np.ones((2, 1))}, TIMES, [{"name": "吴淞", "x": 1.0, "y": 2.0}]
    ),
}
