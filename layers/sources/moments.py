"""Written moments: ISO 8601, the forms common in Chinese tables, and CF reference dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np

DATE = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
CLOCK = (
    r"(?P<half>上午|下午|am|pm)?\s*(?P<hour>\d{1,2})\s*(?:[:：时点]\s*(?P<minute>\d{1,2})?\s*"
    r"(?:[:：分]\s*(?P<second>\d{1,2}(?:\.\d+)?)?\s*秒?)?)\s*(?P<half_after>am|pm)?"
)
COMPACT = (
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:[T ]?(?P<hour>\d{2}):?(?P<minute>\d{2})"
    r"(?::?(?P<second>\d{2}(?:\.\d+)?))?)?"
)
ZONE = r"(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?\s*[+-]\d{1,2}(?::?\d{2})?)?"
LONG = re.compile(rf"\s*{DATE}(?:\s*[T ]?\s*{CLOCK})?\s*{ZONE}\s*", re.IGNORECASE)
SHORT = re.compile(rf"\s*{COMPACT}\s*{ZONE}\s*", re.IGNORECASE)
SLASHED = re.compile(r"\s*(?P<first>\d{1,2})[-/.](?P<second_part>\d{1,2})[-/.](?P<year4>\d{4})(?P<rest>.*)")
CLOCK_ONLY = re.compile(rf"\s*{CLOCK}\s*", re.IGNORECASE)
REFERENCE = re.compile(
    r"\s*(?P<year>[+-]?\d{1,6})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?"
    r"(?:[T ]+(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2}))?(?::(?P<second>\d{1,2}(?:\.\d*)?))?)?"
    rf"\s*{ZONE}\s*",
    re.IGNORECASE,
)
ZONE_WORDS = {
    "北京时间": 480,
    "北京时": 480,
    "asia/shanghai": 480,
    "cst+8": 480,
    "utc": 0,
    "gmt": 0,
    "z": 0,
    "世界时": 0,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One written moment, not yet moved to UTC.

    ``local`` is as written (datetime64[ns]); ``offset`` the minutes its zone lies east of UTC, or None where no
    zone is written; ``style`` names the way it was written; ``midnight`` marks hour 24:00.
    """

    local: np.datetime64
    offset: int | None
    style: str
    midnight: bool = False

    @property
    def utc(self) -> np.datetime64:
        """The moment in UTC; as written where no zone is known."""
        return self.local - np.timedelta64(self.offset or 0, "m")


@dataclass(frozen=True, slots=True)
class Reference:
    """The date a CF time axis counts from: calendar fields (no calendar assumed) and minutes east of UTC."""

    year: int
    month: int
    day: int
    seconds: float
    offset: int


def zone_minutes(text: str | None) -> int | None:
    """Give the minutes a zone lies east of UTC: ``Z``, ``UTC``, ``+08:00``, ``UTC+8``; None where it names none."""
    if not text or not text.strip():
        return None
    bare = text.strip().lower().replace(" ", "")
    if bare in ZONE_WORDS:
        return ZONE_WORDS[bare]
    found = re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2})(?::?(\d{2}))?", bare)
    if found is None:
        return None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return None if minutes > 14 * 60 else minutes * (-1 if found[1] == "-" else 1)


def moment(text: str) -> Moment | None:
    """Read one moment; None where the text is no date and time with year, month and day in this order.

    Examples
    --------
    >>> moment("2021年7月25日 23时05分").local
    np.datetime64('2021-07-25T23:05:00.000000000')
    >>> moment("2021-07-25T23:05+08:00").utc
    np.datetime64('2021-07-25T15:05:00.000000000')
    """
    found = LONG.fullmatch(text)
    if found is not None:
        return composed(found, separator(text))
    found = SHORT.fullmatch(text)
    return composed(found, "compact") if found is not None else None


def separator(text: str) -> str:
    """Give the sign after the year."""
    return next((sign for sign in text if sign in "-/.年"), "")


def composed(found: re.Match[str], style: str, day: np.datetime64 | None = None) -> Moment | None:
    """Build the moment out of named groups, on a given day or the written one; None where a field is out of range."""
    fields = found.groupdict()
    hour, minute = int(fields["hour"] or 0), int(fields["minute"] or 0)
    second = float(fields["second"] or 0)
    half = (fields.get("half") or fields.get("half_after") or "").lower()
    if half in {"下午", "pm"} and 1 <= hour < 12:
        hour += 12
    elif half in {"上午", "am"} and hour == 12:
        hour = 0
    midnight = hour == 24 and minute == 0 and second == 0
    if (hour > 23 and not midnight) or minute > 59 or second >= 60:
        return None
    if day is None:
        day = calendar_day(int(fields["year"]), int(fields["month"]), int(fields["day"]))
    if day is None:
        return None
    ns = (hour * 3600 + minute * 60) * 1_000_000_000 + round(second * 1e9)
    return Moment(day + np.timedelta64(ns, "ns"), zone_minutes(fields.get("zone")), style, midnight)


def calendar_day(year: int, month: int, day: int) -> np.datetime64 | None:
    """Give midnight of a day as datetime64[ns]; None where there is no such day between 1678 and 2261."""
    if not 1678 <= year <= 2261:
        return None
    try:
        return np.datetime64(date(year, month, day).isoformat(), "ns")
    except ValueError:
        return None


def slashed(text: str, *, day_first: bool) -> Moment | None:
    """Read a moment written with the year last (``25/07/2021 23:05``); the caller knows which number is the day."""
    found = SLASHED.fullmatch(text)
    if found is None:
        return None
    month, day = (found["second_part"], found["first"]) if day_first else (found["first"], found["second_part"])
    read = moment(f"{found['year4']}-{month}-{day}{found['rest']}")
    return Moment(read.local, read.offset, "year last", read.midnight) if read else None


def clock(text: str) -> int | None:
    """Give nanoseconds since midnight of a time of day (``23:05``), 24:00 included; None where it is none."""
    found = CLOCK_ONLY.fullmatch(text)
    if found is None:
        return None
    read = composed(found, "", day=np.datetime64("1970-01-01", "ns"))
    return int(read.local.astype(np.int64)) if read else None


def reference(text: str) -> Reference | None:
    """Read the date behind ``since`` in CF units; years of any length, missing parts count as zero."""
    found = REFERENCE.fullmatch(text)
    if found is None:
        return None
    month, day = int(found["month"]), int(found["day"] or 1)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    seconds = int(found["hour"] or 0) * 3600 + int(found["minute"] or 0) * 60 + float(found["second"] or 0)
    return Reference(int(found["year"]), month, day, seconds, zone_minutes(found["zone"]) or 0)
