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


class Contours(Frozen):
    """Lines of equal value every ``interval`` from ``base`` on, in the variable's unit; some are twice as thick."""

    interval: float = Field(default=5.0, gt=0.0)
    base: float = 0.0
    colour: Colour = "#6b4f3a"
    width: float = Field(default=0.7, gt=0.0)
    thick_every: int = Field(default=5, ge=0)


class RasterStyle(Frozen):
    """``mode``: one variable on a scale, three bands as colours, an index of two bands, or a shaded relief.

    The index is (a - b) / (a + b) of the pair ``index``. ``stretch_by`` lets the colours span what the view shows:
    its smallest and largest value, its 2 to 98 %, or two standard deviations around its mean; "" = the whole data.
    ``sun`` is where the light of the relief comes from: degrees clockwise from north, degrees above the horizon.
    """

    mode: Literal["scale", "rgb", "hillshade", "index"] = "scale"
    variable: str = ""
    level: int = 0
    scale: ColourScale = ColourScale()
    bands: tuple[str, str, str] | None = None
    index: tuple[str, str] | None = None
    stretch: tuple[float, float] | None = None
    stretch_by: Literal["", "minmax", "percentile", "deviation"] = ""
    contours: Contours | None = None
    sun: tuple[float, float] = (315.0, 45.0)
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


Cap = Literal["butt", "round", "square"]
Blend = Literal["normal", "multiply", "screen", "overlay", "darken", "lighten"]
"""How the colours of a layer meet those below it; the formulas are those of W3C Compositing and Blending."""

Join = Literal["miter", "round", "bevel"]
Shape = Literal["circle", "square", "triangle", "diamond", "cross"]
Hatch = Literal["", "horizontal", "vertical", "cross", "diagonal_up", "diagonal_down", "diagonal_cross", "dots"]
"""Lines or dots over the inside of a polygon; ``diagonal_up`` rises to the right."""


class SizeBy(Frozen):
    """Size of each point symbol from a column.

    ``minimum``/``maximum`` (values) become ``smallest``/``largest`` (px); values outside get the nearer end,
    missing values ``smallest``. ``proportion`` says what grows in step with the value: the area or the diameter.
    """

    column: str
    minimum: float = 0.0
    maximum: float = 1.0
    smallest: float = Field(default=4.0, ge=0.0)
    largest: float = Field(default=30.0, ge=0.0)
    proportion: Literal["area", "diameter"] = "area"


