"""Styles as data: colour scales, class tables, symbols; no code, no renderer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$")]
"""``#rrggbb`` or ``#rrggbbaa``."""


class Frozen(BaseModel):
    """A frozen value that compares by content; unknown fields survive."""

    model_config = ConfigDict(frozen=True, extra="allow")


class ClassBreak(Frozen):
    """One class: ``minimum`` included, ``maximum`` excluded (None = open)."""

    minimum: float | None = None
    maximum: float | None = None
    label_zh: str = ""
    label_en: str = ""
    colour: Colour = "#808080"
    meaning_zh: str = ""
    meaning_en: str = ""


class ClassTable(Frozen):
    """A versioned table of classes with its source and mark.

    ``mark`` is the honesty of the source: ``source`` (read in a public text), ``high``, ``med``, ``low``
    (general knowledge). Anything but ``source`` shows 待核 until ``confirmed_by`` names a person.
    ``upper_included`` turns the interval rule to (minimum, maximum].
    """

    id: str
    title_zh: str
    title_en: str
    units: str = ""
    quantity: str = ""
    version: str = "1"
    source: str = ""
    mark: Literal["source", "high", "med", "low"] = "low"
    editable: bool = True
    confirmed_by: str = ""
    confirmed_at: str = ""
    upper_included: bool = False
    classes: tuple[ClassBreak, ...] = ()


class ColourScale(Frozen):
    """How values become colours.

    ``minimum``/``maximum`` None = the range of the data (of all steps, as far as known).
    ``classes`` wins over ``colours``; ``colours`` is a name known to the colour library.
    """

    colours: str = "viridis"
    reverse: bool = False
    minimum: float | None = None
    maximum: float | None = None
    classes: ClassTable | None = None


class RasterStyle(Frozen):
    """``mode``: one variable on a scale, three bands as colours, or a shaded relief (alone or over the scale)."""

    mode: Literal["scale", "rgb", "hillshade"] = "scale"
    variable: str = ""
    level: int = 0
    scale: ColourScale = ColourScale()
    bands: tuple[str, str, str] | None = None
    stretch: tuple[float, float] | None = None
    hillshade: float = 0.0
    smooth: bool = False
    arrows: str = ""


class MeshStyle(Frozen):
    """``variable`` coloured by ``scale``; ``smooth`` interpolates node values.

    Cells drier than ``dry_below`` (m, of ``depth_variable``) are not drawn.
    """

    variable: str = ""
    level: int = 0
    scale: ColourScale = ColourScale()
    smooth: bool = True
    depth_variable: str = ""
    dry_below: float = 0.01
    edges: bool = False
    edge_colour: Colour = "#00000040"
    arrows: str = ""
    arrow_colour: Colour = "#1c2833"
    arrow_spacing: int = 26


class Symbol(Frozen):
    """How one class of features is drawn; sizes in px at 96 dpi."""

    fill: Colour | None = "#9db7c8"
    stroke: Colour | None = "#4a6274"
    width: float = 1.0
    dash: tuple[float, ...] = ()
    shape: Literal["circle", "square", "triangle", "diamond", "cross"] = "circle"
    size: float = 7.0


class Category(Frozen):
    """Features whose ``column`` equals ``value``."""

    value: str | int | float | bool | None
    label_zh: str = ""
    label_en: str = ""
    symbol: Symbol = Symbol()


class VectorStyle(Frozen):
    """One symbol, or categories of a column, or classes of a numeric column; labels from a column."""

    symbol: Symbol = Symbol()
    column: str = ""
    categories: tuple[Category, ...] = ()
    classes: ClassTable | None = None
    label: str = ""
    label_size: float = 10.0
    label_colour: Colour = "#1c2833"
    label_min_scale: float | None = None


class SeriesStyle(Frozen):
    """Stations on the map and lines in the chart."""

    variable: str = ""
    symbol: Symbol = Symbol(fill="#d35400", stroke="#ffffff", width=1.2, size=9.0)
    line: Colour = "#1f77b4"
    label: bool = True


Style = RasterStyle | MeshStyle | VectorStyle | SeriesStyle
