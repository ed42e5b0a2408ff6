"""Comparing: what stands beside the map, as frozen data of the document."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from layers.errors import DataError
from layers.times import in_ns

Json = dict[str, Any]
Mode = Literal["off", "swipe", "lens", "blink", "views"]
MOST_SIDES = 3
"""Sides beside the map itself."""


class Side(BaseModel):
    """What one side shows beside the map as it is.

    Parameters
    ----------
    theme : str
        Name of a map theme; empty = the layers as they are.
    layers : tuple of str
        Ids of the only layers shown; empty = those that are visible.
    offset_h : float
        Hours after (or before) the moment of the clock.
    moment : str
        A moment that stays, ISO 8601 in UTC; empty = the clock's and the offset.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    theme: str = ""
    layers: tuple[str, ...] = ()
    offset_h: float = Field(default=0.0, ge=-1e6, le=1e6, allow_inf_nan=False)
    moment: str = ""

    @field_validator("moment")
    @classmethod
    def _is_moment(cls, value: str) -> str:
        if value:
            np.datetime64(value.removesuffix("Z"), "ns")
        return value

    def moment_at(self, now: np.datetime64 | None) -> np.datetime64 | None:
        """Give the moment that this side shows when the clock stands at one; both UTC, ns."""
        if self.moment:
            return np.datetime64(self.moment.removesuffix("Z"), "ns")
        return None if now is None else in_ns(now) + np.timedelta64(round(self.offset_h * 3.6e12), "ns")


class Comparison(BaseModel):
    """How the map is compared with other sides.

    Parameters
    ----------
    mode : str
        ``swipe``, ``lens`` and ``blink`` show the first side in the map; ``views`` shows each in a map of its own.
    sides : tuple of Side
        One to three.
    divider : float
        Where the map ends and the side begins, as a share of the map; ``swipe``.
    upright : bool
        Whether the divider stands upright: the side is at the right, else below; ``swipe``.
    radius : float
        Of the lens, px.
    blink_s : float
        How long each side is seen, s.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    mode: Mode = "off"
    sides: tuple[Side, ...] = Field(default=(Side(),), min_length=1, max_length=MOST_SIDES)
    divider: float = Field(default=0.5, ge=0.0, le=1.0)
    upright: bool = True
    radius: float = Field(default=140.0, ge=40.0, le=600.0)
    blink_s: float = Field(default=1.0, ge=0.2, le=10.0)

    @property
    def is_on(self) -> bool:
        """Whether anything is compared."""
        return self.mode != "off"

    def to_json(self) -> Json:
        """Give the JSON form; empty where nothing differs from a new one."""
        return self.model_dump(mode="json") if self != OFF else {}

    def with_(self, **changes: Any) -> Comparison:
        """Give it with changes; values out of their limits are brought to them.

        Raises
        ------
        DataError
            A value has the wrong type.
        """
        limits = {"divider": (0.0, 1.0), "radius": (40.0, 600.0), "blink_s": (0.2, 10.0)}
        for name, (low, high) in limits.items():
            if name in changes:
                changes[name] = min(max(float(changes[name]), low), high)
        return comparison_from({**self.model_dump(), **changes})

    def with_side(self, number: int, side: Side) -> Comparison:
        """Give it with another side; sides that are missing before it are made."""
        sides = [*self.sides, *(Side() for _ in range(number + 1 - len(self.sides)))]
        sides[number] = side
        return self.model_copy(update={"sides": tuple(sides[:MOST_SIDES])})


OFF = Comparison()


def comparison_from(data: Any, where: str = "") -> Comparison:
    """Read the JSON form; an empty one is a new comparison.

    Raises
    ------
    DataError
        It cannot be used.
    """
    try:
        return Comparison.model_validate(data or {})
    except (ValidationError, ValueError, TypeError) as error:
        raise DataError(
            "The comparison of the workspace cannot be used.",
            where=where,
            remedy="Take an earlier version of the file, or remove the entry comparison.",
        ) from error
