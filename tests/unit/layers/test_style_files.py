"""Style files of other programs: what is read, what is told as lost, what is refused, and back again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.errors import DataError, SourceUnavailable
from layers.style import Category, ClassBreak, ClassTable, Rule, Symbol, VectorStyle
from layers.styles.files import read_style
from layers.styles.markup import parse
from layers.styles.sld_writing import sld_text
from tests.realdata import real_data

DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def symbol(number, kind="SimpleFill", /, alpha="1", **properties):
    options = "".join(f'<Option name="{k}" value="{v}" type="QString"/>' for k, v in properties.items())
    layer = f'<layer class="{kind}"><Option type="Map">{options}</Option></layer>'
    return f'<symbol name="{number}" alpha="{alpha}">{layer}</symbol>'


def qml(tmp_path, renderer, after=""):
    path = tmp_path / "a.qml"
    path.write_text(f'{DOCTYPE}<qgis version="3.34" labelsEnabled="1">{renderer}{after}</qgis>', "utf-8")
    return read_style(str(path))


def test_categories_of_qml_keep_values_types_labels_and_what_is_switched_off(tmp_path):
    found = qml(
        tmp_path,
        f"""<renderer-v2 type="categorizedSymbol" attr="kind"><categories>
        <category value="3" type="long" symbol="0" label="泵站" render="false"/>
        <category value="sluice" type="string" symbol="1" label="水闸"/>
        <category value="" symbol="2" label=""/></categories>
        <symbols>{symbol(0, color="255,0,0,255")}{symbol(1, color="0,0,255,128", outline_style="no")}
        {symbol(2, color="9,9,9,255")}</symbols></renderer-v2>""",
    )
    first, second = found.style.categories
    assert (first.value, first.label_zh, first.visible, second.value) == (3, "泵站", False, "sluice")
    assert (second.symbol.fill, second.symbol.stroke, found.style.symbol.fill) == ("#0000ff80", None, "#090909")
    assert (found.style.kind, found.lost) == ("categorised", [])


def test_classes_of_qml_hold_their_upper_limits_and_sizes_are_in_pixels(tmp_path):
    found = qml(
        tmp_path,
        f"""<renderer-v2 type="graduatedSymbol" attr="flow" graduatedMethod="GraduatedColor"><ranges>
        <range lower="10" upper="20" symbol="1" label="b"/><range lower="0" upper="10" symbol="0" label="a"/></ranges>
        <symbols>{symbol(0, "SimpleMarker", color="1,2,3", size="2.54", name="triangle", angle="45")}
        {symbol(1, "SimpleMarker", color="4,5,6")}</symbols></renderer-v2>""",
    ).style
    assert [(c.minimum, c.maximum, c.colour) for c in found.classes.classes] == [
        (0, 10, "#010203"),
        (10, 20, "#040506"),
    ]
    assert found.classes.upper_included
    assert (found.symbol.size, found.symbol.shape, found.symbol.rotation) == (9.6, "triangle", 45)


def test_rules_of_qml_join_branches_and_what_cannot_be_read_is_told(tmp_path):
    found = qml(
        tmp_path,
        f"""<renderer-v2 type="RuleRenderer"><rules>
        <rule filter="&quot;class&quot; = 'A'" label="A"><rule filter="len &gt; 5" symbol="0" label="long"
          scalemaxdenom="50000" scalemindenom="1000"/></rule>
        <rule filter="ELSE" symbol="0" label="rest" checkstate="0"/>
        <rule filter="array_length(x) &gt; 1" symbol="0"/></rules>
        <symbols>{
            symbol(
                0,
                "SimpleLine",
                line_color="1,2,3,255",
                line_width="1",
                line_width_unit="Pixel",
                use_customdash="1",
                customdash="4;2",
                customdash_unit="Pixel",
                capstyle="flat",
            )
        }</symbols>
        </renderer-v2>""",
    )
    long, rest = found.style.rules
    assert (long.filter, long.min_scale, long.max_scale) == ("(\"class\" = 'A') AND (len > 5)", 50_000, 1000)
    assert (rest.otherwise, rest.visible) == (True, False)
    assert long.symbol == Symbol(fill=None, stroke="#010203", width=1.0, dash=(4, 2), cap="butt")
    assert "array_length" in found.lost[0].what


def test_labels_of_qml_are_read_and_unknown_layers_are_told(tmp_path):
    labels = """<labeling type="simple"><settings><text-style fieldName="name" fontSize="9" textColor="1,2,3,255">
        <text-buffer bufferDraw="1" bufferColor="255,255,255,255"/></text-style></settings></labeling>"""
    found = qml(
        tmp_path, f'<renderer-v2 type="singleSymbol"><symbols>{symbol(0, "SvgMarker")}</symbols></renderer-v2>', labels
    )
    assert (found.style.label, found.style.label_size, found.style.label_colour) == ("name", 12.0, "#010203")
    assert "SvgMarker" in found.lost[0].what


def through_sld(tmp_path, style, geometry, texts=frozenset()):
    text, lost = sld_text(style, "层 1 & <2>", geometry)
    path = tmp_path / "a.sld"
    path.write_text(text, "utf-8")
    found = read_style(str(path), texts)
    assert (lost, found.lost) == ([], [])
    return found.style


LINE = Symbol(fill=None, stroke="#01020380", width=2.5, dash=(4.0, 2.0), cap="butt", join="bevel", offset=3.0)


@pytest.mark.parametrize(("made", "geometry"), [
    (Symbol(fill="#11223344", stroke=None, width=1.0), "polygon"), (LINE, "line"),
    (Symbol(fill="#112233", stroke="#445566", shape="triangle", size=12.0, rotation=30.0, cap="round"), "point"),
    (Symbol(fill=None, hatch="diagonal_up", hatch_colour="#aa0000", hatch_spacing=6.0, cap="round"), "polygon"),
])  # fmt: skip
def test_a_symbol_survives_sld(tmp_path, made, geometry):
    found = through_sld(tmp_path, VectorStyle(symbol=made), geometry).symbol
    same = {"join": made.join if made.stroke else found.join, "fill": made.fill if geometry != "line" else None}
    assert found.model_copy(update={"cap": made.cap}) == made.model_copy(update=same)


def test_rules_their_conditions_and_scales_survive_sld(tmp_path):
    text = "(v > 1.5 AND name LIKE 'A%' OR NOT k IN (1, 2)) AND code = '07' AND w BETWEEN 1 AND 2 AND z IS NOT NULL"
    rules = (
        Rule(name_en="one", filter=text, min_scale=50_000.0, max_scale=1000.0),
        Rule(name_en="rest", otherwise=True),
    )
    found = through_sld(
        tmp_path, VectorStyle(renderer="rules", rules=rules), "polygon", frozenset({"code", "name"})
    ).rules
    assert [(r.name_en, r.otherwise) for r in found] == [("one", False), ("rest", True)]
    assert (found[0].min_scale, found[0].max_scale) == (50_000, 1000)
    again = through_sld(
        tmp_path, VectorStyle(renderer="rules", rules=found), "polygon", frozenset({"code", "name"})
    ).rules
    assert again[0].filter == found[0].filter
    assert "code = '07'" in found[0].filter


def test_categories_and_classes_become_rules_in_sld(tmp_path):
    style = VectorStyle(column="k", categories=(Category(value="it's"), Category(value=None), Category(value=4)))
    assert [r.filter for r in through_sld(tmp_path, style, "point").rules] == ["k = 'it''s'", "k IS NULL", "k = 4", ""]
    table = ClassTable(id="own", title_zh="", title_en="", classes=(ClassBreak(maximum=2.5), ClassBreak(minimum=2.5)))
    classes = through_sld(tmp_path, VectorStyle(column="v", classes=table), "point").rules
    assert [r.filter for r in classes] == ["v < 2.5", "v >= 2.5", ""]


def test_what_sld_cannot_say_is_told():
    with pytest.raises(DataError, match="no form in SLD"):
        sld_text(VectorStyle(renderer="heat"), "a", "point")
    rules = (Rule(filter="S_INTERSECTS(geom, POINT(1 2))"), Rule(filter="v > 1"))
    text, lost = sld_text(VectorStyle(renderer="rules", rules=rules), "a", "point")
    assert "left out" in lost[0].what
    assert text.count("PropertyIsGreaterThan>") == 2


@pytest.mark.parametrize("text", [
    "", "<a", "<a>" * 200, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<html/>", "<qgis/>", "<StyledLayerDescriptor/>",
    '<?xml version="1.0" encoding="klingon"?><qgis/>', "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
])  # fmt: skip
def test_what_is_no_style_is_refused_in_words(tmp_path, text):
    path = tmp_path / "bad.sld"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError) as caught:
        read_style(str(path))
    assert caught.value.remedy


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(SourceUnavailable):
        read_style(str(tmp_path / "none.qml"))


@given(st.binary(max_size=200))
@settings(max_examples=150)
def test_any_bytes_are_read_or_refused(raw):
    try:
        parse(raw)
    except DataError:
        return


@pytest.mark.parametrize("name", ["billion_laughs.xml", "xxe_file.xml", "wfs_truncated.xml"])
def test_hostile_files_are_refused_at_once(name):
    path = real_data(f"broken/xml/{name}")
    with pytest.raises(DataError):
        read_style(str(path))
