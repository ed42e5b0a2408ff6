"""CQL2 text to a filter: what is wrong is said with its place and what to write instead."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, cast

from layers.errors import FilterInvalid
from layers.filters import terms
from layers.filters.cursor import Cursor, too_deep
from layers.filters.moments import read_day, read_instant
from layers.filters.tokens import RESERVED, Token, unquoted
from layers.filters.wkt import GEOMETRIES, normal, read_shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.filters.terms import Term

CHAIN = 100
"""How deep the terms may hang together, long sums counted too."""
_FOLDS = ("CASEI", "ACCENTI")
FUNCTIONS = (*_FOLDS, *terms.SPATIAL, *terms.TEMPORAL, "BBOX", "DATE", "TIMESTAMP", "INTERVAL", *GEOMETRIES)


def parse(text: str) -> Term:
    """Read a filter.

    Parameters
    ----------
    text : str
        CQL2 text: comparisons, LIKE, BETWEEN, IN, IS NULL, AND, OR, NOT, arithmetic, CASEI, ACCENTI, spatial
        conditions with well-known text or BBOX in the CRS of the layer, temporal ones with DATE, TIMESTAMP
        (UTC or with an offset) and INTERVAL.

    Returns
    -------
    Term
        A condition, frozen.

    Raises
    ------
    FilterInvalid
        With the character, counted from 1, in ``fields["at"]``.

    References
    ----------
    OGC 21-065r2, Common Query Language (CQL2).
    """
    if not text.strip():
        raise FilterInvalid(
            "The filter is empty.", remedy="Write a condition such as depth > 0.5 AND name LIKE 'A%'.", at=1
        )
    reader = _Reader(text)
    term = reader.whole()
    if terms.depth(term) > CHAIN:
        raise too_deep(text, 0)
    return term


class _Reader(Cursor):
    """Goes through the words once, from the loosest join (OR) to the tightest (^)."""

    # ------------------------------------------------------------------ conditions

    def whole(self) -> Term:
        term = self._truth(self._any)
        if self.now.kind != "end":
            raise self.fault(
                "At character {at} the filter goes on with {found} after a complete condition.",
                'Join conditions with AND or OR; put names with blanks in "double quotes".',
            )
        return term

    def _any(self) -> Term:
        return self._joined("OR", self._all, terms.Or)

    def _all(self) -> Term:
        return self._joined("AND", self._not, terms.And)

    def _joined(self, word: str, read: Callable[[], Term], join: type[terms.And | terms.Or]) -> Term:
        place = self.at
        first = read()
        if self.now.keyword != word:
            return first
        found = [self._checked_truth(first, place)]
        while self.took(word):
            found.append(self._truth(read))
        return join(tuple(found))

    def _not(self) -> Term:
        if not self.took("NOT"):
            return self._predicate()
        with self.deeper():
            return terms.Not(self._truth(self._not))

    def _truth(self, read: Callable[[], Term]) -> Term:
        place = self.at
        return self._checked_truth(read(), place)

    def _checked_truth(self, term: Term, place: int) -> Term:
        if isinstance(term, terms.CONDITIONS):
            return term
        raise self.fault(
            "At character {at} stands a value, not a condition: {found}.",
            "Compare it with something, as in depth > 0.5.",
            self.tokens[place],
        )

    def _predicate(self) -> Term:
        place = self.at
        left = self._sum()
        if self.now.kind == "sign" and self.now.text in terms.COMPARISONS:
            sign = self.step().text
            return terms.Comparison(sign, self._checked_value(left, place), self._value(self._sum))
        if self.took("IS"):
            negated = self.took("NOT")
            self.need("NULL")
            return terms.IsNull(self._checked_value(left, place), negated)
        follows = self.tokens[self.at + 1].keyword if self.now.keyword == "NOT" else self.now.keyword
        if follows not in ("LIKE", "BETWEEN", "IN"):
            return left
        left, negated = self._checked_value(left, place), self.took("NOT")
        match self.step().keyword:
            case "LIKE":
                return terms.Like(left, self._pattern(), negated)
            case "BETWEEN":
                low = self._value(self._sum)
                self.need("AND")
                return terms.Between(left, low, self._value(self._sum), negated)
            case _:
                return terms.In(left, self._options(), negated)

    def _pattern(self) -> Term:
        if self.now.keyword in _FOLDS:
            kind = cast('Literal["CASEI", "ACCENTI"]', self.step().keyword)
            with self.deeper():
                self.sign("(")
                part = self._pattern()
                self.sign(")")
            return terms.Fold(kind, part)
        return terms.Text(self.quoted())

    def _options(self) -> tuple[Term, ...]:
        self.sign("(")
        found = [self._value(self._sum)]
        while self.took_sign(","):
            found.append(self._value(self._sum))
        self.sign(")")
        return tuple(found)

    # ---------------------------------------------------------------------- values

    def _value(self, read: Callable[[], Term]) -> Term:
        place = self.at
        return self._checked_value(read(), place)

    def _checked_value(self, term: Term, place: int) -> Term:
        if isinstance(term, terms.Column | terms.Truth) or not isinstance(term, terms.CONDITIONS):
            return term
        raise self.fault(
            "At character {at} stands a condition where a value is expected: {found}.",
            "Conditions are joined with AND, OR and NOT only.",
            self.tokens[place],
        )

    def _sum(self) -> Term:
        return self._chain(self._product, ("+", "-"))

    def _product(self) -> Term:
        return self._chain(self._power, ("*", "/", "%", "DIV"))

    def _chain(self, read: Callable[[], Term], signs: tuple[str, ...]) -> Term:
        place = self.at
        left = read()
        while (sign := self.now.keyword or self.now.text) in signs and self.now.kind in ("sign", "word"):
            self.step()
            left = terms.Arithmetic(sign, self._checked_value(left, place), self._value(read))
        return left

    def _power(self) -> Term:
        place = self.at
        left = self._operand()
        if not self.took_sign("^"):
            return left
        with self.deeper():
            return terms.Arithmetic("^", self._checked_value(left, place), self._value(self._power))

    def _operand(self) -> Term:
        token = self.now
        if token.kind == "sign" and token.text in "+-":
            return self._signed()
        match token.kind:
            case "number":
                return self._number(1)
            case "text":
                return terms.Text(unquoted(self.step()))
            case "name":
                return terms.Column(unquoted(self.step()))
            case "word":
                return self._word()
            case "sign" if token.text == "(":
                return self._bracket()
            case _:
                raise self._missing_value()

    def _missing_value(self) -> FilterInvalid:
        return self.fault(
            "At character {at} a value is expected; {found} stands there.",
            "Write a column, a number or a text in 'single quotes'.",
        )

    def _bracket(self) -> Term:
        with self.deeper():
            self.sign("(")
            term = self._any()
            self.sign(")")
        return term

    def _signed(self) -> Term:
        factor = -1 if self.step().text == "-" else 1
        if self.now.kind == "number":
            return self._number(factor)
        with self.deeper():
            term = self._value(self._operand)
        return term if factor == 1 else terms.Arithmetic("-", terms.Number(0), term)

    def _number(self, factor: int) -> Term:
        token = self.step()
        whole = token.text.isdecimal() and len(token.text) <= 18
        value = int(token.text) if whole else float(token.text)
        if not math.isfinite(value):
            raise self.fault("The number at character {at} is too large: {found}.", "Write a smaller number.", token)
        return terms.Number(factor * value)

    def _word(self) -> Term:
        token = self.now
        word = token.keyword
        follows = self.tokens[self.at + 1]
        if word in ("TRUE", "FALSE"):
            return terms.Truth(self.step().keyword == "TRUE")
        if word in RESERVED:
            raise self._missing_value()
        if word in GEOMETRIES and (follows.text == "(" or follows.keyword in ("Z", "M", "ZM", "EMPTY")):
            return self._shape()
        if follows.text == "(" and follows.kind == "sign":
            return self._call()
        return terms.Column(self.step().text)

    # -------------------------------------------------------------------- functions

    def _call(self) -> Term:
        token = self.step()
        word = token.keyword
        if word not in FUNCTIONS:
            raise self.fault(
                "At character {at} the filter asks for {found}, a function it does not know.",
                "Known are: {known}.",
                token,
                known=", ".join(FUNCTIONS),
            )
        with self.deeper():
            self.sign("(")
            term = self._arguments(word, token)
            self.sign(")")
        return term

    def _arguments(self, word: str, token: Token) -> Term:
        if word in _FOLDS:
            return terms.Fold(word, self._value(self._sum))
        if word in ("DATE", "TIMESTAMP"):
            place = self.now
            return self._moment(self.quoted(), place, day=word == "DATE")
        if word == "INTERVAL":
            start = self._end()
            self.sign(",")
            return terms.Interval(start, self._end())
        if word == "BBOX":
            return self._box(token)
        left = self._value(self._sum)
        self.sign(",")
        pair = (left, self._value(self._sum))
        if word in terms.SPATIAL:
            return self._spatial(word, pair, token)
        return self._temporal(word, pair, token)

    def _spatial(self, word: str, pair: tuple[Term, Term], token: Token) -> Term:
        if all(isinstance(p, terms.Shape | terms.Box | terms.Column) for p in pair):
            return terms.Spatial(word, *pair)
        raise self.fault(
            "{found} at character {at} compares geometries only.",
            "Write it as S_INTERSECTS(geometry, BBOX(west, south, east, north)) or with POINT, LINESTRING or POLYGON.",
            token,
        )

    def _temporal(self, word: str, pair: tuple[Term, Term], token: Token) -> Term:
        if all(isinstance(p, terms.Moment | terms.Interval | terms.Column) for p in pair):
            return terms.Temporal(word, *pair)
        raise self.fault(
            "{found} at character {at} compares moments only.",
            "Write moments as DATE('2024-07-01'), TIMESTAMP('2024-07-01T08:00:00Z') or INTERVAL('2024-07-01', '..').",
            token,
        )

    def _end(self) -> terms.Moment | terms.Column | None:
        if self.now.kind in ("name", "word"):
            name = self.step()
            return terms.Column(unquoted(name) if name.kind == "name" else name.text)
        place = self.now
        text = self.quoted()
        return None if text == ".." else self._moment(text, place, day="T" not in text.upper())

    def _moment(self, text: str, place: Token, *, day: bool) -> terms.Moment:
        found = read_day(text) if day else read_instant(text)
        if found is None:
            raise self.fault(
                "At character {at} stands {found}, which is no moment.",
                "Write days as '2024-07-01' and moments with their zone: '2024-07-01T08:00:00Z' or '…+08:00'.",
                place,
            )
        return terms.Moment(found)

    def _box(self, token: Token) -> terms.Box:
        found = [self._coordinate()]
        while self.took_sign(","):
            found.append(self._coordinate())
        if len(found) == 6:
            found = [found[0], found[1], found[3], found[4]]
        if len(found) != 4 or found[0] > found[2] or found[1] > found[3]:
            raise self.fault(
                "{found} at character {at} is no box.",
                "Write BBOX(west, south, east, north) with west ≤ east and south ≤ north.",
                token,
            )
        return terms.Box((found[0], found[1], found[2], found[3]))

    def _coordinate(self) -> float:
        factor = -1 if self.took_sign("-") else 1
        if self.now.kind != "number":
            raise self._missing_value()
        return float(cast("Any", self._number(factor)).value)

    def _shape(self) -> terms.Shape:
        token = self.now
        end = read_shape(self.written, token.start, self.tokens[self.at :])
        wkt = normal(self.written[token.start : end]) if end else None
        if end is None or wkt is None:
            raise self.fault(
                "The geometry {found} at character {at} is no well-known text.",
                "Write POINT(x y), LINESTRING(x y, x y) or POLYGON((x y, x y, x y, x y)) in the CRS of the layer.",
                token,
            )
        while self.now.start < end:
            self.step()
        return terms.Shape(wkt)
