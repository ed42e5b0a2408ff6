"""Steps of the tour: a layer of a file is edited, undone, saved, and opened again."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from app.core.language import N_
from app.shell.tour import hands
from app.shell.tour.dressing import BUILDINGS
from app.shell.tour.witness import StepFailed
from layers.sources.source import FeatureRequest

if TYPE_CHECKING:
    from pathlib import Path

    from app.shell.tour.guide import Guide
    from layers.vector import VectorLayer

NEAR = 60.0
"""Half the width of what the map shows while a building is edited, m."""


def edit_file(guide: Guide) -> None:
    """Move a vertex of a building, split it, undo, save, and look into the file."""
    layer, path = _own_copy(guide)
    guide.do("edit-begin")
    guide.wait(lambda: layer.copy_at_work is not None)
    number, ring = _building(guide, layer)
    before = guide.document.camera.pose
    guide.document.look(guide.document.camera.fitted(_around(ring), *_size(guide)))
    guide.settle()
    _move_vertex(guide, layer, number, ring)
    _split(guide, layer, number)
    guide.do("edit-save")
    guide.wait(lambda: layer.copy_at_work is None or layer.copy_at_work.is_saved)
    written = _count(path, layer.key)
    guide.check(
        N_("The file holds the edits: {count} buildings."), written == guide.kept["buildings"] + 1, count=written
    )
    guide.do("undo")
    guide.settle()
    copy = layer.copy_at_work
    guide.check(
        N_("After saving, undo goes on: the split is taken back here, and the file is as it was saved."),
        copy is not None and len(copy) == guide.kept["buildings"] and _count(path, layer.key) == written,
    )
    guide.do("redo")
    guide.settle()
    guide.do("edit-begin")
    guide.wait(lambda: layer.copy_at_work is None)
    guide.wait(lambda: guide.desk.reading.state(layer.id) == "ok")
    block: Any = guide.desk.reading.read_now(layer, FeatureRequest(layer.key, columns=()))
    guide.check(
        N_("Read again from the file, there are {count} buildings, and the vertex is where it was put."),
        len(block.ids) == guide.kept["buildings"] + 1 and _has(block, guide.kept["vertex"]),
        count=len(block.ids),
    )
    guide.document.remove(layer)
    guide.settle()
    guide.document.look(before)


def _own_copy(guide: Guide) -> tuple[VectorLayer, Path]:
    """Open a copy of the buildings of the sample beside the pictures."""
    source = guide.document.layer(BUILDINGS)
    path = guide.folder / "buildings.gpkg"
    shutil.copyfile(source.source, path)
    guide.kept["table"], guide.kept["buildings"] = source.key, _count(path, source.key)
    before = {layer.id for layer in guide.document.layers}
    guide.window.open_paths([str(path)])
    guide.wait(lambda: any(layer.id not in before for layer in guide.document.layers))
    fresh: list[Any] = [layer for layer in guide.document.layers if layer.id not in before]
    made = next(layer for layer in fresh if layer.key == source.key)
    for other in fresh:
        if other is not made:
            guide.document.remove(other)
    guide.wait(lambda: guide.desk.reading.state(made.id) == "ok")
    guide.choose_layer(made.id)
    return made, path


def _count(path: Path, table: str) -> int:
    """Count the features in the file itself, not in the program."""
    db = sqlite3.connect(f"file:{path.as_posix()}?mode=ro", uri=True)
    try:
        (count,) = db.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    finally:
        db.close()
    return int(count)


def _building(guide: Guide, layer: VectorLayer) -> tuple[int, Any]:
    """Choose the largest building of the town, in the system of the map."""
    from layers.figure import places_of, read_figure
    from layers.geometry import feature_boxes

    block: Any = guide.desk.reading.read_now(layer, FeatureRequest(layer.key, columns=()))
    boxes = feature_boxes(block.geometry)
    number = int(block.ids[int(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).argmax())])
    copy = layer.copy_at_work
    row = copy.rows([number])[number] if copy is not None else None
    if row is None or row.geometry is None:
        raise StepFailed(N_("The building has no shape."))
    return number, places_of(read_figure(row.geometry))


def _around(ring: Any) -> Any:
    from layers.extent import Extent

    low, high = ring.min(0), ring.max(0)
    return Extent(low[0] - NEAR, low[1] - NEAR, high[0] + NEAR, high[1] + NEAR)


def _size(guide: Guide) -> tuple[int, int]:
    return guide.canvas.width(), guide.canvas.height()


def _move_vertex(guide: Guide, layer: VectorLayer, number: int, ring: Any) -> None:
    """Drag the first corner outwards by hand."""
    low, high = ring.min(0), ring.max(0)
    corner, middle = ring[0], (low + high) / 2
    way = (corner - middle) * 0.25
    target = corner + way
    guide.do("vertices")
    hands.drag(guide.canvas, guide.pixel(*corner), guide.pixel(*target))
    guide.settle()
    copy = layer.copy_at_work
    pending = copy is not None and not copy.is_saved
    placed = _ring_of(layer, number)
    gap = min(((placed - target) ** 2).sum(1)) ** 0.5
    pixel = guide.document.camera.scale
    guide.check(
        N_("The corner of building {number} was dragged by {metres} m; the file is not changed yet."),
        pending and gap < 15 * pixel,
        number=number,
        metres=f"{float((way**2).sum() ** 0.5):.1f}",
    )
    guide.kept["vertex"] = tuple(placed[int(((placed - target) ** 2).sum(1).argmin())].tolist())
    guide.shoot()


def _split(guide: Guide, layer: VectorLayer, number: int) -> None:
    """Cut the building by a line from north to south, undo it, and do it again."""
    ring = _ring_of(layer, number)
    low, high = ring.min(0), ring.max(0)
    x = (low[0] + high[0]) / 2
    guide.do("pick")
    guide.do("split")
    for y in (high[1] + 12, low[1] - 12):
        hands.click(guide.canvas, guide.pixel(x, y))
    hands.press_key(guide.canvas, Qt.Key.Key_Return)
    guide.settle()
    copy = layer.copy_at_work
    count = guide.kept["buildings"]
    guide.check(N_("A line cuts the building in two."), copy is not None and len(copy) == count + 1)
    guide.shoot("split")
    guide.do("undo")
    guide.settle()
    guide.check(N_("Undo makes it one again."), copy is not None and len(copy) == count)
    guide.do("redo")
    guide.settle()


def _ring_of(layer: VectorLayer, number: int) -> Any:
    from layers.figure import places_of, read_figure

    copy = layer.copy_at_work
    row = copy.rows([number])[number] if copy is not None else None
    return places_of(read_figure(row.geometry)) if row is not None and row.geometry is not None else None


def _has(block: Any, place: tuple[float, float]) -> bool:
    xy = block.geometry.xy
    return bool(((xy[:, 0] == place[0]) & (xy[:, 1] == place[1])).any())
