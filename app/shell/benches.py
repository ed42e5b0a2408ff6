"""Measurements of the window itself: start-up and the attribute table, and the command ``bench``."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.shell.startup import MEASURE
from layers.errors import ParameterInvalid, SourceUnavailable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

BENCHES: dict[str, str] = {
    "startup": "app.shell.benches:startup",
    "table": "app.shell.benches:table",
    "vector": "app.views.bench.run:vector",
    "playback": "app.views.bench.run:playback",
    "raster": "app.views.bench.run:raster",
    "tick": "app.views.bench.run:tick",
    "edit": "app.views.bench.run:edit",
}
"""Measurements by name: ``module:function`` that takes paths and a size."""
ROUNDS = "HAITANG_BENCH_ROUNDS"
"""Variable that sets how often the start is measured; 3 where it is not set."""
ROWS = "HAITANG_BENCH_ROWS"
"""Variable that sets how many rows are made; a million where it is not set."""
LONGEST_S = 120.0


def bench(parsed: argparse.Namespace) -> int:
    """Run the measurement that the command line names; the exit code."""
    module, _, name = BENCHES[parsed.name].partition(":")
    answer = getattr(import_module(module), name)(list(parsed.paths), parsed.size)
    if parsed.json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    return 0


def size_of(text: str) -> tuple[int, int]:
    """Read ``1920x1080``."""
    from app.views.shot import size_of as read

    return read(text)


def head(name: str, path: str, size: tuple[int, int]) -> dict[str, Any]:
    """Give what every answer holds: what was measured, on what, with which versions."""
    import numpy as np
    from PySide6.QtCore import qVersion

    from app.core.resources import peak_rss_mb

    return {
        "bench": name,
        "path": path,
        "size": list(size),
        "peak_rss_mb": peak_rss_mb(),
        "versions": {"python": platform.python_version(), "qt": qVersion(), "numpy": np.__version__},
    }


# ----------------------------------------------------------------------- start-up
def startup(paths: Sequence[str], size: str) -> dict[str, Any]:
    """Measure from the start of a fresh process to its window, and to the first whole map picture.

    Parameters
    ----------
    paths : sequence of str
        What is opened; the embedded sample where nothing is named.
    size : str
        Size of the window.

    Returns
    -------
    dict
        ``window_ms`` and ``usable_ms`` (medians over fresh processes), and each round.

    Raises
    ------
    ParameterInvalid
        There is no sample, and no path is named.
    """
    if not paths:
        from app.shell.file_acts import sample_path

        sample = sample_path()
        if sample is None:
            raise ParameterInvalid(
                "There is nothing to open: the sample workspace is not built.",
                where="bench startup",
                remedy="Name a file, or run packaging/run.py --setup-only.",
            )
        paths = [str(sample)]
    rounds = [_fresh(paths, size) for _ in range(int(os.environ.get(ROUNDS, "3")) + 1)][1:]
    best = {key: round(statistics.median(r[key] for r in rounds), 1) for key in ("window_ms", "usable_ms")}
    stalls = [r["stall_ms"] for r in rounds]
    return head("startup", paths[0], size_of(size)) | best | {"stall_ms": {"max": max(stalls)}, "rounds": rounds}


def _fresh(paths: Sequence[str], size: str) -> dict[str, Any]:
    """Start the program anew and let it measure itself."""
    from app.core.jobs import program_command

    words = [*program_command(), *paths]
    variables = {"QT_QPA_PLATFORM": "offscreen", **os.environ, MEASURE: size}
    done = subprocess.run(words, env=variables, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    if done.returncode:
        raise SourceUnavailable("The measured process ended badly.", where=done.stderr.strip()[-400:])
    return json.loads(done.stdout)


def measured(paths: Sequence[str]) -> int:
    """Open the window in this process, measure from the process's own start, write the answer, and end."""
    from app.shell.startup import start

    window = start(paths, size=_plain_size(os.environ[MEASURE]), keep_session=False)
    watch = Watch(window)
    from app.shell import shots

    window.ask_nothing()
    shots.wait_for(window, lambda: shots.is_open(window) and shots.is_painted(window) and watch.map_at > 0)
    began = process_start()
    answer = {
        "window_ms": round((float(window.property("shown-at")) - began) * 1000, 1),
        "usable_ms": round((watch.map_at - began) * 1000, 1),
        "stall_ms": round(watch.longest * 1000, 1),
    }
    shots.end(window)
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def _plain_size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def process_start() -> float:
    """Give when this process was started, s since 1970, as the system notes it.

    Linux notes it in ticks (10 ms) since the machine was started; the day and hour of that start are known to whole
    seconds only, so the age of the process is taken instead.
    """
    if sys.platform == "linux":
        fields = Path("/proc/self/stat").read_text("utf-8").rpartition(")")[2].split()
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return time.time() - age
    import psutil

    return float(psutil.Process().create_time())


