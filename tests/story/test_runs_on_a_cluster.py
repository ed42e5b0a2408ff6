"""A run on a Dask cluster: the same bytes as at home, the same sentences when it fails."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pytest

from app.core import calls
from app.core.hashes import file_hash
from layers.sources.mesh_writer import write_mesh
from layers.sources.source import Topology
from layers.times import TimeAxis
from tests.story.commands import made, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

distributed = pytest.importorskip("distributed", reason="the extra 'cluster' (dask.distributed) is not installed")

pytestmark = pytest.mark.filterwarnings("default::ResourceWarning", "ignore::DeprecationWarning:distributed")


@pytest.fixture
def basin(tmp_path: Path) -> Path:
    """Two triangles that fill and run dry."""
    xy = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])
    mesh = Topology(xy[:, 0], xy[:, 1], np.array([0, 3, 6]), np.array([0, 1, 2, 0, 2, 3], np.int32))
    times = TimeAxis(np.array(["2026-08-01T00", "2026-08-01T01", "2026-08-01T02"], "datetime64[ns]"))
    path = tmp_path / "basin.nc"
    depth = np.array([[0, 0], [1, 0.2], [0, 0]], np.float32)
    write_mesh(path, mesh, {"depth": (depth, "face", "m", {})}, times, "EPSG:4549", "WUSONG_SH")
    return path


@pytest.fixture
def cluster() -> Iterator[str]:
    """The address of a cluster with one worker on this machine."""
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=True,
        memory_limit=0,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    ) as made_here:
        yield made_here.scheduler_address


def test_a_cluster_by_its_address_gives_the_same_bytes(
    basin: Path, cluster: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    words = ("playback.envelope", "--source", basin, "--variable", "depth", "--kind", "arrival", "--threshold", "0.5")
    made(capsys, *words, "--out", basin.with_name("home.nc"))
    monkeypatch.chdir(basin.parent)
    answer = made(capsys, *words, "--out", "away.nc", "--cluster", cluster)
    assert file_hash(basin.with_name("away.nc")) == file_hash(basin.with_name("home.nc"))
    assert answer["outputs"] == ["away.nc"]
    assert run(capsys, "replay", "away.record.json")[0] == 0


def test_a_fault_on_the_cluster_has_the_sentence_of_home(basin: Path, cluster: str, capsys: pytest.CaptureFixture[str]):
    words = ("run", "playback.envelope", "--source", basin, "--variable", "none")
    at_home = run(capsys, *words)
    away = run(capsys, *words, "--cluster", cluster)
    assert away == at_home
    assert away[0] == 2


def test_a_cluster_of_its_own_gives_the_same_bytes_and_counts_its_memory(
    basin: Path, capsys: pytest.CaptureFixture[str]
):
    words = ("playback.sample", "--source", basin, "--variable", "depth", "--points", "7,3;99,99")
    at_home = made(capsys, *words, "--out", basin.with_name("home.csv"))
    away = made(capsys, *words, "--out", basin.with_name("away.csv"), "--cluster", "local")
    assert basin.with_name("away.csv").read_bytes() == basin.with_name("home.csv").read_bytes()
    assert away["warnings"] == at_home["warnings"] != []
    assert away["peak_rss_mb"] > at_home["peak_rss_mb"]


def test_a_cluster_that_does_not_answer_is_told_with_its_address(
    basin: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(calls, "CONNECT_S", 0.5)
    code, answer, err = run(
        capsys, "run", "playback.envelope", "--source", basin, "--variable", "depth", "--cluster", "tcp://127.0.0.1:9"
    )
    assert (code, answer["error"]["where"]) == (3, "tcp://127.0.0.1:9")
    assert len(err.splitlines()) == 1
