"""Steps of the tour: looking at the breach, playing, jumping, clicking the map, the chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLineEdit

from app.core.language import N_
from app.shell.tour import hands
from app.shell.tour.witness import WIDE, StepFailed
from app.views.map2d.canvas import WHEEL_STEP
from app.views.wording import number_text

if TYPE_CHECKING:
    from app.shell.tour.guide import Guide
    from app.views.charts.series import ChartLine

DEPTH = "sample-depth"
PLACE = (443_564.0, 3_433_722.0)
"""Flooded ground behind the breach, 22 m from a gauge, in the system of the map."""
WAY = (60.0, 200.0)
"""Where the place is dragged to, px from the middle of the map."""
MIDDLE, NARROW = (1600, 900), (1000, 720)
"""Sizes of the window for the handbook's pictures, px."""
JUMP = "2026-08-30 01:15"
JUMP_UTC = np.datetime64("2026-08-29T17:15:00", "ns")
FRAMES = 12
"""Pictures that playing must show."""


def breach(guide: Guide) -> None:
    """Show the breach whole, then look closer with the wheel."""
    camera, canvas = guide.document.camera, guide.canvas
    before = camera.scale
    layer = guide.choose_layer("sample-breaches")
    guide.do("zoom-layer")
    box, seen = layer.description.bounds if layer.description else None, camera.extent(canvas.width(), canvas.height())
    guide.check(
        N_("The breaches fill the map: {metres} m a pixel instead of {before}."),
        box is not None and seen.contains(box.x0, box.y0) and seen.contains(box.x1, box.y1) and camera.scale < before,
        metres=f"{camera.scale:.2f}",
        before=f"{before:.2f}",
    )
    middle = QPointF(canvas.width() / 2, canvas.height() / 2)
    drag_map(guide, middle + QPointF(*WAY) - guide.pixel(*PLACE))
    scale, at = camera.scale, guide.pixel(*PLACE)
    hands.turn_wheel(canvas, at, 2)
    guide.settle()
    moved = guide.pixel(*PLACE) - at
    guide.check(
        N_("Two notches of the wheel look {factor} times closer, and the place below the pointer stays."),
        abs(scale / camera.scale - WHEEL_STEP**2) < 1e-6 and moved.manhattanLength() < 0.5,
        factor=f"{WHEEL_STEP**2:.2f}",
    )
    hands.leave(canvas)
    guide.shoot()


def drag_map(guide: Guide, way: QPointF) -> None:
    """Drag the map, px; it moves with the hand."""
    camera, canvas = guide.document.camera, guide.canvas
    x, y = camera.x, camera.y
    start = QPointF(canvas.width() / 2, canvas.height() / 2)
    hands.drag(canvas, start, start + way)
    guide.settle()
    east, north = camera.x - x, camera.y - y
    guide.check(
        N_("Dragging by {right} px right and {down} px down moves the map as far: {east} m, {north} m."),
        abs(east + way.x() * camera.scale) < 1e-3 and abs(north - way.y() * camera.scale) < 1e-3,
        right=round(way.x()),
        down=round(way.y()),
        east=round(-east),
        north=round(-north),
    )


def play(guide: Guide) -> None:
    """Play some steps, and pause."""
    seen: list[tuple[Any, int]] = []
    clock = guide.document.clock

    def on_painted(frame: Any) -> None:
        look = guide.look(DEPTH)
        if frame.complete and look is not None and look.moment is not None:
            seen.append((look.moment, hash(frame.pixels.tobytes())))

    started = clock.now
    clock.rate = 8.0
    guide.canvas.painted.connect(on_painted)
    try:
        guide.window.menus.actions["play"].trigger()
        guide.wait_for(lambda: len({moment for moment, _ in seen}) >= FRAMES)
        guide.window.menus.actions["play"].trigger()
        guide.settle()
    finally:
        guide.canvas.painted.disconnect(on_painted)
    moments = [moment for moment, _ in seen]
    guide.check(
        N_("While it played, {count} moments were on screen, each later than the last."),
        moments == sorted(moments),
        count=len(set(moments)),
    )
    different = len({picture for _, picture in seen}) / len(set(moments))
    guide.check(N_("Each of them was another picture: the water moves."), different >= 1)
    guide.check(
        N_("The clock went on by {hours} h and stopped."),
        clock.now > started and not clock.playing,
        hours=f"{(clock.now - started) / np.timedelta64(1, 'h'):.2f}",
    )
    guide.shoot()


