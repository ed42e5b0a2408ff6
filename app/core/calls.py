"""Calls of tools by words, here or on a Dask cluster: the same bytes either way."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from app.core.jobs import Job, Remark
from app.core.records import run_tool
from app.core.resources import own_peak_mb
from app.core.tools import Assumed, find, split_word
from layers.errors import Cancelled, HaitangError, SourceUnavailable, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECT_S = 10.0
ASK_EVERY_S = 0.3
"""How often a worker asks whether its run is still wanted."""


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
    assumed : Assumed
        What is taken for inputs that do not say their datum, reference system or time zone.
    """

    tool: str
    given: dict[str, Any]
    out: Path | None = None
    memory_mb: int = 0
    assumed: Assumed = field(default_factory=Assumed)

    def absolute(self) -> Call:
        """Give the call with full paths, for a process in another folder."""
        given = {name: _full(value) for name, value in self.given.items()}
        out = self.out.resolve() if self.out is not None else None
        return Call(self.tool, given, out, self.memory_mb, self.assumed)


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
    if isinstance(value, list):
        return [_full(v) for v in cast("list[Any]", value)]
    path, key = split_word(value) if isinstance(value, str) else ("", "")
    if not path or not os.path.exists(path):  # noqa: PTH110  a word may be longer than a path can be
        return value
    return str(Path(path).resolve()) + (f"#{key}" if key else "")


def run_call(call: Call, job: Job | None = None) -> Outcome:
    """Run a tool here."""
    job = Job(memory_mb=call.memory_mb) if job is None else job
    run = run_tool(find(call.tool), call.given, call.out, job=job, assumed=call.assumed)
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
        return library.Client(address, timeout=CONNECT_S)
    except (OSError, ValueError, TypeError) as error:
        raise SourceUnavailable(
            "The cluster does not answer.",
            where=address,
            remedy="Check the address (tcp://host:8786), or leave --cluster out.",
        ) from error
