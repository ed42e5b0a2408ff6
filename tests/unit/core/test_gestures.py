"""Drawing, moving and measuring without a window."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.core.camera import Pose
from app.core.document import Document
from app.core.drawing import AddLine, AddPoint, AddPolygon, MoveFeature
from app.core.gestures import Pointer
from app.core.measure import Measure, area_text, length_text, measured
from app.core.shapes import crosses_itself, distance, feature_shapes, moved, signed_area, to_geometry
from layers.crs import transform_points
from layers.errors import EditError
from layers.mesh import MeshLayer
from layers.vector import VectorLayer

CRS = "EPSG:4549"


@pytest.fixture
def document() -> Document:
    made = Document()
    made.add(VectorLayer(id="s", name="sketch", source="memory:", crs=CRS))
    made.look(Pose(crs=CRS))
    return made


def layer(document: Document) -> VectorLayer:
    found = document.layer("s")
    assert isinstance(found, VectorLayer)
    return found


def left(x: float, y: float, *, double: bool = False, near: float = 0.0) -> Pointer:
    return Pointer(x, y, near=near, double=double)


def right(x: float, y: float) -> Pointer:
    return Pointer(x, y, button="right")


def hover(x: float, y: float) -> Pointer:
    return Pointer(x, y, button="none")


# ------------------------------------------------------------------------ drawing
def test_each_press_adds_a_point_that_undo_takes_away(document: Document):
    gesture = AddPoint(document, "s")
    for x in (1.0, 2.0):
        outcome = gesture.press(left(x, 5))
        assert outcome.command is not None
        document.run(outcome.command)
    assert [f["geometry"]["coordinates"] for f in layer(document).features.values()] == [[1, 5], [2, 5]]
    document.undo()
    assert list(layer(document).features) == [1]
    assert document.history.entries[-1].title() == "Draw a feature"


def test_a_line_follows_the_pointer_and_ends_with_a_double_click(document: Document):
    gesture = AddLine(document, "s")
    gesture.press(left(0, 0))
    assert gesture.move(hover(3, 4)).preview[0].points == ((0, 0), (3, 4))
    gesture.press(left(3, 4))
    gesture.press(left(6, 0))
    outcome = gesture.press(left(6, 0, double=True))
    assert outcome.finished
    assert outcome.command is not None
    document.run(outcome.command)
    assert layer(document).features[1]["geometry"] == {"type": "LineString", "coordinates": [[0, 0], [3, 4], [6, 0]]}
    assert gesture.move(hover(9, 9)).preview == ()


@pytest.mark.parametrize("end", ["enter", "right"])
def test_a_polygon_ends_with_enter_or_the_right_button_and_is_closed_anticlockwise(document: Document, end: str):
    gesture = AddPolygon(document, "s")
    for corner in ((0, 0), (0, 5), (5, 5)):
        gesture.press(left(*corner))
    outcome = gesture.key("enter") if end == "enter" else gesture.press(right(9, 9))
    assert outcome.command is not None
    document.run(outcome.command)
    assert layer(document).features[1]["geometry"]["coordinates"] == [[[5, 5], [0, 5], [0, 0], [5, 5]]]


def test_backspace_takes_back_a_corner_and_escape_all(document: Document):
    gesture = AddLine(document, "s")
    for x in range(3):
        gesture.press(left(x, 0))
    assert gesture.key("backspace").preview[0].points == ((0, 0), (1, 0))
    assert gesture.key("escape").finished
    assert gesture.move(hover(5, 5)).preview == ()
    assert gesture.key("enter").command is None


def test_too_few_corners_are_no_feature(document: Document):
    line, polygon = AddLine(document, "s"), AddPolygon(document, "s")
    line.press(left(0, 0))
    assert line.press(left(0, 0, double=True)).command is None
    for x in range(2):
        polygon.press(left(x, 0))
    assert polygon.key("enter").command is None


def test_an_outline_that_crosses_itself_is_told_and_can_be_mended(document: Document):
    gesture = AddPolygon(document, "s")
    for corner in ((0, 0), (4, 4), (4, 0), (0, 4)):
        gesture.press(left(*corner))
    outcome = gesture.key("enter")
    assert outcome.command is None
    assert "crosses itself" in outcome.words
    gesture.key("backspace")
    assert gesture.key("enter").command is not None


def test_a_new_feature_gets_the_columns_of_the_others(document: Document):
    data = {1: {"geometry": None, "properties": {"name": "闸", "width": 3.0}}}
    document.add(VectorLayer(id="t", source="memory:", features=data))
    outcome = AddPoint(document, "t").press(left(0, 0))
    assert outcome.command is not None
    document.run(outcome.command)
    found = document.layer("t")
    assert isinstance(found, VectorLayer)
    assert found.features[2]["properties"] == {"name": None, "width": None}


def test_what_is_drawn_on_another_map_is_kept_in_the_layers_own_system(document: Document):
    document.look(Pose(crs="EPSG:4490", x=120.5, y=31))
    outcome = AddPoint(document, "s").press(left(120.5, 31.2))
    assert outcome.command is not None
    document.run(outcome.command)
    x, y = layer(document).features[1]["geometry"]["coordinates"]
    (lon, lat) = transform_points(np.array([[x, y]]), CRS, "EPSG:4490")[0]
    assert (lon, lat) == pytest.approx((120.5, 31.2), abs=1e-9)
    assert x == pytest.approx(547_650, abs=100)


def test_a_place_outside_the_layers_system_is_said_plainly(document: Document):
    document.look(Pose(crs="EPSG:4490"))
    with pytest.raises(EditError, match="no coordinates"):
        AddPoint(document, "s").press(left(float("inf"), 31))


def test_layers_from_files_are_not_drawn_into(document: Document):
    document.add(VectorLayer(id="f", source="a.gpkg"))
    document.add(MeshLayer(id="m", source="a.nc"))
    for name in ("f", "m"):
        with pytest.raises(EditError, match="not being edited"):
            AddPoint(document, name).press(left(0, 0))


# ------------------------------------------------------------------------ moving
def drawn(document: Document) -> None:
    for gesture, corners in (
        (AddLine(document, "s"), [(0, 0), (10, 0)]),
        (AddPolygon(document, "s"), [(20, 0), (30, 0), (30, 10)]),
    ):
        for corner in corners:
            gesture.press(left(*corner))
        outcome = gesture.key("enter")
        assert outcome.command is not None
        document.run(outcome.command)


def test_the_nearest_feature_within_reach_is_moved_and_undo_puts_it_back(document: Document):
    drawn(document)
    before = dict(layer(document).features)
    gesture = MoveFeature(document, "s")
    assert gesture.press(left(5, 1, near=2)).preview[0].points == ((0, 0), (10, 0))
    assert gesture.move(left(6, 4)).preview[0].points == ((1, 3), (11, 3))
    outcome = gesture.release(left(6, 4))
    assert outcome.command is not None
    document.run(outcome.command)
    assert layer(document).features[1]["geometry"]["coordinates"] == [[1, 3], [11, 3]]
    assert layer(document).features[2] == before[2]
    document.undo()
    assert layer(document).features == before


def test_a_polygon_is_taken_by_its_inside(document: Document):
    drawn(document)
    gesture = MoveFeature(document, "s")
    assert gesture.press(left(29, 5, near=0.1)).preview[0].kind == "polygon"


def test_out_of_reach_nothing_is_taken(document: Document):
    drawn(document)
    gesture = MoveFeature(document, "s")
    assert gesture.press(left(5, 5, near=2)).words == "There is no feature here."
    assert gesture.release(left(9, 9)).command is None


def test_a_press_without_a_move_and_an_escape_change_nothing(document: Document):
    drawn(document)
    gesture = MoveFeature(document, "s")
    gesture.press(left(5, 0, near=1))
    assert gesture.release(left(5, 0)).command is None
    gesture.press(left(5, 0, near=1))
    assert gesture.key("escape").finished
    assert gesture.release(left(9, 9)).command is None


def test_moving_keeps_heights_holes_and_parts():
    hole = [[[0, 0, 7], [9, 0, 7], [9, 9, 7], [0, 0, 7]], [[5, 1], [6, 1], [6, 2], [5, 1]]]
    feature = {"geometry": {"type": "MultiPolygon", "coordinates": [hole]}, "properties": {"a": 1}}
    shifted = moved(feature, lambda points: [(x + 1, y) for x, y in points])
    assert shifted["geometry"]["coordinates"][0][0][1] == [10, 0, 7]
    assert shifted["geometry"]["coordinates"][0][1][0] == [6, 1]
    assert feature["geometry"]["coordinates"][0][0][1] == [9, 0, 7]
    assert [len(shape.points) for shape in feature_shapes(feature)] == [4, 4]


# ------------------------------------------------------------------------ shapes
CORNERS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=8, unique=True)


@given(CORNERS)
def test_an_outline_crosses_itself_exactly_when_shapely_calls_it_invalid(corners):
    assert crosses_itself(corners) == (not shapely.Polygon(corners).is_valid)


@given(CORNERS)
def test_area_and_distance_agree_with_shapely(corners):
    polygon = shapely.Polygon(corners)
    ring = shapely.LinearRing(corners)
    sign = 1 if ring.is_ccw else -1
    if polygon.is_valid and polygon.area > 0:
        assert signed_area(corners) == pytest.approx(sign * polygon.area)
        (shape,) = feature_shapes({"geometry": to_geometry("polygon", corners), "properties": {}})
        at = (4.3, 5.1)
        assert distance(shape, at) == pytest.approx(polygon.distance(shapely.Point(at)))


# ------------------------------------------------------------------------ measuring
def test_a_plane_length_over_the_zone_differs_from_the_true_one_as_the_projection_says():
    middle = [(500_000.0, 3_456_000.0), (501_000.0, 3_456_000.0)]
    edge = [(640_000.0, 3_456_000.0), (641_000.0, 3_456_000.0)]
    on_middle, on_edge = measured(middle, CRS), measured(edge, CRS)
    assert on_middle.plane_length == on_edge.plane_length == pytest.approx(1000)
    assert on_middle.true_length == pytest.approx(1000, abs=0.001)
    assert on_edge.true_length == pytest.approx(999.758, abs=0.005)


def test_a_degree_of_latitude_has_no_plane_length_and_its_true_one():
    found = measured([(121.0, 31.0), (121.0, 32.0)], "EPSG:4490")
    assert found.plane_length is None
    assert found.true_length == pytest.approx(110_878.1, abs=0.1)
    assert "ellipsoid" in found.text
    assert "plane" not in found.text


def test_an_area_is_measured_with_its_whole_outline():
    square = [(500_000.0, 3_456_000.0), (500_100.0, 3_456_000.0), (500_100.0, 3_456_100.0), (500_000.0, 3_456_100.0)]
    found = measured(square, CRS, "polygon")
    assert (found.plane_area, found.plane_length) == (pytest.approx(10_000), pytest.approx(400))
    assert found.true_area == pytest.approx(10_000, rel=1e-5)
    assert measured(square[::-1], CRS, "polygon").true_area == pytest.approx(found.true_area)


def test_a_grid_without_a_place_on_earth_has_only_the_plane():
    found = measured([(0, 0), (3, 4)], None)
    assert (found.plane_length, found.true_length) == (5, None)
    city = 'LOCAL_CS["Shanghai city grid",UNIT["metre",1]]'
    assert measured([(0, 0), (3, 4)], city).true_length is None


def test_feet_are_measured_in_metres():
    found = measured([(6_000_000, 2_000_000), (6_000_100, 2_000_000)], "EPSG:2229")
    assert found.plane_length == pytest.approx(100 * 1200 / 3937)
    assert found.true_length == pytest.approx(found.plane_length, rel=1e-3)


def test_the_pointer_is_measured_as_the_next_corner_and_the_result_stays(document: Document):
    gesture = Measure(document.camera)
    assert gesture.move(hover(0, 0)).words == ""
    gesture.press(left(500_000, 3_456_000))
    assert "30.00 m" in gesture.move(hover(500_030, 3_456_000)).words
    gesture.press(left(500_030, 3_456_000))
    outcome = gesture.press(left(500_030, 3_456_000, double=True))
    assert outcome.finished
    assert "30.00 m" in gesture.move(hover(0, 0)).words
    gesture.press(left(500_000, 3_456_000))
    assert gesture.move(hover(500_000, 3_456_050)).preview[0].points[-1] == (500_000, 3_456_050)
    gesture.key("escape")
    assert gesture.result is None
    assert [command.type for command in document.history.entries] == ["AddLayer", "SetField"]


def test_an_area_shows_a_length_until_it_has_three_corners(document: Document):
    gesture = Measure(document.camera, "polygon")
    gesture.press(left(500_000, 3_456_000))
    assert "Area" not in gesture.move(hover(500_010, 3_456_000)).words
    gesture.press(left(500_010, 3_456_000))
    assert "Area" in gesture.move(hover(500_010, 3_456_010)).words
    assert "50.00 m²" in gesture.move(hover(500_010, 3_456_010)).words


def test_lengths_and_areas_are_written_in_units_that_fit():
    assert [length_text(value) for value in (None, 12.345, 9_999, 123_456)] == [
        "–",
        "12.35 m",
        "9,999.00 m",
        "123.456 km",
    ]
    assert [area_text(value) for value in (12.3, 12_345, 12_345_678)] == ["12.30 m²", "1.2345 ha", "12.3457 km²"]
    assert math.isfinite(measured([(0, 0), (0, 0)], None).plane_length or 0)
