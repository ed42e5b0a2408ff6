"""Parts of a legend: frozen entries, bars and rows, and the words of classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.language import language
from app.views.wording import break_step, number_text, unit_text

if TYPE_CHECKING:
    from layers.style import ClassBreak, ClassTable, Symbol


PARTS = 12
"""Equal colours in a row of a bar: the edges between classes are then sharp."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A colour bar: colours from low to high, numbers at shares of its length."""

    colours: tuple[int, ...]
    marks: tuple[tuple[float, str], ...]
    more_below: bool = False
    more_above: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A swatch and its words; ``symbol`` None = a plain colour; ``over`` are symbols drawn upon it."""

    text: str
    colour: int = 0
    symbol: Symbol | None = None
    geometry: str = "polygon"
    over: tuple[Symbol, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One layer of the legend.

    Parameters
    ----------
    title : str
        Name of the layer.
    caption : str
        Quantity and unit.
    bar : Bar, optional
        Continuous scale.
    rows : tuple of Row
        Classes, categories or the one symbol (which then stands before the title).
    notes : tuple of str
        Range of the data, datum, own time.
    missing : str
        Why nothing is drawn; empty where it is.
    strip : Bar, optional
        The classes as a bar, for where their rows have no room.
    layer : str
        Id of the layer.
    has_values : bool
        Whether colours stand for values of a field, which nobody can read without a legend.
    """

    title: str
    caption: str = ""
    bar: Bar | None = None
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    missing: str = ""
    strip: Bar | None = None
    layer: str = ""
    has_values: bool = False


def class_rows(table: ClassTable) -> tuple[Row, ...]:
    """Give the rows of a class table, from its first class on."""
    from app.views.map2d.colours import argb

    return tuple(Row(class_text(c, table), argb(c.colour)) for c in table.classes)


def class_strip(table: ClassTable) -> Bar:
    """Give a class table as a bar of equal parts with the limits between them."""
    from app.views.map2d.colours import argb

    count = len(table.classes)
    limits = [(n, c.minimum) for n, c in enumerate(table.classes) if c.minimum is not None]
    marks = tuple((n / count, f"{value:.5g}".replace("-", "−")) for n, value in limits)
    return Bar(tuple(argb(c.colour) for c in table.classes for _ in range(PARTS)), marks)


def class_text(one: ClassBreak, table: ClassTable) -> str:
    """Give the words of a class: its label, else its limits."""
    label = one.label_zh if language() == "zh" else one.label_en
    if label or (one.minimum is None and one.maximum is None):
        return label or one.label_en or one.label_zh
    unit = f" {unit_text(table.units)}" if table.units else ""
    step = break_step([v for c in table.classes for v in (c.minimum, c.maximum) if v is not None])
    if one.minimum is None:
        return f"< {number_text(one.maximum or 0.0, step)}{unit}"
    if one.maximum is None:
        return f"≥ {number_text(one.minimum, step)}{unit}"
    return f"{number_text(one.minimum, step)} – {number_text(one.maximum, step)}{unit}"


def geometry_word(name: str | None) -> str:
    """Give ``point``, ``line`` or ``polygon`` for a geometry type's name."""
    text = (name or "").lower()
    if "point" in text:
        return "point"
    return "line" if "line" in text or ("curve" in text and "polygon" not in text) else "polygon"
