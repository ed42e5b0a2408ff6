"""One clock: steps of many layers, playing, gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import Clock
from layers.times import TimeAxis

START = np.datetime64("2026-08-01T00:00", "ns")
HOUR = np.timedelta64(1, "h").astype("timedelta64[ns]")


def axis(*hours: float) -> TimeAxis:
    return TimeAxis(START + np.round(np.array(hours) * 3600).astype("timedelta64[s]"))


def clock_of(*axes: TimeAxis, shifts: tuple[float, ...] = ()) -> Clock:
    clock = Clock()
    shifts = shifts or (0.0,) * len(axes)
    clock.set_axes({str(number): pair for number, pair in enumerate(zip(axes, shifts, strict=True))})
    return clock


def hours(clock: Clock) -> float:
    return float((clock.now - START) / HOUR)


def test_the_clock_stands_at_the_first_step_when_the_first_layer_with_time_comes():
    clock = clock_of(axis(2, 3, 4))
    assert (hours(clock), clock.start, clock.stop) == (2, START + 2 * HOUR, START + 4 * HOUR)


def test_without_time_there_is_no_now():
    clock = Clock()
    assert (clock.now, clock.start, clock.fraction, len(clock.moments)) == (None, None, 0.0, 0)
    assert not clock.forward()
    clock.play()
    assert not clock.playing


def test_moments_are_the_steps_of_all_layers_each_once():
    clock = clock_of(axis(0, 1, 2), axis(1, 1.5, 4), axis(0, 1, 2))
    assert list((clock.moments - START) / HOUR) == [0, 1, 1.5, 2, 4]


def test_a_leading_layer_alone_gives_the_steps_but_not_the_span():
    clock = clock_of(axis(0, 1, 2, 3), axis(1, 3))
    clock.leader = "1"
    assert list((clock.moments - START) / HOUR) == [1, 3]
    assert clock.start == START


def test_a_leader_that_is_gone_leads_no_more():
    clock = clock_of(axis(0, 1))
    clock.leader = "no such layer"
    assert len(clock.moments) == 2


def test_a_shift_in_hours_moves_a_layers_steps():
    clock = clock_of(axis(0, 1), axis(0, 1), shifts=(0.0, 0.5))
    assert list((clock.moments - START) / HOUR) == [0, 0.5, 1, 1.5]


def test_forward_and_back_go_to_the_neighbouring_steps_from_between_them():
    clock = clock_of(axis(0, 1, 2))
    clock.go(START + np.timedelta64(90, "m"))
    assert clock.forward()
    assert hours(clock) == 2
    assert not clock.forward()
    clock.go(START + np.timedelta64(90, "m"))
    assert clock.back()
    assert hours(clock) == 1
    assert clock.back()
    assert not clock.back()
    assert hours(clock) == 0


def test_going_outside_the_span_ends_at_its_edge():
    clock = clock_of(axis(1, 2))
    clock.go("2030-01-01T00:00Z")
    assert hours(clock) == 2
    clock.go(START)
    assert hours(clock) == 1


def test_a_regular_step_replaces_the_steps_of_the_layers_and_keeps_the_last():
    clock = clock_of(axis(0, 1, 2))
    clock.step_s = 2700
    assert list((clock.moments - START) / HOUR) == [0, 0.75, 1.5, 2]


def test_a_regular_step_that_is_far_too_short_does_not_fill_the_memory():
    clock = clock_of(axis(0, 24 * 365 * 30))
    clock.step_s = 0.001
    assert len(clock.moments) < 1_100_000


def test_fraction_and_moment_are_each_others_reverse():
    clock = clock_of(axis(0, 4))
    clock.go_fraction(0.25)
    assert (hours(clock), clock.fraction) == (1, 0.25)
    clock.go_fraction(7)
    assert clock.fraction == 1


def test_playing_advances_by_rate_and_stops_at_the_end():
    clock = clock_of(axis(*range(10)))
    clock.rate = 4
    clock.play()
    assert [clock.tick(0.125) for _ in range(4)] == [False, True, False, True]
    assert hours(clock) == 2
    clock.tick(100)
    assert (hours(clock), clock.playing) == (9, False)


def test_playing_again_at_the_end_begins_at_the_start():
    clock = clock_of(axis(0, 1, 2))
    clock.go(clock.stop)
    clock.play()
    assert (hours(clock), clock.playing) == (0, True)


def test_a_loop_goes_on_from_the_start():
    clock = clock_of(axis(0, 1, 2))
    clock.loop, clock.rate = True, 1
    clock.play()
    seen = []
    for _ in range(5):
        clock.tick(1)
        seen.append(hours(clock))
    assert seen == [1, 2, 0, 1, 2]
    assert clock.playing


def test_slow_ticks_lose_no_time():
    clock = clock_of(axis(*range(1000)))
    clock.rate = 7
    clock.play()
    for _ in range(300):
        clock.tick(1 / 30)
    assert hours(clock) == 70


def test_a_paused_clock_does_not_tick():
    clock = clock_of(axis(0, 1))
    assert not clock.tick(10)


def test_a_gap_is_a_step_longer_than_one_and_a_half_times_the_usual():
    clock = clock_of(axis(0, 1, 2, 3.4, 4.4, 8, 9))
    assert [[float((at - START) / HOUR) for at in gap] for gap in clock.gaps()] == [[4.4, 8.0]]


def test_few_steps_have_no_gaps():
    assert clock_of(axis(0, 9)).gaps().shape == (0, 2)


def test_now_comes_inside_when_the_layer_it_stood_in_is_gone():
    clock = clock_of(axis(0, 1), axis(5, 9))
    clock.go(START + 8 * HOUR)
    clock.set_axes({"0": (axis(0, 1), 0.0)})
    assert hours(clock) == 1


def test_now_ends_with_the_last_layer_that_has_time():
    clock = clock_of(axis(0, 1))
    clock.play()
    clock.set_axes({})
    assert (clock.now, clock.start, clock.playing) == (None, None, False)


def test_now_waits_while_layers_are_not_open_yet():
    clock = Clock.from_dict({"now": "2026-08-01T08:00:00Z"})
    clock.set_axes({}, settle=False)
    clock.set_axes({"0": (axis(0, 1), 0.0)}, settle=False)
    assert hours(clock) == 8
    clock.set_axes({"0": (axis(0, 1), 0.0), "1": (axis(7, 9), 0.0)})
    assert hours(clock) == 8


def test_axes_without_a_date_are_shown_as_time_since_their_start():
    elapsed = TimeAxis(np.array([0, 4_000_000_000_000], "datetime64[ns]"), "elapsed")
    clock = clock_of(elapsed)
    clock.go(clock.stop)
    assert (clock.is_elapsed, clock.text()) == (True, "T+01:06:40")


def test_one_layer_with_a_date_makes_the_clock_show_dates():
    elapsed = TimeAxis(np.array([0, 10**12], "datetime64[ns]"), "elapsed")
    assert not clock_of(elapsed, axis(0)).is_elapsed


def test_new_steps_are_told_to_listeners():
    clock = Clock()
    heard: list[int] = []
    clock.events.revision.connect(heard.append)
    clock.set_axes({"a": (axis(0, 1), 0.0)})
    clock.set_axes({"a": (axis(0, 1, 2), 0.0)})
    assert heard == [1, 2]


def test_only_settings_and_the_moment_are_written():
    clock = clock_of(axis(0, 1))
    clock.loop = True
    clock.play()
    assert clock.to_dict() == {
        "now": "2026-08-01T00:00:00Z", "rate": 4.0, "loop": True, "step_s": None, "leader": ""
    }  # fmt: skip


def test_sixty_layers_of_ten_thousand_steps_have_one_list_of_moments():
    step = np.timedelta64(60, "s")
    axes = [TimeAxis(START + np.arange(10_000) * step + np.timedelta64(number, "s")) for number in range(60)]
    clock = clock_of(*axes)
    moments = clock.moments
    assert len(moments) == 600_000
    assert (np.diff(moments) > np.timedelta64(0, "ns")).all()
    assert clock.moments is not None
    assert np.shares_memory(clock.moments, moments)


STEPS = st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=20, unique=True).map(sorted)


@given(st.lists(STEPS, min_size=1, max_size=4), st.integers(-(10**6), 10**6))
def test_forward_then_back_visits_neighbours_for_any_axes(parts: list[list[int]], at: int):
    clock = clock_of(*(TimeAxis(START + np.array(part) * np.timedelta64(1, "s")) for part in parts))
    clock.go(START + np.timedelta64(at, "s"))
    union = sorted({step for part in parts for step in part})
    now = (clock.now - START) // np.timedelta64(1, "s")
    following = next((step for step in union if step > now), None)
    assert clock.forward() == (following is not None)
    if following is not None:
        assert (clock.now - START) // np.timedelta64(1, "s") == following
        before = [step for step in union if step < following]
        assert clock.back() == bool(before)


@given(STEPS, st.lists(st.floats(0, 3), min_size=1, max_size=30), st.booleans())
def test_now_is_always_a_step_while_playing(steps: list[int], ticks: list[float], loop: bool):
    clock = clock_of(TimeAxis(START + np.array(steps) * np.timedelta64(1, "s")))
    clock.loop = loop
    clock.play()
    for elapsed in ticks:
        clock.tick(elapsed)
        assert clock.now in clock.moments


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
def test_a_rate_that_is_no_speed_is_refused(rate: float):
    with pytest.raises(ValueError, match="rate"):
        Clock().rate = rate
