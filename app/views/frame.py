"""Frame: gathers what changed in the document, has it drawn by workers, hands whole frames to the main thread."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.looks import Known, Look, at_moment, moving_axis, resolve
from app.views import projection
from app.views.knowledge import Knowledge, arrow_speed, arrow_variable, range_now, statistics_now
from app.views.track import Fetcher, Track
from app.views.view import Composes, Covered, Frame, Picture, Sheet, composer, painter_class

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from app.core.camera import View
    from app.core.document import Document
    from app.core.reading import Reading
    from layers.errors import HaitangError
    from layers.layer import Layer
    from layers.times import TimeAxis

WORKERS = 2
"""Threads that draw; the kernels inside release the GIL."""

PATIENCE_MS = 220
"""How long a frame waits for slow layers before those that are ready are shown."""

SWITCH_S = 0.001
"""How soon a worker in Python code lets the window's thread in, s; Python's own 5 ms are felt."""

AHEAD = 4
"""Steps read ahead while the clock runs."""

LIGHT_GROUND, DARK_GROUND = 0xFFF3F6F8, 0xFF15202B


class Scene2D(QObject):
    """The map's pictures follow the document.

    ``frame_ready`` carries a `Frame` and arrives on the main thread. ``crashed`` carries an exception of a worker.
    ``layer_failed`` carries a layer's id and the error of its last drawing (None = drawn again).
    """

    frame_ready = Signal(object)
    crashed = Signal(object)
    layer_failed = Signal(str, object)
    _composed = Signal(object)
    _settled = Signal()

    def __init__(self, document: Document, reading: Reading, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(SWITCH_S)
        self.document, self.reading = document, reading
        self.background = LIGHT_GROUND
        self._knowledge = Knowledge(document, reading)
        self.frame: Frame | None = None
        self._view: View | None = None
        self._covered: tuple[Covered, ...] = ()
        self._tracks: dict[str, Track] = {}
        self._errors: dict[str, HaitangError | None] = {}
        self._kept: dict[str, tuple[Look, TimeAxis | None, float, str]] = {}
        self._fetcher = Fetcher(reading)
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="paint")
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="ask")
        self._composer: Composes | None = None
        self._composing = threading.Lock()
        self._asked: list[Callable[[], None]] | None = None
        self._dirty = self._composing_now = self._compose_again = self._closed = False
        self._gathering = self._timer(0, self._gather)
        self._patience = self._timer(PATIENCE_MS, self._compose)
        self._composed.connect(self._on_composed)
        self._settled.connect(self._on_settled)
        self._links = self._connect()

    # ------------------------------------------------------------------ outside
    def show(self, view: View) -> None:
        """Ask for a view; the frame comes by ``frame_ready``."""
        if view != self._view:
            self._view = view
            self._schedule()

    def set_background(self, colour: int) -> None:
        """Set the ground colour, ``0xffRRGGBB``."""
        if colour != self.background:
            self.background = colour
            self.refresh(compose=True)

    def keep_clear(self, covered: tuple[Covered, ...]) -> None:
        """Put no text where cards lie over the picture; a picture that stands is joined anew."""
        if covered != self._covered:
            self._covered = covered
            if not self.document.clock.playing:
                self._schedule(compose=True)

    def refresh(self, *_: object, compose: bool = False) -> None:
        """Look at the document once the current event is over."""
        if self._closed:
            return
        self._kept.clear()
        self._schedule(compose=compose)

    def _on_clock(self, *_: object) -> None:
        self._schedule()

    def _schedule(self, *, compose: bool = False) -> None:
        if self._closed:
            return
        self._dirty = self._dirty or compose
        if not self._gathering.isActive():
            self._gathering.start()

    @property
    def is_idle(self) -> bool:
        """Whether the last frame shows the document as it is."""
        busy = self._gathering.isActive() or self._composing_now or self._dirty
        return not busy and not any(track.pending for track in self._tracks.values())

    def track(self, layer_id: str) -> Track | None:
        """Give the track of a layer."""
        return self._tracks.get(layer_id)

    def looks(self) -> list[Look]:
        """Give the looks of all visible layers as they should be now, bottom first."""
        if self._view is None:
            return []
        now, view = self.document.clock.now, self._view
        return [self._look(layer, now, view) for layer in reversed(self.document.layers) if layer.visible]

    def close(self, *, wait: bool = True) -> None:
        """Stop listening and drawing; waits for what is under way, unless it is closed again later."""
        self._closed = True
        self._gathering.stop()
        self._patience.stop()
        for signal, slot in self._links:
            signal.disconnect(slot)
        self._links = []
        self._asking.shutdown(wait=wait, cancel_futures=True)
        self._workers.shutdown(wait=wait, cancel_futures=True)

    # -------------------------------------------------------------------- inside
    def _timer(self, ms: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        timer.timeout.connect(call)
        return timer

    def _connect(self) -> list[tuple[Any, Any]]:
        doc, reading = self.document, self.reading
        links = [
            (doc.layer_added, self.refresh),
            (doc.layer_removed, self._on_layer_removed),
            (doc.layer_moved, self._on_order),
            (doc.layer_changed, self._on_layer_changed),
            (doc.edited, self._on_edited),
            (doc.replaced, self._on_replaced),
            (doc.clock.events.now, self._on_clock),
            (doc.selection.changed, self.refresh),
            (reading.state_changed, self.refresh),
            (reading.opened, self._on_opened),
            (reading.statistics_ready, self._on_statistics),
        ]
        for signal, slot in links:
            signal.connect(slot)
        return links

    def _look(self, layer: Layer, now: np.datetime64 | None, view: View) -> Look:
        """Give a layer's look; while only the clock moves, only its step is worked out anew."""
        kept = self._kept.get(layer.id)
        if kept is None or kept[0].view is not view or kept[3] != self.reading.state(layer.id):
            look = resolve(layer, now, view, self._knowledge.known(layer))
            lasting = "" if look.empty_reason in ("before", "after") else look.empty_reason
            base = replace(look, step=0, moment=None, empty_reason=lasting, origin=object())
            kept = (base, moving_axis(look, layer), layer.shift_h, self.reading.state(layer.id))
            self._kept[layer.id] = kept
        return at_moment(*kept[:3], now)

    def _gather(self) -> None:
        """Compare what should be seen with what was asked for last; ask for the difference."""
        if self._view is None or self._closed:
            return
        wished, self._asked = False, []
        for look in self.looks():
            track = self._tracks.get(look.layer)
            if track is None:
                layer = self.document.layer(look.layer)
                track = self._tracks[look.layer] = Track(layer, self._fetcher, self._ask, self._run, self._on_track)
            wished = track.wish(look) or wished
        asked, self._asked = self._asked, None
        if asked:
            self._ask(self._ask_all, asked)
        if self.document.clock.playing and wished:
            self._run(self._read_ahead)
        if wished or self._dirty or self.frame is None or self.frame.view != self._view:
            self._dirty = True
            self._patience.start()
            self._on_settled()
        elif self.frame.now != self.document.clock.now:
            self.frame = replace(self.frame, now=self.document.clock.now)
            self.frame_ready.emit(self.frame)

    def _on_track(self, track: Track) -> None:
        """A picture is done; runs in a worker."""
        if track.picture is not None and self._knowledge.learn(track.picture.look):
            self._kept.pop(track.layer.id, None)
        if self._closed:
            return
        if self._errors.get(track.layer.id) is not track.error:
            self._errors[track.layer.id] = track.error
            self.layer_failed.emit(track.layer.id, track.error)
        if not any(other.pending for other in list(self._tracks.values())):
            self._settled.emit()

    def _on_settled(self) -> None:
        if self._dirty and not any(track.pending for track in self._tracks.values()):
            self._compose()

    def _compose(self) -> None:
        if self._composing_now:
            self._compose_again = True
            return
        if self._view is None or self._closed:
            return
        self._patience.stop()
        pending = any(track.pending for track in self._tracks.values())
        self._composing_now, self._dirty = True, pending
        sheets = [
            Sheet(track.picture, layer.opacity, layer.blend)
            for layer in reversed(self.document.layers)
            if layer.visible and (track := self._tracks.get(layer.id)) is not None and track.picture is not None
        ]
        whole, now = not pending, self.document.clock.now
        self._run(self._join, sheets, self._view, self.background, whole, now, self._covered)
        if pending:
            self._patience.start()

    def _join(
        self, sheets: list[Sheet], view: View, ground: int, complete: bool, now: np.datetime64 | None, covered: Any
    ) -> None:
        frame = None
        try:
            projection.warm(view)
            with self._composing:
                if self._composer is None:
                    self._composer = composer("map")
                frame = self._composer.compose(sheets, view, ground, complete, now, covered)
        finally:
            if not self._closed:
                self._composed.emit(frame)

    def _on_composed(self, frame: Frame | None) -> None:
        self._composing_now = False
        if self._closed or frame is None:
            return
        self.frame = frame
        self.frame_ready.emit(frame)
        if self._compose_again:
            self._compose_again = False
            self._compose()
        else:
            self._on_settled()

    def _read_ahead(self) -> None:
        """Read the next steps of what is shown while the clock runs, the nearest first; in a worker."""
        wishes = []
        for track in list(self._tracks.values()):
            look = track.wanted
            if look is None or look.step is None or look.moment is None or look.description is None:
                continue
            axis = look.description.time
            last = len(axis) - 1 if axis is not None else 0
            for step in range(look.step + 1, min(look.step + AHEAD, last) + 1):
                wishes += [(step - look.step, track.layer, r) for r in track.requests(replace(look, step=step))]
        self._fetcher.ahead([(layer, request) for _, layer, request in sorted(wishes, key=lambda wish: wish[0])])

    def _ask(self, call: Callable[..., None], *arguments: Any) -> None:
        if self._asked is not None and threading.current_thread() is threading.main_thread():
            self._asked.append(partial(call, *arguments))  # what one look at the document asks for goes in one
        elif not self._closed:
            self._asking.submit(call, *arguments).add_done_callback(self._on_ended)

    def _ask_all(self, calls: Sequence[Callable[[], None]]) -> None:
        for call in calls:
            try:
                call()
            except Exception as error:  # noqa: BLE001  the other layers are asked for all the same
                self.crashed.emit(error)

    def _run(self, call: Callable[..., None], *arguments: Any) -> None:
        if not self._closed:
            self._workers.submit(call, *arguments).add_done_callback(self._on_ended)

    def _on_ended(self, future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None and not self._closed:
            self.crashed.emit(error)

    def _on_opened(self, layer: Layer) -> None:
        """Draw a layer anew whose file was looked at again: its look may be the same, its data are not."""
        track = self._tracks.get(layer.id)
        if track is not None:
            track.renew()
            self.refresh()

    def _on_layer_removed(self, layer: Layer, _index: int) -> None:
        self._tracks.pop(layer.id, None)
        self.refresh(compose=True)

    def _on_order(self, *_: object) -> None:
        self.refresh(compose=True)

    def _on_layer_changed(self, layer: Layer, field: str) -> None:
        if field == "style":
            self._knowledge.restyled(layer)
        self.refresh(compose=field in ("visible", "opacity", "blend"))

    def _on_edited(self, layer: Layer, _ids: object) -> None:
        self._knowledge.edited(layer)
        self.refresh()

    def _on_statistics(self, layer_id: str, variable: str) -> None:
        self._knowledge.refined(layer_id, variable)
        self.refresh()

    def _on_replaced(self) -> None:
        self._tracks.clear()
        self._knowledge.clear()
        self.refresh(compose=True)


def render(
    document: Document,
    reading: Reading,
    view: View,
    now: np.datetime64 | None = None,
    background: int = LIGHT_GROUND,
    cards: Callable[[Frame], Sequence[Covered]] | None = None,
) -> Frame:
    """Draw the map of a document and wait for it; for pictures without a window, never on a window's main thread.

    Parameters
    ----------
    document : Document
        Its layers must be open.
    reading : Reading
        Answers ``read_now``.
    view : View
        Extent, system and size.
    now : datetime64[ns] or None
        Moment (UTC); None = the clock's.
    background : int
        Ground colour, ``0xffRRGGBB``.
    cards : callable, optional
        Tells what will lie over the frame, where it is to have no text.

    Raises
    ------
    HaitangError
        A layer that is open cannot be read.
    """
    now = document.clock.now if now is None else now
    projection.warm(view)
    sheets = [
        Sheet(_drawn(layer, reading, view, now, document), layer.opacity, layer.blend)
        for layer in reversed(document.layers)
        if layer.visible
    ]
    joined = composer("map")
    frame = joined.compose(sheets, view, background, now=now)
    covered = cards(frame) if cards is not None else ()
    return joined.compose(sheets, view, background, now=now, covered=covered) if covered else frame


def _drawn(layer: Layer, reading: Reading, view: View, now: np.datetime64 | None, document: Document) -> Picture:
    ranges, arrows = range_now(layer, reading), arrow_variable(layer)
    speeds = statistics_now(layer, reading, arrows) if arrows else None
    known = Known(
        reading.state(layer.id),
        ranges,
        None if speeds is None else arrow_speed(speeds),
        selected=document.selection.predicates.get(layer.id),
    )
    look = projection.placeable(resolve(layer, now, view, known))
    made = painter_class("map", layer.kind)
    if look.empty_reason or made is None:
        return Picture(look)
    painter = made()
    blocks = [reading.read_now(layer, request) for request in painter.needs(look)]
    return painter.paint(look, blocks, view)
