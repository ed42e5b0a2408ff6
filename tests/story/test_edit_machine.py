"""Any order of edits, undos, saves and kills: undo to the start and redo to the end give the same bytes.

The runs are few by default; ``HAITANG_EDIT_RUNS=1000 HAITANG_EDIT_STEPS=50`` is the proof.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from layers.copying import make_copy
from tests.story.editors import Editor, parcels

RUNS = int(os.environ.get("HAITANG_EDIT_RUNS", "6"))
STEPS = int(os.environ.get("HAITANG_EDIT_STEPS", "14"))
ACTS = (
    "add", "delete", "move", "set_values", "move_vertex", "insert_vertex", "remove_vertex", "split", "merge", "offset",
    "add_hole", "fill_hole", "add_part", "remove_part", "explode", "bulk", "undo", "undo", "redo", "save",
    "kill",
)  # fmt: skip
NUMBERS = st.lists(st.integers(0, 999), min_size=5, max_size=5)
DONE: dict[str, int] = {}


class _Template:
    """One file and one working copy of it, from which every run starts."""

    folder: Path
    file: Path
    copy: Path

    @classmethod
    def make(cls, folder: Path) -> None:
        cls.folder, cls.file, cls.copy = folder, folder / "parcels.gpkg", folder / "copy"
        cls.copy.mkdir()
        meta = make_copy(str(parcels(cls.file)), "parcels", cls.copy)
        (cls.copy / "meta.json").write_text(meta.to_json().replace(str(cls.file), "SOURCE"), "utf-8")


class EditMachine(RuleBasedStateMachine):
    """Rules are acts of an editor."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=_Template.folder))
        file = self.folder / "parcels.gpkg"
        shutil.copy2(_Template.file, file)
        self.editor = Editor(file, _Template.copy)

    @rule(name=st.sampled_from(ACTS), numbers=NUMBERS)
    def edit(self, name: str, numbers: list[int]) -> None:
        done = self.editor.act(name, numbers)
        key = name if done else f"{name} refused"
        DONE[key] = DONE.get(key, 0) + 1

    @invariant()
    def the_index_finds_every_feature(self) -> None:
        self.editor.check_index()

    def teardown(self) -> None:
        try:
            self.editor.check_shown()
            self.editor.check_way_back()
            self.editor.check_shown()
        finally:
            self.editor.close()
            shutil.rmtree(self.folder, ignore_errors=True)


def test_undo_to_the_start_and_redo_to_the_end_give_the_same_bytes(tmp_path: Path) -> None:
    _Template.make(tmp_path)
    DONE.clear()
    how: Any = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(EditMachine, settings=how)
    print(f"{RUNS} runs of up to {STEPS} steps: {dict(sorted(DONE.items()))}")
