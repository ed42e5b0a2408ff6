"""Legend: what the painted looks say about themselves, as frozen entries; no pixels here."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from app.core.language import N_, language, tr
from app.core.looks import REASONS, Look, MeshLook, RasterLook, SeriesLook, VectorLook
from app.core.moments import LocalTime, assumed_text, clock_text, moment
from app.views.map2d.colours import colouring
from app.views.map2d.legend_parts import Bar, Entry, Row, class_rows, class_strip, class_text, geometry_word
from app.views.wording import (
    caption_text,
    datum_text,
    dry_text,
    is_height,
    number_text,
    quantity_text,
    range_text,
    ticks,
    unit_text,
)
from layers.quantities import is_depth

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    from app.core.looks import ValueRange
    from app.views.view import Picture
    from layers.sources.source import Variable
    from layers.style import ColourScale, RasterStyle

__all__ = ["Bar", "Entry", "Legend", "Row", "class_rows", "class_text", "entries", "geometry_word"]


class Legend:
    """Gives the entries of painted pictures; what did not change since the last time is not written anew."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[Any, ...], Entry]] = {}
        self._known: dict[str, tuple[tuple[Any, ...], Entry]] = {}

    def entries(
        self, pictures: Sequence[Picture], now: np.datetime64 | None, local: LocalTime, *, zone: bool = False
    ) -> Iterator[Entry]:
        """Give the entries one by one, top layer first.

        Parameters
        ----------
        pictures : sequence of Picture
            Bottom first, as a frame holds them.
        now : datetime64[ns] or None
            The shared clock; None = layers do not say that they show another moment.
        local : LocalTime
            How moments are written.
        zone : bool
            Whether to write their zone too, where nothing else beside the legend says it.
        """
        for picture in reversed(pictures):
            entry = self._lasting(picture.look, local)
            late = () if picture.look.empty_reason else _when(picture.look, now, local, zone=zone)
            yield replace(entry, notes=(*entry.notes, *late)) if late else entry

    def _lasting(self, look: Look, local: LocalTime) -> Entry:
        """Give what an entry says whatever the moment; parts are compared as objects, which are never changed."""
        at_once = (look.origin, look.empty_reason, getattr(look, "still", False), language(), local)
        known = self._known.get(look.layer)
        if known is not None and look.origin is not None and known[0] == at_once:
            return known[1]
        entry = self._compared(look, local)
        self._known[look.layer] = (at_once, entry)
        return entry

    def _compared(self, look: Look, local: LocalTime) -> Entry:
        parts = (look.description, getattr(look, "style", None), getattr(look, "ranges", None))
        told = (
            getattr(look, "fastest", None),
            getattr(look, "still", False),
            getattr(look, "counts", None),
            _scale_state(look),
            getattr(look, "contour_step", None),
        )
        words = (language(), local, look.name, look.vdatum, look.empty_reason, *told)
        kept = self._kept.get(look.layer)
        if kept is not None and kept[0][3:] == words and all(a is b for a, b in zip(kept[0], parts, strict=False)):
            return kept[1]
        values = isinstance(look, RasterLook | MeshLook) and not look.empty_reason
        made = _entry(look)
        notes = made.notes if look.empty_reason else (*_counted_from(look, local), *made.notes)
        entry = replace(made, notes=notes, layer=look.layer, has_values=values and bool(made.bar or made.rows))
        self._kept[look.layer] = ((*parts, *words), entry)
        return entry


def _scale_state(look: Look) -> tuple[int, ...]:
    """Give what the map's scale decides of an entry: which rules draw."""
    if isinstance(look, VectorLook) and look.style.kind == "rules":
        from app.views.map2d.renderers import active_rules, scale_of

        return tuple(active_rules(look.style, scale_of(look.view)))
    return ()


def entries(
    pictures: Sequence[Picture], now: np.datetime64 | None, local: LocalTime, *, zone: bool = False
) -> Iterator[Entry]:
    """Give the legend of painted pictures once; see `Legend.entries`."""
    return Legend().entries(pictures, now, local, zone=zone)


