"""Playback: a mesh played step by step, from the file and then from memory."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from app.views.bench.stage import Sameness, Stage, fingerprint, rounded, spread, versions
from layers.errors import DataError
from layers.mesh import MeshLayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.layer import Layer

ROUNDS = 3
MOST_STEPS = 60


def playback(paths: Sequence[str], size: tuple[int, int]) -> dict[str, Any]:
    """Play a mesh and give how fast it goes; without a path a mesh of 1,000,000 faces is made for it.

    Raises
    ------
    HaitangError
        The file holds no mesh with time, or a frame did not change although its values did.
    """
    with TemporaryDirectory(prefix="haitang-bench-") as folder:
        from app.views.bench.samples import mesh_file

        chosen = list(paths) or [str(mesh_file(Path(folder)))]
        stage = Stage(size)
        try:
            return {"bench": "playback", "path": chosen[0], **_play(stage, chosen)}
        finally:
            stage.close()


def _play(stage: Stage, paths: Sequence[str]) -> dict[str, Any]:
    start = time.perf_counter()
    layer = _mesh_with_time(stage.open(paths))
    stage.settle()
    first = (time.perf_counter() - start) * 1000
    _wait_for_range(stage, layer)
    clock = stage.document.clock
    axis = layer.description.time if layer.description else None
    steps = min(len(axis) if axis is not None else 0, MOST_STEPS)
    clock.rate, clock.loop = 1000.0, True
    clock.go(clock.moments[0])
    stage.settle()
    stage.heart.reset()
    from_file = _run(stage, steps - 1)
    clock.go(clock.moments[0])
    stage.settle()
    from_memory = _run(stage, (steps - 1) * ROUNDS, steps)
    return {
        "size": [stage.canvas.width(), stage.canvas.height()],
        "first_ms": rounded(first),
        "frame_ms": from_memory["frame_ms"],
        "fps": from_memory["fps"],
        "from_file": from_file,
        "from_memory": from_memory,
        "plan_ms": _plan_ms(stage, layer),
        "stall_ms": stage.heart.answer(),
        "cells": layer.description.counts.get("faces", 0) if layer.description else 0,
        "steps": steps,
        "peak_rss_mb": rounded(stage.heart.peak_mb),
        "versions": versions(),
    }


def _mesh_with_time(layers: Sequence[Layer]) -> MeshLayer:
    for layer in [la for la in layers if la.visible]:
        axis = layer.description.time if layer.description else None
        if isinstance(layer, MeshLayer) and axis is not None and len(axis) > 1:
            return layer
    raise DataError("There is no mesh with time to play.", remedy="Name a file with a mesh and at least two steps.")


def _wait_for_range(stage: Stage, layer: MeshLayer) -> None:
    """Let the background find the range of the values, so that the colours stay as they are."""
    name = layer.style.variable
    stage.until(lambda: stage.reading.statistics(layer, name) is not None)
    stage.settle()


def _run(stage: Stage, count: int, around: int = 0) -> dict[str, Any]:
    """Step through the time axis as fast as frames come, checking that each differs from the one before."""
    clock = stage.document.clock
    took: list[float] = []
    before = fingerprint(stage.canvas.scene.frame) if stage.canvas.scene.frame else b""
    same = 0
    begin = time.perf_counter()
    clock.playing = True
    for number in range(count):
        back = around and (number + 1) % around == 0
        ms, frame = stage.timed(lambda back=back: clock.go(clock.moments[0]) if back else clock.forward())
        now = fingerprint(frame)
        same += now == before
        before = now
        took.append(ms)
    seconds = time.perf_counter() - begin
    clock.playing = False
    if same:
        raise Sameness("{count} frames did not change although the step did.", count=same)
    return {"frame_ms": spread(took), "fps": rounded(count / seconds)}


def _plan_ms(stage: Stage, layer: Layer) -> float:
    """Measure how long the geometry of a view takes."""
    from app.views.map2d.drawing import placement_of
    from app.views.map2d.faces import face_plan
    from app.views.map2d.mesh import MeshPainter

    track = stage.canvas.scene.track(layer.id)
    painter = track.painter() if track is not None else None
    mesh = painter.held if isinstance(painter, MeshPainter) else None
    if mesh is None:
        return 0.0
    view, took = stage.canvas.view(), []
    nodes = getattr(layer, "style").smooth  # noqa: B009 - style is of the kind's own class
    for _ in range(3):
        start = time.perf_counter()
        face_plan(mesh, placement_of(view), view.width, view.height, nodes=nodes)
        took.append((time.perf_counter() - start) * 1000)
    return rounded(np.median(took))
