"""Series: the lines of a chart, cut at gaps and thinned to the pixels at hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from app.views.wording import value_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

GAP = 1.5
"""A step longer than this many usual steps is a gap."""

SLACK = 1_000_000
"""A moment so near to a sample (ns) is that sample's, as on every time axis."""


@dataclass(frozen=True, slots=True, eq=False)
class ChartLine:
    """One series at one place.

    Parameters
    ----------
    layer : str
        Id of the layer it comes from.
    name : str
        Words of the legend: layer and place.
    quantity : str
        What it shows; lines of one unit share a panel.
    unit : str or None
        Its unit; None = the file names none.
    datum : str
        Vertical datum of heights; empty where the values are no heights, ``unknown`` where nobody says.
    times : ndarray, int64, (steps,)
        ns since 1970-01-01 UTC, rising.
    values : ndarray, float64, (steps,)
        NaN = missing.
    source : str
        File name.
    colour : int
        Number of its colour.
    dry_below : float or None
        Of a depth: what is less is dry ground; None = the values are no depth of water.
    dry : str
        That limit with its unit.
    """

    layer: str
    name: str
    quantity: str
    unit: str | None
    datum: str
    times: NDArray[np.int64]
    values: NDArray[np.float64]
    source: str = ""
    colour: int = 0
    dry_below: float | None = None
    dry: str = ""
    _known: tuple[NDArray[np.int64], NDArray[np.float64], float] = field(init=False, repr=False)

    @property
    def group(self) -> tuple[str, str]:
        """Lines of the same group share a panel: same unit (or one layer without) and, for heights, same datum."""
        return self.unit or (self.layer if self.unit is None else self.quantity), self.datum

    def __post_init__(self) -> None:
        """Keep the samples that have a value, for the read-out."""
        fine = np.isfinite(self.values)
        known = self.times[fine]
        object.__setattr__(self, "_known", (known, self.values[fine], usual_step(known)))

    def text(self, found: tuple[int, float] | None) -> str:
        """Write what `at` or `held` gave, with the unit; a dry place is called dry."""
        value = found[1] if found is not None else np.nan
        dry = self.dry if self.dry_below is not None and value < self.dry_below else ""
        return value_text(value, self.unit or "", dry)

    def at(self, moment: int) -> tuple[int, float] | None:
        """Give time and value of the value nearest to a moment (ns), within 3/4 of a usual step; None in a gap."""
        times, values, usual = self._known
        if not len(times):
            return None
        right = int(np.clip(np.searchsorted(times, moment), 0, len(times) - 1))
        left = max(right - 1, 0)
        near = left if abs(int(times[left]) - moment) <= abs(int(times[right]) - moment) else right
        if abs(int(times[near]) - moment) > max(usual * 0.75, 1.0):
            return None
        return int(times[near]), float(values[near])

    def unseen(self, first: int, last: int) -> str:
        """Say why nothing of the line lies between two moments (ns).

        Returns
        -------
        str
            ``none`` without any value, ``outside`` where its values lie before, after or beside a gap; else empty.
        """
        times, _, usual = self._known
        if not len(times):
            return "none"
        start, stop = np.searchsorted(times, first), np.searchsorted(times, last, side="right")
        if start < stop or (0 < start < len(times) and times[start] - times[start - 1] <= GAP * usual):
            return ""
        return "outside"

    def held(self, moment: int) -> tuple[int, float] | None:
        """Give time and value of the last sample at or before a moment (ns), as the map shows it; None in a gap."""
        before = int(np.searchsorted(self.times, moment + SLACK, side="right")) - 1
        if before < 0 or moment > int(self.times[-1]) + SLACK:
            return None
        if moment - int(self.times[before]) > max(usual_step(self.times) * GAP, SLACK):
            return None
        value = float(self.values[before])
        return (int(self.times[before]), value) if np.isfinite(value) else None


def usual_step(times: NDArray[np.int64]) -> float:
    """Give the median step, ns; 0 for fewer than two samples."""
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0


def runs(times: NDArray[np.int64], values: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Give the places of the values of each stretch without a gap.

    A gap is a step between two values that is longer than 1.5 times the usual one; a station that reports every
    second moment of a shared axis therefore has none.
    """
    fine = np.flatnonzero(np.isfinite(values))
    if not len(fine):
        return []
    steps = np.diff(times[fine])
    usual = float(np.median(steps)) if len(steps) else 0.0
    return np.split(fine, np.flatnonzero(steps > GAP * usual) + 1 if usual > 0 else [])


def thinned(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give at most four points per pixel column, so that the drawn line looks the same: first, lowest, highest, last.

    Parameters
    ----------
    x : ndarray, float64, (n,)
        Pixels, rising.
    y : ndarray, float64, (n,)
        No NaN.
    """
    if len(x) < 3:
        return x, y
    column = np.floor(x).astype(np.int64)
    starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    if len(starts) * 4 >= len(x):
        return x, y
    ends = np.append(starts[1:], len(x)) - 1
    lowest = _first_at(y, starts, np.minimum.reduceat(y, starts))
    highest = _first_at(y, starts, np.maximum.reduceat(y, starts))
    keep = np.unique(np.concatenate([starts, lowest, highest, ends]))
    return x[keep], y[keep]


def _first_at(y: NDArray[np.float64], starts: NDArray[np.int64], wanted: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the first index in each column where a value is met."""
    owner = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(y))))
    hits = np.flatnonzero(y == wanted[owner])
    _, first = np.unique(owner[hits], return_index=True)
    return hits[first]


def value_span(lines: list[ChartLine], first: int, last: int) -> tuple[float, float]:
    """Give the range of all values between two moments (ns), with some air; 0 to 1 where there is none."""
    low, high = np.inf, -np.inf
    for line in lines:
        shown = line.values[(line.times >= first) & (line.times <= last)]
        shown = shown[np.isfinite(shown)]
        if len(shown):
            low, high = min(low, float(shown.min())), max(high, float(shown.max()))
    if not np.isfinite(low):
        return 0.0, 1.0
    if high - low < 1e-9 * max(abs(high), 1e-3):
        return low - 0.5 * max(abs(low), 1.0) * 0.2, high + 0.5 * max(abs(high), 1.0) * 0.2
    air = (high - low) * 0.08
    return low - air, high + air


def time_span(lines: list[ChartLine]) -> tuple[int, int] | None:
    """Give the first and the last moment of all lines, ns; None where there is no sample."""
    ends = [(int(line.times[0]), int(line.times[-1])) for line in lines if len(line.times)]
    if not ends:
        return None
    first, last = min(a for a, _ in ends), max(b for _, b in ends)
    return (first, last) if last > first else (first - 10**9, last + 10**9)
