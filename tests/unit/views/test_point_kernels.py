"""Point symbols: place, size, outline, order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.views.map2d.blend import new_picture
from app.views.map2d.placement import PIXELS, Placement
from app.views.map2d.points import draw_points, outline_of

SHAPES = ("circle", "square", "triangle", "diamond", "cross")
RED = 0xFFC00000


def drawn(points, size, width=60, height=100, colours=None, threads=1, **options):
    picture = new_picture(width, height)
    xy = np.asarray(points, float).reshape(-1, 2)
    colours = np.full(len(xy), RED, np.uint32) if colours is None else np.array(colours, np.uint32)
    draw_points(picture, xy, PIXELS, colours, size, threads=threads, **options)
    return picture


def middle_of(picture):
    weight = (picture >> 24) / 255.0
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]] + 0.5
    return (x * weight).sum() / weight.sum(), (y * weight).sum() / weight.sum()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("place", [(30.0, 31.0), (30.5, 31.5), (29.9, 64.1)])
def test_a_symbol_lies_within_an_eighth_of_a_pixel_of_its_point(shape, place):
    x, y = middle_of(drawn([place], 12.0, shape=shape))
    assert (x, y) == pytest.approx(place, abs=0.14)


def test_a_circle_has_the_area_of_its_size():
    assert (drawn([(30, 50)], 20.0) >> 24).sum() / 255 == pytest.approx(np.pi * 100, rel=0.01)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_outline_surrounds_the_colour_of_the_point(shape):
    picture = drawn([(30.1, 50.1)], 20.0, shape=shape, outline=0xFF00FF00, outline_width=2.0)
    assert picture[50, 30] == RED
    edge = (picture >> 24 == 255) & (picture & 0xFF00 == 0xFF00)
    assert np.count_nonzero(edge) > 20
    reach = np.abs(outline_of(shape, 20.0, 1.0)).max(0)
    rows, columns = np.nonzero(picture)
    assert np.ptp(columns) + 1 <= 2 * reach[0] + 2
    assert np.ptp(rows) + 1 <= 2 * reach[1] + 2


def test_later_points_lie_over_earlier_ones_also_between_strips_of_rows():
    points = [(30, 32), (30, 34), (30, 30)]
    picture = drawn(points, 30.0, colours=[0xFF111111, 0xFF222222, 0xFF333333])
    assert (picture[20:42, 28:32] == 0xFF333333).all()
    assert picture[47, 30] == 0xFF222222


def test_threads_give_the_same_picture_as_one():
    rng = np.random.default_rng(4)
    points, colours = rng.uniform(-20, 220, (3000, 2)), rng.integers(0, 1 << 32, 3000, dtype=np.uint32)
    options = {"outline": 0x80FFFFFF, "outline_width": 1.5, "shape": "diamond"}
    pictures = [drawn(points, 9.0, 200, 200, colours, threads, **options) for threads in (1, 2, 4)]
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] == pictures[2]).all()


def test_symbols_at_the_border_are_cut():
    picture = drawn([(0, 0), (60, 100), (-30, 50), (30, 200)], 10.0)
    assert picture[0, 0] == RED
    assert picture[99, 59] == RED
    assert (picture >> 24).sum() / 255 == pytest.approx(2 * np.pi * 25 / 4, rel=0.12)


def test_points_without_a_place_and_hidden_classes_are_left_out():
    xy = np.array([(np.nan, 5), (30, np.inf), (30, 50), (10, 10)])
    picture = new_picture(60, 100)
    palette, classes = np.array([RED], np.uint32), np.array([0, 0, -1, 0], np.int32)
    draw_points(picture, xy, PIXELS, palette, 4.0, classes=classes)
    assert picture[10, 10] == RED
    assert not picture[20:].any()


def test_large_coordinates_draw_the_same_picture_as_small_ones():
    points = np.array([(3.2, 4.2), (50.7, 9.9), (33.3, 35.8)])
    picture = new_picture(60, 100)
    place = Placement(4e5, 3.4e6, 2.0, 2.0)
    draw_points(picture, points * [0.5, -0.5] + [4e5, 3.4e6], place, np.full(3, RED, np.uint32), 7.0)
    assert (picture == drawn(points, 7.0)).all()


@given(arrays(np.float64, (8, 2), elements=st.floats(allow_nan=True, allow_infinity=True)), st.sampled_from(SHAPES))
def test_senseless_coordinates_do_no_harm(xy, shape):
    picture = drawn(xy, 5.0, shape=shape, outline=0xFFFFFFFF, outline_width=1.0)
    assert set(np.unique(picture >> 24)) <= set(range(256))


def test_colours_of_the_wrong_length_are_refused():
    with pytest.raises(ValueError, match="for 2 points"):
        drawn([(1, 1), (2, 2)], 3.0, colours=[RED])
