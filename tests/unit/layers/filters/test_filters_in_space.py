"""Spatial conditions of a filter agree with shapely feature by feature."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.filters import terms
from layers.filters.masks import mask
from layers.filters.reading import parse
from layers.shapes import to_geometry

RANDOM = np.random.default_rng(7)
PLACES = (
    "BBOX(2, 2, 6, 6)",
    "POLYGON((2 2, 6 2, 6 6, 2 6, 2 2))",
    "POLYGON((1 1, 8 2, 5 9, 1 1))",
    "LINESTRING(0 0, 10 10)",
    "POINT(5 5)",
    "MULTIPOINT((5 5), (2 2))",
)


def shapes() -> np.ndarray:
    """Boxes, lines and points on a grid of halves, so that edges often meet."""
    corners = RANDOM.integers(0, 18, (300, 2)) / 2
    sizes = RANDOM.integers(1, 6, (300, 2)) / 2
    boxes = shapely.box(*corners[:100].T, *(corners[:100] + sizes[:100]).T)
    lines = shapely.linestrings(np.stack([corners[100:200], corners[100:200] + sizes[100:200]], axis=1))
    return np.concatenate([boxes, lines, shapely.points(corners[200:]), [shapely.Point()]])


@pytest.mark.parametrize("relation", terms.SPATIAL)
@pytest.mark.parametrize("place", PLACES)
def test_a_spatial_condition_says_what_shapely_says_of_each_feature(relation: str, place: str):
    held = shapes()
    literal = shapely.box(2, 2, 6, 6) if place.startswith("BBOX") else shapely.from_wkt(place)
    ask = getattr(shapely, relation.removeprefix("S_").lower())
    geometry = to_geometry(held)
    for text, expected in (
        (f"{relation}(geometry, {place})", ask(held, literal)),
        (f"{relation}({place}, geometry)", ask(literal, held)),
        (f"NOT {relation}(geometry, {place})", ~ask(held, literal)),
    ):
        found = mask(parse(text), {}, len(held), geometry)
        expected[-1] = False
        assert np.array_equal(found, expected), text


def test_a_feature_without_geometry_is_neither_inside_nor_outside():
    geometry = to_geometry(np.array([None, shapely.Point(1, 1)]))
    for text in ("S_INTERSECTS(geom, BBOX(0,0,2,2))", "NOT S_DISJOINT(geom, BBOX(0,0,2,2))"):
        assert mask(parse(text), {}, 2, geometry).tolist() == [False, True]
    assert mask(parse("geom IS NULL"), {}, 2, geometry).tolist() == [True, False]
