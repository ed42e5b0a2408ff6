"""Random commands for the tests of the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from app.core.commands import EditFeatures
from layers.edits import Change, Edit
from layers.mesh import MeshLayer
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.document import Document

Act = tuple[str, int, int]
KINDS = (
    "sketch",
    "mesh",
    "remove",
    "move",
    "hide",
    "fade",
    "style",
    "draw",
    "shift",
    "erase",
    "look",
    "title",
    "clock",
)
ACTS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 5)), max_size=25)


class Recorder:
    """A journal in memory."""

    def __init__(self) -> None:
        self.acts: list[dict[str, Any]] = []

    def append(self, act: dict[str, Any]) -> None:
        self.acts.append(act)

    def settle(self) -> None:
        """Nothing gathers here."""


def feature(x: float) -> dict[str, Any]:
    return {"geometry": {"type": "Point", "coordinates": [x, 1.5]}, "properties": {"name": "a"}}


def sketch(document: Document, name: str = "s", count: int = 0) -> VectorLayer:
    features = {number: feature(number) for number in range(1, count + 1)}
    layer = VectorLayer(id=name, name=name, source="memory:", features=features)
    document.add(layer)
    return layer


def do(document: Document, act: Act) -> None:
    """Do one act; nothing where there is nothing to act on."""
    kind, first, second = act
    if kind in DEEDS:
        DEEDS[kind](document, first, second)
    elif document.layers:
        _on_layer(document, kind, first, second)


def _add(cls: type) -> Callable[[Document, int, int], None]:
    def add(document: Document, first: int, second: int) -> None:
        number = len(document.history.entries) * 7 + first
        if not any(layer.id == f"n{number}" for layer in document.layers):
            source = "memory:" if cls is VectorLayer else "some/file.nc"
            document.add(cls(id=f"n{number}", name=f"layer {number}", source=source), second)

    return add


DEEDS: dict[str, Callable[[Document, int, int], None]] = {
    "sketch": _add(VectorLayer),
    "mesh": _add(MeshLayer),
    "look": lambda document, first, second: document.look(document.camera.moved(first - 2, second - 2)),
    "title": lambda document, first, _: document.set("document", "title", f"title {first}"),
    "clock": lambda document, first, _: document.set("clock", "rate", 1.0 + first),
}


def _on_layer(document: Document, kind: str, first: int, second: int) -> None:
    layer = document.layers[first % len(document.layers)]
    if kind == "remove":
        document.remove(layer)
    elif kind == "move":
        document.move(layer, second)
    elif kind == "hide":
        document.set(layer, "visible", not layer.visible)
    elif kind == "fade":
        document.set(layer, "opacity", second / 5)
    elif kind == "style":
        key = "dry_below" if isinstance(layer, MeshLayer) else "label_size"
        document.set(layer, "style", layer.style.model_copy(update={key: float(second)}))  # type: ignore[attr-defined]
    elif isinstance(layer, VectorLayer):
        _on_features(document, layer, kind, second)


def _on_features(document: Document, layer: VectorLayer, kind: str, number: int) -> None:
    old = layer.features.get(number)
    new = None if kind == "erase" else feature(number + 0.25 * len(document.history.entries))
    if kind == "shift" and old is None:
        return
    document.run(EditFeatures(layer.id, Edit({number: Change(old, new)})))
