"""Filters asked of the columns that a layer has: one that asks for another column is refused before it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.errors import FilterInvalid
from layers.filters.reading import parse
from layers.filters.terms import columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from layers.filters.terms import Term

MOST_NAMED = 40
"""Columns that a sentence names."""


def parse_for(text: str, names: Iterable[str], where: str = "") -> Term:
    """Read a filter that is asked of these columns.

    Parameters
    ----------
    text : str
        CQL2 text.
    names : iterable of str
        The columns there are; none = not known, every column then passes.
    where : str
        The layer or file, for the error.

    Raises
    ------
    FilterInvalid
        The filter cannot be read, or asks for a column that is not there; the error names it and those there are.
    """
    term = parse(text)
    there = list(names)
    strange = next((name for name in columns(term) if name not in there), None) if there else None
    if strange is not None:
        raise FilterInvalid(
            "The layer has no column {column}.",
            where=where,
            remedy="Its columns are: {known}.",
            column=strange,
            known=", ".join(there[:MOST_NAMED]) + (" …" if len(there) > MOST_NAMED else ""),
        )
    return term
