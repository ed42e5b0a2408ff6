"""Comparing on the map: the divider, the lens, the turn, linked maps; each side true to its theme and moment."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from app.core import themes
from app.core.comparing import OFF, Comparison, Side
from app.core.language import set_language
from app.core.sides import compare
from app.views.map2d.canvas import MapCanvas
from app.views.map2d.panes import MapPanes
from app.views.map2d.side_words import content_text, side_note
from tests.views import maps
from tests.views.maps import pixels

SIZE = (400, 300)
T = maps.TIMES.values
LATER = Side(offset_h=1.0)
KINDS = {"raster": maps.raster, "mesh": maps.mesh, "vector": maps.vector, "series": maps.stations}


@pytest.fixture
def shown(qtbot):
    """Maps of a document that have painted it, with nothing over them."""
    made = []

    def show(*pairs):
        document, reading = maps.opened(*pairs)
        document.clock.go(T[0])
        canvas = MapCanvas(document, reading)
        panes = MapPanes(canvas, document, reading)
        qtbot.addWidget(panes)
        panes.resize(*SIZE)
        canvas.set_options(legend=False, scale=False, north=False, time=False, credits=False, graticule=False)
        made.append(panes)
        with qtbot.waitSignal(canvas.painted, timeout=20000, check_params_cb=lambda frame: frame.complete):
            panes.show()
        return panes

    set_language("en")
    yield show
    for panes in made:
        panes.close_view()


def settled(qtbot, panes):
    qtbot.waitUntil(lambda: panes.is_idle and panes.canvas.scene.is_idle, timeout=20000)
    return pixels(panes)


def test_the_divider_parts_two_moments_of_the_same_layer(shown, qtbot):
    panes = shown(maps.raster())
    alone = pixels(panes)
    compare(panes.canvas.document, Comparison(mode="swipe", sides=(LATER,)))
    both = settled(qtbot, panes)
    assert both[150, 160] == alone[150, 160]
    assert both[150, 240] != alone[150, 240]
    compare(panes.canvas.document, OFF)
    panes.canvas.document.clock.go(T[1])
    later = settled(qtbot, panes)
    assert both[150, 240] == later[150, 240]


def test_a_lying_divider_parts_top_and_bottom(shown, qtbot):
    panes = shown(maps.raster())
    compare(panes.canvas.document, Comparison(mode="swipe", sides=(LATER,), upright=False))
    both = settled(qtbot, panes)
    assert both[110, 160] == both[110, 240] != both[190, 160] == both[190, 240]


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_layer_kind_can_stand_on_the_other_side(kind, shown, qtbot):
    panes = shown(KINDS[kind]())
    document = panes.canvas.document
    themes.save(document, "seen")
    document.set(document.layers[0], "visible", False)
    empty = settled(qtbot, panes)
    compare(document, Comparison(mode="swipe", sides=(Side(theme="seen"),), divider=0.0))
    seen = settled(qtbot, panes)
    inner = (slice(20, 260), slice(30, 380))
    assert (seen[inner] != empty[inner]).any()
    assert document.layers[0].visible is False


def test_the_lens_shows_the_side_around_the_pointer(shown, qtbot):
    panes = shown(maps.raster())
    alone = pixels(panes)
    compare(panes.canvas.document, Comparison(mode="lens", sides=(LATER,), radius=40.0))
    settled(qtbot, panes)
    QTest.mouseMove(panes.canvas, QPoint(170, 120))
    both = pixels(panes)
    assert both[120, 170] != alone[120, 170]
    assert both[120, 240] == alone[120, 240]


def test_blinking_shows_one_side_after_the_other(shown, qtbot):
    panes = shown(maps.raster())
    compare(panes.canvas.document, Comparison(mode="blink", sides=(LATER,), blink_s=0.2))
    settled(qtbot, panes)
    colours = set()
    qtbot.waitUntil(lambda: len(colours.add(int(pixels(panes)[150, 200])) or colours) == 2, timeout=5000)


def test_a_click_beyond_the_divider_tells_the_value_of_the_side(shown, qtbot):
    panes = shown(maps.raster())
    compare(panes.canvas.document, Comparison(mode="swipe", sides=(LATER,)))
    settled(qtbot, panes)
    canvas = panes.canvas
    near, far = (canvas.identify(*canvas.to_map(QPointF(x, 150.0)))[0] for x in (160.0, 240.0))
    assert (near.value, far.value) == (0.0, 1.0)
    assert (near.moment, far.moment) == (T[0], T[1])


def test_dragging_the_divider_is_one_act_and_does_not_move_the_map(shown, qtbot):
    panes = shown(maps.raster())
    document, canvas = panes.canvas.document, panes.canvas
    compare(document, Comparison(mode="swipe", sides=(LATER,)))
    settled(qtbot, panes)
    pose, acts = document.camera.pose, document.history.position
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    for x in (180, 140, 100):
        QTest.mouseMove(canvas, QPoint(x, 100))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert document.comparison.divider == pytest.approx(0.25)
    assert document.camera.pose == pose
    assert document.history.position == acts + 1
    document.undo()
    assert document.comparison.divider == 0.5


def test_the_keyboard_moves_divider_lens_and_rate(shown, qtbot):
    panes = shown(maps.raster())
    document, canvas = panes.canvas.document, panes.canvas
    compare(document, Comparison(mode="swipe"))
    QTest.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert document.comparison.divider == pytest.approx(0.48)
    compare(document, document.comparison.with_(mode="lens"))
    QTest.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert document.comparison.radius > 140.0
    compare(document, document.comparison.with_(mode="blink"))
    QTest.keyClick(canvas, Qt.Key.Key_BracketLeft)
    assert document.comparison.blink_s < 1.0
    pose = document.camera.pose
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert document.camera.pose != pose


def test_linked_maps_share_the_camera_and_show_their_own_moment(shown, qtbot):
    panes = shown(maps.raster())
    document = panes.canvas.document
    compare(document, Comparison(mode="views", sides=(LATER, Side(moment="2026-08-01T02:00:00Z"))))
    settled(qtbot, panes)
    assert len(panes.maps) == 3
    values = [one.identify(50.0, 50.0)[0].value for one in panes.maps]
    assert values == [0.0, 1.0, 2.0]
    before = document.camera.x
    QTest.keyClick(panes.others[0], Qt.Key.Key_Right)
    assert document.camera.x > before
    assert {one.view().extent.centre for one in panes.maps} == {(document.camera.x, document.camera.y)}
    document.clock.go(T[1])
    settled(qtbot, panes)
    assert [one.identify(50.0, 50.0)[0].value for one in panes.maps] == [1.0, 2.0, 2.0]


def test_the_pointer_of_one_map_is_seen_on_the_others_until_it_leaves(shown, qtbot):
    panes = shown(maps.raster())
    compare(panes.canvas.document, Comparison(mode="views", sides=(Side(),)))
    settled(qtbot, panes)
    other = panes.others[0]
    before = pixels(other)
    QTest.mouseMove(panes.canvas, QPoint(60, 60))
    assert (pixels(other) != before).any()
    panes.canvas.left.emit()
    assert (pixels(other) == before).all()


def test_a_side_beyond_the_data_says_so_instead_of_showing_the_last_step(shown, qtbot):
    panes = shown(maps.raster())
    compare(panes.canvas.document, Comparison(mode="views", sides=(Side(offset_h=48.0),)))
    settled(qtbot, panes)
    (picture,) = panes.others[0].scene.frame.pictures
    assert picture.look.empty_reason == "after"


def test_ending_a_comparison_leaves_one_map_and_undo_brings_the_others_back(shown, qtbot):
    panes = shown(maps.raster())
    document = panes.canvas.document
    compare(document, Comparison(mode="views", sides=(Side(), Side(), Side())))
    compare(document, document.comparison.with_(mode="off"))
    assert panes.others == []
    document.undo()
    assert len(panes.maps) == 4
    settled(qtbot, panes)


def test_a_theme_that_changes_is_seen_on_its_side(shown, qtbot):
    panes = shown(maps.raster())
    document = panes.canvas.document
    themes.save(document, "one")
    compare(document, Comparison(mode="swipe", sides=(Side(theme="one"),), divider=0.0))
    before = settled(qtbot, panes)
    document.set(document.layers[0], "opacity", 0.3)
    assert (settled(qtbot, panes) == before).all()
    themes.save(document, "one")
    assert (settled(qtbot, panes)[150, 200] != before[150, 200]).all()


def test_each_side_says_what_it_shows(shown):
    document = shown(maps.raster()).canvas.document
    assert side_note(document, 0) == "A · the map as it is"
    assert side_note(document, 1, LATER) == "B · the map as it is · +1 h"
    assert side_note(document, 2, Side(theme="gone", offset_h=-6.0)) == "C · theme gone is gone · −6 h"
    assert content_text(document, Side(layers=(document.layers[0].id,))) == "grid"
