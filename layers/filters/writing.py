"""A filter as CQL2 text; reading it again gives the same filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.filters import terms
from layers.filters.tokens import is_plain

if TYPE_CHECKING:
    from layers.filters.terms import Term

_LEVEL = {"OR": 1, "AND": 2, "NOT": 3, "is": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "DIV": 6, "^": 7}
_OPERAND = 8


def to_text(term: Term) -> str:
    """Give the CQL2 text of a filter."""
    return _written(term)[0]


def quoted_name(name: str) -> str:
    """Give a column's name as it is written in a filter."""
    return name if is_plain(name) else '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """Give a text as it is written in a filter."""
    return "'" + text.replace("'", "''") + "'"


def _at_least(term: Term, level: int) -> str:
    text, own = _written(term)
    return text if own >= level else f"({text})"


def _written(term: Term) -> tuple[str, int]:
    """Give the text of a term and how tightly it holds together."""
    match term:
        case terms.And(parts):
            return " AND ".join(_at_least(p, _LEVEL["NOT"]) for p in parts), _LEVEL["AND"]
        case terms.Or(parts):
            return " OR ".join(_at_least(p, _LEVEL["AND"]) for p in parts), _LEVEL["OR"]
        case terms.Not(part):
            return f"NOT {_at_least(part, _LEVEL['NOT'])}", _LEVEL["NOT"]
        case terms.Arithmetic(sign, left, right):
            level = _LEVEL[sign]
            first = _at_least(left, _OPERAND if sign == "^" else level)
            return f"{first} {sign} {_at_least(right, level + 1)}", level
        case terms.Comparison() | terms.Like() | terms.Between() | terms.In() | terms.IsNull():
            return _condition(term), _LEVEL["is"]
        case terms.Spatial(relation, left, right) | terms.Temporal(relation, left, right):
            return f"{relation}({_value(left)}, {_value(right)})", _OPERAND
        case _:
            return _operand(term), _OPERAND


def _value(term: Term) -> str:
    return _at_least(term, _LEVEL["+"])


def _condition(term: Term) -> str:
    negated = "NOT " if getattr(term, "negated", False) else ""
    match term:
        case terms.Comparison(sign, left, right):
            return f"{_value(left)} {sign} {_value(right)}"
        case terms.Like(value, pattern):
            return f"{_value(value)} {negated}LIKE {_value(pattern)}"
        case terms.Between(value, low, high):
            return f"{_value(value)} {negated}BETWEEN {_value(low)} AND {_value(high)}"
        case terms.In(value, options):
            return f"{_value(value)} {negated}IN ({', '.join(_value(option) for option in options)})"
        case terms.IsNull(value):
            return f"{_value(value)} IS {negated}NULL"
        case _:
            raise TypeError(type(term).__name__)


def _operand(term: Term) -> str:
    match term:
        case terms.Column(name):
            return quoted_name(name)
        case terms.Number(value):
            return repr(value)
        case terms.Text(value):
            return quoted_text(value)
        case terms.Truth(value):
            return "TRUE" if value else "FALSE"
        case terms.Moment(text):
            return f"{'TIMESTAMP' if 'T' in text else 'DATE'}('{text}')"
        case terms.Interval(start, end):
            return f"INTERVAL({_end(start)}, {_end(end)})"
        case terms.Fold(kind, part):
            return f"{kind}({_value(part)})"
        case terms.Shape(wkt):
            return wkt
        case terms.Box(bounds):
            return f"BBOX({', '.join(repr(v) for v in bounds)})"
        case _:
            raise TypeError(type(term).__name__)


def _end(term: terms.Moment | terms.Column | None) -> str:
    """Give one end of a span; CQL2 writes moments in it as texts."""
    if term is None:
        return "'..'"
    return f"'{term.text}'" if isinstance(term, terms.Moment) else quoted_name(term.name)
