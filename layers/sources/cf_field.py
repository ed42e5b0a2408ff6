"""A NetCDF variable seen as steps, levels and places, whatever the order of its dimensions."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.quantities import ATTRIBUTE, made_from
from layers.sources.cf_axes import coordinate, coordinate_values, role
from layers.sources.cf_crs import units_of
from layers.sources.cf_values import Packing, decode, fetch, packing, text
from layers.sources.source import Variable, Warned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import netCDF4
    from numpy.typing import NDArray

    from layers.sources.source import Location

BLOCK = 8_000_000
"""Most values held at once while many steps are read."""
SLOW_BYTES = 8_000_000
CACHE_BYTES = 256_000_000


@dataclass(slots=True)
class Field:
    """One quantity of a file.

    Parameters
    ----------
    variable : netCDF4.Variable
    places : tuple of int
        Positions of the place dimensions in the variable, in the order of the answer: (row, column) or (face,).
    time : int or None
        Position of the time dimension.
    order : ndarray, int64, (steps,), or None
        Step in the file of each step shown; None = the same. ``steps`` limits them.
    """

    variable: netCDF4.Variable[Any]
    places: tuple[int, ...]
    time: int | None = None
    steps: int = 1
    order: NDArray[np.int64] | None = None
    how: Packing = field(init=False)
    levels: tuple[int, ...] = field(init=False)
    _roomy: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Read how numbers are stored."""
        self.how = packing(self.variable)
        known = {*self.places, *(() if self.time is None else (self.time,))}
        self.levels = tuple(i for i in range(self.variable.ndim) if i not in known)

    @property
    def name(self) -> str:
        """Name in the file."""
        return str(self.variable.name)

    @property
    def level_shape(self) -> tuple[int, ...]:
        """Sizes of the dimensions that are neither time nor place."""
        return tuple(self.variable.shape[i] for i in self.levels)

    @property
    def level_count(self) -> int:
        """Number of levels: the product of all dimensions that are neither time nor place."""
        return math.prod(self.level_shape)

    @property
    def place_shape(self) -> tuple[int, ...]:
        """Sizes of the place dimensions."""
        return tuple(self.variable.shape[i] for i in self.places)

    def describe(self, location: Location | None) -> Variable:
        """Describe the quantity."""
        return Variable(
            name=self.name,
            units=units_of(self.variable)[0],
            location=location,
            steps=self.steps,
            title=title_of(self.variable),
            made=made_from(text(self.variable, ATTRIBUTE)),
            standard_name=text(self.variable, "standard_name"),
            levels=self.level_count,
            dtype=np.dtype(self.variable.dtype).name,
        )

    def read(
        self, step: int, level: int = 0, window: tuple[slice, ...] | None = None, dtype: type[Any] = np.float32
    ) -> NDArray[Any]:
        """Read one step of one level: values in the order of ``places``, NaN = missing.

        Raises
        ------
        DataError
            There is no such step or level.
        """
        index = self._index(level, window or tuple(slice(None) for _ in self.places))
        if self.time is not None:
            index[self.time] = self.file_step(step)
            self._room()
        values = decode(fetch(self.variable, tuple(index)), self.how, dtype)
        return self._turned(values, kept_time=False)

    def series(
        self, at: Sequence[NDArray[np.int64]], start: int, stop: int, level: int = 0, dtype: type[Any] = np.float64
    ) -> NDArray[Any]:
        """Read steps start to stop (excluded) at some places.

        Parameters
        ----------
        at : sequence of ndarray, int64, (places,)
            One index array for each place dimension.

        Returns
        -------
        ndarray, (steps, places)
            NaN = missing.
        """
        places = len(at[0]) if at else 1
        steps = max(stop - start, 0)
        out = np.full((steps, places), np.nan, dtype)
        if not steps or not places:
            return out
        if self.time is None:
            out[:] = self._at(self._steps(0, 1, level, around(at), dtype), at)
            return out
        spans = [1 + int(a.max() - a.min()) for a in at]
        if math.prod(spans) > 4 * places + 64 and places <= 8:
            for column in range(places):
                one = [a[column : column + 1] for a in at]
                out[:, column] = self._run(one, start, stop, level, dtype)[:, 0]
            return out
        return self._run(at, start, stop, level, dtype)

    def _run(
        self, at: Sequence[NDArray[np.int64]], start: int, stop: int, level: int, dtype: type[Any]
    ) -> NDArray[Any]:
        """Read a run of steps in blocks that fit memory."""
        cells = math.prod([1 + int(a.max() - a.min()) for a in at])
        length = max(1, BLOCK // max(cells, 1))
        parts: list[NDArray[Any]] = []
        for first in range(start, stop, length):
            block = self._steps(first, min(first + length, stop), level, around(at), dtype)
            parts.append(self._at(block, at))
        return np.concatenate(parts)

    def _steps(self, first: int, last: int, level: int, window: tuple[slice, ...], dtype: type[Any]) -> NDArray[Any]:
        """Read a box of places for a run of steps: (steps, *places)."""
        index = self._index(level, window)
        if self.time is None:
            values = decode(fetch(self.variable, tuple(index)), self.how, dtype)
            return self._turned(values, kept_time=False)[None]
        asked = np.arange(first, last) if self.order is None else self.order[first:last]
        low = int(asked.min())
        index[self.time] = slice(low, int(asked.max()) + 1)
        values = self._turned(decode(fetch(self.variable, tuple(index)), self.how, dtype), kept_time=True)
        return values if self.order is None else values[asked - low]

    def _at(self, block: NDArray[Any], at: Sequence[NDArray[np.int64]]) -> NDArray[Any]:
        """Pick the asked places out of the box around them."""
        if not at:
            return block.reshape(len(block), 1)
        return block[(slice(None), *(a - int(a.min()) for a in at))]

    def _index(self, level: int, window: tuple[slice, ...]) -> list[Any]:
        """Prepare the index with level and places set."""
        if not 0 <= level < self.level_count:
            raise DataError(
                "{variable} has {count} levels; level {level} does not exist.",
                where=str(self.variable.group().filepath()),
                remedy="Levels count from 0.",
                variable=self.name,
                count=self.level_count,
                level=level,
            )
        index: list[Any] = [slice(None)] * self.variable.ndim
        if self.levels:
            for position, number in zip(self.levels, np.unravel_index(level, self.level_shape), strict=True):
                index[position] = int(number)
        for position, part in zip(self.places, window, strict=True):
            index[position] = part
        return index

    def _turned(self, values: NDArray[Any], *, kept_time: bool) -> NDArray[Any]:
        """Bring the dimensions that are left into the order (time, *places)."""
        wanted = ((self.time,) if kept_time and self.time is not None else ()) + self.places
        left = sorted(wanted)
        axes = [left.index(position) for position in wanted]
        return values if axes == list(range(len(axes))) else np.ascontiguousarray(values.transpose(axes))

    def file_step(self, step: int) -> int:
        """Give the step in the file.

        Raises
        ------
        DataError
            There is no such step.
        """
        if self.steps <= 1:
            step = 0
        if not 0 <= step < max(self.steps, 1):
            raise DataError(
                "{variable} has {count} time steps; step {step} does not exist.",
                where=str(self.variable.group().filepath()),
                remedy="Steps count from 0.",
                variable=self.name,
                count=self.steps,
                step=step,
            )
        return int(self.order[step]) if self.order is not None else step

    def blocks(self, step: int = -1) -> Iterator[NDArray[Any]]:
        """Give all values (or those of one step), level by level and run by run, for statistics."""
        window = tuple(slice(None) for _ in self.places)
        length = max(1, BLOCK // max(math.prod(self.place_shape), 1))
        for level in range(self.level_count):
            if self.time is None or step >= 0:
                yield self.read(max(step, 0), level)
                continue
            for first in range(0, self.steps, length):
                yield self._steps(first, min(first + length, self.steps), level, window, np.float32)

    def _room(self) -> None:
        """Let blocks that span several steps stay unpacked between steps, where they fit the cache."""
        if self._roomy:
            return
        self._roomy = True
        needed = step_bytes(self)
        if needed > SLOW_BYTES // 2 and needed <= CACHE_BYTES:
            self.variable.set_var_chunk_cache(size=int(needed * 1.1), nelems=100_003, preemption=0.75)


def around(at: Sequence[NDArray[np.int64]]) -> tuple[slice, ...]:
    """Give the box around some places."""
    return tuple(slice(int(a.min()), int(a.max()) + 1) for a in at)


def chunk_shape(variable: netCDF4.Variable[Any]) -> tuple[int, ...] | None:
    """Give the shape of the blocks a variable is stored in; None where it is one piece."""
    shape = variable.chunking()
    return tuple(int(n) for n in shape) if isinstance(shape, (list, tuple)) else None  # pyright: ignore[reportUnknownVariableType]


def step_bytes(one: Field) -> int:
    """Give the bytes that must be unpacked to show one step, if blocks span several steps; else 0."""
    shape = chunk_shape(one.variable)
    if shape is None or one.time is None or shape[one.time] <= 1 or len(shape) != one.variable.ndim:
        return 0
    size = np.dtype(one.variable.dtype).itemsize * shape[one.time]
    for position, (chunk, whole) in enumerate(zip(shape, one.variable.shape, strict=True)):
        if position != one.time:
            size *= chunk if position in one.levels else math.ceil(whole / chunk) * chunk
    return size


def slow_warning(fields: Sequence[Field]) -> list[Warned]:
    """Warn of variables whose blocks span steps so that each frame reads many times what it shows."""
    slow = [(step_bytes(one), one) for one in fields]
    worst = max(slow, key=lambda pair: pair[0], default=(0, None))
    if worst[1] is None or worst[0] < SLOW_BYTES:
        return []
    shape = chunk_shape(worst[1].variable) or ()
    return [
        Warned(
            "slow_chunks",
            "{variable} is stored in blocks of {steps} time steps: showing one step unpacks {megabytes} MB.",
            "Write the file with one time step per block for smooth playback.",
            {
                "variable": worst[1].name,
                "steps": shape[worst[1].time] if worst[1].time is not None else 1,
                "megabytes": round(worst[0] / 1e6),
            },
        )
    ]


def title_of(variable: netCDF4.Variable[Any]) -> str:
    """Give the long name for people, without the stars and the unit that GrADS writes into it."""
    said = text(variable, "long_name")
    if not text(variable, "units") and said.endswith("]") and "[" in said:
        said = said[: said.rindex("[")]
    return said.strip("* ").strip()


def level_labels(scope: Any, one: Field) -> list[dict[str, Any]]:
    """Describe the level dimensions of a field: name, size, and values with unit where a coordinate has them."""
    labels: list[dict[str, Any]] = []
    for position in one.levels:
        dimension = str(one.variable.dimensions[position])
        label: dict[str, Any] = {"dimension": dimension, "size": int(one.variable.shape[position])}
        axis = coordinate(scope, dimension, "z") or coordinate(scope, dimension)
        if axis is not None and role(axis) in {"x", "y"}:
            continue
        if axis is None:
            axis = next(
                (v for v in scope.variables.values() if v.dimensions[-1:] == (dimension,) and role(v) == "z"), None
            )
        if axis is not None and axis.ndim <= 2:
            label["values"] = [float(v) if np.isfinite(v) else None for v in np.atleast_2d(coordinate_values(axis))[0]]
            label["units"] = text(axis, "units") or None
            label["positive"] = text(axis, "positive") or None
        labels.append(label)
    return labels
