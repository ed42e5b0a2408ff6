"""Items: what lies on a page, as frozen values; places and sizes in mm from the paper's upper left corner."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import uuid4

from pydantic import Field

from app.core.language import N_
from layers.style import Colour, Frozen

Millimetres = Annotated[float, Field(allow_inf_nan=False, ge=-5000, le=5000)]
Size = Annotated[float, Field(allow_inf_nan=False, ge=0, le=5000)]
Points = Annotated[float, Field(allow_inf_nan=False, ge=2, le=400)]
Box4 = tuple[float, float, float, float]


def new_id() -> str:
    """Give a fresh id of an item or a page."""
    return uuid4().hex[:8]


class Item(Frozen):
    """What every item has: its place, and whether it has a frame and a ground.

    Parameters
    ----------
    id : str
        Stable name within the page.
    name : str
        What the list of items shows; empty = the words of its kind.
    x, y, width, height : float
        mm; y counts downwards.
    visible, locked : bool
        Drawn at all; held in its place.
    border : float
        Width of the frame, mm; 0 = none.
    ground : str or None
        Colour behind it.
    """

    id: str = Field(default_factory=new_id)
    name: str = ""
    x: Millimetres = 0.0
    y: Millimetres = 0.0
    width: Size = 40.0
    height: Size = 20.0
    visible: bool = True
    locked: bool = False
    border: Annotated[float, Field(ge=0, le=10)] = 0.0
    ground: Colour | None = None

    @property
    def box(self) -> Box4:
        """Left, top, width and height, mm."""
        return self.x, self.y, self.width, self.height


class Grid(Frozen):
    """Coordinates over a map and along its frame.

    Parameters
    ----------
    kind : str
        ``grid`` in the units of the map's system, ``graticule`` in degrees, or ``none``.
    step : float
        Distance of the lines, map units or degrees; 0 = chosen by the scale.
    lines : str
        ``lines`` across the map, ``crosses`` where they meet, or ``ticks`` at the frame alone.
    labels : bool
        Numbers along the frame.
    size : float
        Of the numbers, pt.
    """

    kind: Literal["none", "grid", "graticule"] = "grid"
    step: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    lines: Literal["lines", "crosses", "ticks"] = "crosses"
    labels: bool = True
    size: Points = 7.0
    colour: Colour = "#33475280"


class MapItem(Item):
    """A map frame.

    Parameters
    ----------
    theme : str
        Name of a theme; empty = the layers as they look in the workspace.
    layers : tuple of str
        Ids of the layers to show; empty = those that the theme or the workspace shows.
    extent : (x0, y0, x1, y1) or None
        What must be seen, in ``crs``; None = all layers.
    scale : float or None
        Denominator of a fixed scale around the middle of the extent.
    moment : str
        ISO 8601 with a zone; empty = the clock.
    crs : str or None
        System of the map; None = that of the workspace.
    overview_of : str
        Id of the map whose extent is drawn here as a frame; makes this map an inset.
    follows_atlas : bool
        Whether the pages of an atlas move it.
    """

    kind: Literal["map"] = "map"
    theme: str = ""
    layers: tuple[str, ...] = ()
    extent: Box4 | None = None
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    moment: str = ""
    crs: str | None = None
    grid: Grid = Grid()
    overview_of: str = ""
    follows_atlas: bool = True
    border: float = 0.35
    ground: Colour | None = "#ffffff"


class LegendItem(Item):
    """The legend of a map: what its layers show there, or those named in ``layers``."""

    kind: Literal["legend"] = "legend"
    map: str = ""
    title: str = ""
    layers: tuple[str, ...] = ()
    columns: Annotated[int, Field(ge=1, le=6)] = 1
    size: Points = 8.5
    notes: bool = True


class ScaleBarItem(Item):
    """A scale bar, true at the middle of its map, with the scale as a number."""

    kind: Literal["scale_bar"] = "scale_bar"
    map: str = ""
    parts: Annotated[int, Field(ge=1, le=8)] = 4
    number: bool = True
    size: Points = 8.0


class NorthItem(Item):
    """A north arrow for grid north: every map of a page has it above."""

    kind: Literal["north"] = "north"
    width: Size = 12.0
    height: Size = 16.0


class TableItem(Item):
    """Rows of a layer.

    Parameters
    ----------
    layer : str
        Id or name of the layer.
    columns : tuple of str
        Empty = all, as far as they fit.
    where : str
        CQL2 text; empty = every row. ``{atlas.COLUMN}`` is filled in first.
    sort : str
        Column; a minus before it sorts downwards.
    most : int
        Rows at most; 0 = as many as fit.
    """

    kind: Literal["table"] = "table"
    layer: str = ""
    columns: tuple[str, ...] = ()
    where: str = ""
    sort: str = ""
    most: Annotated[int, Field(ge=0)] = 0
    title: str = ""
    size: Points = 8.0


class ChartItem(Item):
    """Series at a place, or of the stations of a layer.

    Parameters
    ----------
    layer : str
        Id or name of a layer of stations; empty = what lies at the place.
    place : (x, y) or None
        East and north in ``crs``; None = the middle of the map.
    map : str
        Map whose moment is marked.
    """

    kind: Literal["chart"] = "chart"
    layer: str = ""
    place: tuple[float, float] | None = None
    crs: str | None = None
    map: str = ""
    title: str = ""


class PictureItem(Item):
    """A picture file (PNG, JPEG or SVG), kept by its path."""

    kind: Literal["picture"] = "picture"
    path: str = ""
    fit: Literal["whole", "fill"] = "whole"


class Cell(Frozen):
    """One cell of a title block: a small label and a text with fields; ``share`` of the row's width."""

    label: str = ""
    text: str = ""
    share: Annotated[float, Field(gt=0, le=100)] = 1.0


