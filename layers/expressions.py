"""Expressions of labels: columns, texts, joining and number formats; no code is ever run.

``name || ' ' || fixed(depth, 2) || ' m'``: a name is a column ("quoted" where it has spaces), a text stands in
'single quotes', ``||`` joins. Missing values join as nothing; a row all of whose columns are missing gives no text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LONGEST = 2000
DEEPEST = 20
MOST_DIGITS = 12

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<quoted>\"(?:[^\"]|\"\")+\")|(?P<number>\d+(?:\.\d*)?|\.\d+)"
    r"|(?P<word>[^\W\d]\w*)|(?P<join>\|\||｜｜)|(?P<sign>[(),（），])|(?P<end>$))"
)
_WIDE = str.maketrans("（），", "(),")

Value = str | float | None
Row = "Callable[[str], Any]"


@dataclass(frozen=True, slots=True)
class Expression:
    """A label's expression, read once: the columns it asks for, and the text of each row."""

    columns: tuple[str, ...]
    _part: _Part

    def texts(self, columns: Mapping[str, Any], rows: Sequence[int]) -> list[str]:
        """Give the text of each row; "" where all its columns are missing.

        Parameters
        ----------
        columns : mapping of str to array or list
            Those of a ``FeatureBlock``; a column that is not there counts as missing.
        rows : sequence of int
        """
        held = {name: columns[name] for name in self.columns if name in columns}
        part = self._part
        found: list[str] = []
        for row in rows:
            value = part.value(held, int(row))
            found.append("" if value is None else _plain(value).strip())
        return found


def parse(text: str) -> Expression:
    """Read an expression.

    Raises
    ------
    DataError
        It is wrong; ``fields["at"]`` is the character, counted from 1.
    """
    if len(text) > LONGEST:
        raise DataError("The label's expression is longer than {most} characters.", remedy="Shorten it.", most=LONGEST)
    reader = _Reader(text)
    part = reader.whole()
    return Expression(tuple(dict.fromkeys(reader.columns)), part)


def quoted(column: str) -> str:
    """Give a column as an expression writes it."""
    doubled = column.replace('"', '""')
    return column if re.fullmatch(r"[^\W\d]\w*", column) else f'"{doubled}"'


# ------------------------------------------------------------------------- parts
@dataclass(frozen=True, slots=True)
class _Constant:
    held: str | float

    def value(self, columns: Mapping[str, Any], row: int) -> Value:
        return self.held


@dataclass(frozen=True, slots=True)
class _Column:
    name: str

    def value(self, columns: Mapping[str, Any], row: int) -> Value:
        values = columns.get(self.name)
        return None if values is None else _known(values[row])


@dataclass(frozen=True, slots=True)
class _Join:
    parts: tuple[_Part, ...]

    def value(self, columns: Mapping[str, Any], row: int) -> Value:
        found = [part.value(columns, row) for part in self.parts]
        moving = [v for part, v in zip(self.parts, found, strict=True) if not isinstance(part, _Constant)]
        if moving and all(value is None for value in moving):
            return None
        return "".join("" if value is None else _plain(value) for value in found)


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    parts: tuple[_Part, ...]

    def value(self, columns: Mapping[str, Any], row: int) -> Value:
        return FUNCTIONS[self.name][0]([part.value(columns, row) for part in self.parts])


_Part = _Constant | _Column | _Join | _Call


def _known(value: Any) -> Value:
    if value is None or value != value:
        return None
    return value if isinstance(value, str) else _number_or_text(value)


def _number_or_text(value: Any) -> Value:
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def _plain(value: str | float) -> str:
    if isinstance(value, str):
        return value
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.10g}"


def _number(value: Value) -> float | None:
    try:
        found = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _fixed(values: list[Value], mark: str = "") -> Value:
    number = _number(values[0])
    digits = min(int(_number(values[1]) or 0), MOST_DIGITS) if len(values) > 1 else 0
    return values[0] if number is None else f"{number:{mark}.{max(digits, 0)}f}"


def _cased(change: Callable[[str], str]) -> Callable[[list[Value]], Value]:
    return lambda values: None if values[0] is None else change(_plain(values[0]))