def jump(guide: Guide) -> None:
    """Jump to a moment that is typed into the time bar."""
    guide.window.menus.actions["jump"].trigger()
    bar = guide.window.time_bar
    field = next(
        f for f in bar.findChildren(QLineEdit) if f.isVisible() and f.parent() is not None and not f.isReadOnly()
    )
    hands.write(field, JUMP)
    hands.press_key(field, Qt.Key.Key_Return)
    guide.settle()
    guide.check(N_("The clock stands at {moment}, Beijing time."), guide.document.clock.now == JUMP_UTC, moment=JUMP)
    look = guide.look(DEPTH)
    guide.check(
        N_("The water on the map is that of {moment} UTC, to the second."),
        look is not None and look.moment == JUMP_UTC,
        moment=str(JUMP_UTC)[:19],
    )
    guide.resize(NARROW)
    guide.shoot("time-bar", of=bar)
    guide.resize(WIDE)


def identify(guide: Guide) -> None:
    """Click flooded ground: values at the place, and their series in the chart."""
    while guide.document.history.can_undo:
        guide.do("undo")
    guide.check(N_("Undo brings back the view at the start."), guide.document.camera.pose == guide.kept["pose"])
    chart = guide.panel("chart")
    guide.click_map(*PLACE)
    guide.wait(lambda: chart.lines and chart.is_idle)
    hit, line = guide.hit(DEPTH, *PLACE), line_of(guide, DEPTH)
    if hit is None or hit.value is None:
        raise StepFailed(N_("The map tells no water depth at the place."))
    guide.check(
        N_("Water depth at the place: {value} {unit}, of {moment} UTC, from {source}."),
        hit.unit == "m" and hit.moment == JUMP_UTC and hit.source == "flood.nc",
        value=f"{hit.value:.3f}",
        unit=hit.unit,
        moment=str(hit.moment)[:16],
        source=hit.source,
    )
    at = line.at(now_ns(guide))
    guide.check(
        N_("The chart says the same at that moment: {value} m, in a series of {count} steps."),
        at is not None and abs(at[1] - hit.value) < 1e-6,
        value=f"{at[1]:.3f}" if at else "-",
        count=len(line.times),
    )
    point_at(guide, hit.value)
    hands.leave(guide.canvas)
    guide.shoot()
    guide.resize(MIDDLE)
    guide.shoot()
    guide.shoot("map", of=guide.canvas)
    guide.shoot("chart", of=guide.window.docks["chart"])
    guide.resize(WIDE)


def point_at(guide: Guide, value: float) -> None:
    """Hold the pointer over the place: the status bar tells its value."""
    guide.check(N_("The panel of values is in front."), guide.window.docks["identify"].is_seen)
    hands.point(guide.canvas, guide.pixel(*PLACE))
    words = guide.window.status.value
    guide.wait_for(words.full_text)
    said = words.full_text()
    guide.check(N_("Below the pointer the status bar says: {words}"), number_text(value) in said, words=said)


def chart_clock(guide: Guide) -> None:
    """Drag the cursor in the chart: the map follows."""
    from app.views.charts.picture import layout_of

    chart = guide.panel("chart")
    layout = layout_of(chart.content(), chart.width(), chart.height())
    x = [layout.plot.left() + share * layout.plot.width() for share in (0.45, 0.62)]
    height = layout.plot.center().y()
    hands.drag(chart, QPointF(x[0], height), QPointF(x[1], height))
    guide.settle()
    hands.leave(chart)
    asked = np.datetime64(layout.moment(x[1]), "ns")
    now, look = guide.document.clock.now, guide.look(DEPTH)
    zero, step = np.timedelta64(0, "s"), np.timedelta64(15, "m")
    guide.check(
        N_("Dragging in the chart set the clock to {moment} UTC."),
        now is not None and abs(now - asked) <= step,
        moment=str(now)[:19],
    )
    guide.check(
        N_("The map shows the step of {moment} UTC, no later than the clock."),
        look is not None and now is not None and look.moment is not None and zero <= now - look.moment < step,
        moment=str(look.moment)[:19] if look is not None else "-",
    )
    whole = chart.content()
    for _ in range(4):
        hands.turn_wheel(chart, QPointF(x[1], height), 1)
        guide.settle()
    near = chart.content()
    guide.check(
        N_("The wheel over the chart shows {hours} h instead of {whole} h."),
        near.last - near.first < 0.5 * (whole.last - whole.first),
        hours=f"{(near.last - near.first) / 3.6e12:.1f}",
        whole=f"{(whole.last - whole.first) / 3.6e12:.0f}",
    )
    guide.shoot()
    chart.show_all()


def line_of(guide: Guide, layer_id: str) -> ChartLine:
    """Give the line of a layer in the chart.

    Raises
    ------
    StepFailed
        The chart shows none.
    """
    found = [line for line in guide.panel("chart").lines if line.layer == layer_id]
    if not found:
        raise StepFailed(N_("The chart shows no series of the layer {layer}."), layer=layer_id)
    return found[0]


def now_ns(guide: Guide) -> int:
    """Give the moment of the clock, ns since 1970-01-01 UTC."""
    now = guide.document.clock.now
    return 0 if now is None else int(now.astype("datetime64[ns]").astype(np.int64))
