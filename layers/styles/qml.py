"""QML: the style of a vector layer as QGIS writes it, as far as it maps to ours; the rest is told.

References
----------
Seen in files that QGIS 3 writes; there is no specification of the format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from layers.errors import DataError
from layers.filters.reading import parse as parse_filter
from layers.style import Category, ClassBreak, ClassTable, Grading, Hatch, LabelStyle, Rule, Shape, Symbol, VectorStyle
from layers.styles.markup import Node

PX = {"MM": 96 / 25.4, "Point": 96 / 72, "Pixel": 1.0, "Inch": 96.0, "": 96 / 25.4}
SHAPES: dict[str, Shape] = {
    "circle": "circle", "square": "square", "rectangle": "square", "triangle": "triangle",
    "equilateral_triangle": "triangle", "diamond": "diamond", "cross": "cross",
}  # fmt: skip
DASHES = {
    "dash": (4.0, 2.0),
    "dot": (1.0, 2.0),
    "dash dot": (4.0, 2.0, 1.0, 2.0),
    "dash dot dot": (4.0, 2.0, 1.0, 2.0, 1.0, 2.0),
}
HATCHES: dict[str, Hatch] = {
    "horizontal": "horizontal", "vertical": "vertical", "cross": "cross", "b_diagonal": "diagonal_up",
    "f_diagonal": "diagonal_down", "diagonal_x": "diagonal_cross",
}  # fmt: skip


@dataclass(slots=True)
class Foreign:
    """A style that was read, and what of it has no counterpart here."""

    style: VectorStyle
    lost: list[DataError] = field(default_factory=list[DataError])

    def lose(self, what: str, **fields: object) -> None:
        """Keep a sentence about a part that is not read; each once."""
        made = DataError(what, **fields)  # pyright: ignore[reportArgumentType]
        if all(one.what != made.what for one in self.lost):
            self.lost.append(made)


def read_qml(root: Node, where: str = "") -> Foreign:
    """Give the style of a QML file.

    Raises
    ------
    DataError
        It holds no style of features.
    """
    renderer = next((node for node in root.walk() if node.name == "renderer-v2"), None)
    if renderer is None:
        raise DataError(
            "The file holds no style of features.",
            where=where,
            remedy="Export the style of a vector layer as QML or SLD.",
        )
    found = Foreign(VectorStyle())
    symbols = _symbols(renderer, found)
    kind = renderer.attributes.get("type", "")
    plain = next(iter(symbols.values()), Symbol())
    if kind == "categorizedSymbol":
        found.style = _categories(renderer, symbols)
    elif kind == "graduatedSymbol":
        found.style = _classes(renderer, symbols, found)
    elif kind == "RuleRenderer":
        rules = tuple(_rules(renderer.first("rules") or Node("", {}), symbols, found))
        found.style = VectorStyle(renderer="rules", rules=rules, symbol=plain)
    elif kind == "heatmapRenderer":
        radius = _number(renderer.attributes.get("radius", ""), 10.0) * _unit(
            renderer.attributes.get("radius_unit", "")
        )
        base = VectorStyle(renderer="heat")
        weight = renderer.attributes.get("weight_expression", "").strip('"')
        found.style = base.model_copy(
            update={"heat": base.heat.model_copy(update={"radius": radius, "weight": weight})}
        )
        found.lose("The colours of the heat map are not read; its radius and weight are.")
    else:
        if kind != "singleSymbol":
            found.lose("The renderer {kind} has no counterpart; one symbol is drawn.", kind=kind)
        found.style = VectorStyle(renderer="single", symbol=plain)
    found.style = found.style.model_copy(update=_labels(root, found))
    return found


def _categories(renderer: Node, symbols: dict[str, Symbol]) -> VectorStyle:
    made: list[Category] = []
    other = Symbol()
    for node in (renderer.first("categories") or Node("", {})).all("category"):
        about = node.attributes
        symbol = symbols.get(about.get("symbol", ""), other)
        if about.get("value", "") == "" and about.get("type", "") != "string":
            other = symbol
            continue
        label = about.get("label", "")
        visible = about.get("render", "true") != "false"
        value = _value(about.get("value", ""), about.get("type", ""))
        made.append(Category(value=value, label_zh=label, label_en=label, symbol=symbol, visible=visible))
    column = renderer.attributes.get("attr", "").strip('"')
    return VectorStyle(renderer="categorised", column=column, categories=tuple(made), symbol=other)


def _value(text: str, kind: str) -> Any:
    if kind in ("int", "integer", "long", "longlong", "uint"):
        return int(_number(text, 0))
    if kind == "double":
        return _number(text, 0.0)
    return {"true": True, "false": False}.get(text.lower(), text) if kind == "bool" else text


def _classes(renderer: Node, symbols: dict[str, Symbol], found: Foreign) -> VectorStyle:
    parts: list[ClassBreak] = []
    for node in (renderer.first("ranges") or Node("", {})).all("range"):
        about, label = node.attributes, node.attributes.get("label", "")
        symbol = symbols.get(about.get("symbol", ""), Symbol())
        ends = sorted((_number(about.get("lower", ""), 0.0), _number(about.get("upper", ""), 0.0)))
        colour = symbol.fill or symbol.stroke or "#808080"
        parts.append(ClassBreak(minimum=ends[0], maximum=ends[1], label_zh=label, label_en=label, colour=colour))
    parts.sort(key=lambda part: part.minimum or 0.0)
    column = renderer.attributes.get("attr", "").strip('"')
    if renderer.attributes.get("graduatedMethod") == "GraduatedSize":
        found.lose("Classes by size are read as classes by colour.")
    if not column.isidentifier():
        found.lose("The classes are of an expression, not of a column: {text}", text=column[:60])
    table = ClassTable(
        id="own", title_zh=column, title_en=column, mark="source", upper_included=True, classes=tuple(parts)
    )
    base = next(iter(symbols.values()), Symbol())
    grading = Grading(method="table")
    return VectorStyle(renderer="graduated", column=column, classes=table, symbol=base, grading=grading)


def _rules(node: Node, symbols: dict[str, Symbol], found: Foreign, above: str = "") -> list[Rule]:
    """Give the rules of a tree of rules: conditions of branches are joined to those of their leaves."""
    made: list[Rule] = []
    for child in node.all("rule"):
        about = child.attributes
        text, otherwise = about.get("filter", "").strip(), about.get("filter", "").strip().upper() == "ELSE"
        own = "" if otherwise else text
        both = f"({above}) AND ({own})" if above and own else above or own
        if "symbol" in about:
            if not _is_readable(both):
                found.lose("A condition cannot be read, so its rule is left out: {text}", text=text[:80])
            else:
                label = about.get("label", "") or ("" if both or otherwise else "*")
                made.append(Rule(
                    name_zh=label, name_en=label, filter="" if otherwise else both, otherwise=otherwise,
                    min_scale=_scale(about.get("scalemaxdenom", "")),
                    max_scale=_scale(about.get("scalemindenom", "")),
                    symbol=symbols.get(about["symbol"], Symbol()), visible=about.get("checkstate", "1") != "0",
                ))  # fmt: skip
        made += _rules(child, symbols, found, both)
    return made


def _is_readable(text: str) -> bool:
    if not text:
        return True
    try:
        parse_filter(text)
    except DataError:
        return False
    return True


def _scale(text: str) -> float | None:
    return _number(text, 0.0) or None


# ------------------------------------------------------------------------- symbols
def _symbols(renderer: Node, found: Foreign) -> dict[str, Symbol]:
    holder = renderer.first("symbols") or Node("", {})
    return {node.attributes.get("name", ""): _symbol(node, found) for node in holder.all("symbol")}


def _symbol(node: Node, found: Foreign) -> Symbol:
    layers = [layer for layer in node.all("layer") if layer.attributes.get("enabled", "1") != "0"]
    known = [layer for layer in layers if layer.attributes.get("class") in ("SimpleFill", "SimpleLine", "SimpleMarker")]
    for layer in layers:
        if layer not in known:
            found.lose("The symbol layer {kind} is not read.", kind=layer.attributes.get("class", "?"))
    if not known:
        return Symbol()
    if len(known) > 1:
        found.lose("Symbols of several layers keep their first one.")
    alpha = _number(node.attributes.get("alpha", ""), 1.0)
    layer = known[0]
    about = _properties(layer)
    made = {"SimpleFill": _fill, "SimpleLine": _line, "SimpleMarker": _mark}[str(layer.attributes.get("class"))]
    return made(about, alpha)


def _properties(layer: Node) -> dict[str, str]:
    """Give the properties of a symbol layer, of either of the two ways they are written."""
    old = {node.attributes.get("k", ""): node.attributes.get("v", "") for node in layer.all("prop")}
    options = [node for holder in layer.all("Option") for node in holder.all("Option")]
    return {**old, **{node.attributes.get("name", ""): node.attributes.get("value", "") for node in options}}


def _fill(about: dict[str, str], alpha: float) -> Symbol:
    style = about.get("style", "solid")
    outline = about.get("outline_style", "solid") != "no"
    colour = _colour(about.get("color", ""), alpha)
    return Symbol(
        fill=colour if style == "solid" else None,
        hatch=HATCHES.get(style, ""),
        hatch_colour=colour if style in HATCHES else None,
        stroke=_colour(about.get("outline_color", ""), alpha) if outline else None,
        width=_length(about, "outline_width", 0.26),
    )


def _line(about: dict[str, str], alpha: float) -> Symbol:
    width = _length(about, "line_width", 0.26)
    style = about.get("line_style", "solid")
    dash = tuple(step * max(width, 1.0) for step in DASHES.get(style, ()))
    if about.get("use_customdash") == "1":
        unit = _unit(about.get("customdash_unit", ""))
        dash = tuple(_number(part, 1.0) * unit for part in about.get("customdash", "").split(";") if part)
    ends: Any = {"flat": "butt", "round": "round", "square": "square"}.get(about.get("capstyle", ""), "")
    corners: Any = {"bevel": "bevel", "round": "round", "miter": "miter"}.get(about.get("joinstyle", ""), "round")
    stroke = _colour(about.get("line_color", ""), alpha) if style != "no" else None
    offset = _length(about, "offset", 0.0)
    return Symbol(fill=None, stroke=stroke, width=width, dash=dash, cap=ends, join=corners, offset=offset)


def _mark(about: dict[str, str], alpha: float) -> Symbol:
    outline = about.get("outline_style", "solid") != "no"
    return Symbol(
        fill=_colour(about.get("color", ""), alpha),
        stroke=_colour(about.get("outline_color", ""), alpha) if outline else None,
        width=_length(about, "outline_width", 0.0) or 1.0,
        shape=SHAPES.get(about.get("name", "circle"), "circle"),
        size=_length(about, "size", 2.0),
        rotation=_number(about.get("angle", ""), 0.0),
    )


def _colour(text: str, alpha: float) -> str | None:
    """Give ``#rrggbbaa`` of ``r,g,b,a``; None where it is wholly clear."""
    parts = [min(max(int(_number(part, 0)), 0), 255) for part in text.split(",")[:4] if part.strip()]
    if len(parts) < 3:
        return "#808080"
    depth = round((parts[3] if len(parts) > 3 else 255) * min(max(alpha, 0.0), 1.0))
    return (
        None if depth == 0 else f"#{parts[0]:02x}{parts[1]:02x}{parts[2]:02x}" + (f"{depth:02x}" if depth < 255 else "")
    )


