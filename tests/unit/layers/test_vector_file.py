from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from layers.errors import DataError, SourceUnavailable
from layers.extent import Extent
from layers.geometry import EMPTY, POINT, POLYGON
from layers.sources.open import open_source
from layers.sources.source import FeatureRequest, RasterRequest, StatisticsRequest
from tests.unit.layers.raster_files import state
from tests.unit.layers.vector_files import NAMES, SQUARES, vector

if TYPE_CHECKING:
    from pathlib import Path

    from layers.sources.source import Description, FeatureBlock

SUFFIXES = (".gpkg", ".fgb", ".geojson", ".shp")
BOX = Extent(600_000, 3_400_000, 600_090, 3_400_010)


def described(path: Path) -> Description:
    source = open_source(str(path))
    try:
        return source.describe()
    finally:
        source.close()


def features(path: Path, **request: Any) -> FeatureBlock:
    source = open_source(str(path))
    try:
        key = request.pop("layer", source.describe().layers[0].key)
        return source.read(FeatureRequest(key, **request))
    finally:
        source.close()


def codes(path: Path) -> list[str]:
    found = described(path)
    return [note.code for note in (*found.warnings, *(n for layer in found.layers for n in layer.warnings))]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_layer_says_what_the_file_holds(tmp_path: Path, suffix: str):
    path = vector(tmp_path / f"地块{suffix}")
    (layer,) = described(path).layers
    assert (layer.kind, layer.crs, layer.bounds, layer.counts) == ("vector", "EPSG:4549", BOX, {"features": 5})
    assert [(c.name, c.type) for c in layer.columns] == [("name", "text"), ("value", "float")]
    assert (layer.key, layer.title, layer.geometry) == ("地块", "地块", "Polygon")
    assert layer.encoding == "UTF-8"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_features_come_in_columns_with_gaps(tmp_path: Path, suffix: str):
    block = features(vector(tmp_path / f"a{suffix}"))
    order = np.argsort(block.columns["value"])
    assert [block.columns["name"][i] for i in order] == NAMES
    assert np.sort(block.columns["value"]).tolist() == [0, 1, 2, 3, 4]
    assert block.geometry is not None
    assert block.geometry.types.tolist() == [POLYGON] * 5
    assert len(block.geometry.xy) == 25


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_box_a_limit_numbers_and_columns_choose(tmp_path: Path, suffix: str):
    path = vector(tmp_path / f"a{suffix}")
    whole = features(path)
    value = dict(zip(whole.ids.tolist(), whole.columns["value"].tolist(), strict=True))
    near = features(path, box=Extent(600_015, 3_400_000, 600_045, 3_400_005))
    assert sorted(near.columns["value"].tolist()) == [1.0, 2.0]
    chosen = features(path, ids=tuple(whole.ids[[3, 1]].tolist()), columns=("value",))
    found = dict(zip(chosen.ids.tolist(), chosen.columns["value"].tolist(), strict=True))
    assert found == {i: value[i] for i in whole.ids[[1, 3]].tolist()}
    assert len(features(path, limit=2).ids) == 2
    bare = features(path, columns=(), geometry=False)
    assert (bare.columns, bare.geometry, len(bare.ids)) == ({}, None, 5)
    assert len(features(path, ids=()).ids) == 0
    assert len(features(path, ids=tuple(range(5000)), limit=3).ids) == 3


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("columns", [None, (), ("value",)])
def test_a_box_between_the_features_and_a_limit_of_0_give_none(
    tmp_path: Path, suffix: str, columns: tuple[str, ...] | None
):
    path = vector(tmp_path / f"a{suffix}")
    gap = features(path, box=Extent(600_012, 3_400_000, 600_018, 3_400_010), columns=columns)
    assert (len(gap.ids), len(gap.geometry)) == (0, 0)
    assert all(len(column) == 0 for column in gap.columns.values())
    assert len(features(path, limit=0, columns=columns).ids) == 0


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_reading_leaves_the_folder_as_it_was(tmp_path: Path, suffix: str):
    path = vector(tmp_path / f"a{suffix}")
    before = state(tmp_path)
    source = open_source(str(path))
    layer = source.describe().layers[0]
    source.read(FeatureRequest(layer.key, box=BOX))
    source.read(StatisticsRequest(layer.key, "value"))
    source.close()
    assert state(tmp_path) == before


