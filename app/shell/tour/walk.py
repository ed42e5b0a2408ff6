"""Walk: the command ``haitang tour``; every step in order, its pictures, the page, and one exit code."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from app.core.language import N_, language, set_language, tr, translated
from app.shell.tour.page import Report, said, write
from app.shell.tour.witness import WIDE, Fact, StepFailed
from layers.errors import HaitangError, SourceUnavailable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from app.shell.tour.guide import Guide
    from app.shell.tour.script import Step

MOST_FAILURES = 3
"""Steps that may fail before the tour is given up."""
DONE, FAULT = 0, 1


def tour(parsed: argparse.Namespace) -> int:
    """Walk through everything; the exit code is 0 only where every step did what it says."""
    from app.shell.tour.script import SCRIPT

    return walk(parsed.folder, SCRIPT)


def walk(folder: Path, script: Sequence[Step]) -> int:
    """Lead a new window through steps, in a home of its own, and write pictures and page.

    Parameters
    ----------
    folder : Path
        Made where it is not there; what an earlier tour left in it is removed.
    script : sequence of Step

    Raises
    ------
    SourceUnavailable
        The folder cannot be written.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would leave the user's own name of the folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
    except OSError as error:
        raise SourceUnavailable("The folder of the tour cannot be written.", where=str(folder)) from error
    started, reports = time.monotonic(), list[Report]()
    spoken = language()
    try:
        with _own_home(), _window(folder) as guide:
            _go(guide, script, reports, spoken)
    finally:
        set_language(spoken)
    write(folder, reports, _products(folder), time.monotonic() - started)
    failed = [report for report in reports if report.failure is not None]
    for report in failed:
        words = tr("The step {step} of the tour did not do what it says:", step=report.id)
        _tell(f"{words} {_reason(report)}")
    return FAULT if failed or len(reports) < len(script) else DONE


def _go(guide: Guide, script: Sequence[Step], reports: list[Report], spoken: str) -> None:
    """Take the steps, and tell of each in the caller's language; the window speaks its own."""
    done, failed, numbers = N_("done"), N_("failed"), N_("{checks} checks, {pictures} pictures")
    for number, step in enumerate(script, 1):
        report = take(guide, step)
        reports.append(report)
        state = translated(done if report.failure is None else failed, spoken)
        counts = translated(numbers, spoken).format(checks=len(report.facts), pictures=len(report.shots))
        _tell(f"[{number:2d}/{len(script)}] {step.id:<11} {state}  {report.seconds:5.1f} s  {counts}")
        if sum(one.failure is not None for one in reports) >= MOST_FAILURES:
            return


def take(guide: Guide, step: Step) -> Report:
    """Take one step; whatever goes wrong stands in its report."""
    report = Report(step.id, step.title, step.text)
    started = time.monotonic()
    guide.begin(step.id)
    try:
        step.act(guide)
        guide.end()
    except StepFailed as error:
        report.failure = Fact(error.sentence, error.fields)
    except HaitangError as error:
        report.failure = Fact("{reason}", {"reason": f"{error} {error.where}"})
    except Exception as error:  # noqa: BLE001 - a step that ends in any other way has not done what it says either
        report.failure = Fact("{reason}", {"reason": f"{type(error).__name__}: {error}"})
    report.facts, report.shots = guide.facts, guide.shots
    report.seconds = time.monotonic() - started
    return report


@contextmanager
def _own_home() -> Iterator[None]:
    """Give the program a home of its own for a while; the user's settings are neither read nor written."""
    before = os.environ.get("HAITANG_HOME")
    with TemporaryDirectory(prefix="haitang-tour-", ignore_cleanup_errors=True) as folder:
        os.environ["HAITANG_HOME"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["HAITANG_HOME"]
            else:
                os.environ["HAITANG_HOME"] = before


@contextmanager
def _window(folder: Path) -> Iterator[Guide]:
    """Open a window, and close it in the end with all that belongs to it."""
    from app.core.settings import Settings
    from app.shell import shots
    from app.shell.startup import start
    from app.shell.tour.guide import Guide

    set_language("zh")
    window = start([], Settings(language="zh", theme="light"), size=WIDE, keep_session=False)
    window.ask_nothing()
    window.resize(*WIDE)
    shots.settle(window)
    try:
        yield Guide(window, folder)
    finally:
        shots.end(window)


def _sweep(folder: Path) -> None:
    """Remove what an earlier tour left here; other files stay."""
    file = folder / "tour.json"
    if not file.is_file():
        return
    try:
        told = json.loads(file.read_text("utf-8"))
        names = [shot["file"] for step in told["steps"] for shot in step["pictures"]] + told["products"]
    except (ValueError, KeyError, TypeError):
        return
    for name in [*names, "index.html", "tour.json"]:
        path = folder / str(name)
        if path.resolve().is_relative_to(folder.resolve()):
            path.unlink(missing_ok=True)


def _products(folder: Path) -> list[str]:
    found = (folder / "products").glob("*")
    return sorted(path.relative_to(folder).as_posix() for path in found if path.is_file())


def _reason(report: Report) -> str:
    return said(report.failure, language()) if report.failure is not None else ""


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
