"""The time bar: what it says, and what it makes of typing, dragging and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.core.language import set_language
from app.core.moments import BEIJING, LocalTime
from app.widgets.time_bar import TimeBar, read_moment
from app.widgets.time_track import Span, TimeState, TimeTrack, ticks

HOUR = 3600 * 10**9
START = int(np.datetime64("2026-08-01T00:00", "ns").astype(np.int64))
STEPS = START + np.arange(25, dtype=np.int64) * HOUR


def state(now: int = START, **changes) -> TimeState:
    values = {"now": now, "start": int(STEPS[0]), "stop": int(STEPS[-1]), "moments": STEPS, **changes}
    return TimeState(**values)


@pytest.fixture
def bar(qtbot):
    set_language("en")
    made = TimeBar()
    qtbot.addWidget(made)
    made.resize(1200, 64)
    made.show_state(state(), playing=False, rate=4.0, loop=False)
    made.show()
    return made


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2026-08-01 10:00", 2),
        ("2026-08-01T02:00Z", 2),
        ("2026-08-01T10:00+08:00", 2),
        ("11:30", 3.5),
        ("#5", 4),
        ("# 25", 24),
    ],
)
def test_a_typed_moment_is_read_as_local_time_or_step(text: str, hours: float):
    assert read_moment(text, state()) == START + round(hours * HOUR)


@pytest.mark.parametrize("text", ["", "tomorrow", "#0", "#26", "2026-13-01", "25.8.2026"])
def test_what_is_no_moment_is_refused(text: str):
    with pytest.raises(ValueError, match="no moment"):
        read_moment(text, state())


def test_hours_are_read_where_no_layer_has_a_date():
    assert read_moment("26:05", state(local=LocalTime("elapsed"))) == (26 * 60 + 5) * 60 * 10**9


def test_labels_stand_at_round_local_hours():
    found = ticks(START, START + 24 * HOUR, 700, BEIJING)
    assert [text for _, text, _ in found][:3] == ["09:00", "12:00", "15:00"]
    assert ("08-02", True) in [(text, major) for _, text, major in found]


def test_labels_of_a_long_span_are_months_and_years():
    found = ticks(START, START + 400 * 24 * HOUR, 600, BEIJING)
    assert ("2027", True) in [(text, major) for _, text, major in found]
    assert all(START <= at <= START + 400 * 24 * HOUR for at, _, _ in found)


def test_labels_never_crowd_the_axis():
    for span in (1, 60, 3600, 86_400, 40 * 86_400, 4000 * 86_400):
        found = ticks(START, START + span * 10**9, 500, BEIJING)
        assert len(found) <= 500 / 76 + 2


def test_the_bar_prints_the_moment_with_its_offset(bar):
    assert bar.text_of(START) == "2026-08-01 08:00 Beijing time (UTC+8)"
    set_language("zh")
    bar.retranslate()
    assert bar.text_of(START) == "2026-08-01 08:00 北京时间（UTC+8）"


def test_a_drag_on_the_track_asks_for_the_nearest_step(qtbot, bar):
    track: TimeTrack = bar.track
    x = round(track.to_pixel(START + 6 * HOUR) + 4)
    asked: list[int] = []
    track.moved.connect(asked.append)
    with qtbot.waitSignals([track.grabbed, track.released]):
        qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=QPoint(x, 30))
    assert asked == [START + 6 * HOUR]


@pytest.mark.parametrize(
    ("key", "by"),
    [(Qt.Key.Key_Left, -1), (Qt.Key.Key_Right, 1), (Qt.Key.Key_PageUp, -10), (Qt.Key.Key_PageDown, 10)],
)
def test_keys_step_through_time(qtbot, bar, key: Qt.Key, by: int):
    with qtbot.waitSignal(bar.stepped) as caught:
        qtbot.keyClick(bar.track, key)
    assert caught.args == [by]


def test_end_goes_to_the_last_step_and_space_plays(qtbot, bar):
    with qtbot.waitSignal(bar.moved) as caught:
        qtbot.keyClick(bar.track, Qt.Key.Key_End)
    assert caught.args == [int(STEPS[-1])]
    with qtbot.waitSignal(bar.played):
        qtbot.keyClick(bar.track, Qt.Key.Key_Space)


def test_typing_a_step_jumps_there(qtbot, bar):
    bar.ask_moment()
    bar._jump.setText("#7")
    with qtbot.waitSignal(bar.moved) as caught:
        qtbot.keyClick(bar._jump, Qt.Key.Key_Return)
    assert caught.args == [START + 6 * HOUR]


def test_a_wrong_moment_is_marked_and_nothing_moves(qtbot, bar):
    bar.ask_moment()
    bar._jump.setText("soon")
    with qtbot.assertNotEmitted(bar.moved):
        qtbot.keyClick(bar._jump, Qt.Key.Key_Return)
    assert bar._jump.property("state") == "error"


def test_without_time_nothing_can_be_played(bar):
    bar.show_state(TimeState(), playing=False, rate=4.0, loop=False)
    assert not bar.track.isEnabled()
    assert bar._zone.text() == "No layer with time"


def test_gaps_and_spans_are_seen_on_the_track(bar):
    plain = bar.track.grab().toImage()
    gaps = np.array([[STEPS[4], STEPS[9]]])
    bar.show_state(state(gaps=gaps), playing=False, rate=4.0, loop=False)
    with_gap = bar.track.grab().toImage()
    spans = (Span("a", "#d35400", int(STEPS[3]), int(STEPS[20])),)
    bar.show_state(state(gaps=gaps, spans=spans), playing=False, rate=4.0, loop=False)
    with_span = bar.track.grab().toImage()
    x = round(bar.track.to_pixel(int((STEPS[4] + STEPS[9]) // 2)))
    assert plain.pixelColor(x, 30) != with_gap.pixelColor(x, 30)
    assert with_span.pixelColor(x, 40).name() == "#d35400"
