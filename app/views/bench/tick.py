"""Tick: one step of the clock with many layers, and what it costs the main thread."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from app.views.bench.stage import Stage, rounded, spread, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

LAYERS = 60
STEPS = 24
TURNS = 46


def tick(paths: Sequence[str], size: tuple[int, int]) -> dict[str, Any]:
    """Step the clock through 60 layers; without a path meshes and polygons are made for it.

    ``tick_ms`` is the time that the main thread is busy from the change of the clock to the painted widget.

    Raises
    ------
    HaitangError
        A file cannot be read or drawn.
    """
    with TemporaryDirectory(prefix="haitang-bench-") as folder:
        from app.views.bench.samples import mesh_file, polygon_file

        chosen = list(paths)
        if not chosen:
            chosen = [str(mesh_file(Path(folder), 100, 50, STEPS)), str(polygon_file(Path(folder), 2000))]
        stage = Stage(size)
        try:
            return {"bench": "tick", "path": chosen[0], **_tick(stage, chosen)}
        finally:
            stage.close()


def _tick(stage: Stage, paths: Sequence[str]) -> dict[str, Any]:
    start = time.perf_counter()
    count = 0
    while count < LAYERS:
        made = stage.open(paths)
        for layer in made[: LAYERS - count]:
            stage.document.set(layer, "opacity", 0.9)
        for layer in made[LAYERS - count :]:
            stage.document.remove(layer)
        count += len(made)
    stage.settle()
    first = (time.perf_counter() - start) * 1000
    for moment in stage.document.clock.moments[1:STEPS]:
        stage.timed(lambda moment=moment: stage.document.clock.go(moment))
    stage.heart.stop()  # its own beats would count as work
    busy, _ = _run(stage)
    stage.heart.start()
    _, frames = _run(stage)
    return {
        "size": [stage.canvas.width(), stage.canvas.height()],
        "first_ms": rounded(first),
        "layers": len(stage.document.layers),
        "tick_ms": spread(busy),
        "frame_ms": spread(frames),
        "fps": rounded(1000 * len(frames) / sum(frames)),
        "stall_ms": stage.heart.answer(),
        "peak_rss_mb": rounded(stage.heart.peak_mb),
        "versions": versions(),
    }


def _run(stage: Stage) -> tuple[list[float], list[float]]:
    """Step through the axis; give the busy and the whole time of each step, ms."""
    clock = stage.document.clock
    busy: list[float] = []
    frames: list[float] = []
    moments = clock.moments[:STEPS]
    if clock.now != moments[0]:
        stage.timed(lambda: clock.go(moments[0]))
    for number in range(TURNS):
        at = moments[(number + 1) % len(moments)]
        before = time.thread_time()
        took, _ = stage.timed(lambda at=at: clock.go(at))
        busy.append((time.thread_time() - before) * 1000)
        frames.append(took)
    return busy, frames
