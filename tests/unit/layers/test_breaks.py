"""Limits of classes: against published results of mapclassify, by brute force, and on awkward columns."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.breaks import SAMPLE, breaks, natural_starts, tidy


def counted(values, edges):
    return list(np.histogram(values, [*edges[:-1], np.inf])[0])


def spread(values, starts):
    return sum(float(((part - part.mean()) ** 2).sum()) for part in np.split(values, list(starts)))


def test_natural_breaks_are_those_that_mapclassify_publishes_or_a_hair_better():
    """Its sums are kept in single precision, which moves one of ten thousand numbers over a limit."""
    values = np.sort(np.random.RandomState(123456).exponential(size=10_000))
    found = breaks(values, "jenks", 5)
    published = np.cumsum([4694, 2922, 1584, 636])
    starts = np.searchsorted(values, found.edges[1:-1])
    assert np.abs(starts - published).max() <= 2
    assert spread(values, starts) <= spread(values, published)
    upper = [values[n - 1] for n in starts]
    assert np.abs(np.array([*upper, values.max()]) - [0.639, 1.447, 2.528, 4.141, 10.608]).max() < 2e-3


def test_quantiles_equal_those_of_mapclassify_on_whole_numbers():
    assert counted(np.arange(1000), breaks(np.arange(1000), "quantile", 3).edges) == [333, 333, 334]


@given(st.lists(st.integers(-60, 60), min_size=4, max_size=11, unique=True), st.integers(2, 4))
@settings(max_examples=60, deadline=None)
def test_natural_breaks_are_the_best_of_all_groupings(numbers, count):
    values = np.sort(np.array(numbers, float))
    found = natural_starts(values, np.ones(len(values)), count)
    least = min(spread(values, cut) for cut in combinations(range(1, len(values)), count - 1))
    assert spread(values, found) == pytest.approx(least, abs=1e-6)


def test_natural_breaks_of_more_values_say_their_sample_and_keep_both_ends():
    values = np.random.default_rng(5).normal(size=SAMPLE + 30_000)
    found = breaks(values, "jenks", 4)
    assert (found.sample, found.values, len(found.edges)) == (SAMPLE, len(values), 5)
    assert (found.edges[0], found.edges[-1]) == (values.min(), values.max())


def test_equal_intervals_are_equally_wide_and_round():
    assert breaks([0.13, 4111.45, 50, 60], "equal", 5).edges == (0.13, 822, 1645, 2467, 3289, 4111.45)


def test_deviations_lie_around_the_mean_and_within_the_data():
    values = np.random.default_rng(1).normal(100, 10, 5000)
    inner = np.array(breaks(values, "deviation", 5).edges[1:-1])
    assert (inner - values.mean()) / values.std() == pytest.approx([-1.5, -0.5, 0.5, 1.5], abs=0.02)
    assert breaks([1, 2, 3], "deviation", 8).edges[0] == 1


@pytest.mark.parametrize(("low", "high", "count", "edges"), [
    (3, 97, 5, (0, 20, 40, 60, 80, 100)), (0.012, 0.043, 4, (0.01, 0.02, 0.03, 0.04, 0.05)),
    (-12, 1030, 5, (-500, 0, 500, 1000, 1500)),
])  # fmt: skip
def test_pretty_limits_are_round_and_hold_all_values(low, high, count, edges):
    assert breaks([low, high], "pretty", count).edges == edges


@pytest.mark.parametrize("method", ["quantile", "equal", "jenks", "deviation", "pretty"])
def test_columns_without_two_different_numbers_have_no_classes(method):
    for values in ([], [np.nan, np.inf], [7.0, 7.0, np.nan]):
        assert breaks(values, method, 5).edges == ()


@pytest.mark.parametrize("method", ["quantile", "equal", "jenks", "deviation", "pretty"])
def test_limits_rise_and_missing_values_are_counted(method):
    values = np.array([0] * 900 + list(range(100)) + [np.nan] * 7, float)
    found = breaks(values, method, 6)
    assert found.missing == 7
    assert (np.diff(found.edges) > 0).all()


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e5))
def test_a_tidy_limit_separates_the_same_values(low, gap):
    high = low + gap
    assert low < tidy(low, high) <= high or high == low


def test_a_tidy_limit_has_few_digits():
    assert (tidy(3.14159, 3.2718), tidy(1999.0, 2004.0), tidy(100000.0, 100001.0)) == (3.2, 2004.0, 100001.0)