@pytest.mark.parametrize("name", ["a!b.gpkg", "a;b.shp", "a#b?c.geojson", "文件.zip!x.gpkg", "a b%20.fgb"])
def test_a_name_with_signs_that_gdal_reads_as_a_path_is_opened(tmp_path: Path, name: str):
    path = tmp_path / name
    vector(tmp_path / f"plain{path.suffix}")
    for part in tmp_path.glob("plain.*"):
        part.rename(path.with_suffix(part.suffix))
    assert described(path).layers[0].counts == {"features": 5}
    assert len(features(path, limit=2).ids) == 2


def test_every_type_of_column_is_told_and_read(tmp_path: Path):
    columns = {
        "n": np.array([1, 2, 3, 4, 2**53 + 1]),
        "yes": np.array([True, False, True, True, False]),
        "day": np.array(["2024-01-01"] * 4 + ["NaT"], "datetime64[D]"),
        "at": np.array(["2024-01-01T08:00:00"] * 4 + ["NaT"], "datetime64[ms]"),
    }
    path = vector(tmp_path / "a.gpkg", columns=columns, gdal_tz_offsets={"at": np.full(5, 100)})
    assert [(c.name, c.type) for c in described(path).layers[0].columns] == [
        ("n", "int"), ("yes", "bool"), ("day", "date"), ("at", "time")]  # fmt: skip
    block = features(path)
    assert block.columns["n"].tolist()[-1] == 2**53 + 1
    assert block.columns["yes"].tolist() == [True, False, True, True, False]
    assert block.columns["day"].dtype == np.dtype("datetime64[D]")
    assert np.isnat(block.columns["day"]).tolist() == [False] * 4 + [True]
    assert block.columns["at"][0] == np.datetime64("2024-01-01T08:00:00", "ns")


def test_integers_with_gaps_keep_their_values(tmp_path: Path):
    mask = np.array([False, True, False, False, False])
    path = vector(tmp_path / "a.gpkg", columns={"n": np.arange(5)}, field_mask=[mask])
    assert np.array_equal(features(path).columns["n"], [0, np.nan, 2, 3, 4], equal_nan=True)
    big = vector(tmp_path / "b.gpkg", columns={"n": np.arange(5) + 2**60}, field_mask=[mask])
    assert features(big).columns["n"] == [2**60, None, 2**60 + 2, 2**60 + 3, 2**60 + 4]


def test_layers_of_a_container_are_told_apart_and_tables_without_geometry_are_listed(tmp_path: Path):
    path = vector(tmp_path / "a.gpkg", layer="河道")
    vector(path, [shapely.Point(0, 0)] * 5, layer="stations", crs="EPSG:4490", append=True)
    vector(path, False, {"code": np.array(["x"] * 5, object)}, layer="codes", append=True)
    found = described(path)
    assert [(layer.key, layer.geometry, layer.crs) for layer in found.layers] == [
        ("河道", "Polygon", "EPSG:4549"), ("stations", "Point", "EPSG:4490"), ("codes", None, None)]  # fmt: skip
    table = features(path, layer="codes")
    assert (table.geometry, table.columns["code"]) == (None, ["x"] * 5)
    assert features(path, layer="stations").geometry.types.tolist() == [POINT] * 5
    with pytest.raises(DataError, match="no layer rivers") as caught:
        features(path, layer="rivers")
    assert "河道" in caught.value.remedy


def test_an_unknown_column_is_refused_by_name(tmp_path: Path):
    with pytest.raises(DataError, match="no column depth") as caught:
        features(vector(tmp_path / "a.gpkg"), columns=("depth",))
    assert "value" in caught.value.remedy


def test_the_range_of_a_column_is_found_and_text_has_none(tmp_path: Path):
    source = open_source(str(vector(tmp_path / "a.gpkg")))
    figures = source.read(StatisticsRequest("a", "value"))
    assert (figures.minimum, figures.maximum, figures.mean) == (0.0, 4.0, 2.0)
    with pytest.raises(DataError, match="name holds no numbers"):
        source.read(StatisticsRequest("a", "name"))
    with pytest.raises(DataError, match="RasterRequest"):
        source.read(RasterRequest("a", ()))
    source.close()


