"""The embedded sample: what is shipped is what its README says, and the water in it is plausible."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import netCDF4
import numpy as np
import pyogrio
import pytest
import rasterio

import resources

SAMPLE = Path(resources.__file__).parent / "sample"
SHIPPED = {
    "README.md", "ground.tif", "polder.gpkg", "flood.nc", "stations.csv", "waterlogging.csv", "rain.csv",
    "polder.haitang",
}  # fmt: skip
SURVEY = {
    "polder", "villages", "land_use", "rivers", "roads", "buildings", "dykes", "sluices", "breaches", "stations",
    "note",
}  # fmt: skip


@pytest.fixture(scope="module")
def flood():
    with netCDF4.Dataset(SAMPLE / "flood.nc") as file:
        file.set_auto_mask(False)
        yield file


@pytest.fixture(scope="module")
def inside(flood):
    """Faces of the land and creeks behind the dyke; those of the creeks start wet."""
    from shapely import contains_xy, from_wkb

    _, _, geometry, _ = pyogrio.raw.read(SAMPLE / "polder.gpkg", layer="polder")
    return contains_xy(from_wkb(geometry[0]), flood["mesh2d_face_x"][:], flood["mesh2d_face_y"][:])


def areas(flood):
    x, y = flood["mesh2d_node_x"][:], flood["mesh2d_node_y"][:]
    a, b, c = flood["mesh2d_face_nodes"][:].T
    return 0.5 * ((x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]))


def readme_number(word: str) -> float:
    """The number in the README's table of contents after `word`."""
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| {word} |"))
    return float(row.split("|")[2].strip().replace(",", ""))


def table(name: str) -> tuple[list[str], list[list[str]]]:
    with (SAMPLE / name).open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def test_the_sample_holds_the_files_of_its_readme_within_twelve_megabytes():
    files = {path.name: path.stat().st_size for path in SAMPLE.iterdir() if path.is_file()}
    assert set(files) == SHIPPED
    assert sum(files.values()) <= 12_000_000
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert all(name in text for name in SHIPPED - {"README.md"})
    assert "虚构地点" in text
    assert "made-up place" in text.lower()


def test_the_flood_is_a_ugrid_mesh_with_crs_datum_and_utc_time(flood):
    mesh = flood["mesh2d"]
    assert flood.Conventions == "CF-1.8 UGRID-1.0"
    assert mesh.cf_role == "mesh_topology"
    assert mesh.topology_dimension == 2
    for named in (*mesh.node_coordinates.split(), *mesh.face_coordinates.split(), mesh.face_node_connectivity):
        assert named in flood.variables
    assert flood["mesh2d_face_nodes"].start_index == 0
    assert flood["crs"].epsg_code == "EPSG:4550"
    assert "CGCS2000" in flood["crs"].crs_wkt
    assert flood.VDATUM == flood["s1"].VDATUM == "WUSONG_SH"
    assert flood["time"].units.endswith("+00:00")
    assert "虚构地点 made-up place" in flood.comment
    for name in ("s1", "waterdepth", "ucx", "ucy"):
        variable = flood[name]
        assert (variable.mesh, variable.location, variable.grid_mapping) == ("mesh2d", "face", "crs")
        assert variable.chunking() == [1, flood.dimensions["mesh2d_nFaces"].size]


def test_counts_are_those_of_the_readme(flood):
    assert flood.dimensions["mesh2d_nFaces"].size == readme_number("triangles")
    assert flood.dimensions["mesh2d_nNodes"].size == readme_number("nodes")
    assert flood.dimensions["time"].size == readme_number("time steps")
    found = {
        name: pyogrio.read_info(SAMPLE / "polder.gpkg", layer=name)
        for name, _ in pyogrio.list_layers(SAMPLE / "polder.gpkg")
    }
    assert set(found) == SURVEY
    assert found["buildings"]["features"] == readme_number("buildings")
    assert found["land_use"]["features"] == readme_number("parcels of land use")
    assert found["dykes"]["features"] == readme_number("dyke segments")
    people = pyogrio.raw.read(SAMPLE / "polder.gpkg", layer="villages", columns=["pop"], read_geometry=False)[3][0]
    assert people.sum() == readme_number("people")


