"""Legend: what the painted looks say about themselves, as frozen entries; no pixels here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.core.language import N_, language, tr
from app.core.looks import REASONS, Look, MeshLook, RasterLook, SeriesLook, VectorLook
from app.views.map2d.colours import colouring
from app.views.wording import (
    break_step,
    caption_text,
    column_text,
    is_height,
    number_text,
    quantity_text,
    range_text,
    ticks,
    unit_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np

    from app.core.looks import ValueRange
    from app.views.view import Picture
    from layers.style import Category, ClassBreak, ClassTable, ColourScale, Symbol


@dataclass(frozen=True, slots=True)
class Bar:
    """A colour bar: colours from low to high, numbers at shares of its length."""

    colours: tuple[int, ...]
    marks: tuple[tuple[float, str], ...]
    more_below: bool = False
    more_above: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A swatch and its words; ``symbol`` None = a plain colour."""

    text: str
    colour: int = 0
    symbol: Symbol | None = None
    geometry: str = "polygon"


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
    layer: str = ""
    has_values: bool = False


class Legend:
    """Gives the entries of painted pictures; what did not change since the last time is not written anew."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[Any, ...], Entry]] = {}

    def entries(
        self, pictures: Sequence[Picture], now: np.datetime64 | None, when: Callable[[np.datetime64], str]
    ) -> Iterator[Entry]:
        """Give the entries one by one, top layer first.

        Parameters
        ----------
        pictures : sequence of Picture
            Bottom first, as a frame holds them.
        now : datetime64[ns] or None
            The shared clock; None = layers do not say that they show another moment.
        when : callable
            Writes a moment for the screen.
        """
        for picture in reversed(pictures):
            entry = self._lasting(picture.look)
            late = () if picture.look.empty_reason else _when(picture.look, now, when)
            yield replace(entry, notes=(*entry.notes, *late)) if late else entry

    def _lasting(self, look: Look) -> Entry:
        """Give what an entry says whatever the moment; parts are compared as objects, which are never changed."""
        parts = (look.description, getattr(look, "style", None), getattr(look, "ranges", None))
        words = (language(), look.name, look.vdatum, look.empty_reason, getattr(look, "fastest", None))
        kept = self._kept.get(look.layer)
        if kept is not None and kept[0][3:] == words and all(a is b for a, b in zip(kept[0], parts, strict=False)):
            return kept[1]
        values = isinstance(look, RasterLook | MeshLook) and not look.empty_reason
        made = _entry(look)
        entry = replace(made, layer=look.layer, has_values=values and bool(made.bar or made.rows))
        self._kept[look.layer] = ((*parts, *words), entry)
        return entry


def entries(
    pictures: Sequence[Picture], now: np.datetime64 | None, when: Callable[[np.datetime64], str]
) -> Iterator[Entry]:
    """Give the legend of painted pictures once; see `Legend.entries`."""
    return Legend().entries(pictures, now, when)


def _entry(look: Look) -> Entry:
    if look.empty_reason:
        return Entry(look.name, missing=tr(REASONS[look.empty_reason]))
    if isinstance(look, RasterLook):
        return _raster(look)
    if isinstance(look, MeshLook):
        return _mesh(look)
    if isinstance(look, VectorLook):
        return _vector(look)
    return _stations(look) if isinstance(look, SeriesLook) else Entry(look.name)


def _when(look: Look, now: np.datetime64 | None, when: Callable[[np.datetime64], str]) -> tuple[str, ...]:
    """Name the layer's own moment where it is not the moment asked for."""
    axis = look.description.time if look.description else None
    notes = []
    if look.moment is not None and now is not None and abs((look.moment - now).astype("int64")) > 1_000_000:
        notes.append(tr("Shows {time}", time=when(look.moment)))
    if look.moment is not None and axis is not None and axis.kind == "unzoned":
        notes.append(tr("Time zone of the model unknown"))
    return tuple(notes)


def _raster(look: RasterLook) -> Entry:
    style = look.style
    if style.mode == "rgb":
        return Entry(look.name, caption=tr("Colour image"))
    if style.mode == "hillshade":
        return Entry(look.name, caption=tr("Shaded relief"))
    name = style.variable if look.variable(style.variable) else (look.bands[0] if look.bands else "")
    return _scaled(look, name, _arrows(look), look.ranges)


