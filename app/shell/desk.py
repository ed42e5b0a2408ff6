"""Desk: what the parts of the window share, and the bridge from worker threads to the main thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from psygnal import Signal as CoreSignal
from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, Signal

from app.core.notices import Notices
from layers.errors import HaitangError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.document import Document
    from app.core.jobs import ProcessJob
    from app.core.journal import Journal
    from app.core.readers import ReaderPool
    from app.core.reading import Reading
    from app.core.settings import Settings
    from layers.layer import Layer


class Relay(QObject):
    """Runs callables on the main thread, in the order they came."""

    _asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._asked.connect(self._run, Qt.ConnectionType.QueuedConnection)
        self._closed = False

    def __call__(self, call: Callable[[], object]) -> None:
        """Run at once on the main thread, else as soon as it is free."""
        app = QCoreApplication.instance()
        if app is not None and QThread.currentThread() is app.thread():
            call()
        else:
            self.later(call)

    def later(self, call: Callable[[], object]) -> None:
        """Run when the main thread has done what it is doing; never, once this is closed."""
        if self._closed:
            return
        try:
            self._asked.emit(call)
        except RuntimeError:
            if not self._closed:
                raise  # else the window was let go of in this very moment, by the main thread

    def close(self) -> None:
        """Run nothing any more."""
        self._closed = True

    def _run(self, call: Callable[[], object]) -> None:
        if not self._closed:
            call()


class Focus:
    """Which layer the panels speak of, and which place was clicked last."""

    layer_changed = CoreSignal()
    place_changed = CoreSignal(float, float)

    def __init__(self) -> None:
        self.layer: Layer | None = None
        self.place: tuple[float, float] | None = None

    def take(self, layer: Layer | None) -> None:
        """Speak of another layer; None = of none."""
        if layer is not self.layer:
            self.layer = layer
            self.layer_changed.emit()

    def look_at(self, x: float, y: float) -> None:
        """Speak of a place, in map coordinates."""
        self.place = (x, y)
        self.place_changed.emit(x, y)


class Jobs:
    """The jobs of this run, newest first."""

    changed = CoreSignal()
    limit = 60

    def __init__(self, relay: Relay) -> None:
        self.all: list[ProcessJob] = []
        self._relay = relay

    def start(self, job: ProcessJob, ended: Callable[[ProcessJob], None]) -> ProcessJob:
        """Start a job; ``ended`` runs on the main thread when it is over."""
        self.all.insert(0, job)
        del self.all[self.limit :]
        told = False

        def on_main() -> None:
            nonlocal told
            self.changed.emit()
            if not told and job.state not in ("waiting", "running"):
                told = True
                ended(job)

        job.changed.connect(lambda: self._relay.later(on_main))
        job.start()
        self.changed.emit()
        return job

    def running(self) -> list[ProcessJob]:
        """List the jobs under way."""
        return [job for job in self.all if job.state in ("waiting", "running")]


@dataclass
class Desk:
    """What the parts of the window share.

    Parameters
    ----------
    document : Document
    reading : Reading
    pool : ReaderPool
    settings : Settings
    relay : Relay
    gesture : str
        Name of the gesture that the pointer makes on the map; empty = it moves the map.
    change : callable
        Does an act on features (``app.core.bulk.Bulk``); many of them in a process of their own.
    go : callable
        Undoes or redoes until so many acts of the history are done.
    endings : list of callable
        What is done before everything ends.
    journal : Journal, optional
        None while there is nothing to bring back after a crash, as for pictures.
    unread : dict
        Layers that are open and whose last picture failed: id → why.
    view_size : callable
        Width and height of the map, px.
    """

    document: Document
    reading: Reading
    pool: ReaderPool
    settings: Settings
    relay: Relay
    journal: Journal | None = None
    notices: Notices = field(default_factory=Notices)
    focus: Focus = field(default_factory=Focus)
    unread: dict[str, HaitangError] = field(default_factory=dict)
    view_size: Callable[[], tuple[int, int]] = lambda: (1280, 800)
    gesture: str = ""
    change: Callable[..., object] = lambda *_: None
    go: Callable[[int], object] = lambda _: None
    endings: list[Callable[[], object]] = field(default_factory=list)
    jobs: Jobs = field(init=False)
    _waiting: list[Callable[[], object]] | None = None
    _worker: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Make what stands on the relay."""
        self.jobs = Jobs(self.relay)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="desk")

    def background(self, work: Callable[[], Any], done: Callable[[Any], object]) -> None:
        """Do file work in a thread; ``done`` gets its result or its HaitangError on the main thread."""

        def run() -> None:
            try:
                result: Any = work()
            except HaitangError as error:
                result = error
            self.relay.later(lambda: done(result))

        self._worker.submit(run)

    def hold(self) -> None:
        """Let what is handed to `when_calm` wait from now on, until `release`."""
        self._waiting = [] if self._waiting is None else self._waiting

    def release(self) -> None:
        """Run what waits, each after what the main thread does meanwhile."""
        waiting, self._waiting = self._waiting or [], None
        for call in waiting:
            self.relay.later(call)

    @property
    def is_calm(self) -> bool:
        """Whether nothing waits any more."""
        return self._waiting is None

    def when_calm(self, call: Callable[[], object]) -> None:
        """Run what is not needed for the first picture: at once, or after that picture at a start."""
        if self._waiting is None:
            call()
        else:
            self._waiting.append(call)

    def close(self) -> None:
        """End readers and jobs; nothing is told any more."""
        for end in self.endings:
            end()
        self.relay.close()
        for job in self.jobs.running():
            job.cancel()
        self._worker.shutdown(wait=True)
        self.pool.close()
        if self.journal is not None:
            self.journal.close()


def make_desk(settings: Settings, pool: ReaderPool) -> Desk:
    """Build an empty document with its reading."""
    from app.core.document import Document
    from app.core.reading import Reading
    from app.core.settings import folder

    relay = Relay()
    document = Document()
    ranges = folder("cache") / "stats.sqlite"
    reading = Reading(document, pool, deliver=relay, cache_mb=settings.cache_mb, ranges=ranges)
    return Desk(document, reading, pool, settings, relay)
