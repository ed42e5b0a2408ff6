"""Rows with the same values, and figures of columns over such groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.sources.columns import picked
from plugins.processing.names import array_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def codes_of(values: Any) -> NDArray[np.int64]:
    """Give a number for each value, the same for the same values, in order of the values; -1 = no value."""
    array = array_of(values)
    if array is not None and array.dtype.kind in "iubfM":
        missing = np.isnan(array) if array.dtype.kind == "f" else np.zeros(len(array), np.bool_)
        missing = np.isnat(array) if array.dtype.kind == "M" else missing
        codes = np.unique(array, return_inverse=True)[1]
        return np.where(missing, -1, np.ravel(codes)).astype(np.int64)
    words = ["" if value is None else f"{type(value).__name__} {value}" for value in values]
    codes = np.unique(np.array(words, np.str_), return_inverse=True)[1]
    gaps = np.array([value is None for value in values], np.bool_)
    return np.where(gaps, -1, np.ravel(codes)).astype(np.int64)


def groups_of(keys: Sequence[Any], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the group of each row, and the first row of each group; without keys all rows are one group."""
    if not keys:
        return np.zeros(count, np.int64), np.zeros(min(count, 1), np.int64)
    codes = np.column_stack([codes_of(values) for values in keys])
    _, first, owner = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    return np.ravel(owner).astype(np.int64), first.astype(np.int64)


def agreed(values: Any, owner: NDArray[np.int64], first: NDArray[np.int64]) -> Any:
    """Give the value of each group where all its rows have the same one, else none."""
    from plugins.processing.overlay import emptied

    codes = codes_of(values)
    differs = np.zeros(len(first), np.bool_)
    np.logical_or.at(differs, owner, codes != codes[first][owner])
    return emptied(picked(values, first), differs) if differs.any() else picked(values, first)
