"""SLD: styles of features read, 1.0 and 1.1; what has no counterpart is told.

References
----------
OGC 02-070 Styled Layer Descriptor 1.0; OGC 05-077r4 Symbology Encoding 1.1; OGC 09-026r2 Filter Encoding 2.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.errors import DataError
from layers.filters.writing import quoted_name, quoted_text
from layers.style import Hatch, LabelStyle, Rule, Shape, Symbol, VectorStyle
from layers.styles.markup import Node
from layers.styles.qml import Foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD_PIXEL = 0.00028
"""Metres of a pixel by which SLD reckons its scales; ours are of 96 dpi."""

SCALE = STANDARD_PIXEL / (0.0254 / 96)
SHAPES: dict[str, Shape] = {
    "circle": "circle", "square": "square", "triangle": "triangle", "cross": "cross", "x": "cross", "star": "diamond",
}  # fmt: skip
HATCHES: dict[str, Hatch] = {
    "shape://horline": "horizontal", "horline": "horizontal", "shape://vertline": "vertical", "line": "vertical",
    "shape://slash": "diagonal_up", "slash": "diagonal_up", "shape://backslash": "diagonal_down",
    "backslash": "diagonal_down", "shape://plus": "cross", "plus": "cross", "shape://times": "diagonal_cross",
    "times": "diagonal_cross", "x": "diagonal_cross", "cross": "cross", "shape://dot": "dots", "dot": "dots",
    "circle": "dots",
}  # fmt: skip
SIGNS = {
    "PropertyIsEqualTo": "=", "PropertyIsNotEqualTo": "<>", "PropertyIsLessThan": "<",
    "PropertyIsLessThanOrEqualTo": "<=", "PropertyIsGreaterThan": ">", "PropertyIsGreaterThanOrEqualTo": ">=",
}  # fmt: skip
SYMBOLIZERS = ("PolygonSymbolizer", "LineSymbolizer", "PointSymbolizer")


def read_sld(root: Node, where: str = "", texts: frozenset[str] = frozenset()) -> Foreign:
    """Give the style of an SLD or SE document; of several layers the first.

    Parameters
    ----------
    root : Node
    where : str
        File that errors name.
    texts : frozenset of str
        Columns that hold texts: what they are compared with is a text even where it reads as a number.

    Raises
    ------
    DataError
        It holds no style of features.
    """
    styles = [node for node in root.walk() if node.name == "FeatureTypeStyle"]
    if not styles:
        raise DataError(
            "The file holds no style of features.",
            where=where,
            remedy="Export the style of a vector layer as QML or SLD.",
        )
    found = Foreign(VectorStyle())
    if len([node for node in root.walk() if node.name in ("NamedLayer", "UserLayer")]) > 1:
        found.lose("Of several layers the first one is read.")
        first = next(node for node in root.walk() if node.name in ("NamedLayer", "UserLayer"))
        styles = [node for node in first.walk() if node.name == "FeatureTypeStyle"]
    rules: list[Rule] = []
    labels: dict[str, Any] = {}
    for style in styles:
        for node in style.all("Rule"):
            rules += _rules(node, found, texts)
            labels = labels or _texts(node, found)
    found.style = _style(rules, labels)
    return found


def _style(rules: list[Rule], texts: dict[str, Any]) -> VectorStyle:
    only = rules[0] if len(rules) == 1 else None
    if only is not None and not only.filter and only.min_scale is None and only.max_scale is None:
        return VectorStyle(renderer="single", symbol=only.symbol, **texts)
    symbol = rules[0].symbol if rules else Symbol()
    return VectorStyle(renderer="rules" if rules else "single", rules=tuple(rules), symbol=symbol, **texts)


def _rules(node: Node, found: Foreign, texts: frozenset[str]) -> list[Rule]:
    """Give a rule for each symbolizer of a rule; the further ones have no name."""
    title = node.said("Title") or node.said("Description", "Title") or node.said("Name")
    text = ""
    holder = node.first("Filter")
    if holder is not None:
        try:
            text = " AND ".join(_condition(child, texts) for child in holder.children)
        except DataError as error:
            found.lost.append(error)
            return []
    least, most = _number(node.said("MinScaleDenominator"), 0.0), _number(node.said("MaxScaleDenominator"), 0.0)
    limits: dict[str, Any] = {
        "max_scale": round(least * SCALE, 2) if least > 0 else None,
        "min_scale": round(most * SCALE, 2) if 0 < most < 1e12 else None,
        "filter": text,
        "otherwise": node.first("ElseFilter") is not None,
    }
    made: list[Rule] = []
    for child in node.children:
        if child.name in SYMBOLIZERS:
            symbol = {"PolygonSymbolizer": _polygon, "LineSymbolizer": _line, "PointSymbolizer": _point}[child.name]
            name = "" if made else title
            made.append(Rule(name_zh=name, name_en=name, symbol=symbol(child, found), **limits))
        elif child.name == "RasterSymbolizer":
            found.lose("Styles of rasters are not read.")
    return made


# ---------------------------------------------------------------------- conditions
def _condition(node: Node, texts: frozenset[str]) -> str:
    """Give a condition of the filter encoding as CQL2 text."""
    parts = node.children
    plain = any(_column(part) in texts for part in parts)
    if node.name in SIGNS and len(parts) == 2:
        return f"{_value(parts[0], plain)} {SIGNS[node.name]} {_value(parts[1], plain)}"
    if node.name in ("And", "Or"):
        return "(" + f" {node.name.upper()} ".join(_condition(part, texts) for part in parts) + ")"
    if node.name == "Not" and len(parts) == 1:
        return f"NOT ({_condition(parts[0], texts)})"
    if node.name == "PropertyIsNull":
        return f"{_value(parts[0])} IS NULL"
    if node.name == "PropertyIsBetween":
        low, high = node.first("LowerBoundary"), node.first("UpperBoundary")
        if low is not None and high is not None and low.children and high.children:
            ends = f"{_value(low.children[0], plain)} AND {_value(high.children[0], plain)}"
            return f"{_value(parts[0])} BETWEEN {ends}"
    if node.name == "PropertyIsLike" and len(parts) == 2:
        return f"{_value(parts[0])} LIKE {quoted_text(_pattern(parts[1].text, node.attributes))}"
    raise DataError("A condition cannot be read, so its rule is left out: {text}", text=node.name)


def _pattern(text: str, about: dict[str, str]) -> str:
    many, one = about.get("wildCard", "*"), about.get("singleChar", "?")
    escape = about.get("escapeChar", about.get("escape", "!"))
    made, at = "", 0
    while at < len(text):
        letter = text[at]
        if letter == escape and at + 1 < len(text):
            at += 1
            made += f"\\{text[at]}" if text[at] in "%_\\" else text[at]
        elif letter in (many, one):
            made += "%" if letter == many else "_"
        else:
            made += f"\\{letter}" if letter in "%_\\" else letter
        at += 1
    return made


def _column(node: Node) -> str:
    """Give the column that an operand names; empty for others."""
    named = node.name in ("PropertyName", "ValueReference")
    return node.text.strip().rpartition("/")[2].rpartition(":")[2] if named else ""


def _value(node: Node, plain: bool = False) -> str:
    if _column(node):
        return quoted_name(_column(node))
    if node.name == "Literal":
        text = node.text.strip()
        try:
            number = float(text)
            return quoted_text(text) if plain or number - number != 0 else f"{number:.15g}"
        except ValueError:
            return quoted_text(text)
    raise DataError("A condition cannot be read, so its rule is left out: {text}", text=node.name)


# ------------------------------------------------------------------------- symbols
def _settings(node: Node | None) -> dict[str, str]:
    """Give the CssParameter or SvgParameter of a Fill or Stroke, by name."""
    found: dict[str, str] = {}
    for child in node.children if node is not None else ():
        if child.name in ("CssParameter", "SvgParameter"):
            found[child.attributes.get("name", "")] = (child.text or child.said("Literal")).strip() or child.said(
                "Literal"
            )
    return found


def _colour(about: dict[str, str], name: str, usual: str) -> str:
    text = about.get(name, usual)
    fine = len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in text[1:])
    text = text.lower() if fine else usual
    depth = round(255 * min(max(_number(about.get(f"{name}-opacity", ""), 1.0), 0.0), 1.0))
    return text if depth == 255 else f"{text}{depth:02x}"


def _stroke(node: Node | None) -> dict[str, Any]:
    """Give the fields of a symbol's line; none where there is no stroke."""
    if node is None:
        return {"stroke": None}
    about = _settings(node)
    dash = tuple(_number(part, 1.0) for part in about.get("stroke-dasharray", "").replace(",", " ").split())
    ends = about.get("stroke-linecap", "")
    corners = {"mitre": "miter"}.get(about.get("stroke-linejoin", ""), about.get("stroke-linejoin", ""))
    return {
        "stroke": _colour(about, "stroke", "#000000"),
        "width": _number(about.get("stroke-width", ""), 1.0),
        "dash": dash,
        "cap": ends if ends in ("butt", "round", "square") else "",
        "join": corners if corners in ("miter", "round", "bevel") else "miter",
    }


