from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rasterio

from layers.errors import DataError, SourceUnavailable
from layers.extent import Extent
from layers.geometry import Geometry
from layers.shapes import to_geometry
from layers.sources.open import open_source
from layers.sources.raster_writer import RasterForm, raster_writer, write_raster
from layers.sources.source import Column, FeatureBlock, FeatureRequest, RasterRequest, Variable
from layers.sources.staged import staged
from layers.sources.vector_writer import write_features
from tests.unit.layers.vector_files import NAMES, SQUARES

if TYPE_CHECKING:
    from pathlib import Path

BOX = Extent(600_000, 3_400_000, 600_700, 3_400_600)
CELLS = np.random.default_rng(3).normal(size=(2, 600, 700)).astype(np.float32)
CELLS[0, :50] = np.nan
VARIABLES = (Variable("水深", "m"), Variable("speed", "m/s"))


def cog(path: Path, **more: Any) -> Path:
    write_raster(path, CELLS, BOX, "EPSG:4549", vdatum="WUSONG_SH", variables=VARIABLES, record='{"a": "中"}', **more)
    return path


def test_a_raster_is_a_cog_and_comes_back_with_all_that_was_said(tmp_path: Path):
    path = cog(tmp_path / "a.tif", tags={"made_by": "test"})
    with rasterio.open(path) as plain:
        assert plain.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert plain.overviews(1) == [2]
    source = open_source(str(path))
    layer = source.describe().layers[0]
    block = source.read(RasterRequest("", ("水深", "speed"), width=700, height=600))
    source.close()
    assert (layer.crs, layer.vdatum, layer.bounds) == ("EPSG:4549", "WUSONG_SH", BOX)
    assert [(v.name, v.units) for v in layer.variables] == [("水深", "m"), ("speed", "m/s")]
    assert (layer.extra["record"], layer.extra["tags"]["made_by"]) == ('{"a": "中"}', "test")
    assert np.array_equal(block.values, CELLS, equal_nan=True)


def test_the_same_cells_give_the_same_bytes(tmp_path: Path):
    first = cog(tmp_path / "a.tif").read_bytes()
    os.utime(tmp_path / "a.tif", (0, 0))
    assert cog(tmp_path / "b.tif").read_bytes() == first


def test_blocks_written_one_by_one_are_the_raster_written_at_once(tmp_path: Path):
    form = RasterForm(700, 600, BOX, "EPSG:4549", VARIABLES, "WUSONG_SH", record='{"a": "中"}')
    with raster_writer(tmp_path / "b.tif", form) as writer:
        for row in range(0, 600, 250):
            writer.write(CELLS[:, row : row + 250], row)
    assert (tmp_path / "b.tif").read_bytes() == cog(tmp_path / "a.tif").read_bytes()


def test_whole_numbers_keep_their_kind_and_missing_cells_become_the_nodata_value(tmp_path: Path):
    form = RasterForm(3, 1, Extent(0, 0, 3, 1), None, (Variable("class"),), nodata=255, dtype="uint8")
    with raster_writer(tmp_path / "a.tif", form) as writer:
        writer.write(np.array([[[1.0, np.nan, 3.0]]]))
    with rasterio.open(tmp_path / "a.tif") as plain:
        assert plain.read(1).tolist() == [[1, 255, 3]]
        assert (plain.dtypes, plain.nodata) == (("uint8",), 255)


@pytest.mark.parametrize(("name", "dtype"), [("a.png", "float32"), ("a.tif", "complex64"), ("a", "uint8")])
def test_a_raster_of_another_kind_is_refused_before_anything_is_written(tmp_path: Path, name: str, dtype: str):
    with pytest.raises(DataError):
        write_raster(tmp_path / name, np.zeros((1, 2, 2), dtype), Extent(0, 0, 2, 2), None)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    path = tmp_path / "a.tif"
    path.write_bytes(b"old")
    form = RasterForm(700, 600, BOX, "EPSG:4549", VARIABLES)

    def fail() -> None:
        with raster_writer(path, form) as writer:
            writer.write(CELLS)
            raise KeyError("the tool stops here")

    with pytest.raises(KeyError):
        fail()
    assert (path.read_bytes(), [p.name for p in tmp_path.iterdir()]) == (b"old", ["a.tif"])


