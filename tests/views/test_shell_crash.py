"""Errors that nobody caught: a notice, a report, and the window goes on."""

from __future__ import annotations

import sys
import threading

import pytest

from app.core.notices import Notices
from app.shell.crash import KEPT, CrashGuard, reports_folder, write_report
from layers.errors import DataError


@pytest.fixture
def guard():
    notices = Notices()
    made = CrashGuard(notices, lambda call: call())
    before = sys.excepthook
    made.install()
    yield made, notices
    made.remove()
    assert sys.excepthook is before


def reports() -> list[str]:
    return [path.read_text("utf-8") for path in sorted(reports_folder().glob("*.txt"))]


def test_an_error_becomes_a_notice_with_a_report(guard):
    try:
        raise RuntimeError("the pump stands still")
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert [notice.severity for notice in guard[1].all] == ["error"]
    assert "the pump stands still" in reports()[0]
    assert "test_shell_crash.py" in reports()[0]
    assert guard[1].all[0].actions[0][1] == "help.reports"


def test_an_error_in_a_thread_is_told_too(guard):
    thread = threading.Thread(target=lambda: 1 / 0, name="reader of gauges")
    thread.start()
    thread.join()
    assert "ZeroDivisionError" in reports()[0]
    assert "thread: reader of gauges" in reports()[0]


def test_an_error_of_the_house_is_told_in_its_own_words_and_leaves_no_report(guard):
    error = DataError("The file is broken at {at}.", at="3:1", where="/data/a.nc")
    sys.excepthook(type(error), error, None)
    assert "3:1" in guard[1].all[0].text
    assert reports() == []


def test_the_oldest_reports_are_dropped():
    for number in range(KEPT + 5):
        write_report(ValueError, ValueError(str(number)), None, "main")
    kept = reports()
    assert len(kept) == KEPT
    assert "ValueError: 5" in kept[0]
