"""What the command line answers: exit codes, one JSON object on stdout, one sentence on failure."""

from __future__ import annotations

import json
import os
import sys
import traceback
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from app.core.language import error_text, tr
from layers.errors import Cancelled, HaitangError, MemoryExceeded, ParameterInvalid, SourceUnavailable

DONE, FAULT, WRONG_CALL, UNUSABLE, CANCELLED, WAITING = 0, 1, 2, 3, 4, 5


def print_json(answer: dict[str, Any] | list[Any]) -> None:
    """Write one JSON object on stdout."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False, default=str) + "\n")
    sys.stdout.flush()


def code_of(error: BaseException) -> int:
    """Give the exit code that an error ends the program with."""
    if isinstance(error, Cancelled | KeyboardInterrupt):
        return CANCELLED
    if isinstance(error, ParameterInvalid):
        return WRONG_CALL
    return UNUSABLE if isinstance(error, HaitangError | MemoryError) else FAULT


def refuse(error: BaseException, *, as_json: bool) -> int:
    """Say in one sentence what went wrong, where, and what to do; the exit code."""
    told = known(error)
    if as_json:
        print_json({"error": shown(told)})
    sys.stderr.write(" ".join(error_text(told).split()) + "\n")
    sys.stderr.flush()
    return code_of(error)


def refuse_word(word: str, commands: list[str]) -> int:
    """Refuse the first word of a call that is no command and no file; the exit code."""
    near = get_close_matches(word, commands, n=1)
    if Path(word).suffix or Path(word).parent != Path():
        return refuse(
            SourceUnavailable(
                "There is no such file, or it may not be read.",
                where=word,
                remedy="Check the name, the drive and your rights.",
            ),
            as_json=False,
        )
    return refuse(
        ParameterInvalid(
            "There is no command {word}, and no file of this name.",
            where=word,
            remedy="Did you mean {near}? haitang --help lists all commands." if near else "Commands: {commands}.",
            word=word,
            near=" ".join(["haitang", *near]),
            commands=", ".join(commands),
        ),
        as_json=False,
    )


def shown(error: HaitangError) -> dict[str, str]:
    """Give an error for JSON; code and place as they are, the sentences in the language of the screen."""
    remedy = tr(error.remedy_template, **error.fields) if error.remedy_template else ""
    return error.to_dict() | {"what": tr(error.template, **error.fields), "remedy": remedy}


def known(error: BaseException) -> HaitangError:
    """Give an error of our own family for whatever was raised."""
    if isinstance(error, HaitangError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Cancelled("The job was cancelled.")
    if isinstance(error, MemoryError):
        return MemoryExceeded(
            "There is not enough memory for this.", remedy="Cut the input into parts first, or use a larger machine."
        )
    return _fault(error)


def _fault(error: BaseException) -> HaitangError:
    """Write the trace of our own fault to a report and give the sentence about it."""
    from app.core.settings import home

    report = home() / "reports" / f"fault-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return HaitangError(
        "The program failed: {reason}",
        where=str(report),
        remedy="Send this report to those who look after the program.",
        reason=f"{type(error).__name__}: {error}",
    )
