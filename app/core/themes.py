"""Themes: named sets of visibility, opacity, blending and style of the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from app.core.commands import Command, Group, SetField, plain
from app.core.language import N_
from layers.errors import EditError

if TYPE_CHECKING:
    from app.core.document import Document

FIELDS = ("visible", "opacity", "blend", "style")


def look_of(document: Document) -> dict[str, dict[str, Any]]:
    """Give visibility, opacity, blending and style of all layers, by layer id."""
    found: dict[str, dict[str, Any]] = {}
    for layer in document.layers:
        found[layer.id] = {"visible": layer.visible, "opacity": layer.opacity, "blend": layer.blend}
        style = getattr(layer, "style", None)
        if isinstance(style, BaseModel):
            found[layer.id]["style"] = plain(style.model_dump(mode="json"))
    return found


def save(document: Document, name: str) -> None:
    """Keep the present look of the layers under a name, as a command; a theme of that name is replaced.

    Raises
    ------
    EditError
        The name is empty.
    """
    if not name.strip():
        raise EditError("A theme needs a name.")
    document.set("document", "themes", {**document.themes, name.strip(): look_of(document)})


def remove(document: Document, name: str) -> None:
    """Forget a theme, as a command."""
    document.set("document", "themes", {key: look for key, look in document.themes.items() if key != name})


def apply(document: Document, name: str) -> None:
    """Give the layers the look of a theme, as one command; layers that came later stay as they are.

    Raises
    ------
    EditError
        There is no such theme.
    """
    if name not in document.themes:
        raise EditError("There is no theme {name}.", name=name)
    theme, present = document.themes[name], look_of(document)
    commands: list[Command] = [
        SetField(f"layer:{layer.id}", field, present[layer.id][field], theme[layer.id][field], layer.name)
        for layer in document.layers
        for field in FIELDS
        if field in theme.get(layer.id, {}) and field in present[layer.id]
        if theme[layer.id][field] != present[layer.id][field]
    ]
    document.run(Group(N_("Apply a theme"), tuple(commands)))
