"""Frames of a result in time: every step of one variable, read one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from layers.errors import DataError, ParameterInvalid
from layers.sources.computed import readable_grid
from layers.sources.source import RasterBlock, RasterRequest, Values, ValuesRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layers.layer import Layer
    from layers.sources.raster_grid import Window
    from layers.sources.source import Variable

PLACES = ("node", "face", "cell")
"""Where values lie that fill a mesh or a grid."""


@dataclass(frozen=True)
class Reel:
    """The steps of one variable of a mesh or a grid.

    Parameters
    ----------
    layer : Layer
    variable : Variable
    hours : ndarray, float64, (steps,)
        Hours since the first step.
    level : int
        Vertical level, from 0.
    """

    layer: Layer
    variable: Variable
    hours: NDArray[np.float64]
    level: int = 0

    def frames(self) -> Iterator[NDArray[np.float32]]:
        """Give the values of each step on a mesh, float32 (places,); NaN = dry or no data; vectors as speed."""
        for step in range(len(self.hours)):
            request = ValuesRequest(self.layer.key, self.variable.name, step, self.level)
            values = cast("Values", self.layer.read(request)).values
            yield np.hypot(values[:, 0], values[:, 1]) if values.ndim == 2 else values

    def pieces(self, piece: Window) -> Iterator[NDArray[np.float32]]:
        """Give the cells of a piece of a grid at each step, float32 (cells,); vectors as speed."""
        grid = readable_grid(self.layer.described(), self.layer.crs)
        size = (piece.width, piece.height)
        whole = RasterRequest(self.layer.key, (self.variable.name,), 0, grid.box_of(piece), *size, self.level)
        for step in range(len(self.hours)):
            values = cast("RasterBlock", self.layer.read(replace(whole, step=step))).values
            yield (np.hypot(values[0], values[1]) if len(values) == 2 else values[0]).ravel()


def named(layer: Layer, variable: str, level: int = 0) -> Variable:
    """Give a variable of a layer.

    Raises
    ------
    ParameterInvalid
        There is no such variable, or it has fewer levels.
    """
    description = layer.described()
    found = description.variable(variable)
    if found is None:
        raise ParameterInvalid(
            "There is no variable {variable}.",
            where="--variable",
            remedy="Variables here: {names}.",
            variable=variable,
            names=", ".join(v.name for v in description.variables) or "-",
        )
    if level >= max(found.levels, 1):
        raise ParameterInvalid(
            "The variable {variable} has {count} levels, counted from 0.",
            where="--level",
            remedy="Choose a smaller number.",
            variable=variable,
            count=max(found.levels, 1),
        )
    if found.location == "edge":
        raise DataError(
            "The variable {variable} lies on the edges of the mesh, not on its faces or nodes.",
            where=layer.source,
            remedy="Choose one of: {names}.",
            variable=variable,
            names=", ".join(v.name for v in description.variables if v.location in PLACES) or "-",
        )
    return found


def reel(layer: Layer, variable: str, level: int = 0) -> Reel:
    """Choose a variable that changes in time.

    Raises
    ------
    ParameterInvalid
        There is no such variable or level.
    DataError
        The variable does not change in time.
    """
    found, description = named(layer, variable, level), layer.described()
    axis = description.time
    if axis is None or found.steps < 2:
        moving = [v.name for v in description.variables if v.steps > 1 and v.location in PLACES]
        some, none = "Choose one of: {names}.", "Nothing in this layer does; choose a result with time."
        raise DataError(
            "The variable {variable} does not change in time.",
            where=layer.source,
            remedy=some if moving else none,
            variable=variable,
            names=", ".join(moving),
        )
    return Reel(layer, found, axis.hours(), level)