class Watch:
    """Notes when the map was painted whole, and how long the main thread was away."""

    def __init__(self, window: Any = None) -> None:
        self.map_at = self.longest = 0.0
        self._last = time.perf_counter()
        if window is not None:
            self._follow(window)

    def _follow(self, window: Any) -> None:
        """Watch a window that was just shown."""
        from PySide6.QtCore import QTimer

        window.canvas.painted.connect(self._note_map)
        self._last = time.perf_counter()
        timer = QTimer(window, interval=4)
        timer.timeout.connect(self._beat)
        timer.start()

    def _note_map(self, frame: Any) -> None:
        if frame.complete:
            self.map_at = time.time()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


# -------------------------------------------------------------------------- table
def table(paths: Sequence[str], size: str) -> dict[str, Any]:
    """Measure the attribute table on a million made-up rows, or on the rows of a file.

    Returns
    -------
    dict
        ``rows``, ``first_ms``, ``scroll_fps``, ``filter_ms``, ``sort_ms`` (a column of text), ``stall_ms``.
    """
    from PySide6.QtCore import Qt

    from app.shell.startup import application
    from app.widgets import theme
    from app.widgets.table import TableModel
    from app.widgets.table_view import TableView

    app = application()
    theme.apply(app, "light")
    data = _rows_of(paths[0]) if paths else made_rows(int(os.environ.get(ROWS, "1000000")))
    model = TableModel()
    view = TableView(model)
    view.resize(*size_of(size))
    try:
        began = time.perf_counter()
        model.show(data)
        view.show()
        view.grab()
        first = time.perf_counter() - began
        fps = _scrolled(view)
        column = next((i for i, c in enumerate(data.columns) if not c.is_number), 0)
        sort, stall_a = _until(model.arranged, lambda: model.sort(column, Qt.SortOrder.AscendingOrder))
        query = f"{data.columns[1].name} > 0.5" if len(data.columns) > 1 and data.columns[1].is_number else "1"
        filtered, stall_b = _until(model.arranged, lambda: model.filter(query))
    finally:
        view.close()
        model.close()
        view.deleteLater()
    answer = head("table", paths[0] if paths else "", size_of(size))
    return answer | {
        "rows": len(data),
        "first_ms": round(first * 1000, 1),
        "scroll_fps": round(fps, 1),
        "sort_ms": round(sort * 1000, 1),
        "filter_ms": round(filtered * 1000, 1),
        "stall_ms": {"max": round(max(stall_a, stall_b) * 1000, 1)},
    }


def made_rows(rows: int) -> Any:
    """Make a table of numbers, text and times; the same one at every call."""
    import numpy as np

    from app.core.table import TableColumn, TableData
    from layers.texts import from_list

    chance = np.random.default_rng(20260801)
    names = from_list([f"河段 {number:07d}" for number in chance.integers(0, 10_000_000, rows)])
    start = np.datetime64("2026-08-01T00:00:00", "s")
    columns = [
        TableColumn("fid", "", np.arange(rows)),
        TableColumn("depth", "", chance.random(rows) * 4),
        TableColumn("name", "", names),
        TableColumn("time", "", start + chance.integers(0, 86_400, rows).astype("timedelta64[s]")),
        TableColumn("area", "", chance.random(rows) * 1e4),
    ]
    return TableData(columns, np.arange(rows, dtype=np.int64))


def _rows_of(path: str) -> Any:
    from app.core.defaults import layers_from
    from app.core.readers import ReaderPool
    from app.shell.table_panel import table_of
    from layers.sources.source import FeatureRequest

    pool = ReaderPool(max_processes=1, timeout_s=LONGEST_S)
    try:
        description = pool.ask(path, None)
        layer = next((la for la in layers_from(description) if la.kind == "vector"), None)
        if layer is None:
            raise ParameterInvalid("The file holds no features.", where=path, remedy="Name a file with features.")
        layer.attach(pool.open(path), description.layer(layer.key))
        return table_of(pool.ask(path, FeatureRequest(layer.key, geometry=False, flat=True)), layer)
    finally:
        pool.close()


def _scrolled(view: Any, frames: int = 120) -> float:
    """Scroll from the first row to the last and give frames per second; each frame is drawn."""
    bar = view.verticalScrollBar()
    began = time.perf_counter()
    for number in range(frames):
        bar.setValue(round(bar.maximum() * (number + 1) / frames))
        view.viewport().grab()
    return frames / (time.perf_counter() - began)


def _until(signal: Any, act: Callable[[], object]) -> tuple[float, float]:
    """Give how long an act takes until its signal comes, and how long the main thread was away at most, s."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    watch = Watch()
    watch._last = began = time.perf_counter()
    timer = QTimer(interval=2)
    timer.timeout.connect(watch._beat)
    timer.start()
    signal.connect(loop.quit)
    act()
    loop.exec()
    signal.disconnect(loop.quit)
    watch._beat()
    timer.stop()
    return time.perf_counter() - began, watch.longest
