"""Asked: what a style needs of its source: columns, those of conditions and label expressions included; a variable."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from layers.errors import DataError
from layers.expressions import parse as parse_expression
from layers.filters.reading import parse as parse_filter
from layers.filters.terms import columns as filter_columns

if TYPE_CHECKING:
    from layers.layer import Layer
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


def shown_variable(layer: Layer, wanted: str) -> str:
    """Give the variable to show: the one the style names, else the first of the source."""
    variables = layer.description.variables if layer.description else ()
    if any(v.name == wanted for v in variables) or not variables:
        return wanted
    return variables[0].name
