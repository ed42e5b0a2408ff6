"""The link between the clock of the document and the time bar."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer

from app.shell.swatch import line_colour
from app.widgets.time_track import Span, TimeState

if TYPE_CHECKING:
    from app.shell.desk import Desk
    from app.shell.map_acts import Clock as ClockActs
    from app.views.map2d.canvas import MapCanvas
    from app.views.view import Frame
    from app.widgets.time_bar import TimeBar

TICK_MS = 16


def as_ns(moment: np.datetime64 | None) -> int | None:
    """Give nanoseconds of a moment, None for None."""
    return None if moment is None else int(moment.astype("datetime64[ns]").astype(np.int64))


class ClockLink(QObject):
    """Shows the clock in the bar, moves it, and lets it run while it plays.

    While the clock plays, the bar tells the moment of the picture that is on the map, so that both always say the
    same; where no map is seen, and at rest, it tells the clock.

    Parameters
    ----------
    canvas : MapCanvas
        The map; the bar goes on when a frame of it was painted.
    """

    def __init__(self, desk: Desk, bar: TimeBar, acts: ClockActs, canvas: MapCanvas) -> None:
        super().__init__(bar)
        self._desk, self._bar, self._acts, self._canvas = desk, bar, acts, canvas
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self._last = 0.0
        events: Any = desk.document.clock.events
        events.now.connect(self._on_now)
        for name in ("playing", "rate", "loop", "revision", "leader", "step_s"):
            getattr(events, name).connect(self._on_state)
        document = desk.document
        for signal in (document.layer_added, document.layer_removed, document.layer_changed, document.replaced):
            signal.connect(self._on_state)
        canvas.painted.connect(self._on_painted)
        bar.moved.connect(self._on_moved)
        bar.stepped.connect(acts.step)
        bar.played.connect(acts.play)
        bar.rate_chosen.connect(lambda rate: setattr(desk.document.clock, "rate", rate))
        bar.loop_chosen.connect(lambda on: setattr(desk.document.clock, "loop", on))
        bar.grabbed.connect(document.history.begin)
        bar.released.connect(document.history.end)
        self.refresh()

    def refresh(self) -> None:
        """Show the whole state of the clock."""
        clock = self._desk.document.clock
        moments = clock.moments.astype("datetime64[ns]").astype(np.int64)
        gaps = clock.gaps().astype("datetime64[ns]").astype(np.int64)
        state = TimeState(
            now=as_ns(clock.now), start=as_ns(clock.start), stop=as_ns(clock.stop), moments=moments, gaps=gaps,
            spans=self._spans(), local=clock.local(self._desk.settings.utc_offset_hours),
        )  # fmt: skip
        self._bar.show_state(state, playing=clock.playing, rate=clock.rate, loop=clock.loop)

    def _spans(self) -> tuple[Span, ...]:
        found: list[Span] = []
        for layer in self._desk.document.layers:
            axis = layer.description.time if layer.description is not None else None
            if axis is None or not len(axis) or not layer.visible:
                continue
            shift = round(layer.shift_h * 3.6e12)
            ends = [int(v) + shift for v in axis.values[[0, -1]].astype("datetime64[ns]").astype(np.int64)]
            found.append(Span(layer.name, line_colour(layer), ends[0], ends[1]))
        return tuple(found)

    def _on_now(self, now: np.datetime64 | None) -> None:
        if not (self._desk.document.clock.playing and self._canvas.isVisible()):
            self._bar.show_now(as_ns(now))

    def _on_painted(self, frame: Frame) -> None:
        if self._desk.document.clock.playing:
            self._bar.show_now(as_ns(frame.now))

    def _on_state(self, *_: Any) -> None:
        playing = self._desk.document.clock.playing
        if playing and not self._timer.isActive():
            self._last = time.perf_counter()
            self._timer.start()
        elif not playing:
            self._timer.stop()
        self._soon.start()

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self._desk.document.clock.tick(now - self._last)
        self._last = now

    def _on_moved(self, at: int) -> None:
        self._desk.document.clock.go(np.datetime64(at, "ns"))