def _arrows(look: RasterLook | MeshLook) -> tuple[str, ...]:
    """Give what the arrows show and how fast the longest is."""
    if not look.arrows:
        return ()
    variable = look.variable(look.arrows)
    quantity = quantity_text(variable, look.arrows)
    if not look.fastest:
        return (tr("Arrows: {quantity}", quantity=quantity),)
    speed = f"{number_text(look.fastest)} {unit_text(variable.units if variable else None)}".rstrip()
    return (tr("Arrows: {quantity}, the longest from {speed}", quantity=quantity, speed=speed),)


def _mesh(look: MeshLook) -> Entry:
    if not look.shown:
        return Entry(look.name, caption=tr("Mesh"))
    notes = list(_arrows(look))
    if look.depth:
        notes.append(tr("Drier than {depth} m is not drawn", depth=f"{look.style.dry_below:g}"))
    return _scaled(look, look.shown, tuple(notes), look.ranges)


def _scaled(look: Any, name: str, notes: tuple[str, ...], ranges: Any) -> Entry:
    variable = look.variable(name)
    unit = unit_text(variable.units if variable else None)
    caption = caption_text(variable, name)
    scale = look.style.scale
    found = []
    if ranges is not None and ranges.maximum > ranges.minimum:
        words = N_("Data {low} to {high} {unit}") if ranges.whole else N_("This step {low} to {high} {unit}")
        low, high = range_text(ranges.minimum, ranges.maximum)
        found.append(tr(words, low=low, high=high, unit=unit).rstrip())
    if is_height(variable):
        found.append(tr("Vertical datum: {datum}", datum=look.vdatum or tr("unknown")))
    if scale.classes is not None and scale.classes.classes:
        return Entry(look.name, caption, rows=class_rows(scale.classes), notes=(*found, *notes))
    return Entry(look.name, caption, bar=_bar(scale, ranges), notes=(*found, *notes))


@lru_cache(maxsize=256)
def _bar(scale: ColourScale, ranges: ValueRange | None) -> Bar:
    made = colouring(scale, ranges)
    marks, step = ticks(made.low, made.high, 5)
    span = made.high - made.low
    shares = tuple(((value - made.low) / span, number_text(value, step)) for value in marks)
    colours = tuple(int(c) for c in made.table[:: max(1, len(made.table) // 64)])
    slack = span * 1e-6
    below = ranges is not None and ranges.minimum < made.low - slack
    above = ranges is not None and ranges.maximum > made.high + slack
    return Bar(colours, shares, below, above)


def class_rows(table: ClassTable) -> tuple[Row, ...]:
    """Give the rows of a class table, from its first class on."""
    from app.views.map2d.colours import argb

    return tuple(Row(class_text(c, table), argb(c.colour)) for c in table.classes)


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


def _vector(look: VectorLook) -> Entry:
    style, d = look.style, look.description
    geometry = geometry_word(d.geometry if d else None)
    if style.column and style.categories:
        rows = tuple(Row(_category(c), symbol=c.symbol, geometry=geometry) for c in style.categories)
        return Entry(look.name, caption=column_text(d, style.column), rows=rows)
    if style.column and style.classes is not None:
        from app.views.map2d.colours import argb

        rows = tuple(
            Row(class_text(c, style.classes), argb(c.colour), geometry=geometry) for c in style.classes.classes
        )
        return Entry(look.name, caption=column_text(d, style.column), rows=rows)
    return Entry(look.name, rows=(Row("", symbol=style.symbol, geometry=geometry),))


def _category(one: Category) -> str:
    label = one.label_zh if language() == "zh" else one.label_en
    if label or one.value is None:
        return label or "–"
    value = one.value
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def geometry_word(name: str | None) -> str:
    """Give ``point``, ``line`` or ``polygon`` for a geometry type's name."""
    text = (name or "").lower()
    if "point" in text:
        return "point"
    return "line" if "line" in text or ("curve" in text and "polygon" not in text) else "polygon"


def _stations(look: SeriesLook) -> Entry:
    variable = look.variable(look.shown)
    caption = caption_text(variable, look.shown)
    return Entry(look.name, caption, rows=(Row("", symbol=look.style.symbol, geometry="point"),))
