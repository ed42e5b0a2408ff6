"""Layers of model results: columns of numbers on one mesh, read a step at a time, whatever the file they come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from layers.errors import DataError
from layers.sources.cf_vectors import vectors
from layers.sources.lookup import places_within
from layers.sources.source import (
    Block,
    LayerDescription,
    Request,
    SeriesBlock,
    SeriesRequest,
    StatisticsRequest,
    Topology,
    TopologyRequest,
    Values,
    ValuesRequest,
    Variable,
)
from layers.sources.statistics import statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from layers.sources.source import Statistics

BLOCK = 8_000_000
"""Most values held at once while many steps are read."""
ONE_MOMENT = np.array(["1970-01-01T00:00:00"], "datetime64[ns]")


class Column(Protocol):
    """One quantity as numbers by step and place; ``steps`` is 1 where it does not change in time."""

    @property
    def steps(self) -> int:
        """Number of steps."""
        ...

    @property
    def levels(self) -> int:
        """Number of vertical layers."""
        ...

    @property
    def count(self) -> int:
        """Number of places."""
        ...

    def block(self, first: int, last: int, low: int, high: int, level: int = 0) -> NDArray[Any]:
        """Read steps first to last and places low to high (both ends excluded): float (steps, places), NaN = missing.

        A column of one step answers one row, whatever steps are asked for.
        """
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Numbers already in memory that do not change in time: float (places,)."""

    values: NDArray[Any]
    steps: int = 1
    levels: int = 1

    @property
    def count(self) -> int:
        """Number of places."""
        return len(self.values)

    def block(self, first: int, last: int, low: int, high: int, level: int = 0) -> NDArray[Any]:
        """Give the places as one row."""
        return self.values[None, low:high]


@dataclass(frozen=True, slots=True)
class Computed:
    """A quantity made of others on the same places, number by number.

    Parameters
    ----------
    rule : callable
        Takes one (steps, places) array for each part, any of them one row, and gives the answer.
    parts : tuple of Column
    """

    rule: Callable[..., NDArray[Any]]
    parts: tuple[Column, ...]

    @property
    def steps(self) -> int:
        """Number of steps of the part that has most."""
        return max(part.steps for part in self.parts)

    @property
    def levels(self) -> int:
        """Number of vertical layers of the part that has most."""
        return max(part.levels for part in self.parts)

    @property
    def count(self) -> int:
        """Number of places."""
        return self.parts[0].count

    def block(self, first: int, last: int, low: int, high: int, level: int = 0) -> NDArray[Any]:
        """Compute a block out of the same block of each part."""
        held = [part.block(first, last, low, high, min(level, part.levels - 1)) for part in self.parts]
        with np.errstate(all="ignore"):
            return self.rule(*held)


