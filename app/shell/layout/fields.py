"""Fields: what of a page and its items can be changed in the panel, as a table."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.language import N_


@dataclass(frozen=True, slots=True)
class Property:
    """One line of the panel.

    Parameters
    ----------
    name : str
        Field of the item; ``grid.step`` for a field of a part.
    title : str
        English title.
    kind : str
        ``text``, ``lines``, ``number``, ``whole``, ``flag``, ``choice``, ``colour``, ``layer``, ``theme``, ``map``,
        ``column``, ``columns``, ``file`` or ``rows``.
    choices : tuple of (value, title)
    low, high, step : float
        Limits of a number.
    unit : str
    none : str
        Words for no value, where there may be none; empty = there is always one.
    """

    name: str
    title: str
    kind: str = "number"
    choices: tuple[tuple[str, str], ...] = ()
    low: float = 0.0
    high: float = 5000.0
    step: float = 1.0
    unit: str = ""
    none: str = ""


PLACE = (
    Property("x", N_("Left"), low=-5000, unit="mm", step=0.5),
    Property("y", N_("Top"), low=-5000, unit="mm", step=0.5),
    Property("width", N_("Width"), unit="mm", step=0.5),
    Property("height", N_("Height"), unit="mm", step=0.5),
)
COMMON = (
    Property("border", N_("Frame"), high=10, step=0.05, unit="mm"),
    Property("ground", N_("Ground"), "colour", none=N_("none")),
    Property("visible", N_("Visible"), "flag"),
    Property("locked", N_("Held in place"), "flag"),
)
SIZE = Property("size", N_("Letter size"), low=2, high=400, step=0.5, unit="pt")
MAP = Property("map", N_("Map"), "map")

GRID = (
    Property(
        "grid.kind",
        N_("Coordinates"),
        "choice",
        (("none", N_("none")), ("grid", N_("Map units")), ("graticule", N_("Degrees"))),
    ),
    Property(
        "grid.lines",
        N_("Lines"),
        "choice",
        (("lines", N_("Lines")), ("crosses", N_("Crosses")), ("ticks", N_("Only at the frame"))),
    ),
    Property("grid.step", N_("Line distance"), high=1e7, step=100, none=N_("by the scale")),
    Property("grid.labels", N_("Numbers"), "flag"),
    Property("grid.size", N_("Letter size"), low=2, high=40, step=0.5, unit="pt"),
)

ITEMS: dict[str, tuple[Property, ...]] = {
    "map": (
        Property("theme", N_("Map theme"), "theme"),
        Property("scale", N_("Scale 1:"), high=1e9, step=1000, none=N_("next round one")),
        Property("moment", N_("Moment"), "text", none=N_("the clock")),
        Property("crs", N_("Coordinate system"), "text", none=N_("as the workspace")),
        Property("overview_of", N_("Overview of"), "map", none=N_("none")),
        Property("follows_atlas", N_("Follows the atlas"), "flag"),
        *GRID,
    ),
    "legend": (
        MAP,
        Property("title", N_("Title"), "text", none=N_("Legend")),
        Property("columns", N_("Columns"), "whole", low=1, high=6),
        SIZE,
        Property("notes", N_("Remarks"), "flag"),
    ),
    "scale_bar": (
        MAP,
        Property("parts", N_("Parts"), "whole", low=1, high=8),
        Property("number", N_("Scale as a number"), "flag"),
        SIZE,
    ),
    "north": (),
    "table": (
        Property("layer", N_("Layer"), "layer"),
        Property("columns", N_("Columns"), "columns"),
        Property("where", N_("Filter"), "text", none=N_("every row")),
        Property("sort", N_("Order by"), "text", none=N_("as in the file")),
        Property("most", N_("Rows at most"), "whole", none=N_("as many as fit")),
        Property("title", N_("Title"), "text"),
        SIZE,
    ),
    "chart": (
        Property("layer", N_("Stations"), "stations", none=N_("at a place")),
        MAP,
        Property("title", N_("Title"), "text"),
    ),
    "picture": (
        Property("path", N_("File"), "file"),
        Property("fit", N_("Fit"), "choice", (("whole", N_("Whole")), ("fill", N_("Fills its box")))),
    ),
    "title_block": (Property("rows", N_("Rows"), "rows"), SIZE),
    "text": (
        Property("text", N_("Text"), "lines"),
        SIZE,
        Property("bold", N_("Bold"), "flag"),
        Property("serif", N_("Serif"), "flag"),
        Property("colour", N_("Colour"), "colour"),
        Property(
            "align",
            N_("Across"),
            "choice",
            (("left", N_("Left")), ("centre", N_("Centre")), ("right", N_("Right"))),
        ),
        Property(
            "vertical",
            N_("Down"),
            "choice",
            (("top", N_("Top")), ("middle", N_("Middle")), ("bottom", N_("Bottom"))),
        ),
    ),
    "shape": (
        Property(
            "shape",
            N_("Shape"),
            "choice",
            (("rectangle", N_("Rectangle")), ("ellipse", N_("Ellipse")), ("line", N_("Line"))),
        ),
        Property("line", N_("Line"), high=10, step=0.05, unit="mm"),
        Property("stroke", N_("Colour"), "colour"),
    ),
}

PAPER = (
    Property("name", N_("Name"), "text"),
    Property(
        "paper",
        N_("Paper"),
        "choice",
        (*((name, name) for name in ("A0", "A1", "A2", "A3", "A4", "A5")), ("custom", N_("Other size"))),
    ),
    Property("landscape", N_("Landscape"), "flag"),
    Property("dpi", N_("Dots per inch"), "whole", low=72, high=1200, step=50),
    Property(
        "lang", N_("Language"), "choice", (("", N_("as the screen")), ("zh", N_("Chinese")), ("en", N_("English")))
    ),
)
SIDES = (
    Property("sides.0", N_("Width"), low=20, unit="mm"),
    Property("sides.1", N_("Height"), low=20, unit="mm"),
)
ATLAS = (
    Property("layer", N_("Layer"), "layer", none=N_("no atlas")),
    Property("name", N_("Name of the page"), "column", none=N_("its number")),
    Property("where", N_("Filter"), "text", none=N_("every feature")),
    Property("sort", N_("Order by"), "column", none=N_("as in the file")),
    Property("margin", N_("Free margin"), high=2, step=0.02),
    Property("scale", N_("Scale 1:"), high=1e9, step=1000, none=N_("by the feature")),
    Property("round_scale", N_("Round scale"), "flag"),
    Property("separate", N_("One file for each page"), "flag"),
)
WORDS = (
    ("unit", N_("Unit")),
    ("project", N_("Project")),
    ("title", N_("Title")),
    ("drawn", N_("Drawn by")),
    ("checked", N_("Checked by")),
    ("approved", N_("Approved by")),
    ("number", N_("Drawing number")),
    ("version", N_("Version")),
)
"""Words of a page that title blocks ask for: name and English title."""
