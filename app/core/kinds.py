"""Layer kinds by name: from the JSON form of a layer to the layer, and back."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from pydantic import ValidationError

from layers.errors import DataError
from layers.layer import Layer
from layers.mesh import MeshLayer
from layers.raster import RasterLayer
from layers.series import SeriesLayer
from layers.vector import VectorLayer


class UnknownLayer(Layer):
    """A layer of a kind that this program does not know; kept whole for the program that does."""

    kind: ClassVar[str] = "unknown"


_KINDS: dict[str, type[Layer]] = {cls.kind: cls for cls in (RasterLayer, VectorLayer, MeshLayer, SeriesLayer)}


def register(cls: type[Layer]) -> None:
    """Make a layer kind known, by its ``kind``; plugins bring theirs this way."""
    _KINDS[cls.kind] = cls


def layer_to_dict(layer: Layer) -> dict[str, Any]:
    """Give the JSON form of a layer, with its kind."""
    data = layer.to_dict()
    return data if isinstance(layer, UnknownLayer) else {"kind": layer.kind, **data}


def layer_from_dict(data: dict[str, Any], where: str = "") -> Layer:
    """Build a layer from its JSON form; it is not open yet.

    Raises
    ------
    DataError
        A field is missing or has the wrong type.
    """
    kind = data.get("kind")
    if not isinstance(kind, str):
        raise DataError("A layer does not say of which kind it is.", where=where)
    cls = _KINDS.get(kind)
    try:
        if cls is None:
            return UnknownLayer.from_dict(data)
        return cls.from_dict({k: v for k, v in data.items() if k != "kind"})
    except ValidationError as error:
        raise fault(error, where) from error


def fault(error: ValidationError, where: str) -> DataError:
    """Give the first fault that validation found as one plain error."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    shown = str(cast("object", first.get("input")))[:60]
    return DataError(
        "The field {field} has a value that cannot be used: {value}",
        where=where,
        remedy="Correct the value, or take an earlier version of the file.",
        field=place,
        value=shown,
    )
