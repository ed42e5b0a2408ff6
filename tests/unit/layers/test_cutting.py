"""Offsets, cuts and unions of figures: where they go, what is refused, and that nothing is lost on the way."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.cutting import ShapeInvalid, check, merged, offset, shape_of, split
from layers.errors import EditError
from layers.figure import from_geojson

EAST, NORTH = 352_000.0, 3_456_000.0


def figure(shape: shapely.Geometry):
    return from_geojson(shapely.geometry.mapping(shape))


def test_a_positive_offset_of_a_line_lies_left_and_a_negative_one_right():
    line = figure(shapely.LineString([(EAST, NORTH), (EAST + 100, NORTH)]))
    assert shape_of(offset(line, 5.0)).bounds == pytest.approx((EAST, NORTH + 5, EAST + 100, NORTH + 5))
    assert shape_of(offset(line, -5.0)).bounds == pytest.approx((EAST, NORTH - 5, EAST + 100, NORTH - 5))


def test_an_offset_of_an_area_keeps_its_corners_and_narrows_with_a_negative_distance():
    area = figure(shapely.box(EAST, NORTH, EAST + 20, NORTH + 10))
    assert shape_of(offset(area, 1.0)).area == pytest.approx(22 * 12)
    assert shape_of(offset(area, -1.0)).area == pytest.approx(18 * 8)


def test_an_offset_that_leaves_nothing_and_one_of_a_point_are_refused_with_a_remedy():
    area = figure(shapely.box(0, 0, 20, 10))
    with pytest.raises(EditError, match="nothing is left") as caught:
        offset(area, -6.0)
    assert caught.value.remedy
    with pytest.raises(EditError, match="A point has no parallel"):
        offset(figure(shapely.Point(0, 0)), 1.0)


def test_the_parts_of_a_cut_cover_the_area_and_do_not_overlap():
    area = shapely.box(0, 0, 20, 10) - shapely.box(8, 4, 12, 6)
    parts = [shape_of(part) for part in split(figure(area), np.array([[10.0, -1.0], [10.5, 11.0]]))]
    assert len(parts) == 2
    assert sum(part.area for part in parts) == pytest.approx(area.area)
    assert parts[0].intersection(parts[1]).area == pytest.approx(0, abs=1e-9)
    assert parts[0].area >= parts[1].area, "the largest part comes first and keeps the number"


def test_a_line_is_cut_where_it_is_crossed_and_a_cut_beside_leaves_one_piece():
    line = figure(shapely.LineString([(0, 0), (10, 0)]))
    parts = [shape_of(part) for part in split(line, np.array([[4.0, -1.0], [4.0, 1.0]]))]
    assert sorted(part.length for part in parts) == pytest.approx([4, 6])
    assert len(split(line, np.array([[40.0, -1.0], [40.0, 1.0]]))) == 1


def test_areas_that_touch_are_merged_into_one_without_the_edge_between():
    whole = shape_of(merged([figure(shapely.box(0, 0, 1, 1)), figure(shapely.box(1, 0, 2, 1))]))
    assert whole.equals(shapely.box(0, 0, 2, 1))


def test_a_shape_that_crosses_itself_is_refused_with_the_place():
    bow = from_geojson({"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]})
    with pytest.raises(ShapeInvalid) as caught:
        check(bow)
    assert caught.value.at == pytest.approx((1.0, 1.0))