def test_steps_are_a_quarter_of_an_hour_apart_through_one_day(flood):
    seconds = flood["time"][:]
    assert seconds[0] == 0.0
    assert seconds[-1] == 86_400.0
    assert np.all(np.diff(seconds) == 900.0)


def test_every_triangle_is_anticlockwise_and_the_face_coordinates_are_its_centre(flood):
    assert areas(flood).min() > 100.0
    nodes = flood["mesh2d_face_nodes"][:]
    for axis in ("x", "y"):
        centre = flood[f"mesh2d_node_{axis}"][:][nodes].mean(axis=1)
        assert np.abs(centre - flood[f"mesh2d_face_{axis}"][:]).max() < 0.002


def test_depth_is_level_minus_bed_in_every_face_and_step(flood):
    bed = flood["bedlevel"][:]
    for step in range(flood.dimensions["time"].size):
        level, depth = flood["s1"][step], flood["waterdepth"][step]
        assert np.array_equal(depth, np.maximum(level - bed, 0.0))
        assert level.min() >= bed.min()


def test_dry_faces_do_not_flow_and_no_water_runs_faster_than_six_metres_a_second(flood):
    for step in range(flood.dimensions["time"].size):
        speed = np.hypot(flood["ucx"][step], flood["ucy"][step])
        assert speed.max() < 6.0
        assert not speed[flood["waterdepth"][step] == 0.0].any()


def test_the_open_sea_follows_the_tide_that_drove_it_and_a_surge_lifts_it_above_five_metres(flood):
    header, rows = table("stations.csv")
    assert header == ["time", "station", "x", "y", "水位 water level [m WUSONG_SH]"]
    drive = np.array([float(row[4]) for row in rows if row[1] == "外海边界 Open boundary"])
    edge = np.argmax(flood["mesh2d_face_x"][:])
    assert 5.0 < drive.max() < 6.0
    assert drive.min() > 0.0
    assert np.abs(flood["s1"][:, edge] - drive).max() < 0.25


def test_gauges_read_what_the_run_gives_where_they_stand(flood):
    x, y = flood["mesh2d_face_x"][:], flood["mesh2d_face_y"][:]
    for name, variable in (("stations.csv", "s1"), ("waterlogging.csv", "waterdepth")):
        _, rows = table(name)
        for station in {row[1] for row in rows if "Open boundary" not in row[1]}:
            mine = [row for row in rows if row[1] == station]
            face = np.argmin(np.hypot(x - float(mine[0][2]), y - float(mine[0][3])))
            read = np.array([float(row[4]) for row in mine])
            assert np.abs(flood[variable][:, face] - read).max() < 0.01


def test_series_carry_their_zone_and_span_the_run(flood):
    start = datetime.fromisoformat("2026-08-29T20:00:00+08:00")
    for name in ("stations.csv", "waterlogging.csv", "rain.csv"):
        moments = {datetime.fromisoformat(row[0]) for row in table(name)[1]}
        assert all(moment.utcoffset() is not None for moment in moments)
        assert start <= min(moments)
        assert (max(moments) - start).total_seconds() == flood["time"][-1]


def test_water_comes_through_the_breach_and_spreads_from_it(flood, inside):
    depth = flood["waterdepth"][:]
    land = inside & (depth[0] == 0.0)
    wet = depth > 0.05
    hours = flood["time"][:] / 3600.0
    first = np.where(wet.any(axis=0), hours[wet.argmax(axis=0)], np.inf)
    _, _, geometry, _ = pyogrio.raw.read(SAMPLE / "polder.gpkg", layer="breaches", where="kind = '溃决'")
    from shapely import distance, from_wkb, points

    away = distance(points(flood["mesh2d_face_x"][:], flood["mesh2d_face_y"][:]), from_wkb(geometry[0]))
    assert not wet[hours < 3.5][:, land & (away < 1000)].any()
    reached = [
        np.median(first[land & np.isfinite(first) & (away > a) & (away < a + 250)]) for a in (0, 500, 1000, 2000)
    ]
    assert reached == sorted(reached)
    assert 3.5 <= reached[0] <= 4.25
    assert reached[-1] > reached[0] + 1.0


