"""Rows: the features of a layer that a table or an atlas names, filtered and sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np

from app.core.language import N_
from app.views.map2d.scratch import scratch_block
from layers.errors import FilterInvalid, ParameterInvalid
from layers.sources.source import FeatureBlock, FeatureRequest
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.layer import Layer
    from layers.sources.source import Block, Request


class Reads(Protocol):
    """What answers a request and waits for it."""

    def read_now(self, layer: Layer, request: Request) -> Block:
        """Give the block."""
        ...


class HoldsLayers(Protocol):
    """A document."""

    layers: list[Layer]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Features of a layer.

    Parameters
    ----------
    layer : VectorLayer
    block : FeatureBlock
        As read, with geometry where it was asked for.
    columns : dict
        Columns wished, in their order.
    titles : list of str
    order : ndarray, int64
        Places in the block of the rows wished, in their order.
    """

    layer: VectorLayer
    block: FeatureBlock
    columns: dict[str, Any]
    titles: list[str]
    order: NDArray[np.int64]


def layer_named(document: HoldsLayers, word: str) -> VectorLayer:
    """Find a layer of features by its id or name.

    Raises
    ------
    ParameterInvalid
        There is none.
    """
    able = [layer for layer in document.layers if isinstance(layer, VectorLayer)]
    for layer in able:
        if word in (layer.id, layer.name) or (word and word == layer.key):
            return layer
    raise ParameterInvalid(
        "There is no layer of features named {name}.",
        where=word,
        remedy="Layers here: {names}." if able else N_("Open a layer of features first."),
        name=word or "–",
        names=", ".join(layer.name for layer in able[:30]),
    )


def rows_of(
    document: HoldsLayers,
    reading: Reads,
    word: str,
    where: str = "",
    sort: str = "",
    wished: Sequence[str] = (),
    *,
    geometry: bool = False,
) -> Rows:
    """Read the rows of a layer.

    Parameters
    ----------
    word : str
        Id or name of the layer.
    where : str
        CQL2 text; empty = every row.
    sort : str
        Column; a minus before it sorts downwards.
    wished : sequence of str
        Columns; empty = all.

    Raises
    ------
    ParameterInvalid
        There is no such layer or column, or the filter is not understood.
    HaitangError
        The layer cannot be read.
    """
    layer = layer_named(document, word)
    block = _block(layer, reading, geometry=geometry)
    column = sort.lstrip("-")
    _check([*wished, *([column] if column else [])], block, layer)
    names = list(wished) or list(block.columns)
    titles = {c.name: c.title or c.name for c in (layer.description.columns if layer.description else ())}
    kept = np.flatnonzero(_mask(where, block, layer))
    if column:
        kept = kept[_sorted(block.columns[column], kept, downwards=sort.startswith("-"))]
    columns = {name: block.columns[name] for name in names}
    return Rows(layer, block, columns, [titles.get(name, name) for name in names], kept)


def _block(layer: VectorLayer, reading: Reads, *, geometry: bool) -> FeatureBlock:
    if layer.is_scratch:
        names = dict.fromkeys(name for one in layer.features.values() for name in one.get("properties", {}))
        return scratch_block(layer.features, tuple(names), layer.filter)
    return cast("FeatureBlock", reading.read_now(layer, FeatureRequest(layer.key, None, None, geometry=geometry)))


def _check(names: Sequence[str], block: FeatureBlock, layer: Layer) -> None:
    missing = [name for name in names if name not in block.columns]
    if missing:
        raise ParameterInvalid(
            "The layer {layer} has no column {name}.",
            where=layer.name,
            remedy="Columns here: {names}.",
            layer=layer.name,
            name=", ".join(missing),
            names=", ".join(list(block.columns)[:40]),
        )


def _mask(where: str, block: FeatureBlock, layer: Layer) -> NDArray[np.bool_]:
    """Tell which rows a filter holds for."""
    if not where.strip():
        return np.ones(len(block.ids), np.bool_)
    from layers.filters.known import parse_for
    from layers.filters.masks import mask

    try:
        return mask(parse_for(where.strip(), block.columns), block.columns, len(block.ids), block.geometry)
    except FilterInvalid as error:
        remedy = error.remedy_template
        raise ParameterInvalid(error.template, where=layer.name, remedy=remedy, **error.fields) from error


def _sorted(values: Any, kept: NDArray[np.int64], *, downwards: bool) -> NDArray[np.intp]:
    """Give the order of rows by a column; missing values come last."""
    chosen = [values[int(n)] for n in kept]
    missing = np.array([value is None or value != value for value in chosen], bool)
    texts = any(isinstance(value, str) for value in chosen)
    keys = ["" if m else str(v) for v, m in zip(chosen, missing, strict=True)] if texts else None
    if keys is not None:
        _, ranks = np.unique(np.array(keys, object).astype(str), return_inverse=True)
    else:
        numbers = np.array([0.0 if m else float(v) for v, m in zip(chosen, missing, strict=True)])
        _, ranks = np.unique(numbers, return_inverse=True)
    ranks = -ranks if downwards else ranks
    return np.lexsort((np.arange(len(kept)), ranks, missing))
