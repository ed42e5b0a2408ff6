"""Conditions on time: moments, days and intervals as spans of microseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import FilterInvalid
from layers.filters import terms
from layers.filters.moments import read_day, read_instant
from layers.filters.values import Rows, Values, values
from layers.filters.writing import to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.filters.terms import Term

_FIRST, _LAST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_RELATIONS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "T_AFTER": lambda a0, a1, b0, b1: a0 > b1,
    "T_BEFORE": lambda a0, a1, b0, b1: a1 < b0,
    "T_DURING": lambda a0, a1, b0, b1: (a0 > b0) & (a1 < b1),
    "T_CONTAINS": lambda a0, a1, b0, b1: (a0 < b0) & (a1 > b1),
    "T_EQUALS": lambda a0, a1, b0, b1: (a0 == b0) & (a1 == b1),
    "T_INTERSECTS": lambda a0, a1, b0, b1: (a0 <= b1) & (a1 >= b0),
    "T_DISJOINT": lambda a0, a1, b0, b1: (a0 > b1) | (a1 < b0),
}


def related(term: terms.Temporal, rows: Rows) -> tuple[Any, Any]:
    """Give where a condition on time holds, and where it is unknown.

    An interval runs from the start of its first to the end of its last day; during means inside without its ends.

    References
    ----------
    OGC 21-065r2, 8.3 Temporal functions.
    """
    a, b = _span(term.left, rows), _span(term.right, rows)
    unknown = a.missing | b.missing if a.missing is not False or b.missing is not False else False
    return _RELATIONS[term.relation](*a.data, *b.data), unknown


def _span(term: Term, rows: Rows) -> Values:
    if not isinstance(term, terms.Interval):
        return _moment(term, rows)
    start = _moment(term.start, rows) if term.start else Values("time", (np.array(_FIRST),) * 2, False)
    end = _moment(term.end, rows) if term.end else Values("time", (np.array(_LAST),) * 2, False)
    return Values("time", (start.data[0], end.data[1]), start.missing | end.missing)


def _moment(term: Term, rows: Rows) -> Values:
    found = values(term, rows)
    if found.kind != "time":
        raise FilterInvalid("{term} holds no moments.", remedy="Choose a column of dates or times.", term=to_text(term))
    return found


def read_moment(text: terms.Text) -> Values:
    """Give a text beside a column of moments as the moment it is.

    Raises
    ------
    FilterInvalid
        It is none.
    """
    found = read_instant(text.value) if "T" in text.value.upper() else read_day(text.value)
    if found is None:
        raise FilterInvalid(
            "{found} is no moment, and the column it is compared with holds moments.",
            remedy="Write days as '2024-07-01' and moments with their zone: '2024-07-01T08:00:00Z' or '…+08:00'.",
            found=to_text(text),
        )
    return values(terms.Moment(found), Rows(0, {}))
