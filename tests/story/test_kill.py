"""A program that is killed at any moment loses no acknowledged act and spoils no workspace."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.core import workspace
from app.core.document import Document
from app.core.journal import Session, recover, recoverable
from tests.realdata import ROOT
from tests.story.person import Person, digest

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = int(os.environ.get("HAITANG_KILL_ROUNDS", "5"))
LONGEST_S = 0.7
STUCK_S = 120.0


@dataclass
class Told:
    """What a killed person had printed."""

    session: str = ""
    acts: list[tuple[int, str]] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)


@dataclass
class Expected:
    """What the same acts give when nobody kills: digests by sequence number, digests of the saved files."""

    folder: Path
    document: Document
    digests: list[str] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)

    def append(self, _act: dict[str, Any]) -> None:
        self.digests.append(digest(self.document, self.folder))

    def settle(self) -> None:
        """Nothing gathers here."""


def kill_at_random(folder: Path, seed: int, chance: random.Random) -> Told:
    """Start a person, kill it at a random moment, and give what it had printed by then."""
    person = subprocess.Popen(
        [sys.executable, "-m", "tests.story.person", str(folder), str(seed)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    lines: list[bytes] = []
    begun = threading.Event()
    assert person.stdout is not None
    assert person.stderr is not None

    def listen() -> None:
        for line in person.stdout or ():
            lines.append(line)
            begun.set()
        begun.set()

    listener = threading.Thread(target=listen)
    listener.start()
    if chance.random() < 0.1:
        time.sleep(chance.uniform(0, 0.5))
    else:
        assert begun.wait(STUCK_S)
        time.sleep(chance.uniform(0, LONGEST_S))
    alive = person.poll() is None
    person.kill()
    person.wait()
    listener.join()
    faults = person.stderr.read().decode()
    person.stdout.close()
    person.stderr.close()
    assert alive, faults
    return told_by([line.decode().split() for line in lines if line.endswith(b"\n")])


def told_by(lines: list[list[str]]) -> Told:
    told = Told()
    for kind, *rest in lines:
        if kind == "session":
            told.session = rest[0]
        elif kind == "act":
            told.acts.append((int(rest[0]), rest[1]))
        else:
            told.saved.append(rest[0])
    return told


def expected(start: Document, folder: Path, seed: int, sequence: int, acts: int) -> Expected:
    """Do the acts of a person again: those it told of, and the one it was in the middle of."""
    found = Expected(folder, start)
    found.digests.append(digest(start, folder))
    start.keep(found)
    person = Person(start, folder, seed)
    done = 0
    while len(found.digests) <= sequence or done <= acts:
        if person.act() == "save":
            found.saved.append(digest(start, folder))
        done += 1
    return found


def check_workspace(file: Path, told: Told, hoped: Expected, before: str) -> None:
    """The file holds a state that was saved, no older than the last save the person was told of."""
    if not file.exists():
        assert not told.saved
        return
    document = Document()
    workspace.open_into(document, file)
    held = digest(document, file.parent)
    assert held in [before, *hoped.saved][len(told.saved) :]
    for version in workspace.versions(file):
        workspace.load(version)


def open_digest(file: Path) -> str:
    document = Document()
    if file.exists():
        workspace.open_into(document, file)
    return digest(document, file.parent)


def ended_session(name: str) -> Session | None:
    return next((session for session in recoverable() if session.folder.name == name), None)


def moved(document: Document, old: Path, new: Path) -> Document:
    """The same document at work in another folder."""
    data = document.to_dict()
    for layer in data["layers"]:
        layer["source"] = layer["source"].replace(str(old), str(new))
    return Document.from_dict(data, new / document.path.name if document.path else None)


def test_no_acknowledged_act_is_lost_when_a_working_person_is_killed_at_random_moments(tmp_path: Path):
    folder, before, again = tmp_path / "work", tmp_path / "before", tmp_path / "again"
    folder.mkdir()
    chance = random.Random(int(os.environ.get("HAITANG_KILL_SEED", "20261123")))
    start, acknowledged, later = Document(), 0, 0
    for number in range(ROUNDS):
        seed = chance.getrandbits(32)
        for copy in (before, again):
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(folder, copy)
        told = kill_at_random(folder, seed, chance)
        session = ended_session(told.session)
        last = told.acts[-1][0] if told.acts else 0
        if session is None:
            assert not told.acts, f"round {number}: the session with {last} acknowledged acts is gone"
            continue
        back = recover(session)
        recovered = session.acts
        hoped = expected(moved(start, folder, again), again, seed, recovered, len(told.acts))
        for sequence, seen in told.acts:
            assert hoped.digests[sequence] == seen, f"round {number}: the script is not the same twice"
        assert session.lost == 0
        assert recovered >= last
        assert digest(back, folder) == hoped.digests[recovered], f"round {number}: act {recovered} of {last}"
        check_workspace(folder / "work.haitang", told, hoped, open_digest(before / "work.haitang"))
        session.release()
        start, acknowledged, later = back, acknowledged + last, later + recovered - last
    assert acknowledged > 0
    print(f"{ROUNDS} rounds: {acknowledged} acknowledged acts all there, {later} more were whole")
