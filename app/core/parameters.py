"""Types of tool parameters: how each is read from a word, and how it shows in forms and schemas."""

from __future__ import annotations

import inspect
import types
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, cast, get_args, get_origin

import numpy as np

from app.core.language import N_, tr
from app.core.places import Places, read_places
from layers.errors import HaitangError, ParameterInvalid
from layers.extent import Extent
from layers.heights import Height
from layers.layer import Layer
from layers.mesh import MeshLayer
from layers.raster import RasterLayer
from layers.series import SeriesLayer
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Crs", "Ge", "Label", "Le", "Parameter", "Places", "Unit", "parameters_of", "to_plain"]

LAYER_KINDS: dict[type[Layer], tuple[str, ...]] = {
    RasterLayer: ("raster",),
    VectorLayer: ("vector",),
    MeshLayer: ("mesh",),
    SeriesLayer: ("series",),
    Layer: ("raster", "vector", "mesh", "series"),
}
KIND_TITLES = {
    "raster": N_("raster"),
    "vector": N_("features"),
    "mesh": N_("mesh"),
    "series": N_("time series"),
}


@dataclass(frozen=True)
class Unit:
    """Unit of a number, shown beside its field."""

    name: str


@dataclass(frozen=True)
class Ge:
    """Smallest value allowed."""

    limit: float


@dataclass(frozen=True)
class Le:
    """Largest value allowed."""

    limit: float


@dataclass(frozen=True)
class Label:
    """Words shown for a parameter; its translation key."""

    text: str


class Crs(str):
    """A horizontal reference system, ``EPSG:n`` or WKT."""


