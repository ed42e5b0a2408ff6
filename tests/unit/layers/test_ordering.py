"""Columns are put in the order that Python gives them, equal values in the order of their rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.ordering import ordered, sorted_places
from layers.texts import from_list

NUMBERS = st.lists(st.one_of(st.floats(width=64), st.sampled_from([0.0, -0.0, 1.0, np.inf, -np.inf])), max_size=40)
TEXTS = st.lists(
    st.one_of(st.none(), st.text("ab中é", max_size=20), st.text("河段 01", min_size=12, max_size=30)), max_size=40
)


def check(values: list[Any], found: Any) -> None:
    """Compare with the stable sort of Python, both ways."""
    there = [i for i, v in enumerate(values) if v is not None]
    rising = sorted(there, key=lambda i: values[i])
    assert found.rows.tolist() == rising
    assert found.falling().tolist() == sorted(there, key=lambda i: values[i], reverse=True)
    assert found.missing.tolist() == [i for i, v in enumerate(values) if v is None]
    assert len(found.starts) == len({values[i] for i in there})


@settings(deadline=None)
@given(NUMBERS)
def test_numbers_come_in_order_with_equal_ones_as_they_stood(values: list[float]):
    check([None if v != v else v for v in values], ordered(np.array(values, float)))


@settings(deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=40))
def test_whole_numbers_come_in_order_over_their_whole_range(values: list[int]):
    check(values, ordered(np.array(values, np.int64)))
    check([v % 3 for v in values], ordered(np.array([v % 3 for v in values], np.int64)))


@settings(deadline=None)
@given(TEXTS)
def test_texts_come_in_order_of_their_characters_however_long_they_are_alike(values: list[str | None]):
    check(values, ordered(from_list(values)))
    check(values, ordered(values))


def test_moments_truths_and_numbers_without_sign_come_in_order():
    moments = np.array(["2024-01-02", "NaT", "1066-10-14", "2024-01-02"], "datetime64[D]")
    assert ordered(moments).rows.tolist() == [2, 0, 3]
    assert ordered(moments).missing.tolist() == [1]
    assert ordered(np.array([True, False, True])).falling().tolist() == [0, 2, 1]
    assert ordered(np.array([2**63 + 5, 3], np.uint64)).rows.tolist() == [1, 0]


@pytest.mark.parametrize("count", [0, 1, 2, 70_000])
def test_many_keys_keep_the_order_of_equal_rows(count: int):
    keys = np.random.default_rng(3).integers(0, 2**64 - 1, count, np.uint64) & np.uint64(0xFF000000000000FF)
    assert np.array_equal(sorted_places(keys), np.argsort(keys, kind="stable"))


def test_texts_with_long_common_beginnings_short_ones_and_empty_ones_come_in_order():
    rng = np.random.default_rng(6)
    tails = ["", "a", "ab", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmnopqrstuvwxyz", "号", "地块", "zz"]
    for common in ("", "1", "seven77", "eight888", "sixteen-letters-", "浦东新区第"):
        texts = [common + tails[i] + str(j) * k for i, j, k in rng.integers(0, (len(tails), 10, 3), (3000, 3)).tolist()]
        assert [texts[i] for i in ordered(texts).rows] == sorted(texts, key=str.encode), common
    assert ordered(["", "", ""]).rows.tolist() == [0, 1, 2]
    assert ordered(["x" * 400, "x" * 300, "x" * 350]).rows.tolist() == [1, 2, 0]
