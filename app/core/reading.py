"""Reading: opens the document's layers, answers requests from cache or reader, gathers statistics.

Nothing here waits, except the calls that say so. Answers arrive in a worker thread; what changes the
document is handed to the main thread through ``deliver``.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from psygnal import Signal

from app.core.ranges import RangeStore, joined, sample_steps
from app.core.readers import BACKGROUND, URGENT
from layers.errors import DataError, HaitangError
from layers.geometry import Geometry
from layers.layer import Layer
from layers.sources.source import FeatureRequest, Statistics, StatisticsRequest, TopologyRequest
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from app.core.document import Document
    from app.core.readers import Answer, ReaderPool, Ticket
    from layers.sources.source import Block, Description, Request


class BlockCache:
    """The blocks read last, up to a number of bytes; safe for threads."""

    def __init__(self, limit_mb: int) -> None:
        self._limit = limit_mb << 20
        self._held = 0
        self._blocks: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> Any | None:
        """Give a block and mark it as used."""
        with self._lock:
            found = self._blocks.get(key)
            if found is None:
                return None
            self._blocks.move_to_end(key)
            return found[0]

    def keep(self, key: Hashable, block: Any) -> None:
        """Keep a block; the oldest go when the limit is passed."""
        size = block_bytes(block)
        if size > self._limit // 2:
            return
        with self._lock:
            old = self._blocks.pop(key, None)
            self._held += size - (old[1] if old else 0)
            self._blocks[key] = (block, size)
            while self._held > self._limit and len(self._blocks) > 1:
                _, (_, gone) = self._blocks.popitem(last=False)
                self._held -= gone

    def forget(self, path: str) -> None:
        """Drop all blocks of one file."""
        with self._lock:
            for key in [k for k in self._blocks if cast("tuple[str, Any]", k)[0] == path]:
                self._held -= self._blocks.pop(key)[1]


def block_bytes(block: Any) -> int:
    """Count the bytes of the arrays in a block."""
    if isinstance(block, np.ndarray):
        return block.nbytes
    if isinstance(block, dict):
        return sum(block_bytes(v) for v in cast("dict[str, Any]", block).values())
    if isinstance(block, list):
        return 64 * len(cast("list[Any]", block))
    if isinstance(block, Geometry) or hasattr(block, "__dataclass_fields__"):
        return sum(block_bytes(getattr(block, f.name)) for f in fields(block))
    return 8


def asked_of(layer: Layer, request: Request) -> Request:
    """Give a request as it goes to a layer's file, with the layer's filter; one that cannot be read is left to fail."""
    if not isinstance(layer, VectorLayer) or not layer.filter:
        return request
    try:
        return layer.asked(request)
    except HaitangError:
        return replace(cast("FeatureRequest", request), where=layer.filter)


class Reading:
    """The data side of one document.

    Parameters
    ----------
    document : Document
    pool : ReaderPool
    deliver : callable
        Takes a callable and runs it on the main thread; at once where there is no event loop.
    cache_mb : int
        Memory for blocks, MiB.
    ranges : Path, optional
        File that keeps statistics between sessions; None keeps them in memory.
    """

    opened = Signal(Layer)
    failed = Signal(Layer, HaitangError)
    state_changed = Signal(str)
    statistics_ready = Signal(str, str)

    def __init__(
        self,
        document: Document,
        pool: ReaderPool,
        deliver: Callable[[Callable[[], None]], None] = lambda call: call(),
        cache_mb: int = 512,
        ranges: Path | None = None,
    ) -> None:
        self.document = document
        self.pool = pool
        self._deliver = deliver
        self._cache = BlockCache(cache_mb)
        self._ranges = RangeStore(ranges)
        self._states: dict[str, tuple[str, HaitangError | None]] = {}
        self._files: dict[str, str] = {}
        self._sources: dict[str, str] = {}
        self._turns: dict[str, int] = {}
        self._asked: set[tuple[str, str]] = set()
        self._waiting: dict[str, list[Layer]] = {}
        self._flying: dict[Hashable, list[Callable[[Block | HaitangError], None]]] = {}
        self._lock = threading.Lock()
        self._settled = threading.Condition()
        document.layer_added.connect(self._on_layer_added)
        document.layer_removed.connect(self._on_layer_removed)
        document.layer_changed.connect(self._on_layer_changed)
        document.replaced.connect(self._on_replaced)
        pool.died.connect(self._on_died)
        for layer in document.layers:
            self._open(layer)

    def state(self, layer_id: str) -> str:
        """Tell ``opening``, ``ok`` or ``failed``; ``closed`` where the layer is not known."""
        return self._states.get(layer_id, ("closed", None))[0]

    def error(self, layer_id: str) -> HaitangError | None:
        """Give why a layer is grey."""
        return self._states.get(layer_id, ("closed", None))[1]

    def read(
        self,
        layer: Layer,
        request: Request,
        done: Callable[[Block | HaitangError], None],
        key: Hashable | None = None,
        priority: int = URGENT,
    ) -> Ticket | None:
        """Answer from the cache at once, or ask the reader; ``done`` may run in a worker thread."""
        request, place = asked_of(layer, request), layer.reads_from
        found = self._cache.find((place, request))
        if found is not None:
            done(layer.current(request, found))
            return None

        keep = self._keeper(place, request)

        def arrived(answer: Answer | HaitangError) -> None:
            keep(answer)
            if not isinstance(answer, HaitangError):
                answer = layer.current(request, answer)
            done(answer)

        if isinstance(request, TopologyRequest):
            self._read_once(place, request, done)
            return None
        return self.pool.submit(place, request, arrived, key=key, priority=priority)

    def _keeper(self, source: str, request: Request) -> Callable[[Answer | HaitangError], None]:
        """Give what keeps an answer in memory, unless the file was let go of or opened anew meanwhile."""
        turn = self._turns.get(source, 0)

        def keep(answer: Answer | HaitangError) -> None:
            if not isinstance(answer, HaitangError) and self._turns.get(source, 0) == turn:
                self._cache.keep((source, request), answer)

        return keep

    def _read_once(self, source: str, request: Request, done: Callable[[Block | HaitangError], None]) -> None:
        """Read what several views want at once a single time."""
        name = (source, request, self._turns.get(source, 0))
        keep = self._keeper(source, request)
        with self._lock:
            others = self._flying.setdefault(name, [])
            others.append(done)
            if len(others) > 1:
                return

        def arrived(answer: Answer | HaitangError) -> None:
            keep(answer)
            with self._lock:
                waiting = self._flying.pop(name)
            for one in waiting:
                one(answer)

        self.pool.submit(source, request, arrived)

    def cached(self, layer: Layer, request: Request) -> Block | None:
        """Give a block that is in memory already."""
        request = asked_of(layer, request)
        found = self._cache.find((layer.reads_from, request))
        return None if found is None else layer.current(request, found)

    def read_now(self, layer: Layer, request: Request) -> Block:
        """Read and wait; for worker threads only.

        Raises
        ------
        HaitangError
            What the reader said.
        """
        request, place = asked_of(layer, request), layer.reads_from
        found = self._cache.find((place, request))
        if found is None:
            keep = self._keeper(place, request)
            found = cast("Block", self.pool.ask(place, request))
            keep(found)
        return layer.current(request, found)

    def add(self, path: str, done: Callable[[Description | HaitangError], None]) -> None:
        """Ask what a path holds; ``done`` runs on the main thread."""
        self.pool.submit(path, None, lambda answer: self._deliver(lambda: done(answer)))

    def reopen(self, layer: Layer) -> None:
        """Try a grey layer again, from the disk, and with it all others of its file."""
        self._let_go(layer.source)
        for other in [la for la in self.document.layers if la.source == layer.source] or [layer]:
            self._open(other)

    def statistics(self, layer: Layer, variable: str) -> Statistics | None:
        """Give the range of a variable over its steps; asks in the background where it is not known."""
        found = self._ranges.find(self._file(layer), layer.key, variable)
        wish = (layer.id, variable)
        if found is None and wish not in self._asked and self.state(layer.id) == "ok":
            self._asked.add(wish)
            self._gather(layer, variable, sample_steps(layer, variable), [])
        return found

    @property
    def is_gathering(self) -> bool:
        """Whether ranges that were asked for are still under way."""
        layers = {la.id: la for la in self.document.layers}
        wishes = [(layers[one], name) for one, name in list(self._asked) if one in layers]
        return any(self._ranges.find(self._file(la), la.key, name) is None for la, name in wishes)

    def settle(self, timeout_s: float = 60.0) -> bool:
        """Wait until every layer is open or failed; for pictures without a window."""
        with self._settled:
            return self._settled.wait_for(
                lambda: all(state != "opening" for state, _ in self._states.values()), timeout_s
            )

    def _gather(self, layer: Layer, variable: str, steps: list[int], found: list[Statistics]) -> None:
        """Ask for one step after the other, so that a person's request never waits behind them all."""
        file = self._file(layer)

        def arrived(answer: Answer | HaitangError) -> None:
            if self._file(layer) != file:
                return  # the file was opened anew: who asks again gets the range of what is there now
            if isinstance(answer, HaitangError):
                self._asked.discard((layer.id, variable))
                return
            found.append(answer)
            if len(steps) > 1:
                self._gather(layer, variable, steps[1:], found)
                return
            self._ranges.keep(file, layer.key, variable, joined(found))
            self._deliver(lambda: self.statistics_ready.emit(layer.id, variable))

        request = StatisticsRequest(layer.key, variable, steps[0])
        self.pool.submit(layer.reads_from, request, arrived, priority=BACKGROUND)

    def _open(self, layer: Layer) -> None:
        self._sources[layer.id] = layer.source
        self._forget_asked(layer.id)
        if layer.source == "memory:":
            self._set_state(layer.id, "ok")
            return
        self._set_state(layer.id, "opening")
        self._waiting.setdefault(layer.source, []).append(layer)
        if len(self._waiting[layer.source]) == 1:
            source, turn = layer.source, self._turns.get(layer.source, 0)
            self.pool.submit(source, None, lambda answer: self._deliver(lambda: self._all(source, turn, answer)))

    def _all(self, source: str, turn: int, answer: Description | HaitangError) -> None:
        """Give one answer to all layers that wait for their file; none where it was opened anew meanwhile."""
        if self._turns.get(source, 0) != turn:
            return
        for layer in self._waiting.pop(source, []):
            if self._sources.get(layer.id) == source:
                self._arrived(layer, answer if isinstance(answer, HaitangError) else _fitting(layer, answer))

    def _arrived(self, layer: Layer, answer: Description | HaitangError) -> None:
        if isinstance(answer, HaitangError):
            self._set_state(layer.id, "failed", answer)
            self.failed.emit(layer, answer)
            return
        self._files[layer.source] = f"{layer.source}|{answer.extra.get('state', '')}"
        self.document.attach(layer, self.pool.open(layer.source), answer.layer(layer.key))
        self._set_state(layer.id, "ok")
        self.opened.emit(layer)
        if layer.kind == "mesh":
            self.read(layer, TopologyRequest(layer.key), lambda _: None)

    def _file(self, layer: Layer) -> str:
        """Name the file as it is now; its size and time came with the description."""
        return self._files.get(layer.source, layer.source)

    def _set_state(self, layer_id: str, state: str, error: HaitangError | None = None) -> None:
        with self._settled:
            self._states[layer_id] = (state, error)
            self._settled.notify_all()
        self.state_changed.emit(layer_id)

    def _on_layer_added(self, layer: Layer, _index: int) -> None:
        self._open(layer)

    def _on_layer_removed(self, layer: Layer, _index: int) -> None:
        layer.detach()
        self._states.pop(layer.id, None)
        self._leave(layer.id)

    def _on_layer_changed(self, layer: Layer, field: str) -> None:
        """Follow a layer to another file."""
        if field == "source" and layer.id in self._sources and layer.source != self._sources[layer.id]:
            layer.detach()
            self._leave(layer.id)
            self._open(layer)

    def _on_replaced(self) -> None:
        self._states.clear()
        for layer_id in list(self._sources):
            self._leave(layer_id)
        for layer in self.document.layers:
            self._open(layer)

    def _leave(self, layer_id: str) -> None:
        """Take a layer off its file; the last one lets its reader close it."""
        source = self._sources.pop(layer_id, "")
        self._forget_asked(layer_id)
        if source and source not in self._sources.values():
            self._let_go(source)

    def _let_go(self, source: str) -> None:
        """Let the reader close a file; what is under way for it is not kept."""
        self._turns[source] = self._turns.get(source, 0) + 1
        self._waiting.pop(source, None)
        self._files.pop(source, None)
        self.pool.reopen(source)
        self.pool.release(source)
        self._cache.forget(source)

    def _forget_asked(self, layer_id: str) -> None:
        """Let the ranges of a layer be asked for again."""
        self._asked = {wish for wish in self._asked if wish[0] != layer_id}

    def _on_died(self, paths: list[str], spared: bool) -> None:
        act = self._read_anew if spared else self._mark_dead
        self._deliver(lambda: act(paths))

    def _read_anew(self, paths: list[str]) -> None:
        """Grey the layers of a reader that ended until a new one has looked at their files."""
        for layer in list(self.document.layers):
            if layer.source in paths and self.state(layer.id) == "ok":
                self._open(layer)

    def _mark_dead(self, paths: list[str]) -> None:
        for layer in self.document.layers:
            if layer.source in paths and self.state(layer.id) == "ok":
                error = self.pool.failure(layer.source)
                if error is not None:
                    self._set_state(layer.id, "failed", error)
                    self.failed.emit(layer, error)


def _fitting(layer: Layer, description: Description) -> Description | DataError:
    """Give a description that holds what a layer shows, or say what it holds instead."""
    if layer.kind in ("unknown", description.layer(layer.key).kind):
        return description
    return DataError(
        "The file holds no layer of the kind {kind}, which this layer shows; it holds: {found}.",
        where=description.path,
        remedy="Choose the right file for the layer, or remove the layer and open the file anew.",
        kind=layer.kind,
        found=", ".join(dict.fromkeys(part.kind for part in description.layers)),
    )
