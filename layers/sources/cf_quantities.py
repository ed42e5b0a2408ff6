"""The quantities of one layer of a NetCDF file: fields, the vectors made of them, their series and ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.sources.cf_field import Field, level_labels
from layers.sources.cf_vectors import vectors
from layers.sources.lookup import places_within
from layers.sources.source import SeriesBlock, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from layers.sources.source import Location, SeriesRequest, Statistics, StatisticsRequest
    from layers.times import TimeAxis

ONE_MOMENT = np.array(["1970-01-01T00:00:00"], "datetime64[ns]")


class Quantities:
    """Fields on the same places with one time axis.

    Parameters
    ----------
    scope : netCDF4 group
        Where coordinates of levels are looked up.
    fields : sequence of (Field, Location)
    axis : TimeAxis or None
    where : str
        The file and layer, for messages.
    """

    def __init__(self, scope: Any, fields: Sequence[tuple[Field, Location]], axis: TimeAxis | None, where: str) -> None:
        self._scope = scope
        self._where = where
        self.axis = axis
        self.fields = {one.name: one for one, _ in fields}
        self.locations = {one.name: location for one, location in fields}
        scalars = [one.describe(location) for one, location in fields]
        self.variables: tuple[Variable, ...] = (*scalars, *vectors(scalars))

    def variable(self, name: str) -> Variable:
        """Find a quantity.

        Raises
        ------
        DataError
            There is no such quantity; the message lists those there are.
        """
        for one in self.variables:
            if one.name == name:
                return one
        raise DataError(
            "There is no variable {name}.",
            where=self._where,
            remedy="The variables are: {names}.",
            name=name,
            names=", ".join(one.name for one in self.variables) or "-",
        )

    def parts(self, name: str) -> tuple[Field, ...]:
        """Give the fields of a quantity: one, or two for a vector."""
        if name in self.fields:
            return (self.fields[name],)
        return tuple(self.fields[part] for part in self.variable(name).components)

    def levels(self) -> dict[str, list[dict[str, Any]]]:
        """Describe the level dimensions of each field that has some."""
        return {one.name: level_labels(self._scope, one) for one in self.fields.values() if one.levels}

    def series(self, request: SeriesRequest, at: Sequence[NDArray[np.int64]]) -> SeriesBlock:
        """Read series at places of the file; of a vector, its length.

        Parameters
        ----------
        at : sequence of ndarray, int64
            One index array for each place dimension.
        """
        fields = self.parts(request.variable)
        first = fields[0]
        timed = first.time is not None and self.axis is not None
        times = self.axis.values if timed and self.axis is not None else ONE_MOMENT
        start = min(max(request.start, 0), len(times))
        stop = len(times) if request.stop is None else max(start, min(request.stop, len(times)))
        values = [one.series(at, start, stop, request.level) for one in fields]
        whole = values[0] if len(values) == 1 else np.hypot(values[0], values[1])
        return SeriesBlock(times[start:stop], whole)

    def statistics(self, request: StatisticsRequest) -> Statistics:
        """Give the range of a quantity; of a vector, of its length."""
        from layers.sources.statistics import statistics

        return statistics(self._blocks(request))

    def _blocks(self, request: StatisticsRequest) -> Iterator[NDArray[Any]]:
        """Give all values block by block."""
        fields = self.parts(request.variable)
        if len(fields) == 1:
            yield from fields[0].blocks(request.step)
            return
        for x, y in zip(fields[0].blocks(request.step), fields[1].blocks(request.step), strict=True):
            yield np.hypot(x, y)

    def places_fit(self, request: SeriesRequest, count: int) -> NDArray[np.int64]:
        """Give the asked places as an array.

        Raises
        ------
        DataError
            A place lies outside 0..count-1.
        """
        return places_within(request.indices, count, self._where)


def wrong_request(kind: str, where: str) -> DataError:
    """Give the error for a request that a layer of this kind does not answer."""
    return DataError(
        "A layer of kind {kind} does not hold what was asked for.",
        where=where,
        remedy="Choose a tool that works on this kind of layer.",
        kind=kind,
    )
