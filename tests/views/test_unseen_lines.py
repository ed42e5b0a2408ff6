"""What is named in a chart and cannot be seen says why; names without room can be scrolled to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.core.language import set_language
from app.views.charts.canvas import ChartCanvas
from app.views.charts.picture import Content, layout_of, most_skipped, unseen_words
from app.views.charts.series import ChartLine
from tests.views import maps

HOUR = 3_600_000_000_000


def line(values: list[float], unit: str = "m", start: int = 0) -> ChartLine:
    times = (np.arange(len(values)) + start) * HOUR
    return ChartLine("a", "name", "level", unit, "", times, np.array(values, np.float64))


@pytest.fixture(autouse=True)
def english():
    set_language("en")


@pytest.mark.parametrize(
    ("shown", "span", "said"),
    [
        (line([1, 2, 3]), (0, 2), ""),
        (line([np.nan, np.nan]), (0, 2), "no values here"),
        (line([1, 2, 3]), (5, 9), "outside the time shown"),
        (line([1, 2, 3], start=20), (5, 9), "outside the time shown"),
        (line([1, 2, 3, np.nan, np.nan, np.nan, np.nan, 4, 5, 6]), (3.5, 5.5), "outside the time shown"),
        (line([1, 2, 3]), (0.2, 0.8), ""),
    ],
)
def test_a_line_without_a_curve_says_why(shown: ChartLine, span: tuple[float, float], said: str):
    content = Content((shown,), round(span[0] * HOUR), round(span[1] * HOUR), None)
    assert unseen_words(layout_of(content, 800, 400), shown) == said


def test_a_line_whose_unit_has_no_panel_says_that_the_chart_is_too_low():
    lines = tuple(line([1, 2, 3], unit) for unit in ("m", "m/s"))
    content = Content(lines, 0, 2 * HOUR, None)
    assert unseen_words(layout_of(content, 800, 180), lines[1]).startswith("no room for its curve")
    assert unseen_words(layout_of(content, 800, 600), lines[1]) == ""


def test_names_without_room_are_reached_with_the_wheel_over_the_names(qtbot):
    document, reading = maps.opened(maps.stations())
    chart = ChartCanvas(document, reading)
    qtbot.addWidget(chart)
    chart.resize(500, 200)
    chart.lines = tuple(replace(line([1, 2, 3]), name=f"line {n}", colour=n) for n in range(8))
    chart.show()
    layout = layout_of(chart.content(), 500, 200)
    most = most_skipped(layout, 8)
    assert (layout.rows, most) == (2, 6)
    before = chart.grab().toImage()
    at = QPointF(100.0, 15.0)
    for _ in range(9):
        turn = QWheelEvent(
            at, at, QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(chart, turn)
    assert chart.content().skip == most
    assert chart.content().first == 0
    assert chart.grab().toImage() != before
    chart.close_view()
