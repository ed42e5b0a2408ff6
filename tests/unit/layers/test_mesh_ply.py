"""PLY meshes, held against lines and struct read directly."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from layers.sources.mesh_rows import row_starts
from layers.sources.source import TopologyRequest
from tests.realdata import real_data
from tests.unit.layers.model_files import hurt, opened, refused, same, values

if TYPE_CHECKING:
    from pathlib import Path

NODES = [(0, 0, 1.5), (10, 0, 2.5), (10, 10, 3.5), (0, 10, 4.5), (20, 0, 5.5), (20, 10, 6.5), (5, 20, 7.5)]
FACES = [(0, 1, 2, 3), (1, 4, 5, 2), (3, 2, 6), (2, 5, 6)]


def ply(path: Path, form: str, faces: list[tuple[int, ...]] = FACES, count: int | None = None) -> Path:
    """A mesh with a quantity on its faces, in one of the three forms."""
    order = ">" if "big" in form else "<"
    head = (
        f"ply\nformat {form} 1.0\ncomment crs: EPSG:32651\nelement vertex {len(NODES)}\n"
        "property double x\nproperty double y\nproperty float z\n"
        f"element face {len(faces) if count is None else count}\nproperty short kind\n"
        "property list uchar int vertex_indices\nproperty float roughness\nend_header\n"
    ).encode()
    if form == "ascii":
        lines = [" ".join(map(str, node)) for node in NODES]
        lines += [f"{n % 1000} {len(face)} {' '.join(map(str, face))} {n / 8}" for n, face in enumerate(faces)]
        path.write_bytes(head + "\n".join(lines).encode() + b"\n")
        return path
    body = b"".join(struct.pack(f"{order}ddf", *node) for node in NODES)
    for number, face in enumerate(faces):
        body += struct.pack(f"{order}hB{len(face)}if", number % 1000, len(face), *face, number / 8)
    path.write_bytes(head + body)
    return path


@pytest.mark.real_data
def test_a_ply_mesh_opens_with_the_numbers_of_its_lines():
    path = real_data("mesh/ply/test_mesh.ply")
    source, layer = opened(path)
    lines = path.read_text().splitlines()
    head = lines.index("end_header") + 1
    nodes = np.array([[float(word) for word in line.split()] for line in lines[head : head + 38487]])
    faces = np.array([[int(word) for word in line.split()] for line in lines[head + 38487 :]])
    assert layer.counts == {"nodes": 38487, "faces": 76294}
    assert layer.bounds is not None
    assert layer.bounds.to_list() == [*nodes[:, :2].min(axis=0), *nodes[:, :2].max(axis=0)]
    mesh: Any = source.read(TopologyRequest(""))
    np.testing.assert_array_equal(mesh.node_x, nodes[:, 0])
    np.testing.assert_array_equal(np.sort(mesh.face_nodes.reshape(-1, 3)), np.sort(faces[:, 1:]))
    same(values(source, "z"), nodes[:, 2])
    same(values(source, "green"), nodes[:, 4])
    assert layer.crs == "EPSG:4326"
    assert "outside_area" in {w.code for w in layer.warnings}


@pytest.mark.parametrize("form", ["ascii", "binary_little_endian", "binary_big_endian"])
def test_faces_of_different_lengths_are_read_in_all_three_forms(tmp_path: Path, form: str):
    source, layer = opened(ply(tmp_path / "a.ply", form))
    mesh: Any = source.read(TopologyRequest(""))
    assert [tuple(one) for one in np.split(mesh.face_nodes, mesh.face_offsets[1:-1])] == FACES
    assert mesh.node_z.tolist() == [node[2] for node in NODES]
    assert layer.crs == "EPSG:32651"
    same(values(source, "kind"), [0, 1, 2, 3])
    same(values(source, "roughness"), [0, 0.125, 0.25, 0.375])


@pytest.mark.parametrize("form", ["ascii", "binary_little_endian"])
def test_many_faces_come_in_pieces(tmp_path: Path, form: str):
    faces = FACES * 60_000
    _, layer = opened(ply(tmp_path / "a.ply", form, faces))
    assert layer.counts["faces"] == 240_000


@pytest.mark.parametrize("form", ["ascii", "binary_big_endian"])
def test_damaged_copies_and_counts_that_lie_are_one_sentence(tmp_path: Path, form: str):
    for copy in hurt(tmp_path, ply(tmp_path / "a.ply", form)):
        refused(copy)
    for number, lie in enumerate((2**31, 5, 0, 10**17)):
        assert "PLY" in refused(ply(tmp_path / f"lie{number}.ply", form, count=lie))
    assert "names node" in refused(ply(tmp_path / "far.ply", form, [(0, 1, 77)]))


def test_rows_are_found_by_their_own_lengths():
    chance = np.random.default_rng(4)
    widths = chance.integers(1, 9, 5000)
    expected, at = [], 0
    while at < len(widths):
        expected.append(at)
        at += int(widths[at])
    assert row_starts(widths).tolist() == expected
    assert row_starts(np.empty(0, np.int64)).tolist() == []
