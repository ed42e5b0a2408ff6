"""Which features of two layers meet, and what they have in common; by several threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from layers.errors import DataError
from layers.raster_output import in_order
from layers.shapes import to_shapes
from layers.sources.sharing import THREADS
from layers.sources.source import FeatureBlock, FeatureRequest
from plugins.processing.repair import repaired, same_dimension
from plugins.processing.reproject import brought, known_crs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from app.api import Job
    from layers.sources.source import Column
    from layers.vector import VectorLayer

GEOS = cast("Any", shapely)
ASKED = 500
"""Features whose partners are looked for at once."""
CUT = 2_000
"""Pairs that are cut at once: between two such groups a run can be cancelled."""


@dataclass(frozen=True)
class Features:
    """Features of a layer, ready to be overlaid.

    Parameters
    ----------
    layer : VectorLayer
    block : FeatureBlock
    shapes : ndarray of shapely geometries, (features,)
        Valid, in the reference system of the work.
    """

    layer: VectorLayer
    block: FeatureBlock
    shapes: NDArray[Any]

    @property
    def columns(self) -> tuple[Column, ...]:
        """What the layer says of its columns."""
        return self.layer.described().columns

    @property
    def dimension(self) -> int:
        """Largest dimension of the shapes: 0, 1 or 2."""
        return int(GEOS.get_dimensions(self.shapes).max(initial=0))


def features_of(layer: VectorLayer, job: Job, crs: str | None = None) -> Features:
    """Read all features of a layer; shapes are repaired, and brought to a system where one is named.

    Raises
    ------
    DataError
        The layer has no geometry.
    """
    block = cast("FeatureBlock", layer.read(FeatureRequest(layer.key)))
    if block.geometry is None:
        raise DataError("The layer has no geometry.", where=layer.source, remedy="Choose a layer of features.")
    shapes = repaired(to_shapes(block.geometry), job)
    if crs is not None and layer.crs != crs:
        shapes = brought(shapes, layer, crs, job)
    return Features(layer, block, shapes)


def both(a: VectorLayer, b: VectorLayer, job: Job) -> tuple[Features, Features]:
    """Read two layers in the system of the first.

    Raises
    ------
    CrsMissing
        Only one of them names its reference system.
    """
    if a.crs is None and b.crs is None:
        job.warn("Neither layer says its reference system; both are taken to be in the same.")
        return features_of(a, job), features_of(b, job)
    known_crs(b)
    return features_of(a, job), features_of(b, job, known_crs(a))


def meeting(a: NDArray[Any], b: NDArray[Any], job: Job, share: float, predicate: str = "intersects") -> NDArray[Any]:
    """Give pairs of shapes of ``a`` and ``b`` of which a predicate is true, (2, pairs), sorted by the first.

    Parameters
    ----------
    share : float
        Share of the job that is done when all are found.
    """
    if not len(a) or not len(b):
        return np.zeros((2, 0), np.int64)
    begin = job.share
    tree = GEOS.STRtree(b)
    # The tree is built by the first question, which must not be asked by two threads at once.
    tree.query(shapely.Point(0, 0))
    parts = [np.arange(i, min(i + ASKED, len(a))) for i in range(0, len(a), ASKED)]

    def one(part: NDArray[np.int64]) -> NDArray[Any]:
        found = tree.query(a[part], predicate=predicate)
        return np.vstack([part[found[0]], found[1]])

    found: list[NDArray[Any]] = []
    for done, pairs in enumerate(in_order(one, parts, THREADS), 1):
        found.append(pairs)
        job.progress(begin + (share - begin) * done / len(parts))
    pairs = np.hstack(found)
    return pairs[:, np.lexsort((pairs[1], pairs[0]))]


def common(a: NDArray[Any], b: NDArray[Any], pairs: NDArray[Any], dimension: int, job: Job, share: float) -> Any:
    """Give what the shapes of each pair have in common, of a dimension; empty points where that is nothing.

    A shape that lies wholly inside its partner needs no cutting.

    Parameters
    ----------
    pairs : ndarray, int64, (2, pairs)
        Best sorted by the second, whose shapes are prepared.
    """
    begin = job.share
    result = np.full(pairs.shape[1], shapely.Point(), object)
    parts = _groups(pairs[1])

    def one(part: slice) -> NDArray[Any]:
        left, right = a[pairs[0, part]], b[pairs[1, part]]
        # A prepared shape belongs to one thread: what it prepares grows while it is asked.
        mine = b[np.unique(pairs[1, part])]
        GEOS.prepare(mine)
        inside = GEOS.contains_properly(right, left)
        GEOS.destroy_prepared(mine)
        around = ~inside & _is_within_box(right, left)
        around[around] = GEOS.contains_properly(left[around], right[around])
        cut = np.where(inside, left, right)
        rest = ~(inside | around)
        cut[rest] = GEOS.intersection(left[rest], right[rest])
        return same_dimension(cut, dimension)

    for part, cut in zip(parts, in_order(one, parts, THREADS), strict=True):
        result[part] = cut
        job.progress(begin + (share - begin) * part.stop / pairs.shape[1])
    return result


def _groups(owners: NDArray[np.int64]) -> list[slice]:
    """Cut pairs into groups so that no owner of theirs is in two of them."""
    ends = np.flatnonzero(np.diff(owners, append=-1)) + 1
    groups: list[slice] = []
    start = 0
    while start < len(owners):
        stop = int(ends[min(np.searchsorted(ends, start + CUT), len(ends) - 1)])
        groups.append(slice(start, stop))
        start = stop
    return groups


def _is_within_box(inner: NDArray[Any], outer: NDArray[Any]) -> NDArray[np.bool_]:
    a, b = GEOS.bounds(inner), GEOS.bounds(outer)
    return np.asarray((a[:, :2] > b[:, :2]).all(axis=1) & (a[:, 2:] < b[:, 2:]).all(axis=1), np.bool_)


def without(a: NDArray[Any], b: NDArray[Any], pairs: NDArray[Any], job: Job, share: float) -> NDArray[Any]:
    """Give what is left of each shape of ``a`` when its partners are taken away.

    Parameters
    ----------
    pairs : ndarray, int64, (2, pairs)
        Sorted by the first.
    """
    begin = job.share
    left = a.copy()
    owners, starts = np.unique(pairs[0], return_index=True)
    ends = np.append(starts[1:], pairs.shape[1])
    groups = [slice(i, min(i + ASKED, len(owners))) for i in range(0, len(owners), ASKED)]

    def one(group: slice) -> NDArray[Any]:
        places = range(group.start, group.stop)
        away = [b[pairs[1, starts[i] : ends[i]]] for i in places]
        joined = np.array([one[0] if len(one) == 1 else GEOS.union_all(one) for one in away], object)
        shapes = a[owners[group]]
        return same_dimension(GEOS.difference(shapes, joined), GEOS.get_dimensions(shapes))

    for group, rest in zip(groups, in_order(one, groups, THREADS), strict=True):
        left[owners[group]] = rest
        job.progress(begin + (share - begin) * group.stop / len(owners))
    return left


def each(function: Callable[[NDArray[Any]], NDArray[Any]], shapes: NDArray[Any], job: Job, share: float) -> Any:
    """Give ``function(shapes)``, worked out in groups by several threads."""
    begin = job.share
    parts = [slice(i, min(i + CUT, len(shapes))) for i in range(0, len(shapes), CUT)]
    result = np.full(len(shapes), shapely.Point(), object)
    for part, made in zip(parts, in_order(lambda p: function(shapes[p]), parts, THREADS), strict=True):
        result[part] = made
        job.progress(begin + (share - begin) * part.stop / max(len(shapes), 1))
    return result