def _polygon(node: Node, found: Foreign) -> Symbol:
    fill = node.first("Fill")
    graphic = fill.first("GraphicFill", "Graphic") if fill is not None else None
    fields = _stroke(node.first("Stroke"))
    if graphic is None:
        return Symbol(fill=_colour(_settings(fill), "fill", "#808080") if fill is not None else None, **fields)
    mark = graphic.first("Mark")
    name = mark.said("WellKnownName") if mark is not None else ""
    if name not in HATCHES:
        found.lose("The pattern {name} is not read.", name=name or "SVG")
    about = _settings(mark.first("Stroke")) if mark is not None else {}
    tone = _colour(about or _settings(mark.first("Fill") if mark is not None else None), "stroke", "#808080")
    spacing = max(_number(graphic.said("Size"), 8.0), 2.0)
    width = max(_number(about.get("stroke-width", ""), 1.0), 0.1)
    hatch: dict[str, Any] = {"hatch": HATCHES.get(name, ""), "hatch_colour": tone}
    return Symbol(fill=None, hatch_spacing=spacing, hatch_width=width, **hatch, **fields)


def _line(node: Node, found: Foreign) -> Symbol:
    if node.first("Stroke", "GraphicStroke") is not None:
        found.lose("Pictures along lines are not read.")
    offset = _number(node.said("PerpendicularOffset"), 0.0)
    return Symbol(fill=None, offset=offset, **_stroke(node.first("Stroke") or Node("Stroke", {})))


