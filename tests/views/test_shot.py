"""Pictures without a window: what the command line asks for, drawn from real files."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtGui import QImage

from app.core.language import set_language
from app.views.charts.picture import Content, layout_of
from app.views.charts.series import ChartLine
from app.views.shot import chart_title, shot
from app.views.wishes import Wish, extent_from, size_of
from layers.errors import DataError, HaitangError, ParameterInvalid
from layers.extent import Extent
from layers.sources.mesh_writer import write_mesh
from tests.realdata import real_data
from tests.views import maps

ADH = "mesh/adh_sandiego/ADH_SanDiego.nc"
HEX = "mesh/dflowfm/simplebox_hex7_map.nc"
REAL = {
    ADH: {"time": "2"},
    HEX: {"time": "2"},
    "vector/natural_earth_east_china.gpkg": {},
    "broken/shp_gbk_no_cpg/上海市区县.shp": {},
    "terrain/gebco_oresund.nc": {},
    "series/currents/cmems_global_phy_001_024.nc": {"time": "2"},
    "reference/terrain_qgis/dem.tif": {},
}


@pytest.fixture(autouse=True)
def english(qapp):
    set_language("en")
    yield
    set_language("en")


@pytest.fixture
def mesh_file(tmp_path):
    path = tmp_path / "mesh.nc"
    values = np.arange(3)[:, None] + np.array([[0.0, 1.0]])
    write_mesh(path, maps.topology(), {"depth": (values, "face", "m", {})}, maps.TIMES, "EPSG:4549")
    return str(path)


def pixels(path):
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def colours_of(path):
    """How many different colours cover at least 50 pixels."""
    _, counts = np.unique(pixels(path), return_counts=True)
    return int((counts >= 50).sum())


@pytest.mark.real_data
@pytest.mark.parametrize("name", sorted(REAL))
def test_a_real_file_becomes_a_picture_of_many_colours(name, tmp_path):
    out = tmp_path / "out.png"
    said = shot([str(real_data(name))], out, Wish(size="640x400", **REAL[name]))
    assert said["size"] == [640, 400]
    assert colours_of(out) > 8
    assert all((layer["time"] is not None) == ("time" in REAL[name]) for layer in said["layers"])


@pytest.mark.real_data
def test_steps_and_moments_name_the_same_picture(tmp_path):
    path = str(real_data(HEX))
    by_number = shot([path], tmp_path / "a.png", Wish(size="320x200", time="2"))
    by_moment = shot([path], tmp_path / "b.png", Wish(size="320x200", time="2001-05-05T08:00:25+08:00"))
    assert by_number["layers"] == by_moment["layers"]
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.real_data
def test_a_chart_of_a_mesh_shows_the_series_nearest_to_its_middle(tmp_path):
    said = shot([str(real_data(ADH))], tmp_path / "c.png", Wish(view="chart", size="640x300"))
    assert [one["steps"] for one in said["series"]] == [49]


def test_different_steps_give_different_pictures(mesh_file, tmp_path):
    for step in ("0", "1"):
        shot([mesh_file], tmp_path / f"{step}.png", Wish(size="320x200", time=step))
    assert (pixels(tmp_path / "0.png") != pixels(tmp_path / "1.png")).any()


def test_the_extent_is_shown_as_asked_for(mesh_file, tmp_path):
    said = shot([mesh_file], tmp_path / "a.png", Wish(size="400x200", extent="10,10,50,30"))
    assert said["extent"] == pytest.approx([10, 10, 50, 30])


def test_another_system_is_taken_for_the_map(mesh_file, tmp_path):
    said = shot([mesh_file], tmp_path / "a.png", Wish(size="320x200", crs="EPSG:3857"))
    assert said["crs"] == "EPSG:3857"


def test_a_style_file_changes_the_picture(mesh_file, tmp_path):
    style = tmp_path / "style.json"
    style.write_text(json.dumps({"kind": "mesh", "scale": {"colours": "magma", "minimum": 0, "maximum": 3}}))
    shot([mesh_file], tmp_path / "a.png", Wish(size="320x200"))
    shot([mesh_file], tmp_path / "b.png", Wish(size="320x200", style=str(style)))
    assert (pixels(tmp_path / "a.png") != pixels(tmp_path / "b.png")).any()


@pytest.mark.parametrize(
    "wish",
    [
        {"time": "99"},
        {"time": "yesterday"},
        {"time": "1999-01-01T00:00Z"},
        {"variable": "salinity"},
        {"extent": "1,2,3"},
        {"extent": "5,5,1,1"},
        {"crs": "EPSG:999999"},
        {"size": "12"},
        {"size": "99999x10"},
    ],
)
def test_a_wish_that_does_not_fit_is_a_wrong_call_and_leaves_no_file(mesh_file, tmp_path, wish):
    out = tmp_path / "a.png"
    with pytest.raises(ParameterInvalid):
        shot([mesh_file], out, Wish(**wish))
    assert not out.exists()


def test_a_time_for_what_has_no_time_is_a_wrong_call(tmp_path):
    path = tmp_path / "still.nc"
    write_mesh(path, maps.topology(), {"depth": (np.array([1.0, 2.0]), "face", "m", {})}, None, "EPSG:4549")
    with pytest.raises(ParameterInvalid, match="no time"):
        shot([str(path)], tmp_path / "a.png", Wish(time="0"))


def test_series_without_positions_are_pointed_to_the_chart(tmp_path):
    table = tmp_path / "level.csv"
    table.write_text("time,level [m]\n2026-08-01T00:00Z,1.5\n2026-08-01T01:00Z,2.5\n", "utf-8")
    with pytest.raises(DataError) as told:
        shot([str(table)], tmp_path / "a.png", Wish())
    assert "--view chart" in told.value.remedy
    said = shot([str(table)], tmp_path / "a.png", Wish(view="chart", size="400x200"))
    assert said["series"][0]["unit"] == "m"


def test_a_file_that_cannot_be_read_leaves_no_picture(tmp_path):
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0nothing")
    with pytest.raises(HaitangError):
        shot([str(broken)], tmp_path / "a.png", Wish())
    assert not (tmp_path / "a.png").exists()


def test_sizes_and_boxes_are_read_as_written():
    assert size_of("1366x768") == (1366, 768)
    assert extent_from("1,2,3.5,4") == Extent(1.0, 2.0, 3.5, 4.0)
    assert extent_from("") is None


def test_a_chart_says_where_and_from_which_file():
    lines = [ChartLine("a", "a · 1", "Depth", "m", "", np.zeros(1, np.int64), np.zeros(1), "run.nc")]
    assert chart_title(lines, (1500.0, 20.5), "EPSG:4549") == "x 1500.00  y 20.50 (EPSG:4549)   ·   Source: run.nc"
    assert chart_title(lines, None, "EPSG:4549") == "Source: run.nc"
    plain, titled = Content(tuple(lines), 0, 1, None), Content(tuple(lines), 0, 1, None, title="here")
    assert layout_of(titled, 640, 300).plot.top() > layout_of(plain, 640, 300).plot.top()
