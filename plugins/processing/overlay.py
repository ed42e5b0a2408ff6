"""Overlays of two layers: intersection, union, difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.api import tr
from layers.errors import DataError
from layers.shapes import to_geometry
from layers.sources.columns import picked
from layers.sources.memory import vector_source
from layers.sources.source import Column, FeatureBlock
from layers.vector import VectorLayer
from plugins.processing.names import added, array_of
from plugins.processing.pairs import GEOS, Features, both, common, meeting, without

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job

FOUND, CUT, END = 0.3, 0.7, 0.8
"""Shares of a job: pairs found, pairs cut, all put together."""


def made(a: Features, shapes: NDArray[Any], columns: dict[str, Any], described: tuple[Column, ...]) -> VectorLayer:
    """Give features as a layer with the name, system and datum of a layer.

    Raises
    ------
    DataError
        There are none.
    """
    if not len(shapes):
        raise DataError(
            "The result has no features.", where=a.layer.source, remedy="Check that the layers meet and what they hold."
        )
    held = vector_source(
        FeatureBlock(np.arange(len(shapes)), to_geometry(shapes), columns),
        described,
        crs=a.layer.crs,
        vdatum=a.layer.vdatum,
        title=a.layer.name,
    )
    return VectorLayer(name=a.layer.name, source="memory:").attach(held, held.layer)


def taken(features: Features, rows: NDArray[np.int64]) -> dict[str, Any]:
    """Give all columns of some features; row -1 has no values."""
    gaps = rows < 0
    columns = {name: picked(values, np.maximum(rows, 0)) for name, values in features.block.columns.items()}
    return {name: emptied(values, gaps) for name, values in columns.items()} if gaps.any() else columns


def emptied(values: Any, gaps: NDArray[np.bool_]) -> Any:
    """Take values away where there are gaps: NaN, NaT or None."""
    array = array_of(values)
    if array is not None and array.dtype.kind in "fM":
        array[gaps] = "NaT" if array.dtype.kind == "M" else np.nan
        return array
    plain = array.tolist() if array is not None else values
    return [None if gap else value for value, gap in zip(plain, gaps.tolist(), strict=True)]


def intersected(first: VectorLayer, second: VectorLayer, job: Job) -> VectorLayer:
    """Give what two layers have in common, with the columns of both."""
    job.progress(0.0, tr("Reading"))
    a, b = both(first, second, job)
    shapes, pairs = _cut(a, b, job)
    columns, described = added(taken(a, pairs[0]), a.columns, taken(b, pairs[1]), b.columns)
    return made(a, shapes, columns, described)


def _cut(a: Features, b: Features, job: Job) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give the common parts of two layers, and the pairs of features they come from."""
    # The larger shapes ask: a question is prepared once, and answered for many.
    dimension = min(a.dimension, b.dimension)
    if GEOS.get_num_coordinates(a.shapes).mean() < GEOS.get_num_coordinates(b.shapes).mean():
        pairs = meeting(b.shapes, a.shapes, job, FOUND)[::-1]
        cut = common(a.shapes, b.shapes, pairs, dimension, job, CUT)
    else:
        pairs = meeting(a.shapes, b.shapes, job, FOUND)
        cut = common(b.shapes, a.shapes, pairs[::-1], dimension, job, CUT)
    order = np.lexsort((pairs[1], pairs[0]))
    pairs, cut = pairs[:, order], cut[order]
    kept = ~GEOS.is_empty(cut)
    return cut[kept], pairs[:, kept]


def differing(first: VectorLayer, second: VectorLayer, job: Job) -> VectorLayer:
    """Give what of the first layer lies outside the second, with its own columns."""
    job.progress(0.0, tr("Reading"))
    a, b = both(first, second, job)
    left = without(a.shapes, b.shapes, meeting(a.shapes, b.shapes, job, FOUND), job, END)
    rows = np.flatnonzero(~GEOS.is_empty(left))
    return made(a, left[rows], taken(a, rows), a.columns)


def united(first: VectorLayer, second: VectorLayer, job: Job) -> VectorLayer:
    """Give all parts of two layers: common ones, and those of one only; columns of both, empty where there is none."""
    job.progress(0.0, tr("Reading"))
    a, b = both(first, second, job)
    shapes, pairs = _cut(a, b, job)
    only_a = without(a.shapes, b.shapes, meeting(a.shapes, b.shapes, job, 0.72), job, 0.76)
    only_b = without(b.shapes, a.shapes, meeting(b.shapes, a.shapes, job, 0.78), job, END)
    rows_a, rows_b = np.flatnonzero(~GEOS.is_empty(only_a)), np.flatnonzero(~GEOS.is_empty(only_b))
    none_a, none_b = np.full(len(rows_b), -1), np.full(len(rows_a), -1)
    columns, described = added(
        taken(a, np.concatenate([pairs[0], rows_a, none_a])),
        a.columns,
        taken(b, np.concatenate([pairs[1], none_b, rows_b])),
        b.columns,
    )
    return made(a, np.concatenate([shapes, only_a[rows_a], only_b[rows_b]]), columns, described)
