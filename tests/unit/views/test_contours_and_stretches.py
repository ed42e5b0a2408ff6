"""Contours lie where the surface has their value; stretches and indices are those of the numbers in view."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.camera import View
from app.views.map2d.contouring import draw_contours, levels_of, segments
from app.views.map2d.stretching import index_of, stretched
from layers.extent import Extent
from layers.style import Contours


def test_the_contour_of_a_cone_is_a_circle():
    y, x = np.mgrid[0:101, 0:101].astype(float)
    grid = np.hypot(x - 50, y - 50)
    ends = segments(grid, 30.0).reshape(-1, 2)
    assert np.abs(np.hypot(*(ends - 50).T) - 30).max() < 0.05
    lengths = np.hypot(*(np.diff(segments(grid, 30.0), axis=1)[:, 0]).T).sum()
    assert lengths == pytest.approx(2 * np.pi * 30, rel=0.01)


def test_both_lines_of_a_saddle_are_drawn_and_unknown_cells_carry_none():
    assert len(segments(np.array([[1.0, 0.0], [0.0, 1.0]]), 0.5)) == 2
    assert len(segments(np.array([[1.0, 0.0], [np.nan, 1.0]]), 0.5)) == 0


def test_levels_begin_at_the_base_and_are_thinned_where_there_are_too_many():
    levels, step = levels_of(Contours(interval=5.0, base=1.0), -3.0, 12.0)
    assert (levels.tolist(), step) == ([1.0, 6.0, 11.0], 5.0)
    levels, step = levels_of(Contours(interval=0.01), 0.0, 1000.0)
    assert (step, len(levels) <= 402) == (10.0, True)


def test_thick_contours_are_darker_and_their_interval_is_told():
    view = View(None, Extent(0, 0, 200, 100), 200, 100)
    grid = np.tile(np.linspace(0, 20, 200, dtype=np.float32), (100, 1))
    picture = np.zeros((100, 200), np.uint32)
    assert draw_contours(picture, grid, Contours(interval=2.0, thick_every=5, colour="#000000"), view) == 2.0
    dark = (picture >> 24)[50].astype(int)
    thin, thick = dark[35:45].sum(), dark[95:105].sum()
    assert thick > 1.6 * thin > 0
    assert draw_contours(picture, np.full((100, 200), np.nan, np.float32), Contours(), view) is None


@pytest.mark.parametrize(("by", "ends"), [("minmax", (0, 100)), ("percentile", (2, 98)), ("deviation", (0, 100))])
def test_a_stretch_has_the_ends_of_its_kind(by, ends):
    values = np.append(np.linspace(0, 100, 1001, dtype=np.float32), np.nan)
    assert stretched(values, by) == pytest.approx(ends, abs=0.1)


def test_deviations_cut_off_what_lies_far_away():
    values = np.append(np.random.default_rng(3).normal(10, 1, 10_000), 500.0).astype(np.float32)
    low, high = stretched(values, "deviation")
    assert low > 5
    assert high < 25


def test_nothing_to_stretch_is_said():
    assert stretched(np.full(9, np.nan, np.float32), "minmax") is None
    assert stretched(np.full(9, 4.0, np.float32), "percentile") is None


def test_an_index_is_the_difference_over_the_sum():
    found = index_of(np.array([3.0, 0, 1, np.nan], np.float32), np.array([1.0, 0, -1, 2], np.float32))
    assert found[0] == 0.5
    assert np.isnan(found[1:]).all()
