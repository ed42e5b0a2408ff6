"""Uncaught errors: a notice, a report file, and the window lives on."""

from __future__ import annotations

import platform
import sys
import threading
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.core.language import tr
from app.core.notices import Notice
from app.core.settings import home
from layers.errors import HaitangError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from app.core.notices import Notices

KEPT = 50
"""Reports that are kept; the oldest go first."""
_guard = threading.Lock()


def reports_folder() -> Path:
    """Give the folder of the error reports."""
    folder = home() / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_report(kind: type[BaseException], error: BaseException, trace: TracebackType | None, where: str) -> Path:
    """Write what went wrong into a file of its own and give its path."""
    with _guard:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        path = reports_folder() / f"{stamp}.txt"
        lines = [
            f"time: {stamp} UTC",
            f"thread: {where}",
            f"python: {platform.python_version()} on {platform.platform()}",
            f"modules: {', '.join(f'{name} {_version(name)}' for name in ('PySide6', 'numpy', 'numba'))}",
            "",
            *traceback.format_exception(kind, error, trace),
        ]
        path.write_text("\n".join(lines), "utf-8")
        for old in sorted(reports_folder().glob("*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)
    return path


def _version(name: str) -> str:
    return str(getattr(sys.modules.get(name), "__version__", "not loaded"))


class CrashGuard:
    """Catches what nobody caught while it is installed.

    Parameters
    ----------
    notices : Notices
    on_main : callable
        Runs a callable on the main thread.
    """

    def __init__(self, notices: Notices, on_main: Callable[[Callable[[], object]], object]) -> None:
        self._notices, self._on_main = notices, on_main
        self._before: tuple[Any, Any] | None = None

    def install(self) -> None:
        """Begin to catch."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error

    def remove(self) -> None:
        """Give the hooks back."""
        if self._before is not None:
            sys.excepthook, threading.excepthook = self._before
            self._before = None

    def _on_thread_error(self, fault: threading.ExceptHookArgs) -> None:
        if fault.exc_value is not None:
            name = fault.thread.name if fault.thread is not None else "thread"
            self._tell(fault.exc_type, fault.exc_value, fault.exc_traceback, name)

    def _on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self._tell(kind, error, trace, threading.current_thread().name)

    def _tell(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None, where: str) -> None:
        cause = error.__cause__
        plain = error if isinstance(error, HaitangError) else cause if isinstance(cause, HaitangError) else None
        if plain is not None:
            self._on_main(lambda: self._notices.error(plain))
            return
        try:
            path = write_report(kind, error, trace, where)
        except OSError:
            sys.__excepthook__(kind, error, trace)
            return
        acts = ((tr("Open the folder of reports"), "help.reports"),)
        text = tr("Something unexpected went wrong. Your work is safe; you can go on. A report was written.")
        self._on_main(lambda: self._notices.post(Notice("error", text, str(path), acts)))
