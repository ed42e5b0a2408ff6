"""Times in a zone that the user has said: what a file without a zone leaves open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import ParameterInvalid
from layers.sources.moments import zone_minutes
from layers.sources.source import SeriesBlock
from layers.times import TimeAxis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.sources.source import Block, DataSource, Description, LayerDescription, Request


def in_zone(source: DataSource, zone: str) -> ZonedSource:
    """Give a source whose times lie in a zone where its file names none; the others stay as they are.

    Parameters
    ----------
    source : DataSource
    zone : str
        ``+08:00``, ``UTC+8`` or ``Z``.

    Raises
    ------
    ParameterInvalid
        The text names no zone.
    """
    minutes = zone_minutes(zone)
    if minutes is None:
        raise ParameterInvalid(
            "{zone} is no time zone.", where="--tz", remedy="Give it as +08:00 or Z.", zone=repr(zone)
        )
    return ZonedSource(source, minutes)


class ZonedSource:
    """A source whose times without a zone lie in a known one.

    Parameters
    ----------
    source : DataSource
    minutes : int
        How far the zone lies east of UTC.
    """

    def __init__(self, source: DataSource, minutes: int) -> None:
        self.path, self.source, self.minutes = source.path, source, minutes

    def describe(self) -> Description:
        """Tell what is inside, with times in UTC."""
        found = self.source.describe()
        return replace(found, layers=tuple(self.zoned(layer) for layer in found.layers))

    def zoned(self, layer: LayerDescription) -> LayerDescription:
        """Give a description with times in UTC; one that has a zone, or no date, as it is."""
        axis = layer.time
        if axis is None or axis.kind != "unzoned":
            return layer
        left = tuple(warned for warned in layer.warnings if warned.code != "zone_missing")
        return replace(layer, time=TimeAxis(self._utc(axis.values), "utc", axis.calendar), warnings=left)

    def read(self, request: Request) -> Block:
        """Read what is asked for; series come with times in UTC."""
        block = self.source.read(request)
        if not isinstance(block, SeriesBlock):
            return block
        axis = self.source.describe().layer(request.layer).time
        return replace(block, times=self._utc(block.times)) if axis is not None and axis.kind == "unzoned" else block

    def _utc(self, values: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
        return values - np.timedelta64(self.minutes, "m")

    def close(self) -> None:
        """Let go of the file."""
        self.source.close()
