"""The layer panel: order, groups, visibility, opacity, style, themes; all of it undoable."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt

from app.core import themes
from app.shell import shots
from app.shell.layer_panel import drop_command
from app.shell.layer_tree import eye_box
from layers.vector import VectorLayer
from tests.views.windows import districts, gauges, opened


@pytest.fixture
def window(qapp, tmp_path):
    with opened(districts(tmp_path, "a.geojson"), districts(tmp_path, "b.geojson")) as made:
        yield made


def panel(window):
    return window.docks["layers"].content


def names(window) -> list[str]:
    return [layer.name for layer in window.desk.document.layers]


def order_after(layers: list[VectorLayer], ids: str, place: int, group: str = "") -> tuple[str, dict[str, str]]:
    from app.core.document import Document

    document = Document()
    for layer in reversed(layers):
        document.add(layer)
    document.run(drop_command(document.layers, list(ids), place, group))
    return "".join(la.id for la in document.layers), {la.id: la.group for la in document.layers if la.group}


@pytest.mark.parametrize(
    ("ids", "place", "order"),
    [("a", 4, "bcda"), ("d", 0, "dabc"), ("ac", 4, "bdac"), ("bd", 0, "bdac"), ("b", 1, "abcd"), ("ab", 3, "cabd")],
)
def test_dropped_layers_stand_where_they_were_dropped(ids: str, place: int, order: str):
    layers = [VectorLayer(id=name, name=name, source="memory:") for name in "abcd"]
    assert order_after(layers, ids, place)[0] == order


def test_dropped_layers_take_the_group_they_were_dropped_into():
    layers = [VectorLayer(id=name, name=name, source="memory:", group="g" if name in "cd" else "") for name in "abcd"]
    assert order_after(layers, "a", 3, "g") == ("bcad", {"a": "g", "c": "g", "d": "g"})


def test_a_drop_is_one_act(window):
    before = names(window)
    window.docks["layers"].content.tree.dropped.emit([window.desk.document.layers[0].id], 2, "rivers")
    assert names(window) == before[::-1]
    assert window.desk.document.undo()
    assert names(window) == before
    assert {la.group for la in window.desk.document.layers} == {""}


def test_a_click_on_the_eye_hides_the_layer_and_undo_shows_it(qtbot, window):
    tree = panel(window).tree
    box = tree.visualRect(tree.indexes()[0])
    at = eye_box(box.toRectF()).center().toPoint()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.x(), at.y()))
    assert not window.desk.document.layers[0].visible
    window.desk.document.undo()
    assert window.desk.document.layers[0].visible


def test_groups_stand_as_branches_with_their_layers(window):
    document = window.desk.document
    document.set(document.layers[1], "group", "rivers")
    model = panel(window).tree.model()
    assert model.rowCount() == 2
    branch = model.index(1, 0)
    assert branch.data() == "rivers"
    assert model.rowCount(branch) == 1


def test_a_drag_of_the_opacity_slider_is_one_act(qtbot, window):
    document, slider = window.desk.document, panel(window).style_panel.opacity
    layer = window.desk.focus.layer
    acts = len(document.history.entries)
    slider.sliderPressed.emit()
    for value in range(95, 35, -5):
        slider.setValue(value)
    slider.sliderReleased.emit()
    assert layer.opacity == pytest.approx(0.4)
    assert len(document.history.entries) == acts + 1
    document.undo()
    assert layer.opacity == 1.0
    assert slider.value() == 100


def test_the_tree_and_the_style_follow_the_layer_in_focus(window):
    for layer in window.desk.document.layers:
        window.desk.focus.take(layer)
        assert panel(window).tree.chosen_layers() == [layer]


def test_a_column_of_text_becomes_categories(window):
    rows = panel(window).style_panel._editors["vector"]
    rows.column.setCurrentIndex(rows.column.findData("kind"))
    rows.mode.take("categorised")
    rows.column.setCurrentIndex(rows.column.findData("kind"))
    rows.column.activated.emit(rows.column.currentIndex())
    layer = window.desk.focus.layer
    shots.wait_for(window, lambda: layer.style.column == "kind")
    assert {one.value for one in layer.style.categories} == {"island", "land"}
    assert len({one.symbol.fill for one in layer.style.categories}) == 2
    shots.wait_for(window, lambda: rows.list.count() == 3)


def test_a_column_of_numbers_becomes_classes(window):
    rows = panel(window).style_panel._editors["vector"]
    rows.mode.take("graduated")
    rows.column.setCurrentIndex(rows.column.findData("depth"))
    rows.column.activated.emit(rows.column.currentIndex())
    layer = window.desk.focus.layer
    shots.wait_for(window, lambda: layer.style.classes is not None and layer.style.column == "depth")
    breaks = layer.style.classes.classes
    assert breaks[0].minimum is None
    assert breaks[-1].maximum is None
    assert all(a.maximum == b.minimum for a, b in pairwise(breaks))


def test_a_theme_brings_back_what_was_visible(window):
    document = window.desk.document
    themes.save(document, "both")
    window.resolve("layers.show_only")()
    assert sum(la.visible for la in document.layers) == 1
    window.submenus.fill_themes()
    entry = next(a for a in window.menus.themes.actions() if a.text() == "both")
    entry.trigger()
    assert all(la.visible for la in document.layers)


def test_a_removed_layer_comes_back_open(window):
    document = window.desk.document
    kept = names(window)
    window.resolve("layers.remove")()
    assert len(document.layers) == 1
    document.undo()
    shots.wait_for(window, lambda: shots.is_open(window))
    assert names(window) == kept
    assert all(window.desk.reading.state(la.id) == "ok" for la in document.layers)


def test_a_layer_that_is_moved_up_stays_chosen(window):
    document = window.desk.document
    low = document.layers[1]
    window.desk.focus.take(low)
    window.resolve("layers.up")()
    assert document.layers[0] is low
    assert window.desk.focus.layer is low


def test_a_layer_that_leads_the_clock_gives_its_steps(qapp, tmp_path):
    with opened(gauges(tmp_path), districts(tmp_path)) as window:
        document = window.desk.document
        timed = next(la for la in document.layers if la.kind == "series")
        window.desk.focus.take(timed)
        window.resolve("layers.lead")()
        assert document.clock.leader == timed.id
        assert len(document.clock.moments) == 42
