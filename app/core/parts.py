"""Parts: the content of a document as read from its JSON form, checked and not yet in force."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import ValidationError

from app.core.camera import Camera
from app.core.clock import Clock
from app.core.comparing import OFF, Comparison, comparison_from
from app.core.kinds import fault, layer_from_dict
from layers.errors import DataError
from layers.layer import Layer

Json = dict[str, Any]


@dataclass
class Parts:
    """A document's content as read from JSON, checked and not yet in force."""

    title: str = ""
    notes: str = ""
    layers: list[Layer] = field(default_factory=list[Layer])
    camera: Camera = field(default_factory=Camera)
    clock: Clock = field(default_factory=Clock)
    themes: dict[str, Json] = field(default_factory=dict[str, Json])
    comparison: Comparison = OFF
    bookmarks: dict[str, Json] = field(default_factory=dict[str, Json])
    pages: dict[str, Json] = field(default_factory=dict[str, Json])
    copies: dict[str, int] = field(default_factory=dict[str, int])
    unknown: Json = field(default_factory=Json)


def parts_from_dict(data: Json, where: str = "") -> Parts:
    """Read the JSON form of a content.

    Parameters
    ----------
    data : dict
        As ``Content.to_dict`` gives it.
    where : str
        File that the errors name.

    Raises
    ------
    DataError
        A part is missing or has the wrong type.
    """
    known = {"title", "notes", "themes", "comparison", "bookmarks", "pages", "copies", "camera", "clock", "layers"}
    layers = [layer_from_dict(_dict(part, "layers", where), where) for part in _list(data, "layers", where)]
    ids = [layer.id for layer in layers]
    if len(set(ids)) < len(ids):
        raise DataError("Two layers have the same id.", where=where)
    themes, bookmarks, pages = (_dict(data.get(name, {}), name, where) for name in ("themes", "bookmarks", "pages"))
    try:
        return Parts(
            title=_text(data, "title", where),
            notes=_text(data, "notes", where),
            layers=layers,
            camera=Camera.from_dict(_dict(data.get("camera", {}), "camera", where)),
            clock=Clock.from_dict(_dict(data.get("clock", {}), "clock", where)),
            copies={str(k): int(v) for k, v in _dict(data.get("copies", {}), "copies", where).items()},
            themes={name: _dict(theme, "themes", where) for name, theme in themes.items()},
            comparison=comparison_from(data.get("comparison"), where),
            bookmarks={name: _dict(mark, "bookmarks", where) for name, mark in bookmarks.items()},
            pages={name: _dict(page, "pages", where) for name, page in pages.items()},
            unknown={key: value for key, value in data.items() if key not in known},
        )
    except ValidationError as error:
        raise fault(error, where) from error


def _wrong(name: str, where: str, value: Any) -> DataError:
    return DataError(
        "The field {field} has a value that cannot be used: {value}",
        where=where,
        remedy="Correct the value, or take an earlier version of the file.",
        field=name,
        value=repr(value)[:60],
    )


def _dict(value: Any, name: str, where: str) -> Json:
    if not isinstance(value, dict):
        raise _wrong(name, where, value)
    return cast("Json", value)


def _list(data: Json, name: str, where: str) -> list[Any]:
    value = data.get(name, [])
    if not isinstance(value, list):
        raise _wrong(name, where, value)
    return cast("list[Any]", value)


def _text(data: Json, name: str, where: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise _wrong(name, where, value)
    return value
