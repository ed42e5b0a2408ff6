"""A program that is killed while a file is edited loses no acknowledged edit, and the file is as it was."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from app.core.journal import recover, recoverable
from layers.change_log import EDIT
from layers.changesets import inverted
from tests.realdata import ROOT
from tests.story.editors import parcels
from tests.story.file_person import copy_of, digest

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = int(os.environ.get("HAITANG_KILL_ROUNDS", "4"))
LONGEST_S = 1.2


def killed(file: Path, seed: int, after_s: float) -> list[str]:
    """Start a person, kill it some time after its first word, and give the digests it had told."""
    person = subprocess.Popen(
        [sys.executable, "-m", "tests.story.file_person", str(file), str(seed)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert person.stdout is not None
    assert person.stderr is not None
    first = person.stdout.readline()
    time.sleep(after_s)
    alive = person.poll() is None
    person.kill()
    rest, faults = person.communicate()
    assert alive, faults.decode()
    lines = [line for line in (first + rest).split(b"\n")[:-1] if line]
    return [line.decode().split()[-1] for line in lines]


def test_no_acknowledged_edit_of_a_file_is_lost_when_the_program_is_killed_at_random_moments(tmp_path: Path):
    file = parcels(tmp_path / "parcels.gpkg")
    before = file.read_bytes()
    chance = random.Random(int(os.environ.get("HAITANG_KILL_SEED", "20261128")))
    acknowledged = whole = 0
    for number in range(ROUNDS):
        told = killed(file, chance.getrandbits(32), chance.uniform(0, LONGEST_S))
        (session,) = recoverable()
        document = recover(session)
        assert session.lost == 0
        copy = copy_of(document)
        if digest(copy) != told[-1]:
            # One edit more was whole on the disk when the kill came: without it the last acknowledged state is there.
            last = next(entry for entry in reversed(copy.log.entries[: copy.applied]) if entry.kind == EDIT)
            copy.apply(inverted(last.payload))
            assert digest(copy) == told[-1], f"round {number}"
            copy.apply(last.payload)
            whole += 1
        acknowledged += len(told) - 1
        document.copies.close()
        session.release()
        assert file.read_bytes() == before
    assert acknowledged > 0
    print(f"{ROUNDS} rounds: {acknowledged} acknowledged edits all there, {whole} more were whole")
