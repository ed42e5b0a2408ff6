"""Words of the sides of a comparison: which theme and which moment each shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.language import tr
from app.views.map2d.overlays import map_note

if TYPE_CHECKING:
    from app.core.comparing import Side
    from app.core.document import Document

LETTERS = "ABCD"


def content_text(document: Document, side: Side) -> str:
    """Give what a side shows: a theme, chosen layers, or the map as it is."""
    if side.theme:
        return side.theme if side.theme in document.themes else tr("theme {name} is gone", name=side.theme)
    if side.layers:
        names = [layer.name for layer in document.layers if layer.id in side.layers]
        return names[0] if len(names) == 1 else tr("{count} layers", count=len(names))
    return tr("the map as it is")


def offset_words(side: Side) -> str:
    """Give how the moment of a side differs from the clock; empty where it does not."""
    if side.moment:
        return tr("fixed moment")
    return f"{side.offset_h:+g} h".replace("-", "−") if side.offset_h else ""


def side_note(document: Document, number: int, side: Side | None = None) -> str:
    """Give the remark on a side: its letter, what it shows, how its moment differs, and the remark of the map.

    Parameters
    ----------
    number : int
        0 is the map itself.
    side : Side, optional
        None for the map itself.
    """
    parts = [LETTERS[number], content_text(document, side) if side is not None else tr("the map as it is")]
    parts += [words for words in (offset_words(side) if side is not None else "", map_note(document.notes)) if words]
    return " · ".join(parts)
