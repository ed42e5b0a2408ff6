"""While a filter is typed, what can stand next is offered."""

from __future__ import annotations

import pytest

from layers.filters.completion import offers

COLUMNS = {"name": "text", "depth": "float", "名称": "text", "a b": "int", "open": "bool", "day": "date"}
VALUES = {"name": ["黄浦江", "苏州河", "O'Neill"]}


@pytest.mark.parametrize(
    ("typed", "start", "first"),
    [
        ("", 0, "name"),
        ("de", 0, "depth"),
        ("depth > 3 AND na", 14, "name"),
        ("名", 0, "名称"),
        ("a", 0, '"a b"'),
        ('"a', 0, '"a b"'),
        ("S_I", 0, "S_INTERSECTS("),
        ("depth ", 6, "="),
        ("name ", 5, "="),
        ("name L", 5, "LIKE"),
        ("name = ", 7, "'黄浦江'"),
        ("name = '苏", 7, "'苏州河'"),
        ("name IN ('黄浦江', 'O", 16, "'O''Neill'"),
        ("depth > 3 ", 10, "AND"),
        ("open ", 5, "AND"),
        ("name IS ", 8, "NULL"),
        ("day > ", 6, "name"),
    ],
)
def test_the_likeliest_word_comes_first(typed: str, start: int, first: str):
    found = offers(typed, COLUMNS, VALUES)
    assert found[0] == start
    assert found[1][0].written == first


@pytest.mark.parametrize("typed", ["zzz", "name = 'zzz", "name LIKE ", "'"])
def test_nothing_is_offered_where_nothing_fits(typed: str):
    assert offers(typed, COLUMNS, VALUES)[1] == ()