class Symbol(Frozen):
    """How one class of features is drawn; sizes in px at 96 dpi.

    ``offset`` moves a line to its right (seen along it; negative = left). ``hatch`` lies over ``fill``; its lines
    are ``hatch_spacing`` apart and ``hatch_width`` wide, in ``hatch_colour`` (None = that of ``stroke``).
    ``marker`` names an SVG in ``resources/markers`` without its suffix; "" draws ``shape``. ``rotation`` turns a
    point symbol clockwise in degrees; the number in ``rotation_column`` is added to it, none counts as 0.
    ``size_by`` wins over ``size``. ``cap`` "" = round, and butt where the line is dashed.
    """

    fill: Colour | None = "#9db7c8"
    stroke: Colour | None = "#4a6274"
    width: float = 1.0
    dash: tuple[float, ...] = ()
    cap: Cap | Literal[""] = ""
    join: Join = "round"
    offset: float = 0.0
    hatch: Hatch = ""
    hatch_colour: Colour | None = None
    hatch_spacing: float = Field(default=8.0, ge=2.0)
    hatch_width: float = Field(default=1.0, gt=0.0)
    shape: Shape = "circle"
    marker: str = Field(default="", pattern=r"^[a-z0-9_]*$")
    size: float = 7.0
    size_by: SizeBy | None = None
    rotation: float = 0.0
    rotation_column: str = ""

    @property
    def ends(self) -> Cap:
        """How lines end: ``cap``, or what suits the dashes where it says nothing."""
        return self.cap or ("butt" if self.dash else "round")

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the symbol takes numbers from."""
        sized = self.size_by.column if self.size_by is not None else ""
        return tuple(c for c in (sized, self.rotation_column) if c)


class Category(Frozen):
    """Features whose ``column`` equals ``value``; one that is not ``visible`` is not drawn."""

    value: str | int | float | bool | None
    label_zh: str = ""
    label_en: str = ""
    symbol: Symbol = Symbol()
    visible: bool = True


class Rule(Frozen):
    """Features that a condition holds for, drawn with a symbol.

    ``filter`` is CQL2 text ("" = every feature); ``otherwise`` takes those that no other rule takes.
    Drawn where the map's scale 1:n has ``max_scale`` <= n <= ``min_scale`` (None = open). Every rule that holds
    draws, the first lowest. A rule without a name belongs to the one before it: a second stroke of its symbol.
    """

    name_zh: str = ""
    name_en: str = ""
    filter: str = ""
    otherwise: bool = False
    min_scale: float | None = None
    max_scale: float | None = None
    symbol: Symbol = Symbol()
    visible: bool = True


class HeatStyle(Frozen):
    """Density of points as colours: each counts 1, or the number in ``weight``, spread over ``radius`` px.

    The colours begin at 0; ``scale.maximum`` is in features (or weight) per km2, None = the highest in the view.
    """

    radius: float = Field(default=24.0, gt=0.0)
    weight: str = ""
    scale: ColourScale = ColourScale(colours="colorbrewer:YlOrRd", minimum=0.0)


class ClusterStyle(Frozen):
    """Points nearer than ``radius`` px as one symbol with their number; it grows up to ``largest`` px."""

    radius: float = Field(default=40.0, gt=0.0)
    symbol: Symbol = Symbol(fill="#1f6f8bd9", stroke="#ffffff", width=1.5, size=22.0)
    largest: float = 52.0
    text_colour: Colour = "#ffffff"


class Grading(Frozen):
    """How the classes of a style were made from a column, so that they can be made anew."""

    method: Literal["quantile", "equal", "jenks", "deviation", "pretty", "table"] = "quantile"
    count: int = Field(default=5, ge=2, le=24)
    colours: str = "viridis"
    reverse: bool = False


class LabelStyle(Frozen):
    """What texts on the map have beside their column, size and colour.

    ``expression`` wins over the column ("" = the column). Shown where the map's scale 1:n has n >= ``max_scale``
    (and n <= ``label_min_scale``). ``halo`` None = light around dark letters, dark around light ones.
    ``priority`` counts between layers, ``priority_column`` between the features of one. ``repeat`` is the distance
    in px after which a line carries its text again; 0 = once.
    """

    expression: str = ""
    placement: Literal["auto", "centre", "around", "along"] = "auto"
    bold: bool = False
    halo: Colour | None = None
    halo_width: float = Field(default=1.3, ge=0.0, le=6.0)
    max_scale: float | None = None
    priority: int = 0
    priority_column: str = ""
    repeat: float = Field(default=250.0, ge=0.0)
    overlap: bool = False


Renderer = Literal["single", "categorised", "graduated", "rules", "heat", "cluster"]


class VectorStyle(Frozen):
    """How features are drawn: ``kind`` says which of the parts below counts.

    ``renderer`` "" = as files wrote it that knew three kinds: categories or classes of a column where there are
    any, else one symbol. Parts that do not count are kept, so that a change of mind loses nothing.
    """

    renderer: Literal["", "single", "categorised", "graduated", "rules", "heat", "cluster"] = ""
    symbol: Symbol = Symbol()
    column: str = ""
    categories: tuple[Category, ...] = ()
    classes: ClassTable | None = None
    grading: Grading = Grading()
    rules: tuple[Rule, ...] = ()
    heat: HeatStyle = HeatStyle()
    cluster: ClusterStyle = ClusterStyle()
    counts: bool = False
    label: str = ""
    label_size: float = 10.0
    label_colour: Colour = "#1c2833"
    label_min_scale: float | None = None
    label_style: LabelStyle = LabelStyle()

    @property
    def kind(self) -> Renderer:
        """Which renderer draws; one that lacks its parts falls back to one symbol."""
        if self.renderer in ("single", "heat", "cluster"):
            return self.renderer
        if self.renderer == "rules":
            return "rules" if self.rules else "single"
        if self.column and self.categories and self.renderer != "graduated":
            return "categorised"
        if self.column and self.classes is not None and self.renderer != "categorised":
            return "graduated"
        return "single"

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """Symbols that may be drawn, in the order of categories or rules."""
        if self.kind == "categorised":
            return (*(c.symbol for c in self.categories), self.symbol)
        if self.kind == "rules":
            return tuple(rule.symbol for rule in self.rules)
        return (self.cluster.symbol, self.symbol) if self.kind == "cluster" else (self.symbol,)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that drawing takes values from, sorted; those of filters and expressions come on top."""
        kind, texts = self.kind, self.label_style
        found = {name for symbol in self.symbols for name in symbol.columns}
        found.add(self.column if kind in ("categorised", "graduated") else "")
        found.add(self.heat.weight if kind == "heat" else "")
        found.add("" if texts.expression else self.label)
        found.add(texts.priority_column if self.label or texts.expression else "")
        return tuple(sorted(found - {""}))


class SeriesStyle(Frozen):
    """Stations on the map and lines in the chart."""

    variable: str = ""
    symbol: Symbol = Symbol(fill="#d35400", stroke="#ffffff", width=1.2, size=9.0)
    line: Colour = "#1f77b4"
    label: bool = True


Style = RasterStyle | MeshStyle | VectorStyle | SeriesStyle
