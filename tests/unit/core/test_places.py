"""Places from words and tables, as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from app.core.places import Places, read_places
from layers.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def table(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_pairs_of_numbers_are_named_by_their_order():
    found = read_places("600007.5,3400003; -1e3,2 ;")
    assert found.x.tolist() == [600007.5, -1000.0]
    assert found.y.tolist() == [3400003.0, 2.0]
    assert (found.names, found.crs) == (("P1", "P2"), None)


def test_places_are_handed_on_as_they_are():
    places = Places(np.zeros(1), np.zeros(1), ("A",))
    assert read_places(places) is places


@pytest.mark.parametrize("word", ["", ";", "5", "1,2,3", "north", "1,nan", "inf,2", "1;2"])
def test_words_that_are_no_places_are_refused(word: str):
    with pytest.raises(ValueError, match=r"."):
        read_places(word)


@pytest.mark.parametrize(
    ("text", "encoding", "names", "crs"),
    [
        ("name,x,y\nA,1,2\nB,3,4\n", "utf-8", ("A", "B"), None),
        ("﻿名称,x,y\n吴淞,1,2\n,3,4\n", "utf-8", ("吴淞", "P2"), None),
        ("站名,经度,纬度\n吴淞,1,2\n黄浦,3,4\n", "gb18030", ("吴淞", "黄浦"), "EPSG:4326"),
        ("X;Y\r\n1;2\r\n\r\n3;4\r\n", "utf-8", ("P1", "P2"), None),
        ("id\tLon\tLat\n7\t1\t2\n8\t3\t4", "utf-8", ("7", "8"), "EPSG:4326"),
    ],
    ids=["plain", "mark", "gbk", "semicolons", "tabs"],
)
def test_a_table_is_read_however_a_spreadsheet_wrote_it(
    tmp_path: Path, text: str, encoding: str, names: tuple[str, ...], crs: str | None
):
    found = read_places(table(tmp_path / "p.csv", text, encoding))
    assert (found.x.tolist(), found.y.tolist()) == ([1.0, 3.0], [2.0, 4.0])
    assert (found.names, found.crs) == (names, crs)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a,b\n1,2\n", "x and y"),
        ("x,y\n", "x and y"),
        ("", "x and y"),
        ("x,y\n1,2\n3,north\n", "Line 3"),
        ("x,y\n1\n", "Line 2"),
    ],
    ids=["other columns", "no row", "empty", "no number", "short row"],
)
def test_a_table_that_is_of_no_use_says_why(tmp_path: Path, text: str, word: str):
    with pytest.raises(DataError, match=word) as caught:
        read_places(table(tmp_path / "p.csv", text))
    assert caught.value.remedy


def test_a_table_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(DataError) as caught:
        read_places(tmp_path / "none.csv")
    assert caught.value.where.endswith("none.csv")
