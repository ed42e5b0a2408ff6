"""Stroked lines: widths, ends, corners, dashes, see-through lines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.views.map2d.blend import new_picture
from app.views.map2d.placement import PIXELS, Placement
from app.views.map2d.strokes import stroke_lines

BLACK = 0xFF000000
VEIL = 0x80000000


def stroked(points, pen, size=(60, 40), colour=BLACK, placement=PIXELS, threads=1, **options):
    picture = new_picture(*size)
    xy = np.asarray(points, float)
    colours = np.array([colour], np.uint32)
    stroke_lines(picture, xy, np.array([0, len(xy)]), placement, colours, pen, threads=threads, **options)
    return picture


def covered(picture):
    return (picture >> 24) / 255.0


def test_a_level_line_of_two_pixels_fills_two_rows():
    picture = stroked([(10, 20), (40, 20)], 2.0, cap="butt")
    assert (picture[19:21, 10:40] == BLACK).all()
    assert np.count_nonzero(picture) == 60


def test_a_line_of_one_pixel_between_rows_is_half_as_dark_in_both():
    picture = stroked([(10, 20), (40, 20)], 1.0, cap="butt")
    assert (picture[19:21, 10:40] >> 24 == 128).all()


def test_a_line_thinner_than_a_pixel_is_fainter():
    picture = stroked([(10, 20.5), (40, 20.5)], 0.4, cap="butt")
    assert (picture[20, 10:40] >> 24 == 102).all()


@pytest.mark.parametrize("pen", [0.7, 1.0, 2.5, 7.0])
@pytest.mark.parametrize("angle", [0.0, 0.3, 0.785398, 1.2, 1.5707963])
def test_the_ink_of_a_line_is_its_length_times_its_width(pen, angle):
    start = np.array([20.3, 20.6])
    end = start + 150 * np.array([np.cos(angle), np.sin(angle)])
    picture = stroked([start, end], pen, (200, 200), cap="butt")
    assert covered(picture).sum() == pytest.approx(150 * pen, rel=0.03)


@pytest.mark.parametrize(("cap", "more"), [("butt", 0.0), ("square", 8 * 8.0), ("round", np.pi * 16)])
def test_caps_add_what_they_are_made_of(cap, more):
    picture = stroked([(20, 30), (70, 45)], 8.0, (100, 80), cap=cap)
    assert covered(picture).sum() == pytest.approx(8 * np.hypot(50, 15) + more, rel=0.01)


def test_a_mitred_corner_reaches_its_tip_and_a_round_one_does_not():
    corner = [(10, 30), (30, 30), (30, 5)]
    assert stroked(corner, 8.0, join="miter")[33, 33] == BLACK
    assert stroked(corner, 8.0, join="round")[33, 33] == 0


def test_a_corner_sharper_than_the_limit_has_no_spike():
    needle = [(5, 20), (40, 20), (5, 21)]
    assert not stroked(needle, 4.0, join="miter")[:, 45:].any()


def test_a_ring_is_closed_and_its_first_corner_mitred():
    ring = [(10, 10), (40, 10), (40, 30), (10, 30)]
    repeated = stroked([*ring, ring[0]], 2.0, closed=True, join="miter")
    picture = stroked(ring, 2.0, closed=True, join="miter")
    assert (picture == repeated).all()
    assert covered(picture).sum() == pytest.approx(200, abs=0.1)
    assert (picture[9:31, 9:11] == BLACK).all()


def test_a_see_through_line_is_not_darker_where_it_crosses_itself():
    picture = stroked([(5, 5), (50, 35), (50, 5), (5, 35)], 5.0, colour=VEIL)
    assert (picture >> 24).max() == 128


def test_merged_lines_are_not_darker_where_they_meet():
    xy = np.array([(5, 20), (50, 20), (30, 5), (30, 35)], float)
    pictures = [new_picture(60, 40) for _ in range(2)]
    for merged, picture in zip((False, True), pictures, strict=True):
        stroke_lines(
            picture, xy, np.array([0, 2, 4]), PIXELS, np.array([VEIL] * 2, np.uint32), 4.0, merged=merged, threads=2
        )
    assert (pictures[0] >> 24).max() > 150
    assert (pictures[1] >> 24).max() == 128
    assert ((pictures[0] > 0) == (pictures[1] > 0)).all()


def test_dashes_have_the_lengths_of_the_pattern():
    picture = stroked([(0, 20), (60, 20)], 2.0, cap="butt", dashes=[8, 4, 2, 4])
    row = picture[20] >> 24
    assert (row == 255).nonzero()[0].tolist() == [
        *range(8), 12, 13, *range(18, 26), 30, 31, *range(36, 44), 48, 49, *range(54, 60),
    ]  # fmt: skip
    assert set(np.unique(row)) == {0, 255}


def test_an_odd_pattern_is_repeated_with_line_and_gap_changed():
    row = stroked([(0, 20), (36, 20)], 2.0, cap="butt", dashes=[6])[20] >> 24
    assert (row[:36].reshape(6, 6) == np.array([255, 0] * 3)[:, None]).all()


def test_dashes_run_on_round_corners():
    picture = stroked([(10, 10), (15, 10), (15, 35)], 2.0, cap="butt", dashes=[10, 10])
    assert picture[12, 15] == BLACK
    assert picture[20, 15] == 0
    assert picture[32, 15] == BLACK


def test_dashes_of_a_line_from_far_away_keep_their_phase():
    near = stroked([(-1200, 20), (1200, 20)], 2.0, dashes=[8, 4])
    far = stroked([(-12_000_000, 20), (12_000_000, 20)], 2.0, dashes=[8, 4])
    assert (near == far).all()
    assert near.any()


def test_a_pattern_without_gaps_is_a_solid_line():
    points = [(5, 5), (50, 35)]
    assert (stroked(points, 2.0, dashes=[4, 0]) == stroked(points, 2.0)).all()


def test_a_line_is_drawn_where_it_passes_far_beyond_both_sides():
    picture = stroked([(-1e8, 20), (1e8, 20)], 2.0)
    assert (picture[19:21] == BLACK).all()


def test_a_line_smaller_than_a_pixel_stays_visible():
    picture = stroked([(20.2, 20.2), (20.3, 20.3)], 1.5)
    assert np.count_nonzero(picture) == 1
    assert picture[20, 20] >> 24 >= 128


def test_vertices_without_a_place_are_left_out():
    broken = [(5, 20), (np.nan, 3), (50, 20), (np.nan, np.nan)]
    assert (stroked(broken, 2.0) == stroked([(5, 20), (50, 20)], 2.0)).all()


def test_large_coordinates_draw_the_same_picture_as_small_ones():
    points = np.array([(3.1, 4.2), (50.7, 9.9), (33.3, 35.8)])
    far = stroked(points * [0.5, -0.5] + [4e5, 3.4e6], 2.5, placement=Placement(4e5, 3.4e6, 2.0, 2.0))
    assert np.abs(covered(far) - covered(stroked(points, 2.5))).max() <= 1 / 255


def test_bands_give_the_same_picture_as_one_thread():
    rng = np.random.default_rng(2)
    xy, offsets = rng.uniform(-20, 220, (400, 2)), np.arange(0, 401, 8)
    colours = rng.integers(0, 1 << 32, 50, dtype=np.uint32)
    for options in ({}, {"join": "miter", "closed": True}, {"dashes": [7, 3], "cap": "square"}):
        pictures = [new_picture(200, 200) for _ in range(2)]
        for threads, picture in zip((1, 3), pictures, strict=True):
            stroke_lines(picture, xy, offsets, PIXELS, colours, 4.5, threads=threads, **options)
        assert (pictures[0] == pictures[1]).all()


def test_a_thousand_vertices_within_a_pixel_look_like_the_line_through_them():
    x = np.linspace(5, 55, 50_001)
    dense = stroked(np.stack([x, 20.5 + 0.02 * np.sin(40 * x)], -1), 1.5)
    assert np.abs(covered(dense) - covered(stroked([(5, 20.5), (55, 20.5)], 1.5))).max() < 0.05


@given(
    arrays(np.float64, (12, 2), elements=st.floats(allow_nan=True, allow_infinity=True)),
    st.lists(st.integers(-3, 15), min_size=2, max_size=5),
    st.sampled_from([(), (3.0, 1.0), (0.0, 2.0), (1e9, 1.0)]),
    st.booleans(),
)
def test_senseless_coordinates_and_ranges_do_no_harm(xy, parts, dashes, closed):
    picture, parts = new_picture(50, 50), np.array(parts)
    bounds = np.tile([-1e6, -1e6, 1e6, 1e6], (len(parts) - 1, 1))
    colours = np.full(len(parts) - 1, BLACK, np.uint32)
    stroke_lines(
        picture, xy, parts, PIXELS, colours, 3.0, bounds=bounds, dashes=dashes, closed=closed, join="miter", threads=1
    )
    assert not (picture & 0xFFFFFF).any()


def test_arrays_of_the_wrong_length_are_refused():
    with pytest.raises(ValueError, match="for 1 lines"):
        stroked([(0, 0), (9, 9)], 1.0, classes=np.zeros(4, np.int32))
