"""What a workspace file holds, in the form of ``haitang info``; its sources are not opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core import workspace
from app.core.language import tr
from layers.errors import SourceUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    Json = dict[str, Any]


def is_workspace(path: str) -> bool:
    """Tell whether a path names a workspace file."""
    return path.lower().endswith(workspace.SUFFIX)


def to_info(path: Path) -> Json:
    """Give the facts of a workspace file.

    Raises
    ------
    DataError
        The file is damaged or of a newer version.
    """
    content = workspace.load(path)
    lost = workspace.missing(content)
    layers = [_layer(layer) for layer in content["layers"]]
    return {
        "path": str(path),
        "kind": "workspace",
        "driver": "haitang",
        "title": content.get("title", ""),
        "crs": content.get("camera", {}).get("crs"),
        "vdatum": _common([layer["vdatum"] for layer in layers]),
        "bounds": None,
        "time": None,
        "counts": {"layers": len(layers), "themes": len(content.get("themes", {}))},
        "variables": [],
        "layers": layers,
        "warnings": [
            {
                "code": "source_missing",
                "what": tr("The file of layer {name} is not there: {place}.", name=name, place=place),
                "remedy": tr("Bring it back to this place, or open the workspace and lead the layer to its new place."),
            }
            for name, place in lost
        ],
    }


def require_sources(path: Path) -> None:
    """Refuse a workspace with files that are not there, for a picture that would lack them.

    Raises
    ------
    SourceUnavailable
        One or more files are missing; the sentence names their layers.
    DataError
        The file is damaged or of a newer version.
    """
    lost = workspace.missing(workspace.load(path))
    if lost:
        raise SourceUnavailable(
            "Files of the workspace are not there: {files}.",
            where=str(path),
            remedy="Bring them back to their place, or open the workspace and lead each layer to its new place.",
            files=", ".join(f"{name}: {place}" for name, place in lost),
        )


def _layer(layer: Json) -> Json:
    return {
        "key": layer["id"],
        "kind": layer["kind"],
        "title": layer.get("name", ""),
        "source": layer.get("source", ""),
        "layer": layer.get("key", ""),
        "crs": layer.get("crs"),
        "vdatum": layer.get("vdatum"),
        "visible": layer.get("visible", True),
    }


def _common(values: list[str | None]) -> str | None:
    """Give what all say; None where they differ."""
    said = {value for value in values if value is not None}
    return said.pop() if len(said) == 1 else None
