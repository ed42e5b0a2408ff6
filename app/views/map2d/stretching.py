"""Stretching: which values the colours of a raster span, from what the view shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 200_000
"""Values looked at, taken evenly."""


def stretched(values: NDArray[np.float32], by: str) -> tuple[float, float] | None:
    """Give the ends of a stretch; None where there are not two different values.

    Parameters
    ----------
    values : ndarray, float32
        NaN = unknown.
    by : str
        ``minmax``: smallest and largest; ``percentile``: 2 % and 98 %; ``deviation``: two standard deviations on
        either side of the mean, within the data.
    """
    flat = values.ravel()
    fine = flat[:: max(1, flat.size // MOST)]
    fine = fine[np.isfinite(fine)].astype(np.float64)
    if not fine.size:
        return None
    low, high = float(fine.min()), float(fine.max())
    if by == "percentile":
        low, high = (float(v) for v in np.percentile(fine, (2, 98)))
    elif by == "deviation":
        middle, reach = float(fine.mean()), 2 * float(fine.std())
        low, high = max(low, middle - reach), min(high, middle + reach)
    return (low, high) if high > low else None


def index_of(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give (first - second) / (first + second), -1 to 1 for positive values; NaN where the sum is 0 or unknown."""
    total = first + second
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total != 0, (first - second) / total, np.nan).astype(np.float32)
