"""Forms made from parameters: fields, units, limits, and complaints where they belong."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.core.language import set_language
from app.core.parameters import Crs, Parameter, Places
from app.widgets.form import Form
from app.widgets.map_fields import LayerChoice, Surroundings
from layers.extent import Extent
from layers.heights import Height
from layers.mesh import MeshLayer
from layers.raster import RasterLayer

LAYERS = [
    LayerChoice("a.tif", "Ground", "raster", (("band_1", "Ground height (m)"),), "band_1"),
    LayerChoice("r.nc#mesh", "Result", "mesh", (("h", "Depth (m)"), ("s1", "Level (m)")), "s1"),
]


def parameter(name: str, kind: type, **more) -> Parameter:
    kinds = {RasterLayer: ("raster",), MeshLayer: ("mesh",)}.get(kind, ())
    return Parameter(name, name.capitalize(), kind, kinds=kinds, **more)


@pytest.fixture
def form_of(qtbot):
    set_language("en")
    around = Surroundings(
        layers=lambda kinds: [la for la in LAYERS if la.kind in kinds],
        map_box=lambda: "1,2,3,4",
        pick_place=lambda done: done("121.5,31.2"),
        systems=lambda: [("EPSG:4549", "CGCS2000")],
    )

    def make(*parameters: Parameter) -> Form:
        form = Form(parameters, around)
        qtbot.addWidget(form)
        form.show()
        return form

    return make


def test_a_layer_field_offers_only_layers_of_its_kind(form_of):
    form = form_of(parameter("source", MeshLayer))
    assert form.values() == {"source": "r.nc#mesh"}


def test_the_variable_on_the_map_is_offered_first(form_of):
    form = form_of(parameter("source", MeshLayer), parameter("variable", str))
    assert form.values()["variable"] == "s1"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("-1", "The value must lie in 0 … 10 m."),
        ("11", "The value must lie in 0 … 10 m."),
        ("deep", "Enter a number, for example 0.5."),
        ("nan", "The value must lie in 0 … 10 m."),
        ("", "Please fill in this field."),
        ("0.5", ""),
    ],
)
def test_a_number_outside_its_limits_is_named_at_its_field(form_of, text: str, complaint: str):
    form = form_of(parameter("depth", float, unit="m", minimum=0, maximum=10))
    form.field("depth").set_value(text)
    assert form.check() is (complaint == "")
    assert form._faults["depth"].text() == complaint
    assert form._faults["depth"].isVisible() is (complaint != "")


def test_a_height_needs_its_datum(form_of):
    form = form_of(parameter("level", Height))
    form.field("level").set_value("5.5")
    assert not form.check()
    assert form._faults["level"].text() == "Choose the vertical datum of this height."
    form.field("level").set_value("5.5@WUSONG_SH")
    assert form.check()
    assert form.values() == {"level": "5.5@WUSONG_SH"}


def test_an_optional_field_may_stay_empty(form_of):
    form = form_of(parameter("depth", float, required=False), parameter("note", str, required=False))
    assert form.check()
    assert form.values() == {}


def test_a_default_is_shown_and_given(form_of):
    form = form_of(parameter("depth", float, required=False, default=0.05))
    assert form.values() == {"depth": "0.05"}


def test_a_choice_and_a_flag_give_their_values(form_of):
    form = form_of(parameter("kind", str, choices=("max", "min")), parameter("fill", bool, default=True))
    form.field("kind").set_value("min")
    assert form.values() == {"kind": "min", "fill": True}


def test_a_box_is_taken_from_the_map(form_of, qtbot):
    form = form_of(parameter("box", Extent))
    button = form.field("box").findChildren(type(form.field("box").layout().itemAt(1).widget()))[0]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert form.values() == {"box": "1,2,3,4"}
    assert form.check()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1,2,3", "Enter four numbers: west, south, east, north."),
        ("3,2,1,4", "East must be larger than west, and north larger than south."),
        ("1,2,3,4", ""),
    ],
)
def test_a_box_must_be_four_numbers_in_order(form_of, text: str, complaint: str):
    form = form_of(parameter("box", Extent))
    form.field("box").set_value(text)
    form.check()
    assert form._faults["box"].text() == complaint


def test_places_picked_on_the_map_add_up(form_of):
    field = form_of(parameter("points", Places)).field("points")
    field._take("1,2")
    field._take("3,4")
    assert field.value() == "1,2;3,4"


def test_a_reference_system_is_given_by_its_code(form_of):
    form = form_of(parameter("crs", Crs))
    form.field("crs").set_value("EPSG:4549")
    assert form.values() == {"crs": "EPSG:4549"}
    form.field("crs").set_value("EPSG:32651")
    assert form.values() == {"crs": "EPSG:32651"}


def test_a_fault_of_the_tool_is_shown_at_the_field_it_names(form_of):
    form = form_of(parameter("wet_from", float))
    assert form.show_fault("--wet-from", "Too small.")
    assert form._faults["wet_from"].text() == "Too small."
    assert not form.show_fault("--other", "Too small.")


def test_a_file_that_is_not_open_can_be_chosen_too(form_of):
    form = form_of(parameter("source", RasterLayer))
    form.set_values({"source": str(Path("/data/b.tif"))})
    assert form.values() == {"source": str(Path("/data/b.tif"))}
    form.refresh()
    assert form.values() == {"source": str(Path("/data/b.tif"))}
