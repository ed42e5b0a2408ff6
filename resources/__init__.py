"""Pictures, themes, class tables, translations and help of the program."""

from __future__ import annotations

from pathlib import Path


def path(name: str) -> Path:
    """Give the path of a resource, e.g. ``path("help/zh/map.md")``."""
    return Path(__file__).parent / name
