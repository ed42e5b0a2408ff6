"""Expressions of labels: what they say, what they refuse, and that no code runs."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import DataError
from layers.expressions import parse, quoted

COLUMNS = {
    "name": ["苏州河", None, "Huangpu"], "depth": np.array([2.345, np.nan, 1200.0]), "水位": [3, 4, None],
    "odd name": ["a", "b", "c"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [
    ("name", ["苏州河", "", "Huangpu"]),
    ("depth", ["2.345", "", "1200"]),
    ("name || ' ' || fixed(depth, 1) || ' m'", ["苏州河 2.3 m", "", "Huangpu 1200.0 m"]),
    ("'水位 ' || 水位", ["水位 3", "水位 4", ""]),
    ('"odd name" || upper(name)', ["a苏州河", "b", "cHUANGPU"]),
    ("thousands(depth)", ["2", "", "1,200"]),
    ("coalesce(name, 'no name')", ["苏州河", "no name", "Huangpu"]),
    ("left(name, 2) || line() || '…'", ["苏州\n…", "…", "Hu\n…"]),
    ("fixed（depth， 2）", ["2.35", "", "1200.00"]),
    ("missing_column || name", ["苏州河", "", "Huangpu"]),
    ("'it''s'", ["it's"] * 3),
    ("fixed(name, 1)", ["苏州河", "", "Huangpu"]),
])  # fmt: skip
def test_an_expression_says_this_of_three_rows(text: str, said: list[str]):
    assert parse(text).texts(COLUMNS, range(3)) == said


@pytest.mark.parametrize(("text", "at"), [
    ("", 1), ("name ||", 8), ("name name", 6), ("'open", 1), ("fixed(depth", 12), ("a || )", 6), ("name.x", 5),
    ("__import__('os')", 1), ("line(1)", 1), ("eval(name)", 1), ("left(name)", 1), ("(" * 40 + "a" + ")" * 40, 22),
])  # fmt: skip
def test_a_wrong_expression_names_its_place(text: str, at: int):
    with pytest.raises(DataError) as caught:
        parse(text)
    assert caught.value.fields["at"] == at
    assert caught.value.remedy


def test_columns_are_named_once_in_their_order():
    assert parse("b || a || fixed(b, 1)").columns == ("b", "a")


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_in_words(text: str):
    with suppress(DataError):
        assert len(parse(text).texts(COLUMNS, [0])) == 1


@given(st.text(min_size=1, max_size=20).filter(lambda t: "\x00" not in t))
def test_any_column_can_be_quoted(name: str):
    assert parse(quoted(name)).columns == (name,)
