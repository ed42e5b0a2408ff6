"""Small NetCDF files for tests: grids, meshes and series with every oddity that models write."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import netCDF4
import numpy as np

from layers.sources import netcdf

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from layers.sources.source import DataSource, LayerDescription


@contextmanager
def made(path: Path, form: str = "NETCDF4") -> Generator[netCDF4.Dataset]:
    """A new file that stores numbers as they are given."""
    with netCDF4.Dataset(str(path), "w", format=form) as file:
        file.set_auto_maskandscale(False)
        yield file


def variable(file: Any, name: str, dtype: str, dimensions: tuple[str, ...], values: Any, **attributes: Any) -> Any:
    """A variable with its attributes; `_FillValue` and `chunksizes` go where the library wants them."""
    fill = attributes.pop("_FillValue", None)
    chunks = attributes.pop("chunksizes", None)
    options = {"chunksizes": chunks, "zlib": True} if chunks else {}
    one = file.createVariable(name, dtype, dimensions, fill_value=fill, **options)
    one.set_auto_maskandscale(False)
    one.setncatts(attributes)
    one[...] = values
    return one


def axes(file: Any, x: Any, y: Any, times: Any = None, units: str = "hours since 2020-01-01") -> None:
    """Longitude, latitude and time."""
    file.createDimension("lon", len(x))
    file.createDimension("lat", len(y))
    variable(file, "lon", "f8", ("lon",), x, units="degrees_east")
    variable(file, "lat", "f8", ("lat",), y, units="degrees_north")
    if times is not None:
        file.createDimension("time", len(times))
        variable(file, "time", "f8", ("time",), times, units=units)


def grid(path: Path, values: Any, x: Any, y: Any, times: Any = None, dtype: str = "f4", **attributes: Any) -> Path:
    """A grid with one quantity `h`."""
    with made(path) as file:
        axes(file, x, y, times)
        dimensions = ("lat", "lon") if times is None else ("time", "lat", "lon")
        variable(file, "h", dtype, dimensions, values, **attributes)
    return path


TRIANGLES = np.array([[0, 1, 4, -1], [1, 2, 5, 4], [3, 0, 4, -1]])
NODE_X = np.array([0.0, 1.0, 2.0, 0.0, 1.0, 2.0])
NODE_Y = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
AREA = 0.5 + 1.0 + 0.5


def mesh(
    path: Path,
    table: Any = TRIANGLES,
    start: int | None = 0,
    fill: Any = -1,
    dtype: str = "i4",
    *,
    transposed: bool = False,
    form: str = "NETCDF4",
    values: Any = None,
) -> Path:
    """Two triangles and a quadrangle on six nodes, area 2."""
    with made(path, form) as file:
        for name, size in (("node", 6), ("face", 3), ("wide", np.shape(table)[1]), ("time", 2)):
            file.createDimension(name, size)
        variable(file, "time", "f8", ("time",), [0.0, 3600.0], units="seconds since 2020-01-01")
        about = {"node_coordinates": "nx ny", "face_node_connectivity": "faces", "face_dimension": "face"}
        variable(file, "mesh", "i4", (), 0, cf_role="mesh_topology", topology_dimension=np.int32(2), **about)
        variable(file, "nx", "f8", ("node",), NODE_X, standard_name="projection_x_coordinate", units="m")
        variable(file, "ny", "f8", ("node",), NODE_Y, standard_name="projection_y_coordinate", units="m")
        said = {} if start is None else {"start_index": np.int32(start)}
        shape = ("wide", "face") if transposed else ("face", "wide")
        numbers = np.asarray(table).T if transposed else np.asarray(table)
        variable(file, "faces", dtype, shape, numbers, _FillValue=np.dtype(dtype).type(fill), **said)
        data = np.arange(6.0).reshape(2, 3) if values is None else values
        place = {"mesh": "mesh", "location": "face", "units": "m"}
        variable(file, "depth", "f4", ("time", "face"), data, _FillValue=np.float32(-999), **place)
    return path


def opened(path: Path) -> tuple[DataSource, LayerDescription]:
    """The source and its first layer."""
    source = netcdf.open(str(path))
    return source, source.describe().layers[0]


def codes(layer: LayerDescription) -> set[str]:
    """Codes of a layer's warnings."""
    return {one.code for one in layer.warnings}
