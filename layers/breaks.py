"""Breaks: limits of classes of a column's numbers, by the five usual methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Method = Literal["quantile", "equal", "jenks", "deviation", "pretty"]
SAMPLE = 20_000
"""Different values that natural breaks look at; of more, so many are taken evenly by rank, both ends among them."""


@dataclass(frozen=True, slots=True)
class Breaks:
    """Limits of classes.

    Parameters
    ----------
    edges : tuple of float
        Rising; a class holds its lower limit, the last class its upper one too. Fewer than asked for where many
        values are equal, none where there are not two different numbers.
    values, missing : int
        Numbers looked at, and entries that are none.
    sample : int
        Values that were taken instead of all; 0 = all.
    """

    edges: tuple[float, ...]
    values: int
    missing: int
    sample: int = 0


def breaks(values: ArrayLike, method: Method, count: int) -> Breaks:
    """Give the limits of about ``count`` classes.

    Parameters
    ----------
    values : array_like, float
        NaN and infinite = missing.
    method : str
        ``quantile``: equally many values each; ``equal``: equally wide; ``jenks``: least squared distance from the
        class means; ``deviation``: one standard deviation wide around the mean; ``pretty``: round limits.
    count : int
        Classes wished for, at least 2; ``pretty`` gives about so many.

    References
    ----------
    Fisher, W. D. (1958): On grouping for maximum homogeneity. J. Am. Stat. Assoc. 53, 789-798.
    Jenks, G. F. (1977): Optimal data classification for choropleth maps. University of Kansas.
    """
    numbers = np.asarray(values, np.float64).ravel()
    fine = np.sort(numbers[np.isfinite(numbers)])
    missing = len(numbers) - len(fine)
    if len(fine) < 2 or fine[0] == fine[-1]:
        return Breaks((), len(fine), missing)
    count, sample = max(int(count), 2), 0
    if method == "quantile":
        inner = _snapped(fine, np.quantile(fine, np.arange(1, count) / count))
    elif method == "jenks":
        inner, sample = _natural(fine, count)
    elif method == "deviation":
        middle, width = float(fine.mean()), float(fine.std(ddof=1))
        inner = _rounded([middle + (n - (count - 2) / 2) * width for n in range(count - 1)], width)
    elif method == "pretty":
        return Breaks(_pretty(float(fine[0]), float(fine[-1]), count), len(fine), missing)
    else:
        low, width = float(fine[0]), float(fine[-1] - fine[0]) / count
        inner = _rounded([low + n * width for n in range(1, count)], width)
    inside = sorted({float(e) for e in inner if fine[0] < e <= fine[-1]})
    return Breaks((float(fine[0]), *inside, float(fine[-1])), len(fine), missing, sample)


def tidy(low: float, high: float) -> float:
    """Give a number with few digits that lies above ``low`` and not above ``high``."""
    gap = high - low
    if not gap > 0:
        return high
    first = max(0, -int(np.floor(np.log10(gap))) - 1)
    for digits in range(first, first + 4):
        found = float(np.floor(round(high * 10.0**digits, 6)) / 10.0**digits)
        if low < found <= high:
            return float(np.round(found, digits))
    return high


def _snapped(fine: NDArray[np.float64], wanted: NDArray[np.float64]) -> list[float]:
    """Move limits within the gap between two values, to numbers with few digits; the classes stay the same."""
    at = np.clip(np.searchsorted(fine, wanted, side="left"), 1, len(fine) - 1)
    return [tidy(float(fine[n - 1]), float(fine[n])) for n in at]


def _rounded(edges: list[float], width: float) -> list[float]:
    """Round limits to about a hundredth of a class."""
    digits = 2 - int(np.floor(np.log10(width)))
    return [round(edge, digits) for edge in edges]


def _pretty(low: float, high: float, count: int) -> tuple[float, ...]:
    """Give limits that are whole multiples of 1, 2 or 5 times a power of ten, nearest to the count."""
    power = np.floor(np.log10((high - low) / count))
    units = [unit * 10.0 ** (power + shift) for shift in (-1, 0, 1) for unit in (1.0, 2.0, 5.0)]
    numbers = [(int(np.floor(low / u + 1e-9)), int(np.ceil(high / u - 1e-9))) for u in units]
    best = min(range(len(units)), key=lambda n: (abs(numbers[n][1] - numbers[n][0] - count), units[n]))
    digits = max(0, -int(np.floor(np.log10(units[best]))))
    first, last = numbers[best]
    return tuple(round(float(n * units[best]), digits) for n in range(first, max(last, first + 1) + 1))


# ------------------------------------------------------------------ natural breaks
def _natural(fine: NDArray[np.float64], count: int) -> tuple[list[float], int]:
    values, weights = np.unique(fine, return_counts=True)
    sample = 0
    if len(values) > SAMPLE:
        taken = fine[np.linspace(0, len(fine) - 1, SAMPLE).round().astype(np.int64)]
        values, weights = np.unique(taken, return_counts=True)
        sample = SAMPLE
    starts = natural_starts(values, weights.astype(np.float64), min(count, len(values)))
    return [tidy(float(values[n - 1]), float(values[n])) for n in starts], sample


def natural_starts(values: NDArray[np.float64], weights: NDArray[np.float64], count: int) -> list[int]:
    """Give where each class but the first begins, so that the squared distances from the class means are least.

    Parameters
    ----------
    values : ndarray, float64, (n,)
        Rising, all different.
    weights : ndarray, float64, (n,)
        How often each occurs.
    count : int
        Classes, at most n.

    Notes
    -----
    Exact. Where the best last class of j values begins never moves back as j grows, so that each further class
    costs n log n: half of the answers bound those between them.
    """
    x = values - np.average(values, weights=weights)
    sums = np.zeros((3, len(x) + 1))
    sums[:, 1:] = np.cumsum([weights, weights * x, weights * x * x], axis=1)
    best = np.concatenate([[0.0], _spread(sums, np.zeros(len(x), np.int64), np.arange(1, len(x) + 1))])
    ways: list[NDArray[np.int64]] = []
    for classes in range(2, count + 1):
        best, way = _one_more(sums, best, classes)
        ways.append(way)
    starts: list[int] = []
    end = len(x)
    for way in reversed(ways):
        end = int(way[end])
        starts.append(end)
    return starts[::-1]


def _spread(sums: NDArray[np.float64], first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the squared distances from their mean of the values first to last (not included)."""
    weight, total, square = sums[:, last] - sums[:, first]
    return np.maximum(square - total * total / weight, 0.0)


