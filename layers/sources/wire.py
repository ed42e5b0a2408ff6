"""Requests, answers, descriptions and errors as buffers between processes, without pickle.

A message is a list of buffers: a JSON header, one buffer that holds all small arrays, then one buffer
for each large array; arrays of a pack are named, not sent. Only registered dataclasses and the
``HaitangError`` family travel; what comes out of a child taken over by a hostile file can be wrong, but it
cannot run code here.
"""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers import errors
from layers.box_index import BoxIndex
from layers.errors import DataError, HaitangError
from layers.extent import Extent
from layers.geometry import Geometry, Measured
from layers.quantities import Made
from layers.sources import packs, source
from layers.texts import Texts
from layers.times import TimeAxis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Buffer = bytes | bytearray | memoryview

VERSION = 1
SMALL = 1 << 14
ALIGN = 16
KINDS = "biufcmM"
"""Kinds of numpy arrays that may travel: numbers, durations and moments, never objects."""

SHARED: tuple[type, ...] = (Extent, TimeAxis, Geometry)
"""Values that layers share: one object goes in twice, one object comes out twice."""

_registered: dict[str, type] = {}


def register(kind: type) -> type:
    """Let a dataclass travel under its own name; usable as a decorator.

    Raises
    ------
    TypeError
        Not a dataclass, or another class has the name already.
    """
    name: str = cast("Any", kind).__name__
    if not is_dataclass(kind) or _registered.get(name, kind) is not kind:
        raise TypeError(f"{name} cannot travel")
    _registered[name] = kind
    return kind


for _kind in (
    *SHARED,
    BoxIndex,
    Made,
    Measured,
    source.Warned,
    source.Variable,
    source.Column,
    source.LayerDescription,
    source.Description,
    source.RasterRequest,
    source.RasterBlock,
    source.FeatureRequest,
    source.FeatureBlock,
    source.TopologyRequest,
    source.Topology,
    source.ValuesRequest,
    source.Values,
    source.SeriesRequest,
    source.SeriesBlock,
    source.StatisticsRequest,
    source.Statistics,
    Texts,
):
    register(_kind)

_ERRORS: dict[str, type[HaitangError]] = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, HaitangError)
}


def encode(value: Any) -> list[Buffer]:
    """Give the message of a value.

    Parameters
    ----------
    value : object
        None, bool, int, float, str, bytes, tuple, list, dict, numpy arrays of numbers or times, registered
        dataclasses, errors of the ``HaitangError`` family, and anything made of these.

    Returns
    -------
    list of buffers
        The large ones are views of the arrays themselves: send them before the arrays change.

    Raises
    ------
    DataError
        Something in the value is of another kind.
    """
    writer = _Writer()
    root = writer.pack(value)
    header = json.dumps({"v": VERSION, "root": root}, separators=(",", ":"))
    return [header.encode("ascii"), bytes(writer.small), *writer.large]


def decode(buffers: Sequence[Buffer]) -> Any:
    """Give the value of a message; arrays are views of the buffers.

    Raises
    ------
    DataError
        The message is damaged, of another version, or names a class that is not registered.
    """
    try:
        header = json.loads(bytes(buffers[0]))
        if header["v"] != VERSION:
            raise _damaged(f"version {header['v']}")
        return _Reader(buffers[1:]).unpack(header["root"])
    except HaitangError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise _damaged(f"{type(error).__name__}: {error}") from error


def _damaged(reason: str) -> DataError:
    return DataError(
        "A message between two processes of the program is damaged: {reason}.",
        remedy="Open the layer again; if it happens again, report it with the log.",
        reason=reason,
    )


def _as_bytes(array: NDArray[Any]) -> memoryview:
    flat = np.ascontiguousarray(array).reshape(-1)
    return memoryview(cast("Any", flat.view(np.uint8))) if flat.size else memoryview(b"")


