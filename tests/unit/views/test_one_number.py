"""One place, one number: map, values at a place, chart and tool say the same of a mesh."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.core.camera import View
from app.views.charts.places import ask, line_of, wishes_at
from app.views.frame import render
from app.views.map2d.faces import sample_plan
from layers.extent import Extent
from layers.mesh import MeshLayer
from layers.sources.source import Variable
from layers.style import MeshStyle
from plugins.playback.probe import series_at
from tests.unit.layers.test_locate import grid_mesh
from tests.views import maps

STEP = 1
SIX = Extent(0.0, 0.0, 6.0, 6.0)
PLACES = [(1.47, 2.31), (0.5, 0.5), (3.999, 2.001), (5.25, 5.75), (2.0, 3.5), (0.013, 5.987)]


def layer_on(location, *, smooth=True, crs="EPSG:4549", vector=False):
    """A mesh of squares and triangles with other values at each of three steps."""
    mesh = grid_mesh()
    count = len(mesh.node_x) if location == "node" else len(mesh.face_offsets) - 1
    shape = (3, count, 2) if vector else (3, count)
    values = np.random.default_rng(7).uniform(-3, 9, shape).astype(np.float32)
    about = {
        "time": maps.TIMES,
        "crs": crs,
        "bounds": SIX,
        "counts": {"faces": len(mesh.face_offsets) - 1, "nodes": len(mesh.node_x)},
        "variables": (Variable("depth", "m", location, steps=3, vector=vector),),
    }
    made = maps.source("mesh", layer=about, values={"depth": values}, topology=mesh)
    style = MeshStyle(variable="depth", scale=maps.BLUES, smooth=smooth)
    return (MeshLayer(name="run", source=made.path, style=style), made), values


def answers(pair, x, y):
    """What map, values at a place, chart and tool say of a place that is the middle of a pixel."""
    document, reading = maps.opened(pair)
    view = View("EPSG:4549", Extent(x - 2.0, y - 2.0, x + 2.0, y + 2.0), 101, 101)
    (picture,) = render(document, reading, view, now=maps.TIMES.values[STEP]).pictures
    probe = picture.probe
    painted = sample_plan(probe.plan, probe.values, np.array([50.5]), np.array([50.5]), probe.where)[0]
    hit = probe.at(50.5, 50.5)
    (wish,) = wishes_at(document.layers, reading, x, y, "EPSG:4549", 1.0)
    line = line_of(wish, ask(reading, wish), 0)
    layer = document.layers[0]
    sampled = series_at(layer, layer.variable("depth"), np.array([x]), np.array([y]))[STEP, 0]
    return [float(painted), hit.value, float(line.values[STEP]), float(sampled)], hit.how, wish.place


def agree(numbers):
    """Tell whether numbers are one number, as exactly as 32 bits hold it."""
    return numbers == pytest.approx([numbers[0]] * len(numbers), rel=4e-6, abs=4e-6)


@pytest.mark.parametrize(("x", "y"), PLACES)
def test_values_on_nodes_are_interpolated_alike_by_all_four(x, y):
    pair, _ = layer_on("node")
    numbers, how, place = answers(pair, x, y)
    assert agree(numbers)
    assert how == place
    assert "interpolated between nodes" in how


@pytest.mark.parametrize(("x", "y"), PLACES[:4])
def test_values_on_faces_are_those_of_the_face_for_all_four(x, y):
    pair, values = layer_on("face")
    numbers, how, place = answers(pair, x, y)
    assert agree(numbers)
    assert numbers[0] in values[STEP]
    assert (how, place.split()[0]) == ("", "face")


@pytest.mark.parametrize(("x", "y"), PLACES[:4])
def test_speeds_on_nodes_are_mixed_from_the_speeds_at_the_nodes(x, y):
    pair, _ = layer_on("node", vector=True)
    assert agree(answers(pair, x, y)[0])


def test_a_map_of_one_colour_a_face_has_the_mean_of_its_nodes_in_the_chart_too():
    pair, _ = layer_on("node", smooth=False)
    (painted, pointed, charted, _), how, place = answers(pair, *PLACES[0])
    assert agree([painted, pointed, charted])
    assert how == place
    assert how.startswith("mean of the nodes of face")


def test_a_corner_without_a_value_that_does_not_count_takes_no_part():
    pair, values = layer_on("node")
    values[:, 2 * 7 + 3] = np.nan
    numbers, _, _ = answers(pair, 1.0, 1.0)
    assert agree(numbers[1:])
    assert numbers[1] == pytest.approx(float(values[STEP, 8]))
    gone, _, _ = answers(pair, 3.0, 2.0)
    assert np.isnan(gone[1:]).all()


def test_between_the_middles_of_pixels_the_place_itself_counts():
    pair, _ = layer_on("node")
    document, reading = maps.opened(pair)
    view = View("EPSG:4549", SIX, 12, 12)
    (picture,) = render(document, reading, view, now=maps.TIMES.values[STEP]).pictures
    layer = document.layers[0]
    for x, y in PLACES:
        hit = picture.probe.at(x * 2.0, (6.0 - y) * 2.0)
        wanted = series_at(layer, layer.variable("depth"), np.array([x]), np.array([y]))[STEP, 0]
        assert hit.value == pytest.approx(wanted, rel=4e-6)


def test_many_faces_under_one_pixel_are_all_looked_at():
    pair, _ = layer_on("face")
    document, reading = maps.opened(pair)
    view = View("EPSG:4549", replace(SIX, x1=12.0, y1=12.0), 4, 4)
    (picture,) = render(document, reading, view, now=maps.TIMES.values[STEP]).pictures
    layer = document.layers[0]
    for x, y in [(1.47, 2.31), (3.25, 3.75), (2.6, 0.3)]:
        hit = picture.probe.at(x / 3.0, (12.0 - y) / 3.0)
        wanted = series_at(layer, layer.variable("depth"), np.array([x]), np.array([y]))[STEP, 0]
        assert hit.value == wanted
