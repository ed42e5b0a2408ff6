"""Values to colours: scales, classes, unknown and dry places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.map2d.colours import Colouring
from app.views.map2d.faces import face_plan, topology
from app.views.map2d.paint import Dry, paint_faces, paint_grid, paint_nodes
from app.views.map2d.placement import PIXELS
from tests.unit.views.meshes import triangles

GREYS = (0xFF000000 | np.arange(256, dtype=np.uint32) * 0x010101).astype(np.uint32)
DEPTHS = np.array([0xFF66E6FF, 0xFF00B3FF, 0xFF0080FF], np.uint32)
LIMITS = np.array([0.05, 0.5, 1.0, 2.0], np.float32)


def coloured(values, colouring, **options):
    return paint_grid(np.array([values], np.float32), colouring, **options)[0]


def classes(upper_included=False, colours=DEPTHS, limits=LIMITS):
    return Colouring(float(limits[0]), float(limits[-1]), colours, limits, upper_included)


def test_a_class_holds_its_lower_limit_and_not_its_upper_one():
    assert coloured([0.05, 0.5, 1.0, 1.9999], classes()).tolist() == [*DEPTHS.tolist(), int(DEPTHS[2])]


def test_a_class_holds_its_upper_limit_where_the_table_says_so():
    assert coloured([0.0501, 0.5, 1.0, 2.0], classes(True)).tolist() == [int(DEPTHS[i]) for i in (0, 0, 1, 2)]
    assert coloured([0.05], classes(True))[0] == 0


def test_values_in_no_class_are_transparent():
    assert not coloured([0.0499, -9.0, 2.0, 1e9, np.inf, -np.inf, np.nan], classes()).any()


def test_open_classes_reach_to_infinity():
    open_ended = classes(limits=np.array([-np.inf, 0.5, 1.0, np.inf], np.float32))
    assert coloured([-1e30, 0.7, 1e30], open_ended).tolist() == DEPTHS.tolist()


@pytest.mark.parametrize("limit", [0.1, 0.3, 0.6, 0.7, 1.1, 2.3])
def test_a_value_that_reads_as_the_limit_belongs_to_the_class_above(limit):
    table = classes(colours=DEPTHS[:2], limits=np.array([-10, limit, 10], np.float32))
    assert coloured([limit], table)[0] == DEPTHS[1]


@given(st.lists(st.floats(-100, 100, width=32), min_size=2, max_size=20, unique=True), st.booleans())
def test_classes_are_found_as_a_search_in_the_sorted_limits_finds_them(numbers, upper_included):
    limits = np.sort(np.array(numbers, np.float32))
    colours = (np.arange(len(limits) - 1) + 0xFF000001).astype(np.uint32)
    values = np.concatenate([limits, (limits[1:] + limits[:-1]) / 2, limits - 0.5]).astype(np.float32)
    found = coloured(values, classes(upper_included, colours, limits))
    place = np.searchsorted(limits, values, "left" if upper_included else "right") - 1
    expected = [int(colours[at]) if 0 <= at < len(colours) else 0 for at in place]
    assert found.tolist() == expected


def test_a_continuous_scale_takes_its_end_colours_beyond_its_ends():
    found = coloured([-5.0, 0.0, 5.0, 10.0, 99.0, np.inf, -np.inf], Colouring(0.0, 10.0, GREYS))
    assert (found & 0xFF).tolist() == [0, 0, 128, 255, 255, 255, 0]


def test_unknown_values_are_transparent():
    assert coloured([np.nan], Colouring(0.0, 1.0, GREYS))[0] == 0


def test_a_field_of_one_value_has_one_colour():
    assert coloured([3.0, 3.0], Colouring(3.0, 3.0, GREYS)).tolist() == [0xFF000000] * 2


def test_see_through_colours_are_premultiplied():
    assert coloured([0.0], Colouring(0.0, 1.0, np.array([0x80FF4020], np.uint32)))[0] == 0x80802010


def test_light_darkens_colours_and_keeps_what_shines_through():
    light = np.array([[0.5, 1.0, np.nan, 0.5, 7.0]], np.float32)
    table = Colouring(0.0, 1.0, np.array([0xFFC86432, 0x80FF4020], np.uint32))
    found = coloured([0.0, 0.0, 0.0, 1.0, 0.0], table, light=light)
    assert found.tolist() == [0xFF643219, 0xFFC86432, 0xFFC86432, 0x80401008, 0xFFC86432]


@pytest.fixture
def plan():
    return face_plan(topology(*triangles(jitter=3.0)), PIXELS, 70, 50, nodes=True)


def test_every_pixel_of_a_face_has_the_colour_of_its_value(plan):
    values = np.arange(plan.topology.faces, dtype=np.float32)
    values[5] = np.nan
    picture = paint_faces(plan, values, Colouring(0.0, 256.0, GREYS))
    expected = np.where((plan.face >= 0) & (plan.face != 5), GREYS[np.maximum(plan.face, 0)], 0)
    assert (picture == expected).all()


def test_values_on_nodes_are_coloured_as_they_lie_between(plan):
    x = plan.topology.node_xy[:, 0].astype(np.float32)
    picture = paint_nodes(plan, x, Colouring(0.0, 64.0, GREYS[::4].copy()))
    column = np.broadcast_to(np.arange(70), picture.shape)
    assert (picture == np.where(plan.face >= 0, GREYS[::4][np.minimum(column, 63)], 0)).all()


def test_a_node_without_a_value_makes_its_triangles_transparent(plan):
    values = np.ones(plan.topology.nodes, np.float32)
    values[10] = np.nan
    picture = paint_nodes(plan, values, Colouring(0.0, 1.0, GREYS))
    touching = {face for face, nodes in enumerate(triangles()[1]) if 10 in nodes}
    hidden = np.isin(plan.face, list(touching)) | (plan.face < 0)
    assert ((picture == 0) == hidden).all()


def test_dry_faces_are_not_drawn_and_the_limit_itself_is_wet(plan):
    depth = np.full(plan.topology.faces, 0.5, np.float32)
    depth[:4] = 0.0099, 0.01, np.nan, -3.0
    values = np.ones(plan.topology.faces, np.float32)
    picture = paint_faces(plan, values, Colouring(0.0, 1.0, GREYS), dry=Dry(depth, 0.01))
    assert ((picture == 0) == (np.isin(plan.face, (0, 2, 3)) | (plan.face < 0))).all()


def test_the_shore_of_depths_on_nodes_runs_through_the_faces(plan):
    depth = (plan.topology.node_xy[:, 0] - 30.0).astype(np.float32)
    values = np.ones(plan.topology.faces, np.float32)
    picture = paint_faces(plan, values, Colouring(0.0, 1.0, GREYS), dry=Dry(depth, 0.0, "node"))
    wet = (plan.face >= 0) & (np.arange(70) >= 30)
    assert ((picture != 0) == wet).all()


def test_bands_give_the_same_picture_as_one_thread():
    plan = face_plan(topology(*triangles(40, 30, 7.3, 2.0)), PIXELS, 300, 240, nodes=True)
    values = np.random.default_rng(1).normal(0, 1, plan.topology.nodes).astype(np.float32)
    first, second = (paint_nodes(plan, values, Colouring(-1.0, 1.0, GREYS), threads=threads) for threads in (1, 4))
    assert (first == second).all()


def test_a_given_picture_is_written_over_wholly(plan):
    out = np.full(plan.face.shape, 0xFFFFFFFF, np.uint32)
    values = np.zeros(plan.topology.faces, np.float32)
    assert paint_faces(plan, values, Colouring(0.0, 1.0, GREYS), out=out) is out
    assert set(np.unique(out)) == {0, 0xFF000000}


def test_wrong_lengths_and_pictures_are_refused(plan):
    scale, values = Colouring(0.0, 1.0, GREYS), np.zeros(plan.topology.faces, np.float32)
    with pytest.raises(ValueError, match="faces"):
        paint_faces(plan, values[1:], scale)
    with pytest.raises(ValueError, match="nodes"):
        paint_faces(plan, values, scale, dry=Dry(values, 0.1, "node"))
    with pytest.raises(ValueError, match="contiguous uint32"):
        paint_faces(plan, values, scale, out=np.zeros((3, 3), np.uint32))
    with pytest.raises(ValueError, match="limits"):
        paint_faces(plan, values, classes(colours=DEPTHS[:1]))
