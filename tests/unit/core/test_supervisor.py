"""A run in a child is ended when asked, held to its memory, and leaves nothing half written."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import psutil
import pytest

from app.core import supervisor
from app.core.supervisor import Ended, is_supervised, supervise

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
DEAF = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
folder = pathlib.Path(sys.argv[1])
(folder / f".result.tif.{os.getpid()}.tmp").write_text("half")
staged = folder / f".result.{os.getpid()}.abc.tmp"
staged.mkdir()
(staged / "result.tif").write_text("half")
(pathlib.Path(os.environ["TMPDIR"]) / "scratch").write_text("half")
print(os.environ["TMPDIR"], flush=True)
(folder / "ready").write_text(str(os.getpid()))
while True:
    time.sleep(60)
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Lets the supervisor run a small program of ours instead of the workbench."""

    def use(text: str) -> Path:
        path = tmp_path / "child.py"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(supervisor, "program_command", lambda: [sys.executable, str(path)])
        folder = tmp_path / "out"
        folder.mkdir()
        return folder

    return use


def cancel_when_ready(folder: Path, done: threading.Event) -> threading.Thread:
    """Send this process the signal as soon as its child is at work."""

    def wait() -> None:
        while not (folder / "ready").exists():
            if done.wait(0.01):
                return
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def held_mb() -> float:
    """Memory of this process now."""
    return psutil.Process().memory_info().rss / (1 << 20)


def test_a_child_that_ends_by_itself_is_handed_on_as_it_is(script):
    script("import sys; print('answer', *sys.argv[1:]); sys.exit(3)")
    assert supervise(["run", "x"], None) == Ended(3, "answer run x\n", "")


@POSIX
def test_a_child_deaf_to_signals_is_ended_and_its_halves_are_taken_away(script):
    folder, done = script(DEAF), threading.Event()
    (folder / "neighbour.tif").write_text("whole")
    thread = cancel_when_ready(folder, done)
    try:
        ended = supervise([str(folder)], folder / "result.tif", patience_s=0.1)
    finally:
        done.set()
        thread.join()
    assert (ended.end, ended.code) == ("cancelled", -signal.SIGKILL)
    assert sorted(p.name for p in folder.iterdir()) == ["neighbour.tif", "ready"]
    assert not Path(ended.output.strip()).exists()
    assert not psutil.pid_exists(int((folder / "ready").read_text()))


@POSIX
def test_the_signal_handlers_of_before_are_back_afterwards(script):
    script("pass")
    before = signal.getsignal(signal.SIGTERM)
    supervise([], None)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_child_that_takes_more_memory_than_allowed_is_ended(script):
    script("import time; held = bytearray(b'x') * (600 << 20); time.sleep(120)")
    ended = supervise([], None, memory_mb=int(held_mb()) + 250)
    assert ended.end == "memory"


def test_the_memory_of_grandchildren_counts(script):
    script(
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', \"import time; held = bytearray(b'x') * (600 << 20); time.sleep(120)\"])"
    )
    ended = supervise([], None, memory_mb=int(held_mb()) + 250)
    assert ended.end == "memory"


@POSIX
def test_a_child_that_crashes_is_told_from_one_that_ends(script):
    script("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    ended = supervise([], None)
    assert (ended.end, ended.code) == ("crashed", -signal.SIGSEGV)


def test_the_children_of_a_supervised_child_are_not_supervised(script):
    script(
        "import os, sys\n"
        f"sys.path.insert(0, {str(Path.cwd())!r})\n"
        "from app.core import resources, supervisor\n"
        "print(supervisor.is_supervised())\n"
        "supervisor.obey()\n"
        "print(supervisor.is_supervised(), resources.supervisor_pid == os.getppid())\n"
    )
    assert supervise([], None).output.split() == ["True", "False", "True"]
    assert not is_supervised()
