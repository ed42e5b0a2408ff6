"""Step of the tour: classes with numbers, labels by an expression, a rule, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.language import N_
from app.shell.tour import hands
from app.shell.tour.dressing import BUILDINGS, TOWN, entry_of

if TYPE_CHECKING:
    from app.shell.tour.guide import Guide

RULE = "storeys > 3"
COLUMN = "storeys"


def symbols(guide: Guide) -> None:
    """Buildings in natural breaks of their storeys, with numbers and labels; then by a condition; then undone."""
    layer: Any = guide.choose_layer(BUILDINGS)
    before, pose, kept = guide.document.history.position, guide.document.camera.pose, layer.style
    guide.do("layer-only")
    hands.turn_wheel(guide.canvas, guide.pixel(*TOWN), 6)
    storeys = np.asarray(guide.features(layer).columns[COLUMN])
    _by_classes(guide, layer, storeys)
    guide.shoot()
    _by_rule(guide, layer, storeys)
    while guide.document.history.position > before:
        guide.document.undo()
    guide.document.look(pose)
    guide.settle()
    guide.check(N_("Undo brings the style back as it was."), layer.style == kept)


def _by_classes(guide: Guide, layer: Any, storeys: Any) -> None:
    rows = guide.panel("layers").style_panel._editors["vector"]
    look = layer.style.label_style.model_copy(update={"expression": "storeys || 'F'"})
    plain = {"column": COLUMN, "categories": (), "counts": True, "label_style": look, "label_min_scale": None}
    guide.document.set(layer, "style", layer.style.model_copy(update=plain))
    guide.settle()
    hands.choose(rows.mode, "graduated")
    guide.wait(lambda: layer.style.kind == "graduated")
    guide.settle()
    hands.choose(rows.grading.method, "jenks")
    guide.wait(lambda: layer.style.grading.method == "jenks")
    guide.settle()
    numbers = _numbers(guide)
    guide.check(
        N_("Natural breaks of the storeys: {classes} classes whose numbers in the legend add up to {count} buildings."),
        sum(numbers) == len(storeys) and len(numbers) >= len(layer.style.classes.classes),
        classes=len(layer.style.classes.classes),
        count=len(storeys),
    )


def _by_rule(guide: Guide, layer: Any, storeys: Any) -> None:
    rows = guide.panel("layers").style_panel._editors["vector"]
    hands.choose(rows.mode, "rules")
    guide.wait(lambda: layer.style.kind == "rules")
    guide.settle()
    hands.write(rows.rules.filter, RULE)
    rows.rules.filter.editingFinished.emit()
    guide.settle()
    told = _numbers(guide)[0]
    guide.check(
        N_("The rule {rule} draws {count} buildings, as counted from the file."),
        told == int((storeys > 3).sum()),
        rule=layer.style.rules[0].filter,
        count=told,
    )


def _numbers(guide: Guide) -> list[int]:
    """Give the numbers that stand in the legend of the buildings."""
    return [int(row.number.replace(",", "")) for row in entry_of(guide, BUILDINGS).rows if row.number]
