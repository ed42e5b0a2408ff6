"""Clock: the moment asked for, in UTC; steps, playing, gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field, PrivateAttr

from app.core.moments import LocalTime, Moment, as_int, elapsed_text, local_text, moment, utc_text
from layers.evented import Evented
from layers.times import TimeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.times import TimeAxis

__all__ = ["Clock", "elapsed_text", "local_text", "utc_text"]

Ints = np.ndarray[Any, np.dtype[np.int64]]
Moments = np.ndarray[Any, np.dtype[np.datetime64]]

NONE: Ints = np.empty(0, np.int64)


class Clock(Evented):
    """One clock for all views.

    Parameters
    ----------
    now : datetime64[ns] or None
        The moment asked for, UTC; None while nothing has time.
    start, stop : datetime64[ns] or None
        Span of all layers.
    playing : bool
    rate : float
        Steps per second.
    loop : bool
        Start again at the end.
    step_s : float or None
        Length of a regular step in s; None = the steps of the layers.
    leader : str
        Layer whose steps lead; empty = the steps of all layers together.

    Notes
    -----
    Axes without a zone are placed as Beijing time beside others, and alone shown as they are written; axes without
    a date count from 1970-01-01 and are shown as ``T+hh:mm:ss``. ``revision`` grows with each new set of axes:
    ``events.revision`` tells that the steps have changed.
    """

    now: Moment = None
    start: Moment = Field(default=None, exclude=True)
    stop: Moment = Field(default=None, exclude=True)
    playing: bool = Field(default=False, exclude=True)
    rate: float = Field(default=4.0, gt=0, le=1000)
    loop: bool = False
    step_s: float | None = Field(default=None, gt=0)
    leader: str = ""
    revision: int = Field(default=0, exclude=True)
    _axes: dict[str, Ints] = PrivateAttr(default_factory=lambda: {})
    _kind: TimeKind = PrivateAttr(default="utc")
    _moments: tuple[Any, Ints] | None = PrivateAttr(default=None)
    _gaps: tuple[Any, Moments] | None = PrivateAttr(default=None)
    _carry: float = PrivateAttr(default=0.0)

    # ------------------------------------------------------------------ axes
    def set_axes(self, axes: Mapping[str, tuple[TimeAxis, float]], *, settle: bool = True) -> None:
        """Take the time axes of the layers.

        Parameters
        ----------
        axes : mapping of layer id to (TimeAxis, hours)
            The hours are added to the layer's own axis (``Layer.shift_h``).
        settle : bool
            Whether to bring ``now`` into the span; False while some layers are not open yet. Where there
            never was a step, ``now`` is left alone.
        """
        had_steps = bool(self._axes)
        self._axes = {key: _shifted(axis, hours) for key, (axis, hours) in axes.items() if len(axis)}
        self._kind = _kind({axis.kind for axis, _ in axes.values()})
        self._moments, self._carry = None, 0.0
        ends = [(int(values[0]), int(values[-1])) for values in self._axes.values()]
        first, last = (min(a for a, _ in ends), max(b for _, b in ends)) if ends else (None, None)
        self.start, self.stop = _stamp(first), _stamp(last)
        self.revision += 1
        if first is None or last is None:
            if had_steps and settle:
                self.playing = False
                self.now = None
        elif self.now is None:
            self.now = _stamp(first)
        elif settle:
            self.now = _stamp(min(max(as_int(self.now), first), last))

    @property
    def moments(self) -> Moments:
        """The steps that lead: datetime64[ns], (steps,), rising, each once."""
        return self._steps().view("datetime64[ns]")

    def _steps(self) -> Ints:
        key = (self.leader, self.step_s, self.revision)
        if self._moments is None or self._moments[0] != key:
            self._moments = (key, self._regular() if self.step_s else self._union())
        return self._moments[1]

    def _leading(self) -> list[Ints]:
        return [self._axes[self.leader]] if self.leader in self._axes else list(self._axes.values())

    def _union(self) -> Ints:
        different: dict[tuple[int, int, int, int], list[Ints]] = {}
        for axis in self._leading():
            key = (len(axis), int(axis[0]), int(axis[-1]), int(axis[len(axis) // 2]))
            same = different.setdefault(key, [])
            if not any(np.array_equal(axis, other) for other in same):
                same.append(axis)
        parts = [axis for same in different.values() for axis in same]
        if not parts:
            return NONE
        # A stable sort takes rising runs as they are: 3 ms for 600,000 steps, where np.unique takes 870.
        steps = np.sort(np.concatenate(parts), kind="stable")
        return steps[np.r_[True, steps[1:] != steps[:-1]]]

    def _regular(self) -> Ints:
        axes = self._leading()
        if not axes or self.step_s is None:
            return NONE
        first, last = min(int(a[0]) for a in axes), max(int(a[-1]) for a in axes)
        step = max(round(self.step_s * 1e9), (last - first) // 1_000_000, 1)
        return np.append(np.arange(first, last, step, dtype=np.int64), last)

    def gaps(self) -> Moments:
        """Give the spans between steps that are longer than 1.5 times the usual step.

        Returns
        -------
        ndarray, datetime64[ns], (gaps, 2)
            Last step before and first step after each gap.
        """
        key = (self.leader, self.revision)
        if self._gaps is None or self._gaps[0] != key:
            self._gaps = (key, _wide_steps(self._steps() if self.step_s is None else self._union()))
        return self._gaps[1]

    # ------------------------------------------------------------------ moving
    def go(self, to: np.datetime64 | str) -> None:
        """Go to a moment, kept inside the span of the layers where there is one."""
        at = moment(to)
        if at is not None and self.start is not None and self.stop is not None:
            at = min(max(at, self.start), self.stop)
        self._carry = 0.0
        self.now = at

    def go_fraction(self, fraction: float) -> None:
        """Go to a share (0 to 1) of the span."""
        if self.start is not None and self.stop is not None:
            first, last = as_int(self.start), as_int(self.stop)
            self.go(_moment64(first + round((last - first) * min(max(fraction, 0.0), 1.0))))

    @property
    def fraction(self) -> float:
        """Where ``now`` lies in the span, 0 to 1; 0 while nothing has time."""
        if self.now is None or self.start is None or self.stop is None or self.stop == self.start:
            return 0.0
        first, last = as_int(self.start), as_int(self.stop)
        return min(max((as_int(self.now) - first) / (last - first), 0.0), 1.0)

    def forward(self) -> bool:
        """Go to the next step; False at the end."""
        return self._step(1)

    def back(self) -> bool:
        """Go to the step before; False at the start."""
        return self._step(-1)

    def _step(self, by: int) -> bool:
        steps = self._steps()
        if not len(steps) or self.now is None:
            return False
        at = as_int(self.now)
        # Forward: the by-th step after now. Back: the by-th step before now.
        index = int(np.searchsorted(steps, at, side="right" if by > 0 else "left")) + (by - 1 if by > 0 else by)
        index = min(max(index, 0), len(steps) - 1)
        if (int(steps[index]) - at) * by <= 0:
            return False
        self.now = _stamp(int(steps[index]))
        return True

    def play(self) -> None:
        """Start playing, from the start when the clock stands at the end."""
        if not len(self._steps()):
            return
        if self.now is None or as_int(self.now) >= int(self._steps()[-1]):
            self.now = _stamp(int(self._steps()[0]))
        self._carry = 0.0
        self.playing = True

    def pause(self) -> None:
        """Stop playing at the moment shown."""
        self.playing = False

    def tick(self, elapsed_s: float) -> bool:
        """Advance while playing.

        Parameters
        ----------
        elapsed_s : float
            Seconds of real time since the last tick.

        Returns
        -------
        bool
            Whether ``now`` has changed.
        """
        if not self.playing:
            return False
        self._carry += elapsed_s * self.rate
        whole = int(self._carry + 1e-9)
        if whole < 1:
            return False
        self._carry = max(self._carry - whole, 0.0)
        steps = self._steps()
        if self.loop and len(steps) > 1 and self.now is not None:
            return self._step_around(steps, whole)
        moved = self._step(whole)
        if not len(steps) or self.now is None or as_int(self.now) >= int(steps[-1]):
            self.playing = False
        return moved

    def _step_around(self, steps: Ints, by: int) -> bool:
        index = int(np.searchsorted(steps, as_int(self.now), side="right")) - 1 + by
        self.now = _stamp(int(steps[index % len(steps)]))
        return True

    # ------------------------------------------------------------------ words
    @property
    def is_elapsed(self) -> bool:
        """Whether no layer has a date: times then count from the start of the run."""
        return self._kind == "elapsed"

    @property
    def is_unzoned(self) -> bool:
        """Whether no layer names the zone of its times: they are shown as they are written."""
        return self._kind == "unzoned"

    def local(self, offset_hours: float = 8.0) -> LocalTime:
        """Give how moments are written where local time is so many hours east of UTC."""
        return LocalTime(self._kind, offset_hours)

    def text(self, offset_hours: float = 8.0, at: np.datetime64 | None = None) -> str:
        """Write ``at`` (default ``now``) for the screen: local time with its offset, or what is known of it."""
        return self.local(offset_hours).text(self.now if at is None else at)


def _kind(kinds: set[TimeKind]) -> TimeKind:
    if not kinds or "utc" in kinds:
        return "utc"
    return "unzoned" if "unzoned" in kinds else "elapsed"


def _wide_steps(steps: Ints) -> Moments:
    lengths = np.diff(steps)
    if len(lengths) < 2:
        return np.empty((0, 2), "datetime64[ns]")
    wide = np.flatnonzero(lengths > 1.5 * np.median(lengths))
    return np.column_stack([steps[wide], steps[wide + 1]]).view("datetime64[ns]")


def _shifted(axis: TimeAxis, hours: float) -> Ints:
    values = axis.values.astype("datetime64[ns]").astype(np.int64)
    return values + round(hours * 3.6e12) if hours else values


def _moment64(ns: int) -> np.datetime64:
    return np.datetime64(ns, "ns")


def _stamp(ns: int | None) -> np.datetime64 | None:
    return None if ns is None else _moment64(ns)