def _left(values: list[Value]) -> Value:
    return None if values[0] is None else _plain(values[0])[: int(_number(values[1]) or 0)]


FUNCTIONS: dict[str, tuple[Callable[[list[Value]], Value], int, int]] = {
    "fixed": (_fixed, 1, 2),
    "thousands": (lambda values: _fixed(values, ","), 1, 2),
    "upper": (_cased(str.upper), 1, 1),
    "lower": (_cased(str.lower), 1, 1),
    "left": (_left, 2, 2),
    "coalesce": (lambda values: next((v for v in values if v is not None), None), 1, 9),
    "line": (lambda values: "\n", 0, 0),
}
"""Name → what it gives, least and most arguments. ``line()`` begins a new line."""


# ----------------------------------------------------------------------- reading
class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.columns: list[str] = []
        self.tokens = list(self._tokens())
        self.place = 0

    def _tokens(self) -> list[tuple[str, str, int]]:
        found: list[tuple[str, str, int]] = []
        at = 0
        while True:
            hit = _TOKEN.match(self.text, at)
            if hit is None:
                raise self._wrong(len(self.text[:at]) + _blank(self.text[at:]))
            kind = str(hit.lastgroup)
            found.append((kind, hit[kind].translate(_WIDE) if kind == "sign" else hit[kind], hit.start(kind)))
            if kind == "end":
                return found
            at = hit.end()

    def _wrong(self, at: int) -> DataError:
        return DataError(
            "The label's expression cannot be read from character {at} on.",
            where=self.text[:200],
            remedy="Write columns, 'texts' and numbers joined by ||, such as name || ' ' || fixed(depth, 2).",
            at=at + 1,
        )

    def _take(self, kind: str, text: str = "") -> str | None:
        found = self.tokens[self.place]
        if found[0] != kind or (text and found[1] != text):
            return None
        self.place += 1
        return found[1]

    def whole(self) -> _Part:
        part = self.joined(0)
        if self._take("end") is None:
            raise self._wrong(self.tokens[self.place][2])
        return part

    def joined(self, depth: int) -> _Part:
        if depth > DEEPEST:
            raise self._wrong(self.tokens[self.place][2])
        parts = [self.single(depth)]
        while self._take("join") is not None:
            parts.append(self.single(depth))
        return parts[0] if len(parts) == 1 else _Join(tuple(parts))

    def single(self, depth: int) -> _Part:
        if (text := self._take("text")) is not None:
            return _Constant(text[1:-1].replace("''", "'"))
        if (number := self._take("number")) is not None:
            return _Constant(float(number))
        if (name := self._take("quoted")) is not None:
            return self._column(name[1:-1].replace('""', '"'))
        if self._take("sign", "(") is not None:
            part = self.joined(depth + 1)
            return part if self._take("sign", ")") is not None else self._fail()
        word = self._take("word")
        if word is None:
            return self._fail()
        return self._call(word.lower(), depth) if self._take("sign", "(") is not None else self._column(word)

    def _fail(self) -> _Part:
        raise self._wrong(self.tokens[self.place][2])

    def _column(self, name: str) -> _Part:
        self.columns.append(name)
        return _Column(name)

    def _call(self, name: str, depth: int) -> _Part:
        start = self.tokens[self.place - 2][2]
        parts: list[_Part] = []
        if self._take("sign", ")") is None:
            parts.append(self.joined(depth + 1))
            while self._take("sign", ",") is not None:
                parts.append(self.joined(depth + 1))
            if self._take("sign", ")") is None:
                self._fail()
        known = FUNCTIONS.get(name)
        if known is None or not known[1] <= len(parts) <= known[2]:
            raise DataError(
                "The label's expression has no {name} with {count} parts.",
                where=self.text[:200],
                remedy="The functions are fixed, thousands, upper, lower, left, coalesce and line.",
                name=name,
                count=len(parts),
                at=start + 1,
            )
        return _Call(name, tuple(parts))


def _blank(text: str) -> int:
    return len(text) - len(text.lstrip())
