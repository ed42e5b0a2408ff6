"""Finding in the window: filter, select, bookmarks, places and measuring, as a person does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, Qt

from app.core.selection import known_ids
from app.shell import shots
from app.shell.by_layer_dialog import ByLayerDialog
from app.shell.figures_dialog import lines
from app.shell.filter_dialog import ConditionDialog, FilterDialog
from tests.views.windows import cut_off, districts, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.shell.window import MainWindow


@pytest.fixture
def window(tmp_path: Path) -> Iterator[MainWindow]:
    with opened(districts(tmp_path)) as made:
        made.desk.focus.take(made.desk.document.layers[0])
        shots.settle(made)
        yield made


def layer_of(window: MainWindow) -> Any:
    return window.desk.document.layers[0]


def chosen(window: MainWindow) -> list[int]:
    ids = known_ids(window.desk.document.selection.predicates.get(layer_of(window).id))
    return [] if ids is None else ids.tolist()


def pixel(window: MainWindow, lon: float, lat: float) -> QPoint:
    canvas, camera = window.canvas, window.desk.document.camera
    if camera.crs != "EPSG:4326":
        from app.core.bookmarks import read_place

        lon, lat = read_place(f"EPSG:4326 {lon} {lat}", camera.crs)
    x, y = camera.to_pixel(lon, lat, canvas.width(), canvas.height())
    return QPoint(round(x), round(y))


def drag(qtbot: Any, window: MainWindow, a: QPoint, b: QPoint, keys: Any = Qt.KeyboardModifier.NoModifier) -> None:
    canvas, left = window.canvas, Qt.MouseButton.LeftButton
    qtbot.mousePress(canvas, left, keys, a)
    qtbot.mouseMove(canvas, b)
    qtbot.mouseRelease(canvas, left, keys, b)


def test_a_filter_is_honoured_by_map_table_and_tree_and_undone(qtbot, window):
    layer = layer_of(window)
    dialog = FilterDialog(window.desk, window, layer)
    qtbot.addWidget(dialog)
    dialog.condition.field.setText("depth > 1 AND kind = 'land'")
    qtbot.waitUntil(lambda: "2" in dialog.condition.count.text(), timeout=20000)
    dialog.accept_filter()
    qtbot.waitUntil(lambda: layer.filter != "", timeout=20000)
    window.menus.actions["layer-table"].trigger()
    panel: Any = window.docks["table"].content
    qtbot.waitUntil(lambda: panel.model.total == 2, timeout=20000)
    shots.settle(window)
    assert len(window.canvas.features_of(layer.id)) == 2
    window.desk.document.undo()
    qtbot.waitUntil(lambda: panel.model.total == 4, timeout=20000)
    shots.settle(window)
    assert len(window.canvas.features_of(layer.id)) == 4


def test_a_wrong_filter_is_told_and_not_taken(qtbot, window):
    layer = layer_of(window)
    dialog = FilterDialog(window.desk, window, layer)
    qtbot.addWidget(dialog)
    for text in ("depth >", "宽 > 1", "name > 3"):
        dialog.condition.field.setText(text)
        dialog.accept_filter()
        qtbot.waitUntil(lambda: dialog.condition.field.fault is not None, timeout=20000)
        assert dialog.condition.field.fault.remedy
    assert layer.filter == ""


def test_a_rectangle_selects_and_shift_and_control_add_and_take_away(qtbot, window):
    window.menus.actions["select-box"].trigger()
    west = (pixel(window, 121.1, 31.1), pixel(window, 121.3, 31.9))
    east = (pixel(window, 121.6, 31.1), pixel(window, 121.9, 31.3))
    drag(qtbot, window, *west)
    qtbot.waitUntil(lambda: len(chosen(window)) == 2, timeout=20000)
    drag(qtbot, window, *east, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(chosen(window)) == 3, timeout=20000)
    drag(qtbot, window, *west, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(chosen(window)) == 1, timeout=20000)
    window.acts["finding"].invert()
    qtbot.waitUntil(lambda: len(chosen(window)) == 3, timeout=20000)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert window.canvas.gesture is None


def test_a_condition_and_another_layer_select(qtbot, window):
    finding, layer = window.acts["finding"], layer_of(window)
    dialog = ConditionDialog(window.desk, window, layer, finding)
    qtbot.addWidget(dialog)
    dialog.condition.field.setText("kind = 'island'")
    dialog.select()
    qtbot.waitUntil(lambda: len(chosen(window)) == 2, timeout=20000)
    other = ByLayerDialog(window.desk, window, finding)
    qtbot.addWidget(other)
    other.only.setChecked(True)
    other.relation.setCurrentIndex(other.relation.findData("intersects"))
    other.select()
    qtbot.waitUntil(lambda: len(chosen(window)) == 4, timeout=20000)
    assert not cut_off(other)


def test_a_bookmark_brings_the_view_back_and_a_place_is_found(qtbot, window, monkeypatch):
    from app.shell import questions

    document, places = window.desk.document, window.acts["places"]
    answers = iter(["外滩", "31°15′N 121°30′E"])
    monkeypatch.setattr(questions, "text", lambda *_a, **_k: next(answers))
    places.keep_bookmark()
    before = document.camera.pose
    places.go_to()
    assert (document.camera.x, document.camera.y) != (before.x, before.y)
    assert window.desk.focus.place == pytest.approx((document.camera.x, document.camera.y))
    places.go_to_bookmark("外滩")
    assert document.camera.x == pytest.approx(before.x, rel=1e-9)
    assert document.camera.scale == pytest.approx(before.scale, rel=0.02)


def test_measuring_tells_length_azimuth_and_scale_and_escape_gives_the_map_back(qtbot, window):
    window.menus.actions["measure-line"].trigger()
    for at in (pixel(window, 121.2, 31.2), pixel(window, 121.7, 31.2)):
        qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=at)
    result = window.canvas.gesture.result
    assert 45_000 < result.true_length < 50_000
    assert 85 < result.azimuth < 95
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert window.acts["finding"].mode == ""


def test_the_table_shows_only_what_is_selected_or_in_view_and_its_figures(qtbot, window):
    window.menus.actions["layer-table"].trigger()
    panel: Any = window.docks["table"].content
    qtbot.waitUntil(lambda: panel.model.total == 4, timeout=20000)
    panel.view.chosen.emit(panel.model.ids(0, 1), "set")
    panel.only_selected.setChecked(True)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 2, timeout=20000)
    panel.only_selected.setChecked(False)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4, timeout=20000)
    panel.filter.setText("depth > 1")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 3, timeout=20000)
    panel.filter.setText("depth >")
    qtbot.waitUntil(lambda: panel.filter.fault is not None, timeout=20000)
    figures = dict(lines(panel.model.table.figures(3, panel.model.shown)))
    assert figures["Values"] == "3"
    assert figures["Largest"] == "3.5"
