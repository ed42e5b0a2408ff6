"""Plans: which face lies under each pixel, and the shares of its nodes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.map2d.faces import cell_size, face_plan, mesh_edges, sample_plan, topology, visible_faces
from app.views.map2d.placement import PIXELS, Placement
from tests.unit.views.meshes import hexagons, mixed, triangles

WIDTH, HEIGHT = 80, 60
MESHES = {"triangles": triangles(jitter=3.0), "level": triangles(), "hexagons": hexagons(), "mixed": mixed()}
every_mesh = pytest.mark.parametrize("mesh", MESHES.values(), ids=MESHES.keys())


def plan_of(mesh, place=PIXELS, nodes=False, threads=1, width=WIDTH, height=HEIGHT):
    return face_plan(topology(*mesh), place, width, height, nodes=nodes, threads=threads)


def holders(mesh, x, y):
    """Count, point by point, the faces whose inside holds a place, and give the last of them."""
    count, last = np.zeros(np.shape(x), int), np.full(np.shape(x), -1)
    for number, face in enumerate(mesh[1]):
        ring = mesh[0][face[face >= 0]]
        odd = np.zeros(np.shape(x), bool)
        for (xa, ya), (xb, yb) in zip(ring, np.roll(ring, -1, 0), strict=True):
            if ya != yb:
                odd ^= ((ya > y) != (yb > y)) & (x < xa + (y - ya) * (xb - xa) / (yb - ya))
        count, last = count + odd, np.where(odd, number, last)
    return count, last


@every_mesh
def test_each_pixel_has_the_face_that_holds_its_centre(mesh):
    # Moved by an odd amount, so that no centre lies on an edge.
    moved = (mesh[0] + [0.0371, 0.0193], mesh[1])
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    count, expected = holders(moved, x, y)
    assert count.max() == 1
    assert (plan_of(moved).face == expected).all()


@every_mesh
def test_no_pixel_is_lost_or_taken_twice_where_centres_lie_on_edges_and_nodes(mesh):
    on_grid = (np.round(mesh[0]) + 0.5, mesh[1])
    mesh_of = topology(*on_grid)
    painted = face_plan(mesh_of, PIXELS, WIDTH, HEIGHT).face
    alone = np.zeros((HEIGHT, WIDTH), int)
    for number in range(mesh_of.faces):
        one = topology(on_grid[0], on_grid[1][number : number + 1])
        alone += face_plan(one, PIXELS, WIDTH, HEIGHT).face >= 0
    assert alone.max() == 1
    assert ((painted >= 0) == (alone == 1)).all()


def test_a_square_owns_its_upper_and_left_edges():
    square = (np.array([(10.5, 10.5), (20.5, 10.5), (20.5, 20.5), (10.5, 20.5)]), np.array([[0, 1, 2, 3]]))
    rows, columns = np.nonzero(plan_of(square).face >= 0)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (10, 19, 10, 19)


@given(st.integers(0, 10_000), st.floats(0.3, 30), st.floats(-40, 40), st.floats(-40, 40))
def test_the_faces_of_a_mesh_tile_its_outline_at_any_scale(seed, scale, dx, dy):
    mesh = triangles(jitter=3.0, seed=seed)
    painted = plan_of(mesh, Placement(dx, dy, scale, -scale)).face >= 0
    x, y = (np.arange(WIDTH) + 0.5) / scale + dx, (np.arange(HEIGHT) + 0.5) / scale + dy
    margin = 1e-6
    inside = ((y > margin) & (y < 40 - margin))[:, None] & ((x > margin) & (x < 60 - margin))
    outside = ((y < -margin) | (y > 40 + margin))[:, None] | ((x < -margin) | (x > 60 + margin))
    assert painted[inside].all()
    assert not painted[outside].any()


@every_mesh
@pytest.mark.parametrize("scale", [1.0, 0.31, 4.7])
def test_values_on_nodes_that_are_linear_in_space_are_met_exactly(mesh, scale):
    place = Placement(-3.3, -2.1, scale, -scale)
    plan = plan_of(mesh, place, nodes=True)
    values = (2.0 * mesh[0][:, 0] - 0.7 * mesh[0][:, 1] + 11.0).astype(np.float32)
    row, column = np.nonzero(plan.face >= 0)
    x, y = place.to_world(column + 0.5, row + 0.5)
    found = sample_plan(plan, values, column + 0.5, row + 0.5, "node")
    assert len(found) > 50
    assert found == pytest.approx(2.0 * x - 0.7 * y + 11.0, abs=2e-4)


@every_mesh
def test_shares_of_the_nodes_are_never_negative(mesh):
    plan = plan_of(mesh, nodes=True)
    first, second = plan.weights
    assert min(first.min(), second.min(), (1 - first - second).min()) > -1e-5


def test_faces_of_shanghai_are_placed_to_a_hundredth_of_a_pixel():
    xy, faces = triangles(jitter=3.0)
    far = (xy * [1.0, -1.0] + [4e5 + 0.25, 3.4e6 - 0.125], faces)
    near = (xy + np.array([0.25, 0.125]), faces)
    assert (plan_of(far, Placement(4e5, 3.4e6, 1.0, 1.0)).face == plan_of(near).face).all()


def test_bands_give_the_same_plan_as_one_thread():
    mesh = triangles(40, 30, 7.3, 2.0)
    plans = [plan_of(mesh, nodes=True, threads=t, width=300, height=240) for t in (1, 2, 4)]
    for plan in plans[1:]:
        assert (plan.face == plans[0].face).all()
        assert (plan.fan == plans[0].fan).all()
        assert all((a == b).all() for a, b in zip(plan.weights, plans[0].weights, strict=True))


def test_a_face_with_a_node_without_a_place_is_not_drawn():
    xy, faces = triangles()
    xy[8] = np.nan
    shown = set(np.unique(plan_of((xy, faces)).face)) - {-1}
    assert shown == {number for number, face in enumerate(faces) if 8 not in face}


def test_faces_far_outside_the_view_do_no_harm():
    xy, faces = triangles()
    assert set(np.unique(plan_of((xy * 1e12, faces)).face)) == {0, 24}
    assert (plan_of((xy + 1e300, faces)).face == -1).all()


def test_sampling_outside_mesh_and_picture_gives_nan():
    mesh = triangles()
    plan = plan_of(mesh, nodes=True)
    places = np.array([-1.0, 75.0, 30.0, np.nan, 1e30]), np.array([5.0, 5.0, 5.0, 5.0, 5.0])
    for where, count in (("face", len(mesh[1])), ("node", len(mesh[0]))):
        found = sample_plan(plan, np.ones(count, np.float32), *places, where)
        assert np.isnan(found).tolist() == [True, True, False, True, True]


def test_flat_and_padded_faces_are_the_same_mesh():
    xy, faces = mixed()
    flat = topology(xy, faces[faces >= 0], np.array([0, 4, 7, 12, 18]))
    padded = topology(xy, faces)
    assert (flat.face_nodes == padded.face_nodes).all()
    assert (flat.face_offsets == padded.face_offsets).all()


@pytest.mark.parametrize(
    ("faces", "offsets", "words"),
    [
        (np.array([[0, 1, 9]]), None, "there are 4"),
        (np.array([0, 1, -2]), np.array([0, 3]), "there are 4"),
        (np.array([0, 1, 2]), np.array([0, 4]), "do not fit"),
        (np.array([0, 1, 2]), np.array([0, 2, 1, 3]), "do not fit"),
        (np.arange(400)[None] % 4, None, "400 corners"),
    ],
    ids=["too large", "negative", "too short", "falling", "too many"],
)
def test_a_mesh_that_names_what_does_not_exist_is_refused(faces, offsets, words):
    with pytest.raises(ValueError, match=words):
        topology(np.zeros((4, 2)), faces, offsets)


def test_a_plan_without_weights_refuses_values_on_nodes():
    mesh = triangles()
    with pytest.raises(ValueError, match="without weights"):
        sample_plan(plan_of(mesh), np.ones(len(mesh[0]), np.float32), np.array([5.0]), np.array([5.0]), "node")


@every_mesh
def test_each_edge_of_the_visible_faces_comes_once(mesh):
    edges = mesh_edges(plan_of(mesh))
    expected = set()
    for face in mesh[1]:
        ring = face[face >= 0]
        expected |= {frozenset(pair) for pair in zip(ring.tolist(), np.roll(ring, -1).tolist(), strict=True)}
    assert len(edges) == len(expected)
    ends = {frozenset(map(tuple, edge.round(6).tolist())) for edge in edges}
    assert ends == {frozenset(tuple(mesh[0][node].round(6).tolist()) for node in pair) for pair in expected}


def test_faces_outside_the_view_are_not_visible_and_the_size_is_of_those_within():
    plan = plan_of(triangles(), Placement(0.0, 0.0, 8.0, -8.0))
    seen = visible_faces(plan)
    assert seen.tolist() == [0, 24]
    assert cell_size(plan, seen) == pytest.approx(np.sqrt(WIDTH * HEIGHT / 2))
    assert cell_size(plan_of(triangles(), Placement(1e6, 0.0, 1.0, -1.0))) == 0.0
