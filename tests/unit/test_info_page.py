"""The page of haitang info: facts in words, on one screen, unknown said."""

from __future__ import annotations

import json

import pytest

from app import cli
from app.cli_info import cells, cut, page, pieces
from app.core.language import set_language
from tests.realdata import real_data

MESH = {
    "path": "/data/run/flood.nc", "kind": "mesh", "driver": "NetCDF", "crs": None, "vdatum": None,
    "bounds": [0.0, 0.0, 1590.0, 1760.0], "counts": {"nodes": 720, "faces": 1810},
    "time": {"steps": 13, "start": "2001-05-05T00:00:05Z", "end": "2001-05-05T00:02:00Z", "zone": "UTC"},
    "variables": [{"name": f"v{n}", "units": None if n else "m", "location": "face", "steps": 13} for n in range(30)],
}  # fmt: skip


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language("en")


def test_a_page_fits_one_screen_and_says_what_is_unknown(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = page(MESH, ["A sentence that is longer than one line of the screen and goes on and on. " * 2])
    lines = text.splitlines()
    assert len(lines) <= 30
    assert all(cells(line) <= 80 for line in lines)
    assert "720 nodes · 1,810 faces" in text
    assert "Coordinate system   unknown" in text
    assert "unit unknown" in text
    assert "and 21 more" in text


def test_columns_stand_below_each_other_in_chinese(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    set_language("zh")
    rows = [line for line in page(MESH).splitlines() if line.startswith("  v") and "单位未知" in line]
    assert len({cells(line.split("单位未知")[0]) for line in rows}) == 1


def test_a_chinese_text_is_cut_by_the_width_it_takes():
    assert cut("水深与流速", 7) == "水深与…"
    assert pieces("水深。与 depth of") == ["水", "深。", "与", " ", "depth ", "of"]


@pytest.mark.real_data
def test_json_stays_one_object_and_the_page_speaks_the_language_asked_for(capsys):
    path = str(real_data("reference/terrain_qgis/dem.tif"))
    assert cli.main(["info", path, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["width"] == 285
    assert cli.main(["info", path, "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "285 × 256 个格网单元" in said
    assert "坐标系" in said
    assert "EPSG:3035" in said
