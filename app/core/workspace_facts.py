"""What a workspace file holds, in the form of ``haitang info``; its sources are not opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core import workspace

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
        "warnings": [],
    }


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
