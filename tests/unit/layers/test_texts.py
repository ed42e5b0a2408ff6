"""Texts in flat arrays come back as they went in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.texts import from_list, taken, to_arrow, to_texts

LISTS = st.lists(st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=6)), max_size=8)


@settings(deadline=None)
@given(LISTS, st.integers(0, 3))
def test_texts_come_back_as_they_went_in_also_from_the_middle_of_an_array(values: list[str | None], start: int):
    assert list(from_list(values)) == values
    assert list(to_texts(pa.array(values, pa.string())[start:])) == values[start:]
    assert list(to_texts(pa.chunked_array([values, values[:start]], pa.string()))) == values + values[:start]
    assert to_arrow(from_list(values)).to_pylist() == values


def test_some_rows_are_taken_in_their_order():
    texts = from_list(["甲", None, "", "丁"])
    assert list(taken(texts, np.array([3, 1, 0]))) == ["丁", None, "甲"]
    assert texts[-1] == "丁"


def test_a_lone_surrogate_becomes_a_question_mark_and_not_an_error():
    assert list(from_list(["a\udc80"])) == ["a?"]
