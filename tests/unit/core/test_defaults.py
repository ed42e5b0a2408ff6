"""First styles: which of a layer's variables is shown before anyone chooses."""

from __future__ import annotations

import pytest

from app.core.defaults import first_style
from layers.mesh import MeshStyle
from layers.sources.source import LayerDescription, Variable

BED = Variable("mesh2d_node_z", "m", "node", 1, standard_name="altitude")


def shown(*variables: Variable) -> MeshStyle:
    """Style of a mesh that has variables, its bed first."""
    style = first_style(LayerDescription("mesh2d", "mesh", variables=(BED, *variables)))
    assert isinstance(style, MeshStyle)
    return style


@pytest.mark.parametrize(
    ("name", "title", "units", "colours"),
    [
        ("waterdepth_arrival", "water depth (arrival)", "h", "haitang:hours"),
        ("waterdepth_max", "water depth (max)", "m", "haitang:water"),
        ("s1_max", "water level (max)", "m", "haitang:level"),
        ("sea_water_velocity_max", "", "m s-1", "cmocean:speed"),
    ],
)
def test_the_result_of_a_tool_is_shown_rather_than_the_bed_it_lies_on(name: str, title: str, units: str, colours: str):
    style = shown(Variable(name, units, "face", 1, title=title))
    assert (style.variable, style.scale.colours) == (name, colours)


def test_a_mesh_that_is_only_ground_shows_the_ground():
    assert shown(Variable("mesh2d_flowelem_ba", "m2", "face", 1)).variable == BED.name


def test_what_moves_is_shown_before_what_does_not():
    style = shown(Variable("waterdepth_max", "m", "face", 1), Variable("s1", "m", "face", 13))
    assert style.variable == "s1"
