"""Filters read back what they write, keep what SQLite keeps, and say what is wrong with place and remedy."""

from __future__ import annotations

import os
import sqlite3
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import FilterInvalid
from layers.filters import terms as t
from layers.filters.masks import mask
from layers.filters.reading import parse
from layers.filters.writing import to_text
from layers.texts import from_list

EXAMPLES = int(os.environ.get("HAITANG_FILTER_EXAMPLES", "60"))
"""Random filters of each kind; a proof by numbers runs with 2000."""

# ------------------------------------------------------------------- random filters

LETTERS = st.text(st.sampled_from("aAbB%_\\'é中 \n"), max_size=4)
NUMBERS = st.one_of(st.integers(-50, 50), st.integers(-200, 200).map(lambda n: n / 4)).map(t.Number)
NAMES = st.one_of(st.sampled_from(["n", "x", "s"]), st.text(st.characters(codec="utf-8"), min_size=1, max_size=5))
DAYS = st.dates().map(lambda d: t.Moment(d.isoformat()))
INSTANTS = st.datetimes().map(lambda d: t.Moment(d.isoformat() + "Z"))
ENDS = st.one_of(st.none(), DAYS, INSTANTS, NAMES.map(t.Column))
PLACES = st.one_of(
    st.sampled_from(["POINT (1 2.5)", "POLYGON ((0 0, 4 0, 4 4, 0 0))", "POINT EMPTY"]).map(t.Shape),
    st.tuples(st.floats(-9, 0), st.floats(-9, 0), st.floats(1, 9), st.floats(1, 9)).map(t.Box),
)


def summed(numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        numbers,
        lambda inner: st.builds(t.Arithmetic, st.sampled_from(["+", "-", "*", "/", "%", "DIV", "^"]), inner, inner),
        max_leaves=4,
    )


def conditions(numbers: Any, texts: Any, more: Any) -> st.SearchStrategy[Any]:
    """Conditions over given terms of numbers and texts."""
    signs, negated = st.sampled_from(t.COMPARISONS), st.booleans()
    leaves = st.one_of(
        st.builds(t.Comparison, signs, numbers, numbers),
        st.builds(t.Comparison, signs, texts, texts),
        st.builds(t.Like, texts, LETTERS.map(t.Text), negated),
        st.builds(t.Between, numbers, numbers, numbers, negated),
        st.builds(t.In, numbers, st.lists(numbers, min_size=1, max_size=3).map(tuple), negated),
        st.builds(t.In, texts, st.lists(texts, min_size=1, max_size=3).map(tuple), negated),
        st.builds(t.IsNull, st.one_of(numbers, texts), negated),
        *more,
    )
    several = lambda inner: st.lists(inner, min_size=2, max_size=3).map(tuple)  # noqa: E731
    return st.recursive(
        leaves,
        lambda inner: st.one_of(several(inner).map(t.And), several(inner).map(t.Or), inner.map(t.Not)),
        max_leaves=6,
    )


ANY_NUMBER = summed(st.one_of(NUMBERS, NAMES.map(t.Column)))
ANY_TEXT = st.recursive(
    st.one_of(LETTERS.map(t.Text), NAMES.map(t.Column)),
    lambda inner: st.builds(t.Fold, st.sampled_from(["CASEI", "ACCENTI"]), inner),
    max_leaves=2,
)
SPANS = st.one_of(DAYS, INSTANTS, st.builds(t.Interval, ENDS, ENDS), NAMES.map(t.Column))
EVERYTHING = conditions(
    ANY_NUMBER,
    ANY_TEXT,
    [
        st.builds(t.Spatial, st.sampled_from(t.SPATIAL), NAMES.map(t.Column), PLACES),
        st.builds(t.Temporal, st.sampled_from(t.TEMPORAL), SPANS, SPANS),
        st.booleans().map(t.Truth),
        NAMES.map(t.Column),
    ],
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(EVERYTHING)
def test_a_filter_that_is_written_reads_back_as_itself(term: Any):
    assert parse(to_text(term)) == term


def read_or_refused(text: str) -> Any:
    """The filter, or the error that refuses it."""
    try:
        return parse(text)
    except FilterInvalid as fault:
        return fault


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab1(),'\"<>=+-*/ ANDORNOTINSLKE%_.中（＞"), max_size=40))
def test_any_text_is_read_or_refused_with_a_place_inside_it(text: str):
    found = read_or_refused(text)
    if isinstance(found, FilterInvalid):
        assert 1 <= int(str(found.fields["at"])) <= len(text) + 1
        assert found.what
        assert found.remedy
    else:
        assert parse(to_text(found)) == found


# -------------------------------------------------------------- the same as SQLite

ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(-20, 20)),
        st.one_of(st.none(), st.integers(-40, 40).map(lambda n: n / 4)),
        st.one_of(st.none(), LETTERS),
    ),
    min_size=1,
    max_size=12,
)
PLAIN_NUMBER = st.one_of(NUMBERS, st.sampled_from(["n", "x"]).map(t.Column))
PLAIN_SUM = st.one_of(
    PLAIN_NUMBER, st.builds(t.Arithmetic, st.sampled_from(["+", "-", "*", "/"]), PLAIN_NUMBER, PLAIN_NUMBER)
)
COMMON = conditions(PLAIN_SUM, st.one_of(LETTERS.map(t.Text), st.just(t.Column("s"))), [])