@dataclass(frozen=True, slots=True)
class Placed:
    """A column at some of its places only, in the order of ``kept`` (int64); its places are read whole."""

    column: Column
    kept: NDArray[np.int64]

    @property
    def steps(self) -> int:
        """Number of steps."""
        return self.column.steps

    @property
    def levels(self) -> int:
        """Number of vertical layers."""
        return self.column.levels

    @property
    def count(self) -> int:
        """Number of places kept."""
        return len(self.kept)

    def block(self, first: int, last: int, low: int, high: int, level: int = 0) -> NDArray[Any]:
        """Read the span of the kept places and pick them."""
        wanted = self.kept[low:high]
        if not len(wanted):
            return np.empty((max(last - first, 0), 0))
        least = int(wanted.min())
        return self.column.block(first, last, least, int(wanted.max()) + 1, level)[:, wanted - least]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A column and what it is; ``variable`` needs name, units, location and title, the rest is filled in."""

    variable: Variable
    column: Column

    def described(self) -> Variable:
        """Give the description with the numbers of steps and levels of the column."""
        return replace(self.variable, steps=self.column.steps, levels=self.column.levels)


class ModelPart:
    """One layer of kind mesh.

    Parameters
    ----------
    facts : LayerDescription
        Everything but the variables.
    topology : callable
        Reads nodes and faces.
    held : sequence of Quantity
        Pairs of components are found by their names and make vectors.
    where : str
        The file, for messages.
    names : mapping of str to str
        Names of vectors, by the names that pairs get otherwise.
    """

    def __init__(
        self,
        facts: LayerDescription,
        topology: Callable[[], Topology],
        held: Sequence[Quantity],
        where: str,
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.key = facts.key
        self._facts = facts
        self._topology = topology
        self._where = where
        self._columns = {one.variable.name: one.column for one in held}
        scalars = [one.described() for one in held]
        made = [replace(one, name=(names or {}).get(one.name, one.name)) for one in vectors(scalars)]
        self._variables = (*scalars, *made)

    def describe(self) -> LayerDescription:
        """Describe the layer."""
        return replace(self._facts, variables=self._variables)

    def read(self, request: Request) -> Block:
        """Read the topology, the values of a step, series or the range of a quantity.

        Raises
        ------
        DataError
            There is no such variable, step, level or place, or the layer does not hold what is asked for.
        """
        if isinstance(request, TopologyRequest):
            return self._topology()
        if isinstance(request, ValuesRequest):
            return self._values(request)
        if isinstance(request, SeriesRequest):
            return self._series(request)
        if isinstance(request, StatisticsRequest):
            return self._statistics(request)
        raise DataError(
            "A layer of kind {kind} does not hold what was asked for.",
            where=self._where,
            remedy="Choose a tool that works on this kind of layer.",
            kind="mesh",
        )

    def _variable(self, name: str) -> Variable:
        found = next((one for one in self._variables if one.name == name), None)
        if found is None:
            raise DataError(
                "There is no variable {name}.",
                where=self._where,
                remedy="The variables are: {names}.",
                name=name,
                names=", ".join(one.name for one in self._variables) or "-",
            )
        return found

    def _parts(self, name: str) -> list[Column]:
        return [self._columns[part] for part in self._variable(name).components or (name,)]

    def _values(self, request: ValuesRequest) -> Values:
        columns = self._parts(request.variable)
        step = 0 if columns[0].steps <= 1 else request.step
        level = 0 if columns[0].levels <= 1 else request.level
        self._check(request.variable, columns[0], step, level)
        rows = [one.block(step, step + 1, 0, one.count, level)[0].astype(np.float32, copy=False) for one in columns]
        values = rows[0] if len(rows) == 1 else np.stack(rows, axis=1)
        return Values(values, str(self._variable(request.variable).location))

    def _check(self, name: str, column: Column, step: int, level: int) -> None:
        if not 0 <= step < max(column.steps, 1):
            raise DataError(
                "{variable} has {count} time steps; step {step} does not exist.",
                where=self._where,
                remedy="Steps count from 0.",
                variable=name,
                count=column.steps,
                step=step,
            )
        if not 0 <= level < max(column.levels, 1):
            raise DataError(
                "{variable} has {count} levels; level {level} does not exist.",
                where=self._where,
                remedy="Levels count from 0.",
                variable=name,
                count=column.levels,
                level=level,
            )

    def _series(self, request: SeriesRequest) -> SeriesBlock:
        columns = self._parts(request.variable)
        axis = self._facts.time
        times = axis.values if axis is not None and columns[0].steps > 1 else ONE_MOMENT
        if axis is not None and len(axis) == 1:
            times = axis.values
        level = 0 if columns[0].levels <= 1 else request.level
        self._check(request.variable, columns[0], 0, level)
        start = min(max(request.start, 0), len(times))
        stop = len(times) if request.stop is None else max(start, min(request.stop, len(times)))
        at = places_within(request.indices, columns[0].count, self._where)
        found = [_series_of(one, at, start, stop, level) for one in columns]
        return SeriesBlock(times[start:stop], found[0] if len(found) == 1 else np.hypot(found[0], found[1]))

    def _statistics(self, request: StatisticsRequest) -> Statistics:
        columns = self._parts(request.variable)
        return statistics(_blocks(columns, request.step))


def _blocks(columns: Sequence[Column], step: int) -> Iterator[NDArray[Any]]:
    """Give all values (or those of one step) block by block; of a vector, its length."""
    first = columns[0]
    length = max(1, BLOCK // max(first.count, 1))
    steps = [(step, step + 1)] if step >= 0 and first.steps > 1 else []
    steps = steps or [(s, min(s + length, max(first.steps, 1))) for s in range(0, max(first.steps, 1), length)]
    for level in range(max(first.levels, 1)):
        for low, high in steps:
            parts = [one.block(low, high, 0, one.count, level) for one in columns]
            yield parts[0] if len(parts) == 1 else np.hypot(parts[0], parts[1])


def _series_of(column: Column, at: NDArray[np.int64], start: int, stop: int, level: int) -> NDArray[np.float64]:
    """Read some places over a run of steps: (steps, places)."""
    out = np.full((max(stop - start, 0), len(at)), np.nan)
    if not out.size:
        return out
    span = int(at.max() - at.min()) + 1
    groups = [at] if span <= 4 * len(at) + 64 or len(at) > 8 else [at[i : i + 1] for i in range(len(at))]
    done = 0
    for group in groups:
        low, high = int(group.min()), int(group.max()) + 1
        length = max(1, BLOCK // (high - low))
        for first in range(start, stop, length):
            last = min(first + length, stop)
            block = column.block(first, last, low, high, level)
            out[first - start : last - start, done : done + len(group)] = block[:, group - low]
        done += len(group)
    return out
