"""SLD written: the style of a vector layer as Symbology Encoding 1.1; what cannot be said in it is told.

References
----------
OGC 05-078r4 SLD 1.1; OGC 05-077r4 Symbology Encoding 1.1; OGC 04-095 Filter Encoding 1.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from layers.errors import DataError
from layers.filters import terms
from layers.filters.reading import parse
from layers.styles.sld import SCALE, SIGNS

if TYPE_CHECKING:
    from layers.filters.terms import Term
    from layers.style import ClassTable, Rule, Symbol, VectorStyle

SPACES = {
    "xmlns": "http://www.opengis.net/sld", "xmlns:se": "http://www.opengis.net/se",
    "xmlns:ogc": "http://www.opengis.net/ogc", "version": "1.1.0",
}  # fmt: skip
MARKS = {"diamond": "star"}
HATCHES = {
    "horizontal": "shape://horline", "vertical": "shape://vertline", "diagonal_up": "shape://slash",
    "diagonal_down": "shape://backslash", "cross": "shape://plus", "diagonal_cross": "shape://times",
    "dots": "shape://dot",
}  # fmt: skip
NAMES = {sign: name for name, sign in SIGNS.items()}


def sld_text(style: VectorStyle, name: str, geometry: str) -> tuple[str, list[DataError]]:
    """Give a style as SLD, and what of it is left out.

    Parameters
    ----------
    style : VectorStyle
    name : str
        Of the layer.
    geometry : str
        ``point``, ``line`` or ``polygon``.

    Raises
    ------
    DataError
        Heat maps and clusters have no form in SLD.
    """
    if style.kind in ("heat", "cluster"):
        raise DataError(
            "Heat maps and clusters have no form in SLD.", remedy="Draw the layer another way, or keep the workspace."
        )
    root = Element("StyledLayerDescriptor", SPACES)
    layer = SubElement(root, "NamedLayer")
    SubElement(layer, "se:Name").text = name
    holder = SubElement(SubElement(layer, "UserStyle"), "se:FeatureTypeStyle")
    lost: list[DataError] = []
    for rule in _rules(style):
        try:
            _rule(holder, rule, geometry)
        except DataError as error:
            lost.append(error)
        if rule.symbol.size_by is not None or rule.symbol.rotation_column or rule.symbol.marker:
            lost.append(DataError("Sizes and turns by column and SVG marks are not written."))
    _texts(holder, style, lost)
    indent(root)
    seen = {error.what: error for error in lost}
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, "unicode") + "\n", list(seen.values())


def _rules(style: VectorStyle) -> list[Rule]:
    """Give any style as rules."""
    from layers.style import Rule

    if style.kind == "rules":
        return [rule for rule in style.rules if rule.visible]
    column = f'"{style.column.replace(chr(34), chr(34) * 2)}"'
    if style.kind == "categorised":
        found = [
            Rule(name_en=c.label_en or str(c.value), filter=_equals(column, c.value), symbol=c.symbol)
            for c in style.categories
            if c.visible
        ]
        return [*found, Rule(otherwise=True, symbol=style.symbol)]
    if style.kind == "graduated" and style.classes is not None:
        return [*_class_rules(column, style.classes, style.symbol), Rule(otherwise=True, symbol=style.symbol)]
    return [Rule(symbol=style.symbol)]


def _equals(column: str, value: object) -> str:
    if value is None:
        return f"{column} IS NULL"
    doubled = str(value).replace("'", "''")
    return (
        f"{column} = {value!r}"
        if isinstance(value, int | float) and not isinstance(value, bool)
        else f"{column} = '{doubled}'"
    )


def _class_rules(column: str, table: ClassTable, symbol: Symbol) -> list[Rule]:
    from layers.style import Rule

    above, below = (">", "<=") if table.upper_included else (">=", "<")
    made: list[Rule] = []
    for one in table.classes:
        parts = [] if one.minimum is None else [f"{column} {above} {one.minimum!r}"]
        parts += [] if one.maximum is None else [f"{column} {below} {one.maximum!r}"]
        changed = {"fill": one.colour} if symbol.fill is not None else {"stroke": one.colour}
        name = one.label_en or " ".join(part.rpartition('" ')[2] for part in parts)
        made.append(Rule(name_en=name, filter=" AND ".join(parts), symbol=symbol.model_copy(update=changed)))
    return made


def _rule(holder: Element, rule: Rule, geometry: str) -> None:
    """Write a rule; one whose condition has no form in the filter encoding raises before anything is written."""
    asked = Element("ogc:Filter")
    if rule.filter.strip():
        _condition(asked, parse(rule.filter))
    made = SubElement(holder, "se:Rule")
    if rule.name_en or rule.name_zh:
        SubElement(made, "se:Name").text = rule.name_en or rule.name_zh
    if rule.otherwise:
        SubElement(made, "se:ElseFilter")
    elif len(asked):
        made.append(asked)
    if rule.max_scale is not None:
        SubElement(made, "se:MinScaleDenominator").text = f"{rule.max_scale / SCALE:.10g}"
    if rule.min_scale is not None:
        SubElement(made, "se:MaxScaleDenominator").text = f"{rule.min_scale / SCALE:.10g}"
    {"point": _point, "line": _line}.get(geometry, _polygon)(made, rule.symbol)


# ---------------------------------------------------------------------- conditions
def _condition(holder: Element, term: Term) -> None:
    match term:
        case terms.Comparison(sign, left, right):
            made = SubElement(holder, f"ogc:{NAMES[sign]}")
            _value(made, left)
            _value(made, right)
        case terms.And(parts) | terms.Or(parts):
            made = SubElement(holder, "ogc:And" if isinstance(term, terms.And) else "ogc:Or")
            for part in parts:
                _condition(made, part)
        case terms.Not(part):
            _condition(SubElement(holder, "ogc:Not"), part)
        case terms.IsNull(value, negated):
            _value(SubElement(_negated(holder, negated), "ogc:PropertyIsNull"), value)
        case terms.Between(value, low, high, negated):
            made = SubElement(_negated(holder, negated), "ogc:PropertyIsBetween")
            _value(made, value)
            _value(SubElement(made, "ogc:LowerBoundary"), low)
            _value(SubElement(made, "ogc:UpperBoundary"), high)
        case terms.In(value, options, negated):
            made = _negated(holder, negated)
            made = SubElement(made, "ogc:Or") if len(options) > 1 else made
            for option in options:
                _condition(made, terms.Comparison("=", value, option))
        case terms.Like(value, pattern, negated):
            about = {"wildCard": "%", "singleChar": "_", "escapeChar": "\\"}
            made = SubElement(_negated(holder, negated), "ogc:PropertyIsLike", about)
            _value(made, value)
            _value(made, pattern)
        case _:
            raise _wordless(term)


def _negated(holder: Element, negated: bool) -> Element:
    return SubElement(holder, "ogc:Not") if negated else holder


def _value(holder: Element, term: Term) -> None:
    if isinstance(term, terms.Column):
        SubElement(holder, "ogc:PropertyName").text = term.name
    elif isinstance(term, terms.Number | terms.Text):
        SubElement(holder, "ogc:Literal").text = str(term.value)
    else:
        raise _wordless(term)


def _wordless(term: Term) -> DataError:
    return DataError("A rule is left out: its condition has no form in SLD ({kind}).", kind=type(term).__name__)


# ------------------------------------------------------------------------- symbols
def _settings(holder: Element, **values: object) -> None:
    for name, value in values.items():
        SubElement(holder, "se:SvgParameter", {"name": name.replace("_", "-")}).text = str(value)


def _paint(holder: Element, kind: str, colour: str) -> Element:
    made = SubElement(holder, f"se:{kind.capitalize()}")
    _settings(made, **{kind: colour[:7]})
    if len(colour) == 9:
        _settings(made, **{f"{kind}-opacity": f"{int(colour[7:], 16) / 255:.4g}"})
    return made


def _stroke(holder: Element, symbol: Symbol) -> None:
    if symbol.stroke is None or symbol.width <= 0:
        return
    made = _paint(holder, "stroke", symbol.stroke)
    corners = {"miter": "mitre"}.get(symbol.join, symbol.join)
    _settings(made, stroke_width=f"{symbol.width:g}", stroke_linejoin=corners, stroke_linecap=symbol.ends)
    if symbol.dash:
        _settings(made, stroke_dasharray=" ".join(f"{part:g}" for part in symbol.dash))


def _polygon(holder: Element, symbol: Symbol) -> None:
    if symbol.hatch:
        if symbol.fill is not None:
            _paint(SubElement(holder, "se:PolygonSymbolizer"), "fill", symbol.fill)
        made = SubElement(holder, "se:PolygonSymbolizer")
        graphic = SubElement(SubElement(SubElement(made, "se:Fill"), "se:GraphicFill"), "se:Graphic")
        mark = SubElement(graphic, "se:Mark")
        SubElement(mark, "se:WellKnownName").text = HATCHES[symbol.hatch]
        _settings(
            _paint(mark, "stroke", symbol.hatch_colour or symbol.stroke or "#808080"), stroke_width=symbol.hatch_width
        )
        SubElement(graphic, "se:Size").text = f"{symbol.hatch_spacing:g}"
        _stroke(made, symbol)
        return
    made = SubElement(holder, "se:PolygonSymbolizer")
    if symbol.fill is not None:
        _paint(made, "fill", symbol.fill)
    _stroke(made, symbol)


def _line(holder: Element, symbol: Symbol) -> None:
    made = SubElement(holder, "se:LineSymbolizer")
    _stroke(made, symbol)
    if symbol.offset:
        SubElement(made, "se:PerpendicularOffset").text = f"{symbol.offset:g}"


def _point(holder: Element, symbol: Symbol) -> None:
    graphic = SubElement(SubElement(holder, "se:PointSymbolizer"), "se:Graphic")
    mark = SubElement(graphic, "se:Mark")
    SubElement(mark, "se:WellKnownName").text = MARKS.get(symbol.shape, symbol.shape)
    if symbol.fill is not None:
        _paint(mark, "fill", symbol.fill)
    _stroke(mark, symbol)
    SubElement(graphic, "se:Size").text = f"{symbol.size:g}"
    if symbol.rotation:
        SubElement(graphic, "se:Rotation").text = f"{symbol.rotation:g}"


def _texts(holder: Element, style: VectorStyle, lost: list[DataError]) -> None:
    look = style.label_style
    if look.expression:
        lost.append(DataError("The label's expression is not written."))
        return
    if not style.label:
        return
    made = SubElement(SubElement(holder, "se:Rule"), "se:TextSymbolizer")
    SubElement(SubElement(made, "se:Label"), "ogc:PropertyName").text = style.label
    weight = "bold" if look.bold else "normal"
    _settings(SubElement(made, "se:Font"), font_size=f"{style.label_size:g}", font_weight=weight)
    if look.halo_width > 0:
        halo = SubElement(made, "se:Halo")
        SubElement(halo, "se:Radius").text = f"{look.halo_width:g}"
        _paint(halo, "fill", look.halo or "#ffffff")
    _paint(made, "fill", style.label_colour)
