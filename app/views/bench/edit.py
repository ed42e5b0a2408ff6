"""Edit: a vertex dragged among many parcels, with snapping, and the edit that ends the drag."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from app.views.bench.stage import Stage, rounded, spread, versions
from layers.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.snapping import Snapper
    from layers.vector import VectorLayer

PARCELS = 100_000
SIDE = 20.0
MOVES = 60
EDITS = 12
PARCELS_ENV = "HAITANG_BENCH_PARCELS"
"""Variable that sets how many parcels are made; 100,000 where it is not set."""


def edit(paths: Sequence[str], size: tuple[int, int]) -> dict[str, Any]:
    """Drag vertices of a layer that is being edited; without a path parcels with shared edges are made for it.

    Returns
    -------
    dict
        ``move_ms`` (from a move of the mouse to the painted widget, snapping and preview included), ``edit_ms`` (the
        act that ends a drag, durable on the disk), ``shown_ms`` (from there to the map that shows it), ``begin_ms``
        (making the working copy), ``features``.

    Raises
    ------
    HaitangError
        The file cannot be read or edited.
    """
    with TemporaryDirectory(prefix="haitang-bench-") as folder:
        made = int(os.environ.get(PARCELS_ENV, str(PARCELS)))
        chosen = list(paths)[:1] or [str(parcel_file(Path(folder), made))]
        stage = Stage(size)
        try:
            return {"bench": "edit", "path": chosen[0], **_edit(stage, chosen)}
        finally:
            stage.document.copies.close(discard=True)
            stage.close()


def parcel_file(folder: Path, count: int) -> Path:
    """Write square parcels that share their edges, as a GeoPackage."""
    from app.views.bench.samples import CRS, ORIGIN
    from layers.geometry import POLYGON, Geometry
    from layers.sources.source import FeatureBlock
    from layers.sources.vector_writer import write_features

    path = folder / f"parcels_{count}.gpkg"
    columns = int(np.ceil(np.sqrt(count * 1.6)))
    number = np.arange(count)
    x, y = ORIGIN[0] + (number % columns) * SIDE, ORIGIN[1] + (number // columns) * SIDE
    corners = np.array([(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE), (0, 0)])
    ring: Any = np.stack([x, y], axis=1)[:, None, :] + corners
    every = np.arange(count + 1, dtype=np.int64)
    shape = Geometry(ring.reshape(-1, 2), every * 5, every, every, np.full(count, POLYGON, np.uint8))
    write_features(path, FeatureBlock(number.astype(np.int64), shape, {"use": number % 7}), crs=CRS)
    return path


def begin(layer: VectorLayer, stage: Stage) -> float:
    """Make the working copy as the window does, in a process of its own; give the ms it took."""
    from app.core.commands import SetField
    from app.core.copies import folder_of, new_token
    from app.core.edit_process import write_task
    from app.core.jobs import program_command

    token = new_token()
    place = folder_of(token)
    place.mkdir(parents=True)
    start = time.perf_counter()
    words = write_task(place, {"do": "copy", "source": layer.source, "key": layer.key})
    done = subprocess.run([*program_command(), *words], capture_output=True, check=False, timeout=600)
    if done.returncode:
        raise DataError("The layer cannot be edited.", where=layer.source, remedy=done.stderr.decode()[-300:])
    stage.document.run(SetField(f"layer:{layer.id}", "working", "", token, layer.name))
    return (time.perf_counter() - start) * 1000


def _edit(stage: Stage, paths: Sequence[str]) -> dict[str, Any]:
    from app.core.shaping import Reshape
    from app.core.snapping import Snapper, Snapping

    start = time.perf_counter()
    layer: Any = stage.open(paths)[0]
    stage.settle()
    first = (time.perf_counter() - start) * 1000
    begin_ms = begin(layer, stage)
    stage.settle()
    snapper = Snapper(stage.document, stage.reading, layer.id)
    snapper.prepare()
    stage.until(lambda: snapper.is_ready)
    home = stage.document.camera.pose
    from dataclasses import replace

    stage.timed(lambda: stage.document.look(replace(home, scale=0.2)))
    stage.canvas.set_gesture(Snapping(Reshape(stage.document, layer.id), snapper))
    stage.heart.reset()
    moves, edits, shown = _drags(stage, layer, snapper)
    snapper.close()
    return {
        "size": [stage.canvas.width(), stage.canvas.height()],
        "first_ms": rounded(first),
        "begin_ms": rounded(begin_ms),
        "frame_ms": spread(moves),
        "fps": rounded(1000 / max(float(np.median(moves)), 1e-3)),
        "move_ms": {key: value for key, value in spread(moves).items() if key != "n"},
        "edit_ms": spread(edits),
        "shown_ms": spread(shown),
        "stall_ms": stage.heart.answer(),
        "features": len(layer.copy_at_work),
        "peak_rss_mb": rounded(stage.heart.peak_mb),
        "versions": versions(),
    }


def _drags(stage: Stage, layer: Any, snapper: Snapper) -> tuple[list[float], list[float], list[float]]:
    """Drag a vertex near the middle of the map, again and again; ms of each move, each edit, each new picture."""
    from PySide6.QtCore import QPointF

    moves: list[float] = []
    edits: list[float] = []
    shown: list[float] = []
    for turn in range(EDITS):
        at = _vertex(stage, layer, turn)
        place = QPointF(*stage.document.camera.to_pixel(*at, stage.canvas.width(), stage.canvas.height()))
        end = place + QPointF(26 + turn % 4, 22)
        _send(stage, "press", place)
        for step in range(MOVES // EDITS):
            wobble = QPointF(3.0 * (step % 7) - 9, 2.0 * (step % 5) - 4)
            began = time.perf_counter()
            _send(stage, "move", end + wobble)
            stage.canvas.repaint()
            moves.append((time.perf_counter() - began) * 1000)
        before = layer.copy_at_work.applied
        began = time.perf_counter()
        _send(stage, "release", end)
        edits.append((time.perf_counter() - began) * 1000)
        if layer.copy_at_work.applied != before + 1:
            raise DataError("The drag ended in no edit.", where=layer.source)
        stage.until(lambda: stage.canvas.scene.is_idle and stage.is_shown())
        shown.append((time.perf_counter() - began) * 1000)
    return moves, edits, shown


def _vertex(stage: Stage, layer: Any, turn: int) -> tuple[float, float]:
    """Give a vertex of the layer near the middle of the view, another one at each turn."""
    from layers.figure import places_of, read_figure

    x, y = stage.document.camera.x, stage.document.camera.y
    copy = layer.copy_at_work
    ids = copy.ids_in((x - 120, y - 120, x + 120, y + 120))
    if not ids:
        raise DataError("There are no features in the middle of the layer.", where=layer.source)
    figure = read_figure(copy.rows([ids[turn * 7 % len(ids)]]).popitem()[1].geometry)
    east, north = places_of(figure)[0].tolist()
    return east, north


def _send(stage: Stage, what: str, at: Any) -> None:
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent

    kinds = {
        "press": QEvent.Type.MouseButtonPress,
        "move": QEvent.Type.MouseMove,
        "release": QEvent.Type.MouseButtonRelease,
    }
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button, held = (none, left) if what == "move" else (left, none if what == "release" else left)
    outside = QPointF(stage.canvas.mapToGlobal(at.toPoint()))
    event = QMouseEvent(kinds[what], at, outside, button, held, Qt.KeyboardModifier.NoModifier)
    stage.application.sendEvent(stage.canvas, event)
