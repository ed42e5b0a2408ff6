"""Legend of features: what is drawn, what is hidden, what sizes, colours of heat and clusters stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.language import language, tr
from app.views import projection
from app.views.map2d.clusters import STEPS, step_symbol
from app.views.map2d.heat import heat_colouring, heat_range
from app.views.map2d.legend_parts import Bar, Entry, Row, class_text, geometry_word
from app.views.map2d.renderers import active_rules, scale_of, tinted
from app.views.wording import column_text, number_text, ticks
from layers.errors import DataError
from layers.filters.reading import parse
from layers.sizes import sizes

if TYPE_CHECKING:
    from app.core.looks import VectorLook
    from layers.style import Category, Rule, SizeBy, Symbol

MOST_HIDDEN = 4
"""Hidden classes that are named; more are counted."""


def vector_entry(look: VectorLook) -> Entry:
    """Give the entry of a layer of features."""
    kind = look.style.kind
    if kind == "heat":
        return _heat(look)
    if kind == "cluster":
        return _clusters(look)
    if kind == "rules":
        return _rules(look)
    if kind == "categorised":
        return _categories(look)
    return _classes(look) if kind == "graduated" else _single(look)


def _geometry(look: VectorLook) -> str:
    return geometry_word(look.description.geometry if look.description else None)


# ----------------------------------------------------------------------- one symbol
def _single(look: VectorLook) -> Entry:
    symbol, geometry = look.style.symbol, _geometry(look)
    sized = _size_rows(look, symbol, geometry)
    if not sized:
        return Entry(look.name, rows=(Row("", symbol=symbol, geometry=geometry),))
    assert symbol.size_by is not None
    return Entry(look.name, column_text(look.description, symbol.size_by.column), rows=sized)


def _size_rows(look: VectorLook, symbol: Symbol, geometry: str) -> tuple[Row, ...]:
    """Give points of three sizes and the values they stand for; nothing where sizes say nothing."""
    by = symbol.size_by
    if by is None or geometry != "point":
        return ()
    values = size_examples(by)
    _, step = ticks(by.minimum, by.maximum, 3)
    found = sizes(by, values)
    texts = [number_text(value, step) for value in values]
    return tuple(
        Row(text, symbol=symbol.model_copy(update={"size": float(size), "size_by": None}), geometry="point")
        for text, size in zip(texts, found, strict=True)
    )


def size_examples(by: SizeBy) -> list[float]:
    """Give the values whose sizes a legend shows: round ones within the range, the largest first."""
    if not by.maximum > by.minimum:
        return [by.minimum]
    marks, _ = ticks(by.minimum, by.maximum, 3)
    found = [float(value) for value in marks if by.minimum <= value <= by.maximum]
    return found[:3][::-1] if len(found) > 1 else [by.maximum, by.minimum]


# ------------------------------------------------------------------ values and classes
def _categories(look: VectorLook) -> Entry:
    style, geometry = look.style, _geometry(look)
    rows = [
        Row(category_text(c), symbol=c.symbol, geometry=geometry, number=_number(look, n))
        for n, c in enumerate(style.categories)
        if c.visible
    ]
    rows += _others(look, geometry)
    hidden = [category_text(c) for c in style.categories if not c.visible]
    return Entry(
        look.name, column_text(look.description, style.column), rows=tuple(rows), notes=(*_hidden(hidden), *_part(look))
    )


def category_text(one: Category) -> str:
    """Give the words of a category: its label, else its value."""
    label = one.label_zh if language() == "zh" else one.label_en
    label = label or one.label_en or one.label_zh
    if label or one.value is None:
        return label or "–"
    return f"{one.value:.10g}" if isinstance(one.value, float) else str(one.value)


def _classes(look: VectorLook) -> Entry:
    style, geometry = look.style, _geometry(look)
    table = style.classes
    assert table is not None
    rows = [
        Row(class_text(c, table), symbol=tinted(style.symbol, c.colour), geometry=geometry, number=_number(look, n))
        for n, c in enumerate(table.classes)
    ]
    rows += _others(look, geometry)
    rows += _size_rows(look, style.symbol, geometry)
    return Entry(look.name, column_text(look.description, style.column), rows=tuple(rows), notes=_part(look))


def _others(look: VectorLook, geometry: str) -> list[Row]:
    """Give the row of features that fit no class, where there are any."""
    if look.counts is None or not look.counts.numbers[-1]:
        return []
    number = _number(look, len(look.counts.numbers) - 1)
    return [Row(tr("all others"), symbol=look.style.symbol, geometry=geometry, number=number)]


def _number(look: VectorLook, at: int) -> str:
    if not look.style.counts or look.counts is None or at >= len(look.counts.numbers):
        return ""
    return f"{look.counts.numbers[at]:,}"


def _part(look: VectorLook) -> tuple[str, ...]:
    """Say what numbers count, where they do not count the whole layer."""
    if not look.style.counts or look.counts is None or look.counts.whole:
        return ()
    return (tr("Numbers: features in and around the view"),)


def _hidden(names: list[str]) -> tuple[str, ...]:
    if not names:
        return ()
    if len(names) > MOST_HIDDEN:
        return (tr("{count} classes are hidden", count=len(names)),)
    return (tr("Hidden: {names}", names=tr(", ").join(names)),)


# ------------------------------------------------------------------------------ rules
def rule_text(rule: Rule) -> str:
    """Give the words of a rule: its name, else its condition."""
    name = rule.name_zh if language() == "zh" else rule.name_en
    name = name or rule.name_en or rule.name_zh
    return name or (tr("all others") if rule.otherwise else rule.filter or tr("all features"))


def _rules(look: VectorLook) -> Entry:
    style, geometry = look.style, _geometry(look)
    active = set(active_rules(style, scale_of(look.view)))
    rows: list[Row] = []
    hidden: list[str] = []
    away: list[str] = []
    wrong: list[str] = []
    for number, rule in enumerate(style.rules):
        if _is_part(style.rules, number):
            if number in active and rows and number - 1 in active:
                rows[-1] = _upon(rows[-1], rule.symbol)
        elif not rule.visible:
            hidden.append(rule_text(rule))
        elif number not in active:
            away.append(rule_text(rule))
        elif not is_readable(rule.filter):
            wrong.append(rule_text(rule))
        else:
            rows.append(Row(rule_text(rule), symbol=rule.symbol, geometry=geometry, number=_number(look, number)))
    notes = [*_hidden(hidden)]
    if away:
        notes.append(tr("Not at this scale: {names}", names=tr(", ").join(away[:MOST_HIDDEN])))
    if wrong:
        notes.append(tr("The condition cannot be read: {names}", names=tr(", ").join(wrong[:MOST_HIDDEN])))
    return Entry(look.name, rows=tuple(rows), notes=(*notes, *_part(look)))


def _is_part(rules: tuple[Rule, ...], number: int) -> bool:
    """Tell whether a rule is a further stroke of the one before it."""
    rule = rules[number]
    same = number > 0 and rule.filter == rules[number - 1].filter and rule.otherwise == rules[number - 1].otherwise
    return same and not (rule.name_zh or rule.name_en)


def _upon(row: Row, symbol: Symbol) -> Row:
    return Row(row.text, row.colour, row.symbol, row.geometry, (*row.over, symbol), row.number)


def is_readable(text: str) -> bool:
    """Tell whether a condition can be read; an empty one can."""
    if not text.strip():
        return True
    try:
        parse(text)
    except DataError:
        return False
    return True


# ------------------------------------------------------------------ heat and clusters
def _heat(look: VectorLook) -> Entry:
    style = look.style.heat
    known = projection.metres_per_pixel(look.view) is not None
    ranges = look.ranges or heat_range(style, 0.0)
    made = heat_colouring(style, ranges)
    marks, step = ticks(0.0, made.high, 4)
    shares = tuple((value / made.high, number_text(value, step)) for value in marks)
    unit = tr("per km²") if known else tr("per square map unit")
    what = column_text(look.description, style.weight) if style.weight else tr("Features")
    notes = (tr("Counted within {radius} px", radius=f"{style.radius:g}"),)
    if style.scale.maximum is None:
        notes = (*notes, tr("The colours end at the highest density in view"))
    bar = Bar(tuple(int(c) for c in made.table[::4]), shares, more_above=ranges.maximum > made.high * (1 + 1e-6))
    return Entry(look.name, f"{what} {unit}", bar=bar, notes=notes)


def _clusters(look: VectorLook) -> Entry:
    style = look.style.cluster
    rows = (
        Row(tr("one feature"), symbol=look.style.symbol, geometry="point"),
        Row(tr("2 features together"), symbol=step_symbol(style, 0), geometry="point"),
        Row(tr("10,000 and more"), symbol=step_symbol(style, STEPS - 1), geometry="point"),
    )
    return Entry(look.name, tr("Near features are drawn together, with their number"), rows=rows)
