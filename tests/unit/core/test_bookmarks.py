"""Bookmarks live in the workspace; places are read as people write them."""

from __future__ import annotations

import math

import pytest

from app.core import bookmarks
from app.core.bookmarks import read_place
from app.core.document import Document
from layers.errors import DataError, EditError
from layers.extent import Extent


def test_a_bookmark_is_kept_found_undone_and_survives_saving():
    document = Document()
    bookmarks.keep(document, " 外滩 ", Extent(1, 2, 3, 4))
    again = Document.from_dict(document.to_dict())
    assert bookmarks.find(again, "外滩") == (Extent(1, 2, 3, 4), document.camera.crs)
    bookmarks.remove(document, "外滩")
    assert document.bookmarks == {}
    document.undo()
    assert list(document.bookmarks) == ["外滩"]
    document.undo()
    assert document.bookmarks == {}


def test_a_bookmark_without_a_name_or_with_a_broken_box_is_refused():
    document = Document()
    with pytest.raises(EditError):
        bookmarks.keep(document, "  ", Extent(1, 2, 3, 4))
    document.bookmarks = {"a": {"extent": [1, 2, "x"]}}
    with pytest.raises(EditError):
        bookmarks.find(document, "a")


@pytest.mark.parametrize(
    "text",
    [
        "121.5, 31.25", "121.5 31.25", "121.5，31.25", "31.25N 121.5E", "N31.25 E121.5", "31°15′N 121°30′E",
        "121°30'E, 31°15'0.0\"N", "东经121度30分 北纬31度15分", "北纬31°15′ 东经121°30′", "31°15′ 121°30′",
        "EPSG:4326 121.5 31.25", "经度 121.5 纬度 31.25",
    ],
)  # fmt: skip
def test_the_same_place_is_understood_in_many_ways(text: str):
    assert read_place(text, "EPSG:4326") == pytest.approx((121.5, 31.25), abs=1e-9)
    x, y = read_place(text, "EPSG:4549")
    assert 642_000 < x < 643_000
    assert 3_450_000 < y < 3_460_000


def test_large_numbers_are_east_and_north_of_the_map_and_a_named_system_is_brought_to_it():
    assert read_place("547600.5 3458000", "EPSG:4549") == (547600.5, 3458000.0)
    lon, lat = read_place("EPSG:4549 500000, 3458000", "EPSG:4326")
    assert lon == pytest.approx(120.0, abs=1e-6)
    assert 31 < lat < 32
    assert read_place("-33.5S 70W".replace("-", ""), "EPSG:4326") == (-70.0, -33.5)
    assert read_place("3, 4", None) == (3.0, 4.0)


@pytest.mark.parametrize(
    ("text", "crs"),
    [
        ("", "EPSG:4326"), ("外滩", "EPSG:4326"), ("1", "EPSG:4326"), ("1 2 3", "EPSG:4549"), ("121°E 31°N", None),
        ("31°N 121°N 3°", "EPSG:4326"), ("31°N 121°N", "EPSG:4326"), ("EPSG:4326 10 95", "EPSG:4549"),
    ],
)  # fmt: skip
def test_what_names_no_place_is_refused(text: str, crs: str | None):
    with pytest.raises(DataError) as caught:
        read_place(text, crs)
    assert caught.value.remedy
    assert math.isfinite(len(caught.value.what))
