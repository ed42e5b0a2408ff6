"""Renderers: which symbol each feature gets, pass by pass; the drawing itself is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core.looks import Counts
from app.views import projection
from app.views.map2d.colours import class_colouring
from layers.errors import DataError
from layers.filters.masks import mask
from layers.filters.reading import parse
from layers.sizes import numbers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.map2d.features import Features
    from layers.style import Rule, Symbol, VectorStyle

INCH = 0.0254
DPI = 96


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """Features drawn together.

    Parameters
    ----------
    classes : ndarray, int32, (features,)
        Symbol number of each feature; -1 = not drawn.
    symbols : sequence of Symbol
    """

    classes: NDArray[np.int32]
    symbols: Sequence[Symbol]


def scale_of(view: View) -> float | None:
    """Give n of the map's scale 1:n at 96 dpi; None where the size of map units is not known."""
    metres = projection.metres_per_pixel(view)
    return None if metres is None else metres * view.pixel_ratio * DPI / INCH


def in_scale(minimum: float | None, maximum: float | None, scale: float | None) -> bool:
    """Tell whether a scale 1:n lies within limits, ``maximum`` <= n <= ``minimum``; an unknown one always does."""
    if scale is None:
        return True
    return (minimum is None or scale <= minimum) and (maximum is None or scale >= maximum)


def passes(features: Features, style: VectorStyle, view: View) -> list[Pass]:
    """Give what is drawn after one another: one pass, but one for each rule that draws over another.

    A rule whose condition cannot be answered draws nothing; the legend says so.
    """
    if style.kind == "rules":
        return _rule_passes(features, style, view)
    classes, symbols = numbered(features, style)
    return [Pass(classes, symbols)]


# ---------------------------------------------------------------- values and classes
def symbols_of(style: VectorStyle) -> list[Symbol]:
    """Give the symbols of categories or classes, that of all others last; else the one symbol."""
    if style.kind == "categorised":
        return [*(c.symbol for c in style.categories), style.symbol]
    if style.kind == "graduated" and style.classes is not None:
        return [*(tinted(style.symbol, c.colour) for c in style.classes.classes), style.symbol]
    return [style.symbol]


def symbol_reach(symbol: Symbol) -> float:
    """Give the largest size that a symbol's marks have, logical px."""
    return max(symbol.size, symbol.size_by.largest) if symbol.size_by is not None else symbol.size


def tinted(symbol: Symbol, colour: str) -> Symbol:
    """Give a symbol in the colour of a class: its inside, or its line where it has no inside."""
    return symbol.model_copy(update={"fill": colour} if symbol.fill is not None else {"stroke": colour})


def numbered(features: Features, style: VectorStyle) -> tuple[NDArray[np.int32], list[Symbol]]:
    """Give the symbol number of each feature, and the symbols; what fits no class gets the last one."""
    symbols = symbols_of(style)
    values = features.block.columns.get(style.column)
    if len(symbols) == 1 or values is None:
        return features.kept("single", lambda: np.zeros(len(features), np.int32)), symbols[-1:]
    key = ("classes", style.kind, style.column, style.categories, style.classes)
    return features.kept(key, lambda: _numbers(values, style, len(features))), symbols


def _numbers(values: Any, style: VectorStyle, count: int) -> NDArray[np.int32]:
    if style.kind == "categorised":
        places = {c.value: n if c.visible else -1 for n, c in enumerate(style.categories)}
        other = len(style.categories)
        return np.fromiter((places.get(_plain(v), other) for v in values), np.int32, count)
    table = class_colouring(cast("Any", style.classes))
    other = len(cast("Any", style.classes).classes)
    if table is None or table.edges is None:
        return np.full(count, other, np.int32)
    numbers = numbers_of(values)
    found = np.searchsorted(table.edges, numbers, side="left" if table.upper_included else "right") - 1
    return np.where(np.isfinite(numbers) & (found >= 0) & (found < other), found, other).astype(np.int32)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and value != value else value


def counts_of(features: Features, style: VectorStyle) -> Counts | None:
    """Give how many features each class, category or rule holds; None where all have one symbol."""
    kind = style.kind
    if kind not in ("categorised", "graduated", "rules"):
        return None
    key = ("counts", kind, style.column, style.categories, style.classes, style.rules)
    numbers = features.kept(key, lambda: _counted(features, style))
    return Counts(numbers, features.box is None)


def _counted(features: Features, style: VectorStyle) -> tuple[int, ...]:
    if style.kind == "rules":
        masks = [rule_mask(features, rule) for rule in style.rules if not rule.otherwise]
        rest = len(features) - int(np.logical_or.reduce(masks).sum()) if masks else len(features)
        return (*(rest if r.otherwise else int(rule_mask(features, r).sum()) for r in style.rules), rest)
    shown = style.model_copy(
        update={"categories": tuple(c.model_copy(update={"visible": True}) for c in style.categories)}
    )
    classes, symbols = numbered(features, shown)
    return tuple(np.bincount(classes, minlength=len(symbols)).tolist())


# ------------------------------------------------------------------------- rules
def active_rules(style: VectorStyle, scale: float | None) -> list[int]:
    """Give the numbers of the rules that draw at a scale."""
    return [n for n, r in enumerate(style.rules) if r.visible and in_scale(r.min_scale, r.max_scale, scale)]


def rule_mask(features: Features, rule: Rule) -> NDArray[np.bool_]:
    """Tell which features a rule's condition holds for; all where it has none."""
    if not rule.filter.strip():
        return features.kept("all", lambda: np.ones(len(features), np.bool_))
    return features.kept(f"filter {rule.filter}", lambda: _asked(features, rule.filter))


def _asked(features: Features, text: str) -> NDArray[np.bool_]:
    try:
        return mask(parse(text), features.block.columns, len(features), features.block.geometry)
    except DataError:
        return np.zeros(len(features), np.bool_)


def _rule_passes(features: Features, style: VectorStyle, view: View) -> list[Pass]:
    """Give rules as few passes as keep their order: rules that share no feature are drawn together."""
    drawn = active_rules(style, scale_of(view))
    key = ("rules", tuple(drawn), tuple((r.filter, r.otherwise) for r in style.rules))
    kept = features.kept(key, lambda: _joined(features, style.rules, drawn))
    symbols = [rule.symbol for rule in style.rules]
    return [Pass(classes, symbols) for classes in kept]


def _joined(features: Features, rules: Sequence[Rule], drawn: list[int]) -> list[NDArray[np.int32]]:
    taken = np.zeros(len(features), np.bool_)
    for rule in rules:
        if not rule.otherwise:
            taken |= rule_mask(features, rule)
    made: list[NDArray[np.int32]] = []
    for number in drawn:
        chosen = ~taken if rules[number].otherwise else rule_mask(features, rules[number])
        if not made or (made[-1][chosen] >= 0).any():
            made.append(np.full(len(features), -1, np.int32))
        made[-1][chosen] = number
    return made
