"""Filled polygons: exact areas, holes, neighbours, specks and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.views.map2d.blend import new_picture
from app.views.map2d.fill import fill_polygons, ring_bounds, ring_signs
from app.views.map2d.placement import PIXELS, Placement

BLUE = 0xFF2060C0
BLACK = 0xFF000000


def filled(rings, width=60, height=40, colour=BLACK, placement=PIXELS, threads=1, **options):
    """One feature made of rings."""
    picture = new_picture(width, height)
    xy = np.concatenate([np.asarray(ring, float) for ring in rings])
    offsets = np.concatenate(([0], np.cumsum([len(ring) for ring in rings])))
    colours = np.array([colour], np.uint32)
    fill_polygons(picture, xy, offsets, np.array([0, len(rings)]), placement, colours, threads=threads, **options)
    return picture


def covered(picture):
    """Share of each pixel that is covered, from an opaque drawing."""
    return (picture >> 24) / 255.0


def square(x0, y0, x1, y1):
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def inside(ring, x, y, even_odd):
    """Winding number test, point by point."""
    ring = np.asarray(ring, float)
    after = np.roll(ring, -1, 0)
    winding = np.zeros(np.shape(x), int)
    for (xa, ya), (xb, yb) in zip(ring, after, strict=True):
        if ya == yb:
            continue
        crosses = (np.minimum(ya, yb) <= y) & (y < np.maximum(ya, yb))
        winding += np.where(crosses & (xa + (y - ya) * (xb - xa) / (yb - ya) < x), 1 if yb > ya else -1, 0)
    return winding % 2 == 1 if even_odd else winding != 0


def test_a_rectangle_on_pixel_borders_fills_exactly_its_pixels():
    picture = filled([square(10, 5, 30, 25)], colour=BLUE)
    assert (picture[5:25, 10:30] == BLUE).all()
    assert np.count_nonzero(picture) == 400


def test_a_quarter_of_a_pixel_is_a_quarter_as_opaque():
    picture = filled([square(10.5, 5.5, 11, 6), square(0, 0, 0, 0), square(20, 20, 24, 24)])
    assert picture[5, 10] >> 24 == 64
    assert picture[5, 11] == 0


def test_colours_are_premultiplied():
    assert filled([square(0, 0, 9, 9)], colour=0x80FF0000)[4, 4] == 0x80800000


PLACE = st.integers(-30_000, 90_000).map(lambda thousandths: thousandths / 1000)


@given(st.lists(st.tuples(PLACE, PLACE), min_size=3, max_size=9), st.booleans())
def test_coverage_is_the_share_of_sample_points_inside(ring, even_odd):
    picture = filled([ring, square(-9, -9, -8, -8)], even_odd=even_odd)
    steps = (np.arange(8) + 0.5) / 8
    x, y = np.arange(60)[:, None] + steps, np.arange(40)[:, None] + steps
    y, x = np.broadcast_arrays(y[:, None, :, None], x[None, :, None, :])
    share = inside(ring, x, y, even_odd).mean((2, 3))
    # Where edges of one shape cross within a pixel their signed areas may cancel; elsewhere both agree.
    assert np.abs(covered(picture) - share).mean() < 0.01
    whole = (share == 0) | (share == 1)
    assert np.percentile(np.abs(covered(picture) - share)[whole], 98) < 0.13


@given(arrays(np.float64, (3, 2), elements=st.floats(1, 39)))
def test_the_ink_of_a_triangle_is_its_area(corners):
    (ax, ay), (bx, by), (cx, cy) = corners
    area = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
    assert covered(filled([corners])).sum() == pytest.approx(area, abs=0.5 + 0.004 * area)


def test_a_hole_shows_the_ground_whichever_way_its_ring_turns():
    shell, hole = square(5, 5, 35, 35), square(10.5, 10.5, 30.5, 30.5)
    rings, parts = np.array([0, 4, 8]), np.array([0, 2])
    pictures = []
    for turned in (hole, hole[::-1]):
        signs = ring_signs(np.array(shell + turned, float), rings, parts)
        pictures.append(filled([shell, turned], signs=signs))
    assert (pictures[0] == pictures[1]).all()
    assert covered(pictures[0]).sum() == pytest.approx(900 - 400, abs=0.5)
    assert (pictures[0][12:30, 12:30] == 0).all()


def test_a_wall_thinner_than_a_pixel_keeps_its_area_between_rings_of_one_direction():
    shell, hole = square(5.1, 5.1, 35.1, 35.1), square(5.4, 5.4, 34.8, 34.8)
    signs = ring_signs(np.array(shell + hole, float), np.array([0, 4, 8]), np.array([0, 2]))
    area = 30.0**2 - 29.4**2
    assert covered(filled([shell, hole], signs=signs)).sum() == pytest.approx(area, rel=0.02)


def test_an_island_in_a_hole_is_filled():
    rings = [square(2, 2, 38, 38), square(8, 8, 32, 32), square(15, 15, 25, 25)]
    signs = ring_signs(np.concatenate(rings).astype(float), np.array([0, 4, 8, 12]), np.array([0, 2, 3]))
    picture = filled(rings, signs=signs)
    assert picture[20, 20] == BLACK
    assert picture[10, 10] == 0
    assert picture[4, 4] == BLACK


def test_winding_rules_differ_where_a_shape_crosses_itself():
    angle = np.linspace(0, 4 * np.pi, 6)[:-1]
    star = np.stack([30 + 18 * np.sin(angle), 20 - 18 * np.cos(angle)], -1)
    assert filled([star])[20, 30] == BLACK
    assert filled([star], even_odd=True)[20, 30] == 0


def test_a_figure_of_eight_fills_both_lobes():
    picture = filled([[(5, 5), (35, 35), (35, 5), (5, 35)]])
    assert picture[20, 10] == BLACK
    assert picture[20, 30] == BLACK


def test_large_coordinates_draw_the_same_picture_as_small_ones():
    ring = np.array([(3.1, 4.2), (50.7, 9.9), (33.3, 35.8), (20.2, 15.5)])
    world = ring * [0.5, -0.5] + [4e5, 3.4e6]
    far = filled([world], placement=Placement(4e5, 3.4e6, 2.0, 2.0))
    assert np.abs(covered(far) - covered(filled([ring]))).max() <= 1 / 255


def test_zoomed_in_so_far_that_a_polygon_surrounds_the_view_all_is_filled():
    ring = square(4e5 - 1e5, 3.4e6 - 1e5, 4e5 + 1e5, 3.4e6 + 1e5)
    assert (filled([ring], placement=Placement(4e5, 3.4e6, 1e4, 1e4)) == BLACK).all()


def test_neighbours_that_share_an_edge_leave_no_seam():
    left, right = [(5, 5), (20.3, 5), (31.7, 35), (5, 35)], [(20.3, 5), (50, 5), (50, 35), (31.7, 35)]
    xy, rings = np.array(left + right, float), np.array([0, 4, 8])
    picture, seamed = new_picture(60, 40), new_picture(60, 40)
    colours = np.array([0xFFAA3300, 0xFF0033AA], np.uint32)
    fill_polygons(picture, xy, rings, np.array([0, 1, 2]), PIXELS, colours)
    fill_polygons(seamed, xy, rings, np.array([0, 1, 2]), PIXELS, colours, seamless=False)
    assert (picture[5:35, 5:50] >> 24).min() >= 254
    assert (seamed[5:35, 5:50] >> 24).min() < 220


def test_later_features_lie_over_earlier_ones():
    xy = np.array(square(0, 0, 30, 30) + square(10, 10, 40, 40), float)
    picture = new_picture(60, 40)
    colours = np.array([0xFFAA0000, 0xFF00AA00], np.uint32)
    fill_polygons(picture, xy, np.array([0, 4, 8]), np.array([0, 1, 2]), PIXELS, colours)
    assert picture[20, 20] == 0xFF00AA00
    assert picture[5, 5] == 0xFFAA0000


@pytest.mark.parametrize("size", [0.02, 0.2, 0.9])
def test_specks_keep_their_area_on_the_whole(size):
    corners = np.random.default_rng(5).uniform(1, 59, (40_000, 1, 2))
    xy = (corners + size * np.array([[0, 0], [1, 0], [1, 1], [0, 1]])).reshape(-1, 2)
    offsets, picture = np.arange(40_001) * 4, new_picture(400, 400)
    count = 40_000 if size < 0.1 else 400
    place = Placement(0.0, 0.0, 6.0, -6.0) if size > 0.1 else PIXELS
    scale = abs(place.sx * place.sy)
    colours = np.full(count, BLACK, np.uint32)
    rings = offsets[: count + 1]
    fill_polygons(picture, xy, rings, np.arange(count + 1), place, colours, seamless=True)
    assert covered(picture).sum() == pytest.approx(count * size**2 * scale, rel=0.05)


def test_cells_smaller_than_a_pixel_fill_the_ground_they_tile():
    x, y = np.meshgrid(np.arange(100) * 0.4, np.arange(100) * 0.3)
    corners = np.stack([x.ravel(), y.ravel()], -1)[:, None, :]
    xy = (corners + np.array([[0, 0], [0.4, 0], [0.4, 0.3], [0, 0.3]])).reshape(-1, 2)
    picture = new_picture(60, 40)
    colours = np.full(10_000, BLUE, np.uint32)
    fill_polygons(picture, xy, np.arange(10_001) * 4, np.arange(10_001), PIXELS, colours)
    assert (picture[1:29, 1:39] >> 24).mean() > 245
    assert (picture[32:] == 0).all()


def test_bands_give_the_same_picture_as_one_thread():
    rng = np.random.default_rng(2)
    xy, offsets = rng.uniform(-20, 220, (400, 2)), np.arange(0, 401, 8)
    colours = rng.integers(0, 1 << 32, 50, dtype=np.uint32)
    pictures = [new_picture(200, 200) for _ in range(3)]
    for threads, picture in zip((1, 2, 5), pictures, strict=True):
        fill_polygons(picture, xy, offsets, np.arange(51), PIXELS, colours, threads=threads)
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] == pictures[2]).all()


def test_a_class_outside_the_palette_hides_its_feature():
    xy = np.array(square(0, 0, 9, 9) + square(20, 0, 29, 9) + square(40, 0, 49, 9), float)
    picture, palette = new_picture(60, 40), np.array([BLUE], np.uint32)
    classes = np.array([-1, 0, 1], np.int32)
    fill_polygons(picture, xy, np.arange(4) * 4, np.arange(4), PIXELS, palette, classes=classes)
    assert np.count_nonzero(picture) == 81
    assert (picture[:9, 20:29] == BLUE).all()


def test_vertices_without_a_place_are_left_out():
    ring = [(10, 5), (np.nan, 9), (30, 5), (30, np.nan), (30, 25), (10, 25), (np.nan, np.nan)]
    assert (filled([ring]) == filled([square(10, 5, 30, 25)])).all()


def test_vertices_at_infinity_reach_to_the_border():
    picture = filled([[(10, 10), (np.inf, 10), (np.inf, 20), (10, 20)]])
    assert (picture[10:20, 10:] == BLACK).all()
    assert np.count_nonzero(picture) == 500


@given(
    arrays(np.float64, (12, 2), elements=st.floats(allow_nan=True, allow_infinity=True)),
    st.lists(st.integers(-3, 15), min_size=2, max_size=5),
    st.lists(st.integers(-3, 6), min_size=2, max_size=4),
)
def test_senseless_coordinates_and_ranges_do_no_harm(xy, rings, features):
    picture = new_picture(50, 50)
    rings, features = np.array(rings), np.array(features)
    bounds = np.tile([-1e6, -1e6, 1e6, 1e6], (len(features) - 1, 1))
    colours = np.full(len(features) - 1, BLUE, np.uint32)
    fill_polygons(picture, xy, rings, features, PIXELS, colours, bounds=bounds, threads=1)
    assert set(np.unique(picture >> 24)) <= set(range(256))


def test_empty_input_draws_nothing():
    picture = new_picture(20, 20)
    none = np.zeros(1, np.int64)
    fill_polygons(picture, np.empty((0, 2)), none, none, PIXELS, np.empty(0, np.uint32))
    assert not picture.any()


def test_read_only_arrays_are_accepted():
    xy, offsets = np.array(square(0, 0, 9, 9), float), np.array([0, 4])
    features, colours = np.array([0, 1]), np.array([BLUE], np.uint32)
    for part in (xy, offsets, features, colours):
        part.flags.writeable = False
    picture = new_picture(20, 20)
    fill_polygons(picture, xy, offsets, features, PIXELS, colours)
    assert np.count_nonzero(picture) == 81


@pytest.mark.parametrize(
    "wrong",
    [{"bounds": np.zeros((2, 4))}, {"classes": np.zeros(3, np.int32)}, {"signs": np.ones(2, np.int8)}],
    ids=["bounds", "classes", "signs"],
)
def test_arrays_of_the_wrong_length_are_refused(wrong):
    with pytest.raises(ValueError, match=r"1 features|1 rings"):
        filled([square(0, 0, 9, 9)], **wrong)


def test_bounds_leave_out_what_has_no_place():
    xy = np.array([(1.0, 2.0), (np.nan, 9.0), (5.0, -3.0)])
    boxes = ring_bounds(xy, np.array([0, 3, 3]))
    assert boxes[0].tolist() == [1.0, -3.0, 5.0, 2.0]
    assert boxes[1, 0] == np.inf
