"""Snapshot: a document's content at one moment, written piece by piece by any thread."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from app.core.kinds import layer_to_dict
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from layers.layer import Layer

Json = dict[str, Any]
BATCH = 100
"""Features written in one piece: between two pieces other threads get their turn."""


@dataclass(frozen=True)
class Snapshot:
    """Content at one moment; its parts are replaced in the document, never changed in place."""

    words: Json
    camera: Json
    clock: Json
    layers: tuple[Layer, ...]
    unknown: Json

    def to_dict(self) -> Json:
        """Give the JSON form."""
        return {**self._head(), "layers": [layer_to_dict(layer) for layer in self.layers]}

    def without_copies(self) -> Snapshot:
        """Give what belongs into a workspace file: layers as their own files hold them, without unsaved edits."""
        words = {name: value for name, value in self.words.items() if name != "copies"}
        layers = tuple(
            frozen_copy(layer, working="") if isinstance(layer, VectorLayer) and layer.working else layer
            for layer in self.layers
        )
        return replace(self, words=words, layers=layers)

    def _head(self) -> Json:
        return {**self.unknown, **self.words, "camera": self.camera, "clock": self.clock}

    def chunks(self, header: Json, source: Callable[[str], str] = str) -> Iterator[bytes]:
        """Give the JSON text in pieces, one line per layer.

        Parameters
        ----------
        header : dict
            Fields that come first.
        source : callable
            Gives the source of a layer as it shall be written.
        """
        yield _text({**header, **self._head()})[:-1] + b',\n"layers":['
        for number, layer in enumerate(self.layers):
            yield b",\n" if number else b"\n"
            yield from _layer_chunks(layer, source)
        yield b"\n]}\n"


def _layer_chunks(layer: Layer, source: Callable[[str], str]) -> Iterator[bytes]:
    features = layer.features if isinstance(layer, VectorLayer) else {}
    bare = frozen_copy(layer, features={}) if features else layer
    data = layer_to_dict(bare)
    data["source"] = source(layer.source)
    if not features:
        yield _text(data)
        return
    data.pop("features")
    yield _text(data)[:-1] + b',"features":{'
    rest = iter(features.items())
    first = True
    while batch := dict(islice(rest, BATCH)):
        yield (b"" if first else b",\n") + _text(batch)[1:-1]
        first = False
    yield b"}}"


def _text(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def frozen_copy(layer: Layer, **changes: Any) -> Layer:
    """Copy the fields of a layer, without its data and its listeners; values are replaced, never changed."""
    values = {name: getattr(layer, name) for name in type(layer).model_fields}
    return type(layer).model_construct(**{**values, **changes})
