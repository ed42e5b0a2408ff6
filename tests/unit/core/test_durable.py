"""Files appear whole or not at all; locks end with their program; notices are told."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from app.core import durable
from app.core.language import set_language
from app.core.locks import FileLock
from app.core.notices import Notice, Notices
from layers.errors import DataError
from tests.realdata import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_file_is_replaced_whole(tmp_path: Path):
    file = tmp_path / "a"
    file.write_bytes(b"old")
    assert durable.replace(file, [b"new ", b"words"]) == 9
    assert file.read_bytes() == b"new words"
    assert list(tmp_path.iterdir()) == [file]


def test_content_that_fails_midway_leaves_the_old_file_and_no_rest(tmp_path: Path):
    file = tmp_path / "a"
    file.write_bytes(b"old")

    def content() -> Iterator[bytes]:
        yield b"half"
        raise DataError("no more")

    with pytest.raises(DataError):
        durable.replace(file, content())
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_what_other_living_programs_write_is_not_swept_away(tmp_path: Path):
    for pid in (11, 12):
        (tmp_path / f".a.{pid}.tmp").touch()
    durable.sweep(tmp_path / "a", pids=[12])
    assert [path.name for path in tmp_path.iterdir()] == [".a.12.tmp"]


def test_a_lock_is_held_by_one_and_free_after_release(tmp_path: Path):
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire()
    first.write("held by a test")
    assert not second.acquire()
    assert (first.held, second.held) == (True, False)
    assert (tmp_path / "lock").read_text() == "held by a test"
    first.release()
    assert second.acquire()
    second.release()


def test_a_lock_is_free_when_its_program_was_killed(tmp_path: Path):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from app.core.locks import FileLock\n"
        "FileLock(Path(sys.argv[1])).acquire() and print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code.replace("FileLock(Path", "lock = FileLock(Path").replace(
        ".acquire() and", "; lock.acquire() and"), str(tmp_path / "lock")]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline().strip() == b"held"
        lock = FileLock(tmp_path / "lock")
        assert not lock.acquire()
        program.kill()
        program.wait()
        assert lock.acquire()
        lock.release()


def test_words_are_written_only_into_a_held_lock(tmp_path: Path):
    with pytest.raises(RuntimeError):
        FileLock(tmp_path / "lock").write("words")


def test_each_notice_is_told_and_a_repeated_one_kept_once():
    notices, heard = Notices(), []
    notices.posted.connect(heard.append)
    notices.info("Saved.", "a.haitang")
    notices.info("Saved.", "a.haitang")
    notices.warning("Slow.")
    assert [notice.severity for notice in heard] == ["info", "info", "warning"]
    assert notices.all == [Notice("info", "Saved.", "a.haitang"), Notice("warning", "Slow.")]


def test_an_error_becomes_a_notice_in_the_language_on_screen():
    notices = Notices()
    set_language("zh")
    notices.error(DataError("Two layers have the same id.", where="a.haitang"), (("打开", "open"),))
    assert notices.all == [Notice("error", "有两个图层编号相同（a.haitang）。", "a.haitang", (("打开", "open"),))]


def test_only_the_last_notices_are_kept():
    notices = Notices()
    for number in range(Notices.limit + 10):
        notices.info(str(number))
    assert len(notices.all) == Notices.limit
    assert notices.all[-1].text == str(Notices.limit + 9)
