"""Points find their face, and linear fields are met exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.locate import FEW, face_boxes, locate, mixed
from layers.sources.source import Topology


def grid_mesh(n: int = 6) -> Topology:
    """Squares of 1 m, every second one split in two triangles."""
    y, x = np.mgrid[0 : n + 1, 0 : n + 1].astype(np.float64)
    faces: list[list[int]] = []
    for row in range(n):
        for column in range(n):
            a = row * (n + 1) + column
            b, c, d = a + 1, a + n + 2, a + n + 1
            faces += [[a, b, c, d]] if (row + column) % 2 else [[a, b, c], [a, c, d]]
    offsets = np.cumsum([0, *(len(f) for f in faces)]).astype(np.int64)
    return Topology(x.ravel(), y.ravel(), offsets, np.concatenate(faces).astype(np.int32))


@pytest.mark.parametrize("count", [FEW, 10 * FEW])
def test_a_linear_field_is_met_exactly_by_few_and_by_many_points(count: int) -> None:
    mesh = grid_mesh()
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 6, count), rng.uniform(0, 6, count)
    found = locate(mesh, x, y)
    field = 2.0 * mesh.node_x - 3.0 * mesh.node_y + 1.0
    assert (found.faces >= 0).all()
    assert np.allclose((field[found.nodes] * found.weights).sum(axis=1), 2.0 * x - 3.0 * y + 1.0)


@pytest.mark.parametrize("count", [3, 3 * FEW])
def test_points_outside_have_no_face(count: int) -> None:
    found = locate(grid_mesh(), np.full(count, -0.5), np.full(count, 3.0))
    assert (found.faces == -1).all()


def test_a_point_on_a_common_edge_belongs_to_the_smaller_number() -> None:
    mesh = grid_mesh()
    few = locate(mesh, np.array([1.0]), np.array([0.5])).faces[0]
    many = locate(mesh, np.full(3 * FEW, 1.0), np.full(3 * FEW, 0.5)).faces
    touching = [f for f, b in enumerate(face_boxes(mesh)) if b[0] <= 1.0 <= b[2] and b[1] <= 0.5 <= b[3]]
    assert few == min(f for f in touching if _holds(mesh, f, 1.0, 0.5))
    assert (many == few).all()


def _holds(mesh: Topology, face: int, x: float, y: float) -> bool:
    import shapely

    ring = mesh.face_nodes[mesh.face_offsets[face] : mesh.face_offsets[face + 1]]
    return shapely.Polygon(np.column_stack([mesh.node_x[ring], mesh.node_y[ring]])).intersects(shapely.Point(x, y))


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_the_weights_of_a_crooked_face_give_the_place_back(u: float, v: float) -> None:
    mesh = Topology(
        np.array([0.0, 10, 12, 1]), np.array([0.0, 1, 9, 8]), np.array([0, 4]), np.array([0, 1, 2, 3], np.int32)
    )
    x = u * (1 - v) * 10 + u * v * 12 + (1 - u) * v * 1
    y = u * (1 - v) * 1 + u * v * 9 + (1 - u) * v * 8
    found = locate(mesh, np.array([x]), np.array([y]))
    at = [float(mixed(c[found.nodes[0]], found.weights[0])) for c in (mesh.node_x, mesh.node_y)]
    assert at == pytest.approx([x, y], abs=1e-8)
    assert found.weights.min() > -1e-8