@dataclass(frozen=True)
class Parameter:
    """One declared parameter of a tool."""

    name: str
    label: str
    type: Any
    kinds: tuple[str, ...] = ()
    choices: tuple[Any, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    default: Any = None
    required: bool = True
    repeats: bool = False
    help: str = ""

    @property
    def flag(self) -> str:
        """The word of the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def format(self) -> str:
        """Short name of the type: layer, number, integer, text, choice, flag, height, crs, box, places, file."""
        if self.kinds:
            return "layer"
        if self.choices:
            return "choice"
        named = {
            float: "number", int: "integer", str: "text", bool: "flag", Height: "height",
            Crs: "crs", Extent: "box", Places: "places", Path: "file",
        }  # fmt: skip
        return named[self.type]

    def schema(self) -> dict[str, Any]:
        """Give the JSON Schema of one value, or of the list where it repeats."""
        plain = {"number": "number", "integer": "integer", "flag": "boolean"}
        one: dict[str, Any] = {"type": plain.get(self.format, "string")}
        if self.format not in ("number", "integer", "flag", "text", "choice"):
            one["format"] = self.format
        one |= {"enum": list(self.choices)} if self.choices else {}
        one |= {"kinds": list(self.kinds)} if self.kinds else {}
        one |= {"minimum": self.minimum} if self.minimum is not None else {}
        one |= {"maximum": self.maximum} if self.maximum is not None else {}
        result: dict[str, Any] = {"type": "array", "items": one} if self.repeats else one
        result |= {"unit": self.unit} if self.unit else {}
        if not self.required and self.default is not None:
            result["default"] = to_plain(self.default)
        return result

    def parse(self, value: Any) -> Any:
        """Turn a word (or a ready value) into the declared type; layers stay words.

        Raises
        ------
        ParameterInvalid
        """
        if self.repeats:
            values = cast("list[Any]", value) if isinstance(value, list | tuple) else [value]
            return [self._one(v) for v in values]
        return self._one(value)

    def _one(self, value: Any) -> Any:
        if value is None and not self.required:
            return None
        try:
            result = _READ[self.format](value)
        except HaitangError:
            raise
        except (ValueError, TypeError, OSError) as error:
            raise self.invalid(f"{value}") from error
        if self.choices and str(value) not in {str(c) for c in self.choices}:
            raise self.invalid(f"{value}")
        if self.choices:
            return next(c for c in self.choices if str(c) == str(value))
        self._check_limits(result)
        return result

    def _check_limits(self, value: Any) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return
        low = self.minimum is not None and not value >= self.minimum
        high = self.maximum is not None and not value <= self.maximum
        if low or high:
            raise self.invalid(f"{value}")

    def invalid(self, value: str) -> ParameterInvalid:
        """Give the error for a value that does not fit, with what is allowed."""
        return ParameterInvalid(
            "The value {value} does not fit this parameter.",
            where=self.flag,
            remedy="Allowed: {allowed}.",
            value=repr(value),
            allowed=self.allowed(),
        )

    def given_twice(self) -> ParameterInvalid:
        """Give the error for several values where one is meant."""
        return ParameterInvalid(
            "The parameter {flag} is given more than once.",
            where=self.flag,
            remedy="Give it as: {allowed}.",
            flag=self.flag,
            allowed=self.allowed(),
        )

    def allowed(self) -> str:
        """Say what values fit, in the language of the screen, for error texts and help."""
        if self.choices:
            return ", ".join(str(c) for c in self.choices)
        words = tr(_FORMS[self.format])
        unit = f" {self.unit}" if self.unit else ""
        low = f" ≥ {self.minimum:g}{unit}" if self.minimum is not None else ""
        high = f" ≤ {self.maximum:g}{unit}" if self.maximum is not None else ""
        return words + (low + high or unit)


def parameters_of(signature: inspect.Signature, hints: dict[str, Any], helps: dict[str, str]) -> list[Parameter]:
    """Read the parameters of a tool from its signature; ``job`` is left out.

    Raises
    ------
    TypeError
        A parameter has a type that no form can show: a fault of the plugin.
    """
    found: list[Parameter] = []
    for name, declared in signature.parameters.items():
        if name != "job":
            found.append(_parameter(name, hints[name], declared.default, helps.get(name, "")))
    return found


def _parameter(name: str, hint: Any, default: Any, text: str) -> Parameter:
    base, marks = (hint.__origin__, hint.__metadata__) if get_origin(hint) is Annotated else (hint, ())
    marked: dict[type, Any] = {type(m): m for m in marks}
    base, repeats, choices = _unwrapped(base)
    kinds = _kinds(base)
    if not kinds and not choices and base not in (float, int, str, bool, Height, Crs, Extent, Places, Path):
        raise TypeError(f"parameter {name}: no form shows the type {hint}")
    required = default is inspect.Parameter.empty
    return Parameter(
        name=name,
        label=marked[Label].text if Label in marked else name.replace("_", " ").capitalize(),
        type=base,
        kinds=kinds,
        choices=choices,
        unit=marked[Unit].name if Unit in marked else "",
        minimum=marked[Ge].limit if Ge in marked else None,
        maximum=marked[Le].limit if Le in marked else None,
        default=None if required else default,
        required=required,
        repeats=repeats,
        help=text,
    )


def _unwrapped(base: Any) -> tuple[Any, bool, tuple[Any, ...]]:
    """Take off ``| None``, ``list[…]``, ``Annotated`` and ``Literal``."""
    repeats = False
    if get_origin(base) in (Union, types.UnionType):
        rest = [a for a in get_args(base) if a is not type(None)]
        base = rest[0] if len(rest) == 1 else Union[tuple(rest)]  # noqa: UP007  built from parts
    if get_origin(base) is list:
        repeats, base = True, get_args(base)[0]
    if get_origin(base) is Literal:
        return str, repeats, get_args(base)
    return base, repeats, ()


def _kinds(base: Any) -> tuple[str, ...]:
    parts = get_args(base) if get_origin(base) in (Union, types.UnionType) else (base,)
    kinds: list[str] = []
    for part in parts:
        if not (isinstance(part, type) and issubclass(part, Layer)):
            return ()
        kinds.extend(LAYER_KINDS[part])
    return tuple(dict.fromkeys(kinds))


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in words:
        raise ValueError(value)
    return words[str(value).lower()]


def _number(value: Any) -> float:
    number = float(value)
    if not np.isfinite(number):
        raise ValueError(value)
    return number


def _box(value: Any) -> Extent:
    if isinstance(value, Extent):
        return value
    x0, y0, x1, y1 = (_number(part) for part in str(value).split(","))
    if not (x1 > x0 and y1 > y0):
        raise ValueError(value)
    return Extent(x0, y0, x1, y1)


def _height(value: Any) -> Height:
    return value if isinstance(value, Height) else Height.parse(str(value))


def to_plain(value: Any) -> Any:
    """Give a JSON form of a parameter's value."""
    if isinstance(value, Extent):
        return ",".join(f"{v:.17g}" for v in value.to_list())
    if isinstance(value, Places):
        return ";".join(f"{x:.17g},{y:.17g}" for x, y in zip(value.x, value.y, strict=True))
    if isinstance(value, list | tuple):
        return [to_plain(v) for v in cast("list[Any]", value)]
    return value if isinstance(value, bool | int | float | str) or value is None else str(value)


def _layer(value: Any) -> Layer | str:
    return value if isinstance(value, Layer) else str(value)


def _choice(value: Any) -> Any:
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError(value)
    return int(str(value)) if isinstance(value, str) else _exact(value)


def _exact(value: Any) -> int:
    if int(value) != value:
        raise ValueError(value)
    return int(value)


def _crs(value: Any) -> Crs:
    return Crs(str(value))


def _path(value: Any) -> Path:
    return Path(str(value))


_READ: dict[str, Callable[[Any], Any]] = {
    "layer": _layer,
    "choice": _choice,
    "number": _number,
    "integer": _whole,
    "text": str,
    "flag": _flag,
    "height": _height,
    "crs": _crs,
    "box": _box,
    "places": read_places,
    "file": _path,
}
_FORMS: dict[str, str] = {
    "layer": N_("path of a file, or path#layer"),
    "number": N_("number"),
    "integer": N_("whole number"),
    "text": N_("text"),
    "flag": "true, false",
    "height": "VALUE@DATUM",
    "crs": "EPSG:n",
    "box": "x0,y0,x1,y1",
    "places": N_("x,y or a file of points"),
    "file": N_("path of a file"),
}
