"""Models that write NetCDF in a form of their own: which reader makes their layers, and what these share."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.sources.cf_values import text
from layers.sources.source import Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from layers.sources.cf_field import Field
    from layers.sources.model_part import Column
    from layers.sources.source import Location

DRY_BELOW = 0.01
"""Depth below which a velocity is not worked out of a momentum, m."""


def holds(dataset: Any, *names: str) -> bool:
    """Whether a file has all these variables or dimensions."""
    return all(name in dataset.variables or name in dataset.dimensions for name in names)


OCEAN = "layers.sources.model_ocean"
READERS: tuple[tuple[str, str, Callable[[Any], bool]], ...] = (
    ("ANUGA SWW", "layers.sources.model_anuga", lambda d: holds(d, "number_of_volumes", "volumes", "x", "y")),
    ("TUFLOW FV", "layers.sources.model_tuflow", lambda d: holds(d, "cell_Nvert", "cell_node", "node_X", "node_Y")),
    ("3Di", "layers.sources.model_threedi", lambda d: holds(d, "nMesh2D_nodes", "Mesh2DContour_x", "Mesh2DContour_y")),
    ("SCHISM", OCEAN, lambda d: holds(d, "SCHISM_hgrid_face_nodes") and "SCHISM_hgrid" not in d.variables),
    ("FVCOM", OCEAN, lambda d: holds(d, "nele", "nv")),
    ("ADCIRC", OCEAN, lambda d: holds(d, "element", "x", "y") and "nele" in d.dimensions),
)
"""Driver, module and test of each model."""


def reader_of(dataset: Any) -> tuple[str, Any] | None:
    """Give the driver's name and the module that makes the layers of a file; None where it is no model's own form."""
    for driver, module, is_it in READERS:
        if is_it(dataset):
            return driver, import_module(module)
    return None


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """A NetCDF variable as a column; its places are one dimension."""

    field: Field

    @property
    def steps(self) -> int:
        """Number of steps."""
        return self.field.steps if self.field.time is not None else 1

    @property
    def levels(self) -> int:
        """Number of vertical layers."""
        return self.field.level_count

    @property
    def count(self) -> int:
        """Number of places."""
        return self.field.place_shape[0]

    def block(self, first: int, last: int, low: int, high: int, level: int = 0) -> NDArray[Any]:
        """Read a hyperslab."""
        if self.steps <= 1 or last - first == 1:
            return self.field.read(first, level, (slice(low, high),))[None]
        return self.field.series((np.arange(low, high),), first, last, level, np.float32)


def described(one: Field, location: Location, titles: dict[str, str]) -> Variable:
    """Describe a variable, with the title this program gives it."""
    found = one.describe(location)
    return Variable(
        name=found.name,
        units=found.units,
        location=location,
        title=titles.get(found.name, found.title),
        standard_name=found.standard_name,
    )


def over(surface: NDArray[Any], ground: NDArray[Any]) -> NDArray[Any]:
    """Give the water over the ground, 0 where it is dry."""
    return np.maximum(surface - ground, 0.0)


def by_depth(momentum: NDArray[Any], depth: NDArray[Any]) -> NDArray[Any]:
    """Give momentum by depth, NaN where the depth is below ``DRY_BELOW``."""
    return np.where(depth > DRY_BELOW, momentum / depth, np.nan)


def said(dataset: Any, *names: str) -> str:
    """Give the first of some attributes of the file that is there, as text."""
    return next((found for name in names if (found := text(dataset, name))), "")


def column_named(columns: Sequence[tuple[Variable, Column]], *names: str) -> Column | None:
    """Find a column by the first of some names."""
    held = {variable.name: column for variable, column in columns}
    return next((held[name] for name in names if name in held), None)
