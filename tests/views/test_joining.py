"""Pictures laid over each other: joined runs change nothing, texts never overlap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.camera import View
from app.core.looks import Look
from app.views.map2d import placing
from app.views.map2d.blend import compose
from app.views.map2d.joining import Composer
from app.views.map2d.labels import draw_captions, placed
from app.views.map2d.lettering import sprites
from app.views.view import Caption, Labels, Lettering, Picture, Sheet
from layers.extent import Extent

VIEW = View(None, Extent(0, 0, 60, 40), 60, 40)
GROUND = 0xFFF0F0F0


def picture(number, rows=None):
    """A half transparent bar of a colour of its own."""
    pixels = np.zeros((40, 60), np.uint32)
    first, last = rows or (number * 3, number * 3 + 12)
    pixels[first:last, 5 : 40 + number] = 0x80000000 | (number * 0x0A1005 & 0x7F7F7F)
    look = Look(layer=str(number), source="", key="", crs=None, view=VIEW)
    return Picture(look, pixels, rows=rows)


def plainly(sheets):
    pixels = np.full((40, 60), GROUND, np.uint32)
    for sheet in sheets:
        compose(pixels, sheet.picture.pixels, sheet.opacity)
    return pixels


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 7), st.sampled_from([1.0, 0.4])), min_size=1, max_size=12))
def test_whatever_changes_between_frames_the_result_is_that_of_laying_all_anew(changes):
    composer = Composer()
    sheets = [Sheet(picture(n)) for n in range(6)]
    for place, number, opacity in changes:
        sheets[place] = Sheet(picture(number), opacity)
        frame = composer.compose(sheets, VIEW, GROUND)
        # Runs are joined before they are laid down: colours are rounded in another order.
        parts = [(frame.pixels >> shift & 0xFF).astype(int) for shift in (0, 8, 16)]
        wanted = [(plainly(sheets) >> shift & 0xFF).astype(int) for shift in (0, 8, 16)]
        assert max(np.abs(a - b).max() for a, b in zip(parts, wanted, strict=True)) <= 3


def test_rows_that_a_picture_names_are_enough():
    named, whole = picture(3, rows=(10, 22)), picture(3)
    whole.pixels[:] = named.pixels
    frames = [Composer().compose([Sheet(p)], VIEW, GROUND).pixels for p in (named, whole)]
    assert np.array_equal(*frames)


def test_no_sheets_leave_the_ground():
    assert (Composer().compose([], VIEW, GROUND).pixels == GROUND).all()


# ------------------------------------------------------------------------- texts
@pytest.fixture
def view(qapp):
    return View(None, Extent(0, 0, 300, 200), 300, 200)


def text(x, y, words="闸北 North", weight=0.0):
    return Caption(float(x), float(y), words, 12.0, "#16242c", weight)


def drawn(view, *captions):
    pixels = np.full((view.height, view.width), GROUND, np.uint32)
    draw_captions(pixels, captions, view)
    return pixels != GROUND


def test_of_two_texts_at_one_place_the_first_is_drawn(view):
    first = drawn(view, text(100, 100, "first"))
    assert np.array_equal(drawn(view, text(100, 100, "first"), text(104, 102, "second")), first)


def test_texts_apart_are_both_drawn(view):
    both = drawn(view, text(80, 50), text(200, 150))
    assert both[:100].any()
    assert both[100:].any()


def test_a_text_that_would_be_cut_off_is_left_out(view):
    assert not drawn(view, text(3, 100)).any()
    assert not drawn(view, text(-50, 100)).any()


def test_a_lifted_text_stands_above_its_place(view):
    marks = drawn(view, Caption(150.0, 100.0, "one\ntwo", 12.0, "#16242c", lift=6.0))
    assert np.nonzero(marks.any(axis=1))[0].max() <= 98


def test_texts_have_a_halo_against_their_own_brightness(qapp):
    for colour, is_dark in (("#101010", True), ("#f8f8f8", False)):
        found = sprites(["X"], Lettering(12.0, colour), 1.0)[0]
        assert found.halo is not None
        shades = [
            found.halo.pixelColor(x, y).lightness()
            for x in range(int(found.box.width()))
            for y in range(int(found.box.height()))
            if found.halo.pixelColor(x, y).alpha() > 100
        ]
        assert min(shades) > 230 if is_dark else max(shades) < 60


@given(
    st.lists(
        st.tuples(st.floats(0, 500), st.floats(0, 400), st.floats(5, 90), st.floats(5, 30)), min_size=1, max_size=40
    )
)
@settings(deadline=None)
def test_taken_boxes_never_meet(boxes):
    sides = np.array([[x, y, x + width, y + height] for x, y, width, height in boxes])
    count = np.arange(len(sides) + 1)
    chosen = placing.place(placing.Wishes(count, count, sides, np.zeros(len(sides), np.int64)), 600, 440, 1000)
    taken = sides[chosen >= 0]
    assert len(taken)
    for n, one in enumerate(taken):
        others = taken[:n]
        apart = (
            (others[:, 0] >= one[2]) | (others[:, 2] <= one[0]) | (others[:, 1] >= one[3]) | (others[:, 3] <= one[1])
        )
        assert apart.all()


def test_a_higher_priority_is_placed_first_and_overlap_draws_all_the_same(view):
    def some(priority=0, *, overlap=False):
        one = np.array([100.0])
        return Labels(["words"], one, one, one * 0, one, Lettering(12.0, "#101010"), priority, overlap=overlap)

    _, order, chosen = placed([some(), some(5)], view)
    assert [(int(n), c >= 0) for n, c in zip(order, chosen, strict=True)] == [(1, True), (0, False)]
    assert (placed([some(), some(overlap=True)], view)[2] >= 0).all()


def test_a_text_beside_a_point_takes_the_next_side_where_the_first_is_taken(view):
    one = np.array([150.0])
    beside = Labels(["name"], one, one * 0 + 100, one * 0 + 5, one, Lettering(12.0, "#101010"), placement="auto")
    above = Labels(["other"], one, one * 0 + 76, one * 0, one, Lettering(12.0, "#101010"), priority=1)
    assert placed([beside], view)[2].tolist() == [0]
    assert placed([beside, above], view)[2].tolist() == [0, 1]
