"""What a layer is called and what it shows: every place that says so says the same, at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from app.core.language import set_language
from app.core.looks import resolve
from app.shell.scale_editor import ScaleEditor
from app.views.charts.canvas import ChartCanvas
from app.views.frame import render
from app.views.map2d.legend import entries
from layers.sources.source import Variable
from tests.views import maps

VIEW_SIZE = (100, 100, 1.0)


def test_the_chooser_of_a_current_lists_speed_and_components_and_shows_the_one_drawn(qtbot):
    components = (Variable("vo", "m/s", "cell"), Variable("uo", "m/s", "cell"))
    speed = Variable("sea_water_velocity", "m/s", "cell", vector=True, components=("uo", "vo"))
    document, reading = maps.opened(maps.raster(variables=(*components, speed)))
    layer: Any = document.layers[0]
    editor = ScaleEditor(SimpleNamespace(reading=reading, document=document))
    qtbot.addWidget(editor)
    for styled, shown in (("sea_water_velocity", "sea_water_velocity"), ("vo", "vo"), ("", "vo")):
        layer.style = layer.style.model_copy(update={"variable": styled})
        editor.show_layer(layer)
        offered = [editor.variable.itemData(row) for row in range(editor.variable.count())]
        assert offered == ["vo", "uo", "sea_water_velocity"]
        assert editor.variable.currentData() == shown


def test_a_new_name_stands_in_legend_and_values_at_once_and_the_old_one_after_undo(qapp):
    document, reading = maps.opened(maps.raster())
    layer = document.layers[0]
    view = document.camera.view(*VIEW_SIZE)
    before = resolve(layer, None, view)
    document.set(layer, "name", "潮位")
    assert resolve(layer, None, view).differs(before)
    pictures = render(document, reading, view).pictures
    assert [entry.title for entry in entries(pictures, None, str)] == ["潮位"]
    document.undo()
    assert not resolve(layer, None, view).differs(before)


def test_the_chart_calls_its_lines_by_the_new_name_of_their_layer(qtbot):
    set_language("en")
    document, reading = maps.opened(maps.stations())
    chart = ChartCanvas(document, reading)
    qtbot.addWidget(chart)
    with qtbot.waitSignal(chart.lines_changed, timeout=20000):
        chart.show_stations()
    with qtbot.waitSignal(chart.lines_changed, timeout=20000):
        document.set(document.layers[0], "name", "Wusong")
    assert {line.name.split(" · ")[0] for line in chart.lines} == {"Wusong"}
    with qtbot.waitSignal(chart.lines_changed, timeout=20000):
        document.undo()
    assert {line.name.split(" · ")[0] for line in chart.lines} == {"gauges"}
    chart.close_view()
