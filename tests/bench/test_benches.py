"""Benches run small: the answers have the form of the contract, and frames were really looked at."""

from __future__ import annotations

import pytest

from app.views.bench import samples
from app.views.bench.playback import playback
from app.views.bench.raster import raster
from app.views.bench.run import bench
from app.views.bench.vector import ONCE, vector
from layers.errors import HaitangError, ParameterInvalid

SIZE = (320, 200)
COMMON = {"bench", "path", "size", "first_ms", "frame_ms", "fps", "stall_ms", "peak_rss_mb", "versions"}

pytestmark = pytest.mark.bench


@pytest.fixture(autouse=True)
def screen(qapp):
    return qapp


def test_playback_plays_from_the_file_and_from_memory(tmp_path):
    path = samples.mesh_file(tmp_path, 20, 10, 6)
    answer = playback([str(path)], SIZE)
    assert COMMON | {"from_memory", "from_file", "plan_ms", "cells"} <= set(answer)
    assert answer["cells"] == 400
    assert answer["from_file"]["frame_ms"]["n"] == 5
    assert answer["from_memory"]["fps"] > 0


def test_playback_refuses_a_mesh_that_never_changes(tmp_path):
    import numpy as np

    from layers.sources.mesh_writer import write_mesh
    from tests.views import maps

    path = tmp_path / "still.nc"
    write_mesh(path, maps.topology(), {"depth": (np.ones((3, 2)), "face", "m", {})}, maps.TIMES, "EPSG:4549")
    with pytest.raises(HaitangError, match="did not change"):
        playback([str(path)], SIZE)


def test_vector_measures_three_shares_and_panning(tmp_path, monkeypatch):
    monkeypatch.setattr("app.views.bench.vector.second_open_ms", lambda *_: 1.0)
    path = samples.polygon_file(tmp_path, 500)
    answer = vector([str(path)], SIZE)
    assert COMMON | {"views", "pan_ms", "second_open_ms", "features"} <= set(answer)
    assert set(answer["views"]) == {"full", "tenth", "hundredth"}
    assert answer["views"]["full"]["features"] == 500
    assert answer["views"]["hundredth"]["features"] < 100


def test_the_child_of_the_vector_bench_only_opens(tmp_path, monkeypatch):
    monkeypatch.setenv(ONCE, "1")
    answer = vector([str(samples.polygon_file(tmp_path, 50))], SIZE)
    assert set(answer) == {"bench", "path", "first_ms"}


def test_raster_measures_panning_and_another_system(tmp_path):
    answer = raster([str(samples.raster_file(tmp_path, 300))], SIZE)
    assert COMMON | {"pan_ms", "reproject_ms", "pixels"} <= set(answer)
    assert answer["pixels"] == 90_000


def test_an_unknown_bench_is_a_wrong_call():
    with pytest.raises(ParameterInvalid):
        bench("nonsense", [])
