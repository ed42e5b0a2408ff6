"""The audit log shows every line that was changed, taken out, moved or cut off."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.audit import START, AuditLog, default_log, verify
from app.core.settings import home
from layers.errors import DataError, SourceUnavailable
from tests.realdata import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    made = AuditLog(tmp_path / "audit.jsonl")
    for number in range(5):
        made.record("export", f"图 {number}", "done", person="张工")
    return made


def lines(log: AuditLog) -> list[bytes]:
    return log.path.read_bytes().splitlines(keepends=True)


def places(log: AuditLog) -> list[int]:
    return sorted({problem.line for problem in verify(log.path)})


def test_an_untouched_log_has_no_problems_and_each_line_names_the_one_before(log: AuditLog):
    assert verify(log.path) == []
    entries = [json.loads(line) for line in lines(log)]
    assert entries[0]["previous"] == START
    assert [entry["previous"] for entry in entries[1:]] == [entry["hash"] for entry in entries[:-1]]
    assert entries[2]["person"] == "张工"


def test_a_changed_word_is_found_in_its_line(log: AuditLog):
    log.path.write_bytes(log.path.read_bytes().replace("图 2".encode(), "图 9".encode()))
    assert places(log) == [3]


def test_a_changed_line_with_a_fresh_hash_is_found_in_the_next_line(log: AuditLog):
    other = AuditLog(log.path.with_name("other.jsonl"))
    for number in range(3):
        other.record("export", f"图 {number * 9}", "done", person="张工")
    log.path.write_bytes(b"".join([*lines(log)[:2], lines(other)[2], *lines(log)[3:]]))
    assert places(log) == [3, 4]


def test_a_line_that_was_taken_out_is_missed(log: AuditLog):
    log.path.write_bytes(b"".join(lines(log)[:1] + lines(log)[2:]))
    assert 2 in places(log)


def test_lines_that_changed_places_are_found(log: AuditLog):
    first, second, third, *rest = lines(log)
    log.path.write_bytes(b"".join([first, third, second, *rest]))
    assert places(log) == [2, 3, 4]


def test_lines_cut_off_at_the_end_are_missed(log: AuditLog):
    log.path.write_bytes(b"".join(lines(log)[:3]))
    assert [problem.what for problem in verify(log.path)] == ["Lines at the end are missing."]


def test_a_log_that_was_begun_anew_with_other_words_is_found(log: AuditLog):
    head = log.head_path.read_bytes()
    log.path.unlink()
    log.head_path.unlink()
    for number in range(5):
        log.record("export", f"another {number}", "done", person="张工")
    log.head_path.write_bytes(head)
    assert [problem.what for problem in verify(log.path)] == ["The last line is not the one that was written."]


@pytest.mark.parametrize("spoil", [lambda whole: whole[:-5], lambda whole: whole[:-5] + b"oops\n", lambda _: b""])
def test_nothing_is_appended_where_acknowledged_lines_are_gone(log: AuditLog, spoil):
    spoilt = spoil(log.path.read_bytes())
    log.path.write_bytes(spoilt)
    with pytest.raises(DataError, match="end of the audit log"):
        log.record("export", "map", "done")
    assert log.path.read_bytes() == spoilt


def test_a_line_that_a_power_cut_left_unfinished_is_taken_off_and_told(log: AuditLog):
    log.path.write_bytes(log.path.read_bytes() + b'{"number":6,"time"')
    assert places(log) == [6]
    log.record("export", "map", "done")
    assert verify(log.path) == []
    mended, last = (json.loads(line) for line in lines(log)[5:])
    assert (mended["action"], mended["object"]) == ("mend log", "18 bytes of a line that was not finished")
    assert last["action"] == "export"


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_single_byte_can_be_changed_unseen(log: AuditLog, data):
    whole = log.path.read_bytes()
    place, byte = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 255))
    changed = whole[:place] + bytes([byte]) + whole[place + 1 :]
    log.path.write_bytes(changed)
    found = verify(log.path)
    log.path.write_bytes(whole)
    assert bool(found) == (changed != whole)


def test_a_long_log_goes_on_where_it_ended(log: AuditLog):
    log.record("note", "x" * 100_000, "long")
    log.record("note", "after a long one", "done")
    assert verify(log.path) == []
    assert len(lines(log)) == 7


def test_two_programs_may_write_at_once(log: AuditLog):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from app.core.audit import AuditLog\n"
        "for number in range(20):\n"
        "    AuditLog(Path(sys.argv[1])).record('act', str(number), 'done')\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(log.path)], cwd=ROOT) for _ in range(3)]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    assert verify(log.path) == []
    assert len(lines(log)) == 65


def test_the_log_lies_in_the_users_home_where_no_other_is_named():
    AuditLog().record("start", "program", "done")
    assert default_log().is_relative_to(home())
    assert verify(default_log()) == []


def test_a_log_that_is_not_there_is_said_plainly(tmp_path: Path):
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        verify(tmp_path / "gone.jsonl")
