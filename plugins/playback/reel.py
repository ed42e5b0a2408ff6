"""Frames of a result in time: every step of one variable, read one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from layers.errors import DataError, ParameterInvalid
from layers.sources.source import RasterBlock, RasterRequest, Values, ValuesRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from layers.layer import Layer
    from layers.sources.source import LayerDescription, Variable


@dataclass(frozen=True)
class Reel:
    """The steps of one variable of a mesh or a grid.

    Parameters
    ----------
    layer : Layer
    variable : Variable
    hours : ndarray, float64, (steps,)
        Hours since the first step.
    """

    layer: Layer
    variable: Variable
    hours: NDArray[np.float64]

    def frames(self) -> Iterator[NDArray[np.float32]]:
        """Give the values of each step, flat, float32; NaN = dry or no data; vectors as speed."""
        for step in range(len(self.hours)):
            yield self.frame(step)

    def frame(self, step: int) -> NDArray[np.float32]:
        """Give the values of one step."""
        if self.layer.kind == "mesh":
            values = cast("Values", self.layer.read(ValuesRequest(self.layer.key, self.variable.name, step))).values
            return np.hypot(values[:, 0], values[:, 1]) if values.ndim == 2 else values
        return self.block(step).values[0].ravel()

    def block(self, step: int) -> RasterBlock:
        """Give one step of a grid, whole and at full resolution."""
        counts = described(self.layer).counts
        request = RasterRequest(self.layer.key, (self.variable.name,), step, None, counts["width"], counts["height"])
        return cast("RasterBlock", self.layer.read(request))


def described(layer: Layer) -> LayerDescription:
    """Give the description of an opened layer."""
    if layer.description is None:
        raise DataError("The layer {name} is not open.", where=layer.source, name=layer.name)
    return layer.description


def reel(layer: Layer, variable: str) -> Reel:
    """Choose a variable that changes in time.

    Raises
    ------
    ParameterInvalid
        There is no such variable.
    DataError
        The layer has no time axis.
    """
    description = described(layer)
    found = description.variable(variable)
    moving = [v.name for v in description.variables if v.steps > 1 and v.location != "edge"]
    if found is None:
        raise ParameterInvalid(
            "There is no variable {variable}.",
            where="--variable",
            remedy="Variables here: {names}.",
            variable=variable,
            names=", ".join(v.name for v in description.variables),
        )
    if description.time is None or found.name not in moving:
        raise DataError(
            "The variable {variable} does not change in time.",
            where=layer.source,
            remedy="Choose one of: {names}.",
            variable=variable,
            names=", ".join(moving) or "-",
        )
    return Reel(layer, found, description.time.hours())
