"""Kernels: functions compiled once, kept on disk as machine code, run without the GIL.

Every kernel names its argument types, so that a wrong type is an error at the call and never a compilation in
the middle of a frame. Arrays that a kernel only reads are declared read-only; writable ones are accepted too.
The first call loads the machine code from disk; `kernels.warm_up` does this for all of them. The compiler itself is
loaded only where there is no machine code yet, in a child process: it takes a second to load and holds the GIL for
tenths of a second at a time, which a window would feel.
"""

from __future__ import annotations

import operator
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.views.map2d import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number handed to a kernel: ``float64``, ``int64`` or ``boolean``."""

    dtype: str


@dataclass(frozen=True, slots=True)
class Array:
    """A contiguous array (C order) handed to a kernel."""

    dtype: str
    dimensions: int = 1
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """A named tuple of arrays handed to a kernel."""

    kind: type
    members: tuple[Array, ...]


Kind = Scalar | Array | Bundle


def read_only(dtype: str, dimensions: int = 1) -> Array:
    """Type of an array that a kernel reads."""
    return Array(dtype, dimensions)


def writable(dtype: str, dimensions: int = 1) -> Array:
    """Type of an array that a kernel writes."""
    return Array(dtype, dimensions, writable=True)


PICTURE = writable("uint32", 2)
PICTURE_IN = read_only("uint32", 2)
XY = read_only("float64", 2)
COLOURS = read_only("uint32")
OFFSETS = read_only("int64")
INDEX = read_only("int32")
SIGNS = read_only("int8")
VALUES = read_only("float32")
EDGES = read_only("float32")
GRID = read_only("float32", 2)
BOXES = read_only("float64", 2)
REAL, WHOLE, FLAG = Scalar("float64"), Scalar("int64"), Scalar("boolean")
INDEX_OUT, WHOLES_OUT = writable("int32"), writable("int64")
VALUES_OUT = writable("float32")
REALS_OUT, BOXES_OUT, SIGNS_OUT = writable("float64"), writable("float64", 2), writable("int8")

PARTS = "__haitang_part__"
"""Attribute that marks a function as a part of kernels and says how it is compiled."""

_lock = threading.RLock()
_all: list[Kernel] = []


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function a small part of kernels, written into each place that uses it."""
    setattr(function, PARTS, "inline")
    return function


def routine(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function a larger part of kernels, compiled once for each kernel that uses it."""
    setattr(function, PARTS, "apart")
    return function


class Kernel:
    """One compiled function; loads itself at the first call.

    Parameters
    ----------
    function : callable
        The Python source, restricted to what numba compiles; it returns nothing and allocates nothing.
    takes : sequence of Scalar, Array or Bundle
        The only types it will be called with.
    """

    def __init__(self, function: Callable[..., Any], takes: Sequence[Kind]) -> None:
        unknown = [kind for kind in takes if not isinstance(kind, Scalar | Array | Bundle)]
        if unknown:
            raise TypeError(f"{function.__qualname__}: name its types by read_only and writable, not {unknown[0]!r}")
        self.name = f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}"
        self.source, self.takes = function, tuple(takes)
        self._machine: Callable[..., int] | None = None

    def __call__(self, *arguments: Any) -> None:
        """Run; the caller holds no GIL meanwhile.

        Raises
        ------
        TypeError
            An argument is not of the type that the kernel names.
        """
        if machine.is_off():
            self.source(*arguments)
            return
        run = self._machine if self._machine is not None else self.load()
        if len(arguments) != len(self.takes):
            raise TypeError(f"{self.name} takes {len(self.takes)} arguments, not {len(arguments)}")
        words = [word for kind, value in zip(self.takes, arguments, strict=True) for word in _words(kind, value)]
        status = run(*words)
        if status:
            raise RuntimeError(f"{self.name} ended with status {status}")

    @property
    def is_loaded(self) -> bool:
        """Whether the machine code is in memory."""
        return self._machine is not None

    def load(self) -> Callable[..., int]:
        """Give the machine code, from disk if it was ever compiled."""
        with _lock:
            if self._machine is None:
                self._machine = machine.function(self.name, [code for kind in self.takes for code in codes(kind)])
            return self._machine


def kernel(*takes: Kind) -> Callable[[Callable[..., Any]], Kernel]:
    """Make a function a kernel that takes arguments of these types only."""

    def wrap(function: Callable[..., Any]) -> Kernel:
        made = Kernel(function, takes)
        _all.append(made)
        return made

    return wrap


def all_kernels() -> tuple[Kernel, ...]:
    """Kernels of the modules imported so far, in order of definition."""
    return tuple(_all)


def codes(kind: Kind) -> list[str]:
    """Give the machine's words for an argument: ``p`` address, ``q`` whole number, ``d`` real number, ``b`` flag.

    An array is two addresses that stay empty, its size, its item's size, the address of its data, its shape and
    its strides in bytes: the compiler's own layout.
    """
    if isinstance(kind, Scalar):
        return [{"float64": "d", "int64": "q", "boolean": "b"}[kind.dtype]]
    if isinstance(kind, Array):
        return [*"ppqqp", *"q" * 2 * kind.dimensions]
    return [code for member in kind.members for code in codes(member)]


def _words(kind: Kind, value: Any) -> Iterator[Any]:
    if isinstance(kind, Array):
        _check(kind, value)
        yield from (None, None, value.size, value.itemsize, value.__array_interface__["data"][0])
        yield from value.shape
        yield from _strides(value)
    elif isinstance(kind, Bundle):
        for member, part in zip(kind.members, value, strict=True):
            yield from _words(member, part)
    elif kind.dtype == "float64":
        yield float(value)
    else:
        yield bool(value) if kind.dtype == "boolean" else operator.index(value)


def _strides(value: NDArray[Any]) -> list[int]:
    """Give the strides of a contiguous array; what numpy says of empty ones may be anything."""
    strides, step = [], value.itemsize
    for length in reversed(value.shape):
        strides.append(step)
        step *= length
    return strides[::-1]


def _check(kind: Array, value: Any) -> None:
    if not isinstance(value, np.ndarray):
        raise TypeError(f"an array of {kind.dtype} is needed, not {type(value).__name__}")
    if value.dtype != kind.dtype or value.ndim != kind.dimensions or not value.flags.c_contiguous:
        order = "" if value.flags.c_contiguous else " not contiguous"
        needed = f"{kind.dtype} with {kind.dimensions} dimensions"
        raise TypeError(f"an array of {needed} is needed, not {value.dtype} {value.shape}{order}")
    if kind.writable and not value.flags.writeable:
        raise TypeError(f"the array of {kind.dtype} to be written is read-only")
