"""Track: one layer on its way from wish to picture, in worker threads."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.views import projection
from app.views.view import Picture, painter_class
from layers.errors import HaitangError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from app.core.looks import Look
    from app.core.reading import Reading
    from app.views.view import Painter
    from layers.layer import Layer
    from layers.sources.source import Block, Request

    Done = Callable[[Block | HaitangError], None]
    Run = Callable[..., None]


class Fetcher:
    """Reads for all tracks; the same block asked for twice is read once.

    Parameters
    ----------
    reading : Reading
        The data side of the document.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._flying: dict[Hashable, list[Done]] = {}
        self._ahead: deque[tuple[Layer, Request]] = deque()
        self._ahead_under_way = False
        self._lock = threading.Lock()

    def fetch(self, layer: Layer, request: Request, done: Done) -> None:
        """Hand over a block now or later; ``done`` may run in this or in another thread."""
        found = self.reading.cached(layer, request)
        if found is not None:
            done(found)
            return
        key = (layer.source, request)
        with self._lock:
            waiting = self._flying.get(key)
            if waiting is not None:
                waiting.append(done)
                return
            self._flying[key] = [done]
        self.reading.read(layer, request, lambda answer: self._land(key, answer))

    def ahead(self, wishes: Sequence[tuple[Layer, Request]]) -> None:
        """Read blocks that will be wanted soon, one at a time; what was asked for ahead before is forgotten."""
        with self._lock:
            self._ahead = deque(wishes)
            if self._ahead_under_way:
                return
            self._ahead_under_way = True
        self._go_ahead(None)

    def _go_ahead(self, _answer: object) -> None:
        """Read the next block ahead, unless it is there already."""
        while True:
            with self._lock:
                if not self._ahead:
                    self._ahead_under_way = False
                    return
                layer, request = self._ahead.popleft()
            if self.reading.cached(layer, request) is None:
                self.fetch(layer, request, self._go_ahead)
                return

    def _land(self, key: Hashable, answer: Block | HaitangError) -> None:
        with self._lock:
            waiting = self._flying.pop(key, [])
        for done in waiting:
            done(answer)


class Track:
    """What is wished of a layer, what is under way, and its last good picture.

    A wish made while another is under way waits; of several waiting wishes only the last is kept.

    Parameters
    ----------
    layer : Layer
        The layer drawn.
    fetcher : Fetcher
        Where blocks come from.
    ask : callable
        Runs a function in the thread that asks for data; it never draws, so data is on its way early.
    run : callable
        Runs a function in a worker thread.
    settled : callable
        Called in a worker with this track when a picture is done or failed.
    """

    def __init__(self, layer: Layer, fetcher: Fetcher, ask: Run, run: Run, settled: Callable[[Track], None]) -> None:
        self.layer = layer
        self.wanted: Look | None = None
        self.picture: Picture | None = None
        self.error: HaitangError | None = None
        self._painter: Painter | None = None
        self._fetcher, self._ask, self._run, self._settled = fetcher, ask, run, settled
        self._busy = self._stale = False
        self._lock = threading.Lock()

    @property
    def pending(self) -> bool:
        """Whether a picture is still under way."""
        return self._busy

    def wish(self, look: Look) -> bool:
        """Ask for a look; tell whether anything has to be drawn for it."""
        with self._lock:
            if not (look.differs(self.wanted) or self._stale):
                return False
            self.wanted, self._stale = look, False
            if self._busy:
                return True
            self._busy = True
        self._ask(self._begin)
        return True

    def renew(self) -> None:
        """Draw the next wish even where its look is that of the last."""
        self._stale = True

    def painter(self) -> Painter | None:
        """Give the painter of this layer; in worker threads only."""
        if self._painter is None:
            made = painter_class("map", self.layer.kind)
            self._painter = made() if made is not None else None
        return self._painter

    def requests(self, look: Look) -> list[Request]:
        """Name the blocks a look needs; in worker threads only."""
        painter = self.painter()
        return [] if painter is None or look.empty_reason else painter.needs(look)

    def _begin(self) -> None:
        look = self.wanted
        if look is None:
            return
        placed = projection.placeable(look)
        if placed.empty_reason:
            self._finish(look, Picture(placed), None)
            return
        try:
            requests = self.requests(look)
        except HaitangError as error:
            self._finish(look, None, error)
            return
        if not requests:
            self._run(self._paint, look, [])
            return
        self._gather(look, requests)

    def _gather(self, look: Look, requests: list[Request]) -> None:
        """Collect all blocks; the last one to arrive sends the look on to be painted."""
        blocks: list[Any] = [None] * len(requests)
        left = [len(requests)]
        lock = threading.Lock()

        def arrived(at: int, block: Any) -> None:
            with lock:
                blocks[at] = block
                left[0] -= 1
                if left[0]:
                    return
            self._run(self._paint, look, blocks)

        for at, request in enumerate(requests):
            self._fetcher.fetch(self.layer, request, lambda block, at=at: arrived(at, block))

    def _paint(self, look: Look, blocks: list[Any]) -> None:
        error = next((b for b in blocks if isinstance(b, HaitangError)), None)
        painter = self.painter()
        if error is not None or painter is None:
            self._finish(look, None, error)
            return
        painter.stop = lambda: self._is_elsewhere(look)
        try:
            picture, failure = painter.paint(look, blocks, look.view), None
            if painter.stop():
                picture = None
        except HaitangError as said:
            picture, failure = None, said
        except Exception:
            self._finish(look, None, None)
            raise
        self._finish(look, picture, failure)
        around = getattr(painter, "around", None)
        if around is not None and picture is not None and self.wanted is look:
            self._fetcher.ahead([(self.layer, request) for request in around(look)])

    def _is_elsewhere(self, look: Look) -> bool:
        """Tell whether another view is wanted by now; what is under way is then left, and drawn for that one."""
        wanted = self.wanted
        return wanted is not None and wanted.view != look.view

    def _finish(self, look: Look, picture: Picture | None, error: HaitangError | None) -> None:
        with self._lock:
            self.error = error
            if picture is None and error is not None and self.picture is None:
                picture = Picture(replace(look, empty_reason="read_failed"))
            if picture is not None:
                self.picture = picture
            again = self.wanted is not look
            self._busy = again
        self._settled(self)
        if again:
            self._run(self._begin)
