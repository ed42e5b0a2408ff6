"""Every run, replay and batch leaves a line in the audit log, and a changed line is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from app.cli import main
from app.core import audit
from app.core.hashes import file_hash
from layers.extent import Extent
from layers.sources.raster_writer import write_raster
from tests.story.commands import made, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def dem(tmp_path: Path) -> Path:
    """A small grid."""
    path = tmp_path / "dem.tif"
    write_raster(path, np.ones((1, 10, 10), np.float32), Extent(0, 0, 100, 100), "EPSG:4549")
    return path


def lines() -> list[tuple[str, str, str]]:
    """Action, object and result of each line of the log."""
    text = audit.default_log().read_text("utf-8")
    return [(e["action"], e["object"], e["result"]) for e in map(json.loads, text.splitlines())]


def test_run_replay_and_batch_are_in_the_log_with_what_came_of_them(dem: Path, capsys: pytest.CaptureFixture[str]):
    out = dem.with_name("part.tif")
    answer = made(capsys, "data.clip", "--source", dem, "--extent", "0,0,50,50", "--out", out)
    assert run(capsys, "replay", answer["record"])[0] == 0
    plan = dem.with_name("cases.toml")
    plan.write_text(
        'tool = "data.clip"\nout = "{name}.tif"\n[common]\nsource = "dem.tif"\n'
        '[[case]]\nname = "a"\nextent = "0,0,50,50"\n[[case]]\nname = "b"\nextent = "900,900,950,950"\n',
        encoding="utf-8",
    )
    assert run(capsys, "batch", plan)[0] == 3
    found = lines()
    assert found[0] == ("run", "data.clip", f"done: {out} sha256:{file_hash(out)}")
    assert found[1] == ("replay", answer["record"], "agrees")
    assert {(action, result.split(":")[0]) for action, _, result in found[2:4]} == {("run", "done"), ("run", "failed")}
    assert found[4] == ("batch", str(plan), "done: 1, failed: 1, done before: 0")
    assert run(capsys, "audit", "verify")[:2] == (
        0,
        {"log": str(audit.default_log()), "whole": True, "problems": []},
    )


def test_what_was_refused_is_in_the_log_too(dem: Path, capsys: pytest.CaptureFixture[str]):
    assert run(capsys, "run", "data.clip", "--source", dem)[0] == 2
    assert run(capsys, "replay", dem.with_name("none.json"))[0] == 3
    assert [result.split(":")[1].strip() for _, _, result in lines()] == ["ParameterInvalid", "DataError"]


def test_a_changed_line_is_found_and_ends_with_3(dem: Path, capsys: pytest.CaptureFixture[str]):
    for name in ("a.tif", "b.tif"):
        made(capsys, "data.clip", "--source", dem, "--extent", "0,0,50,50", "--out", dem.with_name(name))
    log = audit.default_log()
    log.write_text(log.read_text("utf-8").replace("a.tif", "c.tif"), "utf-8")
    code, answer, told = run(capsys, "audit", "verify")
    assert (code, answer["whole"]) == (3, False)
    assert answer["problems"][0] == {"line": 1, "what": "The line was changed after it was written."}
    assert told.startswith("Line 1: ")


def test_a_log_that_cannot_go_on_does_not_lose_the_result_but_is_told(dem: Path, capsys: pytest.CaptureFixture[str]):
    made(capsys, "data.clip", "--source", dem, "--extent", "0,0,50,50", "--out", dem.with_name("a.tif"))
    log = audit.default_log()
    log.write_text(log.read_text("utf-8").replace("a.tif", "c.tif"), "utf-8")
    answer = made(capsys, "data.clip", "--source", dem, "--extent", "0,0,50,50", "--out", dem.with_name("b.tif"))
    assert dem.with_name("b.tif").exists()
    assert any("audit log" in warning for warning in answer["warnings"])


def test_a_picture_is_an_export(tmp_path: Path):
    def draw(parsed: Any) -> int:
        parsed.out.write_bytes(b"picture")
        return 0

    out = tmp_path / "map.png"
    assert main(["shot", "dem.tif", "--out", str(out)], {"shot": draw}) == 0
    assert lines() == [("export", str(out), f"done: sha256:{file_hash(out)}")]
