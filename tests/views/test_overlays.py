"""What lies over the map: true to what was painted, in both languages, never over each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from app.core.camera import View
from app.core.language import set_language
from app.core.moments import LocalTime
from app.views import projection
from app.views.frame import render
from app.views.map2d import overlays as module
from app.views.map2d.legend import entries
from app.views.map2d.overlays import Options, Overlays, map_note, scale_card
from layers.extent import Extent
from layers.style import ClassBreak, ClassTable, ColourScale
from layers.times import TimeAxis
from tests.views import maps

T = maps.TIMES.values


@pytest.fixture(autouse=True)
def english(qapp):
    set_language("en")
    yield
    set_language("en")


UTC = LocalTime(offset_hours=0.0)


def frame_of(*pairs, view=maps.VIEW, now=T[0]):
    document, reading = maps.opened(*pairs, crs=view.crs)
    document.clock.go(now)
    return document, render(document, reading, view)


def legend_of(*pairs, now=T[0], view=maps.VIEW):
    _, frame = frame_of(*pairs, now=now, view=view)
    return list(entries(frame.pictures, now, UTC))


def drawn(document, frame, size, options=None):
    """The boxes of all cards on a map of a size."""
    view = replace(frame.view, width=size[0], height=size[1])
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    boxes = []

    class Watched(Overlays):
        def _card(self, scene, card, place, size, draw, *more):
            boxes.append((type(card).__name__, place.x(), place.y(), size.width(), size.height()))
            super()._card(scene, card, place, size, draw, *more)

    Watched(document).draw(painter, view, replace(frame, view=view), options or Options())
    painter.end()
    return boxes


# ------------------------------------------------------------------------ legend
def test_the_legend_names_quantity_unit_range_and_unknown_datum():
    (entry,) = legend_of(maps.mesh(variables=(level(),)))
    assert entry.caption == "Water level (m)"
    assert entry.notes == ("Data 0.00 to 3.00 m", "Vertical datum: unknown")


def level():
    from layers.sources.source import Variable

    return Variable("depth", "m", "face", steps=3, standard_name="sea_surface_height")


def test_the_legend_names_the_datum_of_the_layer():
    (entry,) = legend_of(maps.mesh(variables=(level(),), vdatum="WUSONG_SH"))
    assert "Vertical datum: Wusong (Shanghai)" in entry.notes


def test_the_colour_bar_has_the_colours_and_numbers_of_the_scale():
    (entry,) = legend_of(maps.mesh())
    assert [text for _, text in entry.bar.marks] == ["0", "1", "2", "3", "4"]
    assert (entry.bar.colours[0] & 0xFFFFFF, entry.bar.more_above) == (0xDFF2FA, False)


def test_a_bar_that_values_go_beyond_says_so():
    layer, data = maps.mesh()
    layer.style = layer.style.model_copy(update={"scale": ColourScale(minimum=0.5, maximum=2.0)})
    (entry,) = legend_of((layer, data))
    assert (entry.bar.more_below, entry.bar.more_above) == (True, True)


def test_classes_are_listed_with_their_labels_in_the_language_on_screen():
    table = ClassTable(
        id="t",
        title_zh="水深",
        title_en="Depth",
        classes=(
            ClassBreak(minimum=0.0, maximum=1.0, label_zh="浅", label_en="shallow", colour="#aaccff"),
            ClassBreak(minimum=1.0, colour="#0044aa"),
        ),
    )
    layer, data = maps.mesh()
    layer.style = layer.style.model_copy(update={"scale": ColourScale(classes=table)})
    (entry,) = legend_of((layer, data))
    assert [row.text for row in entry.rows] == ["shallow", "≥ 1"]
    set_language("zh")
    (entry,) = legend_of((layer, data))
    assert entry.rows[0].text == "浅"


def test_a_layer_that_lags_behind_the_clock_names_its_own_moment():
    sparse = TimeAxis(T[[0, 2]])
    (entry,) = legend_of(maps.mesh(np.array([[1.0, 2.0], [2.0, 3.0]]), time=sparse), now=T[1])
    day = str(T[0] + np.timedelta64(8, "h"))[:10]
    (note,) = [note for note in entry.notes if note.startswith("Step of ")]
    assert day in note
    assert "held until the next at" in note


def test_a_layer_that_shows_the_moment_asked_for_does_not_repeat_it():
    (entry,) = legend_of(maps.mesh(), now=T[1])
    assert not [note for note in entry.notes if "Step of" in note]


def test_a_layer_without_a_system_is_named_with_the_reason():
    mesh, other = legend_of(maps.mesh(crs=None), maps.vector())
    assert mesh.missing == "coordinate system unknown, so it cannot be placed on this map"
    assert other.missing == ""


def test_the_top_layer_comes_first():
    assert [entry.title for entry in legend_of(maps.vector(), maps.mesh())] == ["squares", "mesh"]


# ------------------------------------------------------------------------ layout
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (800, 500), (480, 320), (300, 200)])
def test_no_card_lies_over_another(size, language):
    set_language(language)
    document, frame = frame_of(maps.mesh(), maps.raster(), maps.vector(), maps.stations(crs=None))
    boxes = [box for box in drawn(document, frame, size) if box[0] != "Graticule"]
    for number, (_, x, y, w, h) in enumerate(boxes):
        assert x >= 0
        assert y >= 0
        assert x + w <= size[0] + 1
        assert y + h <= size[1] + 1
        for _, x2, y2, w2, h2 in boxes[number + 1 :]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


def test_many_layers_are_counted_where_they_have_no_room():
    document, frame = frame_of(*[maps.mesh() for _ in range(30)])
    boxes = drawn(document, frame, (900, 500))
    legend = next(box for box in boxes if box[0] == "LegendCard")
    assert legend[2] >= 0
    assert legend[2] + legend[4] <= 500


def test_unchanged_cards_are_not_drawn_twice(qapp):
    document, frame = frame_of(maps.mesh())
    overlays = Overlays(document)
    image = QImage(600, 400, QImage.Format.Format_ARGB32_Premultiplied)
    view = replace(frame.view, width=600, height=400)
    for _ in range(3):
        painter = QPainter(image)
        overlays.draw(painter, view, frame, Options())
        painter.end()
    kept = len(overlays._kept)
    painter = QPainter(image)
    overlays.draw(painter, view, frame, Options())
    painter.end()
    assert len(overlays._kept) == kept


def test_what_is_switched_off_is_not_drawn():
    document, frame = frame_of(maps.mesh())
    off = Options(legend=False, scale=False, north=False, time=False, credits=False, graticule=False)
    assert drawn(document, frame, (900, 600), off) == []


# ------------------------------------------------------------------- time, scale
def test_the_moment_is_local_with_its_offset():
    document, frame = frame_of(maps.mesh(), now=T[1])
    card = Overlays(document)._time_card(module.Scene(None, frame.view, frame, Options(), frame.now))
    assert (card.text, card.caption) == ("2026-08-01 09:00", "Beijing time (UTC+8)")


def test_times_without_a_zone_stand_on_the_map_as_written_and_say_so():
    axis = TimeAxis(T.copy(), kind="unzoned")
    document, frame = frame_of(maps.mesh(time=axis), now=T[1] - np.timedelta64(8, "h"))
    card = Overlays(document)._time_card(module.Scene(None, frame.view, frame, Options(), frame.now))
    assert (card.text, card.caption, card.remark) == ("2026-08-01 01:00", "Time zone unknown", "")


def test_a_run_without_a_date_counts_from_its_start():
    first = np.datetime64(0, "ns")
    axis = TimeAxis(first + np.arange(3) * np.timedelta64(30, "m"), kind="elapsed")
    document, frame = frame_of(maps.mesh(time=axis), now=axis.values[1])
    card = Overlays(document)._time_card(module.Scene(None, frame.view, frame, Options(), frame.now))
    assert card.text == "T+00:30:00"


def test_a_made_up_place_is_named_on_the_map():
    assert map_note("【For training only】\nmore") == "For training only"
    assert map_note("虚构地点。流场由模型计算。") == "Made-up place"
    assert map_note("A note about the data") == ""


@pytest.mark.parametrize("latitude", [0.0, 31.0, 60.0])
def test_the_scale_bar_is_true_on_the_ground_at_the_middle_of_a_mercator_map(latitude):
    from pyproj import Geod, Transformer

    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(121.5, latitude)
    view = View("EPSG:3857", Extent(x - 50_000, y - 30_000, x + 50_000, y + 30_000), 1000, 600)
    projection.warm(view)
    card = scale_card(view)
    east = Transformer.from_crs(3857, 4326, always_xy=True).transform(x + card.length * 50, y)[0]
    west = Transformer.from_crs(3857, 4326, always_xy=True).transform(x - card.length * 50, y)[0]
    metres = Geod(ellps="WGS84").inv(west, latitude, east, latitude)[2]
    assert metres == pytest.approx(float(card.end.split()[0]) * 1000, rel=2e-3)


def test_without_a_system_the_scale_bar_speaks_of_map_units():
    card = scale_card(View(None, Extent(0, 0, 1000, 600), 1000, 600))
    assert card.end == "100 map units"


def test_degrees_without_a_datum_give_a_rough_scale():
    card = scale_card(View(None, Extent(12.0, 55.0, 13.0, 56.0), 600, 600), degrees=True)
    assert card.end.startswith("≈ ")


def test_the_footer_says_what_is_unknown():
    _, frame = frame_of(maps.mesh(crs=None), view=replace(maps.VIEW, crs=None))
    scene = module.Scene(None, frame.view, frame, Options(), frame.now)
    assert module._systems(scene) == "Vertical datum: unknown   ·   Coordinate system: unknown"
