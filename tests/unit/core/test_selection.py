"""A selection is a question; the mask is its answer for any block of features."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.core.selection import And, Box, Ids, Interval, Not, Or, Polygon, Selection, mask
from layers.errors import DataError
from layers.extent import Extent
from layers.geometry import EMPTY, LINE, POINT, POLYGON, Geometry
from layers.sources.source import FeatureBlock


def columnar(shapes: list[shapely.Geometry]) -> Geometry:
    """Flat arrays of simple shapes, written anew for the test."""
    xy, rings, parts, features, types = [], [0], [0], [0], []
    for shape in shapes:
        if shape.is_empty:
            types.append(EMPTY)
        elif shape.geom_type == "Point":
            types.append(POINT)
        else:
            types.append(POLYGON if shape.geom_type == "Polygon" else LINE)
        lines = [] if shape.is_empty else [shape.exterior, *shape.interiors] if types[-1] == POLYGON else [shape]
        for line in lines:
            xy += list(line.coords)
            rings.append(len(xy))
        if lines:
            parts.append(len(rings) - 1)
        features.append(len(parts) - 1)
    ints = [np.array(values, np.int64) for values in (rings, parts, features)]
    return Geometry(np.array(xy, np.float64).reshape(-1, 2), *ints, np.array(types, np.uint8))


def block(shapes: list[shapely.Geometry] | None = None, **columns) -> FeatureBlock:
    count = len(shapes) if shapes is not None else len(next(iter(columns.values())))
    return FeatureBlock(np.arange(10, 10 + count), columnar(shapes) if shapes is not None else None, columns)


SHAPES = [
    shapely.Point(1, 1),
    shapely.Point(9, 9),
    shapely.LineString([(-5, 2), (20, 2)]),
    shapely.LineString([(-5, 8), (20, 8)]),
    shapely.box(-10, -10, 20, 20),
    shapely.Polygon(shapely.box(-10, -10, 20, 20).exterior, [shapely.box(-9, -9, 19, 19).exterior]),
    shapely.box(2, 2, 3, 3),
    shapely.Point(),
]


def test_a_box_selects_what_touches_it_also_without_a_vertex_inside():
    found = mask(block(SHAPES), Box(Extent(0, 0, 5, 5)))
    assert found.tolist() == [True, False, True, False, True, False, True, False]


def test_a_polygon_selects_as_shapely_says():
    corners = ((0, 0), (6, 1), (5, 5), (1, 3))
    found = mask(block(SHAPES), Polygon(corners))
    assert found.tolist() == shapely.intersects(SHAPES, shapely.Polygon(corners)).tolist()


POINTS = st.tuples(st.integers(-9, 9), st.integers(-9, 9))


@st.composite
def shape(draw):
    kind = draw(st.sampled_from(["point", "line", "polygon"]))
    if kind == "point":
        return shapely.Point(draw(POINTS))
    corners = draw(st.lists(POINTS, min_size=2 if kind == "line" else 3, max_size=6, unique=True))
    if kind == "line":
        return shapely.LineString(corners)
    hull = shapely.MultiPoint(corners).convex_hull
    return hull if hull.geom_type == "Polygon" else shapely.LineString(corners)


@given(st.lists(shape(), min_size=1, max_size=6), st.lists(POINTS, min_size=3, max_size=6, unique=True))
def test_the_mask_agrees_with_shapely_on_every_shape_that_does_more_than_touch(shapes, corners):
    hull = shapely.MultiPoint(corners).convex_hull
    if hull.geom_type != "Polygon":
        return
    found = mask(block(shapes), Polygon(tuple(hull.exterior.coords)[:-1]))
    inside = shapely.intersects(shapes, hull.buffer(-1e-6))
    touching = shapely.intersects(shapes, hull.buffer(1e-6))
    assert (found | ~inside).all()
    assert (touching | ~found).all()


def test_ids_select_across_blocks_in_any_order():
    assert mask(block(SHAPES), Ids(frozenset({17, 10, 99}))).nonzero()[0].tolist() == [0, 7]


def test_an_interval_includes_its_ends_and_never_selects_what_is_missing():
    values = np.array([1.0, 2.0, 3.0, np.nan])
    assert mask(block(depth=values), Interval("depth", 1, 2)).tolist() == [True, True, False, False]
    assert mask(block(depth=values), Interval("depth", 2)).tolist() == [False, True, True, False]
    assert mask(block(depth=values), Not(Interval("depth", None, 1))).tolist() == [False, True, True, True]


def test_and_or_not_join_answers():
    values = block(a=np.arange(5), b=np.arange(5)[::-1])
    low, high = Interval("a", None, 2), Interval("b", None, 2)
    assert mask(values, And((low, high))).tolist() == [False, False, True, False, False]
    assert mask(values, Or((low, Not(high)))).tolist() == [True, True, True, False, False]
    assert mask(values, And(())).all()
    assert not mask(values, Or(())).any()


def test_a_question_the_block_cannot_answer_is_an_error():
    with pytest.raises(DataError, match="column height"):
        mask(block(a=[1]), Interval("height", 0))
    with pytest.raises(DataError, match="holds no numbers"):
        mask(block(a=["high"]), Interval("a", 0))
    with pytest.raises(DataError, match="geometry"):
        mask(block(a=[1]), Box(Extent(0, 0, 1, 1)))


def test_listeners_hear_which_layer_is_asked_something_new():
    selection, heard = Selection(), []
    selection.changed.connect(heard.append)
    selection.set("a", Ids(frozenset({1})))
    selection.set("a", Ids(frozenset({1})))
    selection.join("a", Ids(frozenset({2})))
    selection.join("b", Interval("depth", 1))
    selection.clear()
    assert heard == ["a", "a", "b", "a", "b"]
    assert selection.predicates == {}


def test_joining_ids_and_a_box_selects_what_either_does():
    selection = Selection()
    selection.set("a", Ids(frozenset({11})))
    selection.join("a", Box(Extent(0, 0, 1.5, 1.5)))
    assert mask(block(SHAPES), selection.predicates["a"]).nonzero()[0].tolist() == [0, 1, 4]


def test_a_million_points_are_asked_in_one_go():
    count = 1_000_000
    xy = np.random.default_rng(1).uniform(0, 100, (count, 2))
    steps = np.arange(count + 1)
    points = Geometry(xy, steps, steps, steps, np.full(count, POINT, np.uint8))
    found = mask(FeatureBlock(np.arange(count), points, {}), Box(Extent(25, 25, 75, 75)))
    assert found.sum() == ((xy > 25) & (xy < 75)).all(1).sum()
