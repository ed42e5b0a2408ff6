"""A person runs tools from the command line, keeps the records, and repeats them next year."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import resources
from app.__main__ import main as program
from app.cli import main
from app.core.language import tr
from layers.extent import Extent
from layers.sources.mesh_writer import write_mesh
from layers.sources.open import open_source
from layers.sources.raster_writer import write_raster
from layers.sources.source import Topology, ValuesRequest
from layers.times import TimeAxis
from tests.realdata import real_data

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def hydrograph(tmp_path: Path) -> Path:
    """Two triangles whose depth rises from 0 to 1 m and back in 2 h."""
    xy = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])
    mesh = Topology(xy[:, 0], xy[:, 1], np.array([0, 3, 6]), np.array([0, 1, 2, 0, 2, 3], np.int32))
    times = TimeAxis(np.array(["2026-08-01T00", "2026-08-01T01", "2026-08-01T02"], "datetime64[ns]"))
    depth = np.array([[0, 0], [1, 0.2], [0, 0]], np.float32)
    path = tmp_path / "triangle.nc"
    write_mesh(path, mesh, {"depth": (depth, "face", "m", {})}, times, "EPSG:4549", "WUSONG_SH")
    return path


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any], str]:
    """Run a command with --json; exit code, answer, stderr."""
    code = main([*(str(w) for w in words), "--json"])
    told = capsys.readouterr()
    return code, json.loads(told.out) if told.out.strip() else {}, told.err


def test_arrival_on_the_triangle_hydrograph_is_half_an_hour_and_replays_to_the_byte(
    hydrograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = hydrograph.with_name("arrival.nc")
    code, answer, _ = run(
        capsys, "run", "playback.envelope", "--source", hydrograph, "--variable", "depth",
        "--kind", "arrival", "--threshold", "0.5", "--out", out,
    )  # fmt: skip
    assert code == 0
    assert answer["outputs"] == [str(out)]
    values = open_source(str(out)).read(ValuesRequest("mesh2d", "depth_arrival")).values  # type: ignore[union-attr]
    assert values[0] == pytest.approx(0.5, abs=1e-6)
    assert np.isnan(values[1])
    info = run(capsys, "info", out)[1]
    assert info["crs"] == "EPSG:4549"
    assert info["vdatum"] == "WUSONG_SH"
    assert next(v for v in info["variables"] if v["name"] == "depth_arrival")["units"] == "h"
    assert run(capsys, "replay", answer["record"])[0] == 0


def test_a_record_moved_with_its_folder_still_replays(hydrograph: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = hydrograph.with_name("max.nc")
    run(capsys, "run", "playback.envelope", "--source", hydrograph, "--variable", "depth", "--out", out)
    moved = hydrograph.parent.with_name("moved")
    shutil.move(hydrograph.parent, moved)
    code, answer, _ = run(capsys, "replay", moved / "max.record.json")
    assert (code, answer["agrees"]) == (0, True)


def test_a_changed_input_or_output_is_told_and_ends_with_3(
    hydrograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = hydrograph.with_name("max.nc")
    run(capsys, "run", "playback.envelope", "--source", hydrograph, "--variable", "depth", "--out", out)
    record = hydrograph.with_name("max.record.json")
    told = json.loads(record.read_text(encoding="utf-8"))
    told["outputs"][0]["sha256"] = "0" * 64
    forged = hydrograph.with_name("forged.record.json")
    forged.write_text(json.dumps(told), encoding="utf-8")
    code, answer, err = run(capsys, "replay", forged)
    assert (code, answer["agrees"]) == (3, False)
    assert "max.nc" in err
    with hydrograph.open("ab") as stream:
        stream.write(b"\0")
    code, answer, err = run(capsys, "replay", record)
    assert code == 3
    assert "changed" in answer["error"]["what"]


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["playback.envelope", "--variable", "depth"], 2, "--source"),
        (["playback.envelope", "--source", "{file}", "--variable", "none"], 2, "depth"),
        (["playback.envelope", "--source", "{file}", "--variable", "depth", "--kind", "worst"], 2, "arrival"),
        (["playback.envelope", "--source", "{file}", "--variable", "depth", "--kind", "arrival"], 2, "threshold"),
        (["playback.envelope", "--source", "{file}", "--variable", "depth", "--colour", "red"], 2, "--variable"),
        (["playback.envelope", "--source", "{file}", "depth"], 2, "--name value"),
        (["playback.envelope", "--source", "gone.nc", "--variable", "depth"], 3, "gone.nc"),
        (["playback.nothing", "--source", "{file}"], 2, "playback.envelope"),
        (["playback.sample", "--source", "{file}", "--variable", "depth", "--points", "900,900"], 3, "EPSG:4549"),
        (["playback.sample", "--source", "{file}", "--variable", "depth", "--points", "north"], 2, "x,y"),
        (["data.clip", "--source", "{file}"], 3, "raster"),
    ],
)
def test_a_wrong_call_gets_one_sentence_with_the_remedy(
    hydrograph: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, hint: str
) -> None:
    given, answer, err = run(capsys, "run", *(w.format(file=hydrograph) for w in words))
    assert given == code
    assert set(answer["error"]) == {"code", "what", "where", "remedy"}
    assert answer["error"]["what"]
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
    assert hint in err


def test_an_output_whose_suffix_does_not_fit_is_refused_before_the_work(
    hydrograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = hydrograph.with_name("max.tif.txt")
    code, answer, _ = run(
        capsys, "run", "playback.envelope", "--source", hydrograph, "--variable", "depth", "--out", out
    )
    assert code == 2
    assert ".nc" in answer["error"]["remedy"]
    assert not out.exists()


def test_values_at_places_are_those_of_the_faces(hydrograph: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = hydrograph.with_name("at.csv")
    code, answer, _ = run(
        capsys, "run", "playback.sample", "--source", hydrograph, "--variable", "depth",
        "--points", "7,3;3,7;99,99", "--out", out,
    )  # fmt: skip
    assert code == 0
    assert any("P3" in w for w in answer["warnings"])
    assert out.read_text(encoding="utf-8").splitlines() == [
        'time,"P1 (7, 3) [m]","P2 (3, 7) [m]","P3 (99, 99) [m]"',
        "2026-08-01T00:00:00Z,0.0,0.0,",
        "2026-08-01T01:00:00Z,1.0,0.200000003,",
        "2026-08-01T02:00:00Z,0.0,0.0,",
    ]
    read = open_source(str(out))
    (series,) = read.describe().layers
    read.close()
    assert [(v.name, v.units) for v in series.variables][:2] == [("P1 (7, 3)", "m"), ("P2 (3, 7)", "m")]
    assert series.time is not None
    assert series.time.kind == "utc"


def test_a_batch_runs_every_case_once_and_goes_on_where_it_stopped(
    hydrograph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = hydrograph.with_name("cases.toml")
    plan.write_text(
        'tool = "playback.envelope"\nout = "{name}.nc"\n[common]\nsource = "triangle.nc"\nvariable = "depth"\n'
        '[[case]]\nname = "highest"\nkind = "max"\n[[case]]\nname = "bad"\nkind = "arrival"\n',
        encoding="utf-8",
    )
    code, answer, _ = run(capsys, "batch", plan)
    ended = {c["name"]: (c["exit"], c["skipped"]) for c in answer["cases"]}
    assert (code, ended) == (2, {"highest": (0, False), "bad": (2, False)})
    plan.write_text(plan.read_text(encoding="utf-8") + "threshold = 0.5\n", encoding="utf-8")
    code, answer, _ = run(capsys, "batch", plan)
    ended = {c["name"]: (c["exit"], c["skipped"]) for c in answer["cases"]}
    assert (code, ended) == (0, {"highest": (0, True), "bad": (0, False)})
    assert hydrograph.with_name("bad.nc").exists()


def test_every_tool_is_listed_with_both_languages_and_a_schema(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer, _ = run(capsys, "tools")
    assert code == 0
    tools = {t["id"]: t for t in answer["tools"]}
    assert {"playback.sample", "playback.envelope", "data.reproject", "data.clip"} <= set(tools)
    for one in tools.values():
        assert one["title"]["zh"] != one["title"]["en"]
        assert one["summary"]["zh"] != one["summary"]["en"]
        for parameter in one["parameters"]["properties"].values():
            assert parameter["title_zh"] != parameter["title"]
            assert parameter["description_zh"] != parameter["description"]


def test_a_clipped_grid_keeps_its_cells_and_its_datum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = np.arange(100, dtype=np.float32).reshape(1, 10, 10)
    source = tmp_path / "dem.tif"
    write_raster(source, cells, Extent(0, 0, 100, 100), "EPSG:4549", vdatum="WUSONG_SH")
    out = tmp_path / "part.tif"
    assert run(capsys, "run", "data.clip", "--source", source, "--extent", "20,20,50,60", "--out", out)[0] == 0
    info = run(capsys, "info", out)[1]
    assert info["bounds"] == [20, 20, 50, 60]
    assert info["counts"]["width"] == 3
    assert info["vdatum"] == "WUSONG_SH"


def test_districts_brought_to_a_chinese_grid_keep_names_and_area(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = real_data("vector/shanghai_admin.gpkg")
    out = tmp_path / "districts.gpkg"
    code, answer, _ = run(
        capsys, "run", "data.reproject", "--source", f"{source}#districts", "--crs", "EPSG:4549", "--out", out
    )
    assert code == 0
    assert answer["stats"]["features"] == 16
    info = run(capsys, "info", out)[1]
    assert info["crs"] == "EPSG:4549"
    # Shanghai lies some 80 to 210 km east of the false easting of 500 km and at 3.39 to 3.53 million m north.
    assert 580_000 < info["bounds"][0] < info["bounds"][2] < 715_000
    assert 3_390_000 < info["bounds"][1] < info["bounds"][3] < 3_530_000
    assert run(capsys, "replay", answer["record"])[0] == 0


def test_a_workspace_tells_its_layers_without_opening_them(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer, _ = run(capsys, "info", resources.path("sample/polder.haitang"))
    assert (code, answer["kind"]) == (0, "workspace")
    assert answer["counts"]["layers"] == len(answer["layers"]) >= 10
    assert answer["crs"] == "EPSG:4550"


def test_a_file_that_only_calls_itself_a_workspace_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "noise.haitang"
    path.write_bytes(bytes(range(256)) * 40)
    code, answer, err = run(capsys, "info", path)
    assert code == 3
    assert answer["error"]["remedy"]
    assert "Traceback" not in err


@pytest.mark.parametrize(("word", "code"), [("shto", 2), ("nothing.nc", 3), ("folder/nothing", 3)])
def test_a_word_that_is_neither_a_command_nor_a_file_opens_no_window(
    capsys: pytest.CaptureFixture[str], word: str, code: int
) -> None:
    assert program([word]) == code
    err = capsys.readouterr().err
    assert word in err
    assert len(err.strip().splitlines()) == 1


def test_words_that_look_like_our_own_parameters_fill_sentences() -> None:
    assert tr("{text} of {self}", text="a", self="b") == "a of b"