def test_missing_empty_invalid_and_mixed_geometry_is_told(tmp_path: Path):
    bow = shapely.Polygon([(600_000 + x, 3_400_000 + y) for x, y in ((0, 0), (10, 10), (10, 0), (0, 10), (0, 0))])
    shapes = [*SQUARES[:2], bow, None, shapely.Point(600_000, 3_400_000)]
    path = vector(tmp_path / "a.gpkg", shapes)
    layer = described(path).layers[0]
    assert layer.geometry == "Geometry"
    assert {note.code: note.fields for note in layer.warnings} == {
        "geometry_missing": {"count": 1}, "geometry_invalid": {"count": 1}}  # fmt: skip
    assert features(path).geometry.types.tolist() == [POLYGON, POLYGON, POLYGON, EMPTY, POINT]


def test_heights_of_vertices_are_read(tmp_path: Path):
    line = shapely.LineString([(600_000, 3_400_000, 1.5), (600_010, 3_400_000, 2.5)])
    block = features(vector(tmp_path / "a.gpkg", [line], {"a": np.array([1])}))
    assert block.geometry is not None
    assert block.geometry.z is not None
    assert block.geometry.z.tolist() == [1.5, 2.5]


def test_one_vertical_datum_for_all_features_is_the_layers_and_several_are_told(tmp_path: Path):
    words = ["WUSONG_SH"] * 5
    path = vector(tmp_path / "a.gpkg", columns={"VDatum": np.array(words, object)})
    assert described(path).layers[0].vdatum == "WUSONG_SH"
    mixed = vector(tmp_path / "b.gpkg", columns={"vdatum": np.array([*words[:4], "CN1985"], object)})
    assert described(mixed).layers[0].vdatum is None
    assert codes(mixed) == ["vdatum_mixed"]
    empty = vector(tmp_path / "c.gpkg", columns={"vdatum": np.array([None] * 5, object)})
    assert (described(empty).layers[0].vdatum, codes(empty)) == (None, [])


def altered(path: Path, geometry: bytes, kind: str = "GEOMETRY") -> Path:
    """A GeoPackage whose first feature holds this geometry, which GDAL does not write by itself."""
    vector(path, [shapely.LineString([(0, 0), (1, 1)])] * 2, {"a": np.arange(2)})
    with closing(sqlite3.connect(path)) as base, base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        head = base.execute("SELECT geom FROM a WHERE fid = 1").fetchone()[0][:40]
        base.execute("UPDATE a SET geom = ? WHERE fid = 1", (head + geometry,))
        base.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = ?, m = 2", (kind,))
    return path


def test_an_arc_of_a_geopackage_is_a_chain_of_segments_and_told(tmp_path: Path):
    arc = struct.pack("<BII6d", 1, 8, 3, 600_010, 0, 600_000, 10, 599_990, 0)
    path = altered(tmp_path / "a.gpkg", arc, "COMPOUNDCURVE")
    block = features(path)
    assert np.diff(block.geometry.rings).tolist() == [91, 2]
    assert "arcs" in codes(path)


def test_measures_are_told(tmp_path: Path):
    line = struct.pack("<BII6d", 1, 2002, 2, 600_010, 0, 5, 600_000, 10, 6)
    assert "measures_left_out" in codes(altered(tmp_path / "a.gpkg", line))


def test_a_broken_geometry_does_not_take_the_layer_with_it(tmp_path: Path):
    path = altered(tmp_path / "a.gpkg", struct.pack("<BII", 1, 2, 2_000_000_000))
    assert features(path).geometry.types.tolist()[0] == EMPTY
    assert "geometry_broken" in codes(path)


@pytest.mark.parametrize("damage", ["missing", "short", "foreign"])
def test_a_shapefile_without_a_good_index_is_read_and_none_is_made_beside_it(tmp_path: Path, damage: str):
    path = vector(tmp_path / "a.shp")
    index = tmp_path / "a.shx"
    if damage == "missing":
        index.unlink()
    else:
        index.write_bytes(index.read_bytes()[:-3] if damage == "short" else b"\1" * 140)
    before = state(tmp_path)
    assert codes(path) == ["index_restored"]
    assert described(path).layers[0].key == "a"
    assert len(features(path, box=Extent(600_015, 3_400_000, 600_045, 3_400_005)).ids) == 2
    assert state(tmp_path) == before


def test_a_shapefile_cut_off_gives_the_records_that_are_whole(tmp_path: Path):
    path = vector(tmp_path / "a.shp")
    path.write_bytes(path.read_bytes()[:-100])
    assert "index_restored" in codes(path)
    assert described(path).layers[0].counts == {"features": 4}


