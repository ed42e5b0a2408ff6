"""Rows of one picture shared among threads."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = max(1, min(4, os.cpu_count() or 1))
"""Threads that share one picture where the caller names no number."""

SMALLEST_BAND = 32
"""Rows below which a further thread costs more than it brings."""

BANDS_EACH = 3
"""Bands per thread: who is done early takes another, and a picture that nobody wants any more ends early."""

Stop: TypeAlias = "Callable[[], bool]"
"""Tells whether what is being drawn is still wanted."""


@cache
def _helpers() -> ThreadPoolExecutor:
    """Threads that only ever run single bands, so that a caller waiting for them cannot block them."""
    return ThreadPoolExecutor(max_workers=max(1, THREADS - 1), thread_name_prefix="band")


def never() -> bool:
    """Never stop."""
    return False


def in_bands(
    task: Callable[[int, int], None], height: int, threads: int = 0, smallest: int = SMALLEST_BAND, stop: Stop = never
) -> None:
    """Run a task once per band of rows and wait for all.

    Parameters
    ----------
    task : callable
        Gets the first row and the row after the last; it must release the GIL to gain anything.
    height : int
        Rows in all.
    threads : int
        Threads that share the bands; 0 = as many as the machine suggests. The calling thread is one of them.
    smallest : int
        Rows below which a band is not cut further.
    stop : callable
        Asked before each band; True leaves the rest undone.
    """
    workers = max(1, min(threads or THREADS, height // smallest))
    count = max(1, min(workers * (1 if workers == 1 and stop is never else BANDS_EACH), height // smallest))
    edges = [height * band // count for band in range(count + 1)]
    left = iter(range(count))
    lock = threading.Lock()

    def work() -> None:
        while not stop():
            with lock:
                band = next(left, None)
            if band is None:
                return
            task(edges[band], edges[band + 1])

    waiting = [_helpers().submit(work) for _ in range(1, workers)]
    try:
        work()
    finally:
        for helper in waiting:
            helper.result()