def _entry(look: Look) -> Entry:
    if look.empty_reason:
        return Entry(look.name, missing=tr(REASONS[look.empty_reason]))
    if isinstance(look, RasterLook):
        return _raster(look)
    if isinstance(look, MeshLook):
        return _mesh(look)
    if isinstance(look, VectorLook):
        # It stands on the kernels, which are loaded in a worker by the time that anything is drawn.
        from app.views.map2d.legend_vector import vector_entry

        return vector_entry(look)
    return _stations(look) if isinstance(look, SeriesLook) else Entry(look.name)


def _when(look: Look, now: np.datetime64 | None, local: LocalTime, *, zone: bool) -> tuple[str, ...]:
    """Name the layer's own moment where it is not the moment asked for."""
    if look.moment is None:
        return ()
    axis = look.description.time if look.description else None
    notes = []
    if now is not None and look.moment != now and abs((look.moment - now).astype("int64")) > 1_000_000:
        notes.append(_held(look, (local.text if zone else local.clock)(look.moment), local))
    if axis is not None and axis.kind == "unzoned":
        notes.append(tr("Time zone unknown") if local.kind == "unzoned" else assumed_text())
    return tuple(notes)


def _held(look: Look, time: str, local: LocalTime) -> str:
    """Say which step a picture holds, and until when: values stand as they are from a step to the next one."""
    axis, step = look.description.time if look.description else None, look.step
    if axis is None or step is None or look.moment is None or step + 1 >= len(axis):
        return tr("Step of {time}", time=time)
    following = local.clock(look.moment + (axis.values[step + 1] - axis.values[step]))
    day, _, hour = following.partition(" ")
    short = hour if hour and local.clock(look.moment).startswith(day) else following
    return tr("Step of {time}, held until the next at {next}", time=time, next=short)


def _counted_from(look: Look, local: LocalTime) -> tuple[str, ...]:
    """Name the moment that the hours of a result are counted from."""
    found = look.variable(shown_name(look))
    made = None if found is None else found.made
    if made is None or made.is_value:
        return ()
    if not made.since:
        return (tr("Hours since the start of the run, which has no date"),)
    try:
        start = moment(made.since)
    except ValueError:
        return ()
    if start is None:
        return ()
    if made.zone == "unzoned":
        return (tr("Hours since {time} of the model's own clock, zone unknown", time=clock_text(start)),)
    return (tr("Hours since {time}", time=LocalTime("utc", local.offset_hours).text(start)),)


def shown_name(look: Look) -> str:
    """Name the variable whose values colour a grid or a mesh; empty where none does."""
    if isinstance(look, MeshLook):
        return look.shown
    if isinstance(look, RasterLook) and look.style.mode == "scale" and look.bands:
        return look.bands[0]
    return ""


def _raster(look: RasterLook) -> Entry:
    style = look.style
    if style.mode == "rgb":
        return Entry(look.name, caption=tr("Colour image"))
    lines = _contours(look)
    if style.mode == "hillshade":
        return Entry(look.name, caption=tr("Shaded relief"), notes=lines)
    if style.mode == "index" and style.index:
        first, second = (quantity_text(look.variable(name), name) for name in style.index)
        caption = f"({first} − {second}) / ({first} + {second})"
        if style.scale.classes is not None and style.scale.classes.classes:
            return Entry(look.name, caption, rows=class_rows(style.scale.classes), notes=lines)
        return Entry(
            look.name, caption, bar=_bar(cast("Any", style.scale), look.ranges), notes=(*_spanned(style), *lines)
        )
    name = style.variable if look.variable(style.variable) else (look.bands[0] if look.bands else "")
    return _scaled(look, name, (*_spanned(style), *_arrows(look), *lines), look.ranges)


def _spanned(style: RasterStyle) -> tuple[str, ...]:
    """Say that colours follow the view, where they do."""
    return (tr("The colours follow what the view shows"),) if style.stretch_by and style.scale.classes is None else ()