class _Writer:
    """Turns values into JSON with references to buffers."""

    def __init__(self) -> None:
        self.small = bytearray()
        self.large: list[Buffer] = []
        self.seen: dict[int, int] = {}
        self.kept: list[Any] = []

    def pack(self, value: Any) -> Any:
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int) and not isinstance(value, np.generic):
            return int(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else {"f": repr(float(value))}
        if isinstance(value, (list, tuple)):
            return self._sequence(cast("Sequence[Any]", value))
        if isinstance(value, dict):
            items = cast("dict[Any, Any]", value).items()
            return {"d": [[self.pack(k), self.pack(v)] for k, v in items]}
        return self._rare(value)

    def _sequence(self, value: Sequence[Any]) -> Any:
        plain = all(item is None or type(item) is str for item in value)
        key = ("s" if plain else "l") if isinstance(value, list) else ("u" if plain else "t")
        return {key: list(value) if plain else [self.pack(item) for item in value]}

    def _rare(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return self._array(cast("NDArray[Any]", value))
        if isinstance(value, (bytes, bytearray, memoryview)):
            return {"b": self._bytes(cast("Buffer", value))}
        if isinstance(value, (np.datetime64, np.timedelta64)):
            moment = cast("Any", value)
            return {"m": [moment.dtype.str, int(moment.astype(np.int64))]}
        if isinstance(value, np.generic):
            return self.pack(value.item())
        if isinstance(value, HaitangError):
            return self._error(value)
        if _registered.get(type(value).__name__) is type(value):
            return self._dataclass(value)
        raise DataError("A value of kind {kind} cannot pass between processes.", kind=type(value).__name__)

    def _array(self, array: NDArray[Any]) -> Any:
        place = packs.place_of(array)
        if place is not None:
            return {"p": place, "t": array.dtype.str, "n": list(array.shape)}
        if array.dtype.kind not in KINDS:
            raise DataError("A value of kind {kind} cannot pass between processes.", kind=f"array of {array.dtype}")
        return {"a": self._bytes(_as_bytes(array)), "t": array.dtype.str, "n": list(array.shape)}

    def _bytes(self, data: Buffer) -> list[int]:
        view = memoryview(data)
        if view.nbytes >= SMALL:
            self.large.append(view)
            return [len(self.large), 0, view.nbytes]
        self.small.extend(bytes(-len(self.small) % ALIGN))
        place = [0, len(self.small), view.nbytes]
        self.small.extend(view)
        return place

    def _dataclass(self, value: Any) -> Any:
        shared = isinstance(value, SHARED)
        if shared and id(value) in self.seen:
            return {"r": self.seen[id(value)]}
        packed: dict[str, Any] = {
            "c": type(value).__name__,
            "v": {f.name: self.pack(getattr(value, f.name)) for f in fields(value) if f.init},
        }
        if shared:
            self.seen[id(value)] = len(self.kept)
            self.kept.append(value)
            packed["i"] = self.seen[id(value)]
        return packed

    def _error(self, error: HaitangError) -> Any:
        given = {key: _sayable(field) for key, field in error.fields.items()}
        texts = [error.template, error.where, error.remedy_template]
        code = type(error).__name__
        return {"e": code if code in _ERRORS else "DataError", "x": texts, "d": self.pack(given)}


def _sayable(value: object) -> object:
    """Give a field of an error as something JSON knows; what is not a number becomes its text."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


class _Reader:
    """Turns JSON with references to buffers into values."""

    def __init__(self, buffers: Sequence[Buffer]) -> None:
        self.buffers = [memoryview(b).cast("B") if memoryview(b).nbytes else memoryview(b"") for b in buffers]
        self.shared: dict[int, Any] = {}

    def unpack(self, packed: Any) -> Any:
        if not isinstance(packed, dict):
            return packed
        tagged = cast("dict[str, Any]", packed)
        if "c" in tagged:
            return self._dataclass(tagged)
        if "a" in tagged:
            return self._array(tagged)
        if "p" in tagged:
            shape = tuple(int(n) for n in tagged["n"])
            return np.asarray(packs.mapped(str(tagged["p"]), _dtype(tagged["t"], KINDS), shape))
        if "e" in tagged:
            return self._error(tagged)
        ((tag, body),) = tagged.items()
        return self._tagged(tag, body)

    def _tagged(self, tag: str, body: Any) -> Any:
        match tag:
            case "s":
                return body
            case "u":
                return tuple(body)
            case "l":
                return [self.unpack(item) for item in body]
            case "t":
                return tuple(self.unpack(item) for item in body)
            case "d":
                return {self.unpack(k): self.unpack(v) for k, v in body}
            case "f":
                return float(body)
            case "b":
                return bytes(self._view(body))
            case "m":
                return np.array(int(body[1]), np.int64).view(_dtype(body[0], "mM"))[()]
            case "r":
                return self.shared[body]
            case _:
                raise _damaged(f"tag {tag}")

    def _view(self, place: list[int]) -> memoryview:
        buffer, start, size = place
        if start < 0 or size < 0 or buffer < 0:
            raise _damaged("a place before the start")
        view = self.buffers[buffer][start : start + size]
        if view.nbytes != size:
            raise _damaged("a buffer is too short")
        return view

    def _array(self, packed: dict[str, Any]) -> NDArray[Any]:
        shape = tuple(int(n) for n in packed["n"])
        dtype = _dtype(packed["t"], KINDS)
        view = self._view(packed["a"])
        if any(n < 0 for n in shape) or math.prod(shape) * dtype.itemsize != view.nbytes:
            raise _damaged("an array does not fit its buffer")
        return np.frombuffer(view, dtype).reshape(shape) if view.nbytes else np.empty(shape, dtype)

    def _dataclass(self, packed: dict[str, Any]) -> Any:
        kind = _registered.get(packed["c"])
        if kind is None:
            raise _damaged(f"unknown class {packed['c']}")
        value = kind(**{name: self.unpack(item) for name, item in packed["v"].items()})
        if "i" in packed:
            self.shared[packed["i"]] = value
        return value

    def _error(self, packed: dict[str, Any]) -> HaitangError:
        kind = _ERRORS.get(packed["e"])
        if kind is None:
            raise _damaged(f"unknown error {packed['e']}")
        what, where, remedy = (str(text) for text in packed["x"])
        return kind(what, where=where, remedy=remedy, **self.unpack(packed["d"]))


def _dtype(text: str, kinds: str) -> np.dtype[Any]:
    dtype = np.dtype(text)
    if dtype.kind not in kinds or dtype.hasobject:
        raise _damaged(f"array of {text}")
    return dtype
