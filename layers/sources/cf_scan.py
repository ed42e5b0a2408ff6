"""What lies in a NetCDF group: which variables are data, and which steps they have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from layers.sources.cf_axes import X_STANDARD, Y_STANDARD, coordinate
from layers.sources.cf_field import Field
from layers.sources.cf_time import DecodedTime, decode_time
from layers.sources.cf_values import is_numeric, text
from layers.sources.source import Warned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import netCDF4

    from layers.times import TimeAxis

NAMING = ("bounds", "climatology", "coordinates", "grid_mapping", "formula_terms")
"""Attributes whose words name variables that are no data themselves."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A time coordinate that exists; ``decoded`` is None where it has no step yet."""

    decoded: DecodedTime | None


@dataclass(slots=True)
class Scope:
    """One group of a file: its variables, and the time axes decoded so far.

    ``path`` is the file, for messages; ``prefix`` the group, for the keys of layers.
    """

    group: Any
    path: str
    prefix: str = ""
    _times: dict[str, _Found | None] = field(default_factory=dict[str, "_Found | None"])

    def time_of(self, dimension: str) -> DecodedTime | None:
        """Decode the time axis of a dimension; None where it has none or no step yet."""
        found = self._time(dimension)
        return found.decoded if found else None

    def know_time(self, dimension: str, decoded: DecodedTime) -> None:
        """Take the time axis of a dimension from one who could read it."""
        self._times[dimension] = _Found(decoded)

    def is_time(self, dimension: str) -> bool:
        """Whether a dimension has a time coordinate."""
        return self._time(dimension) is not None

    def _time(self, dimension: str) -> _Found | None:
        if dimension not in self._times:
            variable = coordinate(self.group, dimension, "t")
            decoded = decode_time(variable, self.path) if variable is not None else None
            self._times[dimension] = None if variable is None else _Found(decoded)
        return self._times[dimension]

    def data(self) -> list[netCDF4.Variable[Any]]:
        """Give the variables that hold quantities: numbers along a dimension, no coordinates or bounds."""
        named = self.helpers()
        return [
            one
            for name, one in self.group.variables.items()
            if is_numeric(one) and one.ndim and name not in named and one.dimensions != (name,) and not is_place(one)
        ]

    def helpers(self) -> set[str]:
        """Collect the names of coordinates, bounds, topologies and grid mappings."""
        found: set[str] = set()
        for name, one in self.group.variables.items():
            if text(one, "cf_role"):
                found.add(str(name))
            for attribute in one.ncattrs():
                if attribute in NAMING or attribute.endswith(("_coordinates", "_connectivity")):
                    found.update(text(one, attribute).replace(":", " ").split())
        found.update(text(self.group, "coordinates").split())
        return found


def is_place(variable: netCDF4.Variable[Any]) -> bool:
    """Whether a variable says by its standard name that it is a horizontal coordinate."""
    return text(variable, "standard_name").lower() in X_STANDARD | Y_STANDARD


@dataclass(frozen=True, slots=True)
class Timed:
    """Variables that share a time axis: ``suffix`` sets their layer's key apart from others on the same places."""

    suffix: str
    fields: tuple[Field, ...]
    axis: TimeAxis | None
    warnings: tuple[Warned, ...] = ()


def timed(scope: Scope, members: Sequence[tuple[netCDF4.Variable[Any], tuple[str, ...]]]) -> Iterator[Timed]:
    """Group variables by their time axis.

    Parameters
    ----------
    members : sequence of (variable, place dimensions)

    Yields
    ------
    Timed
        First the time axis with the most steps, together with what does not change in time (an axis of one step
        beside a longer one counts as such); then any other time axis.
    """
    by_axis: dict[str, list[tuple[netCDF4.Variable[Any], tuple[str, ...]]]] = {}
    for variable, places in members:
        axis = next((d for d in variable.dimensions if d not in places and scope.is_time(d)), "")
        by_axis.setdefault(axis, []).append((variable, places))
    names = sorted((name for name in by_axis if name), key=lambda name: -steps_of(scope, name))
    main = names[0] if names else ""
    for name in names[1:]:
        if steps_of(scope, name) == 1:
            by_axis.setdefault("", []).extend(by_axis.pop(name))
    order = {str(variable.name): i for i, (variable, _) in enumerate(members)}
    first = [*by_axis.pop(main, []), *(by_axis.pop("", []) if main else [])]
    first.sort(key=lambda member: order[str(member[0].name)])
    yield group_of(scope, main, first, "")
    for name, rest in by_axis.items():
        yield group_of(scope, name, rest, f"@{name}")


def steps_of(scope: Scope, dimension: str) -> int:
    """Count the steps of a time dimension."""
    decoded = scope.time_of(dimension)
    return len(decoded.axis) if decoded else 0


def group_of(
    scope: Scope, axis: str, members: Sequence[tuple[netCDF4.Variable[Any], tuple[str, ...]]], suffix: str
) -> Timed:
    """Build the fields of one time axis."""
    decoded = scope.time_of(axis) if axis else None
    fields: list[Field] = []
    for variable, places in members:
        dimensions: tuple[str, ...] = variable.dimensions
        time = next((i for i, d in enumerate(dimensions) if d not in places and scope.is_time(d)), None)
        own = decoded if time is not None and dimensions[time] == axis else None
        steps = 1 if time is None or dimensions[time] != axis else (len(decoded.axis) if decoded else 0)
        at = tuple(dimensions.index(d) for d in places)
        fields.append(Field(variable, at, time, steps, own.order if own else None))
    warned = decoded.warnings if decoded else ()
    if axis and decoded is None:
        warned = (Warned("no_steps", "The time axis {axis} has no step yet.", "", {"axis": axis}),)
    return Timed(suffix, tuple(fields), decoded.axis if decoded else None, warned)
