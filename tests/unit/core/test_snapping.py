"""What the pointer is drawn to: the nearest of the first kind within reach, never what is being dragged."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from app.core.snapping import SnapIndex, snapped
from layers.sources.source import FeatureBlock
from layers.wkb import from_wkb

VERTICES = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [5.0, 5.0], [5.0, -5.0]])
EDGES = np.array([[0.0, 0.0, 10.0, 0.0], [10.0, 0.0, 10.0, 10.0], [5.0, 5.0, 5.0, -5.0]])


@pytest.mark.parametrize(
    ("at", "start", "kind", "place"),
    [
        ((9.7, 0.2), None, "vertex", (10, 0)),
        ((5.3, 0.2), None, "crossing", (5, 0)),
        ((10.2, 5.1), None, "middle", (10, 5)),
        ((10.2, 7.1), (3.0, 7.0), "foot", (10, 7)),
        ((10.2, 7.1), None, "edge", (10, 7.1)),
        ((2.2, 0.4), (99.0, 99.0), "edge", (2.2, 0)),
    ],
)
def test_the_first_kind_that_has_something_within_reach_is_taken(at, start, kind, place):
    found = snapped(VERTICES, EDGES, at, 0.6, start=start)
    assert found is not None
    assert (found.kind, found.at) == (kind, pytest.approx(place))


def test_what_is_out_of_reach_or_not_wanted_does_not_draw_the_pointer():
    assert snapped(VERTICES, EDGES, (3.0, 3.0), 1.0) is None
    assert snapped(VERTICES, EDGES, (9.7, 0.2), 0.6, kinds=("middle",)) is None
    assert snapped(np.zeros((0, 2)), np.zeros((0, 4)), (0.0, 0.0), 1.0) is None


def test_edges_that_only_touch_or_run_parallel_have_no_crossing():
    edges = np.array([[0.0, 0.0, 10.0, 0.0], [0.0, 0.2, 10.0, 0.2], [10.0, 0.0, 10.0, 5.0]])
    assert snapped(np.zeros((0, 2)), edges, (9.9, 0.1), 0.5, kinds=("crossing",)) is None


def test_a_crossing_is_exact_at_eastings_of_shanghai():
    east, north = 352_000.0, 3_456_000.0
    edges = np.array([[0.0, 0.0, 3.0, 3.0], [0.0, 3.0, 3.0, 0.0]]) + np.array([east, north, east, north])
    found = snapped(np.zeros((0, 2)), edges, (east + 1.4, north + 1.6), 0.5)
    assert found is not None
    assert found.kind == "crossing"
    assert found.at == pytest.approx((east + 1.5, north + 1.5), abs=1e-9)


def index(*shapes: shapely.Geometry, crs: str | None = None, map_crs: str | None = None) -> SnapIndex:
    binary = [shapely.to_wkb(shape) for shape in shapes]
    ends = np.cumsum([len(one) for one in binary], dtype=np.int64)
    starts = ends - [len(one) for one in binary]
    geometry = from_wkb(np.frombuffer(b"".join(binary), np.uint8), starts, ends)[0]
    return SnapIndex(FeatureBlock(np.arange(1, len(shapes) + 1), geometry, {}), crs, map_crs)


def test_rings_and_parts_are_not_joined_by_edges_that_are_not_there():
    area = shapely.box(0, 0, 10, 10) - shapely.box(4, 4, 6, 6)
    points = shapely.MultiPoint([(0, 0), (10, 10)])
    vertices, edges = index(area, points).parts((5.0, 5.0), 9.0, np.zeros(0, np.int64))
    assert len(vertices) == 12
    assert len(edges) == 8
    assert np.hypot(*(edges[:, 2:] - edges[:, :2]).T).max() == 10


def test_a_feature_that_is_dragged_does_not_draw_the_pointer():
    found = index(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))
    vertices, _ = found.parts((1.0, 0.0), 0.1, np.array([1]))
    assert vertices[:, 0].min() == 1


def test_features_of_another_system_are_found_where_the_map_shows_them():
    found = index(shapely.Point(120.0, 30.0), crs="EPSG:4326", map_crs="EPSG:4549")
    vertices, _ = found.parts((500_000.0, 3_320_113.4), 5.0, np.zeros(0, np.int64))
    assert vertices[0] == pytest.approx((500_000.0, 3_320_113.4), abs=0.1)
