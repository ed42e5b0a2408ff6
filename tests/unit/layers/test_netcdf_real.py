"""Real files, held against the NetCDF library and h5py read directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import netCDF4
import numpy as np
import pytest

from layers.errors import DataError, SourceUnavailable
from layers.extent import Extent
from layers.sources import netcdf
from layers.sources.connectivity import Faces, signed_areas
from layers.sources.source import (
    RasterRequest,
    SeriesRequest,
    StatisticsRequest,
    TopologyRequest,
    ValuesRequest,
)
from tests.realdata import real_data
from tests.unit.layers.netcdf_files import codes, opened

if TYPE_CHECKING:
    from layers.sources.source import DataSource, LayerDescription

pytestmark = pytest.mark.real_data


def plain(path: str, name: str) -> np.ndarray:
    """A variable as the library itself unpacks it; NaN = masked."""
    with netCDF4.Dataset(str(real_data(path))) as file:
        return np.ma.filled(np.ma.asarray(file[name][:]).astype("f8"), np.nan)


def values(source: DataSource, layer: str, name: str, step: int) -> np.ndarray:
    """One step of a mesh variable."""
    found: Any = source.read(ValuesRequest(layer, name, step))
    assert found.values.dtype == np.float32
    return found.values


def cells(source: DataSource, layer: str, name: str, **asked: Any) -> Any:
    """Cells of a raster."""
    return source.read(RasterRequest(layer, (name,), **asked))


def face_areas(topology: Any) -> np.ndarray:
    """Signed areas."""
    return signed_areas(topology.node_x, topology.node_y, Faces(topology.face_offsets, topology.face_nodes))


def test_dflowfm_map_is_a_mesh_with_hexagons_edges_steps_and_a_system():
    path = "mesh/dflowfm/simplebox_hex7_map.nc"
    source, layer = opened(real_data(path))
    assert layer.kind == "mesh"
    assert layer.crs == "EPSG:28992"
    assert layer.counts == {"nodes": 720, "faces": 810, "edges": 1529}
    assert layer.bounds == Extent(0.0, 0.0, 1590.0, 1760.0)
    assert layer.time is not None
    assert layer.time.to_info() == {
        "steps": 13,
        "start": "2001-05-05T00:00:05Z",
        "end": "2001-05-05T00:02:00Z",
        "calendar": "standard",
        "zone": "UTC",
    }
    found = {one.name: one for one in layer.variables}
    assert (found["mesh2d_czs"].units, found["mesh2d_czs"].location) == ("m0.5s-1", "face")
    assert (found["mesh2d_q1"].units, found["mesh2d_q1"].location) == ("m3 s-1", "edge")
    assert found["sea_water_velocity"].components == ("mesh2d_ucx", "mesh2d_ucy")
    topology: Any = source.read(TopologyRequest("mesh2d"))
    assert set(np.diff(topology.face_offsets)) == {3, 4, 5, 6}
    expected = plain(path, "mesh2d_flowelem_ba")
    assert np.allclose(face_areas(topology), expected, rtol=0.02)
    for step in (0, 12):
        assert np.array_equal(
            values(source, "mesh2d", "mesh2d_czs", step), plain(path, "mesh2d_czs")[step].astype("f4")
        )
    statistics: Any = source.read(StatisticsRequest("mesh2d", "mesh2d_q1"))
    assert (round(statistics.minimum, 3), round(statistics.maximum, 3)) == (-884.241, 993.201)
    speed: Any = source.read(SeriesRequest("mesh2d", "sea_water_velocity", (17,)))
    both = np.hypot(plain(path, "mesh2d_ucx")[:, 17], plain(path, "mesh2d_ucy")[:, 17])
    assert np.allclose(speed.values[:, 0], both)
    assert source.describe().extra["left_out"] == ["timestep"]


def test_adh_result_agrees_with_h5py_at_every_step():
    path = real_data("mesh/adh_sandiego/ADH_SanDiego.nc")
    source, layer = opened(path)
    assert layer.counts == {"nodes": 9140, "faces": 16869}
    assert (layer.crs, layer.time.to_info()["end"] if layer.time else None) == (None, "2000-01-02T00:00:00Z")
    with h5py.File(path) as file:
        depth = np.asarray(file["depth"])
        table = np.asarray(file["face_node_connectivity"])
    for step in range(49):
        assert np.array_equal(values(source, "mesh2d", "depth", step), depth[step].astype("f4"), equal_nan=True)
    series: Any = source.read(SeriesRequest("mesh2d", "depth", (9139, 0, 77), start=10, stop=20))
    assert np.array_equal(series.values, depth[10:20][:, [9139, 0, 77]])
    topology: Any = source.read(TopologyRequest("mesh2d"))
    assert np.array_equal(np.sort(topology.face_nodes.reshape(-1, 3), axis=1), np.sort(table, axis=1))
    assert (face_areas(topology) > 0).all()


def test_dutch_elevation_says_metres_and_nap():
    source, layer = opened(real_data("terrain/elevation_nl.nc"))
    assert layer.counts == {"nodes": 2790, "faces": 5248}
    assert (layer.variables[0].units, layer.vdatum, layer.time) == ("m", "NAP", None)
    expected = plain("terrain/elevation_nl.nc", "elevation")
    assert np.array_equal(values(source, "mesh2d", "elevation", 0), expected.astype("f4"), equal_nan=True)


def test_gebco_has_edges_on_round_degrees_and_its_own_heights():
    path = "terrain/gebco_oresund.nc"
    source, layer = opened(real_data(path))
    assert layer.bounds == Extent(12.2, 55.2, 13.1, 56.3)
    assert layer.counts == {"width": 216, "height": 264, "bands": 1}
    assert layer.crs is None
    assert layer.extra["geographic"] is True
    block = cells(source, layer.key, "elevation")
    assert np.array_equal(block.values[0], plain(path, "elevation")[::-1])
    statistics: Any = source.read(StatisticsRequest(layer.key, "elevation"))
    assert (statistics.minimum, statistics.maximum) == (-43.0, 185.0)


def test_global_currents_have_a_vector_and_half_hours():
    path = "series/currents/cmems_global_phy_001_024.nc"
    source, layer = opened(real_data(path))
    assert layer.counts == {"width": 241, "height": 181, "bands": 2}
    assert layer.time is not None
    assert [str(v)[:16] for v in layer.time.values[:2]] == ["2020-01-07T00:30", "2020-01-07T01:30"]
    block: Any = source.read(RasterRequest(layer.key, ("sea_water_velocity",), step=2))
    for band, name in enumerate(("uo", "vo")):
        expected = plain(path, name)[2, 0, ::-1].astype("f4")
        assert np.array_equal(block.values[band], expected, equal_nan=True)
    assert np.isnan(block.values).any()
    series: Any = source.read(SeriesRequest(layer.key, "uo", (100 * 241 + 120,)))
    assert np.array_equal(series.values[:, 0], plain(path, "uo")[:, 0, 80, 120])


def test_baltic_model_has_29_levels_with_depths():
    path = "series/currents/cmems_mod_bal_phy_anfc_P1D.nc"
    source, layer = opened(real_data(path))
    assert layer.variables[0].levels == 29
    assert len(layer.extra["levels"]["thetao"][0]["values"]) == 29
    block: Any = source.read(RasterRequest(layer.key, ("thetao",), step=1, level=5))
    expected = plain(path, "thetao")[1, 5, ::-1].astype("f4")
    assert np.array_equal(block.values[0], expected, equal_nan=True)


def test_gfs_wind_counts_days_since_year_one_and_takes_units_from_its_titles():
    path = "series/wind/gfs_wind.nc"
    source, layer = opened(real_data(path))
    assert layer.time is not None
    assert layer.time.to_info()["start"] == "2021-09-02T12:00:00Z"
    assert layer.bounds == Extent(9.875, 29.875, 15.125, 40.125)
    found = {one.name: one.units for one in layer.variables}
    assert found == {"msletmsl": "pa", "ugrd10m": "m/s", "vgrd10m": "m/s", "ugrd10m_vgrd10m": "m/s"}
    block = cells(source, layer.key, "msletmsl", step=2)
    assert np.array_equal(block.values[0], plain(path, "msletmsl")[2, ::-1].astype("f4"))


def test_discharge_has_two_stations_and_thirty_years():
    source, layer = opened(real_data("series/discharge/discharge.nc"))
    assert (layer.kind, layer.counts) == ("series", {"stations": 2})
    assert layer.time is not None
    assert (len(layer.time), layer.time.to_info()["start"]) == (10958, "1992-01-01T00:00:00Z")
    series: Any = source.read(SeriesRequest(layer.key, "discharge", (0, 1)))
    assert np.array_equal(series.values, plain("series/discharge/discharge.nc", "discharge"), equal_nan=True)


def test_fino1_has_one_station_seven_depths_and_its_bad_value_is_left_out():
    path = "series/buoy/NO_TS_MO_FINO1_202209.nc"
    source, layer = opened(real_data(path))
    assert layer.extra["stations"] == [{"name": "FINO1", "x": pytest.approx(6.583333), "y": 54.0}]
    assert layer.time is not None
    assert (len(layer.time), layer.time.to_info()["end"]) == (2879, "2022-09-30T23:32:00Z")
    assert layer.variables[0].name == "TEMP"
    assert layer.extra["levels"]["TEMP"][0]["values"] == [0.0, 0.5, 3.0, 6.0, 10.0, 15.0, 25.0]
    level = layer.extra["default_level"]["VHM0"]
    series: Any = source.read(SeriesRequest(layer.key, "VHM0", (0,), level=level))
    raw, flags = plain(path, "VHM0")[:, level], plain(path, "VHM0_QC")[:, level]
    assert np.array_equal(series.values[:, 0], np.where(np.isin(flags, (3, 4, 9)), np.nan, raw), equal_nan=True)
    assert np.isfinite(raw[flags == 4]).sum() == 1
    statistics: Any = source.read(StatisticsRequest(layer.key, "TEMP"))
    assert (round(statistics.minimum, 2), round(statistics.maximum, 2)) == (16.8, 20.45)


def test_klagshamn_gauge_stands_in_utm_33():
    path = "series/gauges_oresund/smhi_2095_klagshamn.nc"
    source, layer = opened(real_data(path))
    assert (layer.crs, layer.counts, len(layer.time or ())) == ("EPSG:32633", {"stations": 1}, 50328)
    assert layer.extra["stations"][0]["x"] == pytest.approx(366844.15)
    series: Any = source.read(SeriesRequest(layer.key, "Water Level", (0,)))
    assert np.array_equal(series.values[:, 0], plain(path, "Water Level"), equal_nan=True)


def test_sfincs_map_is_a_turned_grid_of_quadrangles_150_m_wide():
    path = "mesh/sfincs/sfincs_map.nc"
    source, layer = opened(real_data(path))
    assert (layer.kind, layer.crs) == ("mesh", "EPSG:32633")
    assert layer.counts["faces"] == 36 * 84
    topology: Any = source.read(TopologyRequest(layer.key))
    assert np.allclose(face_areas(topology), 150.0**2, rtol=5e-3)
    centre = topology.node_x[topology.face_nodes].reshape(-1, 4).mean(axis=1)
    assert np.allclose(centre, plain(path, "x").ravel(), atol=0.2)
    assert np.array_equal(values(source, layer.key, "zs", 2), plain(path, "zs")[2].ravel().astype("f4"), equal_nan=True)


def test_sfincs_stations_and_rain_open_too():
    _, layer = opened(real_data("mesh/sfincs/sfincs_his.nc"))
    assert [one["name"] for one in layer.extra["stations"]] == ["obs1", "obs2", "obs3"]
    assert [one.name for one in layer.variables] == ["point_zs", "point_zb"]
    _, rain = opened(real_data("mesh/sfincs/precip_2d.nc"))
    assert (rain.kind, rain.crs, rain.counts["width"], len(rain.time or ())) == ("raster", "EPSG:32633", 3, 49)
    assert rain.resolution == pytest.approx((24001.9628, 24001.9628))


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("mesh/sfincs/sfincs_subgrid.nc", "SFINCS"),
    ],
)
def test_other_models_are_refused_by_name(path: str, model: str):
    with pytest.raises(DataError, match=model):
        netcdf.open(str(real_data(path)))


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("broken/truncated/truncated_netcdf4.nc", "the last 260792 are missing"),
        ("broken/truncated/truncated_netcdf3_cairns.sww", "the last 246940 are missing"),
    ],
)
def test_cut_files_say_how_much_is_missing(path: str, missing: str):
    with pytest.raises(SourceUnavailable, match=missing):
        netcdf.open(str(real_data(path)))


def test_every_refusal_and_warning_of_the_collection_has_a_place_and_a_remedy():
    opened_files = 0
    for path in sorted(real_data("mesh").parent.rglob("*.nc")):
        found = outcome(str(path))
        if isinstance(found, DataError):
            assert found.what
            assert found.where == str(path)
            assert found.remedy
        else:
            opened_files += 1
            assert all("" not in codes(layer) for layer in found)
    assert opened_files >= 12


def outcome(path: str) -> DataError | tuple[LayerDescription, ...]:
    """What opening a file gives: its layers, or the refusal."""
    try:
        return netcdf.open(path).describe().layers
    except DataError as fault:
        return fault
