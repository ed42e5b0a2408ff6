"""Days and moments as a filter writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)


def read_day(text: str) -> str | None:
    """Give a day as ``2024-07-01``; None where the text is none."""
    try:
        return date.fromisoformat(text).isoformat() if len(text) == 10 else None
    except ValueError:
        return None


def read_instant(text: str) -> str | None:
    """Give a moment as ``2024-07-01T00:00:00Z``; None where the text is none or names no zone."""
    if not _ZONE.search(text):
        return None
    try:
        at = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at.isoformat().replace("+00:00", "Z")
