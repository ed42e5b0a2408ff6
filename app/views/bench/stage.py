"""Stage: a document, its reader processes and a map, and the clocks that watch them."""

from __future__ import annotations

import os
import platform
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from layers.errors import DataError, HaitangError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.readers import ReaderPool
    from app.views.view import Frame
    from layers.layer import Layer

PATIENCE_S = 120.0
BEAT_MS = 5
SAMPLE_S = 0.25


@dataclass
class Heartbeat:
    """How long the main thread is away: a timer of 5 ms, late by what it could not do."""

    late_ms: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    _last: float = 0.0
    _sampled: float = 0.0
    _timer: Any = None

    def start(self) -> None:
        """Begin to watch."""
        from PySide6.QtCore import Qt, QTimer

        self.late_ms.clear()
        self._last = self._sampled = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)

    def stop(self) -> None:
        """End watching."""
        self._timer.stop()

    def reset(self) -> None:
        """Forget what was seen so far."""
        self.late_ms.clear()
        self._last = time.perf_counter()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max((now - self._last) * 1000 - BEAT_MS, 0.0))
        self._last = now
        if now - self._sampled > SAMPLE_S:
            self._sampled = now
            self.peak_mb = max(self.peak_mb, tree_mb())

    def answer(self) -> dict[str, float]:
        """Give the 99th percentile and the longest absence, ms."""
        if not self.late_ms:
            return {"p99": 0.0, "max": 0.0}
        return {"p99": rounded(np.percentile(self.late_ms, 99)), "max": rounded(max(self.late_ms))}


def tree_mb() -> float:
    """Give the memory of this process and its children, MiB."""
    total = 0
    me = psutil.Process()
    for process in [me, *me.children(recursive=True)]:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total / 2**20


def rounded(value: float) -> float:
    """Round to a hundredth."""
    return round(float(value), 2)


def spread(ms: Sequence[float]) -> dict[str, float]:
    """Give median, 99th percentile and number of durations, ms."""
    if not ms:
        return {"median": 0.0, "p99": 0.0, "n": 0}
    return {"median": rounded(np.median(ms)), "p99": rounded(np.percentile(ms, 99)), "n": len(ms)}


def versions() -> dict[str, str]:
    """Name what was measured."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version(), "system": platform.platform(terse=True)}
    for name in ("haitang-workbench", "pyside6", "numpy", "numba", "netcdf4", "rasterio", "pyogrio"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


class Stage:
    """The map of a document, offscreen, with real reader processes.

    Parameters
    ----------
    size : (int, int)
        Pixels of the map.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from PySide6.QtWidgets import QApplication

        from app.core.document import Document
        from app.core.readers import ReaderPool
        from app.core.reading import Reading
        from app.views.deliver import Deliver
        from app.views.map2d.canvas import MapCanvas
        from app.views.map2d.kernels import warm_up

        self.application = QApplication.instance() or QApplication(sys.argv[:1])
        self.pool: ReaderPool = ReaderPool(max_processes=2)
        self.pool.warm()
        warm_up()
        self.pool.wait_warm()
        self.deliver = Deliver()
        self.document = Document()
        self.reading = Reading(self.document, self.pool, deliver=self.deliver, cache_mb=768)
        self.canvas = MapCanvas(self.document, self.reading)
        self.canvas.resize(*size)
        self.canvas.scene.crashed.connect(self._on_crashed)
        self.canvas.painted.connect(self._on_painted)
        self.heart = Heartbeat()
        self.heart.start()
        self._painted: list[tuple[float, Frame]] = []
        self._fault: BaseException | None = None
        self.canvas.show()

    def _on_painted(self, frame: Frame) -> None:
        self._painted.append((time.perf_counter(), frame))

    def _on_crashed(self, fault: BaseException) -> None:
        self._fault = fault

    # ---------------------------------------------------------------------- doing
    def open(self, paths: Sequence[str]) -> list[Layer]:
        """Open files as layers, or a workspace, and wait until all are described.

        Raises
        ------
        HaitangError
            A file cannot be read, or holds nothing to be drawn.
        """
        from app.core import workspace
        from app.core.defaults import layers_from
        from app.views.home import home_pose

        made: list[Layer] = []
        for path in paths:
            if path.endswith(workspace.SUFFIX):
                workspace.open_into(self.document, Path(path))
                made += self.document.layers
                continue
            made += [self.document.add(layer) for layer in layers_from(self.pool.ask(path, None))]
        self.until(lambda: all(self.reading.state(la.id) in ("ok", "failed") for la in made))
        for layer in made:
            error = self.reading.error(layer.id)
            if error is not None:
                raise error
        if not made:
            raise DataError("Nothing in these files can be shown.", where=", ".join(paths))
        self.document.look(home_pose(self.document, self.canvas.width(), self.canvas.height()))
        return made

    def until(self, done: Callable[[], bool]) -> None:
        """Let the event loop run until something is so.

        Raises
        ------
        HaitangError
            It did not happen within two minutes, or a worker failed.
        """
        from PySide6.QtCore import QEventLoop

        end = time.perf_counter() + PATIENCE_S
        while not done():
            self.application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if self._fault is not None:
                raise DataError("The drawing failed: {reason}", reason=repr(self._fault)) from self._fault
            if time.perf_counter() > end:
                raise DataError("The map was not drawn in time.")

    def settle(self) -> None:
        """Wait until the map shows the document as it is."""
        self.until(lambda: self.canvas.scene.is_idle and self.is_shown())

    def is_shown(self) -> bool:
        """Tell whether the last frame painted is whole and of the present view."""
        if not self._painted:
            return False
        frame = self._painted[-1][1]
        return frame is self.canvas.scene.frame and frame.complete and frame.view == self.canvas.view()

    def timed(self, change: Callable[[], object]) -> tuple[float, Frame]:
        """Change the state and wait for the painted widget; give the ms between and the frame."""
        self._painted.clear()
        start = time.perf_counter()
        change()
        self.until(lambda: bool(self._painted) and self.is_shown() and self.canvas.scene.is_idle)
        at, frame = self._painted[-1]
        return (at - start) * 1000, frame

    def close(self) -> None:
        """End the map and the readers."""
        self.heart.stop()
        self.canvas.close_view()
        self.canvas.close()
        self.pool.close()
        self.canvas.deleteLater()


def fingerprint(frame: Frame) -> bytes:
    """Give a sample of a frame's pixels."""
    return np.ascontiguousarray(frame.pixels[::7, ::5]).tobytes()


class Sameness(HaitangError):
    """A frame did not change although its data did."""
