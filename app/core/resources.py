"""What a run may hold and where it runs: memory caps, peak memory, a Dask cluster."""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import psutil

from app.core.jobs import Job, Remark
from layers.errors import Cancelled, HaitangError, ParameterInvalid, SourceUnavailable, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.records import Run

_UNITS = {"": 1 << 20, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
ASK_EVERY_S = 0.3


supervisor_pid = 0
"""Process id of the parent that watches over this run; 0 = nobody does."""


def memory_mb(word: str) -> int:
    """Read a memory size such as ``1GiB`` or ``800MB``; MiB, 0 where none is given.

    Raises
    ------
    ParameterInvalid
    """
    if not word:
        return 0
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?\s*", word.lower())
    if match is None or float(match.group(1)) <= 0:
        raise ParameterInvalid(
            "The memory size {word} is not understood.",
            where="--memory",
            remedy="Write it as 1GiB or 800MB.",
            word=repr(word),
        )
    return max(1, int(float(match.group(1)) * _UNITS[match.group(2)] / (1 << 20)))


def own_peak_mb() -> float:
    """Give the largest memory this process held, MiB."""
    if sys.platform == "win32":
        return cast("Any", psutil.Process().memory_info()).peak_wset / (1 << 20)
    import resource

    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def peak_rss_mb(others_mb: float = 0.0) -> float:
    """Give the largest memory that a run and its processes held, MiB.

    Parameters
    ----------
    others_mb : float
        What processes that are still alive held, such as the workers of a cluster on this machine.

    Notes
    -----
    The peaks of the processes are added up: this one, the largest child that has ended, the ``others``, and the
    parent that watches over the run. They need not have come at the same moment, so the figure is an upper bound.
    """
    ended = 0.0
    if sys.platform != "win32":
        import resource

        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        ended = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    return round(own_peak_mb() + ended + others_mb + _supervisor_mb(), 1)


def _supervisor_mb() -> float:
    try:
        return psutil.Process(supervisor_pid).memory_info().rss / (1 << 20) if supervisor_pid else 0.0
    except psutil.Error:
        return 0.0


@dataclass(frozen=True)
class Call:
    """One call of a tool by words: what a cluster's worker is asked to do.

    Parameters
    ----------
    tool : str
        Id of the tool.
    given : dict
        Words by parameter name.
    out : Path or None
    memory_mb : int
        What the tool may hold, MiB; 0 = nobody said.
    vdatum : str or None
        Datum of inputs that name none.
    """

    tool: str
    given: dict[str, Any]
    out: Path | None = None
    memory_mb: int = 0
    vdatum: str | None = None

    def absolute(self) -> Call:
        """Give the call with full paths, for a process in another folder."""
        given = {name: _full(value) for name, value in self.given.items()}
        out = self.out.resolve() if self.out is not None else None
        return Call(self.tool, given, out, self.memory_mb, self.vdatum)


@dataclass
class Outcome:
    """How a call ended.

    Parameters
    ----------
    others_mb : float
        Memory held by workers on this machine, MiB.
    """

    outputs: list[Path]
    stats: dict[str, Any]
    record: Path | None
    remarks: list[Remark] = field(default_factory=list[Remark])
    seconds: float = 0.0
    others_mb: float = 0.0


def _full(value: Any) -> Any:
    from app.core.tools import split_word

    if isinstance(value, list):
        return [_full(v) for v in cast("list[Any]", value)]
    path, key = split_word(value) if isinstance(value, str) else ("", "")
    if not path or not os.path.exists(path):  # noqa: PTH110  a word may be longer than a path can be
        return value
    return str(Path(path).resolve()) + (f"#{key}" if key else "")


def run_call(call: Call, job: Job | None = None) -> Outcome:
    """Run a tool here."""
    from app.core.records import run_tool
    from app.core.tools import find

    job = Job(memory_mb=call.memory_mb) if job is None else job
    run: Run = run_tool(find(call.tool), call.given, call.out, job=job, vdatum=call.vdatum)
    return Outcome(run.outputs, run.stats, run.record, run.remarks, run.seconds)


class _WorkerJob(Job):
    """A job in a worker of a cluster; it stops when the one who asked has said so."""

    def __init__(self, memory_mb: int, is_stopped: Callable[[], bool]) -> None:
        super().__init__(memory_mb=memory_mb)
        self._is_stopped = is_stopped
        self._asked = time.monotonic()

    def check(self) -> None:
        """Ask now and then whether the run is still wanted."""
        if time.monotonic() - self._asked > ASK_EVERY_S:
            self._asked = time.monotonic()
            if self._is_stopped():
                self.cancel()
        super().check()


def _run_in_worker(call: Call, stop: str) -> Outcome:
    from distributed import Event

    event: Any = Event(stop)
    return run_call(call, _WorkerJob(call.memory_mb, event.is_set))


def on_cluster(address: str, call: Call) -> Outcome:
    """Run a tool on a worker of a Dask cluster that sees the same files; ``local`` starts one here.

    Raises
    ------
    SourceUnavailable
        The cluster does not answer, or loses the worker.
    ToolError
        Dask is not installed.
    """
    client = _client(address)
    from distributed import Event

    stop: Any = Event(f"haitang-{uuid4().hex}", client)
    try:
        outcome: Outcome = client.submit(_run_in_worker, call.absolute(), stop.name, pure=False).result()
        if call.out is not None:
            outcome.outputs = [call.out if path == call.out.resolve() else path for path in outcome.outputs]
        if address == "local":
            outcome.others_mb = sum(float(mb) for mb in client.run(own_peak_mb).values())
        return outcome
    except (KeyboardInterrupt, Cancelled):
        stop.set()
        raise
    except HaitangError:
        raise
    except Exception as error:
        raise SourceUnavailable(
            "The cluster lost the run: {reason}",
            where=address,
            remedy="See that its workers run, have this program and see the same files.",
            reason=f"{type(error).__name__}: {error}",
        ) from error
    finally:
        client.close()
        if address == "local":
            client.cluster.close()


def _client(address: str) -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ToolError(
            "Running on a cluster needs the library dask.distributed.",
            where="--cluster",
            remedy="Install the program with its extra 'cluster', or leave --cluster out.",
        ) from error
    library = cast("Any", distributed)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        if address == "local":
            cluster = library.LocalCluster(
                n_workers=1,
                threads_per_worker=1,
                memory_limit=0,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
            return library.Client(cluster)
        return library.Client(address, timeout=10)
    except (OSError, ValueError, TypeError) as error:
        raise SourceUnavailable(
            "The cluster does not answer.",
            where=address,
            remedy="Check the address (tcp://host:8786), or leave --cluster out.",
        ) from error
