"""Selecting: what is found is combined with what was selected, and is what shapely finds."""

from __future__ import annotations

import time

import numpy as np
import pytest
import shapely

from app.core.gestures import Pointer
from app.core.measure import angle_text, measured
from app.core.selecting import Select, combined, touching
from app.core.selection import Ids, Many, known_ids, of_ids
from layers.geometry import POLYGON, Geometry
from layers.shapes import to_shapes


def boxes(side: int) -> Geometry:
    """A grid of unit boxes with gaps, side × side."""
    count = side * side
    x, y = (np.arange(count) % side).astype(float), (np.arange(count) // side).astype(float)
    corners = np.array([(0, 0), (0.8, 0), (0.8, 0.8), (0, 0.8), (0, 0)])
    xy = (np.stack([x, y], axis=1)[:, None, :] + corners).reshape(-1, 2)
    each = np.arange(count + 1)
    return Geometry(xy, each * 5, each, each, np.full(count, POLYGON, np.uint8))


@pytest.mark.parametrize(
    ("how", "wanted"),
    [("set", [2, 3]), ("join", [1, 2, 3]), ("remove", [1]), ("common", [2]), ("flip", [1, 3])],
)
def test_what_is_found_joins_leaves_or_meets_what_was_selected(how: str, wanted: list[int]):
    assert combined(np.array([1, 2]), np.array([3, 2]), how).tolist() == wanted  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "corners",
    [
        [(2.5, 2.5), (60.2, 2.5), (60.2, 50.1), (2.5, 50.1)],
        [(1, 1), (70, 20), (30, 75)],
        [(5, 5), (60, 60), (60, 5), (5, 60)],
    ],
)  # fmt: skip
def test_an_outline_touches_what_shapely_says(corners: list[tuple[float, float]]):
    geometry = boxes(80)
    place = shapely.make_valid(shapely.Polygon(corners))
    assert np.array_equal(touching(geometry, corners), shapely.intersects(place, to_shapes(geometry)))


def test_a_rectangle_over_many_features_is_answered_soon():
    geometry = boxes(300)
    began = time.thread_time()
    found = touching(geometry, [(10.5, 10.5), (280.2, 10.5), (280.2, 280.2), (10.5, 280.2)])
    assert found.sum() == 271**2
    assert time.thread_time() - began < 1.0


def test_many_ids_are_kept_as_an_array_and_few_as_a_set():
    many = of_ids(np.arange(5000)[::-1])
    assert isinstance(many, Many)
    assert many == of_ids(np.arange(5000))
    assert hash(many) == hash(of_ids(np.arange(5000)))
    assert many != of_ids(np.arange(1, 5001))
    assert of_ids([3, 1, 3]) == Ids(frozenset({1, 3}))
    assert of_ids([]) is None
    assert known_ids(of_ids([3, 1])).tolist() == [1, 3]


def gesture(way: str) -> tuple[Select, list, list]:
    """A gesture and what it told."""
    told, left = [], []
    return Select(way, lambda corners, how: told.append((corners, how)), lambda: left.append(1)), told, left  # pyright: ignore[reportArgumentType]


def test_a_box_is_drawn_from_corner_to_corner_and_the_keys_say_how_it_counts():
    select, told, left = gesture("box")
    select.press(Pointer(4, 5, 0.5, shift=True))
    assert select.move(Pointer(1, 1)).preview[0].points == ((1, 1), (4, 1), (4, 5), (1, 5))
    select.release(Pointer(1, 1, 0.5))
    assert told == [([(1, 1), (4, 1), (4, 5), (1, 5)], "join")]
    select.key("escape")
    assert left == [1]


def test_a_click_takes_what_lies_under_the_pointer():
    select, told, _ = gesture("box")
    select.press(Pointer(4, 5, 1.0, control=True))
    select.release(Pointer(4, 5, 1.0))
    assert told == [([(3.5, 4.5), (4.5, 4.5), (4.5, 5.5), (3.5, 5.5)], "remove")]


def test_a_free_outline_follows_the_pointer_and_a_polygon_its_clicks():
    lasso, told, _ = gesture("lasso")
    lasso.press(Pointer(0, 0, 0.1))
    for at in ((5, 0), (5, 5)):
        lasso.move(Pointer(*at))
    lasso.release(Pointer(0, 5, 0.1))
    assert told == [([(0, 0), (5, 0), (5, 5)], "set")]
    polygon, told, left = gesture("polygon")
    for at in ((0, 0), (5, 0), (5, 5)):
        polygon.press(Pointer(*at))
    polygon.key("enter")
    assert told == [([(0, 0), (5, 0), (5, 5)], "set")]
    polygon.press(Pointer(0, 0))
    polygon.key("escape")
    assert left == []


def test_a_measured_line_tells_the_scale_of_the_plane_and_both_azimuths():
    found = measured([(500_000, 3_450_000), (500_000, 3_460_000)], "EPSG:4549")
    assert found.scale == pytest.approx(1.0, abs=2e-6)
    assert found.azimuth == pytest.approx(0.0, abs=1e-6) or found.azimuth == pytest.approx(360.0, abs=1e-6)
    far = measured([(640_000, 3_450_000), (640_000, 3_460_000)], "EPSG:4549")
    assert far.scale == pytest.approx(1 + (140_000 / 6_371_000) ** 2 / 2, rel=2e-6)
    assert far.bearing == 0.0
    assert 0.5 < far.azimuth < 1.0
    assert "mm/km" in far.text
    assert measured([(0, 0), (3, 4)], None).scale is None
    assert angle_text(359.99999999) == "0°00′00.0″"
    assert angle_text(12.5) == "12°30′00.0″"
