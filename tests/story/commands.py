"""The command line as a person calls it, in this process or in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from app.cli import main

if TYPE_CHECKING:
    import pytest


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any], str]:
    """Run a command here, with --json; exit code, answer, stderr."""
    code = main([*(str(w) for w in words), "--json"])
    told = capsys.readouterr()
    return code, json.loads(told.out) if told.out.strip() else {}, told.err


def made(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    """Run a tool that must succeed; its answer."""
    code, answer, err = run(capsys, "run", *words)
    assert code == 0, err
    return answer


def program(*words: object, **more: Any) -> subprocess.Popen[str]:
    """Start the program itself in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "app", *(str(w) for w in words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, **more.pop("env", {})},
        **more,
    )
