"""What a small window leaves to the map, and what panels forget with the document."""

from __future__ import annotations

import os
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QSize, Qt

from app.cli import _spoken
from app.core.jobs import LANGUAGE_ENV
from app.core.language import set_language, tr
from app.core.looks import MeshLook, ValueRange
from app.shell import shots
from app.shell.bulk_acts import TAKE_BACK, _Act
from app.shell.docks import Panel
from app.shell.opening import all_warnings
from app.shell.remark_list import RemarkList, remark_text
from app.shell.scale_editor import RangeField
from app.views.map2d.legend import _arrows, _entry
from layers.sources.source import LayerDescription, Variable
from tests.views import maps, windows

pytestmark = pytest.mark.usefixtures("qapp")
DEPTH = Variable("water_depth", "m", location="face")
BELOW = ValueRange(0.0, 2.0, -21.5, 2.0, whole=True)


@pytest.fixture(autouse=True)
def english(qapp):
    set_language("en")
    yield
    set_language("en")


def test_panels_begin_slimmer_and_lower_in_a_small_window():
    panel = Panel(
        "chart", "Chart", Qt.DockWidgetArea.BottomDockWidgetArea, lambda: None, "chart", width=300, height=220
    )
    assert panel.size_in(QSize(1920, 1080)) == QSize(300, 220)
    small = panel.size_in(QSize(1366, 768))
    assert small.width() < 280
    assert small.height() < 180


def test_the_values_of_a_place_go_with_the_document(tmp_path):
    with windows.opened(windows.districts(tmp_path)) as window:
        canvas, panel = window.canvas, window.docks["identify"].bring()
        x, y = window.desk.document.camera.x, window.desk.document.camera.y
        canvas.clicked.emit(x, y)
        canvas.identified.emit(canvas.identify(x, y))
        assert panel._place == (x, y)
        assert any(layer.name == "districts" for layer in window.desk.document.layers)
        window.desk.document.replace({})
        shots.settle(window)
        assert panel._place is None
        assert window.desk.focus.place is None
        assert "districts" not in " ".join(text for _, text in windows.words_of(panel))


def test_a_depth_has_no_values_below_zero_to_point_to():
    style = maps.mesh()[0].style
    depth = replace(DEPTH, name="water_depth")
    for variable, pointed in ((depth, False), (replace(DEPTH, name="zs"), True)):
        look = MeshLook(
            layer="m", source="m.nc", key="", crs=None, view=maps.VIEW, shown=variable.name, ranges=BELOW, style=style,
            description=LayerDescription(key="", kind="mesh", variables=(variable,)),
        )  # fmt: skip
        assert _entry(look).bar.more_below is pointed


def test_arrows_that_cannot_be_seen_are_said_to_be_none():
    look = MeshLook(
        layer="m", source="m.nc", key="", crs=None, view=maps.VIEW, style=maps.mesh()[0].style, arrows="v", fastest=1.0
    )
    assert "none at this moment" in _arrows(replace(look, still=True))[0]
    assert "the longest" in _arrows(look)[0]


def test_the_range_fields_show_what_is_drawn_and_no_noise_around_zero():
    field = RangeField()
    field.show_range(None, None, (-3.9e-7, 1.62))
    assert field.low.placeholderText() == "0.00"
    assert field.high.placeholderText() == "1.62"


def test_every_remark_that_info_tells_of_a_file_can_be_read_in_the_window(tmp_path):
    table = tmp_path / "level.csv"
    table.write_text("time,level\n2026-08-01 00:00,1.0\n2026-08-01 01:00,2.0\n", encoding="utf-8")
    with windows.opened(table) as window:
        told = all_warnings(window.desk.pool.ask(str(table), None))
        window.resolve("troubles.remarks")()
        shots.wait_for(window, lambda: window.findChild(RemarkList) is not None, 20.0)
        dialog = window.findChild(RemarkList)
        shown = [dialog.list.item(row).text() for row in range(dialog.list.count())]
        assert told
        assert shown == [remark_text(one) for one in told]
        set_language("zh")
        dialog.retranslate()
        assert dialog.list.item(0).text() != shown[0]
        dialog.close()


def test_the_language_may_be_named_behind_every_command():
    assert _spoken(["tools", "--lang", "zh", "--json"]) == ["tools", "--json"]
    assert os.environ.pop(LANGUAGE_ENV) == "zh"
    assert _spoken(["tools", "--lang", "xx"]) == ["tools", "--lang", "xx"]
    assert _spoken(["info", "a.tif", "--lang", "zh"]) == ["info", "a.tif", "--lang", "zh"]


def test_a_job_of_many_edits_is_named_in_the_language_on_screen():
    act = _Act(SimpleNamespace(title=lambda: tr("Layers")))
    assert tr(TAKE_BACK, act=act) == "Undo: Layers"
    set_language("zh")
    assert tr(TAKE_BACK, act=act).endswith("图层")
    assert "Layers" not in tr(TAKE_BACK, act=act)


def test_the_chart_of_the_window_keeps_its_room_and_has_no_title(tmp_path):
    with windows.opened(windows.gauges(tmp_path)) as window:
        chart = window.docks["chart"].bring()
        chart._spare = 40.0
        content = chart.content()
        assert content.title == ""
        assert content.spare == 40.0
        assert not chart.grab().isNull()
