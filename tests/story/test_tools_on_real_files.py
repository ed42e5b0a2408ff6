"""The four first tools on files nobody here made: done and repeatable to the byte, or refused in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.realdata import real_data
from tests.story.commands import made, run
from tests.unit.layers.raster_files import state

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real_data

MOVING = {
    "mesh/adh_sandiego/ADH_SanDiego.nc": "depth",
    "mesh/dflowfm/simplebox_hex7_map.nc": "sea_water_velocity",
    "mesh/sfincs/sfincs_map.nc": "zs",
    "mesh/sfincs/precip_2d.nc": "Precipitation",
    "series/currents/cmems_global_phy_001_024.nc": "sea_water_velocity",
    "series/currents/cmems_mod_bal_phy_anfc_P1D.nc": "thetao",
    "series/wind/gfs_wind.nc": "msletmsl",
}
"""Results and grids with time, and a variable of each."""
STANDING = [
    "broken/geometry/bool_geojson.json",
    "broken/geometry/invalidgeometries.gml",
    "broken/raster/issue1446.geojson",
    "broken/raster/all-nodata.tif",
    "broken/shp_gbk_no_cpg/上海市区县.shp",
    "broken/shp_utf8_wrong_cpg/上海市区县.shp",
    "imagery/eopatch_slovenia/LULC.gpkg",
    "imagery/null_change/rgbn_20160101.tif",
    "mesh/sfincs/gis/dep.tif",
    "mesh/sfincs/gis/rivers_inflow.geojson",
    "reference/damagescanner_kampen/landuse_map.tif",
    "reference/terrain_qgis/dem.tif",
    "terrain/gebco_oresund.nc",
    "terrain/nz_erosion/erorisk_silcdb4.tif",
    "vector/buildings_zanzibar_znz029.json",
    "vector/dutch_addresses_4326.gpkg",
    "vector/natural_earth_east_china.gpkg#ne_10m_lakes",
    "vector/naturalearth_lowres/naturalearth_lowres.shp",
    "vector/nz_waca_adjustments.gpkg",
    "vector/provinces-nl.geojson",
    "vector/shanghai_admin.gpkg#districts",
    "vector/yangtze_delta_gshhg_full.gpkg#rivers",
    "series/wind/gfs_wind.nc",
]
"""Features and grids that lie somewhere."""
REFUSED = [
    "broken/archives/bomb_200MB.zip",
    "broken/csv/water_level_gbk.csv",
    "broken/ifc/empty.ifc",
    "broken/mesh/not_a_mesh_file.2dm",
    "broken/raster/corrupt.tif",
    "broken/truncated/truncated_netcdf4.nc",
    "broken/xml/billion_laughs.xml",
    "series/tide_vlissingen/VLISSGN_obs1.txt",
]
"""Files that hold nothing a raster or vector tool could use."""


def facts(capsys: pytest.CaptureFixture[str], word: str) -> tuple[str, dict[str, Any]]:
    """Word of the layer, and what ``info`` says of it."""
    path, _, key = word.partition("#")
    source = real_data(path)
    layers = run(capsys, "info", source)[1]["layers"]
    return (f"{source}#{key}" if key else str(source)), next(la for la in layers if key in ("", la["key"]))


def repeated(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    """Run a tool, then its record; the answer of the first."""
    answer = made(capsys, *words)
    assert run(capsys, "replay", answer["record"])[0] == 0
    return answer


def middle(bounds: list[float]) -> str:
    x0, y0, x1, y1 = bounds
    return f"{x0 + (x1 - x0) / 4},{y0 + (y1 - y0) / 4},{x1 - (x1 - x0) / 4},{y1 - (y1 - y0) / 4}"


@pytest.mark.parametrize("path", MOVING)
def test_results_are_sampled_and_enveloped(tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str):
    source, layer = facts(capsys, path)
    suffix = ".nc" if layer["kind"] == "mesh" else ".tif"
    x0, y0, x1, y1 = layer["bounds"]
    common = ("--source", source, "--variable", MOVING[path])
    sample = repeated(
        capsys, "playback.sample", *common, f"--points={(x0 + x1) / 2},{(y0 + y1) / 2}", "--out", tmp_path / "at.csv"
    )
    assert sample["stats"]["rows"] == layer["time"]["steps"]
    highest = repeated(capsys, "playback.envelope", *common, "--out", tmp_path / f"max{suffix}")
    lowest = repeated(capsys, "playback.envelope", *common, "--kind", "min", "--out", tmp_path / f"min{suffix}")
    a, b = highest["stats"][f"{MOVING[path]}_max"], lowest["stats"][f"{MOVING[path]}_min"]
    assert a["count"] == b["count"] > 0
    assert a["max"] >= b["max"]
    assert a["min"] >= b["min"]
    when = repeated(capsys, "playback.envelope", *common, "--kind", "time_of_max", "--out", tmp_path / f"when{suffix}")
    assert when["stats"][f"{MOVING[path]}_time_of_max"]["min"] >= 0.0


@pytest.mark.parametrize("path", STANDING)
def test_features_and_grids_are_clipped_and_reprojected(tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str):
    source, layer = facts(capsys, path)
    suffix = ".gpkg" if layer["kind"] == "vector" else ".tif"
    said = [] if layer["crs"] else ["--source-crs", "EPSG:4326"]
    clipped = repeated(
        capsys, "data.clip", "--source", source, f"--extent={middle(layer['bounds'])}", "--out", tmp_path / f"c{suffix}"
    )
    moved = repeated(
        capsys, "data.reproject", "--source", source, "--crs", "EPSG:3857", *said, "--out", tmp_path / f"r{suffix}"
    )
    counts = layer["counts"]
    if layer["kind"] == "vector":
        assert moved["stats"]["features"] == counts["features"] >= clipped["stats"]["features"] > 0
        columns = {c["name"] for c in run(capsys, "info", tmp_path / "r.gpkg")[1]["columns"]}
        assert {c["name"] for c in layer["columns"]} <= columns
    else:
        assert clipped["stats"]["width"] <= counts["width"] * 2
        assert run(capsys, "info", tmp_path / "r.tif")[1]["crs"] == "EPSG:3857"


@pytest.mark.parametrize("path", REFUSED)
@pytest.mark.parametrize("tool", ["data.clip", "playback.sample"])
def test_what_is_of_no_use_is_refused_in_one_sentence_and_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, tool: str
):
    source = real_data(path)
    before = state(source.parent)
    rest = {
        "data.clip": ["--extent", "0,0,1e8,1e8"],
        "playback.sample": ["--variable", "1", "--points", "14322158.9,4532715.7"],
    }
    code, answer, err = run(capsys, "run", tool, "--source", source, *rest[tool], "--out", tmp_path / "a")
    assert code == 2  # the output has no suffix: refused before the file is touched
    suffix = ".tif" if tool == "data.clip" else ".csv"
    code, answer, err = run(capsys, "run", tool, "--source", source, *rest[tool], "--out", tmp_path / f"a{suffix}")
    assert code == 3
    assert answer["error"]["remedy"]
    assert len(err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
    assert state(source.parent) == before


def test_currents_of_a_chosen_moment_are_cut_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source, layer = facts(capsys, "series/currents/cmems_global_phy_001_024.nc")
    box = f"--extent={middle(layer['bounds'])}"
    by_number = made(capsys, "data.clip", "--source", source, box, "--time", "2", "--out", tmp_path / "n.tif")
    by_moment = made(
        capsys, "data.clip", "--source", source, box, "--time", layer["time"]["end"], "--out", tmp_path / "m.tif"
    )
    first = made(capsys, "data.clip", "--source", source, box, "--out", tmp_path / "f.tif")
    assert by_number["stats"] == by_moment["stats"] != first["stats"]
    assert by_number["warnings"] == []
    assert any("3 steps" in warning for warning in first["warnings"])
    code, answer, _ = run(capsys, "run", "data.clip", "--source", source, box, "--time", "3")
    assert (code, answer["error"]["where"]) == (2, "--time")