def _point(node: Node, found: Foreign) -> Symbol:
    graphic = node.first("Graphic") or Node("Graphic", {})
    mark = graphic.first("Mark")
    size = max(_number(graphic.said("Size"), 6.0), 0.1)
    turn = _number(graphic.said("Rotation"), 0.0)
    if mark is None:
        found.lose("Pictures as point symbols are not read.")
        return Symbol(size=size, rotation=turn)
    name = mark.said("WellKnownName") or "square"
    if name not in SHAPES:
        found.lose("The mark {name} is drawn as a circle.", name=name)
    fill = mark.first("Fill")
    colour = _colour(_settings(fill), "fill", "#808080") if fill is not None else None
    fields = _stroke(mark.first("Stroke"))
    return Symbol(fill=colour, shape=SHAPES.get(name, "circle"), size=size, rotation=turn, **fields)


def _texts(node: Node, found: Foreign) -> dict[str, Any]:
    """Give the fields of labels from the text symbolizer of a rule."""
    holder = node.first("TextSymbolizer")
    if holder is None:
        return {}
    label = holder.first("Label")
    columns = [c for c in _below(label) if c.name in ("PropertyName", "ValueReference")]
    if len(columns) != 1:
        found.lose(
            "The label's expression is not read: {text}", text=(label.text.strip() if label is not None else "")[:80]
        )
        return {}
    font, halo = _settings(holder.first("Font")), holder.first("Halo")
    look = LabelStyle(bold=font.get("font-weight", "") == "bold", halo_width=0.0)
    if halo is not None:
        wide = min(max(_number(halo.said("Radius"), 1.0), 0.0), 6.0)
        look = look.model_copy(
            update={"halo_width": wide, "halo": _colour(_settings(halo.first("Fill")), "fill", "#ffffff")}
        )
    return {
        "label": columns[0].text.strip(),
        "label_size": min(max(_number(font.get("font-size", ""), 10.0), 6.0), 48.0),
        "label_colour": _colour(_settings(holder.first("Fill")), "fill", "#000000"),
        "label_style": look,
    }


def _below(node: Node | None) -> Iterator[Node]:
    return iter(()) if node is None else node.walk()


def _number(text: str, usual: float) -> float:
    try:
        found = float(text)
    except ValueError:
        return usual
    return found if abs(found) < 1e15 else usual
