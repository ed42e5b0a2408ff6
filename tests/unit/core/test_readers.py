"""Readers may hang, crash or lie; the program goes on and says what happened."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from app.core.reader import BACKGROUND, STUCK_S
from app.core.reader_process import read_frame, write_frame
from app.core.readers import TRIES, ReaderPool
from layers.errors import DataError, SourceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CRASHES = """
import os, sys
from app.core.reader_process import read_frame, write_frame
write_frame(sys.stdout.buffer, {"ready": True}, [])
read_frame(sys.stdin.buffer, 1 << 20)
os._exit(139)
"""
"""A reader that dies as a parser with a fault does: in the middle of a request."""

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="stops a process with POSIX signals")


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    """A pool of two readers that give up after 2 s."""
    readers = ReaderPool(max_processes=2, timeout_s=2.0)
    yield readers
    readers.close()


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Four small series."""
    paths: list[str] = []
    for name in "abcd":
        path = tmp_path / f"{name}.csv"
        path.write_text("time,level [m]\n2026-08-01T00:00Z,1.5\n2026-08-01T01:00Z,2.5\n", encoding="utf-8")
        paths.append(str(path))
    return paths


def ask_aside(pool: ReaderPool, path: str) -> tuple[threading.Event, list[Any]]:
    """Ask without waiting."""
    ended, answers = threading.Event(), []

    def done(answer: Any) -> None:
        answers.append(answer)
        ended.set()

    pool.submit(path, None, done)
    return ended, answers


def test_a_file_is_described_by_a_child(pool: ReaderPool, files: list[str]) -> None:
    description = pool.ask(files[0], None)
    assert description.kind == "series"
    assert os.getpid() not in pool.processes()


def test_one_reader_serves_several_files_and_keeps_them(pool: ReaderPool, files: list[str]) -> None:
    for path in files:
        pool.ask(path, None)
    before = pool.processes()
    assert len(before) == 1
    for path in files:
        pool.ask(path, None)
    assert pool.processes() == before


@POSIX
def test_a_stuck_reader_gets_no_new_files(files: list[str]) -> None:
    readers = ReaderPool(max_processes=2, timeout_s=20.0)
    try:
        readers.ask(files[0], None)
        stuck = readers.processes()[0]
        os.kill(stuck, signal.SIGSTOP)
        ask_aside(readers, files[0])
        threading.Event().wait(2 * STUCK_S)
        assert readers.ask(files[1], None).kind == "series"
        assert len(readers.processes()) == 2
    finally:
        readers.close()


