"""Asked: the columns that a style needs, those of its conditions and label expressions included."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from layers.errors import DataError
from layers.expressions import parse as parse_expression
from layers.filters.reading import parse as parse_filter
from layers.filters.terms import columns as filter_columns

if TYPE_CHECKING:
    from layers.style import VectorStyle


def asked_columns(style: VectorStyle) -> tuple[str, ...]:
    """Give the columns that drawing a style takes values from, sorted."""
    found = set(style.columns)
    if style.kind == "rules":
        found.update(*(columns_of_filter(rule.filter) for rule in style.rules))
    found.update(columns_of_expression(style.label_style.expression))
    return tuple(sorted(found))


@lru_cache(maxsize=512)
def columns_of_filter(text: str) -> tuple[str, ...]:
    """Give the columns that a condition asks for; none where it cannot be read."""
    if not text.strip():
        return ()
    try:
        return filter_columns(parse_filter(text))
    except DataError:
        return ()


@lru_cache(maxsize=512)
def columns_of_expression(text: str) -> tuple[str, ...]:
    """Give the columns that a label's expression asks for; none where it cannot be read."""
    if not text.strip():
        return ()
    try:
        return parse_expression(text).columns
    except DataError:
        return ()
