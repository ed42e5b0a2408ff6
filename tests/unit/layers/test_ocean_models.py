"""ADCIRC, FVCOM and SCHISM results, made after their published conventions: places, clock, dry nodes, layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import netCDF4
import numpy as np
import pytest

from layers.errors import DataError
from layers.sources.open import open_source
from layers.sources.source import SeriesRequest, TopologyRequest, ValuesRequest

if TYPE_CHECKING:
    from pathlib import Path

EAST, NORTH = [121.0, 121.2, 121.0, 121.2], [31.0, 31.0, 31.2, 31.2]
CORNERS = np.array([[1, 2, 3], [2, 4, 3]])


def written(
    path: Path, sizes: dict[str, int | None], given: dict[str, tuple[str, tuple[str, ...], Any, dict[str, Any]]]
):
    """Write variables as (type, dimensions, values, attributes)."""
    with netCDF4.Dataset(str(path), "w") as made:
        for name, size in sizes.items():
            made.createDimension(name, size)
        for name, (kind, dimensions, values, attributes) in given.items():
            fill = attributes.pop("_FillValue", None)
            variable = made.createVariable(name, kind, dimensions, fill_value=fill)
            variable[:] = values
            variable.setncatts(attributes)
    return path


def adcirc(path: Path) -> Path:
    """A fort.63.nc: elevations at nodes, -99999 where dry."""
    return written(
        path, {"time": None, "node": 4, "nele": 2, "nvertex": 3},
        {
            "time": ("f8", ("time",), [3600.0, 7200.0], {"units": "seconds since 2020-08-01 00:00:00"}),
            "x": ("f8", ("node",), EAST, {"units": "degrees_east", "standard_name": "longitude"}),
            "y": ("f8", ("node",), NORTH, {"units": "degrees_north", "standard_name": "latitude"}),
            "element": ("i4", ("nele", "nvertex"), CORNERS, {}),
            "depth": ("f8", ("node",), [5.0, 6.0, 7.0, -1.0], {"units": "m"}),
            "zeta": ("f8", ("time", "node"), [[0.1, 0.2, 0.3, -99999.0], [0.4, 0.5, 0.6, -99999.0]],
                     {"units": "m", "_FillValue": -99999.0}),
        },
    )  # fmt: skip


def fvcom(path: Path) -> Path:
    """A result whose projected coordinates are all 0, as a run in degrees writes them, with two layers."""
    return written(
        path, {"time": None, "node": 4, "nele": 2, "three": 3, "siglay": 2},
        {
            "time": ("f8", ("time",), [59062.0, 59062.5],
                     {"units": "days since 1858-11-17 00:00:00", "format": "modified julian day (MJD)"}),
            "x": ("f4", ("node",), np.zeros(4), {"units": "meters"}),
            "y": ("f4", ("node",), np.zeros(4), {"units": "meters"}),
            "lon": ("f4", ("node",), EAST, {"units": "degrees_east", "standard_name": "longitude"}),
            "lat": ("f4", ("node",), NORTH, {"units": "degrees_north", "standard_name": "latitude"}),
            "nv": ("i4", ("three", "nele"), CORNERS.T, {}),
            "h": ("f4", ("node",), [5, 6, 7, 8], {"units": "m"}),
            "zeta": ("f4", ("time", "node"), [[1, 2, 3, 4], [5, 6, 7, 8]], {"units": "meters"}),
            "u": ("f4", ("time", "siglay", "nele"), [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], {"units": "meters s-1"}),
            "v": ("f4", ("time", "siglay", "nele"), np.zeros((2, 2, 2)), {"units": "meters s-1"}),
        },
    )  # fmt: skip


def schism(path: Path) -> Path:
    """A result of the old kind, without a mesh variable; triangles padded with -1."""
    return written(
        path, {"time": None, "nSCHISM_hgrid_node": 4, "nSCHISM_hgrid_face": 2, "nMaxSCHISM_hgrid_face_nodes": 4},
        {
            "time": ("f8", ("time",), [0.0, 900.0], {"units": "seconds since 2019-07-01 00:00:00"}),
            "SCHISM_hgrid_face_nodes": ("i4", ("nSCHISM_hgrid_face", "nMaxSCHISM_hgrid_face_nodes"),
                                        np.column_stack((CORNERS, [-1, -1])), {}),
            "SCHISM_hgrid_node_x": ("f8", ("nSCHISM_hgrid_node",), [0, 100, 0, 100], {"units": "m"}),
            "SCHISM_hgrid_node_y": ("f8", ("nSCHISM_hgrid_node",), [0, 0, 100, 100], {"units": "m"}),
            "depth": ("f4", ("nSCHISM_hgrid_node",), [1, 2, 3, 4], {"units": "m"}),
            "elev": ("f4", ("time", "nSCHISM_hgrid_node"), [[1, 2, 3, 4], [5, 6, 7, 8]], {"units": "m"}),
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("make", "driver", "start", "quantity", "bounds"),
    [
        (adcirc, "ADCIRC", "2020-08-01T01:00:00Z", "zeta", [121.0, 31.0, 121.2, 31.2]),
        (fvcom, "FVCOM", "2020-08-01T00:00:00Z", "zeta", [121.0, 31.0, 121.2, 31.2]),
        (schism, "SCHISM", "2019-07-01T00:00:00Z", "elev", [0.0, 0.0, 100.0, 100.0]),
    ],
)
def test_a_result_opens_as_a_mesh_with_its_clock_and_quantities(
    tmp_path: Path, make: Any, driver: str, start: str, quantity: str, bounds: list[float]
):
    source = open_source(str(make(tmp_path / "run.nc")))
    described = source.describe()
    layer = described.layers[0]
    mesh: Any = source.read(TopologyRequest(layer.key))
    source.close()
    assert (described.driver, layer.kind, layer.crs) == (driver, "mesh", None)
    assert (layer.counts["nodes"], layer.counts["faces"]) == (4, 2)
    assert mesh.face_nodes.tolist() == [0, 1, 2, 1, 3, 2]
    assert mesh.face_offsets.tolist() == [0, 3, 6]
    assert layer.time is not None
    assert (len(layer.time), layer.time.to_info()["start"]) == (2, start)
    assert {(one.name, one.location) for one in layer.variables} >= {(quantity, "node")}
    assert layer.bounds is not None
    assert layer.bounds.to_list() == pytest.approx(bounds, rel=1e-6)


def test_dry_nodes_of_adcirc_have_no_value(tmp_path: Path):
    source = open_source(str(adcirc(tmp_path / "fort.63.nc")))
    found: Any = source.read(ValuesRequest("", "zeta", 1))
    series: Any = source.read(SeriesRequest("", "zeta", (1, 3)))
    source.close()
    assert found.values == pytest.approx([0.4, 0.5, 0.6, np.nan], nan_ok=True)
    assert series.values == pytest.approx(np.array([[0.2, np.nan], [0.5, np.nan]]), nan_ok=True)


def test_currents_of_fvcom_lie_on_faces_in_layers_and_make_a_vector(tmp_path: Path):
    source = open_source(str(fvcom(tmp_path / "run.nc")))
    layer = source.describe().layers[0]
    vector = next(one for one in layer.variables if one.vector)
    found: Any = source.read(ValuesRequest(layer.key, vector.name, 1, 1))
    source.close()
    assert (vector.components, vector.location, vector.levels) == (("u", "v"), "face", 2)
    assert found.values.tolist() == [[7.0, 0.0], [8.0, 0.0]]


def test_a_corner_that_does_not_exist_is_told_in_one_sentence(tmp_path: Path):
    path = adcirc(tmp_path / "fort.63.nc")
    with netCDF4.Dataset(str(path), "r+") as held:
        held["element"][0, 0] = 77
    source = open_source(str(path))
    with pytest.raises(DataError, match="77") as caught:
        source.read(TopologyRequest(""))
    source.close()
    assert "\n" not in str(caught.value)
