"""A person writes over an old result, and by mistake over an input, from the command line."""

from __future__ import annotations

import shutil
import subprocess
import sys

import numpy as np
import pytest

from app.core import workspace
from app.core.document import Document
from layers.extent import Extent
from layers.raster import RasterLayer
from layers.sources.raster_writer import write_raster


@pytest.fixture
def grid(tmp_path):
    cells = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    write_raster(tmp_path / "dem.tif", cells, Extent(0, 0, 40, 30), "EPSG:4549")
    return tmp_path / "dem.tif"


def haitang(*words):
    command = [sys.executable, "-m", "app", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_picture_that_is_there_is_replaced_whole(grid, tmp_path):
    out = tmp_path / "map.png"
    out.write_bytes(b"an old picture")
    done = haitang("shot", grid, "--out", out, "--size", "300x200")
    assert done.returncode == 0, done.stderr
    assert out.read_bytes().startswith(b"\x89PNG")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dem.tif", "map.png"]


def test_a_picture_that_fails_leaves_the_old_one(grid, tmp_path):
    out = tmp_path / "map.png"
    out.write_bytes(b"an old picture")
    assert haitang("shot", tmp_path / "none.tif", "--out", out, "--size", "300x200").returncode == 3
    assert out.read_bytes() == b"an old picture"


@pytest.mark.parametrize("view", ["map", "window"])
def test_a_picture_never_takes_the_place_of_a_file_of_its_workspace(grid, tmp_path, view):
    source = tmp_path / "plan.png"
    shutil.copy(grid, source)
    document = Document()
    document.add(RasterLayer(name="plan", source=str(source)))
    workspace.write(document.snapshot(), tmp_path / "w.haitang")
    before = source.read_bytes()
    done = haitang("shot", tmp_path / "w.haitang", "--view", view, "--lang", "en", "--out", source)
    assert (done.returncode, source.read_bytes()) == (2, before)
    assert "plan.png" in done.stderr
    assert "inputs" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_result_that_is_there_is_replaced_and_an_input_is_not(grid, tmp_path):
    out = tmp_path / "out.tif"
    out.write_bytes(b"an old result")
    done = haitang("run", "data.reproject", "--source", grid, "--crs", "EPSG:4326", "--out", out)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes()[:2] in (b"II", b"MM")
    before = grid.read_bytes()
    done = haitang("run", "data.reproject", "--source", grid, "--crs", "EPSG:4326", "--out", grid)
    assert (done.returncode, grid.read_bytes()) == (2, before)
