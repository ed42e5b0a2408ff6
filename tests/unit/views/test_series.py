"""Lines of charts: gaps stay gaps, thinning keeps what the eye sees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.core.moments import BEIJING, LocalTime
from app.views.charts.axes import HOUR, time_ticks
from app.views.charts.places import wishes_at
from app.views.charts.series import ChartLine, runs, thinned, time_span, value_span
from tests.views import maps

H = 3600 * 10**9
MOMENT = int(np.datetime64("2026-08-01T00", "ns").astype(np.int64))


def line(values, times=None):
    at = np.arange(len(values)) * H if times is None else np.asarray(times, np.int64)
    return ChartLine("a", "a", "Water level", "m", "", at, np.asarray(values, np.float64))


def test_a_missing_value_breaks_a_line():
    found = runs(np.arange(6) * H, np.array([1.0, 2, np.nan, 3, 4, 5]))
    assert [list(s) for s in found] == [[0, 1], [3, 4, 5]]


def test_a_long_step_breaks_a_line():
    found = runs(np.array([0, 1, 2, 10, 11]) * H, np.ones(5))
    assert [list(s) for s in found] == [[0, 1, 2], [3, 4]]


def test_a_station_that_reports_every_second_moment_has_one_line():
    found = runs(np.arange(8) * H, np.array([1.0, np.nan] * 4))
    assert [list(s) for s in found] == [[0, 2, 4, 6]]


def test_nothing_but_gaps_gives_no_run():
    assert runs(np.arange(3) * H, np.full(3, np.nan)) == []


@given(st.lists(st.one_of(st.just(float("nan")), st.floats(-10, 10)), max_size=40))
def test_runs_hold_every_value_once_and_no_gap(values):
    array = np.array(values, np.float64)
    found = runs(np.arange(len(array)) * H, array)
    covered = [int(i) for s in found for i in s]
    assert covered == [i for i in range(len(array)) if np.isfinite(array[i])]


@given(arrays(np.float64, st.integers(0, 3000), elements=st.floats(-1e3, 1e3)), st.integers(1, 50))
def test_thinning_keeps_the_lowest_and_highest_value_of_every_pixel_column(y, columns):
    x = np.linspace(0, columns, len(y), endpoint=False)
    tx, ty = thinned(x, y)
    assert len(tx) <= max(len(y) if len(y) < 3 else 4 * columns + 4, len(y) if len(y) <= 4 * columns else 0)
    for column in np.unique(np.floor(x)):
        whole, kept = y[np.floor(x) == column], ty[np.floor(tx) == column]
        assert (whole.min(), whole.max()) == (kept.min(), kept.max())


def test_a_line_gives_the_sample_nearest_to_a_moment():
    assert line([1.0, 2.0, 3.0]).at(int(1.2 * H)) == (H, 2.0)


def test_in_a_gap_there_is_no_value():
    assert line([1.0, 2.0, 3.0], [0, H, 20 * H]).at(10 * H) is None
    assert line([1.0, 2.0, 3.0, np.nan, np.nan, 4.0, 5.0]).at(int(3.9 * H)) is None
    assert line([np.nan, np.nan]).at(0) is None


def test_beside_the_clock_stands_the_step_that_the_map_shows_not_the_next_one():
    one = line([1.0, 2.0, 3.0])
    assert [one.held(int(hour * H)) for hour in (0.0, 0.9, 1.0, 1.99)] == [(0, 1.0), (0, 1.0), (H, 2.0), (H, 2.0)]
    assert one.held(2 * H) == (2 * H, 3.0)
    assert one.held(-H) is None
    assert one.held(3 * H) is None


def test_beside_the_clock_stands_no_value_in_a_gap():
    assert line([1.0, 2.0, 3.0, 4.0], [0, H, 2 * H, 20 * H]).held(10 * H) is None
    assert line([1.0, np.nan, 3.0]).held(int(1.5 * H)) is None


def test_the_axis_holds_all_values_with_some_air():
    low, high = value_span([line([1.0, 3.0]), line([2.0, 8.0])], 0, H)
    assert low < 1.0
    assert high > 8.0


def test_one_constant_value_still_has_an_axis():
    low, high = value_span([line([5.0, 5.0])], 0, H)
    assert low < 5.0 < high


def test_the_span_is_that_of_all_lines():
    assert time_span([line([1.0, 2.0]), line([1.0, 2.0], [5 * H, 9 * H])]) == (0, 9 * H)
    assert time_span([]) is None


# ------------------------------------------------------------------------- ticks
def test_ticks_stand_at_round_local_times():
    found = time_ticks(MOMENT, MOMENT + 12 * HOUR, 6, BEIJING)
    assert [tick.text for tick in found] == ["2026-08-01 08:00", "10:00", "12:00", "14:00", "16:00", "18:00", "20:00"]


def test_midnight_is_told_by_its_date():
    found = time_ticks(MOMENT, MOMENT + 24 * HOUR, 5, BEIJING)
    assert ("08-02", True) in [(tick.text, tick.strong) for tick in found]


def test_long_spans_are_cut_by_months_and_years():
    years = time_ticks(MOMENT, MOMENT + 10 * 365 * 24 * HOUR, 8, BEIJING)
    assert [tick.text for tick in years][:3] == ["2028", "2030", "2032"]


def test_a_run_without_a_date_counts_hours():
    assert [t.text for t in time_ticks(0, 4 * HOUR, 5, LocalTime("elapsed"))] == ["0 h", "1 h", "2 h", "3 h", "4 h"]


@given(st.integers(1, 10**19 // 2), st.integers(2, 20))
def test_there_are_never_many_more_ticks_than_have_room(span, most):
    found = time_ticks(MOMENT, min(MOMENT + span, 2**62), most, BEIJING)
    assert len(found) <= 2 * most + 3


# ------------------------------------------------------------------------ places
def wishes(*pairs, at=(25.0, 50.0)):
    document, reading = maps.opened(*pairs)
    return wishes_at(document.layers, reading, *at, "EPSG:4549", 10.0)


def test_a_place_asks_the_face_the_cell_and_the_station_under_it():
    found = wishes(maps.mesh(), maps.raster(), maps.stations())
    assert [w.requests[0].indices for w in found] == [(0,), (52,), (0,)]


def test_beside_everything_nothing_is_asked():
    assert wishes(maps.mesh(), maps.raster(), maps.stations(), at=(500.0, 500.0)) == []


def test_values_on_nodes_are_mixed_by_the_place_in_the_triangle():
    (wish,) = wishes(maps.mesh(np.ones((3, 6)), "node"), at=(25.0, 0.0))
    assert sum(wish.weights) == pytest.approx(1.0)
    assert len(wish.requests[0].indices) == 3


def test_a_layer_of_another_system_is_asked_at_the_same_place_on_earth():
    from layers.crs import transform_points

    ((x, y),) = transform_points(np.array([[121.0, 31.0]]), "EPSG:4326", "EPSG:4549")
    from layers.extent import Extent

    grid = maps.raster(crs="EPSG:4326", bounds=Extent(120.0, 30.0, 122.0, 32.0))
    (wish,) = wishes(grid, at=(float(x) + 10.0, float(y) - 10.0))
    assert wish.requests[0].indices == (55,)
