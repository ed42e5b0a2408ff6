"""The scene: pictures follow the document, equal looks are never redrawn, the last good picture stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.core.camera import View
from app.views.direct import DirectReading
from app.views.frame import LIGHT_GROUND, Scene2D, render
from app.views.map2d.mesh import MeshPainter
from layers.errors import SourceUnavailable
from layers.extent import Extent
from layers.sources.source import ValuesRequest
from tests.views import maps

T = maps.TIMES.values


class HeldReading(DirectReading):
    """A reading that keeps back values until it is told to let go."""

    def __init__(self, document):
        super().__init__(document)
        self.held, self.asked, self.holding, self.error = [], [], False, None

    def read(self, layer, request, done, key=None, priority=0):
        if isinstance(request, ValuesRequest):
            self.asked.append(request.step)
            if self.error is not None:
                done(self.error)
                return
            if self.holding:
                self.held.append((layer, request, done))
                return
        super().read(layer, request, done, key, priority)

    def let_go(self):
        self.holding = False
        held, self.held = self.held, []
        for layer, request, done in held:
            done(self.read_now(layer, request))


@pytest.fixture
def stage(qtbot):
    """A scene over one mesh whose reading can be held."""
    made = []

    def make(*pairs, reading=HeldReading):
        document, _ = maps.opened()
        held = reading(document)
        for number, (layer, data) in enumerate(pairs):
            held.take(document.add(layer, number), data)
        document.clock.go(T[0])
        scene = Scene2D(document, held)
        made.append(scene)
        with qtbot.waitSignal(scene.frame_ready, timeout=20000, check_params_cb=lambda frame: frame.complete):
            scene.show(maps.VIEW)
        return document, held, scene

    yield make
    for scene in made:
        scene.close()


def settle(qtbot, scene):
    qtbot.waitUntil(lambda: scene.is_idle, timeout=20000)


def test_the_first_frame_shows_the_layer_over_the_ground(stage):
    _, _, scene = stage(maps.mesh())
    assert scene.frame.pixels[50, 75] != LIGHT_GROUND
    assert (scene.frame.pixels >> 24 == 255).all()


def test_the_frame_on_screen_and_the_picture_for_a_file_are_the_same(stage):
    document, reading, scene = stage(maps.mesh(), maps.vector())
    still = render(document, reading, maps.VIEW)
    assert np.array_equal(still.pixels, scene.frame.pixels)


def test_a_step_of_the_clock_changes_the_frame_and_its_moment(qtbot, stage):
    document, _, scene = stage(maps.mesh())
    before = scene.frame
    document.clock.go(T[2])
    settle(qtbot, scene)
    assert scene.frame.now == T[2]
    assert (scene.frame.pixels != before.pixels).any()


def test_going_back_shows_exactly_what_was_there(qtbot, stage):
    document, _, scene = stage(maps.mesh())
    before = scene.frame.pixels.copy()
    for moment in (T[2], T[1], T[0]):
        document.clock.go(moment)
        settle(qtbot, scene)
    assert np.array_equal(scene.frame.pixels, before)


def test_equal_looks_are_not_drawn_again(qtbot, stage):
    document, _, scene = stage(maps.mesh(), maps.vector())
    before = list(scene.frame.pictures)
    document.clock.go(T[0] + np.timedelta64(10, "m"))
    settle(qtbot, scene)
    assert all(a is b for a, b in zip(scene.frame.pictures, before, strict=True))
    assert scene.frame.now == T[0] + np.timedelta64(10, "m")


def test_opacity_joins_the_old_pictures_anew_without_drawing_them(qtbot, stage):
    document, _, scene = stage(maps.mesh())
    before = scene.frame
    with qtbot.waitSignal(scene.frame_ready, timeout=20000):
        document.set(document.layers[0], "opacity", 0.3)
    assert scene.frame.pictures[0] is before.pictures[0]
    assert (scene.frame.pixels != before.pixels).any()


def test_a_hidden_layer_leaves_the_frame(qtbot, stage):
    document, _, scene = stage(maps.mesh())
    with qtbot.waitSignal(scene.frame_ready, timeout=20000):
        document.set(document.layers[0], "visible", value=False)
    assert scene.frame.pictures == ()
    assert (scene.frame.pixels == LIGHT_GROUND).all()


def test_the_last_good_picture_stays_moved_until_the_next_is_complete(qtbot, stage):
    document, reading, scene = stage(maps.mesh())
    whole = scene.frame
    reading.holding = True
    document.clock.go(T[1])
    qtbot.waitUntil(lambda: len(reading.held) > 0, timeout=20000)
    moved = View("EPSG:4549", Extent(50.0, 0.0, 150.0, 100.0), 100, 100)
    with qtbot.waitSignal(scene.frame_ready, timeout=20000) as waited:
        scene.show(moved)
    frame = waited.args[0]
    assert not frame.complete
    assert np.array_equal(frame.pixels[:, :50], whole.pixels[:, 50:])
    reading.let_go()
    settle(qtbot, scene)
    assert scene.frame.complete
    assert scene.frame.pictures[0].look.step == 1


def test_wishes_that_were_overtaken_are_never_read(qtbot, stage):
    document, reading, scene = stage(maps.mesh(np.arange(40.0)[:, None] + [[0, 1]], time=long_axis(40)))
    reading.holding = True
    moments = long_axis(40).values
    document.clock.go(moments[1])
    qtbot.waitUntil(lambda: reading.asked[-1:] == [1], timeout=20000)
    for moment in moments[2:30]:
        document.clock.go(moment)
        scene._gather()
    reading.let_go()
    settle(qtbot, scene)
    assert set(reading.asked) <= {0, 1, 29}
    assert scene.frame.pictures[0].look.step == 29


def long_axis(count):
    return replace(maps.TIMES, values=T[0] + np.arange(count) * np.timedelta64(1, "h"))


def test_while_the_clock_runs_the_next_steps_are_read_ahead(qtbot, stage):
    axis = long_axis(12)
    document, reading, scene = stage(maps.mesh(np.arange(12.0)[:, None] + [[0, 1]], time=axis))
    document.clock.playing = True
    document.clock.go(axis.values[3])
    settle(qtbot, scene)
    qtbot.waitUntil(lambda: {4, 5, 6, 7} <= set(reading.asked), timeout=20000)
    assert max(reading.asked) == 7


def test_a_block_that_cannot_be_read_is_told_and_the_old_picture_stays(qtbot, stage):
    document, reading, scene = stage(maps.mesh())
    reading.error = SourceUnavailable("The disk is gone.")
    with qtbot.waitSignal(scene.layer_failed, timeout=20000) as told:
        document.clock.go(T[1])
    settle(qtbot, scene)
    assert told.args == [document.layers[0].id, reading.error]
    assert scene.frame.pictures[0].look.step == 0


def test_a_fault_of_a_painter_is_reported_and_does_not_stop_the_others(qtbot, stage, monkeypatch):
    _, _, scene = stage(maps.mesh(), maps.vector())

    def broken(*_):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(MeshPainter, "paint", broken)
    with qtbot.waitSignal(scene.crashed, timeout=20000) as told:
        scene.show(replace(maps.VIEW, width=120))
    assert isinstance(told.args[0], ZeroDivisionError)
    settle(qtbot, scene)
    assert scene.frame.pictures[0].look.view.width == 120


def test_a_removed_layer_leaves_and_comes_back_with_undo(qtbot, stage):
    document, _, scene = stage(maps.mesh())
    with qtbot.waitSignal(scene.frame_ready, timeout=20000):
        document.remove(document.layers[0])
    assert scene.frame.pictures == ()
    document.undo()
    qtbot.waitUntil(lambda: len(scene.frame.pictures) == 1, timeout=20000)


def test_a_scene_that_was_closed_hears_nothing_more(stage):
    document, _, scene = stage(maps.mesh())
    frame = scene.frame
    scene.close()
    document.clock.go(T[2])
    assert scene.frame is frame


def test_the_clock_alone_does_not_make_sixty_layers_draw(qtbot, stage):
    document, _, scene = stage(*[maps.vector() for _ in range(20)])
    before = scene.frame
    document.clock.go(T[1])
    settle(qtbot, scene)
    assert scene.frame.pixels is before.pixels
