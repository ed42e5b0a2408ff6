"""Columns put side by side: all are kept, and a name that is taken gets a number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from layers.sources.source import Column


def added(
    columns: Mapping[str, Any], described: Sequence[Column], more: Mapping[str, Any], about: Sequence[Column]
) -> tuple[dict[str, Any], tuple[Column, ...]]:
    """Give columns with more of them behind; a name that is there already becomes ``name_2`` and so on.

    Names are compared without regard to case, as GeoPackage does.
    """
    result, kinds = dict(columns), {column.name: column for column in about}
    taken = {name.lower() for name in columns}
    details = list(described)
    for name, values in more.items():
        free = free_name(name, taken)
        taken.add(free.lower())
        result[free] = values
        if name in kinds:
            details.append(replace(kinds[name], name=free))
    return result, tuple(details)


def array_of(values: Any) -> NDArray[Any] | None:
    """Give a column that is an array; None where it is a list."""
    return cast("NDArray[Any]", values) if isinstance(values, np.ndarray) else None


def free_name(name: str, taken: set[str]) -> str:
    """Give a name that is not taken; ``taken`` holds lower-case names."""
    free, number = name, 2
    while free.lower() in taken:
        free, number = f"{name}_{number}", number + 1
    return free
