"""Sides: the document as another side of a comparison shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ValidationError

from app.core.commands import SetField
from app.core.themes import FIELDS

if TYPE_CHECKING:
    import numpy as np

    from app.core.clock import Clock
    from app.core.comparing import Comparison, Side
    from app.core.document import Document
    from layers.layer import Layer

Json = dict[str, Any]


def compare(document: Document, wanted: Comparison) -> None:
    """Compare in another way, as a command."""
    document.run(SetField("document", "comparison", document.comparison.to_json(), wanted.to_json()))


def dressed(layer: Layer, look: Json) -> Layer:
    """Give a layer as a theme shows it: a copy that shares its data; the layer itself is not changed.

    Parameters
    ----------
    look : dict
        ``visible``, ``opacity``, ``blend``, ``style``, as a theme keeps them; what is missing stays.
    """
    changes: Json = {name: look[name] for name in FIELDS if name in look and name != "style"}
    present = getattr(layer, "style", None)
    if "style" in look and isinstance(present, BaseModel):
        changes["style"] = type(present).model_validate(look["style"])
    return layer.model_copy(update=changes)


class _SideClock:
    """The document's clock as a side reads it: another moment, the rest the same."""

    def __init__(self, clock: Clock, side: SideDocument) -> None:
        self._clock, self._side = clock, side

    @property
    def now(self) -> np.datetime64 | None:
        return self._side.side.moment_at(self._clock.now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clock, name)


class SideDocument:
    """The document as one side shows it; all else, and every act, is the document's own.

    It has layers, clock and signals like a `Document`, so that what draws a document draws a side. The layers of a
    theme are copies that share their data; they are made anew when the document changes.

    Parameters
    ----------
    document : Document
    side : Side
    """

    def __init__(self, document: Document, side: Side) -> None:
        self._document = document
        self.side = side
        self.clock = _SideClock(document.clock, self)
        self._dressed: list[Layer] | None = None
        self._signals = (
            document.layer_added, document.layer_removed, document.layer_moved, document.layer_changed,
            document.edited, document.replaced, document.words_changed,
        )  # fmt: skip
        for signal in self._signals:
            signal.connect(self._forget)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._document, name)

    def show(self, side: Side) -> None:
        """Show another side."""
        self.side = side
        self._dressed = None

    def close(self) -> None:
        """Stop listening."""
        for signal in self._signals:
            signal.disconnect(self._forget)  # pyright: ignore[reportUnknownMemberType]  partly unknown in psygnal

    @property
    def layers(self) -> list[Layer]:
        """Layers of this side, top first."""
        if not self.side.theme and not self.side.layers:
            return self._document.layers
        if self._dressed is None:
            self._dressed = [self._dress(layer) for layer in self._document.layers]
        return self._dressed

    def layer(self, layer_id: str) -> Layer:
        """Find a layer of this side by id.

        Raises
        ------
        EditError
            There is no such layer.
        """
        found = next((layer for layer in self.layers if layer.id == layer_id), None)
        return found if found is not None else self._document.layer(layer_id)

    def _dress(self, layer: Layer) -> Layer:
        theme = self._document.themes.get(self.side.theme) or {}
        look = dict(cast("Json", theme.get(layer.id) or {}))
        if self.side.layers:
            look["visible"] = layer.id in self.side.layers
        try:
            return dressed(layer, look) if look else layer
        except (ValidationError, ValueError):
            return layer

    def _forget(self, *_: object) -> None:
        self._dressed = None
