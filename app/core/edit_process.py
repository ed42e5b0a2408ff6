"""Tasks of the child process that copies a layer for editing and brings edits into a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

WORD = "--edit-process"
TASK, CHANGESET, IDS = "task.json", "save.changeset", "act.npy"


def write_task(folder: Path, task: dict[str, Any], changeset: bytes | None = b"") -> list[str]:
    """Leave a task in the folder of a working copy; the words that start the child on it.

    Without a changeset (None) that of a review before is used.
    """
    if changeset is not None:
        (folder / CHANGESET).write_bytes(changeset)
    (folder / TASK).write_text(json.dumps(task, ensure_ascii=False), "utf-8")
    return [WORD, str(folder)]
