"""Wording: numbers, units and quantities as people read them."""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING

from app.core.language import N_, language, tr
from app.core.quantities import QUANTITIES, quantity_text, unit_text
from layers.heights import DATUMS

__all__ = ["QUANTITIES", "quantity_text", "unit_text"]

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.sources.source import LayerDescription, Variable

COLUMNS = {
    "name": N_("Name"),
    "name_en": N_("English name"),
    "kind": N_("Kind"),
    "type": N_("Type"),
    "class": N_("Class"),
    "class_zh": N_("Class"),
    "level": N_("Rank"),
    "grade": N_("Grade"),
    "area_m2": N_("Area (m²)"),
    "area_km2": N_("Area (km²)"),
    "len_m": N_("Length (m)"),
    "width_m": N_("Width (m)"),
    "height_m": N_("Height (m)"),
    "z_crest": N_("Crest height (m)"),
    "z_ground": N_("Ground height (m)"),
    "z_bed": N_("Bed height (m)"),
    "z_sill": N_("Sill height (m)"),
    "pop": N_("Population"),
    "households": N_("Households"),
    "storeys": N_("Storeys"),
    "use": N_("Use"),
    "lu_code": N_("Land use"),
    "sttp": N_("Kind of station"),
    "stcd": N_("Station code"),
    "owner": N_("Owner"),
    "safety": N_("Safety"),
    "std_rp": N_("Design return period (years)"),
    "vdatum": N_("Vertical datum"),
}
"""Usual column names of water layers, and what they are called."""
_HEIGHT = re.compile(
    r"height|level|elev|altitude|stage|\bdem|bed|_s1|bathy|topo|ground|水位|高程|地形|潮位", re.IGNORECASE
)


def unit_of(variable: Variable | None) -> str:
    """Write the unit behind a value: nothing for a plain number; that it is unknown where the file names none."""
    if variable is None:
        return ""
    return f"({tr('unit unknown')})" if variable.units is None else unit_text(variable.units)


def caption_text(variable: Variable | None, name: str = "") -> str:
    """Give quantity and unit; a unit that the file does not name is called unknown."""
    return with_unit(quantity_text(variable, name), None if variable is None else variable.units)


def with_unit(words: str, units: str | None) -> str:
    """Write a unit behind words: nothing for a plain number, *unit unknown* for None."""
    unit = tr("unit unknown") if units is None else unit_text(units)
    return f"{words} ({unit})" if unit else words


def column_text(description: LayerDescription | None, name: str) -> str:
    """Give what a column is called: its title where the file or the list of usual columns has one."""
    known = None if description is None else next((c for c in description.columns if c.name == name), None)
    if known is not None and known.title:
        return known.title
    usual = COLUMNS.get(name.lower())
    return tr(usual) if usual is not None else name


def break_step(limits: Sequence[float]) -> float | None:
    """Give the coarsest decimal step that still writes every limit of classes to a hundredth of the smallest class."""
    rising = sorted(set(limits))
    gaps = [b - a for a, b in itertools.pairwise(rising)]
    least = min(gaps, default=abs(rising[0]) if rising else 0.0)
    if not (least > 0 and math.isfinite(least)):
        return None
    finest = math.floor(math.log10(least)) - 2
    for power in range(max(math.floor(math.log10(max(abs(v) for v in rising))), finest), finest, -1):
        if all(abs(v / 10.0**power - round(v / 10.0**power)) * 10.0**power <= least / 100 for v in rising):
            return 10.0**power
    return 10.0**finest


def range_text(low: float, high: float) -> tuple[str, str]:
    """Write both ends of a range with the same digits, about a hundredth of it."""
    span = high - low
    step = 10.0 ** (math.floor(math.log10(span)) - 2) if span > 0 and math.isfinite(span) else None
    return number_text(low, step), number_text(high, step)