class Row(Frozen):
    """One row of a title block; ``share`` of its height."""

    cells: tuple[Cell, ...] = ()
    share: Annotated[float, Field(gt=0, le=100)] = 1.0


class TitleBlockItem(Item):
    """The title block of a drawing: rows of cells with labels."""

    kind: Literal["title_block"] = "title_block"
    rows: tuple[Row, ...] = ()
    size: Points = 8.0
    border: float = 0.5


class TextItem(Item):
    """A text with fields such as ``{title}``."""

    kind: Literal["text"] = "text"
    text: str = ""
    size: Points = 10.0
    bold: bool = False
    serif: bool = False
    colour: Colour = "#16242c"
    align: Literal["left", "centre", "right"] = "left"
    vertical: Literal["top", "middle", "bottom"] = "top"


class ShapeItem(Item):
    """A rectangle, an ellipse or a line from the upper left to the lower right corner."""

    kind: Literal["shape"] = "shape"
    shape: Literal["rectangle", "ellipse", "line"] = "rectangle"
    stroke: Colour = "#16242c"
    line: Annotated[float, Field(ge=0, le=10)] = 0.25


AnyItem = Annotated[
    MapItem
    | LegendItem
    | ScaleBarItem
    | NorthItem
    | TableItem
    | ChartItem
    | PictureItem
    | TitleBlockItem
    | TextItem
    | ShapeItem,
    Field(discriminator="kind"),
]

KINDS: dict[str, type[Item]] = {
    "map": MapItem,
    "legend": LegendItem,
    "scale_bar": ScaleBarItem,
    "north": NorthItem,
    "table": TableItem,
    "chart": ChartItem,
    "picture": PictureItem,
    "title_block": TitleBlockItem,
    "text": TextItem,
    "shape": ShapeItem,
}

TITLES = {
    "map": N_("Map"),
    "legend": N_("Legend"),
    "scale_bar": N_("Scale bar"),
    "north": N_("North arrow"),
    "table": N_("Attribute table"),
    "chart": N_("Chart"),
    "picture": N_("Picture"),
    "title_block": N_("Title block"),
    "text": N_("Text"),
    "shape": N_("Shape"),
}
