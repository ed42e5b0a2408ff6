"""Styles in the window: copied in one act, read and written, rules and labels edited, drags that are one act."""

from __future__ import annotations

from typing import Any

import pytest

from app.shell import shots
from layers.style import LabelStyle, Rule, Symbol, VectorStyle
from tests.views.windows import districts, opened


@pytest.fixture
def window(tmp_path):
    with opened(districts(tmp_path), districts(tmp_path, "other.geojson")) as made:
        yield made


def fresh(window) -> Any:
    """The layers of the window, drawn plainly."""
    document = window.desk.document
    for layer in document.layers:
        if layer.style != VectorStyle():
            document.set(layer, "style", VectorStyle())
    window.desk.focus.take(document.layers[0])
    shots.settle(window)
    return document.layers


def panel(window) -> Any:
    return window.docks["layers"].fill().style_panel


def editor(window) -> Any:
    return panel(window)._editors["vector"]


def a_style_goes_to_all_chosen_layers_in_one_act(window, layers):
    style = VectorStyle(symbol=Symbol(fill="#aa0000", hatch="cross"))
    window.desk.document.set(layers[0], "style", style)
    window.resolve("styles.copy")()
    window.docks["layers"].fill().tree.choose({layer.id for layer in layers})
    count = len(window.desk.document.history.entries)
    window.resolve("styles.paste")()
    assert [layer.style for layer in layers] == [style, style]
    assert len(window.desk.document.history.entries) == count + 1
    window.desk.document.undo()
    assert layers[1].style == VectorStyle()


def a_style_written_as_sld_is_read_back_into_another_layer(window, layers, tmp_path):
    rules = (Rule(name_en="deep", filter="depth > 2", symbol=Symbol(fill="#0000ff")), Rule(otherwise=True))
    window.desk.document.set(layers[0], "style", VectorStyle(renderer="rules", rules=rules))
    acts = window.acts["styles"]
    acts.write(layers[0], str(tmp_path / "a.sld"))
    acts.read(layers[1], str(tmp_path / "a.sld"))
    shots.wait_for(window, lambda: layers[1].style.kind == "rules")
    first = layers[1].style.rules[0]
    assert (first.name_en, first.filter, first.symbol.fill) == ("deep", "depth > 2", "#0000ff")


def a_file_that_is_no_style_says_so_and_changes_nothing(window, layers, tmp_path):
    (tmp_path / "a.qml").write_text("<qgis/>", "utf-8")
    told: list[Any] = []
    window.desk.notices.posted.connect(told.append)
    window.acts["styles"].read(layers[0], str(tmp_path / "a.qml"))
    shots.wait_for(window, lambda: bool(told))
    window.desk.notices.posted.disconnect(told.append)
    assert layers[0].style == VectorStyle()


def a_condition_that_cannot_be_read_is_marked_and_not_taken(window, layers):
    window.desk.document.set(layers[0], "style", VectorStyle(renderer="rules", rules=(Rule(),)))
    shots.settle(window)
    rules = editor(window).rules
    for text, state in (("depth >", "error"), ("height > 2", "error"), ("depth > 2", "")):
        rules.filter.setText(text)
        rules.filter.editingFinished.emit()
        assert (rules.filter.property("state") or "") == state
    assert layers[0].style.rules[0].filter == "depth > 2"


def rules_are_added_moved_and_removed(window, layers):
    window.desk.document.set(layers[0], "style", VectorStyle(renderer="rules", rules=(Rule(name_en="a"),)))
    shots.settle(window)
    rules = editor(window).rules
    rules.add()
    shots.settle(window)
    rules.shift(-1)
    shots.settle(window)
    assert [r.name_en for r in layers[0].style.rules] == ["New rule", "a"]
    rules.remove()
    shots.settle(window)
    assert [r.name_en for r in layers[0].style.rules] == ["a"]


def categories_become_rules_that_draw_the_same(window, layers):
    rows = editor(window)
    rows.mode.take("categorised")
    shots.wait_for(window, lambda: layers[0].style.kind == "categorised")
    shots.settle(window)
    values = {c.value for c in layers[0].style.categories}
    rows.mode.take("rules")
    shots.wait_for(window, lambda: layers[0].style.kind == "rules")
    assert {r.filter for r in layers[0].style.rules if r.filter} == {
        f"{layers[0].style.column} = '{v}'" for v in values
    }


def a_drag_of_the_heats_radius_is_one_act(window, layers):
    window.desk.document.set(layers[0], "style", VectorStyle(renderer="heat"))
    shots.settle(window)
    slider, history = editor(window).heat.radius, window.desk.document.history
    count = len(history.entries)
    slider.sliderPressed.emit()
    for value in (30, 40, 50):
        slider.setValue(value)
    slider.sliderReleased.emit()
    assert layers[0].style.heat.radius == 50
    assert len(history.entries) == count + 1


def an_expression_is_taken_and_a_wrong_one_marked(window, layers):
    labels = editor(window).labels
    labels.expression.setText("name ||")
    labels.expression.editingFinished.emit()
    assert labels.expression.property("state") == "error"
    labels.expression.setText("name || ' ' || fixed(depth, 1)")
    labels.expression.editingFinished.emit()
    assert layers[0].style.label_style == LabelStyle(expression="name || ' ' || fixed(depth, 1)")


def classes_are_made_by_each_method(window, layers, method, count):
    rows = editor(window)
    rows.mode.take("graduated")
    shots.wait_for(window, lambda: layers[0].style.kind == "graduated")
    shots.settle(window)
    rows.grading.count.setValue(count)
    rows.grading.method.take(method)
    shots.wait_for(
        window, lambda: layers[0].style.grading.method == method and len(layers[0].style.classes.classes) == count
    )


def a_table_of_a_standard_gives_the_classes(window, layers):
    rows = editor(window)
    rows.mode.take("graduated")
    shots.wait_for(window, lambda: layers[0].style.kind == "graduated")
    shots.settle(window)
    rows.grading.table.setCurrentIndex(rows.grading.table.findData("depth_sl483"))
    rows.grading.method.take("table")
    shots.wait_for(window, lambda: layers[0].style.classes.id == "depth_sl483")


def blending_is_an_act_that_can_be_undone(window, layers):
    panel(window).blend.take("multiply")
    assert layers[0].blend == "multiply"
    window.desk.document.undo()
    assert layers[0].blend == "normal"


def test_styles_are_copied_written_and_read_and_a_wrong_file_changes_nothing(window, tmp_path):
    a_style_goes_to_all_chosen_layers_in_one_act(window, fresh(window))
    a_style_written_as_sld_is_read_back_into_another_layer(window, fresh(window), tmp_path)
    a_file_that_is_no_style_says_so_and_changes_nothing(window, fresh(window), tmp_path)


def test_rules_are_made_from_categories_sorted_and_checked_while_they_are_typed(window):
    a_condition_that_cannot_be_read_is_marked_and_not_taken(window, fresh(window))
    rules_are_added_moved_and_removed(window, fresh(window))
    categories_become_rules_that_draw_the_same(window, fresh(window))


def test_classes_heat_labels_and_blending_are_set_in_the_panel_and_each_is_one_act(window):
    for method, count in (("jenks", 3), ("equal", 3), ("deviation", 3), ("quantile", 4)):
        classes_are_made_by_each_method(window, fresh(window), method, count)
    a_table_of_a_standard_gives_the_classes(window, fresh(window))
    a_drag_of_the_heats_radius_is_one_act(window, fresh(window))
    an_expression_is_taken_and_a_wrong_one_marked(window, fresh(window))
    blending_is_an_act_that_can_be_undone(window, fresh(window))
