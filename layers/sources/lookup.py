"""Looking up what a request names: a layer of a file, places of a layer; what is not there is told in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from layers.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


Part = TypeVar("Part")


def layer_named(parts: Mapping[str, Part], name: str, where: str) -> Part:
    """Give a layer of a file by its key; the first where the request names none.

    Raises
    ------
    DataError
        There is no such layer.
    """
    part = parts.get(name) if name else next(iter(parts.values()))
    if part is None:
        raise DataError(
            "There is no layer {name}.",
            where=where,
            remedy="The layers are: {names}.",
            name=name,
            names=", ".join(parts),
        )
    return part


def places_within(indices: Sequence[int], count: int, where: str) -> NDArray[np.int64]:
    """Give the asked places as an array.

    Raises
    ------
    DataError
        A place lies outside 0..count-1.
    """
    places = np.asarray(indices, np.int64)
    outside = places[(places < 0) | (places >= count)]
    if len(outside):
        raise DataError(
            "Place {place} does not exist; there are {count}.",
            where=where,
            remedy="Places count from 0.",
            place=int(outside[0]),
            count=count,
        )
    return places
