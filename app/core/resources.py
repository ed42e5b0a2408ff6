"""What a run may hold and where it runs: memory caps, peak memory, a Dask cluster."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from layers.errors import ParameterInvalid, SourceUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.records import Run

_UNITS = {"": 1 << 20, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


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


def peak_rss_mb() -> float:
    """Give the largest memory this process tree held, MiB."""
    if sys.platform == "win32":
        import psutil

        return round(psutil.Process().memory_info().peak_wset / (1 << 20), 1)
    import resource

    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return round((own + children) / unit, 1)


def run_by_name(tool_id: str, given: dict[str, Any], out: Path | None, memory: int, vdatum: str | None) -> Run:
    """Run a tool by its id; what a cluster's worker is asked to do."""
    from app.core.jobs import Job
    from app.core.records import run_tool
    from app.core.tools import find

    run = run_tool(find(tool_id), given, out, job=Job(memory_mb=memory), vdatum=vdatum)
    run.result = None
    return run


def on_cluster(
    address: str, tool_id: str, given: dict[str, Any], out: Path | None, memory: int, vdatum: str | None
) -> Run:
    """Run a tool on a worker of a Dask cluster that sees the same files; ``local`` starts one here.

    Raises
    ------
    SourceUnavailable
        The cluster does not answer.
    """
    from distributed import Client, LocalCluster

    try:
        if address == "local":
            client = Client(LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None))
        else:
            client = Client(address, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise SourceUnavailable(
            "The cluster does not answer.",
            where=address,
            remedy="Check the address (tcp://host:8786), or leave --cluster out.",
        ) from error
    with client:
        return client.submit(run_by_name, tool_id, given, out, memory, vdatum, pure=False).result()
