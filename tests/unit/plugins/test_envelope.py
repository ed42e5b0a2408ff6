"""Envelopes over time, against hydrographs whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from plugins.playback.envelope import envelope

TRIANGLE = [np.array([0.0], np.float32), np.array([1.0], np.float32), np.array([0.0], np.float32)]
HOURS = np.array([0.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("arrival", 0.5), ("duration", 1.0), ("time_of_max", 1.0), ("max", 1.0), ("min", 0.0)],
)
def test_the_triangle_hydrograph_gives_its_published_numbers(kind: str, expected: float) -> None:
    """A rise from 0 to 1 m and back in 2 h, threshold 0.5 m."""
    assert envelope(TRIANGLE, HOURS, kind, 0.5)[0] == pytest.approx(expected, abs=1e-7)


def test_a_finer_sampling_of_the_same_triangle_changes_nothing() -> None:
    hours = np.linspace(0.0, 2.0, 41)
    frames = [np.array([1.0 - abs(h - 1.0)], np.float32) for h in hours]
    assert envelope(frames, hours, "arrival", 0.5)[0] == pytest.approx(0.5, abs=1e-6)
    assert envelope(frames, hours, "duration", 0.5)[0] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("kind", ["arrival", "duration"])
def test_what_stays_below_the_threshold_never_arrives(kind: str) -> None:
    assert np.isnan(envelope([np.array([0.2], np.float32)] * 3, HOURS, kind, 0.5)[0])


def test_a_cell_wet_from_the_start_arrives_at_zero() -> None:
    frames = [np.array([v], np.float32) for v in (0.8, 0.9, 0.1)]
    assert envelope(frames, HOURS, "arrival", 0.5)[0] == 0.0
    assert envelope(frames, HOURS, "duration", 0.5)[0] == pytest.approx(1.5, abs=1e-6)


def test_a_dry_step_without_a_value_puts_the_arrival_on_the_first_wet_step() -> None:
    frames = [np.array([v], np.float32) for v in (np.nan, 1.0, 0.0)]
    assert envelope(frames, HOURS, "arrival", 0.5)[0] == 1.0
    assert envelope(frames, HOURS, "duration", 0.5)[0] == pytest.approx(0.5, abs=1e-6)


def test_the_threshold_itself_counts_as_reached() -> None:
    frames = [np.array([v], np.float32) for v in (0.0, 0.5, 0.5)]
    assert envelope(frames, HOURS, "arrival", 0.5)[0] == 1.0
    assert envelope(frames, HOURS, "duration", 0.5)[0] == pytest.approx(1.0)


def test_of_two_equal_peaks_the_first_is_the_time_of_the_largest() -> None:
    frames = [np.array([v], np.float32) for v in (2.0, 1.0, 2.0)]
    assert envelope(frames, HOURS, "time_of_max", 0.0)[0] == 0.0


@given(arrays(np.float32, (6, 5), elements=st.floats(0, 4, width=32)))
def test_extremes_equal_those_of_numpy(values: np.ndarray) -> None:
    hours = np.arange(6.0)
    frames = list(values)
    assert np.array_equal(envelope(frames, hours, "max", 0.0), values.max(axis=0))
    assert np.array_equal(envelope(frames, hours, "min", 0.0), values.min(axis=0))
    assert np.array_equal(envelope(frames, hours, "time_of_max", 0.0), values.argmax(axis=0).astype(np.float32))


@given(arrays(np.float32, (6, 5), elements=st.floats(0, 4, width=32)))
def test_duration_is_the_share_of_fine_samples_above_the_threshold(values: np.ndarray) -> None:
    hours = np.arange(6.0)
    found = np.nan_to_num(envelope(list(values), hours, "duration", 1.5))
    fine = np.linspace(0.0, 5.0, 20001)
    for cell in range(values.shape[1]):
        above = np.interp(fine, hours, values[:, cell].astype(np.float64)) >= 1.5
        # 20,001 samples of 5 h resolve each of at most five crossings to a quarter of a second.
        assert found[cell] == pytest.approx(above.mean() * 5.0, abs=5 * 5.0 / 20000 + 1e-3)
