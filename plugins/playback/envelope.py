"""Envelopes over time: extremes, time of the largest value, arrival, duration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, cast

import numba
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Frame = NDArray[np.float32]
"""Values of one step, (cells,); NaN = dry or no data."""
Reals = NDArray[np.float64]
"""What is known of each cell so far, (cells,); a kernel writes into it. NaN = not yet."""
P = ParamSpec("P")


def kernel(function: Callable[P, None]) -> Callable[P, None]:
    """Compile a function that fills its last arguments; other threads run meanwhile."""
    compiled: Any = numba.njit(nogil=True, cache=True)
    return cast("Callable[P, None]", compiled(function))


def envelope(
    frames: Iterable[NDArray[np.float32]],
    hours: NDArray[np.float64],
    kind: str,
    threshold: float,
    dry_below: float | None = None,
) -> NDArray[np.float32]:
    """Reduce the steps of a result to one value a cell.

    Parameters
    ----------
    frames : iterable of ndarray, float32, (cells,)
        One array a step; NaN = dry or no data.
    hours : ndarray, float64, (steps,)
        Hours of the steps since the first.
    kind : {"max", "min", "time_of_max", "arrival", "duration"}
    threshold : float
        In the unit of the values; used by ``arrival`` and ``duration``.
    dry_below : float or None
        Of a depth: what is less has no time of its largest value; None = every value counts.

    Returns
    -------
    ndarray, float32, (cells,)
        ``max``, ``min``: unit of the values. Others: h since the first step; NaN = never.

    Notes
    -----
    Between two steps the value runs straight, so a crossing is interpolated. Where one of two steps is
    NaN, the crossing is put on the step that has a value and the interval adds nothing to the duration.
    """
    state: NDArray[np.float64] | None = None
    before: NDArray[np.float32] | None = None
    for step, frame in enumerate(frames):
        now = np.ascontiguousarray(frame, dtype=np.float32)
        if state is None or before is None:
            state = np.full((2, len(now)), np.nan)
            before = np.full(len(now), np.nan, dtype=np.float32)
        if kind == "time_of_max" and dry_below is not None:
            now = np.where(now >= np.float32(dry_below), now, np.float32(np.nan))
        t0, t1 = float(hours[max(step - 1, 0)]), float(hours[step])
        if kind == "arrival":
            _arrival(before, now, t0, t1, threshold, state[0])
        elif kind == "duration":
            _duration(before, now, t1 - t0, threshold, state[0])
        else:
            _extreme(now, t1, -1.0 if kind == "min" else 1.0, state[0], state[1])
        before = now.copy()
    if state is None:
        return np.zeros(0, dtype=np.float32)
    result = state[1] if kind == "time_of_max" else state[0]
    return result.astype(np.float32)


@kernel
def _extreme(now: Frame, t1: float, sign: float, best: Reals, when: Reals) -> None:
    for i in range(now.size):
        value = now[i]
        if np.isnan(value):
            continue
        if np.isnan(best[i]) or sign * value > sign * best[i]:
            best[i] = value
            when[i] = t1


@kernel
def _arrival(before: Frame, now: Frame, t0: float, t1: float, threshold: float, first: Reals) -> None:
    for i in range(now.size):
        value = np.float64(now[i])
        if not np.isnan(first[i]) or np.isnan(value) or value < threshold:
            continue
        last = np.float64(before[i])
        if np.isnan(last) or last >= threshold:
            first[i] = t1
        else:
            first[i] = t0 + (threshold - last) / (value - last) * (t1 - t0)


@kernel
def _duration(before: Frame, now: Frame, span: float, threshold: float, total: Reals) -> None:
    for i in range(now.size):
        a, b = np.float64(before[i]), np.float64(now[i])
        if not np.isnan(b) and b >= threshold and np.isnan(total[i]):
            total[i] = 0.0
        if np.isnan(a) or np.isnan(b) or (a < threshold and b < threshold):
            continue
        if a >= threshold and b >= threshold:
            total[i] += span
        elif b >= threshold:
            total[i] += (b - threshold) / (b - a) * span
        else:
            total[i] += (a - threshold) / (a - b) * span
