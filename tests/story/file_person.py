"""A person who edits a file, killed by test_kill_edits.py at any moment.

Run as ``python -m tests.story.file_person FILE SEED``. Brings back the last session or begins one, prints ``session
NAME``, then after each acknowledged edit ``act DIGEST``.
"""

from __future__ import annotations

import hashlib
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.journal import begin_session, recover, recoverable
from layers.vector import VectorLayer
from tests.story.editors import Editor

if TYPE_CHECKING:
    from app.core.document import Document
    from layers.changesets import WorkingCopy

ACTS = (
    "add",
    "delete",
    "move",
    "set_values",
    "move_vertex",
    "insert_vertex",
    "split",
    "merge",
    "explode",
    "undo",
    "redo",
)


def copy_of(document: Document) -> WorkingCopy:
    layer = document.layer("p")
    assert isinstance(layer, VectorLayer)
    assert layer.copy_at_work is not None
    return layer.copy_at_work


def digest(copy: WorkingCopy) -> str:
    """Sum of all features and their index."""
    return hashlib.sha256(repr(copy.dump()).encode()).hexdigest()[:20]


def main() -> None:
    """Edit until killed."""
    chance = random.Random(int(sys.argv[2]))
    sessions = recoverable()
    if sessions:
        editor = Editor.__new__(Editor)
        editor.file, editor.base, editor.killed = Path(sys.argv[1]), 0, 1
        editor.document = recover(sessions[0])
        editor.journal = begin_session(editor.document)
        sessions[0].discard()
    else:
        editor = Editor(Path(sys.argv[1]))
    editor.journal.checkpoint_acts = 25
    print("session", editor.journal.folder.name, digest(editor.copy), flush=True)
    while True:
        if editor.act(chance.choice(ACTS), [chance.randrange(1000) for _ in range(5)]):
            print("act", digest(editor.copy), flush=True)


if __name__ == "__main__":
    main()
