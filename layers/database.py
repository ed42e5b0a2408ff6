"""SQLite as apsw has it, with sessions; its types follow no generics, so beyond this file they are Any."""

from __future__ import annotations

from typing import Any, cast

import apsw as _apsw

apsw: Any = cast("Any", _apsw)


def quoted(name: str) -> str:
    """Give the name of a table or column as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
