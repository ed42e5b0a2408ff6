"""Results on a mesh out of model files: quantities read step by step, and the file that holds them."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.extent import Extent, around_points
from layers.sources.cf_quantities import wrong_request
from layers.sources.lookup import layer_named, places_within
from layers.sources.mesh_places import mesh_crs
from layers.sources.place import place_warnings
from layers.sources.source import (
    Block,
    Description,
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
    Warned,
)
from layers.sources.statistics import statistics
from layers.times import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from layers.sources.cf_time import DecodedTime
    from layers.sources.source import Statistics

LOOKED_AT = 60_000_000
"""Most values that are read for the range of a quantity; of longer runs evenly spaced steps are looked at."""


class Quantity:
    """One quantity of a mesh; reading it touches the file.

    Parameters
    ----------
    variable : Variable
        ``steps`` counts those of the file.
    read : callable
        (step, level) to float32 (places,) or (places, 2), NaN = no value.
    """

    def __init__(self, variable: Variable, read: Callable[[int, int], NDArray[np.float32]]) -> None:
        self.variable = variable
        self._read = read

    def read(self, step: int, level: int) -> NDArray[np.float32]:
        """Give all places at one step."""
        return self._read(step, level)

    def at(self, step: int, level: int, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give some places at one step."""
        return self._read(step, level)[places]


