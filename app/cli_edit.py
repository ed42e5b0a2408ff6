"""The child process that copies a layer for editing and brings edits into a file; it may be ended at any time."""

from __future__ import annotations

import json
import signal
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from app.cli_answer import print_json, refuse
from app.core.edit_process import CHANGESET, IDS, TASK
from app.core.jobs import Job, stderr_progress
from layers.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(words: Sequence[str]) -> int:
    """Do the task in a folder and print the answer; the exit code."""
    signal.signal(signal.SIGTERM, _on_asked)
    try:
        print_json(_done(Path(words[0])))
    except Exception as error:  # noqa: BLE001  whatever it is, the window gets one sentence
        return refuse(error, as_json=True)
    return 0


def _on_asked(_number: int, _frame: Any) -> NoReturn:
    raise Cancelled("The job was cancelled.")


def _done(folder: Path) -> dict[str, Any]:
    from layers.copying import make_copy
    from layers.rows import Fingerprint
    from layers.saving import save_as, save_copy

    task: dict[str, Any] = json.loads((folder / TASK).read_text("utf-8"))
    job = Job(stderr_progress())

    def told(share: float) -> None:
        job.progress(share)

    if task["do"] == "copy":
        return asdict(make_copy(task["source"], task["key"], folder, told))
    if task["do"] in ("act", "again", "review"):
        return _bulk(folder, task, told)
    if task["do"] == "save_as":
        return asdict(save_as(folder, task["target"], told))
    changeset = (folder / CHANGESET).read_bytes()
    mark = Fingerprint(**task["mark"])
    return asdict(save_copy(folder, changeset, task["source"], mark, task["upto"], how=task["how"], told=told))


def _bulk(folder: Path, task: dict[str, Any], told: Any) -> dict[str, Any]:
    import numpy as np

    from app.core.bulk import Bulk, do_act, do_again, do_review

    if task["do"] == "review":
        return do_review(folder)
    if task["do"] == "again":
        return do_again(folder, task["number"], task["back"], told)
    ids = frozenset(np.load(folder / IDS, allow_pickle=False).tolist())
    return do_act(folder, Bulk(task["id"], task["act"], ids, task["options"]), task["layer"], told)
