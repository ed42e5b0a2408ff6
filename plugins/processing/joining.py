"""Columns of one layer brought to another: by a common key, or by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.api import tr
from layers.errors import ParameterInvalid
from layers.sources.source import Column, FeatureRequest
from plugins.processing.groups import codes_of
from plugins.processing.names import added
from plugins.processing.overlay import made, taken
from plugins.processing.pairs import GEOS, Features, both, features_of, meeting
from plugins.processing.shapes import column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job
    from layers.sources.source import FeatureBlock
    from layers.vector import VectorLayer

END = 0.8


def joined_by_key(
    a: VectorLayer, b: VectorLayer, a_key: str, b_key: str, *, several: bool, inner: bool, job: Job
) -> VectorLayer:
    """Give the features of a with the columns of the rows of b that have the same key."""
    if not a_key:
        raise ParameterInvalid(
            "No key is named.",
            where="--a-key",
            remedy="Name the column of A that holds it, or join by place with --by.",
        )
    job.progress(0.0, tr("Reading"))
    left = features_of(a, job)
    right = Features(b, cast("FeatureBlock", b.read(FeatureRequest(b.key, geometry=False))), np.zeros(0, object))
    keys_a, keys_b = column(left, a_key, "--a-key"), column(right, b_key or a_key, "--b-key")
    # Numbers and their text are the same key: tables often keep codes as text.
    words = [_words(keys_a), _words(keys_b)]
    codes = codes_of([*words[0], *words[1]])
    job.progress(0.4)
    pairs = _same(codes[: len(words[0])], codes[len(words[0]) :])
    return _joined(left, right, pairs, several=several, inner=inner, job=job)


def _words(values: Any) -> list[str | None]:
    """Give keys as text without spaces around; whole numbers without a fraction."""
    found: list[str | None] = []
    for value in values.tolist() if isinstance(values, np.ndarray) else values:
        if value is None or value != value or value == "":
            found.append(None)
        elif isinstance(value, float) and value.is_integer():
            found.append(str(int(value)))
        else:
            found.append(str(value).strip())
    return found


def _same(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give pairs of rows with the same code, (2, pairs), sorted; rows without a code have none."""
    order = np.argsort(b, kind="stable")
    low, high = np.searchsorted(b[order], a, "left"), np.searchsorted(b[order], a, "right")
    counts = np.where(a >= 0, high - low, 0)
    rows = np.repeat(np.arange(len(a)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.vstack([rows, order[np.repeat(low, counts) + within]])


def joined_by_place(
    a: VectorLayer, b: VectorLayer, relation: str, *, several: bool, inner: bool, job: Job
) -> VectorLayer:
    """Give the features of a with the columns of the features of b that they meet, lie within or are nearest to."""
    job.progress(0.0, tr("Reading"))
    left, right = both(a, b, job)
    extra: dict[str, Any] = {}
    if relation == "nearest":
        tree = GEOS.STRtree(right.shapes)
        pairs, far = tree.query_nearest(left.shapes, return_distance=True, all_matches=several)
        job.progress(0.5)
        extra = {"distance": far}
    else:
        pairs = meeting(left.shapes, right.shapes, job, 0.5, relation)
    return _joined(left, right, pairs, several=several, inner=inner, job=job, extra=extra)


def _joined(
    left: Features,
    right: Features,
    pairs: NDArray[Any],
    *,
    several: bool,
    inner: bool,
    job: Job,
    extra: dict[str, Any] | None = None,
) -> VectorLayer:
    if not several:
        first = np.unique(pairs[0], return_index=True)[1]
        more = pairs.shape[1] - len(first)
        pairs = pairs[:, first]
        extra = {name: values[first] for name, values in (extra or {}).items()}
        if more:
            job.warn("{count} further partners were not joined; the first of each feature is.", count=more)
    alone = np.setdiff1d(np.arange(len(left.shapes)), pairs[0])
    if len(alone):
        job.warn("{count} features found no partner.", count=len(alone))
    alone = alone[:0] if inner else alone
    rows = np.concatenate([pairs[0], alone])
    partners = np.concatenate([pairs[1], np.full(len(alone), -1)])
    order = np.argsort(rows, kind="stable")
    columns, described = added(taken(left, rows[order]), left.columns, taken(right, partners[order]), right.columns)
    for name, values in (extra or {}).items():
        filled = np.concatenate([values, np.full(len(alone), np.nan)])[order]
        columns, described = added(columns, described, {name: filled}, (Column(name, "float"),))
    job.progress(END)
    return made(left, left.shapes[rows[order]], columns, described)