def _length(about: dict[str, str], name: str, usual: float) -> float:
    """Give a length in px at 96 dpi."""
    return round(_number(about.get(name, ""), usual) * _unit(about.get(f"{name}_unit", "")), 3)


def _unit(name: str) -> float:
    return PX.get(name, PX["MM"])


def _number(text: str, usual: float) -> float:
    try:
        found = float(text)
    except ValueError:
        return usual
    return found if abs(found) < 1e15 else usual


def _labels(root: Node, found: Foreign) -> dict[str, Any]:
    """Give the fields of the labels."""
    holder = root.first("labeling")
    if holder is None or root.attributes.get("labelsEnabled", "1") == "0":
        return {}
    style = next((node for node in holder.walk() if node.name == "text-style"), None)
    if style is None:
        return {}
    about = style.attributes
    size = _number(about.get("fontSize", ""), 10.0) * _unit(about.get("fontSizeUnit", "Point"))
    fields: dict[str, Any] = {"label_size": min(max(round(size, 1), 6.0), 48.0)}
    fields["label_colour"] = _colour(about.get("textColor", ""), 1.0) or "#1c2833"
    text = about.get("fieldName", "")
    if about.get("isExpression", "0") == "1":
        found.lose("The label's expression is not read: {text}", text=text[:80])
    else:
        fields["label"] = text
    buffer = style.first("text-buffer")
    drawn = buffer is not None and buffer.attributes.get("bufferDraw") == "1"
    look = LabelStyle(halo_width=1.5 if drawn else 0.0, bold=about.get("namedStyle", "") == "Bold")
    if drawn and buffer is not None:
        look = look.model_copy(update={"halo": _colour(buffer.attributes.get("bufferColor", ""), 1.0)})
    return {**fields, "label_style": look}
