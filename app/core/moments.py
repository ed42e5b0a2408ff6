"""Moments in UTC: reading them, and writing them for people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, cast

import numpy as np
from pydantic import BeforeValidator, PlainSerializer

from app.core.language import N_, tr
from layers.times import ASSUMED_HOURS, EPOCH, iso

if TYPE_CHECKING:
    from layers.times import TimeAxis, TimeKind

ZONE = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")
MINUTE = 60 * 10**9


def moment(value: Any) -> np.datetime64 | None:
    """Read a moment: ``datetime64``, ISO 8601 text (without a zone: UTC) or None.

    Raises
    ------
    ValueError
        The value is no moment.

    Examples
    --------
    >>> str(moment("2026-08-01T14:20+08:00"))
    '2026-08-01T06:20:00.000000000'
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = _from_text(value.strip())
    if isinstance(value, np.datetime64):
        at = cast("Any", value)
        return None if np.isnat(at) else at.astype("datetime64[ns]")
    raise ValueError(f"no moment: {value!r}")


def _from_text(text: str) -> np.datetime64:
    zone = ZONE.search(text) if has_zone(text) else None
    plain = text[: zone.start()] if zone else text
    if not re.match(r"\d{4}-\d{2}", plain):
        raise ValueError(f"no moment: {text!r}")
    at = np.datetime64(plain.replace(" ", "T"), "ns")
    if zone is None or zone.group() == "Z":
        return at
    offset = datetime.fromisoformat(f"2000-01-01T00:00:00{zone.group()}").utcoffset() or timedelta()
    return at - np.timedelta64(round(offset.total_seconds()), "s")


def has_zone(text: str) -> bool:
    """Tell whether ISO 8601 text ends in a zone: ``Z`` or an offset behind a time of day."""
    word = text.strip()
    return ("T" in word or " " in word) and ZONE.search(word) is not None


def to_json(value: np.datetime64 | None) -> str | None:
    """Give ISO 8601 in UTC, or None."""
    return None if value is None else iso(value)


Moment = Annotated[Any, BeforeValidator(moment), PlainSerializer(to_json, return_type=str | None)]
"""A field of a model: ``datetime64[ns]`` in UTC, or None; ISO 8601 in JSON."""


def as_int(value: np.datetime64) -> int:
    """Give nanoseconds since 1970-01-01 UTC."""
    return int(value.astype("datetime64[ns]").astype(np.int64))


def local_text(value: np.datetime64 | None, offset_hours: float = 8.0) -> str:
    """Write a moment as local time with its offset, e.g. ``2026-08-01 14:20 北京时间(UTC+8)``.

    Parameters
    ----------
    value : datetime64 or None
        UTC; None gives an empty text.
    offset_hours : float
        Local time minus UTC; 8 is called Beijing time.
    """
    if value is None:
        return ""
    return LocalTime(offset_hours=offset_hours).text(value)


@dataclass(frozen=True, slots=True)
class LocalTime:
    """How the moments of the shared clock are written for people; every view writes them by this.

    Parameters
    ----------
    kind : {"utc", "unzoned", "elapsed"}
        Whether any layer names a zone; else ``unzoned``: the numbers stand as they do in the file, and the zone is
        said to be unknown; ``elapsed``: no layer has a date, times count from the start of the run.
    offset_hours : float
        Local time minus UTC, for ``utc``; 8 is called Beijing time.
    """

    kind: TimeKind = "utc"
    offset_hours: float = 8.0

    @property
    def shift(self) -> int:
        """Nanoseconds from the shared clock to the numbers shown."""
        hours = {"utc": self.offset_hours, "unzoned": ASSUMED_HOURS, "elapsed": 0.0}[self.kind]
        return round(hours * 3.6e12)

    @property
    def elapsed(self) -> bool:
        """Whether times count from the start of the run."""
        return self.kind == "elapsed"

    def clock(self, value: np.datetime64) -> str:
        """Write date and time alone, or ``T+hh:mm:ss``."""
        if self.elapsed:
            return elapsed_text(value)
        return clock_text(value.astype("datetime64[ns]") + np.timedelta64(self.shift, "ns"))

    def zone(self) -> str:
        """Write what the numbers are: ``Beijing time (UTC+8)``, or that nobody knows."""
        if self.kind != "utc":
            return tr("since the start of the run; no date known") if self.elapsed else tr("Time zone unknown")
        words = N_("Beijing time ({offset})") if self.offset_hours == 8 else N_("Local time ({offset})")
        return tr(words, offset=offset_text(self.offset_hours))

    def text(self, value: np.datetime64 | None) -> str:
        """Write a moment with its zone, e.g. ``2026-08-01 14:20 北京时间(UTC+8)``; None gives an empty text."""
        if value is None or self.elapsed:
            return elapsed_text(value)
        if self.kind == "unzoned":
            return tr("{time} (time zone unknown)", time=self.clock(value))
        words = N_("{time} Beijing time ({offset})") if self.offset_hours == 8 else N_("{time} local time ({offset})")
        return tr(words, time=self.clock(value), offset=offset_text(self.offset_hours))


BEIJING = LocalTime()
"""Moments as Beijing time."""


def assumed_text() -> str:
    """Say as what times without a zone are placed beside others."""
    return tr("Time zone unknown, taken as Beijing time ({offset})", offset=offset_text(ASSUMED_HOURS))


def utc_text(value: np.datetime64 | None) -> str:
    """Write a moment as UTC, e.g. ``2026-08-01 06:20 UTC``; None gives an empty text."""
    return "" if value is None else f"{clock_text(value)} UTC"


def elapsed_text(value: np.datetime64 | None) -> str:
    """Write a moment of an axis without any date as time since its start, e.g. ``T+26:05:00``."""
    if value is None:
        return ""
    ns = as_int(value) - as_int(EPOCH)
    sign, seconds = ("-" if ns < 0 else "+"), abs(ns) / 1e9
    whole = int(seconds)
    part = f"{seconds - whole:.3f}"[1:].rstrip("0").rstrip(".")
    return f"T{sign}{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{part}"


def clock_text(value: np.datetime64) -> str:
    """Write date and time down to the minute, finer where the moment is finer."""
    ns = as_int(value)
    if ns % MINUTE == 0:
        return str(value.astype("datetime64[m]")).replace("T", " ")
    if ns % 10**9 == 0:
        return str(value.astype("datetime64[s]")).replace("T", " ")
    return str(value.astype("datetime64[ms]")).replace("T", " ")


def offset_text(hours: float) -> str:
    """Write an offset, e.g. ``UTC+8`` or ``UTC-3:30``."""
    minutes = round(abs(hours) * 60)
    rest = f":{minutes % 60:02d}" if minutes % 60 else ""
    return f"UTC{'-' if hours < 0 else '+'}{minutes // 60}{rest}"


@lru_cache(maxsize=64)
def placed(axis: TimeAxis, shift_h: float, now: np.datetime64 | None) -> tuple[int | None, np.datetime64 | None, str]:
    """Give step and moment of an axis, or why there is none; the same for all layers of one file."""
    shift = np.timedelta64(round(shift_h * 3.6e12), "ns")
    step = 0 if now is None else axis.step_at(now - shift)
    if step is None:
        early = now is not None and now - shift < axis.values[0]
        return None, None, "before" if early else "after"
    return step, axis.values[step] + shift, ""
