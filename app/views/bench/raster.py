"""Raster: a large grid, opened, moved about, and shown in another system."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from app.views.bench.stage import Stage, rounded, spread, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

PAN_PX = 200
TURNS = 12
OTHER = "EPSG:3857"


def raster(paths: Sequence[str], size: tuple[int, int]) -> dict[str, Any]:
    """Draw a grid and give how long it takes; without a path a grid of 8000 x 8000 cells is made for it.

    Raises
    ------
    HaitangError
        A file cannot be read or drawn.
    """
    with TemporaryDirectory(prefix="haitang-bench-") as folder:
        from app.views.bench.samples import raster_file

        chosen = list(paths) or [str(raster_file(Path(folder)))]
        stage = Stage(size)
        try:
            return {"bench": "raster", "path": chosen[0], **_draw(stage, chosen)}
        finally:
            stage.close()


def _draw(stage: Stage, paths: Sequence[str]) -> dict[str, Any]:
    start = time.perf_counter()
    layers = stage.open(paths)
    stage.settle()
    first = (time.perf_counter() - start) * 1000
    home = stage.document.camera.pose
    stage.timed(lambda: stage.document.look(replace(home, scale=home.scale / 8)))
    stage.heart.reset()
    pan = _pan(stage)
    document = stage.document
    document.look(replace(document.camera.pose, crs=OTHER))
    from app.views.home import home_pose

    document.look(home_pose(document, stage.canvas.width(), stage.canvas.height()))
    stage.settle()
    away = _pan(stage)
    counts = [la.description.counts for la in layers if la.description]
    return {
        "size": [stage.canvas.width(), stage.canvas.height()],
        "first_ms": rounded(first),
        "frame_ms": spread(pan + away),
        "fps": rounded(1000 / float(np.median(pan + away))),
        "pan_ms": {k: v for k, v in spread(pan).items() if k != "n"},
        "reproject_ms": {k: v for k, v in spread(away).items() if k != "n"},
        "stall_ms": stage.heart.answer(),
        "pixels": sum(c.get("width", 0) * c.get("height", 0) for c in counts),
        "peak_rss_mb": rounded(stage.heart.peak_mb),
        "versions": versions(),
    }


def _pan(stage: Stage) -> list[float]:
    """Drag the map by 200 px at a time."""
    took: list[float] = []
    for number in range(TURNS):
        dx, dy = [(PAN_PX, 0), (0, PAN_PX), (PAN_PX, 0), (0, -PAN_PX)][number % 4]
        took.append(stage.timed(lambda dx=dx, dy=dy: stage.document.look(stage.document.camera.moved(dx, dy)))[0])
    return took
