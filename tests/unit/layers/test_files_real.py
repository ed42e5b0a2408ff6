"""Real files against the catalogue's figures, which an independent library read."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layers.errors import DataError
from layers.sources.facts import to_info
from layers.sources.open import open_folder, open_source
from layers.sources.source import FeatureRequest, RasterRequest, StatisticsRequest
from tests.realdata import real_data
from tests.unit.layers.raster_files import state

pytestmark = pytest.mark.real_data


def info(path: Path) -> dict[str, Any]:
    source = open_source(str(path))
    try:
        facts = to_info(source.describe())
    finally:
        source.close()
    return json.loads(json.dumps(facts, allow_nan=False))


RASTERS = [
    ("broken/raster/all-nodata.tif", (71, 2475, 4), "EPSG:32628", (341970.0, 1596480.0, 342183.0, 1603900.0)),
    ("imagery/null_change/rgbn_20160101.tif", (515, 403, 4), "EPSG:32618", (792988.0, 2048370.0, 795563.0, 2050380.0)),
    ("terrain/nz_erosion/erorisk_silcdb4.tif", (762, 790, 1), "EPSG:2193",
     (1573870.0, 5143380.0, 1585290.0, 5155220.0)),
    ("reference/damagescanner_kampen/1in100_inundation_map.tif", (3476, 2269, 1), "EPSG:28992",
     (181041.0, 502535.0, 198421.0, 513880.0)),
    ("reference/damagescanner_kampen/landuse_map.tif", (3476, 2269, 1), "EPSG:28992",
     (181041.0, 502535.0, 198421.0, 513880.0)),
    ("reference/terrain_qgis/dem.tif", (285, 256, 1), "EPSG:3035", (4078250.0, 2428550.0, 4085380.0, 2434950.0)),
    ("reference/terrain_qgis/slope.tif", (285, 256, 1), "EPSG:3035", (4078250.0, 2428550.0, 4085380.0, 2434950.0)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "size", "crs", "bounds"), RASTERS)
def test_rasters_have_the_size_system_and_bounds_of_the_catalogue(name: str, size: Any, crs: str, bounds: Any):
    facts = info(real_data(name))
    assert (facts["kind"], facts["driver"], facts["crs"]) == ("raster", "GTiff", crs)
    assert tuple(facts["counts"][key] for key in ("width", "height", "bands")) == size
    assert facts["bounds"] == pytest.approx(bounds, rel=5e-6)


@pytest.mark.parametrize(
    ("name", "low", "high", "mean"),
    [
        ("reference/terrain_qgis/dem.tif", 1586.35, 3213.8, 2335.9),
        ("reference/terrain_qgis/aspect.tif", 0.000964878, 359.999, 168.899),
        ("reference/damagescanner_kampen/landuse_map.tif", 110.0, 911.0, 296.853),
        ("terrain/nz_erosion/erorisk_silcdb4.tif", 0.0, 9.0, 2.94355),
        ("imagery/null_change/rgbn_20160101.tif", 39.0, 255.0, 119.604),
    ],
)
def test_the_range_of_real_rasters_is_the_catalogues(name: str, low: float, high: float, mean: float):
    source = open_source(str(real_data(name)))
    figures = source.read(StatisticsRequest("", "1"))
    source.close()
    assert (figures.minimum, figures.maximum, figures.mean) == pytest.approx((low, high, mean), rel=1e-5)


def test_a_raster_of_nothing_but_nodata_has_no_range():
    source = open_source(str(real_data("broken/raster/all-nodata.tif")))
    figures = source.read(StatisticsRequest("", "red"))
    source.close()
    assert np.isnan(figures.maximum)
    assert figures.missing == 1.0


def test_the_block_that_does_not_decode_is_named():
    source = open_source(str(real_data("broken/raster/corrupt.tif")))
    with pytest.raises(DataError, match="row 1, column 1"):
        source.read(RasterRequest("", ("1",), width=1024, height=1024))
    assert np.isfinite(source.read(RasterRequest("", ("1",), width=100, height=100)).values).all()
    source.close()


LAYERS = {
    "vector/natural_earth_east_china.gpkg": [
        ("ne_10m_rivers_lake_centerlines", 43, "MultiLineString", (105.0, 24.0, 121.56, 36.0), 10),
        ("ne_10m_lakes", 51, "Polygon", (111.0, 24.0, 120.865, 36.0), 12),
        ("ne_10m_coastline", 42, "MultiLineString", (117.667, 24.0, 124.569, 36.0), 3),
        ("ne_10m_land", 7, "MultiPolygon", (105.0, 24.0, 124.569, 36.0), 3),
        ("ne_10m_bathymetry_L_0", 1, "MultiPolygon", (117.667, 24.0, 125.0, 36.0), 3),
        ("ne_10m_bathymetry_K_200", 2, "Polygon", (121.682, 24.0, 125.0, 26.6462), 3),
        ("ne_10m_populated_places", 165, "Point", None, None),
    ],
    "vector/yangtze_delta_gshhg_full.gpkg": [
        ("land", 397, "MultiPolygon", (120.5, 30.2, 122.836, 32.2), 3),
        ("coastline", 397, "MultiLineString", (120.5, 30.2, 122.836, 32.2), 2),
        ("rivers", 9, "LineString", (120.584, 30.9425, 121.69, 32.2), 1),
    ],
    "vector/shanghai_admin.gpkg": [
        ("districts", 16, "MultiPolygon", (120.857, 30.6756, 122.247, 31.8727), 5),
        ("municipality", 1, "MultiPolygon", (120.857, 30.6756, 122.247, 31.8727), 5),
    ],
    "vector/dutch_addresses_4326.gpkg": [("OGRGeoJSON", 2481, "Point", (5.67067, 52.0427, 5.82911, 52.1237), 7)],
    "vector/naturalearth_lowres/naturalearth_lowres.shp": [
        ("naturalearth_lowres", 177, "Polygon", (-180.0, -90.0, 180.0, 83.6451), 5)],
    "vector/provinces-nl.geojson": [("provinces-nl", 12, "Polygon", (3.30794, 50.7504, 7.2275, 53.5764), 3)],
    "broken/geometry/invalidgeometries.gml": [
        ("invalidgeometries", 1, "Polygon", (122.176, -8.60636, 122.19, -8.59579), 1)],
    "broken/raster/issue1446.geojson": [("test_lines", 7, "LineString", (-9.15145, 2.17108, -9.14416, 2.17588), 2)],
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_vector_layers_have_the_counts_and_bounds_of_the_catalogue(name: str):
    facts = info(real_data(name))
    assert [layer["key"] for layer in facts["layers"]] == [layer[0] for layer in LAYERS[name]]
    for layer, (_, count, geometry, bounds, columns) in zip(facts["layers"], LAYERS[name], strict=True):
        assert (layer["counts"], layer["geometry"], layer["crs"]) == ({"features": count}, geometry, "EPSG:4326")
        assert bounds is None or layer["bounds"] == pytest.approx(bounds, rel=5e-6)
        assert columns is None or len(layer["columns"]) == columns


def test_facts_of_a_single_layer_stand_at_the_top_and_a_container_sums_up():
    single = info(real_data("vector/provinces-nl.geojson"))
    assert (single["counts"], single["crs"]) == ({"features": 12}, "EPSG:4326")
    assert single["bounds"] == single["layers"][0]["bounds"]
    several = info(real_data("vector/shanghai_admin.gpkg"))
    assert several["counts"] == {"features": 17, "layers": 2}
    assert several["bounds"] == several["layers"][0]["bounds"]


@pytest.mark.parametrize(
    ("folder", "encoding", "codes"),
    [
        ("shp_gbk_no_cpg", "GB18030", ["encoding_guessed"]),
        ("shp_gbk_with_cpg", "GB18030", []),
        ("shp_utf8_wrong_cpg", "UTF-8", ["encoding_contradicts"]),
    ],
)
def test_names_of_shanghais_districts_are_readable_in_all_three_shapefiles(
    folder: str, encoding: str, codes: list[str]
):
    path = real_data(f"broken/{folder}/上海市区县.shp")
    facts = info(path)
    assert [column["name"] for column in facts["layers"][0]["columns"]] == ["区名", "代码", "省市"]
    assert (facts["layers"][0]["encoding"], [note["code"] for note in facts["warnings"]]) == (encoding, codes)
    source = open_source(str(path))
    names = source.read(FeatureRequest("上海市区县", None, ("区名",))).columns["区名"]
    source.close()
    admin = open_source(str(real_data("vector/shanghai_admin.gpkg")))
    assert sorted(names) == sorted(admin.read(FeatureRequest("districts")).columns["district"])
    admin.close()


def test_a_turned_model_grid_lies_where_its_corners_are():
    source = open_source(str(real_data("mesh/sfincs/gis/dep.tif")))
    layer = source.describe().layers[0]
    block = source.read(RasterRequest("", ("1",)))
    source.close()
    assert layer.resolution == pytest.approx((150, 150))
    assert [note.code for note in layer.warnings] == ["turned"]
    assert (np.nanmin(block.values), np.nanmax(block.values)) == (-6.0, 11.5)


def test_no_file_of_the_collection_is_changed_by_describing_what_lies_beside_it():
    for name in ("vector", "terrain/nz_erosion", "broken/shp_gbk_no_cpg", "inspection/qfield_bees"):
        folder = real_data(name)
        before = state(folder)
        for path in open_folder(str(folder)):
            with suppress(DataError):
                info(Path(path))
        assert state(folder) == before


def test_every_broken_file_gives_one_sentence_or_a_description():
    folder = real_data("broken")
    before = state(folder)
    said: dict[str, str] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            facts = info(path)
            said[path.name] = facts["kind"]
        except DataError as error:
            said[path.name] = str(error)
            assert error.remedy, path  # noqa: PT017  all files are tried
            assert "\n" not in str(error), path  # noqa: PT017
    assert state(folder) == before
    assert len(said) >= 40
    assert {said[name] for name in ("latin1.shp", "bool_geojson.json", "all-nodata.tif")} == {"vector", "raster"}
    assert "packed archive" in said["bomb_200MB.zip"]
    assert "document type" in said["billion_laughs.xml"]
    assert "ends in .ifc" in said["binary_named.ifc"]
