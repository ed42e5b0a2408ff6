"""The range of many values that come block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.sources.source import Statistics

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from layers.sources.source import Topology

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


def place_areas(mesh: Topology, location: str) -> NDArray[np.float64]:
    """Give the area of each face, or for ``node`` each node's share of the faces around it, in squared map units."""
    from layers.sources.connectivity import Faces, signed_areas

    areas = np.abs(signed_areas(mesh.node_x, mesh.node_y, Faces(mesh.face_offsets, mesh.face_nodes)))
    if location == "face":
        return areas
    corners = np.diff(mesh.face_offsets)
    shares = np.repeat(areas / np.maximum(corners, 1), corners)
    return np.bincount(mesh.face_nodes, weights=shares, minlength=len(mesh.node_x)).astype(np.float64)


def area_quantiles(values: NDArray[np.float32], areas: NDArray[np.float64], beyond: float) -> tuple[float, float]:
    """Give the two values that a share of the area lies below and above; NaN where there is no value or no area."""
    fine = np.isfinite(values) & np.isfinite(areas)
    values, areas = values[fine], areas[fine]
    if not areas.sum() > 0:
        return np.nan, np.nan
    order = np.argsort(values)
    shares = np.cumsum(areas[order]) / areas.sum()
    places = np.searchsorted(shares, (beyond, 1.0 - beyond)).clip(0, len(order) - 1)
    low, high = values[order[places]]
    return float(low), float(high)
