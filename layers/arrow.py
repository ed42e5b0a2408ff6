"""Arrow, imported when it is first needed; it has no types that a checker could follow."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def pyarrow() -> Any:
    """Import pyarrow."""
    import_module("pyarrow.compute")
    return import_module("pyarrow")