def sql(term: Any) -> str:
    """The same condition as SQLite says it."""
    match term:
        case t.And(parts):
            return "(" + " AND ".join(map(sql, parts)) + ")"
        case t.Or(parts):
            return "(" + " OR ".join(map(sql, parts)) + ")"
        case t.Not(part):
            return f"(NOT {sql(part)})"
        case t.Arithmetic(sign, left, right):
            return f"(CAST({sql(left)} AS REAL) {sign} {sql(right)})"
        case t.Comparison(sign, left, right):
            return f"({sql(left)} {sign} {sql(right)})"
        case t.Like(value, pattern, negated):
            return f"({sql(value)} {'NOT ' * negated}LIKE {sql(pattern)} ESCAPE '\\')"
        case t.Between(value, low, high, negated):
            return f"({sql(value)} {'NOT ' * negated}BETWEEN {sql(low)} AND {sql(high)})"
        case t.In(value, options, negated):
            return f"({sql(value)} {'NOT ' * negated}IN ({', '.join(map(sql, options))}))"
        case t.IsNull(value, negated):
            return f"({sql(value)} IS {'NOT ' * negated}NULL)"
        case _:
            return to_text(term)


def complete(pattern: Any) -> bool:
    """Whether no pattern of a condition ends in the middle of an escape."""
    waiting = [pattern]
    while waiting:
        item = waiting.pop()
        if isinstance(item, t.Like):
            text = item.pattern.value  # pyright: ignore[reportAttributeAccessIssue]
            if (len(text) - len(text.rstrip("\\"))) % 2 or any(
                text[i] == "\\" and text[i + 1 : i + 2] not in ("%", "_", "\\") for i in range(len(text))
            ):
                return False
        waiting.extend(t.parts(item))
    return True


@settings(max_examples=EXAMPLES, deadline=None)
@given(COMMON.filter(complete), ROWS)
def test_a_filter_keeps_the_rows_that_sqlite_keeps(term: Any, rows: list[tuple[Any, Any, Any]]):
    base = sqlite3.connect(":memory:")
    base.execute("PRAGMA case_sensitive_like = ON")
    base.execute("CREATE TABLE f (id INTEGER, n INTEGER, x REAL, s TEXT)")
    base.executemany("INSERT INTO f VALUES (?, ?, ?, ?)", [(i, *row) for i, row in enumerate(rows)])
    expected = {i for (i,) in base.execute(f"SELECT id FROM f WHERE {sql(term)}")}
    base.close()
    n, x, s = zip(*rows, strict=True)
    as_float = lambda values: np.array([np.nan if v is None else v for v in values], float)  # noqa: E731
    for text in (list(s), from_list(s)):
        found = mask(term, {"n": as_float(n), "x": as_float(x), "s": text}, len(rows))
        assert set(np.flatnonzero(found)) == expected


# ------------------------------------------------------------------------- by hand