def is_height(variable: Variable | None) -> bool:
    """Tell whether values are heights over a datum, which must then be named."""
    if variable is None or unit_text(variable.units) != "m":
        return False
    return bool(_HEIGHT.search(f"{variable.name} {variable.standard_name} {variable.title}"))


def number_text(value: float, step: float | None = None) -> str:
    """Write a number with the digits that matter.

    Parameters
    ----------
    value : float
        NaN gives a dash.
    step : float, optional
        Distance of the ticks it stands among; without it about four digits are kept.
    """
    if not math.isfinite(value):
        return "–"
    if step is None:
        size = abs(value)
        if size and not 1e-3 <= size < 1e6:
            return f"{value:.3g}".replace("-", "−")
        places = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3
    else:
        if abs(value) >= 1e7 or (value and abs(value) < 1e-4 and step < 1e-4):
            return f"{value:.3g}".replace("-", "−")
        places = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 2
        places = places + 1 if step > 0 and abs(round(step, places) - step) > 1e-9 * step else places
    text = f"{value:.{places}f}"
    return (text[1:] if float(text) == 0 and text.startswith("-") else text).replace("-", "−")


def nice_step(span: float, count: int) -> float:
    """Give a step of 1, 2 or 5 times a power of ten that cuts a span in about so many parts."""
    if not (span > 0 and math.isfinite(span)):
        return 1.0
    rough = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(f * power for f in (1.0, 2.0, 5.0, 10.0) if f * power >= rough * 0.999)


def ticks(low: float, high: float, count: int) -> tuple[list[float], float]:
    """Give nice values inside a range and their step."""
    step = nice_step(high - low, count)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)][:200], step


def degrees_text(value: float, axis: str, step: float) -> str:
    """Write a longitude (``x``) or latitude (``y``), e.g. ``121.5°E``."""
    value = (value + 180) % 360 - 180 if axis == "x" else value
    places = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 4
    side = ("E" if value > 0 else "W") if axis == "x" else ("N" if value > 0 else "S")
    text = f"{abs(value):.{places}f}°"
    return text if abs(value) < step / 1e3 else text + side


def length_text(metres: float) -> str:
    """Write a length, in km from 1000 m."""
    if metres >= 1000:
        return f"{metres / 1000:g} km"
    return f"{metres:g} m" if metres >= 1 else f"{metres * 100:g} cm"


def datum_text(name: str) -> str:
    """Give the title of a vertical datum in the language on screen; a file's own word stays as it is."""
    known = DATUMS.get(name)
    if known is None:
        return name
    return known.title_zh if language() == "zh" else known.title_en


def how_text(face: int, nodes: Sequence[int], *, smooth: bool = True) -> str:
    """Say how a value of a mesh at a place is obtained: it is the face's, or mixed from nodes.

    Parameters
    ----------
    face : int
        Face that holds the place.
    nodes : sequence of int
        Nodes whose values are mixed; none where values lie on faces.
    smooth : bool
        Whether they count by how near they are; else alike, as the map then shows one colour a face.
    """
    if not nodes:
        return tr("face {number}", number=face)
    if not smooth:
        return tr("mean of the nodes of face {number}", number=face)
    return tr("interpolated between nodes {nodes}", nodes=", ".join(str(n) for n in nodes))


def dry_text(below: float, variable: Variable | None) -> str:
    """Write the depth below which a place is dry, in the unit of that depth; a unit not known is said to be so."""
    if variable is None or variable.units is None:
        return f"{below:g} ({tr('unit unknown')})"
    return f"{below:g} {unit_text(variable.units)}".rstrip()


def value_text(value: float, unit: str, dry: str = "") -> str:
    """Write a value with its unit; a dry place is called dry, with the depth that decides it.

    Parameters
    ----------
    value : float
        NaN = none.
    unit : str
        As `unit_text` gives it.
    dry : str
        From `dry_text` where the place is dry; else empty.
    """
    if dry:
        return tr("dry (below {depth})", depth=dry)
    return f"{number_text(value)} {unit}".rstrip() if math.isfinite(value) else tr("no value")