def _contours(look: RasterLook) -> tuple[str, ...]:
    """Say how far the contours that were drawn lie apart."""
    contours = look.style.contours
    if contours is None or look.contour_step is None:
        return ()
    variable = look.variable(look.bands[0]) if look.bands else None
    unit = unit_text(variable.units if variable else None)
    step = number_text(look.contour_step)
    if not contours.thick_every:
        return (tr("Contours every {step} {unit}", step=step, unit=unit).rstrip(),)
    thick = number_text(look.contour_step * contours.thick_every)
    return (tr("Contours every {step} {unit}, thick every {thick}", step=step, unit=unit, thick=thick),)


def _arrows(look: RasterLook | MeshLook) -> tuple[str, ...]:
    """Give what the arrows show and how fast the longest is."""
    if not look.arrows:
        return ()
    variable = look.variable(look.arrows)
    quantity = quantity_text(variable, look.arrows)
    if look.still:
        return (tr("Arrows: {quantity}, none at this moment", quantity=quantity),)
    if not look.fastest:
        return (tr("Arrows: {quantity}", quantity=quantity),)
    speed = f"{number_text(look.fastest)} {unit_text(variable.units if variable else None)}".rstrip()
    return (tr("Arrows: {quantity}, the longest from {speed}", quantity=quantity, speed=speed),)


def _mesh(look: MeshLook) -> Entry:
    if not look.shown:
        return Entry(look.name, caption=tr("Mesh"))
    notes = list(_arrows(look))
    if look.depth:
        notes.append(
            tr("Depth below {depth}: dry, not drawn", depth=dry_text(look.style.dry_below, look.variable(look.depth)))
        )
    return _scaled(look, look.shown, tuple(notes), look.ranges)


def _scaled(look: Any, name: str, notes: tuple[str, ...], ranges: Any) -> Entry:
    variable = look.variable(name)
    unit = unit_text(variable.units if variable else None)
    caption = caption_text(variable, name)
    scale = look.style.scale
    found = []
    if ranges is not None and ranges.maximum > ranges.minimum:
        words = _range_words(look, name, ranges)
        low, high = range_text(ranges.minimum, ranges.maximum)
        found.append(tr(words, low=low, high=high, unit=unit).rstrip())
    if is_height(variable):
        found.append(tr("Vertical datum: {datum}", datum=datum_text(look.vdatum) if look.vdatum else tr("unknown")))
    if scale.classes is not None and scale.classes.classes:
        strip = class_strip(scale.classes)
        return Entry(look.name, caption, rows=class_rows(scale.classes), notes=(*found, *notes), strip=strip)
    return Entry(look.name, caption, bar=_bar(scale, ranges, no_less=is_water(variable)), notes=(*found, *notes))


def is_water(variable: Variable | None) -> bool:
    """Tell whether values are depths of water, which are never below 0."""
    return variable is not None and is_depth(variable.name, variable.standard_name)


def _range_words(look: Look, name: str, ranges: ValueRange) -> str:
    """Say what a range was taken from: all data, the step shown, or the part of a grid that the view shows."""
    if ranges.whole:
        return N_("Data {low} to {high} {unit}")
    variable = look.variable(name)
    if variable is not None and variable.steps > 1:
        return N_("This step {low} to {high} {unit}")
    return N_("In view {low} to {high} {unit}") if isinstance(look, RasterLook) else N_("Data {low} to {high} {unit}")


@lru_cache(maxsize=256)
def _bar(scale: ColourScale, ranges: ValueRange | None, *, no_less: bool = False) -> Bar:
    """Give the bar of a scale; ``no_less``: what is below 0 is no value but dry ground, and no end points to it."""
    made = colouring(scale, ranges)
    marks, step = ticks(made.low, made.high, 5)
    span = made.high - made.low
    shares = tuple(((value - made.low) / span, number_text(value, step)) for value in marks)
    colours = tuple(int(c) for c in made.table[:: max(1, len(made.table) // 64)])
    slack = span * 1e-6
    below = ranges is not None and ranges.minimum < made.low - slack and not (no_less and made.low <= 0)
    above = ranges is not None and ranges.maximum > made.high + slack
    return Bar(colours, shares, below, above)


def _stations(look: SeriesLook) -> Entry:
    variable = look.variable(look.shown)
    caption = caption_text(variable, look.shown)
    return Entry(look.name, caption, rows=(Row("", symbol=look.style.symbol, geometry="point"),))
