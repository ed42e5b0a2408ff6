"""2DM meshes and their datasets, held against struct, text and h5py read directly."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from layers.errors import DataError
from layers.sources.open import open_folder, open_source
from layers.sources.source import SeriesRequest, TopologyRequest
from tests.realdata import real_data
from tests.unit.layers.model_files import dat_binary, dat_text, hurt, mesh_2dm, opened, refused, same, values

if TYPE_CHECKING:
    from pathlib import Path

NEW_HEAD = """DATASET
OBJTYPE "mesh2d"
BEGSCL
ND 7
NC 3
NAME "depth"
RT_JULIAN 2460552.0
TIMEUNITS seconds
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one mesh."""
    mesh_2dm(tmp_path / "channel.2dm")
    return tmp_path


def rows(path: Path, card: str) -> np.ndarray:
    """The numbers of all lines of a card, read line by line."""
    found = [line.split() for line in path.read_text(errors="replace").splitlines() if line.startswith(card)]
    width = {"ND": 5, "E3T": 5, "E4Q": 6}[card]
    return np.array([[float(word) for word in row[1:width]] for row in found])


def stored(path: Path, name: str) -> np.ndarray:
    """A table of an HDF5 file as h5py reads it."""
    with h5py.File(path, locking=False) as file:
        found: Any = file[name]
        return found[...]


FACTS = [
    ("mesh/2dm_large/M01_5m_002.2dm", 20893, 20486, [292842.529, 6177570.015, 293650.286, 6178437.106], None),
    ("mesh/dat_binary/regular_grid.2dm", 1976, 1875, [381449.785, 168700.985, 381599.785, 168750.985], 61),
    ("mesh/xmdf/hydro_as-2d.2dm", 300, 245, [0.0, -2.0, 9.0, 4.49452143], 4),
    ("mesh/xmdf/results.h5", 300, 245, [0.0, -2.0, 9.0, 4.49452143], 4),
    ("mesh/xmdf_reftime/PTM_005_QGIS_Axis.xmdf", 1419, 1375, [159.07148, -31.44181, 159.131004, -31.35748], 1),
    ("mesh/xdmf/SimpleChannel.2dm", 54, 77, [0.0, 0.0, 20.0, 5.0], None),
    ("broken/mesh/mesh_with_numbering_gaps.2dm", 5, 2, [1000.0, 2000.0, 3000.0, 3000.0], None),
    ("broken/mesh/unordered_ids.2dm", 5, 2, [1000.0, 2000.0, 3000.0, 3000.0], None),
    ("broken/mesh/unsupported_elements.2dm", 8, 1, [1000.0, 1000.0, 2000.0, 2000.0], None),
]


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "nodes", "faces", "box", "steps"), FACTS)
def test_a_mesh_or_dataset_opens_with_its_facts(name: str, nodes: int, faces: int, box: list[float], steps: int | None):
    source, layer = opened(real_data(name))
    assert layer.counts == {"nodes": nodes, "faces": faces}
    assert layer.bounds is not None
    assert layer.bounds.to_list() == box
    assert (None if layer.time is None else len(layer.time)) == steps
    mesh: Any = source.read(TopologyRequest(layer.key))
    assert (len(mesh.node_x), len(mesh.face_offsets)) == (nodes, faces + 1)
    source.close()


@pytest.mark.real_data
def test_the_nodes_of_a_large_mesh_are_those_of_its_lines():
    path = real_data("mesh/2dm_large/M01_5m_002.2dm")
    source, layer = opened(path)
    mesh: Any = source.read(TopologyRequest(layer.key))
    expected = rows(path, "ND")
    np.testing.assert_array_equal(np.column_stack((mesh.node_x, mesh.node_y, mesh.node_z)), expected[:, 1:4])
    np.testing.assert_array_equal(np.sort(mesh.face_nodes[:4]) + 1, np.sort(rows(path, "E4Q")[0, 1:5]))
    same(values(source, "bed_elevation"), expected[:, 3])


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "width"), [("scalar", 1), ("vector", 2)])
def test_binary_datasets_hold_what_numpy_reads_and_recorded_maxima_stand_apart(name: str, width: int):
    path = real_data(f"mesh/dat_binary/regular_grid_{name}.dat")
    source, layer = opened(path)
    content = path.read_bytes()
    step_bytes = 4 + 1 + 4 + 1875 + 1976 * 4 * width
    mesh: Any = source.read(TopologyRequest(layer.key))

    def expected(step: int) -> np.ndarray:
        at = head + step * step_bytes + 9
        active = np.frombuffer(content, "i1", 1875, at) != 0
        wet = np.zeros(1976, bool)
        for corner in range(4):
            wet[mesh.face_nodes[mesh.face_offsets[:-1] + corner][active]] = True
        found = np.frombuffer(content, "<f4", 1976 * width, at + 1875).reshape(1976, -1)
        return np.where(wet[:, np.newaxis], found, np.nan)

    head = len(content) - 4 - 62 * step_bytes
    variable = layer.variables[0].name
    assert layer.time is not None
    assert layer.time.to_info()["end"] == "PT18000S"
    for step in (0, 17, 60):
        same(values(source, variable, step).reshape(1976, -1), expected(step))
    same(values(source, f"{variable}/Maximums").reshape(1976, -1), expected(61))
    recorded = layer.variable(f"{variable}/Maximums")
    assert recorded is not None
    assert recorded.steps == 1


@pytest.mark.real_data
def test_old_ascii_datasets_hold_what_their_lines_say():
    for name, width in (("wspl", 1), ("veloc", 2)):
        path = real_data(f"mesh/xmdf/{name}.dat")
        source, layer = opened(path)
        lines = path.read_text().splitlines()
        assert layer.time is not None
        assert layer.time.hours().round(6).tolist() == [0, 0.333333, 0.666667, 1]
        for step in (0, 3):
            begin = step * 305 + 5
            expected = np.array([[float(word) for word in line.split()] for line in lines[begin : begin + 300]])
            same(values(source, name, step).reshape(300, width), expected)


@pytest.mark.real_data
def test_xmdf_datasets_agree_with_h5py_at_every_step():
    path = real_data("mesh/xmdf/veloc.h5")
    source, layer = opened(path)
    for name in ("veloc_HYDRO_AS-2D", "veloc_magnitudeHYDRO_AS-2D"):
        expected = stored(path, f"{name}/Values")
        for step in range(4):
            same(values(source, name, step), expected[step])
    found = layer.variable("veloc_HYDRO_AS-2D")
    assert found is not None
    assert (found.vector, found.units) == (True, "m/s")


@pytest.mark.real_data
def test_a_reference_time_becomes_a_date_without_a_zone_and_inactive_places_have_no_value():
    path = real_data("mesh/xmdf_reftime/PTM_005_QGIS_Axis.xmdf")
    source, layer = opened(path)
    assert layer.time is not None
    assert (layer.time.kind, str(layer.time.values[0])[:16]) == ("unzoned", "2011-05-01T00:00")
    expected = stored(path, "PTM_005_QGIS_Axis/temporal/D/Values")[0]
    active = stored(path, "PTM_005_QGIS_Axis/temporal/D/Active")[0] != 0
    mesh: Any = source.read(TopologyRequest(layer.key))
    wet = np.zeros(1419, bool)
    for face in np.flatnonzero(active):
        wet[mesh.face_nodes[mesh.face_offsets[face] : mesh.face_offsets[face + 1]]] = True
    same(values(source, "D"), np.where(wet, expected, np.nan))
    assert layer.variable("H").standard_name == "water_surface_height_above_reference_datum"  # type: ignore[union-attr]


@pytest.mark.real_data
def test_maxima_of_the_model_are_not_below_the_steps_that_were_stored():
    source, layer = opened(real_data("mesh/xmdf/hydro_as-2d.2dm"))
    assert {"FT", "FTmax", "wspl", "veloc", "bed_elevation"} <= {v.name for v in layer.variables}
    stored = np.max([values(source, "FT", step) for step in range(4)], axis=0)
    assert (values(source, "FTmax") >= stored - 1e-4).all()
    series: Any = source.read(SeriesRequest("", "FT", (5, 200)))
    same(series.values, [values(source, "FT", step)[[5, 200]] for step in range(4)])


def test_ids_in_any_order_gaps_comments_and_spare_columns_are_read(folder: Path):
    source, layer = opened(folder / "channel.2dm")
    mesh: Any = source.read(TopologyRequest(""))
    assert layer.title == "channel"
    assert mesh.node_x.tolist() == [0, 10, 20, 0, 10, 20, 15]
    assert mesh.node_z.tolist() == [-1, -1.25, -1.5, 1, 2, 3, 4.5]
    assert np.split(mesh.face_nodes, mesh.face_offsets[1:-1])[1].tolist() == [5, 6, 4]
    assert values(source, "material").tolist() == [3, 9, 4]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("MESH2D\nND 1 0 0 0\n", "holds no mesh"),
        ("MESH2D\nND 1 0 0\nE3T 1 1 2 3 1\n", "Line 2"),
        ("MESH2D\nND 1 0 0 0\nND 2 x 0 0\nND 3 1 1 0\nE3T 1 1 2 3 1\n", "Line 3"),
        ("MESH2D\nND 1 0 0 0\nND 2 1 0 0\nND 3 1 1 0\nE3T 7 1 2 4 1\n", "Element 7 names node 4"),
        ("MESH2D\nND 1 0 0 0\nND 2 1 0 0\nND 2 1 1 0\nE3T 7 1 2 2 1\n", "is there twice"),
        ("MESH2D\nND 1 0 0 0\nND 2 1 0 0\nND 99999999999999999999 1 1 0\nE3T 7 1 2 3 1\n", "node 3"),
        ("MESH2D\nND 1 0 0 0\nND 2 nan 0 0\nND 3 1 1 0\nE3T nan 1 2 inf 1\n", "names node"),
    ],
)
def test_a_mesh_that_is_wrong_says_where(tmp_path: Path, lines: str, said: str):
    mesh_2dm(tmp_path / "a.2dm", lines)
    assert said in refused(tmp_path / "a.2dm")


@pytest.mark.parametrize("order", ["<", ">"])
def test_flags_of_elements_dry_the_nodes_that_only_they_touch(folder: Path, order: str):
    held = np.arange(14, dtype=np.float32).reshape(2, 7) + 1
    flags = [[1, 1, 1], [1, 0, 0]]  # in the order of ids: E4Q 1, E3T 2, E4Q 3
    dat_binary(folder / "d.dat", held, [0.0, 1.5], order=order, flags=flags, unit=1)
    source, layer = opened(folder / "channel.2dm")
    assert layer.time is not None
    assert layer.time.to_info()["end"] == "PT90S"
    same(values(source, "depth", 0), held[0])
    dry = [2, 5, 6]
    expected = held[1].copy()
    expected[dry] = np.nan
    same(values(source, "depth", 1), expected)


@pytest.mark.parametrize(
    ("head", "step", "kind"),
    [
        (NEW_HEAD, "TS 0 {time}", "unzoned"),
        ("SCALAR\nND 7\nST 0\nTIMEUNITS Seconds", "TS {time}", "elapsed"),
        ("SCALAR\nND 7\nST 0\nTIMEUNITS Minutes\nNAME depth", "TS {time}", "elapsed"),
    ],
)
def test_ascii_datasets_of_both_forms_give_the_same_values(folder: Path, head: str, step: str, kind: str):
    held = np.random.default_rng(2).random((40, 7)).round(4).astype(np.float32)
    dat_text(folder / "depth.dat", held, [60 * n for n in range(40)], head, step)
    source, layer = opened(folder / "depth.dat")
    assert layer.time is not None
    assert (len(layer.time), layer.time.kind) == (40, kind)
    for number in (0, 1, 39):
        same(values(source, "depth", number), held[number])
    if kind == "unzoned":
        assert str(layer.time.values[1])[:19] == "2024-08-29T12:01:00"


def test_values_on_elements_and_without_value_are_known(folder: Path):
    held = np.array([[1.0, -999.0, 3.0]], np.float32)
    dat_text(folder / "depth_els.dat", held, [0], "SCALAR\nND 3\nST 0\nTIMEUNITS hours")
    source, layer = opened(folder / "channel.2dm")
    found = layer.variable("depth_els")
    assert found is not None
    assert found.location == "face"
    same(values(source, "depth_els"), [1.0, np.nan, 3.0])


def test_datasets_without_a_mesh_or_with_several_say_so(folder: Path):
    held = np.ones((2, 7), np.float32)
    dat_binary(folder / "d.dat", held, [0, 1])
    shutil.copy(folder / "channel.2dm", folder / "again.2dm")
    assert re.search("Several meshes .*again.2dm, channel.2dm", refused(folder / "d.dat"))
    shutil.move(folder / "again.2dm", folder / "d.2dm")
    assert refused(folder / "d.dat") == ""
    assert [name.rsplit("/", 1)[-1] for name in map(str, open_folder(str(folder)))] == ["channel.2dm", "d.2dm"]
    for name in ("channel.2dm", "d.2dm"):
        (folder / name).unlink()
    assert "no 2DM mesh" in refused(folder / "d.dat")


def test_a_damaged_dataset_beside_a_mesh_is_told_and_the_mesh_opens(folder: Path):
    (folder / "bad.dat").write_text("SCALAR\nND 7\nTS\n")
    (folder / "bad.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(50))
    _, layer = opened(folder / "channel.2dm")
    told = [w.fields["name"] for w in layer.warnings if w.code == "dataset_unreadable"]
    assert told == ["bad.dat", "bad.h5"]


@pytest.mark.parametrize("number", [2**31 - 1, 0, 10**18])
def test_counts_that_lie_are_refused(folder: Path, number: int):
    dat_text(folder / "t.dat", np.ones((2, 7)), [0, 1], f"SCALAR\nND {number}\nST 0\nTIMEUNITS hours")
    assert refused(folder / "t.dat")
    held = np.ones((2, 7), np.float32)
    dat_binary(folder / "b.dat", held, [0, 1])
    content = bytearray((folder / "b.dat").read_bytes())
    at = content.index((7).to_bytes(4, "little"))
    content[at : at + 4] = min(number, 2**31 - 1).to_bytes(4, "little")
    (folder / "b.dat").write_bytes(content)
    assert refused(folder / "b.dat")


def xmdf(path: Path) -> None:
    """A file of one dataset with two steps on seven nodes."""
    with h5py.File(path, "w") as file:
        file["File Type"] = np.array([b"Xmdf"])
        group = file.create_group("run/Temporal/Depth")
        group.attrs["Grouptype"] = np.array([b"DATASET SCALAR"])
        group.attrs["TimeUnits"] = np.array([b"Hours"])
        group["Times"] = np.array([0.0, 0.5])
        group.create_dataset("Values", data=np.arange(14.0, dtype="f4").reshape(2, 7), chunks=(1, 7), compression=1)
        group = file.create_group("run/Maximums/Depth")
        group["Times"] = np.array([0.0])
        group["Values"] = np.full((1, 7), 20.0, "f4")
        file["elsewhere"] = h5py.ExternalLink("other.h5", "/run")


def test_maxima_of_tuflow_stand_beside_the_dataset_and_links_to_other_files_are_not_followed(folder: Path):
    xmdf(folder / "run.xmdf")
    source, layer = opened(folder / "run.xmdf")
    assert [v.name for v in layer.variables][:2] == ["Depth", "Depth/Maximums"]
    same(values(source, "Depth", 1), np.arange(7, 14))
    same(values(source, "Depth/Maximums"), np.full(7, 20))


@pytest.mark.parametrize("kind", ["2dm", "text", "binary", "xmdf"])
def test_damaged_copies_are_one_sentence_or_open(tmp_path: Path, kind: str):
    mesh = tmp_path / "channel.2dm"
    mesh_2dm(mesh)
    file = mesh if kind == "2dm" else tmp_path / {"text": "t.dat", "binary": "b.dat", "xmdf": "x.xmdf"}[kind]
    held = np.random.default_rng(3).random((20, 7)).astype(np.float32)
    if kind == "text":
        dat_text(file, held, range(20), NEW_HEAD, "TS 0 {time}")
    elif kind == "binary":
        dat_binary(file, held, range(20))
    elif kind == "xmdf":
        xmdf(file)
    for copy in hurt(tmp_path, file):
        if kind != "2dm":
            shutil.copy(mesh, copy.parent)
        refused(copy)


def test_a_file_that_is_no_dataset_says_so(tmp_path: Path):
    mesh_2dm(tmp_path / "a.2dm")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["File Type"] = np.array([b"Xmdf"])
    with pytest.raises(DataError, match="holds no datasets"):
        open_source(str(tmp_path / "a.h5"))
