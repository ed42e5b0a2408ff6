"""The chart: series at places of the map, on the document's clock."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.core.language import set_language
from app.core.moments import as_int
from app.views.charts.canvas import ChartCanvas, render_chart
from app.views.charts.picture import Content, layout_of, panel_title, value_ticks
from app.views.charts.series import ChartLine
from tests.views import maps

T = maps.TIMES.values


@pytest.fixture
def shown(qtbot):
    made = []

    def show(*pairs):
        document, reading = maps.opened(*pairs)
        document.clock.go(T[0])
        chart = ChartCanvas(document, reading)
        qtbot.addWidget(chart)
        chart.resize(600, 300)
        chart.show()
        made.append(chart)
        return chart

    set_language("en")
    yield show
    for chart in made:
        chart.close_view()


def click(qtbot, chart, x, y, keep=False):
    with qtbot.waitSignal(chart.lines_changed, timeout=20000):
        chart.show_place(x, y, keep)


def test_a_place_shows_the_series_of_every_visible_layer(shown, qtbot):
    chart = shown(maps.mesh(), maps.raster(), maps.stations())
    click(qtbot, chart, 25.0, 50.0)
    assert [(line.layer, list(line.values)) for line in chart.lines] == [
        (chart.document.layers[0].id, [0.0, 1.0, 2.0]),
        (chart.document.layers[1].id, [0.0, 1.0, 2.0]),
        (chart.document.layers[2].id, [1.0, 1.5, 2.0]),
    ]


def test_hidden_layers_are_left_out(shown, qtbot):
    chart = shown(maps.mesh(), maps.raster())
    chart.document.set(chart.document.layers[0], "visible", value=False)
    click(qtbot, chart, 25.0, 50.0)
    assert [line.layer for line in chart.lines] == [chart.document.layers[1].id]


def test_a_second_place_replaces_the_first_unless_it_is_kept(shown, qtbot):
    chart = shown(maps.mesh())
    click(qtbot, chart, 25.0, 50.0)
    click(qtbot, chart, 75.0, 50.0)
    assert [list(line.values) for line in chart.lines] == [[1.0, 2.0, 3.0]]
    click(qtbot, chart, 25.0, 50.0, keep=True)
    assert [list(line.values) for line in chart.lines] == [[1.0, 2.0, 3.0], [0.0, 1.0, 2.0]]
    assert [place.number for place in chart.places] == [1, 2]


def test_dragging_moves_the_clock(shown, qtbot):
    chart = shown(maps.mesh())
    click(qtbot, chart, 25.0, 50.0)
    chart.grab()
    x = round(chart._layout.x(as_int(T[1])))
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=QPoint(x - 40, 150))
    QTest.mouseMove(chart, QPoint(x, 150))
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=QPoint(x, 150))
    assert abs(chart.document.clock.now - T[1]) < np.timedelta64(1, "m")


def test_the_clock_moves_the_cursor_without_drawing_the_lines_again(shown, qtbot):
    chart = shown(maps.mesh())
    click(qtbot, chart, 25.0, 50.0)
    before = chart.grab().toImage()
    paper = chart._paper
    chart.document.clock.go(T[2])
    after = chart.grab().toImage()
    assert chart._paper is paper
    assert before != after


def test_the_wheel_zooms_around_the_moment_under_the_pointer(shown, qtbot):
    chart = shown(maps.mesh())
    click(qtbot, chart, 25.0, 50.0)
    chart.grab()
    place = QPointF(300, 150)
    moment, span = chart._layout.moment(300), chart._layout.last - chart._layout.first
    event = QWheelEvent(
        place,
        chart.mapToGlobal(place),
        QPoint(0, 0),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(chart, event)
    chart.grab()
    assert chart._layout.last - chart._layout.first < span
    assert abs(chart._layout.moment(300) - moment) < span / 300
    QTest.mouseDClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(300, 150))
    chart.grab()
    assert chart._layout.last - chart._layout.first == span


def test_two_notches_of_the_wheel_between_two_pictures_zoom_twice(shown, qtbot):
    chart = shown(maps.mesh())
    click(qtbot, chart, 25.0, 50.0)
    whole = chart.content()
    for _ in range(2):
        at = QPointF(300.0, 150.0)
        event = QWheelEvent(
            at, at, QPoint(), QPoint(0, 120), Qt.NoButton, Qt.NoModifier, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(chart, event)
    near = chart.content()
    assert (whole.last - whole.first) / (near.last - near.first) == pytest.approx(1.25**2, rel=1e-6)


def test_the_names_of_the_lines_follow_the_language_and_the_span_stays(shown, qtbot):
    chart = shown(maps.mesh())
    click(qtbot, chart, 25.0, 50.0)
    chart._span = (int(T[0].astype(np.int64)), int(T[1].astype(np.int64)))
    before = chart.lines[0].name
    with qtbot.waitSignal(chart.lines_changed, timeout=20000):
        set_language("zh")
    assert "单元" in chart.lines[0].name
    assert chart.lines[0].name != before
    assert chart._span == (int(T[0].astype(np.int64)), int(T[1].astype(np.int64)))


def test_lines_of_a_removed_layer_go(shown, qtbot):
    chart = shown(maps.mesh(), maps.raster())
    click(qtbot, chart, 25.0, 50.0)
    chart.document.remove(chart.document.layers[0])
    assert [line.layer for line in chart.lines] == [chart.document.layers[0].id]


def test_stations_without_positions_can_be_shown(shown, qtbot):
    chart = shown(maps.stations(bounds=None))
    with qtbot.waitSignal(chart.lines_changed, timeout=20000):
        chart.show_stations()
    assert [line.name for line in chart.lines] == ["gauges · 闸上", "gauges · 闸下"]
    assert [line.datum for line in chart.lines] == ["unknown", "unknown"]


def test_the_hint_changes_with_the_language(shown):
    chart = shown()
    before = chart.grab().toImage()
    set_language("zh")
    after = chart.grab().toImage()
    set_language("en")
    assert before != after


# ----------------------------------------------------------------------- picture
def line(name, unit, datum="", colour=0):
    times = np.arange(3) * 3600 * 10**9
    return ChartLine("a", name, name, unit, datum, times, np.array([1.0, 2.0, 1.0]), colour=colour)


def content(*lines):
    return Content(lines, 0, 7200 * 10**9, 3600 * 10**9)


def test_each_unit_and_each_datum_has_a_panel_of_its_own(qapp):
    made = layout_of(
        content(line("Water level", "m", "WUSONG_SH"), line("Water level", "m", "CN1985"), line("Flow speed", "m/s")),
        800,
        600,
    )
    titles = [panel_title(one) for one in made.panels]
    assert titles == [
        "Water level (m)   ·   Vertical datum: WUSONG_SH",
        "Water level (m)   ·   Vertical datum: CN1985",
        "Flow speed (m/s)",
    ]


@pytest.mark.parametrize(("low", "high"), [(-0.07, 0.97), (0.0, 1.0), (2.1, 2.9), (-3.4, 7.7), (0.0, 1e-6)])
def test_an_axis_has_at_least_two_numbers(low: float, high: float):
    marks, step = value_ticks(low, high, 1)
    assert len(marks) >= 2
    assert marks[1] - marks[0] == pytest.approx(step)
    assert low <= marks[0] <= marks[-1] <= high + 1e-9


def test_panels_do_not_overlap(qapp):
    made = layout_of(content(*[line(f"q{n}", f"u{n}") for n in range(4)]), 800, 600)
    bottoms = [one.box.bottom() for one in made.panels]
    tops = [one.box.top() for one in made.panels]
    assert all(bottom < top for bottom, top in zip(bottoms, tops[1:], strict=False))


def test_a_gap_is_not_bridged(qapp):
    times = np.arange(5) * 3600 * 10**9
    broken = ChartLine("a", "a", "a", "m", "", times, np.array([1.0, 1.0, np.nan, 1.0, 1.0]))
    whole = ChartLine("a", "a", "a", "m", "", times, np.ones(5))
    pictures = []
    for one in (broken, whole):
        made = Content((one,), 0, int(times[-1]), None)
        image = render_chart(made, 500, 200)
        layout = layout_of(made, 500, 200)
        pictures.append(image.pixelColor(round(layout.x(int(times[2]))), round(layout.panels[0].y(1.0))).name())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_have_their_colours(qapp, theme):
    from app.views.ink import LINES

    one = line("a", "m", colour=2)
    made = Content((one,), 0, 7200 * 10**9, None, theme=theme)
    image = render_chart(made, 500, 200)
    layout = layout_of(made, 500, 200)
    x, y = round(layout.x(3600 * 10**9)), round(layout.panels[0].y(2.0))
    around = {image.pixelColor(x + dx, y + dy).name() for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    assert LINES[theme][2] in around
