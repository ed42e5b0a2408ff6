"""What a run may hold, and what it held."""

from __future__ import annotations

import re
import sys
from typing import Any, cast

import psutil

from layers.errors import ParameterInvalid

_UNITS = {"": 1 << 20, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


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
