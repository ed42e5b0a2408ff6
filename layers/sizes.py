"""Sizes and turns of point symbols from the numbers of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.style import SizeBy, Symbol


def numbers_of(values: Any) -> NDArray[np.float64]:
    """Give a column's entries as numbers; NaN = missing, or no number.

    Parameters
    ----------
    values : ndarray or list
        As a ``FeatureBlock`` holds them.
    """
    held: NDArray[Any] = np.asarray(values)
    if held.dtype.kind in "iufb":
        return held.astype(np.float64)
    return np.array([_number(value) for value in values], np.float64)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan


def sizes(by: SizeBy, values: Any) -> NDArray[np.float64]:
    """Give the size of each symbol, logical px.

    Parameters
    ----------
    by : SizeBy
        Values beyond its ends get the nearer end; missing ones its smallest size.
    values : ndarray or list
        One entry per feature.
    """
    span = by.maximum - by.minimum
    share = (numbers_of(values) - by.minimum) / span if span != 0 else np.zeros(len(values))
    share = np.clip(np.nan_to_num(share, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    if by.proportion == "diameter":
        return by.smallest + share * (by.largest - by.smallest)
    return np.sqrt(by.smallest**2 + share * (by.largest**2 - by.smallest**2))


def turns(symbol: Symbol, values: Any) -> NDArray[np.float64]:
    """Give how far each symbol is turned, degrees clockwise; a missing number counts 0."""
    return (symbol.rotation + np.nan_to_num(numbers_of(values), nan=0.0, posinf=0.0, neginf=0.0)) % 360.0


def value_at(by: SizeBy, size: float) -> float:
    """Give the value that a symbol of a size, logical px, stands for; the ends for sizes beyond them."""
    low, high = (by.smallest, by.largest) if by.proportion == "diameter" else (by.smallest**2, by.largest**2)
    measure = size if by.proportion == "diameter" else size**2
    share = min(max((measure - low) / (high - low), 0.0), 1.0) if high != low else 0.0
    return by.minimum + share * (by.maximum - by.minimum)
