from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import netCDF4
import numpy as np
import pytest

from layers.errors import DataError, SourceUnavailable
from layers.sources.mesh_writer import MeshWriter, write_mesh
from layers.sources.source import Topology, TopologyRequest, ValuesRequest
from layers.times import EPOCH, TimeAxis
from tests.realdata import ROOT, real_data
from tests.unit.layers.netcdf_files import NODE_X, NODE_Y, codes, opened

if TYPE_CHECKING:
    from pathlib import Path

FACES = Topology(
    NODE_X + 350_000,
    NODE_Y + 3_450_000,
    np.array([0, 3, 7, 10], np.int64),
    np.array([0, 1, 4, 1, 2, 5, 4, 3, 0, 4], np.int32),
    np.array([[0, 1], [1, 2]], np.int32),
    np.arange(6.0),
)
TIMES = TimeAxis(np.array(["2021-07-25T15:00", "2021-07-25T16:00"], "datetime64[ns]"))
DEPTH = np.array([[0.5, np.nan, 1.5], [2.5, 3.5, 4.5]], np.float32)


def written(path: Path, **options: Any) -> Path:
    """A mesh with a depth that changes and an arrival that does not."""
    arrival = (np.array([1.0, np.nan, 2.0]), "face", "h", {"long_name": "到达时间"})
    values = {"depth": (DEPTH, "face", "m", {"standard_name": "flood_water_thickness"}), "arrival": arrival}
    about: dict[str, Any] = {"times": TIMES, "crs": "EPSG:4549", "vdatum": "CN1985", "record": '{"tool": "a.b"}'}
    write_mesh(path, FACES, values, **{**about, **options})
    return path


def test_what_is_written_reads_back(tmp_path: Path):
    source, layer = opened(written(tmp_path / "m.nc", attrs={"title": "潮位"}))
    assert (layer.crs, layer.vdatum, layer.time) == ("EPSG:4549", "CN1985", TIMES)
    assert layer.counts == {"nodes": 6, "faces": 3, "edges": 2}
    topology: Any = source.read(TopologyRequest(layer.key))
    for name in ("node_x", "node_y", "face_offsets", "face_nodes", "edge_nodes", "node_z"):
        assert np.array_equal(getattr(topology, name), getattr(FACES, name)), name
    depth: Any = source.read(ValuesRequest(layer.key, "depth", 0))
    assert np.array_equal(depth.values, DEPTH[0], equal_nan=True)
    arrival = layer.variable("arrival")
    assert arrival is not None
    assert (arrival.units, arrival.location, arrival.steps, arrival.title) == ("h", "face", 1, "到达时间")
    with netCDF4.Dataset(str(tmp_path / "m.nc")) as file:
        assert file.record == '{"tool": "a.b"}'
        assert file.title == "潮位"
        assert file["crs"].epsg_code == "EPSG:4549"


def test_another_process_at_another_time_writes_the_same_bytes(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; "
        "from tests.unit.layers.test_mesh_writer import written; written(Path(sys.argv[1]))"
    )
    first = written(tmp_path / "a.nc").read_bytes()
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "b.nc")], cwd=ROOT, check=True, timeout=120)
    second = (tmp_path / "b.nc").read_bytes()
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


def test_no_moment_of_writing_is_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first = written(tmp_path / "a.nc")
    # HDF5 keeps seconds: the second file is begun in another one.
    started = first.stat().st_mtime
    path = tmp_path / "b.nc"
    while True:
        written(path)
        if int(path.stat().st_mtime) > int(started):
            break
    assert path.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("kind", ["utc", "unzoned", "elapsed"])
@pytest.mark.parametrize("unit", ["s", "ms"])
def test_the_kind_of_the_times_is_kept(tmp_path: Path, kind: Any, unit: str):
    times = TimeAxis(EPOCH + np.array([1500, 3700], f"timedelta64[{unit}]"), kind)
    _, layer = opened(written(tmp_path / "m.nc", times=times))
    assert layer.time == times


def test_an_unknown_system_stays_unknown(tmp_path: Path):
    _, layer = opened(written(tmp_path / "m.nc", crs=None, vdatum=None))
    assert (layer.crs, layer.vdatum) == (None, None)
    assert "crs_missing" in codes(layer)


def test_a_system_without_a_code_is_kept_as_wkt(tmp_path: Path):
    axes = 'CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]'
    local = f'ENGCRS["Shanghai city grid",EDATUM["local"],{axes}]'
    _, layer = opened(written(tmp_path / "m.nc", crs=local))
    assert layer.crs is not None
    assert "Shanghai city grid" in layer.crs


def test_steps_can_be_written_one_by_one(tmp_path: Path):
    with MeshWriter(tmp_path / "m.nc", FACES, TIMES, "EPSG:4549") as writer:
        writer.declare("depth", "face", "m")
        for step, values in enumerate(DEPTH):
            writer.put("depth", values, step)
    source, layer = opened(tmp_path / "m.nc")
    depth: Any = source.read(ValuesRequest(layer.key, "depth", 1))
    assert np.array_equal(depth.values, DEPTH[1])


def test_the_height_of_nodes_may_be_announced_again_and_other_names_are_taken_once(tmp_path: Path):
    with MeshWriter(tmp_path / "m.nc", FACES, TIMES) as writer:
        writer.declare("mesh2d_node_z", "node", "m", timed=False)
        writer.put("mesh2d_node_z", np.arange(6.0))
        with pytest.raises(DataError, match="time is taken"):
            writer.declare("time", "face")
    source, layer = opened(tmp_path / "m.nc")
    topology: Any = source.read(TopologyRequest(layer.key))
    assert topology.node_z.tolist() == [0, 1, 2, 3, 4, 5]


def test_an_error_leaves_nothing_behind_and_an_old_file_untouched(tmp_path: Path):
    old = written(tmp_path / "m.nc").read_bytes()
    with pytest.raises(DataError, match="shape"):
        write_mesh(tmp_path / "m.nc", FACES, {"depth": (np.zeros(4), "face", "m", {})})
    with pytest.raises(DataError, match="does not have"):
        write_mesh(tmp_path / "m.nc", FACES, {"depth": (np.zeros(3), "cell", "m", {})})
    with pytest.raises(SourceUnavailable, match="cannot be written"):
        written(tmp_path / "none" / "m.nc")
    assert (tmp_path / "m.nc").read_bytes() == old
    assert [one.name for one in tmp_path.iterdir()] == ["m.nc"]


def test_a_real_mesh_with_hexagons_survives_the_round(tmp_path: Path):
    source, layer = opened(real_data("mesh/dflowfm/simplebox_hex7_map.nc"))
    topology: Any = source.read(TopologyRequest("mesh2d"))
    level: Any = source.read(ValuesRequest("mesh2d", "mesh2d_s1", 12))
    write_mesh(tmp_path / "m.nc", topology, {"s1": (level.values, "face", "m", {})}, crs=layer.crs, vdatum="NAP")
    again, other = opened(tmp_path / "m.nc")
    back: Any = again.read(TopologyRequest(other.key))
    for name in ("node_x", "node_y", "face_offsets", "face_nodes", "edge_nodes", "node_z"):
        assert np.array_equal(getattr(back, name), getattr(topology, name), equal_nan=True), name
