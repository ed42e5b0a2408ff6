"""Runs of tools in children of their own: progress is heard, cancel acts, and nothing is left open."""

from __future__ import annotations

import sys
import threading
import time

import pytest

from app.core import jobs
from app.core.jobs import KILL_AFTER_S, ProcessJob
from layers.errors import HaitangError

DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.stderr.write('{"progress": 0.5, "text": "half"}\\n')
sys.stderr.flush()
time.sleep(60)
"""
"""A child that is asked to end and does not."""

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a child cannot be deaf to its end on Windows")


def job_of(monkeypatch: pytest.MonkeyPatch, source: str) -> ProcessJob:
    """A job whose child runs a few lines of Python."""
    monkeypatch.setattr(jobs, "program_command", lambda: [sys.executable, "-S", "-c", source])
    return ProcessJob("A job", ["run", "data.clip"])


def ended(job: ProcessJob) -> ProcessJob:
    """Start a job and wait for its end."""
    job.start().wait(20)
    return job


def pipes(job: ProcessJob) -> list[bool]:
    """Tell of both pipes whether they are closed."""
    process = job._process
    assert process is not None
    return [stream is None or stream.closed for stream in (process.stdout, process.stderr)]


def test_a_job_hears_progress_and_takes_the_answer_home(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[float, str]] = []
    source = """
import json, sys
for share in (0.25, 0.75):
    sys.stderr.write(json.dumps({"progress": share, "text": "步骤"}, ensure_ascii=False) + "\\n")
print(json.dumps({"tool": "data.clip", "words": sys.argv[1:]}))
"""
    job = job_of(monkeypatch, source)
    job.changed.connect(lambda: heard.append((job.share, job.text)))
    ended(job)
    assert (job.state, job.share, job.error) == ("done", 1.0, None)
    assert job.answer == {"tool": "data.clip", "words": ["run", "data.clip", "--json"]}
    assert heard[:2] == [(0.25, "步骤"), (0.75, "步骤")]


def test_an_ended_job_has_closed_its_pipes(monkeypatch: pytest.MonkeyPatch) -> None:
    job = ended(job_of(monkeypatch, "print('{}')"))
    assert job.state == "done"
    assert pipes(job) == [True, True]


@pytest.mark.parametrize(
    "torn",
    [
        r'{"progress": 0.',
        r'{"progress": 0.5, "te',
        r'{"progress": "much", "text": "x"}\n',
        r'{"progress": NaN, "text": "x"}\n',
        r'{"progress": null}\n',
        r'{"progress": 0.5, "text": "\xe6\xad',
        r'{"progress": 0.5{"progress": 0.6}\n',
        r"\xff\xfe\n",
        r'["progress"]\n',
    ],
)
def test_a_torn_line_of_progress_is_passed_over_and_the_end_is_still_told(
    monkeypatch: pytest.MonkeyPatch, torn: str
) -> None:
    source = f"""
import sys
sys.stderr.buffer.write(b'{{"progress": 0.25, "text": "first"}}\\n')
sys.stderr.buffer.write(b'{torn}')
sys.stderr.flush()
sys.exit(1)
"""
    job = job_of(monkeypatch, source)
    shares: list[float] = []
    job.changed.connect(lambda: shares.append(job.share))
    ended(job)
    assert (job.state, job.share, job.text) == ("failed", 0.25, "first")
    assert shares == [0.25, 0.25]
    assert pipes(job) == [True, True]


def test_progress_behind_the_words_of_a_library_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
import sys
sys.stderr.write('Warning: 3 of 4{"progress": 0.5, "text": "half"}\\n')
sys.exit(1)
"""
    assert ended(job_of(monkeypatch, source)).share == 0.5


def test_a_line_without_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
import sys
for _ in range(64):
    sys.stderr.write("x" * 65536)
sys.stderr.write('\\n{"progress": 0.5, "text": "half"}\\n')
print("{}")
"""
    job = job_of(monkeypatch, source)
    seen: list[int] = []
    keep = job._on_line
    monkeypatch.setattr(job, "_on_line", lambda line: (seen.append(len(line)), keep(line)))
    ended(job)
    assert job.state == "done"
    assert max(seen) <= jobs.LINE_LIMIT
    assert "half" in job.text


@POSIX
def test_a_deaf_child_is_ended_within_a_second_and_its_timer_keeps_no_program_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = job_of(monkeypatch, DEAF)
    speaking = threading.Event()
    job.changed.connect(speaking.set)
    job.start()
    assert speaking.wait(20)
    asked = time.monotonic()
    job.cancel()
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert timers
    assert all(timer.daemon for timer in timers)
    job.wait(20)
    assert time.monotonic() - asked < KILL_AFTER_S + 1.0
    assert job.state == "cancelled"
    assert pipes(job) == [True, True]


def test_a_child_that_obeys_leaves_no_timer_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(threading.enumerate())
    job = job_of(monkeypatch, "import time; time.sleep(60)")
    job.start().cancel()
    job.wait(20)
    assert job.state == "cancelled"
    assert [t for t in threading.enumerate() if t not in before and isinstance(t, threading.Timer)] == []


def test_a_cancel_after_the_end_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    job = ended(job_of(monkeypatch, "print('{}')"))
    job.cancel()
    assert job.state == "done"


def test_a_program_that_cannot_be_started_fails_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    job = ProcessJob("A job", ["run"])
    monkeypatch.setattr(jobs, "program_command", lambda: ["/nonexistent/haitang"])
    told: list[str] = []
    job.changed.connect(lambda: told.append(job.state))
    ended(job)
    assert (job.state, told) == ("failed", ["failed"])
    assert isinstance(job.error, HaitangError)
    assert job.error.where == "/nonexistent/haitang"
    assert job.error.remedy


@pytest.mark.parametrize("output", ['["not", "an", "object"]', "no answer", '{"error": "a word"}'])
def test_an_answer_without_sense_is_a_failure_that_says_so(monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    job = ended(job_of(monkeypatch, f"import sys; print('{output}'); sys.exit(3)"))
    assert job.state == "failed"
    assert "exit code 3" in str(job.error)
