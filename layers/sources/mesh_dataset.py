"""Datasets of SMS: values for the nodes or elements of a mesh that lies in another file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import DataError
from layers.sources.mesh_times import model_axis

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from layers.sources.cf_time import DecodedTime

NULLS = (-999.0, -9999.0, -9999999.0)
"""What SMS, TUFLOW and SRH-2D write where there is no value."""
RECORDED = {99999.0: "Maximums", -99999.0: "Minimums"}
"""Times, in hours, under which TUFLOW stores what it recorded over all its own time steps."""


@dataclass(slots=True)
class Dataset:
    """One dataset: where its steps are, not their values.

    Parameters
    ----------
    name, units : str
    file : str
    count : int
        Values of a step.
    elements : int or None
        Number of elements the file speaks of; None = it does not say.
    vector : bool
    on_elements : bool
        The name says that values are those of elements.
    seconds : ndarray, float64, (steps,)
        Times in units of ``unit_s`` seconds since ``start_s``.
    start_s : float or None
        s since 1970-01-01T00:00; None = the file names no date.
    read : callable
        Step to float32 (count,) or (count, 2).
    active : callable or None
        Step to bool (elements or count), False = dry or inactive; None where the file has no flags.
    """

    name: str
    file: str
    count: int
    vector: bool
    seconds: NDArray[np.float64]
    read: Callable[[int], NDArray[np.float32]]
    units: str = ""
    elements: int | None = None
    on_elements: bool = False
    unit_s: float = 3600.0
    start_s: float | None = None
    spacing: float = 0.0
    active: Callable[[int], NDArray[np.bool_] | None] | None = None
    null: float | None = None

    @property
    def steps(self) -> int:
        """Count the steps."""
        return len(self.seconds)

    def axis(self) -> DecodedTime | None:
        """Give the time axis; None where there is no step.

        Raises
        ------
        TimeAxisBroken
            A step has no time, or one that no calendar has.
        """
        return model_axis(self.seconds, self.file, start_s=self.start_s, unit_s=self.unit_s, spacing=self.spacing)

    def values(self, step: int) -> NDArray[np.float32]:
        """Read a step; NaN = no value."""
        found = self.read(step)
        if self.null is not None:
            found = np.where(found == np.float32(self.null), np.float32(np.nan), found)
        if found.size and np.nanmin(found) <= max(NULLS):
            found = np.where(np.isin(found, np.array(NULLS, np.float32)), np.float32(np.nan), found)
        return found


def parted(one: Dataset) -> list[Dataset]:
    """Part what a model recorded over the whole run from the steps in time."""
    hours = one.seconds * one.unit_s / 3600.0
    found: list[Dataset] = []
    special = np.zeros(one.steps, bool)
    for time, word in RECORDED.items():
        for step in np.flatnonzero(hours == time).tolist():
            special[step] = True
            found.append(chosen(one, np.array([step]), f"{one.name}/{word}"))
    if not found:
        return [one]
    rest = np.flatnonzero(~special)
    return [*([chosen(one, rest, one.name)] if len(rest) else []), *found]


def chosen(one: Dataset, steps: NDArray[np.int64], name: str) -> Dataset:
    """Give a dataset of some of the steps."""
    active = one.active

    def read(step: int) -> NDArray[np.float32]:
        return one.read(int(steps[step]))

    def flags(step: int) -> NDArray[np.bool_] | None:
        return active(int(steps[step])) if active is not None else None

    return replace(
        one,
        name=name,
        seconds=one.seconds[steps] if name == one.name else np.zeros(1),
        start_s=one.start_s if name == one.name else None,
        read=read,
        active=None if active is None else flags,
    )


def damaged(path: str, part: str) -> DataError:
    """Give the error for a dataset that cannot be read; ``part`` is a word of the format."""
    return DataError(
        "The dataset is damaged or cut off: its part {part} cannot be read.",
        where=path,
        remedy="Copy it again from where it comes, or write it again from the model.",
        part=part,
    )