def test_a_missing_folder_is_one_sentence(tmp_path: Path):
    for write in (lambda p: cog(p.with_suffix(".tif")), lambda p: write_features(p, BLOCK, crs=None)):
        with pytest.raises(SourceUnavailable, match="cannot be written") as caught:
            write(tmp_path / "no" / "a.gpkg")
        assert caught.value.remedy


def test_the_named_file_takes_its_place_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    moved: list[str] = []
    real = type(tmp_path).replace
    monkeypatch.setattr(type(tmp_path), "replace", lambda self, to: (moved.append(self.name), real(self, to))[1])
    write_features(tmp_path / "a.shp", BLOCK, crs="EPSG:4549")
    assert moved[-1] == "a.shp"
    assert len(moved) >= 4


def test_nothing_written_is_an_error_and_not_an_empty_file(tmp_path: Path):
    with pytest.raises(SourceUnavailable, match="nothing"), staged(tmp_path / "a.gpkg"):
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


BLOCK = FeatureBlock(
    np.arange(1, 6),
    to_geometry(np.array(SQUARES, object)),
    {
        "名称": list(NAMES),
        "n": np.array([1.0, np.nan, 3.0, 4.0, 5.0]),
        "area": np.array([1.5, np.nan, 2.5, 3.5, 4.5]),
        "ok": [True, None, False, True, True],
        "day": np.array(["2024-01-01"] * 4 + ["NaT"], "datetime64[D]"),
        "at": np.array(["2024-01-01T08:30:15.125"] * 4 + ["NaT"], "datetime64[ns]"),
    },
)
COLUMNS = (Column("n", "int"),)
ALL = (".gpkg", ".fgb", ".geojson", ".shp")


def back(path: Path) -> tuple[Any, FeatureBlock]:
    source = open_source(str(path))
    layer = source.describe().layers[0]
    block = source.read(FeatureRequest(layer.key))
    source.close()
    return layer, block


@pytest.mark.parametrize("suffix", ALL)
def test_features_come_back_with_their_columns_and_places(tmp_path: Path, suffix: str):
    path = tmp_path / f"地块{suffix}"
    write_features(path, BLOCK, COLUMNS, crs="EPSG:4549", vdatum="CN1985")
    layer, block = back(path)
    assert (layer.crs, layer.vdatum, layer.counts) == ("EPSG:4549", "CN1985", {"features": 5})
    order = np.argsort(block.columns["area"])
    assert [block.columns["名称"][i] for i in order] == [NAMES[i] for i in (0, 2, 3, 4, 1)]
    assert {c.name: c.type for c in layer.columns}["n"] == "int"
    assert np.array_equal(np.sort(block.columns["n"]), [1, 3, 4, 5, np.nan], equal_nan=True)
    assert np.isnat(block.columns["day"]).sum() == 1
    assert block.geometry is not None
    assert sorted(map(tuple, block.geometry.xy.tolist())) == sorted(map(tuple, BLOCK.geometry.xy.tolist()))
    if suffix in (".gpkg", ".geojson", ".fgb"):
        assert np.datetime64("2024-01-01T08:30:15.125", "ns") in block.columns["at"]


@pytest.mark.parametrize("suffix", ALL)
def test_the_same_features_give_the_same_bytes(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_features(tmp_path / name / f"x{suffix}", BLOCK, COLUMNS, crs="EPSG:4549", record="{}", layer="x")
        monkeypatch.setenv("TZ", "Asia/Shanghai")
    files = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert files == sorted(p.name for p in (tmp_path / "b").iterdir())
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_the_record_is_inside_the_geopackage(tmp_path: Path):
    write_features(tmp_path / "a.gpkg", BLOCK, crs="EPSG:4549", layer="层", record='{"工具": 1}')
    layer, _ = back(tmp_path / "a.gpkg")
    assert (layer.key, layer.extra["record"]) == ("层", '{"工具": 1}')


def test_an_old_geopackage_is_replaced_and_not_added_to(tmp_path: Path):
    for layer in ("one", "two"):
        write_features(tmp_path / "a.gpkg", BLOCK, crs="EPSG:4549", layer=layer)
    source = open_source(str(tmp_path / "a.gpkg"))
    assert [layer.key for layer in source.describe().layers] == ["two"]
    source.close()


def test_names_of_a_shapefile_are_cut_without_two_becoming_one(tmp_path: Path):
    columns = {
        "河道名称": list(NAMES),
        "河道名字": list(NAMES),
        "a_long_name_1": np.arange(5),
        "a_long_name_2": np.arange(5),
    }
    notes = write_features(tmp_path / "a.shp", replace(BLOCK, columns=columns), crs="EPSG:4549")
    assert [note.code for note in notes] == ["names_cut"]
    layer, block = back(tmp_path / "a.shp")
    names = [c.name for c in layer.columns]
    assert names == ["河道名", "河道_1", "a_long_nam", "a_long_n_1"]
    assert block.columns["河道_1"] == NAMES


def test_an_index_of_an_older_shapefile_does_not_stay_behind(tmp_path: Path):
    (tmp_path / "a.sbn").write_bytes(b"old")
    (tmp_path / "a.qix").write_bytes(b"old")
    write_features(tmp_path / "a.shp", BLOCK, crs="EPSG:4549")
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".cpg", ".dbf", ".prj", ".shp", ".shx"]


