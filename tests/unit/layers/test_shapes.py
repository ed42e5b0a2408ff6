"""Columnar geometry and shapely tell the same."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.geometry import LINE, POINT, POLYGON
from layers.shapes import to_geometry, to_shapes

HOLED = shapely.box(2, 2, 3, 3).difference(shapely.box(2.2, 2.2, 2.4, 2.4))
EVERY_KIND = [
    shapely.Point(1, 2),
    shapely.MultiPoint([[0, 0], [1, 1]]),
    shapely.LineString([[0, 0], [1, 1]]),
    shapely.MultiLineString([[[0, 0], [1, 1]], [[2, 2], [3, 3]]]),
    shapely.box(0, 0, 1, 1),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), HOLED]),
]


@given(st.lists(st.sampled_from(EVERY_KIND), max_size=12))
def test_any_order_of_kinds_comes_back_as_it_went(shapes: list[shapely.Geometry]) -> None:
    before = np.array(shapes, dtype=object)
    after = to_shapes(to_geometry(before))
    assert len(after) == len(before)
    assert all(a.equals(b) and a.geom_type == b.geom_type for a, b in zip(after, before, strict=True))


def test_none_and_empty_shapes_become_empty_features() -> None:
    geometry = to_geometry(np.array([None, shapely.Polygon(), shapely.Point(1, 1)], dtype=object))
    assert geometry.types.tolist() == [0, 0, POINT]
    assert np.diff(geometry.features).tolist() == [0, 0, 1]


def test_heights_travel_with_their_vertices() -> None:
    line = shapely.LineString([[0, 0, 5], [1, 1, 6]])
    geometry = to_geometry(np.array([line], dtype=object))
    assert geometry.types.tolist() == [LINE]
    assert geometry.z is not None
    assert geometry.z.tolist() == [5, 6]
    assert shapely.has_z(to_shapes(geometry)).all()


def test_a_hole_stays_a_ring_of_its_polygon() -> None:
    geometry = to_geometry(np.array([HOLED], dtype=object))
    assert geometry.types.tolist() == [POLYGON]
    assert np.diff(geometry.parts).tolist() == [2]


def test_a_collection_is_refused() -> None:
    with pytest.raises(ValueError, match="collection"):
        to_geometry(np.array([shapely.GeometryCollection([shapely.Point(0, 0)])], dtype=object))
