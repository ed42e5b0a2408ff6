"""What every source of features can be asked beside its own: to keep what a filter keeps, to give texts flat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.filters.masks import mask
from layers.filters.reading import parse
from layers.filters.terms import And, asks_for_place, columns
from layers.filters.writing import to_text
from layers.geometry import taken_geometry
from layers.sources.columns import picked
from layers.sources.source import FeatureBlock, FeatureRequest
from layers.texts import Texts, from_list, to_arrow

if TYPE_CHECKING:
    from layers.filters.terms import Term
    from layers.sources.source import Block, DataSource, Request


def answered(source: DataSource, request: Request) -> Block:
    """Read what is asked for; a filter and flat texts are seen to here, so that no source need know them.

    Raises
    ------
    FilterInvalid
        The filter cannot be read, or does not fit the columns.
    DataError
        What the source says.
    """
    if not isinstance(request, FeatureRequest) or not (request.where or request.flat) or _asks_itself(source):
        return source.read(request)
    term = parse(request.where) if request.where else None
    block = cast("FeatureBlock", source.read(request if term is None else _wider(request, term)))
    return _formed(block if term is None else filtered(block, term, request), request)


def _asks_itself(source: DataSource) -> bool:
    """Tell whether another process answers, which comes here itself."""
    return bool(getattr(source, "answers_filters", False))


def joined(*filters: str) -> str:
    """Give the filter that keeps what all filters keep; empty ones keep everything.

    Raises
    ------
    FilterInvalid
        One of several cannot be read.
    """
    given = [text for text in filters if text.strip()]
    if len(given) < 2:
        return given[0] if given else ""
    return to_text(And(tuple(parse(text) for text in given)))


def _wider(request: FeatureRequest, term: Term) -> FeatureRequest:
    """Give the request for all that the filter must see."""
    names = request.columns
    if names is not None:
        names = tuple(dict.fromkeys((*names, *columns(term))))
    geometry = request.geometry or asks_for_place(term)
    return replace(request, where="", limit=None, columns=names, geometry=geometry, flat=True)


def filtered(block: FeatureBlock, term: Term, request: FeatureRequest | None = None) -> FeatureBlock:
    """Give the features that a filter keeps.

    Parameters
    ----------
    block : FeatureBlock
        With the columns, and the geometry, that the filter asks for.
    term : Term
    request : FeatureRequest, optional
        Whose columns, geometry and limit the answer has; None keeps all of the block.
    """
    rows = np.flatnonzero(mask(term, block.columns, len(block.ids), block.geometry))
    names: Any = block.columns
    geometry = block.geometry
    if request is not None:
        rows = rows[: request.limit]
        names = block.columns if request.columns is None else request.columns
        geometry = geometry if request.geometry else None
    whole = len(rows) == len(block.ids)
    if geometry is not None and not whole:
        geometry = taken_geometry(geometry, rows)
    return FeatureBlock(
        block.ids[rows],
        geometry,
        {name: block.columns[name] if whole else picked(block.columns[name], rows) for name in names},
    )


def _formed(block: FeatureBlock, request: FeatureRequest) -> FeatureBlock:
    """Give texts flat, or as lists, as asked."""
    if request.flat:
        formed = {name: _flat(values) for name, values in block.columns.items()}
    else:
        formed = {name: to_arrow(v).to_pylist() if isinstance(v, Texts) else v for name, v in block.columns.items()}
    return replace(block, columns=formed)


def _flat(values: Any) -> Any:
    if isinstance(values, np.ndarray | Texts):
        return cast("Any", values)
    held = cast("list[Any]", values)
    some = next((item for item in held if item is not None), "")
    return from_list(held) if isinstance(some, str) else held