def test_a_geojson_outside_degrees_says_so(tmp_path: Path):
    assert [n.code for n in write_features(tmp_path / "a.geojson", BLOCK, crs="EPSG:4549")] == ["geojson_crs"]
    assert write_features(tmp_path / "b.geojson", BLOCK, crs="EPSG:4326") == ()


def test_mixed_parts_missing_shapes_and_heights_survive_a_geopackage(tmp_path: Path):
    one = np.array([0, 4, 8, 12, 15])
    geometry = Geometry(
        np.array([[0.0, 0], [4, 0], [4, 4], [0, 0], [9, 9], [8, 8], [7, 9], [9, 9], [0, 0], [9, 0], [9, 9], [0, 0],
                  [1, 1], [2, 2], [3, 3]]),
        one, np.array([0, 1, 2, 3, 4]), np.array([0, 2, 3, 3, 4]), np.array([3, 3, 0, 2], np.uint8),
        np.array([1.0, 2, 3, 1, 4, 5, 6, 4, 7, 8, 9, 7, 1, 2, 3]),
    )  # fmt: skip
    write_features(tmp_path / "a.gpkg", FeatureBlock(np.arange(4), geometry, {}), crs=None)
    _, block = back(tmp_path / "a.gpkg")
    assert block.geometry.types.tolist() == geometry.types.tolist()
    assert np.array_equal(block.geometry.xy, geometry.xy)
    assert np.array_equal(block.geometry.z, geometry.z)
    with pytest.raises(DataError, match="one kind"):
        write_features(tmp_path / "a.shp", FeatureBlock(np.arange(4), geometry, {}), crs=None)


def test_a_table_without_geometry_and_a_layer_without_features_are_written(tmp_path: Path):
    write_features(tmp_path / "t.gpkg", replace(BLOCK, geometry=None), crs=None)
    layer, block = back(tmp_path / "t.gpkg")
    assert (layer.geometry, block.columns["名称"]) == (None, NAMES)
    none = FeatureBlock(np.zeros(0, np.int64), to_geometry(np.zeros(0, object)), {"a": []})
    write_features(tmp_path / "e.gpkg", none, crs="EPSG:4549")
    assert back(tmp_path / "e.gpkg")[0].counts == {"features": 0}


def test_a_suffix_that_is_not_written_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="cannot be written") as caught:
        write_features(tmp_path / "a.kml", BLOCK, crs=None)
    assert ".gpkg" in caught.value.remedy


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user who may not write everywhere")
def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path: Path):
    tmp_path.chmod(0o500)
    with pytest.raises(SourceUnavailable, match="cannot be written"):
        cog(tmp_path / "a.tif")


def test_attributes_named_as_the_columns_of_a_geopackage_are_kept(tmp_path: Path):
    columns = {"fid": ["a7", "a8", "a9", "b1", "b2"], "GEOM": np.arange(5.0), "fid_1": np.arange(5)}
    path = tmp_path / "a.gpkg"
    write_features(path, FeatureBlock(np.arange(5), to_geometry(np.array(SQUARES, object)), columns), crs="EPSG:4549")
    source = open_source(str(path))
    block = source.read(FeatureRequest(source.describe().layers[0].key))
    source.close()
    assert list(block.columns) == ["fid", "GEOM", "fid_1"]
    assert list(block.columns["fid"]) == columns["fid"]
    assert block.geometry is not None
