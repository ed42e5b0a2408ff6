"""Hover: what lies under the pointer, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.views.wording import value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.document import Document
    from app.views.view import Hit

SHOWN = 2
"""Layers that a hover text names."""


def hover_text(hits: Sequence[Hit], document: Document, offset_hours: float) -> str:
    """Give value with unit, variable, time shown and source of the topmost hits; empty where there is none."""
    return "   |   ".join(hit_text(hit, document, offset_hours) for hit in hits[:SHOWN])


def hit_text(hit: Hit, document: Document, offset_hours: float) -> str:
    """Give one hit in words: ``Water depth 1.24 m · 2026-08-01 14:20 · run.nc``."""
    parts = []
    if hit.value is not None:
        parts.append(" ".join(part for part in (hit.title, value_text(hit.value, hit.unit, hit.dry)) if part))
    else:
        parts.append(" ".join(part for part in (hit.name, hit.title) if part))
    if hit.moment is not None:
        parts.append(document.clock.text(offset_hours, hit.moment))
    if hit.source:
        parts.append(hit.source)
    return " · ".join(parts)