def test_a_missing_file_is_one_sentence_with_place_and_remedy(pool: ReaderPool, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        pool.ask(str(tmp_path / "none.tif"), None)
    assert "none.tif" in caught.value.where
    assert caught.value.remedy


@POSIX
def test_a_reader_killed_while_idle_is_replaced_unseen(pool: ReaderPool, files: list[str]) -> None:
    pool.ask(files[0], None)
    for pid in pool.processes():
        os.kill(pid, signal.SIGKILL)
    assert pool.ask(files[0], None).kind == "series"


@POSIX
def test_the_files_of_a_reader_killed_while_idle_are_named_before_anyone_asks(
    pool: ReaderPool, files: list[str]
) -> None:
    told: list[tuple[list[str], bool]] = []
    heard = threading.Event()
    pool.died.connect(lambda paths, spared: (told.append((paths, spared)), heard.set()))
    for path in files[:2]:
        pool.ask(path, None)
    os.kill(pool.processes()[0], signal.SIGKILL)
    assert heard.wait(10)
    assert told == [(files[:2], True)]
    assert pool.processes() == []
    assert pool.ask(files[1], None).kind == "series"


@POSIX
def test_a_reader_that_has_no_file_ends_unnoticed() -> None:
    readers = ReaderPool(max_processes=1)
    told: list[list[str]] = []
    readers.died.connect(lambda paths, _: told.append(paths))
    try:
        readers.warm()
        os.kill(readers.processes()[0], signal.SIGKILL)
        deadline = threading.Event()
        for _ in range(100):
            if not readers.processes():
                break
            deadline.wait(0.1)
        assert readers.processes() == []
        assert told == []
    finally:
        readers.close()


@POSIX
def test_a_reader_killed_at_work_is_replaced_and_its_requests_are_asked_again(
    pool: ReaderPool, files: list[str]
) -> None:
    told: list[tuple[list[str], bool]] = []
    pool.died.connect(lambda paths, spared: told.append((paths, spared)))
    for path in files:
        pool.ask(path, None)
    first = pool.processes()[0]
    os.kill(first, signal.SIGSTOP)
    asked = [ask_aside(pool, path) for path in files]
    os.kill(first, signal.SIGKILL)
    for ended, answers in asked:
        assert ended.wait(20)
        assert answers[0].kind == "series"
    assert all(spared for _, spared in told)


@POSIX
def test_a_file_that_ends_every_reader_is_left_alone_until_it_is_reopened(
    pool: ReaderPool, files: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[list[str], bool]] = []
    pool.died.connect(lambda paths, spared: told.append((paths, spared)))
    monkeypatch.setattr("app.core.reader_child.command", lambda ahead: [sys.executable, "-c", CRASHES])
    with pytest.raises(SourceUnavailable, match="ended unexpectedly"):
        pool.ask(files[0], None)
    assert [spared for _, spared in told] == [True] * (TRIES - 1) + [False]
    with pytest.raises(SourceUnavailable, match="ended unexpectedly"):
        pool.ask(files[0], None)
    monkeypatch.undo()
    pool.reopen(files[0])
    assert pool.ask(files[0], None).kind == "series"


@POSIX
def test_a_reader_that_hangs_is_ended_after_its_time(pool: ReaderPool, files: list[str]) -> None:
    pool.ask(files[0], None)
    os.kill(pool.processes()[0], signal.SIGSTOP)
    with pytest.raises(SourceUnavailable, match="took too long"):
        pool.ask(files[0], None)


@POSIX
def test_a_newer_wish_drops_the_older_that_still_waits(pool: ReaderPool, files: list[str]) -> None:
    pool.ask(files[0], None)
    pid = pool.processes()[0]
    heard: list[str] = []
    last = threading.Event()
    os.kill(pid, signal.SIGSTOP)
    for name in ("first", "second", "third", "fourth"):

        def done(_: Any, name: str = name) -> None:
            heard.append(name)
            if name == "fourth":
                last.set()

        pool.submit(files[0], None, done, key="view")
    os.kill(pid, signal.SIGCONT)
    assert last.wait(20)
    assert heard[-1] == "fourth"
    assert len(heard) <= 2


@POSIX
def test_what_is_urgent_goes_before_what_waits_in_the_background(pool: ReaderPool, files: list[str]) -> None:
    pool.ask(files[0], None)
    pid = pool.processes()[0]
    heard: list[str] = []
    last = threading.Event()
    os.kill(pid, signal.SIGSTOP)
    ask_aside(pool, files[0])
    pool.submit(files[0], None, lambda _: (heard.append("background"), last.set()), priority=BACKGROUND)
    pool.submit(files[0], None, lambda _: heard.append("urgent"))
    os.kill(pid, signal.SIGCONT)
    assert last.wait(20)
    assert heard == ["urgent", "background"]


def test_a_closed_pool_answers_with_an_error(files: list[str]) -> None:
    readers = ReaderPool(max_processes=1)
    readers.close()
    with pytest.raises(SourceUnavailable, match="closing"):
        readers.ask(files[0], None)


@POSIX
def test_a_reader_that_wants_too_much_memory_says_so(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    row = "2026-08-01T00:00Z,1.5\n"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("time,level [m]\n")
        stream.writelines(row * 1000 for _ in range(3000))
    readers = ReaderPool(max_processes=1, memory_mb=400)
    try:
        with pytest.raises(DataError):
            readers.ask(str(path), None)
    finally:
        readers.close()


def test_frames_pass_and_a_frame_without_sense_is_refused() -> None:
    stream = io.BytesIO()
    write_frame(stream, {"op": "read"}, [b"abc", b""])
    stream.seek(0)
    assert read_frame(stream, 100) == ({"op": "read"}, [bytearray(b"abc"), bytearray()])
    assert read_frame(stream, 100) is None
    stream.seek(0)
    with pytest.raises(ValueError, match="bytes"):
        read_frame(stream, 4)
    with pytest.raises(ValueError, match="buffers"):
        read_frame(io.BytesIO(b"\xff\xff\xff\xff"), 100)
