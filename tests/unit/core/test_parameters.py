"""Parameters of tools: words to values, limits, and what is said of a word that does not fit."""

import inspect
import typing
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from app.core.language import set_language
from app.core.parameters import Crs, Ge, Label, Le, Parameter, Unit, parameters_of, to_plain
from app.core.places import Places
from layers.errors import ParameterInvalid
from layers.extent import Extent
from layers.heights import Height
from layers.layer import Layer
from layers.mesh import MeshLayer
from layers.raster import RasterLayer


def tool(
    ground: RasterLayer | MeshLayer,
    any_layer: Layer,
    level: Height,
    where: Places,
    depth: Annotated[float, Unit("m"), Ge(0), Le(10)] = 0.5,
    count: Annotated[int, Ge(1), Label("How many")] = 3,
    kind: Literal["a", "b"] = "a",
    crs: Crs | None = None,
    box: Extent | None = None,
    wet: bool = False,
    files: list[Path] | None = None,
    text: str = "",
) -> None:
    """Every kind of parameter."""


FOUND = {
    p.name: p for p in parameters_of(inspect.signature(tool), typing.get_type_hints(tool, include_extras=True), {})
}


def parameter(name: str) -> Parameter:
    return FOUND[name]


def test_the_signature_tells_form_kinds_unit_limits_and_default():
    formats = {name: p.format for name, p in FOUND.items()}
    assert formats == {
        "ground": "layer", "any_layer": "layer", "level": "height", "where": "places", "depth": "number",
        "count": "integer", "kind": "choice", "crs": "crs", "box": "box", "wet": "flag", "files": "file",
        "text": "text",
    }  # fmt: skip
    assert parameter("ground").kinds == ("raster", "mesh")
    assert len(parameter("any_layer").kinds) == 4
    depth = parameter("depth")
    assert (depth.unit, depth.minimum, depth.maximum, depth.default, depth.required) == ("m", 0, 10, 0.5, False)
    assert (parameter("count").label, parameter("any_layer").flag) == ("How many", "--any-layer")
    assert parameter("files").repeats


@pytest.mark.parametrize(
    ("name", "word", "value"),
    [
        ("depth", "2.5", 2.5),
        ("depth", 3, 3.0),
        ("count", "7", 7),
        ("count", 7.0, 7),
        ("kind", "b", "b"),
        ("crs", "EPSG:4549", "EPSG:4549"),
        ("box", "0,1,2,3", Extent(0, 1, 2, 3)),
        ("wet", "yes", True),
        ("wet", False, False),
        ("files", "a.tif", [Path("a.tif")]),
        ("files", ["a.tif", "b.tif"], [Path("a.tif"), Path("b.tif")]),
        ("level", "2.4@WUSONG_SH", Height.parse("2.4@WUSONG_SH")),
        ("text", 5, "5"),
        ("crs", None, None),
    ],
)
def test_a_word_becomes_a_value(name: str, word: Any, value: Any):
    assert parameter(name).parse(word) == value


@pytest.mark.parametrize(
    ("name", "word", "allowed"),
    [
        ("depth", "-1", "number ≥ 0 m ≤ 10 m"),
        ("depth", "11", "≤ 10 m"),
        ("depth", "nan", "number"),
        ("depth", "deep", "number"),
        ("count", "1.5", "whole number ≥ 1"),
        ("count", 1.5, "whole number"),
        ("count", True, "whole number"),
        ("count", "0", "≥ 1"),
        ("kind", "c", "a, b"),
        ("box", "0,1,2", "x0,y0,x1,y1"),
        ("box", "2,1,0,3", "x0,y0,x1,y1"),
        ("box", "0,1,inf,3", "x0,y0,x1,y1"),
        ("wet", "maybe", "true, false"),
        ("where", "north", "x,y"),
    ],
)
def test_a_word_that_does_not_fit_is_told_with_what_would(name: str, word: Any, allowed: str):
    with pytest.raises(ParameterInvalid) as caught:
        parameter(name).parse(word)
    assert caught.value.where == parameter(name).flag
    assert allowed in caught.value.remedy
    assert str(word) in caught.value.what


def test_what_is_allowed_is_said_in_the_language_of_the_screen():
    assert parameter("count").allowed() == "whole number ≥ 1"
    set_language("zh")
    try:
        assert parameter("count").allowed() == "整数 ≥ 1"
    finally:
        set_language("en")


def test_a_value_that_is_no_word_has_a_plain_form_that_reads_back():
    box, level = Extent(0.1, -2.0, 3.5, 4.0), Height.parse("2.4@WUSONG_SH")
    assert parameter("box").parse(to_plain(box)) == box
    assert parameter("level").parse(to_plain(level)) == level
    places = parameter("where").parse("0.1,2;3,4")
    again = parameter("where").parse(to_plain(places))
    assert (again.x.tolist(), again.y.tolist()) == (places.x.tolist(), places.y.tolist())
    assert to_plain([Path("a"), 1, None]) == ["a", 1, None]


def test_a_type_that_no_form_shows_is_the_fault_of_the_plugin():
    def strange(value: dict[str, int]) -> None: ...

    with pytest.raises(TypeError, match="value"):
        parameters_of(inspect.signature(strange), typing.get_type_hints(strange, include_extras=True), {})
