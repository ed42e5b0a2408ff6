"""The range of many values that come block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.sources.source import Statistics

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

SAMPLE = 4_000_000
"""Most values kept for the percentiles; up to here they are exact."""


def statistics(blocks: Iterable[NDArray[Any]]) -> Statistics:
    """Give minimum, maximum, mean, percentiles 2 and 98 and the share of missing values.

    Parameters
    ----------
    blocks : iterable of ndarray
        Values of any shape; what is not finite counts as missing.

    Returns
    -------
    Statistics
        NaN where there is no value. Percentiles come from every n-th value where there are more than ``SAMPLE``.
    """
    low, high, total, count, seen = np.inf, -np.inf, 0.0, 0, 0
    kept: list[NDArray[Any]] = []
    held, stride = 0, 1
    for block in blocks:
        flat = np.ravel(block)
        fine = flat[np.isfinite(flat)]
        seen += flat.size
        if not fine.size:
            continue
        low, high = min(low, float(fine.min())), max(high, float(fine.max()))
        total += float(fine.sum(dtype=np.float64))
        count += fine.size
        kept.append(fine[::stride])
        held += kept[-1].size
        if held > SAMPLE:
            kept, stride = [np.concatenate(kept)[::2]], stride * 2
            held = kept[0].size
    if not count:
        nothing = float("nan")
        return Statistics(nothing, nothing, nothing, nothing, nothing, 1.0)
    p2, p98 = np.percentile(np.concatenate(kept), (2, 98))
    return Statistics(low, high, total / count, float(p2), float(p98), 1.0 - count / seen)