class Pair(Quantity):
    """A vector made of two quantities, east and north."""

    def __init__(self, variable: Variable, x: Quantity, y: Quantity) -> None:
        super().__init__(variable, lambda step, level: np.stack((x.read(step, level), y.read(step, level)), axis=1))
        self._parts = x, y

    def at(self, step: int, level: int, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Give some places at one step."""
        return np.stack([part.at(step, level, places) for part in self._parts], axis=1)


def lengths(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give one number per place: the length of vectors."""
    return np.hypot(values[:, 0], values[:, 1]) if values.ndim == 2 else values


@dataclass(slots=True)
class ResultPart:
    """One layer of kind mesh: quantities with one time axis.

    ``topology`` is asked for once. ``box`` may be given where it is known without the topology.
    """

    key: str
    title: str
    where: str
    counts: dict[str, int]
    topology: Callable[[], Topology]
    quantities: list[Quantity]
    time: DecodedTime | None = None
    box: Extent | None = None
    crs: str | None = None
    vdatum: str | None = None
    warnings: list[Warned] = field(default_factory=list[Warned])
    extra: dict[str, Any] = field(default_factory=dict[str, Any])
    _made: Topology | None = None

    def mesh(self) -> Topology:
        """Give nodes and faces."""
        if self._made is None:
            self._made = self.topology()
        return self._made

    def describe(self) -> LayerDescription:
        """Describe the layer."""
        box = self.box or around_points(self.mesh().node_x, self.mesh().node_y)
        crs, more = (self.crs, []) if self.crs else mesh_crs(self.where)
        timed = () if self.time is None else self.time.warnings
        return LayerDescription(
            key=self.key,
            kind="mesh",
            title=self.title,
            crs=crs,
            vdatum=self.vdatum,
            bounds=box,
            time=None if self.time is None else self.time.axis,
            counts=self.counts,
            variables=tuple(self._shown(one) for one in self.quantities),
            warnings=(*self.warnings, *timed, *(more or place_warnings(crs, box))),
            extra=self.extra,
        )

    def _shown(self, one: Quantity) -> Variable:
        """Give a quantity with the steps that are shown."""
        steps = len(self.time.axis) if self.time is not None and one.variable.steps > 1 else min(one.variable.steps, 1)
        return replace(one.variable, steps=steps)

    def read(self, request: Request) -> Block:
        """Read the topology, the values of a step, series or the range of a quantity."""
        if isinstance(request, TopologyRequest):
            return self.mesh()
        if isinstance(request, ValuesRequest):
            one = self._quantity(request.variable)
            found = one.read(self._step(one, request.step), self._level(one, request.level))
            return Values(np.ascontiguousarray(found, np.float32), str(one.variable.location))
        if isinstance(request, SeriesRequest):
            return self._series(request)
        if isinstance(request, StatisticsRequest):
            return self._statistics(request)
        raise wrong_request("mesh", self.where)

    def _quantity(self, name: str) -> Quantity:
        for one in self.quantities:
            if one.variable.name == name:
                return one
        raise DataError(
            "There is no variable {name}.",
            where=self.where,
            remedy="The variables are: {names}.",
            name=name,
            names=", ".join(one.variable.name for one in self.quantities) or "-",
        )

    def _step(self, one: Quantity, step: int) -> int:
        """Give the step in the file of a step of the layer."""
        if one.variable.steps <= 1:
            return 0
        count = len(self.time.axis) if self.time is not None else one.variable.steps
        if not 0 <= step < count:
            raise DataError(
                "Step {step} does not exist; there are {count}.",
                where=self.where,
                remedy="Steps count from 0.",
                step=step,
                count=count,
            )
        order = self.time.order if self.time is not None else None
        return step if order is None else int(order[step])

    def _level(self, one: Quantity, level: int) -> int:
        if one.variable.levels <= 1:
            return 0
        if not 0 <= level < one.variable.levels:
            raise DataError(
                "Level {level} does not exist; there are {count}.",
                where=self.where,
                remedy="Levels count from 0.",
                level=level,
                count=one.variable.levels,
            )
        return level

    def _series(self, request: SeriesRequest) -> SeriesBlock:
        one = self._quantity(request.variable)
        places = self._places(one, request.indices)
        moving = one.variable.steps > 1 and self.time is not None
        times = self.time.axis.values if moving and self.time is not None else np.array([EPOCH], "datetime64[ns]")
        start = min(max(request.start, 0), len(times))
        stop = len(times) if request.stop is None else max(start, min(request.stop, len(times)))
        level = self._level(one, request.level)
        values = np.empty((stop - start, len(places)), np.float32)
        for row, step in enumerate(range(start, stop)):
            values[row] = lengths(one.at(self._step(one, step), level, places))
        return SeriesBlock(times[start:stop], values)

    def _places(self, one: Quantity, indices: tuple[int, ...]) -> NDArray[np.int64]:
        count = self.counts["nodes" if one.variable.location == "node" else "faces"]
        return places_within(indices, count, self.where)

    def _statistics(self, request: StatisticsRequest) -> Statistics:
        one = self._quantity(request.variable)
        if request.step >= 0 or one.variable.steps <= 1:
            return statistics(self._blocks(one, [max(request.step, 0)]))
        count = len(self.time.axis) if self.time is not None else one.variable.steps
        places = self.counts["nodes" if one.variable.location == "node" else "faces"] * one.variable.levels
        most = max(2, min(count, LOOKED_AT // max(places, 1)))
        steps = np.unique(np.linspace(0, count - 1, most).astype(int)).tolist()
        return replace(statistics(self._blocks(one, steps)), share=len(steps) / count)

    def _blocks(self, one: Quantity, steps: list[int]) -> Iterator[NDArray[np.float32]]:
        for step in steps:
            for level in range(one.variable.levels):
                yield lengths(one.read(self._step(one, step), level))


class ResultFile:
    """A model result as a ``DataSource``.

    Parameters
    ----------
    path : str
    driver : str
        Name of the format for people.
    parts : list of ResultPart
        At least one.
    close : callable
        Lets go of what is open; called once, at the latest when the source is forgotten.
    """

    def __init__(
        self,
        path: str,
        driver: str,
        parts: list[ResultPart],
        close: Callable[[], None],
        *,
        warnings: tuple[Warned, ...] = (),
        extra: dict[str, Any] | None = None,
    ) -> None:
        self.path = path
        self._driver = driver
        self._parts = {part.key: part for part in parts}
        self._end = weakref.finalize(self, close)
        self._warnings = warnings
        self._extra = extra or {}

    def describe(self) -> Description:
        """Tell what is inside."""
        with np.errstate(all="ignore"):
            layers = tuple(part.describe() for part in self._parts.values())
        return Description(self.path, "mesh", self._driver, layers, self._warnings, self._extra)

    def read(self, request: Request) -> Block:
        """Read what is asked for.

        Raises
        ------
        DataError
            The layer, variable, step or level does not exist, or the file is damaged there.
        """
        part = layer_named(self._parts, request.layer, self.path)
        with np.errstate(all="ignore"):
            return part.read(request)

    def close(self) -> None:
        """Let go of the file."""
        self._end()
