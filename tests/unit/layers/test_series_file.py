from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import DataError, HaitangError, TimeAxisBroken
from layers.extent import Extent
from layers.sources import series_file
from layers.sources.series_writer import write_series
from layers.sources.source import SeriesRequest, StatisticsRequest
from layers.times import EPOCH, TimeAxis
from tests.realdata import real_data
from tests.unit.layers.netcdf_files import codes

if TYPE_CHECKING:
    from pathlib import Path

    from layers.sources.source import DataSource, LayerDescription


def opened(path: Path, zone: int | None = None) -> tuple[DataSource, LayerDescription]:
    """The source and its layer."""
    source = series_file.open(str(path), zone)
    return source, source.describe().layers[0]


def table(folder: Path, text: str, encoding: str = "utf-8", name: str = "t.csv") -> Path:
    """A table on disk."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def series(source: DataSource, name: str, count: int = 1) -> np.ndarray:
    """All values of a quantity, (steps, stations)."""
    found: Any = source.read(SeriesRequest("", name, tuple(range(count))))
    return found.values


def sentences(layer: LayerDescription) -> list[str]:
    """Warnings as a person reads them."""
    return [HaitangError(one.what, **one.fields).what for one in layer.warnings]


def test_the_broken_gbk_table_gives_its_good_cells_and_names_every_other_by_row():
    source, layer = opened(real_data("broken/csv/water_level_gbk.csv"))
    assert layer.encoding == "GB18030"
    assert layer.counts == {"stations": 4}
    assert [one["name"] for one in layer.extra["stations"]] == ["黄浦公园", "吴淞口", "米市渡", "芦潮港"]
    assert [(one.name, one.units) for one in layer.variables] == [("水位", "m")]
    assert layer.time is not None
    assert layer.time.kind == "unzoned"
    assert [str(v)[:16] for v in layer.time.values] == ["2021-07-25T23:00", "2021-07-25T23:05", "2021-07-27T00:00"]
    nan = np.nan
    expected = [[4.12, nan, nan, nan], [nan, nan, nan, nan], [nan, nan, nan, 5.01]]
    assert np.array_equal(series(source, "水位", 4), expected, equal_nan=True)
    assert sentences(layer)[1:5] == [
        "Row 4: '2021/7/25 23:05' is written in another way than the other dates; it is read as 2021-07-25 23:05.",
        "Row 5: '2021-07-26 24:00' is read as the midnight that ends that day.",
        "Row 4: '3,98' in 水位 is no number; the value is left out.",
        "Row 3: 水位 has no value.",
    ]
    assert "zone_missing" in codes(layer)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_told_by_the_bytes(tmp_path: Path, encoding: str):
    _, layer = opened(table(tmp_path, "时间,水位[m]\n2021-07-25 23:00,4.1\n", encoding))
    assert [one.name for one in layer.variables] == ["水位"]
    assert layer.encoding == {"utf-8-sig": "UTF-8"}.get(encoding, encoding.upper())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str):
    text = "\n".join(delimiter.join(row) for row in (("time", "a [m]", "b"), ("2021-07-25T23:00Z", "1.5", "2")))
    source, layer = opened(table(tmp_path, text + "\n"))
    assert [(one.name, one.units) for one in layer.variables] == [("a", "m"), ("b", None)]
    assert series(source, "a").tolist() == [[1.5]]


def test_a_zone_in_the_cells_the_header_or_the_call_brings_times_to_utc(tmp_path: Path):
    cell = table(tmp_path, "time,v\n2021-07-25T23:00+08:00,1\n", name="a.csv")
    header = table(tmp_path, "时间(北京时间),v\n2021/7/25 23:00,1\n", name="b.csv")
    bare = table(tmp_path, "time,v\n2021-07-25 23:00,1\n", name="c.csv")
    for path, zone in ((cell, None), (header, None), (bare, 480)):
        _, layer = opened(path, zone)
        assert layer.time is not None
        assert layer.time.to_info()["start"] == "2021-07-25T15:00:00Z"
        assert "zone_missing" not in codes(layer)
    _, layer = opened(bare)
    assert layer.time is not None
    assert layer.time.to_info()["zone"] is None


def test_times_with_and_without_a_zone_in_one_table_are_refused(tmp_path: Path):
    with pytest.raises(TimeAxisBroken, match=r"row 2.*row 3"):
        opened(table(tmp_path, "time,v\n2021-01-01T00:00Z,1\n2021-01-01 01:00,2\n"))


def test_day_and_month_are_only_told_apart_by_the_whole_column(tmp_path: Path):
    source, layer = opened(table(tmp_path, "time,v\n05/07/2021 06:00,1\n25/07/2021 06:00,2\n"))
    assert layer.time is not None
    assert str(layer.time.values[0])[:10] == "2021-07-05"
    assert "date_order" in codes(layer)
    assert series(source, "v").tolist() == [[1.0], [2.0]]
    with pytest.raises(TimeAxisBroken, match="do not tell day and month apart"):
        opened(table(tmp_path, "time,v\n05/07/2021 06:00,1\n06/07/2021 06:00,2\n"))


def test_date_and_time_of_day_in_two_columns_are_joined(tmp_path: Path):
    source, layer = opened(table(tmp_path, "日期,时间,水位\n2021-07-25,23:00,4.1\n2021-07-25,24:00,4.2\n"))
    assert layer.time is not None
    assert [str(v)[:16] for v in layer.time.values] == ["2021-07-25T23:00", "2021-07-26T00:00"]
    assert series(source, "水位").tolist() == [[4.1], [4.2]]
    assert "hour_24" in codes(layer)


def test_long_tables_have_stations_with_positions_and_wide_ones_a_quantity_per_column(tmp_path: Path):
    long = "station,time,lon,lat,level [m NAP],q [m3/s]\nA,2021-01-01T00:00Z,4.1,52.0,1.0,10\n"
    long += "B,2021-01-01T00:00Z,4.2,52.1,2.0,20\nA,2021-01-01T01:00Z,4.1,52.0,3.0,\n"
    source, layer = opened(table(tmp_path, long))
    assert [(one.name, one.units) for one in layer.variables] == [("level", "m"), ("q", "m3/s")]
    assert layer.vdatum == "NAP"
    assert layer.bounds == Extent(4.1, 52.0, 4.2, 52.1)
    assert layer.extra["stations"][1] == {"name": "B", "x": 4.2, "y": 52.1}
    assert layer.extra["geographic"] is True
    assert np.array_equal(series(source, "level", 2), [[1, 2], [3, np.nan]], equal_nan=True)
    source, layer = opened(table(tmp_path, "time,A [m],B [m]\n2021-01-01T00:00Z,1,2\n"))
    assert [one.name for one in layer.variables] == ["A", "B"]


def test_text_unnamed_and_empty_columns_are_left_out_and_named(tmp_path: Path):
    _, layer = opened(
        table(tmp_path, ",dates,NA1,satname,none\n0,2021-01-01T00:00Z,1.5,L5,\n1,2021-01-02T00:00Z,2,L5,\n")
    )
    assert [one.name for one in layer.variables] == ["NA1"]
    assert "Columns without a name or without numbers are left out: (1), satname, none." in sentences(layer)


def test_a_decimal_comma_is_read_where_it_parts_no_cells_and_all_numbers_have_it(tmp_path: Path):
    source, layer = opened(table(tmp_path, "time;v\n2021-01-01T00:00Z;1,5\n2021-01-01T01:00Z;2\n"))
    assert series(source, "v").tolist() == [[1.5], [2.0]]
    assert "decimal_comma" in codes(layer)
    source, layer = opened(table(tmp_path, "time;v\n2021-01-01T00:00Z;1,5\n2021-01-01T01:00Z;2.5\n"))
    assert np.array_equal(series(source, "v"), [[np.nan], [2.5]], equal_nan=True)
    assert "bad_cell" in codes(layer)


def test_repeated_times_rows_that_are_too_long_and_bad_times_are_named(tmp_path: Path):
    text = "time,v\n2021-01-01T02:00Z,3\n2021-01-01T00:00Z,1\n2021-01-01T00:00Z,2\nlater,5\n2021-01-01T03:00Z,1,5\n"
    source, layer = opened(table(tmp_path, text))
    assert series(source, "v").tolist() == [[1.0], [3.0]]
    assert set(sentences(layer)) == {
        "Row 6 has more cells than the header; it is left out.",
        "Row 5: 'later' is no date and time; the row is left out.",
        "Row 4 repeats a time of the same station; it is left out.",
    }


def test_many_faults_of_one_kind_are_counted_not_listed(tmp_path: Path):
    rows = "".join(
        f"2021-01-{day:02d}T{hour:02d}:00Z,{'x' if hour < 10 else 1}\n" for day in (1, 2, 3) for hour in range(24)
    )
    _, layer = opened(table(tmp_path, "time,v\n" + rows))
    assert sum(one.code == "bad_cell" for one in layer.warnings) == 20
    assert "There are 10 more cells of this kind." in sentences(layer)


def test_a_table_without_a_header_is_read(tmp_path: Path):
    source, layer = opened(table(tmp_path, "# gauge\n201801010000   2.5000\n201801010010   2.4600\n", name="t.txt"))
    assert [one.name for one in layer.variables] == ["value_1"]
    assert series(source, "value_1").tolist() == [[2.5], [2.46]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x,y,z\n1,2,3\n", "points without times"),
        ("经度,纬度\n121.5,31.2\n", "points without times"),
        ("depth,damage\n0,0\n1,0.5\n", "No column of this table holds dates and times"),
        ("time,name\n2021-01-01T00:00Z,a\n", "no column of numbers"),
        ("time,v\n", "no row of values"),
    ],
)
def test_tables_that_are_no_series_are_refused_in_words(tmp_path: Path, text: str, words: str):
    with pytest.raises(DataError, match=words):
        opened(table(tmp_path, text))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"time,v\n\xff\xff\xff\x81\n")
    with pytest.raises(DataError, match="neither UTF-8 nor GB18030"):
        opened(path)
    assert not series_file.sniff(str(path), b"\x00\x01")


def test_two_datums_in_one_table_are_a_contradiction(tmp_path: Path):
    _, layer = opened(table(tmp_path, "time,a [m CN1985],b [m WUSONG_SH]\n2021-01-01T00:00Z,1,2\n"))
    assert layer.vdatum is None
    assert "datum_contradiction" in codes(layer)


def test_columns_of_different_length_of_times_read_alike_fast_and_slow(tmp_path: Path):
    text = "time,v\n" + "".join(f"2021-01-{d:02d} 00:00:00+08:00,{d}\n" for d in range(1, 29))
    fast, layer = opened(table(tmp_path, text))
    slow, other = opened(table(tmp_path, text.replace("2021-01-05 00:00:00", "2021-01-05 00:00")))
    assert layer.time == other.time
    assert np.array_equal(series(fast, "v"), series(slow, "v"))


@pytest.mark.parametrize("kind", ["utc", "unzoned", "elapsed"])
def test_what_is_written_reads_back(tmp_path: Path, kind: Any):
    times = TimeAxis(EPOCH + np.array([0, 600, 1201], "timedelta64[s]"), kind)
    level = np.array([[0.1, np.nan], [np.float32(0.3), 1e-9], [-5, 123456.789]])
    path = tmp_path / "out.csv"
    write_series(
        path, times, {"水位": level}, {"水位": "m"}, stations=["甲", "乙"], positions=np.eye(2), vdatum="CN1985"
    )
    source, layer = opened(path)
    assert layer.time == times
    assert layer.vdatum == "CN1985"
    assert [one["name"] for one in layer.extra["stations"]] == ["甲", "乙"]
    assert np.array_equal(series(source, "水位", 2), level, equal_nan=True)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    wide = tmp_path / "wide.csv"
    write_series(wide, times, {"a": level[:, 1].astype("f4")}, {"a": "m3/s"})
    source, layer = opened(wide)
    assert [(one.name, one.units) for one in layer.variables] == [("a", "m3/s")]
    assert np.array_equal(series(source, "a")[:, 0].astype("f4"), level[:, 1].astype("f4"), equal_nan=True)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_values_that_do_not_fit_are_not_written(tmp_path: Path):
    times = TimeAxis(EPOCH + np.array([0, 1], "timedelta64[s]"))
    with pytest.raises(DataError, match="shape"):
        write_series(tmp_path / "out.csv", times, {"a": np.zeros(3)})
    with pytest.raises(DataError, match="cannot be written"):
        write_series(tmp_path / "none" / "out.csv", times, {"a": np.zeros(2)})
    assert list(tmp_path.iterdir()) == []


def test_real_tide_and_shoreline_tables_agree_with_numpy():
    path = real_data("marine/coastsat_narrabeen/NARRA_tides.csv")
    source, layer = opened(path)
    expected = np.genfromtxt(path, delimiter=",", skip_header=1, usecols=1)
    assert np.array_equal(series(source, "tide")[:, 0], expected)
    assert layer.time is not None
    assert layer.time.to_info() == {
        "steps": 35137,
        "start": "2024-01-01T00:00:00Z",
        "end": "2025-01-01T00:00:00Z",
        "calendar": "standard",
        "zone": "UTC",
    }
    statistics: Any = source.read(StatisticsRequest("", "tide"))
    assert statistics.maximum == expected.max()
    path = real_data("marine/coastsat_narrabeen/NARRA_time_series_tidally_corrected.csv")
    source, layer = opened(path)
    assert [one.name for one in layer.variables] == ["NA1", "NA2", "NA3", "NA4", "NA5"]
    expected = np.genfromtxt(path, delimiter=",", skip_header=1, usecols=6)
    assert np.array_equal(series(source, "NA5")[:, 0], expected, equal_nan=True)


PIECES = [
    "time",
    "站名",
    ",",
    ";",
    "\n",
    '"',
    "2021-07-25 23:00",
    "2021/7/25 24:00",
    "Z",
    "4.12",
    "3,98",
    "[m]",
    "nan",
    "#",
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40), st.sampled_from(["utf-8", "gb18030"]))
def test_any_text_is_a_series_or_a_sentence(tmp_path: Path, pieces: list[str], encoding: str):
    path = tmp_path / "t.csv"
    path.write_bytes("".join(pieces).encode(encoding, "replace"))
    assert outcome(path) != []


def outcome(path: Path) -> list[str]:
    """Names of the variables, or the sentence of the refusal."""
    try:
        _, layer = opened(path)
    except DataError as fault:
        return [str(fault)]
    assert all(sentences(layer))
    return [one.name for one in layer.variables]
