"""Preview: a page as a picture, drawn in a thread of its own; the newest wish wins."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from app.core.language import language
from layers.errors import Cancelled, HaitangError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from app.core.pages.model import Page
    from app.shell.desk import Desk
    from app.views.sheet.gather import Leaf
    from app.views.sheet.page import Matter

FINEST = 200
"""Dots per inch of maps in the window."""


class Preview:
    """Draws pages for the window.

    Parameters
    ----------
    desk : Desk

    Attributes
    ----------
    ready : Signal(QImage, Matter)
        On the main thread.
    failed : Signal(HaitangError)
        On the main thread.
    crashed : Signal(BaseException)
        On the main thread: a fault of the program.
    """

    ready = Signal(object, object)
    failed = Signal(object)
    crashed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="page")
        self._lock = threading.Lock()
        self._wish = 0
        self._done = 0
        self._maps: Any = None
        self._kept: dict[str, tuple[Any, Any, Any]] = {}
        self._revision = 0
        self._closed = False

    @property
    def is_idle(self) -> bool:
        """Whether the last wish was drawn."""
        return self._done == self._wish

    def forget(self) -> None:
        """Draw all maps anew next time: the layers look different now."""
        self._revision += 1

    def ask(self, page: Page, ratio: float, leaf: Leaf | None = None) -> None:
        """Ask for a page as a picture with so many device pixels in a px at 96 dpi."""
        if self._closed:
            return
        with self._lock:
            self._wish += 1
            number = self._wish
        self._worker.submit(self._work, number, page, ratio, leaf).add_done_callback(self._on_ended)

    def close(self) -> None:
        """Draw nothing any more; what is under way ends at its next look, and nobody waits for it."""
        self._closed = True
        self._wish += 1
        self._worker.shutdown(wait=False, cancel_futures=True)

    # -------------------------------------------------------------------- in the thread
    def _on_ended(self, future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None and not self._closed:
            self._desk.relay.later(lambda: self.crashed.emit(error))

    def _work(self, number: int, page: Page, ratio: float, leaf: Leaf | None) -> None:
        def check() -> None:
            if number != self._wish:
                raise Cancelled("The job was cancelled.")

        try:
            check()
            image, matter = self._drawn(page, ratio, leaf, check)
        except Cancelled:
            return
        except HaitangError as error:
            told = error
            self._desk.relay.later(lambda: self._tell(number, lambda: self.failed.emit(told)))
            return
        self._desk.relay.later(lambda: self._tell(number, lambda: self.ready.emit(image, matter)))

    def _tell(self, number: int, tell: Any) -> None:
        if number == self._wish and not self._closed:
            self._done = number
            tell()

    def _drawn(self, page: Page, ratio: float, leaf: Leaf | None, check: Any) -> tuple[Any, Matter]:
        from app.views.sheet.gather import matter_of
        from app.views.sheet.maps import Maps, picture_of
        from app.views.sheet.press import image_of
        from app.views.sheet.words import today

        document = self._desk.document
        if self._maps is None:
            self._maps = Maps(document, self._desk.reading)
        dpi = max(48, min(round(96 * ratio), FINEST))
        keeper: Any = _Keeper(self._maps, self._kept, (self._revision, language(), document.clock.now), dpi)
        date = today(page.utc_offset_hours)
        matter = matter_of(
            page, document, self._desk.reading, keeper, leaf=leaf, date=date, dpi=dpi, check=check, strict=False
        )
        matter.facts = matter.facts.with_(record="············")
        matter.vectors = False
        for item_id, drawn in matter.maps.items():
            check()
            matter.pictures[item_id] = keeper.picture(item_id, drawn, picture_of)
        return image_of(matter, ratio, check), matter


class _Keeper:
    """Maps as the window wants them: flat, and kept while nothing about them changes."""

    def __init__(self, maps: Any, kept: dict[str, tuple[Any, Any, Any]], state: tuple[Any, ...], dpi: int) -> None:
        self._maps, self._kept, self._state, self._dpi = maps, kept, state, dpi

    def view(self, *given: Any, **named: Any) -> Any:
        return self._maps.view(*given, **named)

    def drawn(self, item: Any, view: Any, dpi: int, check: Any) -> Any:
        key = (item.model_copy(update={"x": 0.0, "y": 0.0, "name": "", "locked": False}), view, dpi, self._state)
        held = self._kept.get(item.id)
        if held is None or held[0] != key:
            drawn = self._maps.drawn(item, view, dpi, check, flat=True)
            self._kept[item.id] = (key, drawn, None)
        return self._kept[item.id][1]

    inset = drawn

    def picture(self, item_id: str, drawn: Any, make: Any) -> Any:
        key, _, picture = self._kept[item_id]
        if picture is None:
            picture = make(drawn)
            self._kept[item_id] = (key, drawn, picture)
        return picture
