"""Looks: everything that decides one layer's pixels in one view; pure, frozen, compared before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite, nan
from typing import TYPE_CHECKING, Any, ClassVar

from app.core.asked import asked_columns, shown_variable
from app.core.language import N_
from app.core.moments import placed
from layers.mesh import MeshLayer
from layers.raster import RasterLayer
from layers.series import SeriesLayer
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Hashable

    import numpy as np

    from app.core.camera import View
    from layers.layer import Layer
    from layers.sources.source import LayerDescription, Statistics, Variable
    from layers.style import ColourScale, MeshStyle, RasterStyle, SeriesStyle, VectorStyle
    from layers.times import TimeAxis

REASONS: dict[str, str] = {
    "opening": N_("still opening"),
    "failed": N_("cannot be read"),
    "before": N_("begins later than this moment"),
    "after": N_("ended before this moment"),
    "no_crs": N_("coordinate system unknown, so it cannot be placed on this map"),
    "map_no_crs": N_("the map has no coordinate system, so it cannot be placed"),
    "no_way": N_("nothing leads from its coordinate system to that of the map"),
    "no_place": N_("has no positions"),
    "kind": N_("is not drawn on a map"),
    "read_failed": N_("this part cannot be read"),
    "no_data": N_("no values here"),
}
"""Why a layer shows nothing: code → English sentence part, translated where it is shown."""


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The range that colours span, and the range of the data.

    Parameters
    ----------
    low, high : float
        Ends of the colour scale, in the unit of the variable.
    minimum, maximum : float
        Smallest and largest value known; NaN = not known.
    whole : bool
        Whether all steps were looked at; False = only what was painted first.
    """

    low: float
    high: float
    minimum: float
    maximum: float
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Counts:
    """Features of each class, category or rule, in their order; those that fit none last.

    Parameters
    ----------
    numbers : tuple of int
    whole : bool
        Whether all features of the layer were counted; False = those in and around the view.
    """

    numbers: tuple[int, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a layer beside its own fields.

    Parameters
    ----------
    state : str
        ``ok``, ``opening``, ``failed`` or ``stale``, as `Reading.state` says.
    ranges : ValueRange, optional
        Of the variable shown; None = not known yet.
    fastest : float or None
        Speed of the longest arrow.
    revision : int
        Counts edits of the features.
    selected : hashable
        The predicate of the selection, or None.
    """

    state: str = "ok"
    ranges: ValueRange | None = None
    fastest: float | None = None
    revision: int = 0
    selected: Hashable = None


NOTHING_KNOWN = Known()

LONG_TAIL = 2.5
"""Where all values span this many times the range of 96 % of them, colours span the latter."""


def value_range(scale: ColourScale, statistics: Statistics | None, *, whole: bool = True) -> ValueRange | None:
    """Give the range that colours span: what the style says, else the data; rare extremes do not flatten it.

    Parameters
    ----------
    scale : ColourScale
        Its ``minimum`` and ``maximum`` win.
    statistics : Statistics or None
        Of the variable; None or without any value gives None, unless the style names both ends.
    whole : bool
        Whether the statistics cover all steps.
    """
    known = statistics is not None and isfinite(statistics.minimum) and isfinite(statistics.maximum)
    if not known or statistics is None:
        if scale.minimum is None or scale.maximum is None:
            return None
        return ValueRange(scale.minimum, scale.maximum, nan, nan, whole=False)
    low, high = statistics.minimum, statistics.maximum
    core = statistics.p98 - statistics.p2
    if isfinite(core) and core > 0 and high - low > LONG_TAIL * core:
        low, high = statistics.p2, statistics.p98
    low = low if scale.minimum is None else scale.minimum
    high = high if scale.maximum is None else scale.maximum
    if not high > low:
        low, high = (low, low + 1.0) if scale.minimum is not None else (high - 1.0, high + 0.0)
    return ValueRange(low, high, statistics.minimum, statistics.maximum, whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What every kind of look shares.

    Parameters
    ----------
    layer, source, key : str
        Which layer of the document, which file, which part of it.
    crs : str or None
        The layer's own system.
    view : View
        The picture asked for.
    step : int or None
        Step of the layer's time axis; None outside its span.
    moment : datetime64[ns] or None
        When that step is, on the shared clock (UTC).
    empty_reason : str
        Key of ``REASONS`` where nothing can be drawn; else empty.
    origin : object
        The same in looks that differ by step, moment and reason alone; None where that is not known.
    """

    kind: ClassVar[str] = "layer"
    layer: str
    source: str
    key: str
    crs: str | None
    view: View
    step: int | None = 0
    moment: np.datetime64 | None = None
    empty_reason: str = ""
    description: LayerDescription | None = field(default=None, compare=False, repr=False)
    name: str = ""
    vdatum: str | None = None
    origin: object = field(default=None, compare=False, repr=False)

    def differs(self, other: Look | None) -> bool:
        """Tell whether pixels may differ; equal looks are never redrawn."""
        return type(self) is not type(other) or self != other

    def variable(self, name: str) -> Variable | None:
        """Find a variable of the source by name."""
        return self.description.variable(name) if self.description else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterLook(Look):
    """Cells of one step, coloured; ``bands`` are the variables read; ``still``: none of its arrows can be seen."""

    kind: ClassVar[str] = "raster"
    style: RasterStyle
    bands: tuple[str, ...] = ()
    contour_step: float | None = field(default=None, compare=False)
    arrows: str = ""
    fastest: float | None = None
    still: bool = field(default=False, compare=False)
    ranges: ValueRange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeshLook(Look):
    """A variable of a mesh at one step; ``depth`` names the depth that decides what is dry."""

    kind: ClassVar[str] = "mesh"
    style: MeshStyle
    shown: str = ""
    depth: str = ""
    arrows: str = ""
    fastest: float | None = None
    still: bool = field(default=False, compare=False)
    ranges: ValueRange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorLook(Look):
    """Features with symbols and labels; ``scratch`` holds the features of a layer without a file.

    As painted, ``ranges`` says what the colours of heat span in that view, ``counts`` what the classes hold.
    """

    kind: ClassVar[str] = "vector"
    style: VectorStyle
    columns: tuple[str, ...] = ()
    revision: int = 0
    filter: str = ""
    selected: Hashable = None
    ranges: ValueRange | None = field(default=None, compare=False)
    counts: Counts | None = field(default=None, compare=False)
    scratch: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesLook(Look):
    """Stations at one step."""

    kind: ClassVar[str] = "series"
    style: SeriesStyle
    shown: str = ""


def resolve(layer: Layer, now: np.datetime64 | None, view: View, known: Known = NOTHING_KNOWN) -> Look:
    """Give the look of a layer at a moment in a view; no reading, no drawing, same input same answer.

    Parameters
    ----------
    layer : Layer
        Any kind; one that was not opened yet gets an ``empty_reason``.
    now : datetime64[ns] or None
        The shared clock, UTC.
    view : View
        Extent and pixels asked for.
    known : Known
        State of reading, range of values, edits, selection.
    """
    if isinstance(layer, RasterLayer):
        look: Look = _raster(layer, view, known)
    elif isinstance(layer, MeshLayer):
        look = _mesh(layer, view, known)
    elif isinstance(layer, VectorLayer):
        look = _vector(layer, view, known)
    elif isinstance(layer, SeriesLayer):
        look = SeriesLook(**_common(layer, view), style=layer.style, shown=shown_variable(layer, layer.style.variable))
    else:
        look = Look(**_common(layer, view), empty_reason="kind")
    return _timed(look, layer, now, known)


def _common(layer: Layer, view: View) -> dict[str, Any]:
    return {
        "layer": layer.id,
        "source": layer.source,
        "key": layer.key,
        "crs": layer.crs,
        "view": view,
        "description": layer.description,
        "name": layer.name,
        "vdatum": layer.vdatum,
    }


def _raster(layer: RasterLayer, view: View, known: Known) -> RasterLook:
    style = layer.style
    if style.mode == "rgb" and style.bands:
        bands: tuple[str, ...] = style.bands
    elif style.mode == "index" and style.index:
        bands = style.index
    else:
        bands = (shown_variable(layer, style.variable),)
    pair = layer.variable(style.arrows) if style.arrows else None
    arrows = style.arrows if pair is not None and len(pair.components) == 2 else ""
    shown = layer.variable(bands[0])
    if len(bands) == 1 and shown is not None and len(shown.components) == 2:
        bands = shown.components
    return RasterLook(
        **_common(layer, view), style=style, bands=bands, arrows=arrows, fastest=known.fastest, ranges=known.ranges
    )


def _mesh(layer: MeshLayer, view: View, known: Known) -> MeshLook:
    style = layer.style
    names = {v.name for v in layer.description.variables} if layer.description else set[str]()
    return MeshLook(
        **_common(layer, view),
        style=style,
        shown=shown_variable(layer, style.variable),
        depth=style.depth_variable if style.depth_variable in names else "",
        arrows=style.arrows if style.arrows in names else "",
        fastest=known.fastest,
        ranges=known.ranges,
    )


def _vector(layer: VectorLayer, view: View, known: Known) -> VectorLook:
    style = layer.style
    return VectorLook(
        **_common(layer, view),
        style=style,
        columns=asked_columns(style),
        revision=known.revision,
        filter=layer.filter,
        selected=known.selected,
        scratch=layer.features if layer.is_scratch else None,
    )


def _timed(look: Look, layer: Layer, now: np.datetime64 | None, known: Known) -> Look:
    """Add the step, its moment and the reason for an empty picture."""
    scratch = isinstance(layer, VectorLayer) and layer.is_scratch
    reason = look.empty_reason or _reason(layer, look.view, known, scratch=scratch)
    return at_moment(replace(look, empty_reason=reason), moving_axis(look, layer), layer.shift_h, now)


def moving_axis(look: Look, layer: Layer) -> TimeAxis | None:
    """Give the time axis that a look follows; None where nothing it shows changes in time."""
    axis = layer.description.time if layer.description else None
    return None if axis is None or not len(axis) or _is_steady(look) else axis


def at_moment(look: Look, axis: TimeAxis | None, shift_h: float, now: np.datetime64 | None) -> Look:
    """Give a look at a moment of the shared clock, the rest as it is.

    Parameters
    ----------
    look : Look
        Without a reason of its own it gets one where the moment lies outside the axis.
    axis : TimeAxis or None
        From `moving_axis`.
    shift_h : float
        Hours added to the layer's own axis.
    now : datetime64[ns] or None
        The shared clock, UTC; None shows the first step.
    """
    if axis is None:
        return look
    step, moment, reason = placed(axis, shift_h, now)
    if step is None:
        return replace(look, step=None, empty_reason=look.empty_reason or reason)
    if step == look.step and look.moment is not None:
        return look
    return replace(look, step=step, moment=moment)


def _is_steady(look: Look) -> bool:
    """Tell whether none of the variables shown changes in time, so that the clock does not matter."""
    if isinstance(look, RasterLook):
        names = tuple(n for n in (*look.bands, look.arrows) if n)
    elif isinstance(look, MeshLook):
        names = tuple(n for n in (look.shown, look.depth, look.arrows) if n)
    elif isinstance(look, SeriesLook):
        names = (look.shown,)
    else:
        return True
    found = [v for v in map(look.variable, names) if v is not None]
    return bool(found) and all(v.steps <= 1 for v in found)


def _reason(layer: Layer, view: View, known: Known, *, scratch: bool) -> str:
    if not scratch and known.state == "failed":
        return "failed"
    if not scratch and layer.description is None:
        return "opening"
    if layer.kind == "series" and layer.description is not None and layer.description.bounds is None:
        return "no_place"
    return "" if can_place(layer.crs, view.crs) else _unplaced(layer)


def _unplaced(layer: Layer) -> str:
    return "no_crs" if layer.crs is None else "map_no_crs"


def can_place(crs: str | None, map_crs: str | None) -> bool:
    """Tell whether a layer can be drawn on a map: both systems known, or both unknown."""
    return (crs is None) == (map_crs is None)


def is_degrees(description: LayerDescription | None) -> bool:
    """Tell whether a layer without a CRS says that its coordinates are degrees."""
    return bool(description and description.crs is None and description.extra.get("geographic"))
