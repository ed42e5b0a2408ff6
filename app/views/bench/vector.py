"""Vector: many features, whole and in parts, moved about, opened again."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from app.views.bench.stage import Stage, rounded, spread, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.camera import Pose
    from layers.layer import Layer

ONCE = "HAITANG_BENCH_ONCE"
"""Set for the child that only opens and draws once."""

MAKE = "HAITANG_BENCH_MAKE"
"""Set for the child that only makes the polygons: the folder for them."""

HOME = "HAITANG_HOME"
SHARES = {"full": 1.0, "tenth": 0.1, "hundredth": 0.01}
TURNS = 7
PAN_PX = 200


def vector(paths: Sequence[str], size: tuple[int, int]) -> dict[str, Any]:
    """Draw features and give how long it takes; without a path 1,000,000 polygons are made for it.

    Raises
    ------
    HaitangError
        A file cannot be read or drawn.
    """
    with TemporaryDirectory(prefix="haitang-bench-") as folder:
        if os.environ.get(MAKE):
            from app.views.bench.samples import polygon_file

            return {"bench": "vector", "path": str(polygon_file(Path(os.environ[MAKE])))}
        chosen = list(paths) or [str(_made(Path(folder), size))]
        os.environ.setdefault(HOME, folder)  # the packs made here end with it
        stage = Stage(size)
        try:
            if os.environ.get(ONCE):
                return {"bench": "vector", "path": chosen[0], "first_ms": rounded(_open(stage, chosen)[0])}
            answer = _draw(stage, chosen)
            if not paths:
                answer["with_lines_ms"] = _with_lines(stage, Path(folder))
        finally:
            stage.close()
        answer["second_open_ms"] = second_open_ms(chosen, size)
        return {"bench": "vector", "path": chosen[0], **answer}


def _made(folder: Path, size: tuple[int, int]) -> str:
    """Let a child make the polygons, so that the memory that takes is not counted as that of the map."""
    return str(json.loads(_child([], size, {MAKE: str(folder)}))["path"])


def _child(paths: Sequence[str], size: tuple[int, int], settings: dict[str, str]) -> str:
    """Run this bench in a new process; give what it answers."""
    from app.core.jobs import program_command

    words = [*program_command(), "bench", "vector", *paths, "--size", f"{size[0]}x{size[1]}", "--json"]
    done = subprocess.run(words, env={**os.environ, **settings}, capture_output=True, check=False, timeout=600)
    return done.stdout.decode()


def _open(stage: Stage, paths: Sequence[str]) -> tuple[float, list[Layer]]:
    start = time.perf_counter()
    layers = stage.open(paths)
    stage.settle()
    return (time.perf_counter() - start) * 1000, layers


def second_open_ms(paths: Sequence[str], size: tuple[int, int]) -> float | None:
    """Give how long a new process takes from asking for the file to its first whole picture, ms."""
    try:
        return float(json.loads(_child(paths, size, {ONCE: "1"}))["first_ms"])
    except (ValueError, KeyError):
        return None


def _draw(stage: Stage, paths: Sequence[str]) -> dict[str, Any]:
    first, layers = _open(stage, paths)
    stage.heart.reset()
    home, views, every = stage.document.camera.pose, {}, []
    for name, share in SHARES.items():
        took, features = _views(stage, home, share)
        views[name] = {**spread(took), "features": features}
        every += took
    pan = _pan(stage, home)
    return {
        "size": [stage.canvas.width(), stage.canvas.height()],
        "first_ms": rounded(first),
        "frame_ms": spread(every + pan),
        "fps": rounded(1000 / float(np.median(every + pan))),
        "views": views,
        "pan_ms": {k: v for k, v in spread(pan).items() if k != "n"},
        "stall_ms": stage.heart.answer(),
        "features": sum(la.description.counts.get("features", 0) for la in layers if la.description),
        "peak_rss_mb": rounded(stage.heart.peak_mb),
        "versions": versions(),
    }


def _with_lines(stage: Stage, folder: Path) -> dict[str, float]:
    """Add 200,000 lines and look at all of it again; give the ms."""
    from app.views.bench.samples import line_file

    stage.open([str(line_file(folder))])
    stage.settle()
    took, _ = _views(stage, stage.document.camera.pose, 1.0)
    return spread(took)


def _views(stage: Stage, home: Pose, share: float) -> tuple[list[float], int]:
    """Look at several places that show a share of the area; give the ms and the features in the last one."""
    rng = np.random.default_rng(3)
    took: list[float] = []
    for _ in range(TURNS):
        scale = home.scale * float(np.sqrt(share))
        away = (1 - np.sqrt(share)) * 0.35 * rng.uniform(-1, 1, 2)
        x = home.x + away[0] * home.scale * stage.canvas.width()
        y = home.y + away[1] * home.scale * stage.canvas.height()
        jitter = 1 + 0.01 * rng.uniform()
        took.append(_look(stage, x, y, scale * jitter))
    return took, in_view(stage)


def _look(stage: Stage, x: float, y: float, scale: float) -> float:
    from dataclasses import replace

    pose = replace(stage.document.camera.pose, x=x, y=y, scale=scale)
    return stage.timed(lambda: stage.document.look(pose))[0]


def _pan(stage: Stage, home: Pose) -> list[float]:
    """Drag the map by 200 px at a time where it shows a hundredth."""
    _look(stage, home.x, home.y, home.scale * 0.1)
    took: list[float] = []
    for number in range(12):
        dx, dy = [(PAN_PX, 0), (0, PAN_PX), (-PAN_PX, 0), (0, -PAN_PX)][number % 4]
        took.append(stage.timed(lambda dx=dx, dy=dy: stage.document.look(stage.document.camera.moved(dx, dy)))[0])
    return took


def in_view(stage: Stage) -> int:
    """Count the features that the map shows now."""
    frame = stage.canvas.scene.frame
    count = 0
    for picture in frame.pictures if frame is not None else ():
        features = getattr(picture.probe, "features", None)
        if features is not None and frame is not None:
            count += len(features.seen(frame.view))
    return count
