"""Sizes by value: what grows in step, what missing numbers get, and the way back for the legend."""

from __future__ import annotations

import numpy as np
import pytest

from layers.sizes import numbers_of, sizes, turns, value_at
from layers.style import SizeBy, Symbol


def test_twice_the_value_has_twice_the_area():
    by = SizeBy(column="flow", minimum=0, maximum=100, smallest=0, largest=40)
    small, large = sizes(by, np.array([25, 50]))
    assert large**2 / small**2 == pytest.approx(2)


def test_twice_the_value_has_twice_the_diameter_where_the_style_says_so():
    by = SizeBy(column="flow", minimum=0, maximum=100, smallest=0, largest=40, proportion="diameter")
    assert sizes(by, np.array([25, 50])).tolist() == [10, 20]


def test_values_beyond_the_range_and_missing_ones_keep_to_its_ends():
    by = SizeBy(column="flow", minimum=10, maximum=20, smallest=4, largest=30)
    assert sizes(by, [None, "?", -5, 99, np.inf, "20"]).tolist() == [4, 4, 4, 30, 30, 30]
    assert sizes(SizeBy(column="flow", minimum=1, maximum=1), [1, 2]).tolist() == [4, 4]


@pytest.mark.parametrize("proportion", ["area", "diameter"])
def test_the_legend_finds_the_value_of_a_size(proportion):
    by = SizeBy(column="flow", minimum=-3, maximum=9, smallest=2, largest=30, proportion=proportion)
    assert [value_at(by, s) for s in sizes(by, [0.5, 7])] == pytest.approx([0.5, 7])


def test_turns_add_to_the_symbols_own_and_missing_ones_count_nothing():
    assert turns(Symbol(rotation=350), [20.0, None, -30.0]).tolist() == [10, 350, 320]


def test_numbers_written_as_text_count_and_texts_are_missing():
    assert np.isnan(numbers_of(["1.5", "many", None])).tolist() == [False, True, True]
