"""A person cancels a run, gives it too little memory, or kills the program that watches over it."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest

from app.core import audit
from layers.extent import Extent
from layers.sources.raster_writer import write_raster
from tests.story.commands import program

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


@pytest.fixture
def heights(tmp_path: Path) -> Path:
    """A small grid; brought to cells of 1 cm it would keep the program busy for an hour."""
    path = tmp_path / "heights.tif"
    cells = np.random.default_rng(5).random((1, 200, 200), dtype=np.float32)
    write_raster(path, cells, Extent(600_000, 3_400_000, 602_000, 3_402_000), "EPSG:4549")
    return path


@pytest.fixture
def endless(heights: Path) -> Iterator[subprocess.Popen[str]]:
    """A run under way that would not end by itself."""
    (heights.parent / "out").mkdir()
    process = program(
        "run", "data.reproject", "--source", heights, "--crs", "EPSG:3857", "--resolution", "0.03",
        "--out", heights.parent / "out" / "large.tif", "--json", env={"HAITANG_PROGRESS": "json"},
    )  # fmt: skip
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith('{"progress"'), line + process.stderr.read()
    yield process
    process.kill()
    process.communicate()


@POSIX
def test_a_cancelled_run_ends_with_4_and_leaves_nothing(endless: subprocess.Popen[str], heights: Path):
    endless.send_signal(signal.SIGTERM)
    output, told = endless.communicate(timeout=60)
    assert endless.returncode == 4
    assert json.loads(output)["error"]["code"] == "Cancelled"
    assert told.splitlines()[-1].startswith("The job was cancelled")
    assert list((heights.parent / "out").iterdir()) == []
    log = audit.default_log()
    assert audit.verify(log) == []
    assert json.loads(log.read_text("utf-8").splitlines()[-1])["result"].startswith("cancelled")


@POSIX
def test_ctrl_c_cancels_as_well(endless: subprocess.Popen[str], heights: Path):
    endless.send_signal(signal.SIGINT)
    endless.communicate(timeout=60)
    assert endless.returncode == 4
    assert list((heights.parent / "out").iterdir()) == []


def test_a_run_ends_with_the_program_that_watches_over_it(endless: subprocess.Popen[str]):
    children = psutil.Process(endless.pid).children(recursive=True)
    assert children
    endless.kill()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []


def test_a_run_that_takes_more_memory_than_allowed_is_ended_with_a_sentence(heights: Path):
    out = heights.with_name("part.tif")
    process = program(
        "run", "data.clip", "--source", heights, "--extent", "600000,3400000,601000,3401000",
        "--memory", "20MB", "--out", out, "--json",
    )  # fmt: skip
    output, told = process.communicate(timeout=120)
    assert process.returncode == 3
    error = json.loads(output)["error"]
    assert (error["code"], error["where"]) == ("MemoryExceeded", "--memory")
    assert "20 MiB" in error["what"]
    assert len(told.splitlines()) == 1
    assert not out.exists()


def test_a_run_within_its_memory_tells_what_the_whole_tree_held(heights: Path):
    process = program(
        "run", "data.clip", "--source", heights, "--extent", "600000,3400000,601000,3401000",
        "--memory", "4GiB", "--out", heights.with_name("part.tif"), "--json",
    )  # fmt: skip
    output, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    # The child alone holds Python, NumPy and GDAL; the parent is counted with it.
    assert 60 < json.loads(output)["peak_rss_mb"] < 4096


def test_a_wrong_call_passes_the_supervisor_unchanged():
    process = program("run", "data.nothing", "--json")
    output, told = process.communicate(timeout=120)
    assert process.returncode == 2
    assert json.loads(output)["error"]["code"] == "ParameterInvalid"
    assert "data.clip" in told


@POSIX
def test_a_cancelled_batch_ends_its_runs_and_keeps_what_was_done(heights: Path):
    plan = heights.with_name("cases.toml")
    plan.write_text(
        'tool = "data.reproject"\nout = "out/{name}.tif"\n[common]\nsource = "heights.tif"\ncrs = "EPSG:3857"\n'
        '[[case]]\nname = "quick"\n[[case]]\nname = "endless"\nresolution = 0.03\n',
        encoding="utf-8",
    )
    process = program("batch", plan, "--json")
    assert process.stderr is not None
    assert process.stderr.readline().startswith("quick")
    # The second case begins when the first has been told of.
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 4
    assert json.loads(output)["error"]["code"] == "Cancelled"
    assert sorted(p.name for p in (heights.parent / "out").iterdir()) == ["quick.record.json", "quick.tif"]
    assert list(json.loads(plan.with_name("cases.toml.state.json").read_text("utf-8"))) == ["quick"]
