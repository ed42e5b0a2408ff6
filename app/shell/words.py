"""Words for moments and sizes that stand in the window's own lists."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from app.core.moments import local_text


def moment_text(stamp: str, offset_hours: float) -> str:
    """Write a UTC stamp such as ``20260801T062000`` (with or without fractions) as local time.

    Examples
    --------
    >>> from app.core.language import set_language
    >>> set_language("en")
    >>> moment_text("20260801T062000", 8)
    '2026-08-01 14:20 Beijing time (UTC+8)'
    """
    return date_text(datetime.strptime(stamp[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC), offset_hours)


def date_text(when: datetime, offset_hours: float) -> str:
    """Write a moment as local time with its offset, down to the second."""
    plain = when.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return local_text(np.datetime64(plain, "ns"), offset_hours)
