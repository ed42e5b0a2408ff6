from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.extent import Extent
from layers.sources.source import SeriesBlock, SeriesRequest, Statistics, StatisticsRequest
from tests.unit.layers.netcdf_files import codes, made, opened, variable

if TYPE_CHECKING:
    from pathlib import Path


def stations(path: Path, **extra: object) -> Path:
    """Two stations with names in Chinese, positions and three moments."""
    with made(path) as file:
        for name, size in (("time", 3), ("station", 2), ("length", 12)):
            file.createDimension(name, size)
        variable(file, "time", "i4", ("time",), [0, 1, 2], units="hours since 2020-01-01")
        names = np.array(["吴淞口".encode(), "芦潮港".encode()], "S12").view("S1").reshape(2, 12)
        variable(file, "station_name", "S1", ("station", "length"), names, cf_role="timeseries_id")
        variable(file, "lon", "f8", ("station",), [121.5, 121.9], units="degrees_east")
        variable(file, "lat", "f8", ("station",), [31.4, 30.8], units="degrees_north")
        values = np.array([[1.0, 2.0], [3.0, -999.0], [5.0, 6.0]])
        about = {"units": "m", "coordinates": "lon lat station_name", **extra}
        variable(file, "level", "f4", ("time", "station"), values, _FillValue=np.float32(-999), **about)
    return path


def test_stations_have_names_positions_and_series(tmp_path: Path):
    source, layer = opened(stations(tmp_path / "s.nc", VDATUM="WUSONG_SH"))
    assert layer.kind == "series"
    assert layer.counts == {"stations": 2}
    assert layer.extra["stations"][0] == {"name": "吴淞口", "x": 121.5, "y": 31.4}
    assert layer.extra["geographic"] is True
    assert layer.bounds == Extent(121.5, 30.8, 121.9, 31.4)
    assert layer.vdatum == "WUSONG_SH"
    block = source.read(SeriesRequest(layer.key, "level", (1, 0)))
    assert isinstance(block, SeriesBlock)
    assert np.array_equal(block.values, [[2, 1], [np.nan, 3], [6, 5]], equal_nan=True)
    found = source.read(StatisticsRequest(layer.key, "level"))
    assert isinstance(found, Statistics)
    assert (found.minimum, found.maximum) == (1.0, 6.0)


def test_names_in_gb18030_are_read(tmp_path: Path):
    with made(tmp_path / "s.nc") as file:
        for name, size in (("time", 1), ("station", 1), ("length", 8)):
            file.createDimension(name, size)
        variable(file, "time", "i4", ("time",), [0], units="hours since 2020-01-01")
        names = np.array(["米市渡".encode("gb18030")], "S8").view("S1").reshape(1, 8)
        variable(file, "station_name", "S1", ("station", "length"), names)
        variable(file, "level", "f4", ("time", "station"), [[1.0]])
    assert opened(tmp_path / "s.nc")[1].extra["stations"][0]["name"] == "米市渡"


def test_values_flagged_bad_are_left_out_and_the_flags_stay_visible(tmp_path: Path):
    with made(tmp_path / "s.nc") as file:
        file.createDimension("time", 4)
        variable(file, "time", "i4", ("time",), range(4), units="hours since 2020-01-01")
        about = {"flag_values": np.array([1, 4, 9], "i1"), "flag_meanings": "good_data bad_data missing_value"}
        variable(file, "level_qc", "i1", ("time",), [1, 4, 1, 9], **about)
        variable(file, "level", "f4", ("time",), [1.0, 99.0, 2.0, 7.0], units="m", ancillary_variables="level_qc")
    source, layer = opened(tmp_path / "s.nc")
    assert [one.name for one in layer.variables] == ["level", "level_qc"]
    assert "flags_applied" in codes(layer)
    block = source.read(SeriesRequest(layer.key, "level", (0,)))
    assert isinstance(block, SeriesBlock)
    assert np.array_equal(block.values[:, 0], [1, np.nan, 2, np.nan], equal_nan=True)


def test_a_file_without_positions_says_that_it_goes_to_charts_only(tmp_path: Path):
    with made(tmp_path / "gauge_7.nc") as file:
        file.createDimension("time", 2)
        variable(file, "time", "i4", ("time",), [0, 1], units="hours since 2020-01-01")
        variable(file, "level", "f4", ("time",), [1.0, 2.0], units="m")
    _, layer = opened(tmp_path / "gauge_7.nc")
    assert layer.bounds is None
    assert layer.extra["stations"] == [{"name": "gauge_7", "x": None, "y": None}]
    assert codes(layer) == {"position_missing"}


def test_a_single_cell_in_time_is_a_station_where_that_cell_is(tmp_path: Path):
    with made(tmp_path / "s.nc") as file:
        for name, size in (("time", 2), ("lat", 1), ("lon", 1)):
            file.createDimension(name, size)
        variable(file, "time", "i4", ("time",), [0, 1], units="hours since 2020-01-01")
        variable(file, "lon", "f8", ("lon",), [121.5], units="degrees_east")
        variable(file, "lat", "f8", ("lat",), [31.4], units="degrees_north")
        variable(file, "level", "f4", ("time", "lat", "lon"), [[[1.0]], [[2.0]]])
    source, layer = opened(tmp_path / "s.nc")
    assert layer.kind == "series"
    assert layer.extra["stations"][0]["x"] == 121.5
    block = source.read(SeriesRequest(layer.key, "level", (0,)))
    assert isinstance(block, SeriesBlock)
    assert block.values.tolist() == [[1.0], [2.0]]


def test_depths_of_a_mooring_are_levels_and_the_first_with_data_is_shown_first(tmp_path: Path):
    with made(tmp_path / "s.nc") as file:
        for name, size in (("TIME", 2), ("DEPTH", 3)):
            file.createDimension(name, size)
        variable(file, "TIME", "f8", ("TIME",), [0.0, 0.5], units="days since 1950-01-01T00:00:00Z")
        variable(file, "DEPH", "f4", ("TIME", "DEPTH"), [[0, 3, 6]] * 2, axis="Z", units="m", positive="down")
        values = np.array([[-1, 5, 6], [-1, 7, 8]], "f4")
        variable(file, "TEMP", "f4", ("TIME", "DEPTH"), values, _FillValue=np.float32(-1), coordinates="DEPH")
    source, layer = opened(tmp_path / "s.nc")
    assert layer.counts == {"stations": 1}
    assert layer.variable("TEMP").levels == 3  # pyright: ignore[reportOptionalMemberAccess]
    assert layer.extra["default_level"] == {"TEMP": 1}
    assert layer.extra["levels"]["TEMP"][0]["values"] == [0.0, 3.0, 6.0]
    block = source.read(SeriesRequest(layer.key, "TEMP", (0,), level=2))
    assert isinstance(block, SeriesBlock)
    assert block.values[:, 0].tolist() == [6.0, 8.0]
