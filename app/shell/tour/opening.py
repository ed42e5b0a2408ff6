"""Steps of the tour: the empty window, the sample opened, the window at its sizes and in its looks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from app.core.language import N_, tr
from app.shell import shots
from app.shell.file_acts import sample_path
from app.shell.tour import hands
from app.shell.tour.witness import SMALL, WIDE, StepFailed

if TYPE_CHECKING:
    from app.shell.tour.guide import Guide


def empty(guide: Guide) -> None:
    """Nothing is open: the window invites."""
    window = guide.window
    guide.check(
        N_("No layer is open, and the window invites to open one."),
        window.centre.currentWidget() is window.centre.empty,
    )
    guide.check(N_("Without time in the data there is no time bar."), not window.time_bar.isVisible())
    guide.shoot()
    guide.resize(SMALL)
    guide.shoot()
    guide.resize(WIDE)


def sample(guide: Guide) -> None:
    """Open the sample from the invitation."""
    path = sample_path()
    if path is None:
        raise StepFailed(N_("The sample workspace is not installed."))
    named = json.loads(path.read_text("utf-8"))
    hands.press(guide.window.centre.empty, tr("Open the sample workspace"))
    guide.wait(lambda: shots.is_open(guide.window))
    document, reading = guide.document, guide.desk.reading
    layers = document.layers
    guide.check(
        N_("{count} layers are open, as many as the workspace names."),
        len(layers) == len(named["layers"]) > 0,
        count=len(layers),
    )
    states = {reading.state(layer.id) for layer in layers}
    guide.check(N_("Every layer could be read."), states == {"ok"})
    guide.check(
        N_("The clock stands where it was saved: {moment}."),
        document.clock.now == np.datetime64(named["clock"]["now"].rstrip("Z"), "ns"),
        moment=clock_words(guide),
    )
    drawn = [layer for layer in layers if layer.visible and guide.look(layer.id) is not None]
    guide.check(
        N_("The map draws all {count} visible layers."),
        len(drawn) == sum(la.visible for la in layers),
        count=len(drawn),
    )
    said = f"{document.title} {document.notes}"
    guide.kept["pose"] = document.camera.pose
    guide.check(N_("The window says that the place is made up: {title}"), "虚构" in said, title=document.title)
    guide.shoot()


def looks(guide: Guide) -> None:
    """The same window dark, and on a small screen."""
    guide.resize(SMALL)
    guide.shoot()
    guide.dress("dark")
    guide.shoot()
    guide.resize(WIDE)
    guide.shoot()
    dark = shots.picture(guide.window)
    guide.dress("light")
    light = shots.picture(guide.window)
    from app.shell.tour.inspection import brightness

    values = brightness(light), brightness(dark)
    guide.check(
        N_("The dark window is darker: mean brightness {dark} instead of {light}."),
        values[1] < 0.35 < 0.6 < values[0],
        dark=f"{values[1]:.2f}",
        light=f"{values[0]:.2f}",
    )


def clock_words(guide: Guide) -> str:
    """Write the moment of the clock in local time."""
    return guide.document.clock.text(guide.desk.settings.utc_offset_hours).replace("北京时间", "").strip()
