"""Axes: where the ticks of time and value stand and what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from app.core.moments import LocalTime

SECOND, MINUTE, HOUR, DAY = 10**9, 60 * 10**9, 3600 * 10**9, 86400 * 10**9
STEPS = (
    *(n * SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)),
    *(n * DAY for n in (1, 2, 5, 10)),
)
FINE = (1, 2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick of the time axis: moment (ns UTC), words, whether a new day (or year) begins there."""

    moment: int
    text: str
    strong: bool = False


def time_ticks(first: int, last: int, most: int, shown: LocalTime) -> list[Tick]:
    """Give ticks at round times, as they are written.

    Parameters
    ----------
    first, last : int
        Span, ns since 1970-01-01 UTC.
    most : int
        How many ticks have room.
    shown : LocalTime
        How moments are written; without a date ticks count from the start.
    """
    shift, elapsed = shown.shift, shown.elapsed
    span = max(last - first, 1)
    rough = span / max(most, 1)
    step = next((s for s in STEPS if s >= rough), 0)
    if rough < SECOND:
        step = next((n * 10**6 for n in FINE if n * 10**6 >= rough), SECOND)
    if not step:
        return _calendar(first + shift, last + shift, most, shift)
    start = -(-(first + shift) // step) * step
    moments = range(start, last + shift + 1, step)
    return [_tick(at, step, shift, elapsed=elapsed, first=at == start) for at in moments]


def _tick(at: int, step: int, shift: int, *, elapsed: bool, first: bool) -> Tick:
    if elapsed:
        return Tick(at, _elapsed(at, step), strong=at == 0)
    stamp = np.datetime64(at, "ns")
    day, clock = str(stamp.astype("datetime64[D]")), str(stamp.astype("datetime64[ms]"))[11:]
    midnight = at % DAY == 0
    if step >= DAY:
        return Tick(at - shift, day if first else day[5:], strong=first)
    text = clock[:12] if step < SECOND else clock[:8] if step < MINUTE else clock[:5]
    if first:
        return Tick(at - shift, f"{day} {text}", strong=True)
    return Tick(at - shift, day[5:] if midnight else text, strong=midnight)


def _elapsed(at: int, step: int) -> str:
    seconds = at / SECOND
    if step >= DAY:
        return f"{seconds / 86400:g} d"
    if step >= HOUR:
        return f"{seconds / 3600:g} h"
    if step >= MINUTE:
        return f"{seconds / 60:g} min"
    return f"{seconds:g} s"


def _calendar(first: int, last: int, most: int, shift: int) -> list[Tick]:
    """Give ticks at the first of months or years, for long spans."""
    months = int((last - first) / (30.44 * DAY)) + 1
    step = next(n for n in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 10**6) if months / n <= max(most, 1))
    base = int(np.datetime64(first, "ns").astype("datetime64[M]").astype(int))
    start = -(-base // step) * step
    end = int(np.datetime64(last, "ns").astype("datetime64[M]").astype(int))
    found = []
    for month in range(start, end + 1, step):
        at = int(np.datetime64(month, "M").astype("datetime64[ns]").astype(np.int64))
        if first <= at <= last:
            text = str(np.datetime64(month, "M"))
            found.append(Tick(at - shift, text[:4] if step >= 12 else text, strong=month % 12 == 0))
    return found