def test_shapes_without_their_table_are_read_and_told(tmp_path: Path):
    path = vector(tmp_path / "a.shp")
    (tmp_path / "a.dbf").unlink()
    assert "dbf_missing" in codes(path)
    assert len(features(path).ids) == 5


def test_a_geopackage_in_use_is_read_with_its_changes_and_not_touched(tmp_path: Path):
    path = vector(tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode=WAL").fetchall()
        writer.execute("PRAGMA wal_autocheckpoint=0").fetchall()
        writer.execute("UPDATE gpkg_contents SET description = 'changed'")
        writer.execute("CREATE TABLE later (a)")
        writer.commit()
        assert (tmp_path / "a.gpkg-wal").stat().st_size > 0
        before = state(tmp_path)
        assert codes(path) == ["in_use"]
        assert len(features(path).ids) == 5
        assert state(tmp_path) == before


def test_a_geopackage_in_wal_mode_at_rest_gets_no_side_file(tmp_path: Path):
    path = vector(tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode=WAL").fetchall()
    assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]
    before = state(tmp_path)
    source = open_source(str(path))
    source.read(FeatureRequest(source.describe().layers[0].key))
    assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]
    source.close()
    assert state(tmp_path) == before


def test_private_copies_are_gone_after_closing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    path = vector(tmp_path / "a.shp")
    (tmp_path / "a.shx").unlink()
    source = open_source(str(path))
    assert len(list(folder.iterdir())) == 1
    source.close()
    source.close()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("keep", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("suffix", [".gpkg", ".fgb", ".geojson"])
def test_a_file_cut_off_is_one_sentence_or_what_is_whole(tmp_path: Path, suffix: str, keep: float):
    path = vector(tmp_path / f"a{suffix}")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    said, count = "", 0
    try:
        count = len(features(path).ids)
    except DataError as error:
        said = str(error)
    assert count <= 5
    assert bool(said) != bool(count)
    assert "\n" not in said


def test_a_geojson_of_the_old_standard_keeps_its_system_and_a_new_one_is_in_degrees(tmp_path: Path):
    assert described(vector(tmp_path / "a.geojson")).layers[0].crs == "EPSG:4549"
    plain = tmp_path / "b.json"
    plain.write_text(
        '{"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Point", "coordinates": [121, 31]}}'
    )
    assert (described(plain).layers[0].crs, codes(plain)) == ("EPSG:4326", [])
    plain.write_text(
        '{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [640000, 3400000]}}'
    )
    assert codes(plain) == ["outside_area"]


def test_gml_is_read_without_leaving_a_schema_beside_it(tmp_path: Path):
    path = vector(tmp_path / "a.gml")
    for side in tmp_path.glob("*.xsd"):
        side.unlink()
    before = state(tmp_path)
    assert described(path).layers[0].counts == {"features": 5}
    assert len(features(path, box=Extent(600_015, 3_400_000, 600_045, 3_400_005)).ids) == 2
    assert state(tmp_path) == before


def test_a_dxf_drawing_has_no_system_and_its_lines_are_there(tmp_path: Path):
    lines = [shapely.LineString([(40_600_000, 3_400_000), (40_600_100, 3_400_050)])] * 2
    path = vector(tmp_path / "a.dxf", lines, {"Layer": np.array(["0", "0"], object)}, crs=None)
    layer = described(path).layers[0]
    assert (layer.crs, layer.counts) == (None, {"features": 2})
    assert layer.warnings[0].fields == {"zone": 40, "right": "EPSG:4528"}
    assert features(path).geometry.xy[0].tolist() == [40_600_000, 3_400_000]


def test_xml_with_a_document_type_never_reaches_a_parser(tmp_path: Path):
    path = tmp_path / "a.kml"
    path.write_text('<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/hostname">]><kml>&x;</kml>')
    with pytest.raises(SourceUnavailable, match="document type"):
        open_source(str(path))


def test_an_empty_layer_is_described_and_read(tmp_path: Path):
    path = vector(tmp_path / "a.gpkg", [], {"name": np.array([], object)}, geometry_type="Polygon")
    layer = described(path).layers[0]
    assert (layer.counts, layer.bounds, layer.geometry) == ({"features": 0}, None, "Polygon")
    block = features(path)
    assert (len(block.ids), block.columns["name"], len(block.geometry)) == (0, [], 0)