def _one_more(
    sums: NDArray[np.float64], before: NDArray[np.float64], classes: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give the least spread of the first j values in so many classes, and where the last of them begins."""
    size = len(before)
    best, way = np.full(size, np.inf), np.full(size, classes - 1, np.int64)
    step = 1 << (size - 1).bit_length()
    while step:
        ends = np.arange(step, size, 2 * step)
        ends = ends[ends >= classes]
        if len(ends):
            low = np.maximum(np.where(ends - step >= classes, way[ends - step], classes - 1), classes - 1)
            known = ends + step < size
            high = np.where(known, way[np.minimum(ends + step, size - 1)], ends - 1)
            _fill(sums, before, best, way, ends, low, np.maximum(np.minimum(high, ends - 1), low))
        step //= 2
    return best, way


def _fill(
    sums: NDArray[np.float64],
    before: NDArray[np.float64],
    best: NDArray[np.float64],
    way: NDArray[np.int64],
    ends: NDArray[np.int64],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
) -> None:
    """Find the best start between low and high for each end, all at once."""
    lengths = high - low + 1
    heads = np.concatenate([[0], np.cumsum(lengths[:-1])])
    starts = np.arange(int(lengths.sum())) - np.repeat(heads - low, lengths)
    costs = before[starts] + _spread(sums, starts, np.repeat(ends, lengths))
    least = np.minimum.reduceat(costs, heads)
    hits = np.flatnonzero(costs == np.repeat(least, lengths))
    firsts = hits[np.searchsorted(hits, heads)]
    best[ends], way[ends] = least, starts[firsts]
