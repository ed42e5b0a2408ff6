"""Rows of one picture shared among threads."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = max(1, min(4, os.cpu_count() or 1))
"""Threads that share one picture where the caller names no number."""

SMALLEST_BAND = 32
"""Rows below which a further thread costs more than it brings."""


@cache
def _helpers() -> ThreadPoolExecutor:
    """Threads that only ever run single bands, so that a caller waiting for them cannot block them."""
    return ThreadPoolExecutor(max_workers=max(1, THREADS - 1), thread_name_prefix="band")


def in_bands(task: Callable[[int, int], None], height: int, threads: int = 0, smallest: int = SMALLEST_BAND) -> None:
    """Run a task once per band of rows and wait for all.

    Parameters
    ----------
    task : callable
        Gets the first row and the row after the last; it must release the GIL to gain anything.
    height : int
        Rows in all.
    threads : int
        Number of bands; 0 = as many as the machine suggests. The calling thread does the first band itself.
    smallest : int
        Rows below which a band is not cut further.
    """
    count = max(1, min(threads or THREADS, height // smallest))
    edges = [height * band // count for band in range(count + 1)]
    waiting = [_helpers().submit(task, edges[band], edges[band + 1]) for band in range(1, count)]
    try:
        task(edges[0], edges[1])
    finally:
        for band in waiting:
            band.result()
