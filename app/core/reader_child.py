"""The child processes of readers: how one is started, and one that is started before anybody asks.

The libraries that a reader loads take as long as the window itself, so that the first reader of a window starts
with the program and not with the window's pool. This module loads next to nothing for that reason.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any, cast

_early: list[subprocess.Popen[bytes]] = []


def command(*, ahead: bool = False) -> list[str]:
    """Give the command that starts a reader, frozen or not; ``ahead`` lets it load its libraries at once."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]
    return [*program, "--reader-process", *(["ahead"] if ahead else [])]


def start(*, ahead: bool = False) -> subprocess.Popen[bytes]:
    """Start a child; it waits for its limits, see `app.core.reader_process`.

    Raises
    ------
    OSError
        The system starts no more processes.
    """
    flags = {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}
    made: Any = subprocess.Popen(
        command(ahead=ahead),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=1 << 16,
        **cast("Any", flags),
    )
    child = cast("subprocess.Popen[bytes]", made)
    _widen(child)
    return child


def start_early() -> None:
    """Start the child that `take_early` gives; where the system refuses, the pool will say so."""
    try:
        _early.append(start(ahead=True))
    except OSError:
        return


def take_early() -> subprocess.Popen[bytes] | None:
    """Give the child that was started early, once."""
    return _early.pop() if _early else None


def _widen(process: subprocess.Popen[bytes]) -> None:
    """Ask for a 1 MiB pipe where the system lets us: a frame of values passes in few switches."""
    if sys.platform != "linux" or process.stdout is None:
        return
    import fcntl

    try:
        fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, 1 << 20)
    except OSError:
        return  # over the user's pipe quota: the default size works too
