"""Conditions: when an action can be done, and whether it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.language import language
from app.shell.compare_acts import kind_of
from app.shell.layer_words import has_failed

if TYPE_CHECKING:
    from app.shell.desk import Desk


def holds(name: str, desk: Desk) -> bool:
    """Tell whether a condition on the document holds; the empty one always does.

    Parameters
    ----------
    name : str
        ``layers``, ``layer``, ``vector``, ``timed``, ``failed``, ``time``, ``loop``, ``leads``, ``undo``, ``redo``,
        ``saved``, ``place``, ``jobs``, ``vectors``, ``selected``, ``filtered``, ``comparing``, ``compare:<kind>``,
        ``file-features``, ``editing``, ``editable``, ``picked``, ``theme:<name>``, ``language:<name>`` or
        ``gesture:<name>``.
    desk : Desk

    Raises
    ------
    KeyError
        There is no such condition.
    """
    if not name:
        return True
    kind, _, value = name.partition(":")
    if kind == "theme":
        return desk.settings.theme == value
    if kind == "compare":
        return kind_of(desk.document.comparison) == value
    if kind == "gesture":
        return desk.gesture == value
    if kind == "language":
        return language() == value
    return _document(name, desk) if name in _DOCUMENT else _layer(name, desk)


_DOCUMENT = {
    "layers", "comparing", "time", "loop", "undo", "redo", "saved", "place", "jobs", "vectors", "selected",
}  # fmt: skip


def _document(name: str, desk: Desk) -> bool:
    document = desk.document
    return {
        "layers": lambda: bool(document.layers),
        "comparing": lambda: document.comparison.is_on,
        "time": lambda: document.clock.start is not None,
        "loop": lambda: document.clock.loop,
        "undo": lambda: document.history.can_undo,
        "redo": lambda: document.history.can_redo,
        "saved": lambda: document.path is not None,
        "place": lambda: desk.focus.place is not None,
        "jobs": lambda: bool(desk.jobs.running()),
        "vectors": lambda: any(layer.kind == "vector" for layer in document.layers),
        "selected": lambda: bool(document.selection.predicates),
    }[name]()


def _layer(name: str, desk: Desk) -> bool:
    layer = desk.focus.layer
    if layer is None or layer not in desk.document.layers:
        return False
    axis = layer.description.time if layer.description is not None else None
    editable = getattr(layer, "is_editable", False)
    return {
        "layer": True,
        "file-features": layer.kind == "vector" and layer.source != "memory:",
        "editing": editable and layer.source != "memory:",
        "editable": editable,
        "picked": editable and layer.id in desk.document.selection.predicates,
        "from-file": layer.source != "memory:",
        "vector": layer.kind == "vector",
        "filtered": bool(getattr(layer, "filter", "")),
        "timed": axis is not None and len(axis) > 0,
        "failed": has_failed(layer, desk),
        "leads": desk.document.clock.leader == layer.id,
    }[name]
