"""Steps of the tour: two moments behind a divider, four linked maps, themes as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPointF

from app.core.comparing import Side
from app.core.language import N_
from app.core.sides import compare
from app.shell.tour import hands
from app.shell.tour.watching import DEPTH, JUMP_UTC, MIDDLE, PLACE, line_of
from app.shell.tour.witness import WIDE, StepFailed

if TYPE_CHECKING:
    from app.shell.tour.guide import Guide

LATER_H = 3.0
NEAR = 1e-6
"""How far two numbers of the same face may lie apart, m."""


def swipe(guide: Guide) -> None:
    """Two moments of the same flood: behind a divider, in a lens, in turn."""
    document, canvas = guide.document, guide.canvas
    guide.kept["before comparing"] = document.history.position
    document.clock.go(JUMP_UTC)
    guide.panel("chart")
    guide.click_map(*PLACE)
    guide.wait(lambda: guide.panel("chart").lines)
    line = line_of(guide, DEPTH)
    first = _depth(guide)
    guide.do("compare-swipe")
    compare(document, document.comparison.with_side(0, Side(offset_h=LATER_H)))
    guide.settle()
    acts = document.history.position
    start = QPointF(canvas.width() * document.comparison.divider, 200.0)
    goal = QPointF(guide.pixel(*PLACE).x() - 80.0, 200.0)
    hands.drag(canvas, start, goal)
    guide.settle()
    guide.check(
        N_("The divider was dragged to {share} % of the map, as one act."),
        abs(document.comparison.divider - goal.x() / canvas.width()) < 0.01 and document.history.position == acts + 1,
        share=round(document.comparison.divider * 100),
    )
    wanted = line.at(_ns(JUMP_UTC + np.timedelta64(round(LATER_H * 60), "m")))
    second = _depth(guide)
    guide.check(
        N_("On one side {first} m, beyond the divider {second} m, {hours} h later; the series in the chart agrees."),
        wanted is not None and abs(second - wanted[1]) < NEAR and abs(first - second) > 0.01,
        first=f"{first:.3f}",
        second=f"{second:.3f}",
        hours=f"{LATER_H:g}",
    )
    guide.shoot()
    guide.resize(MIDDLE)
    guide.shoot("map", of=guide.window.compare)
    guide.resize(WIDE)
    _lens(guide, second)


def _lens(guide: Guide, second: float) -> None:
    """Hold the lens over the place: the same value as beyond the divider."""
    guide.do("compare-lens")
    hands.point(guide.canvas, guide.pixel(*PLACE))
    guide.check(
        N_("In the lens stands the same {second} m."), abs(_depth(guide) - second) < NEAR, second=f"{second:.3f}"
    )
    guide.shoot("lens", languages=("zh",))


def linked(guide: Guide) -> None:
    """Four linked maps of four moments, and the themes as pictures; undo brings back the one map."""
    document, panes = guide.document, guide.window.compare.panes
    line = line_of(guide, DEPTH)
    sides = tuple(Side(offset_h=hours) for hours in (1.0, 3.0, 9.0))
    compare(document, document.comparison.with_(mode="views", sides=[side.model_dump() for side in sides]))
    guide.settle()
    told = [_value(one, PLACE) for one in panes.maps]
    moments = [document.clock.now, *(side.moment_at(document.clock.now) for side in sides)]
    wanted = [found[1] if moment is not None and (found := line.at(_ns(moment))) else np.nan for moment in moments]
    guide.check(
        N_("Four maps, four moments: {values} m, as the series in the chart says."),
        len(panes.maps) == 4 and np.allclose(told, wanted, atol=NEAR),
        values=", ".join(f"{value:.3f}" for value in told),
    )
    hands.turn_wheel(panes.others[1], QPointF(60, 60), 1)
    guide.settle()
    guide.check(
        N_("The wheel over one of them moves all four."),
        len({one.view().extent.centre for one in panes.maps}) == 1,
    )
    guide.shoot()
    gallery = guide.window.compare.pick_theme(None, lambda _name: None)
    guide.wait_for(lambda: gallery.is_complete)
    guide.check(
        N_("Every one of the {count} themes has its picture."), gallery.list.count(), count=gallery.list.count()
    )
    guide.shoot("themes", of=gallery, languages=("zh",))
    gallery.close()
    while document.history.position > guide.kept["before comparing"]:
        guide.do("undo")
    guide.check(N_("Undo leads back to one map."), len(panes.maps) == 1 and not document.comparison.is_on)


def _depth(guide: Guide) -> float:
    return _value(guide.canvas, PLACE)


def _value(canvas: Any, place: tuple[float, float]) -> float:
    """Give the depth that a map tells at a place.

    Raises
    ------
    StepFailed
        It tells none.
    """
    hit = next((hit for hit in canvas.identify(*place) if hit.layer == DEPTH), None)
    if hit is None or hit.value is None:
        raise StepFailed(N_("The map tells no water depth at the place."))
    return float(hit.value)


def _ns(moment: np.datetime64) -> int:
    return int(moment.astype("datetime64[ns]").astype(np.int64))