COLUMNS: dict[str, Any] = {
    "名称": ["上海", "Ärzte", None, "hafen", "ΟΔΟΣ"],
    "深": np.array([1.5, np.nan, 0.2, 3.0, -1.0]),
    "n": np.array([1, 2, 3, 4, 5]),
    "open": np.array([True, False, True, False, True]),
    "day": np.array(["2024-07-01", "2024-07-02", "NaT", "2024-08-01", "1066-10-14"], "datetime64[D]"),
    "at": np.array(["2024-07-01T08:00", "2024-07-02T23:59", "NaT", "2024-08-01", "1970-01-01"], "datetime64[ns]"),
    "a b": np.array([0, 0, 0, 0, 1]),
}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("深 > 1", [0, 3]),
        ("NOT 深 > 1", [2, 4]),
        ("深 > 1 OR n = 2", [0, 1, 3]),
        ("深 IS NULL", [1]),
        ("名称 LIKE '%海'", [0]),
        ("CASEI(ACCENTI(名称)) LIKE CASEI('ARZ%')", [1]),
        ("CASEI(名称) = CASEI('οδος')", [4]),
        ("open", [0, 2, 4]),
        ("NOT open AND 深 IS NOT NULL", [3]),
        ("open = TRUE", [0, 2, 4]),
        ("n % 2 = 0 AND n DIV 3 = 1", [3]),
        ("n / 0 = 1 OR n = 1", [0]),
        ('"a b" <> 0', [4]),
        ("day = DATE('2024-07-01')", [0]),
        ("day >= '2024-07-02'", [1, 3]),
        ("T_AFTER(at, DATE('2024-07-01'))", [1, 3]),
        ("T_BEFORE(at, TIMESTAMP('2024-07-01T16:00:00+08:00'))", [4]),
        ("T_DURING(at, INTERVAL('2024-07-01', '2024-07-31'))", [0, 1]),
        ("T_INTERSECTS(at, INTERVAL('2024-08-01', '..'))", [3]),
        ("at = DATE('2024-07-02')", [1]),
        ("n IN (1, 5, 9)", [0, 4]),
        ("FALSE OR n = n", [0, 1, 2, 3, 4]),
    ],
)
def test_a_filter_keeps_these_rows(text: str, kept: list[int]):
    assert np.flatnonzero(mask(parse(text), COLUMNS, 5)).tolist() == kept


@pytest.mark.parametrize(
    ("text", "at", "word"),
    [
        ("", 1, "empty"),
        ("a > ", 5, "value is expected"),
        ("a = 1 AND OR b = 2", 11, "OR stands there"),
        ("a LIKE 3", 8, "text is expected"),
        ("a IN (1, 2", 11, "sign ) is expected"),
        ("a = 1 b", 7, "goes on with b"),
        ("a = 'x", 5, "not closed"),
        ("a = ‘x’", 5, "quote"),
        ("a # 1", 3, "means nothing"),
        ("a + 1", 1, "not a condition"),
        ("(a = 1) + 2 > 3", 1, "condition where a value"),
        ("area(a) > 3", 1, "does not know"),
        ("t = TIMESTAMP('2024-07-01T00:00:00')", 15, "no moment"),
        ("t = DATE('2024-02-30')", 10, "no moment"),
        ("S_WITHIN(geometry, POLYGON((0 0, 1 0, 1 1)))", 20, "no well-known text"),
        ("S_WITHIN(geometry, BBOX(4, 0, 1, 1))", 20, "no box"),
        ("S_WITHIN(geometry, 3)", 1, "geometries only"),
        ("T_AFTER(t, 3)", 1, "moments only"),
        ("(" * 60 + "a", 51, "deeper than 50"),
        ("NOT " * 60 + "a", 205, "deeper than 50"),
        ("1" + "+1" * 200 + " = 2", 1, "deeper than"),
        ("a BETWEEN 1 OR 2", 13, "word AND"),
        ("a = 1e999", 5, "too large"),
    ],
)
def test_a_wrong_filter_is_refused_at_its_place(text: str, at: int, word: str):
    with pytest.raises(FilterInvalid) as caught:
        parse(text)
    assert caught.value.fields["at"] == at
    assert word in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("宽 > 1", "no column 宽"),
        ("名称 > 1", "名称 is text and 1 is a number"),
        ("n = open AND open = DATE('2024-01-01')", "different kinds"),
        ("n = 'x'", "cannot be compared"),
        ("n LIKE 'x'", "no text"),
        ("CASEI(n) = 'x'", "no text"),
        ("名称 + 1 = 2", "no number"),
        ("名称", "neither true nor false"),
        ("day > '明天'", "no moment"),
        ("T_AFTER(n, DATE('2024-01-01'))", "no moments"),
        ("S_INTERSECTS(n, BBOX(0, 0, 1, 1))", "no geometry"),
    ],
)
def test_a_filter_that_does_not_fit_the_columns_is_refused(text: str, word: str):
    with pytest.raises(FilterInvalid) as caught:
        mask(parse(text), COLUMNS, 5)
    assert word in caught.value.what
    assert caught.value.remedy


def test_typing_with_a_chinese_keyboard_is_understood():
    assert parse("（水深 ＞ 3） AND 名称 IN （'甲'，'乙'）") == parse("(水深 > 3) AND 名称 IN ('甲', '乙')")


def test_the_columns_of_a_filter_come_in_order_and_without_the_geometry():
    text = "b > 1 AND S_INTERSECTS(geometry, BBOX(0,0,1,1)) AND (a + b < 2 OR CASEI(c) = 'x')"
    assert t.columns(parse(text)) == ("b", "a", "c")
    assert t.asks_for_place(parse(text))
    assert not t.asks_for_place(parse("a = 1"))
