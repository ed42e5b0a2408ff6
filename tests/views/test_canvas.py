"""The map widget: moving, zooming, pointing, and what it paints meanwhile."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.core.drawing import AddPoint
from app.core.language import set_language
from app.views.map2d.canvas import MapCanvas
from layers.vector import VectorLayer
from tests.views import maps
from tests.views.maps import pixels

SIZE = (400, 300)
T = maps.TIMES.values


@pytest.fixture
def shown(qtbot):
    """A canvas that has painted its document."""
    made = []

    def show(*pairs, crs="EPSG:4549"):
        document, reading = maps.opened(*pairs, crs=crs)
        document.clock.go(T[0])
        canvas = MapCanvas(document, reading)
        qtbot.addWidget(canvas)
        canvas.resize(*SIZE)
        canvas.set_options(legend=False, scale=False, north=False, time=False, credits=False, graticule=False)
        made.append(canvas)
        with qtbot.waitSignal(canvas.painted, timeout=20000, check_params_cb=lambda frame: frame.complete):
            canvas.show()
        return canvas

    set_language("en")
    yield show
    for canvas in made:
        canvas.close_view()


def wheel(canvas, at, notches):
    place = QPointF(*at)
    event = QWheelEvent(
        place,
        canvas.mapToGlobal(place),
        QPoint(0, 0),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def drag(canvas, start, end):
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(*start))
    for share in (0.25, 0.5, 1.0):
        way = [round(a + (b - a) * share) for a, b in zip(start, end, strict=True)]
        QTest.mouseMove(canvas, QPoint(*way))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(*end))


def test_dragging_takes_the_ground_along(shown):
    canvas = shown(maps.mesh())
    before = canvas.to_map(QPointF(100, 100))
    drag(canvas, (100, 100), (160, 130))
    assert canvas.to_map(QPointF(160, 130)) == pytest.approx(before)


def test_a_drag_is_one_act_of_the_history(shown):
    canvas = shown(maps.mesh())
    acts = canvas.document.history.position
    drag(canvas, (100, 100), (160, 130))
    canvas.document.undo()
    assert canvas.document.history.position <= acts
    assert canvas.document.camera.x == pytest.approx(50.0)


def test_a_drag_is_no_click(shown, qtbot):
    canvas = shown(maps.mesh())
    with qtbot.assertNotEmitted(canvas.clicked):
        drag(canvas, (100, 100), (160, 130))


def test_the_wheel_keeps_the_place_under_the_pointer(shown):
    canvas = shown(maps.mesh())
    before = canvas.to_map(QPointF(310, 40))
    wheel(canvas, (310, 40), 3)
    assert canvas.to_map(QPointF(310, 40)) == pytest.approx(before)
    assert canvas.document.camera.scale < 1.0


def test_arrows_move_and_plus_zooms(shown):
    canvas = shown(maps.mesh())
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.document.camera.x > 50.0
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.document.camera.scale < 1.0


def test_until_the_new_picture_is_there_the_old_one_is_painted_where_it_belongs(shown):
    canvas = shown(maps.mesh())
    before = pixels(canvas)
    canvas.document.look(canvas.document.camera.moved(30, 0))
    after = pixels(canvas)  # no event loop has run: the workers' picture cannot have arrived
    assert np.array_equal(after[:, 100:], before[:, 70:-30])


def test_a_click_tells_place_and_what_is_there(shown, qtbot):
    canvas = shown(maps.mesh(), maps.vector())
    places = []
    canvas.clicked.connect(lambda x, y: places.append((x, y)))
    with qtbot.waitSignal(canvas.identified, timeout=5000) as told:
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(220, 150))
    assert places == [pytest.approx((70.0, 50.0))]
    hits = told.args[0]
    assert [(h.name, h.value, h.unit) for h in hits] == [("mesh", 1.0, "m"), ("squares", None, "")]


def test_hovering_names_value_unit_quantity_time_and_source(shown, qtbot):
    canvas = shown(maps.mesh())
    with qtbot.waitSignal(canvas.hovered, timeout=5000) as told:
        QTest.mouseMove(canvas, QPoint(221, 150))
    x, y, text = told.args
    assert (x, y) == pytest.approx((71.0, 50.0))
    assert text == "Depth 1.00 m · 2026-08-01 08:00 Beijing time (UTC+8) · memory:mesh"


def test_what_is_told_of_the_place_under_the_pointer_follows_the_clock(shown, qtbot):
    canvas = shown(maps.mesh())
    with qtbot.waitSignal(canvas.hovered, timeout=5000):
        QTest.mouseMove(canvas, QPoint(231, 140))
    told = []
    canvas.hovered.connect(lambda x, y, text: told.append(text))
    canvas.document.clock.go(T[1])
    qtbot.waitUntil(lambda: any("09:00" in text for text in told), timeout=5000)


def test_beside_all_data_the_hover_text_is_empty(shown, qtbot):
    canvas = shown(maps.mesh())
    with qtbot.waitSignal(canvas.hovered, timeout=5000) as told:
        QTest.mouseMove(canvas, QPoint(5, 5))
    assert told.args[2] == ""


def test_leaving_the_map_is_told(shown, qtbot):
    canvas = shown(maps.mesh())
    with qtbot.waitSignal(canvas.left, timeout=5000):
        QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))


def test_a_gesture_draws_into_a_scratch_layer_and_the_map_shows_it(shown, qtbot):
    canvas = shown(maps.mesh())
    document = canvas.document
    layer = document.add(VectorLayer(name="draft", source="memory:", crs="EPSG:4549"))
    document.set(layer, "style", {"symbol": {"fill": "#ff0000", "stroke": None, "size": 20.0}})
    qtbot.waitUntil(lambda: canvas.scene.is_idle, timeout=20000)
    canvas.set_gesture(AddPoint(document, layer.id))
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    assert [f["geometry"]["coordinates"] for f in layer.features.values()] == [[50.0, 50.0]]
    canvas.set_gesture(None)
    qtbot.waitUntil(lambda: canvas.scene.is_idle, timeout=20000)
    assert pixels(canvas)[150, 200] == 0xFFFF0000


def test_a_gesture_keeps_its_clicks_to_itself(shown, qtbot):
    canvas = shown(maps.mesh())
    layer = canvas.document.add(VectorLayer(name="draft", source="memory:", crs="EPSG:4549"))
    canvas.set_gesture(AddPoint(canvas.document, layer.id))
    with qtbot.assertNotEmitted(canvas.clicked):
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))


def test_the_dark_theme_changes_the_ground(shown, qtbot):
    canvas = shown()
    light = pixels(canvas)[5, 5]
    with qtbot.waitSignal(canvas.painted, timeout=20000):
        canvas.set_theme("dark")
    assert pixels(canvas)[5, 5] != light


def test_a_selected_feature_stands_out(shown, qtbot):
    from app.core.selection import Ids

    canvas = shown(maps.vector())
    before = pixels(canvas)
    canvas.document.selection.set(canvas.document.layers[0].id, Ids(frozenset({2})))
    qtbot.waitUntil(lambda: canvas.scene.is_idle, timeout=20000)
    changed = np.argwhere(pixels(canvas) != before)
    assert len(changed)
    assert changed[:, 1].min() > 200


def test_marks_of_the_chart_stand_on_their_places(shown):
    from app.views.charts.canvas import Place

    canvas = shown()
    before = pixels(canvas)
    canvas.set_marks([Place(50.0, 50.0, 1)])
    rows, columns = np.nonzero(pixels(canvas) != before)
    assert rows.max() == pytest.approx(150, abs=2)
    assert columns.mean() == pytest.approx(200, abs=1)
