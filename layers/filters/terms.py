"""The parts of a filter: frozen, hashable, and free of any text form."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

SPATIAL = (
    "S_INTERSECTS", "S_WITHIN", "S_CONTAINS", "S_DISJOINT", "S_EQUALS", "S_TOUCHES", "S_CROSSES", "S_OVERLAPS",
)  # fmt: skip
TEMPORAL = ("T_AFTER", "T_BEFORE", "T_DURING", "T_CONTAINS", "T_EQUALS", "T_INTERSECTS", "T_DISJOINT")
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
MICRO = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a moment here is UTC without saying so


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute of the features; in a spatial condition their geometry, whatever it is called."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Text:
    """A text."""

    value: str


@dataclass(frozen=True, slots=True)
class Truth:
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """A day ``2020-01-31`` or a moment ``2020-01-31T00:00:00Z``, always UTC."""

    text: str

    @property
    def span(self) -> tuple[int, int]:
        """First and last microsecond since 1970 UTC; a day has both, a moment is one."""
        if "T" in self.text:
            at = (datetime.fromisoformat(self.text.removesuffix("Z")) - _EPOCH) // MICRO
            return at, at
        start = (datetime.combine(date.fromisoformat(self.text), datetime.min.time()) - _EPOCH) // MICRO
        return start, start + timedelta(days=1) // MICRO - 1


@dataclass(frozen=True, slots=True)
class Interval:
    """A span of time; None = open to that side."""

    start: Moment | Column | None
    end: Moment | Column | None


@dataclass(frozen=True, slots=True)
class Fold:
    """A text without its case (``CASEI``) or without its accents (``ACCENTI``)."""

    kind: Literal["CASEI", "ACCENTI"]
    part: Term


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers joined by ``+ - * / % ^`` or ``DIV`` (division to a whole number, towards zero)."""

    sign: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry as well-known text, in the CRS of the layer."""

    wkt: str


@dataclass(frozen=True, slots=True)
class Box:
    """A box in the CRS of the layer: west, south, east, north."""

    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values compared."""

    sign: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Like:
    r"""A text that fits a pattern: ``%`` any characters, ``_`` one, ``\`` takes the next as it is."""

    value: Term
    pattern: Term
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """A value between two others, both included."""

    value: Term
    low: Term
    high: Term
    negated: bool = False


@dataclass(frozen=True, slots=True)
class In:
    """A value that is one of some."""

    value: Term
    options: tuple[Term, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsNull:
    """A value that is missing."""

    value: Term
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Spatial:
    """A relation of two geometries, one of ``SPATIAL``."""

    relation: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Temporal:
    """A relation of two moments or spans, one of ``TEMPORAL``."""

    relation: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class And:
    """Conditions that all hold."""

    parts: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Conditions of which one holds."""

    parts: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A condition that does not hold."""

    part: Term


Condition = Comparison | Like | Between | In | IsNull | Spatial | Temporal | And | Or | Not | Truth | Column
Term = Condition | Number | Text | Moment | Interval | Fold | Arithmetic | Shape | Box
CONDITIONS = (Comparison, Like, Between, In, IsNull, Spatial, Temporal, And, Or, Not, Truth, Column)


def parts(term: Any) -> Iterator[Any]:
    """Give the terms directly inside a term."""
    for field in fields(term):
        value: Any = getattr(term, field.name)
        inside = cast("tuple[Any, ...]", value if isinstance(value, tuple) else (value,))
        yield from (item for item in inside if hasattr(item, "__dataclass_fields__"))


def columns(term: Term) -> tuple[str, ...]:
    """Give the attributes a filter asks for, each once, in order; the geometry is not among them."""
    found: dict[str, None] = {}
    waiting: list[Any] = [term]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Column):
            found.setdefault(item.name)
        inside = [p for p in parts(item) if not (isinstance(item, Spatial) and isinstance(p, Column))]
        waiting.extend(reversed(inside))
    return tuple(found)


def asks_for_place(term: Term) -> bool:
    """Tell whether a filter needs the geometry of the features."""
    waiting: list[Any] = [term]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Spatial):
            return True
        waiting.extend(parts(item))
    return False


def depth(term: Term) -> int:
    """Count how deep the terms are nested; counted without recursion."""
    deepest, waiting = 0, [(term, 1)]
    while waiting:
        item, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((part, level + 1) for part in parts(item))
    return deepest
