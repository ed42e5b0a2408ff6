"""Ranges of variables, gathered step by step in the background and kept beside the settings."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from layers.sources.source import Statistics

if TYPE_CHECKING:
    from pathlib import Path

    from layers.layer import Layer

SAMPLED = 12
"""Steps that are looked at when a variable has more."""


def sample_steps(layer: Layer, variable: str) -> list[int]:
    """Choose the steps whose range stands for all: first, last, evenly between."""
    known = layer.variable(variable)
    count = known.steps if known is not None else 1
    if count <= 1:
        return [0]
    return [int(s) for s in np.unique(np.linspace(0, count - 1, min(count, SAMPLED)).round())]


def joined(parts: list[Statistics]) -> Statistics:
    """Join the statistics of several steps; steps without a value do not count."""
    fine = [p for p in parts if np.isfinite(p.minimum)]
    if not fine:
        return Statistics(np.nan, np.nan, np.nan, np.nan, np.nan, 1.0)
    return Statistics(
        minimum=min(p.minimum for p in fine),
        maximum=max(p.maximum for p in fine),
        mean=float(np.mean([p.mean for p in fine])),
        p2=min(p.p2 for p in fine),
        p98=max(p.p98 for p in fine),
        missing=float(np.mean([p.missing for p in parts])),
    )


class RangeStore:
    """Statistics by file (path, size, time of change), layer and variable.

    Parameters
    ----------
    path : Path or None
        SQLite file; None keeps them for this session only.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._memory: dict[str, Statistics] = {}
        self._lock = threading.Lock()
        if path is not None:
            self._load(path)

    def find(self, file: str, layer: str, variable: str) -> Statistics | None:
        """Give what is known of a variable; ``file`` names the path, size and time of change."""
        with self._lock:
            return self._memory.get(json.dumps([file, layer, variable]))

    def keep(self, file: str, layer: str, variable: str, statistics: Statistics) -> None:
        """Keep the statistics, in memory and on disk."""
        key = json.dumps([file, layer, variable])
        with self._lock:
            self._memory[key] = statistics
            if self._path is None:
                return
            with closing(sqlite3.connect(self._path, timeout=2.0)) as base, base:
                base.execute("INSERT OR REPLACE INTO ranges VALUES (?, ?)", (key, json.dumps(asdict(statistics))))

    def _load(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._read(path)
        except sqlite3.DatabaseError:
            path.unlink(missing_ok=True)  # a cache that cannot be read is made anew
            self._read(path)

    def _read(self, path: Path) -> None:
        with closing(sqlite3.connect(path, timeout=2.0)) as base, base:
            base.execute("CREATE TABLE IF NOT EXISTS ranges (key TEXT PRIMARY KEY, value TEXT)")
            for key, value in base.execute("SELECT key, value FROM ranges"):
                self._memory[key] = Statistics(**json.loads(value))
