"""Direct: the data side of a document in this process, without a window; the command line is its own worker."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from psygnal import Signal

from app.core.ranges import joined, sample_steps
from app.core.reading import BlockCache
from layers.errors import HaitangError, SourceUnavailable
from layers.layer import Layer
from layers.sources.source import Statistics, StatisticsRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from app.core.document import Document
    from layers.sources.source import Block, DataSource, Request


class DirectReading:
    """Answers what `Reading` answers, at once and in the calling thread.

    Parameters
    ----------
    document : Document
        Layers are bound to their data by `take`.
    cache_mb : int
        Memory for blocks, MiB.
    """

    opened = Signal(Layer)
    failed = Signal(Layer, HaitangError)
    state_changed = Signal(str)
    statistics_ready = Signal(str, str)

    def __init__(self, document: Document, cache_mb: int = 256) -> None:
        self.document = document
        self._sources: dict[str, DataSource] = {}
        self._cache = BlockCache(cache_mb)
        self._ranges: dict[tuple[str, str], Statistics] = {}
        self._lock = threading.RLock()

    def take(self, layer: Layer, source: DataSource) -> None:
        """Bind a layer of the document to an open source.

        Raises
        ------
        HaitangError
            The source cannot describe itself.
        """
        self._sources[layer.source] = source
        self.document.attach(layer, source, source.describe().layer(layer.key))
        self.state_changed.emit(layer.id)
        self.opened.emit(layer)

    def state(self, layer_id: str) -> str:
        """Tell ``ok``, or ``closed`` where a layer has no data."""
        known = {layer.id: layer for layer in self.document.layers}
        layer = known.get(layer_id)
        return "ok" if layer is not None and (layer.source in self._sources or layer.source == "memory:") else "closed"

    def error(self, layer_id: str) -> HaitangError | None:
        """Give None: what fails here fails at once."""
        return None

    def read_now(self, layer: Layer, request: Request) -> Block:
        """Read, or give the block from memory.

        Raises
        ------
        HaitangError
            What the source said.
        """
        found = self.cached(layer, request)
        if found is not None:
            return found
        source = self._sources.get(layer.source)
        if source is None:
            raise SourceUnavailable("The layer {name} is not open.", where=layer.source, name=layer.name)
        with self._lock:
            block = source.read(request)
        self._cache.keep((layer.source, request), block)
        return block

    def read(
        self,
        layer: Layer,
        request: Request,
        done: Callable[[Block | HaitangError], None],
        key: Hashable | None = None,
        priority: int = 0,
    ) -> None:
        """Read and hand over in this thread."""
        try:
            answer: Block | HaitangError = self.read_now(layer, request)
        except HaitangError as error:
            answer = error
        done(answer)

    def cached(self, layer: Layer, request: Request) -> Block | None:
        """Give a block that is in memory already."""
        return self._cache.find((layer.source, request))

    def statistics(self, layer: Layer, variable: str) -> Statistics | None:
        """Give the range over sampled steps; read now where it is not known, None where it cannot be had."""
        key = (layer.id, variable)
        if key not in self._ranges:
            requests = [StatisticsRequest(layer.key, variable, step) for step in sample_steps(layer, variable)]
            try:
                parts = [self.read_now(layer, request) for request in requests]
            except HaitangError:
                return None
            self._ranges[key] = joined([part for part in parts if isinstance(part, Statistics)])
        return self._ranges[key]

    def settle(self, timeout_s: float = 60.0) -> bool:
        """Tell that nothing is under way."""
        return True

    def close(self) -> None:
        """Close all files."""
        for source in self._sources.values():
            source.close()
        self._sources.clear()
