"""Time axes: when the steps of a layer are, and which step shows a moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TimeKind = Literal["utc", "unzoned", "elapsed"]
EPOCH = np.datetime64("1970-01-01T00:00:00", "ns")
ASSUMED_HOURS = 8.0
"""Hours east of UTC at which an axis without a zone is placed on the shared clock: Beijing time, which observations of
Chinese stations and the clocks of their models keep. Alone such an axis is shown as it is written."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Steps in time, rising.

    Parameters
    ----------
    values : ndarray, datetime64[ns], (steps,)
        The moments. ``utc``: UTC. ``unzoned``: as written, in a zone that is not known
        (placed on the shared clock as Beijing time, with a warning). ``elapsed``: durations counted from
        1970-01-01T00:00, because the file has no date at all.
    kind : {"utc", "unzoned", "elapsed"}
    calendar : str
        CF calendar name.
    """

    values: NDArray[np.datetime64]
    kind: TimeKind = "utc"
    calendar: str = "standard"
    _int: NDArray[np.int64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep the integer form for searching."""
        object.__setattr__(self, "_int", self.values.astype("datetime64[ns]").astype(np.int64))

    def __len__(self) -> int:
        """Count the steps."""
        return len(self.values)

    def __eq__(self, other: object) -> bool:
        """Compare kind and moments."""
        return isinstance(other, TimeAxis) and self.kind == other.kind and np.array_equal(self._int, other._int)

    def __hash__(self) -> int:
        """Hash of the ends; axes are compared, seldom hashed."""
        return hash((self.kind, len(self), int(self._int[0]), int(self._int[-1])) if len(self) else 0)

    def step_at(self, moment: np.datetime64) -> int | None:
        """Give the last step at or before a moment; None outside the span.

        A moment up to 1 ms off a step counts as that step.
        """
        if not len(self):
            return None
        at = nanoseconds(moment)
        slack = 1_000_000
        if at < self._int[0] - slack or at > self._int[-1] + slack:
            return None
        return int(np.searchsorted(self._int, at + slack, side="right")) - 1

    def nearest(self, moment: np.datetime64) -> int:
        """Give the step nearest to a moment, clamped to the span."""
        at = nanoseconds(moment)
        right = int(np.clip(np.searchsorted(self._int, at), 0, len(self) - 1))
        left = max(right - 1, 0)
        return left if abs(at - self._int[left]) <= abs(self._int[right] - at) else right

    @property
    def offset_h(self) -> float:
        """Hours that are added to the moments to place them on the shared clock, which runs in UTC."""
        return -ASSUMED_HOURS if self.kind == "unzoned" else 0.0

    def hours(self) -> NDArray[np.float64]:
        """Give hours since the first step."""
        return (self._int - self._int[0]) / 3.6e12

    def to_info(self) -> dict[str, object]:
        """Give the ``time`` part of the info schema."""
        if self.kind == "elapsed":
            return {
                "steps": len(self),
                "start": iso_duration(int(self._int[0])),
                "end": iso_duration(int(self._int[-1])),
                "calendar": self.calendar,
                "reference": None,
                "zone": None,
            }
        return {
            "steps": len(self),
            "start": iso(self.values[0], zone=self.kind == "utc"),
            "end": iso(self.values[-1], zone=self.kind == "utc"),
            "calendar": self.calendar,
            "zone": "UTC" if self.kind == "utc" else None,
        }


def in_ns(moment: np.datetime64) -> np.datetime64:
    """Give a moment of any precision as ``datetime64[ns]``."""
    return cast("np.datetime64", moment.astype("datetime64[ns]"))


def nanoseconds(moment: np.datetime64) -> int:
    """Count the nanoseconds since 1970-01-01T00:00."""
    return int(in_ns(moment).astype(np.int64))


def iso(moment: np.datetime64, *, zone: bool = True) -> str:
    """Give ISO 8601 in UTC, down to the second, or finer where the moment is."""
    text = str(in_ns(moment))
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text + ("Z" if zone else "")


def iso_duration(ns: int) -> str:
    """Give an ISO 8601 duration, e.g. ``PT4000S``."""
    seconds = ns / 1e9
    return f"PT{int(seconds) if seconds == int(seconds) else round(seconds, 9)}S"