def test_the_polder_fills_after_the_breach_drains_at_low_water_and_never_holds_absurd_depths(flood, inside):
    depth = flood["waterdepth"][:][:, inside]
    volume = depth.astype(float) @ areas(flood)[inside]
    hours = flood["time"][:] / 3600.0
    before, peak = volume[hours <= 3.5].max(), volume.max()
    assert peak > 1.5 * before
    assert 5.0 < hours[volume.argmax()] < 12.0
    rising = volume[(hours >= 3.5) & (hours <= 6.0)]
    assert np.all(np.diff(rising) > 0.0)
    assert volume[-1] < peak
    dry_at_first = depth[0] == 0.0
    assert 1.0 < depth[:, dry_at_first].max() < 4.0
    assert abs(flood.run_mass_error_m3) < 1e-6 * flood.run_volume_end_m3


def test_the_ground_is_a_cog_of_heights_on_the_datum_of_the_flood():
    with rasterio.open(SAMPLE / "ground.tif") as raster:
        assert raster.crs.to_epsg() == 4550
        assert raster.res == (5.0, 5.0)
        assert raster.tags()["VDATUM"] == "WUSONG_SH"
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.overviews(1)
        heights = raster.read(1)
    assert np.isfinite(heights).all()
    assert -8.0 < heights.min() < -5.0
    assert 8.0 < heights.max() < 9.0


def test_every_survey_layer_has_its_crs_datum_and_names_in_two_languages():
    for name, _ in pyogrio.list_layers(SAMPLE / "polder.gpkg"):
        info = pyogrio.read_info(SAMPLE / "polder.gpkg", layer=name)
        assert info["crs"] == "EPSG:4550"
        assert {"name", "vdatum"} <= set(info["fields"])
        datum = pyogrio.raw.read(SAMPLE / "polder.gpkg", layer=name, columns=["vdatum"], read_geometry=False)[3][0]
        assert set(datum) == {"WUSONG_SH"}
        if name != "note":
            assert "name_en" in info["fields"]


def test_land_use_and_open_water_fill_the_map_without_overlaps():
    from shapely import area, from_wkb, union_all

    land = from_wkb(pyogrio.raw.read(SAMPLE / "polder.gpkg", layer="land_use")[2])
    assert area(land).sum() == pytest.approx(union_all(land, grid_size=0.001).area, rel=1e-5)


def test_the_workspace_names_only_files_that_are_beside_it_and_says_that_the_place_is_made_up():
    data = json.loads((SAMPLE / "polder.haitang").read_text(encoding="utf-8"))
    assert "虚构地点" in data["title"]
    assert "made-up place" in data["title"]
    sources = {layer["source"] for layer in data["layers"]}
    assert sources == SHIPPED - {"README.md", "polder.haitang"}
    shown = {layer["key"] for layer in data["layers"] if layer["source"] == "polder.gpkg" and layer["visible"]}
    assert "note" in shown
    assert {layer["key"] for layer in data["layers"] if layer["source"] == "polder.gpkg"} == SURVEY
    assert {layer["crs"] for layer in data["layers"]} == {"EPSG:4550"}


def test_the_workspace_opens_at_a_step_with_water_on_the_land(flood, inside):
    from app.core.parts import parts_from_dict
    from app.core.workspace import load

    parts = parts_from_dict(load(SAMPLE / "polder.haitang"), "polder.haitang")
    start = np.datetime64("2026-08-29T12:00:00", "ns")
    step = int((parts.clock.now - start) / np.timedelta64(900, "s"))
    depth = flood["waterdepth"][step]
    flooded = areas(flood)[inside & (flood["waterdepth"][0] == 0.0) & (depth > 0.05)].sum()
    assert flooded > 3e6
