"""The journal: what was written is there, what was half written is not, and nothing earlier is lost."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import journal as journal_module
from app.core import workspace
from app.core.document import Document
from app.core.journal import Journal, begin_session, recover, recoverable
from app.core.session_files import act_of, line_of, read_story, segments
from app.core.settings import folder
from layers.errors import DataError, SourceUnavailable
from tests.realdata import ROOT
from tests.unit.core.acts import ACTS, do, sketch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = {"type": "SetField", "target": "document", "field": "title", "old": "", "new": '海 \n "塘"'}


@pytest.fixture
def document() -> Document:
    return Document()


@pytest.fixture
def journal(document: Document) -> Iterator[Journal]:
    begun = begin_session(document)
    yield begun
    begun.close()


def crash(journal: Journal) -> None:
    """End a session as a kill does: nothing is tidied up."""
    journal.wait()
    journal._lock.release()


def retitle(document: Document, count: int) -> None:
    for number in range(count):
        document.set("document", "title", f"title {number}")


# ------------------------------------------------------------------------ lines
def test_a_line_is_json_and_gives_back_its_number_and_act():
    line = line_of(12, TEXT)
    assert act_of(line) == (12, TEXT)
    assert json.loads(line)[2] == TEXT
    assert line.count(b"\n") == 1


@given(st.data())
def test_a_line_that_is_cut_or_changed_anywhere_is_not_taken(data):
    line = line_of(7, TEXT)
    cut = data.draw(st.integers(0, len(line) - 1))
    assert act_of(line[:cut]) is None
    place, byte = data.draw(st.integers(0, len(line) - 1)), data.draw(st.integers(0, 255))
    changed = line[:place] + bytes([byte]) + line[place + 1 :]
    assert act_of(changed) is None or act_of(changed) == (7, TEXT)
    assert act_of(changed) is None or changed.translate(None, b" 0") == line.translate(None, b" 0")


# ------------------------------------------------------------------------ recovery
@given(ACTS, st.integers(2, 9))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_a_killed_session_is_brought_back_exactly(acts, often):
    document = Document()
    journal = begin_session(document)
    journal.checkpoint_acts = often
    for act in acts:
        do(document, act)
    crash(journal)
    sessions = recoverable()
    assert len(sessions) == (1 if journal.sequence else 0)
    if sessions:
        back = recover(sessions[0])
        assert back.to_dict() == document.to_dict()
        assert (back.brought_back, sessions[0].lost) == (True, 0)
        assert back.dirty or not document.dirty
        sessions[0].discard()
    journal.close()
    assert list(folder("sessions").iterdir()) == []


def test_every_cut_of_the_journal_gives_the_state_after_a_whole_act(document: Document, journal: Journal):
    retitle(document, 4)
    crash(journal)
    file = segments(journal.folder)[-1][1]
    whole = file.read_bytes()
    for cut in range(whole.index(b"\n") + 1, len(whole) + 1):
        file.write_bytes(whole[:cut])
        (session,) = recoverable()
        lines = whole[:cut].count(b"\n")
        assert (recover(session).title, session.lost) == (f"title {lines - 1}", 0)
        session.release()


def test_acts_behind_a_damaged_line_are_counted_as_lost_and_those_before_it_are_kept(document, journal):
    retitle(document, 6)
    crash(journal)
    file = segments(journal.folder)[-1][1]
    lines = file.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b"title 3", b"title X")
    file.write_bytes(b"".join(lines))
    (session,) = recoverable()
    assert recover(session).title == "title 2"
    assert session.lost == 2


def test_a_session_that_ended_well_is_not_offered(document: Document, journal: Journal):
    retitle(document, 2)
    journal.close()
    assert recoverable() == []


def test_a_session_whose_program_lives_is_not_offered(document: Document, journal: Journal):
    retitle(document, 2)
    assert recoverable() == []


def test_a_session_that_did_nothing_is_removed(journal: Journal):
    crash(journal)
    assert recoverable() == []
    assert not journal.folder.exists()


def test_a_session_that_only_looked_around_is_offered(document: Document, journal: Journal):
    document.look(document.camera.moved(5, 5))
    crash(journal)
    (session,) = recoverable()
    back = recover(session)
    assert (back.camera.x, back.dirty) == (-5, False)


def test_what_was_brought_back_is_offered_again_when_the_next_program_dies_at_once(document, journal):
    document.set("document", "title", "海塘")
    crash(journal)
    (session,) = recoverable()
    second = begin_session(recover(session))
    session.discard()
    crash(second)
    (again,) = recoverable()
    assert recover(again).title == "海塘"
    second.close()


def test_the_latest_session_comes_first(document: Document, journal: Journal):
    retitle(document, 1)
    crash(journal)
    other = Document()
    later = begin_session(other)
    other.set("document", "title", "later")
    crash(later)
    for number, begun in enumerate((journal, later)):
        for file in begun.folder.iterdir():
            os.utime(file, (1e9 + number, 1e9 + number))
    assert [session.folder for session in recoverable()] == [later.folder, journal.folder]
    later.close()


def test_two_windows_do_not_bring_back_one_session(document: Document, journal: Journal):
    retitle(document, 1)
    crash(journal)
    (mine,), (other,) = recoverable(), recoverable()
    recover(mine)
    with pytest.raises(SourceUnavailable, match="Another window"):
        recover(other)
    assert recoverable() == []
    mine.release()


def test_the_file_and_whether_it_was_saved_come_back(document: Document, journal: Journal, tmp_path: Path):
    sketch(document)
    workspace.save(document, tmp_path / "a.haitang")
    crash(journal)
    (session,) = recoverable()
    back = recover(session)
    assert (back.path, back.dirty) == (tmp_path / "a.haitang", False)
    back.set("document", "title", "new")
    assert back.dirty


def test_a_workspace_that_was_opened_comes_back_with_its_path(document: Document, journal: Journal, tmp_path: Path):
    other = Document()
    sketch(other, count=3)
    workspace.save(other, tmp_path / "b.haitang")
    retitle(document, 3)
    workspace.open_into(document, tmp_path / "b.haitang")
    document.set("layer:s", "opacity", 0.5)
    crash(journal)
    (session,) = recoverable()
    back = recover(session)
    assert (back.to_dict(), back.path) == (document.to_dict(), tmp_path / "b.haitang")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format":"haitang-session"}', '{"format":"haitang-session","version":9}']
)
def test_a_broken_session_is_offered_and_says_what_is_wrong(document: Document, journal: Journal, text: str):
    retitle(document, 1)
    crash(journal)
    (journal.folder / "base.json").write_text(text, encoding="utf-8")
    (session,) = recoverable()
    with pytest.raises(DataError, match="session"):
        recover(session)
    assert len(recoverable()) == 1
    session.discard()
    assert recoverable() == []


# ------------------------------------------------------------------------ checkpoints
def test_a_checkpoint_starts_a_new_file_of_acts_and_drops_the_old(document: Document, journal: Journal):
    journal.checkpoint_acts = 3
    retitle(document, 3)
    journal.wait()
    assert [first for first, _ in segments(journal.folder)] == [4]
    assert read_story(journal.folder).sequence == 3
    retitle(document, 2)
    assert len(read_story(journal.folder).acts) == 2


def test_a_checkpoint_that_the_disk_refuses_loses_nothing(document, journal, monkeypatch: pytest.MonkeyPatch):
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    retitle(document, 2)
    with monkeypatch.context() as disk:
        disk.setattr(journal_module, "write_base", full)
        assert journal.checkpoint()
        journal.wait()
        retitle(document, 2)
    crash(journal)
    (session,) = recoverable()
    assert recover(session).title == "title 1"
    assert (session.story.sequence, session.acts) == (0, 4)


def test_a_checkpoint_keeps_what_is_done_while_it_is_written(document, journal, monkeypatch: pytest.MonkeyPatch):
    write = journal_module.write_base

    def slow(*args: Any, **named: Any) -> None:
        document.set("document", "notes", "written meanwhile")
        write(*args, **named)

    sketch(document, count=300)
    monkeypatch.setattr(journal_module, "write_base", slow)
    journal.checkpoint()
    journal.wait()
    crash(journal)
    (session,) = recoverable()
    assert recover(session).to_dict() == document.to_dict()


# ------------------------------------------------------------------------ the disk
def test_a_full_disk_is_told_once_and_what_it_refused_is_written_when_it_takes_acts_again(
    document, journal, monkeypatch: pytest.MonkeyPatch
):
    heard: list[str] = []
    journal.failed.connect(lambda error: heard.append(f"failed {error.errno == errno.ENOSPC}"))
    journal.healed.connect(lambda: heard.append("healed"))
    retitle(document, 2)
    write = os.write

    def half(handle: int, data: Any) -> int:
        if handle != journal._handle:
            return write(handle, data)
        write(handle, bytes(data)[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(journal_module.os, "write", half)
        document.set("document", "title", "refused 1")
        document.set("document", "notes", "refused 2")
    assert heard == ["failed True"]
    document.set("document", "title", "taken")
    assert heard == ["failed True", "healed"]
    crash(journal)
    (session,) = recoverable()
    back = recover(session)
    assert (back.title, back.notes, session.lost) == ("taken", "refused 2", 0)


def test_acts_are_synced_to_the_disk_within_a_second(document, journal, monkeypatch: pytest.MonkeyPatch):
    synced: list[float] = []
    monkeypatch.setattr(journal_module, "_sync", lambda _: synced.append(time.monotonic()))
    document.set("document", "title", "new")
    written = time.monotonic()
    while not synced and time.monotonic() - written < 30:
        time.sleep(0.01)
    assert synced
    assert journal_module.SYNC_S < 1


def test_a_process_that_ends_without_tidying_has_written_its_acts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    code = (
        "import os\n"
        "from app.core.document import Document\n"
        "from app.core.journal import begin_session\n"
        "document = Document()\n"
        "begin_session(document)\n"
        "document.set('document', 'title', 'written')\n"
        "os._exit(9)\n"
    )
    monkeypatch.setenv("HAITANG_HOME", str(tmp_path))
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 9
    (session,) = recoverable()
    assert recover(session).title == "written"
    session.discard()
