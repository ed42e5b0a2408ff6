"""What drives the flow: tide, surge, rain, and what fails or opens at which hour.

Times are seconds since `START`; levels are m in WUSONG_SH. The typhoon is made up. The
numbers are of the size known from the mouth of the Yangtze: a spring tide of 3 m, a
surge of 1.9 m that comes with high water, levels between about 0.5 and 5.5 m.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

START = datetime(2026, 8, 29, 12, 0, tzinfo=UTC)
"""First output step: 20:00 Beijing time, four hours before the breach."""
HOURS = 24.0
OUTPUT_EVERY = 900.0
"""Seconds between output steps: 97 steps in 24 h."""
CONTROL_EVERY = 300.0
"""Seconds between decisions on gates, pumps and the breach."""
SPIN_UP = 7200.0
"""Seconds run before `START`, so that the tide in the river has found its swing."""

HOUR = 3600.0
HIGH_WATER = 4.9 * HOUR
BREACH_BEGINS = 3.5 * HOUR
BREACH_WIDTH = 190.0
BREACH_SILL = 2.3
BREACH_GROWS = 0.75 * HOUR
GATES_FROM = 10.0 * HOUR
"""Gates stay shut before this hour: the crews come out when the wind has dropped."""
GATE_LOWERED = 2.2
"""The tilting gates are let down to this level only (m), so that the outflow does not scour their aprons."""
CREEK_LEVEL = 2.2
"""Level to which the inner rivers were lowered before the storm."""
PUMP_STARTS = 2.4
_RAIN = (2, 4, 7, 11, 16, 20, 15, 9, 6, 4, 3, 2, 2, 1, 1, 0, 0, 0, 0.5, 0, 0, 0, 0, 0)
"""Rain of each hour after `START`, mm."""
RUNOFF = 0.35
"""Share of the rain that reaches the inner rivers through field ditches."""


def tide(seconds: np.ndarray | float) -> np.ndarray:
    """Astronomical tide at the open sea boundary (m)."""
    since = np.asarray(seconds, dtype=float) - HIGH_WATER
    semi = 1.42 * np.cos(2 * np.pi * since / (12.42 * HOUR))
    shallow = 0.16 * np.cos(4 * np.pi * (since - 0.6 * HOUR) / (12.42 * HOUR))
    daily = 0.12 * np.cos(2 * np.pi * since / (24.84 * HOUR))
    return 2.12 + semi + shallow + daily


def surge(seconds: np.ndarray | float) -> np.ndarray:
    """Storm surge at the open sea boundary (m): a slow rise, a faster fall, a long tail."""
    since = np.asarray(seconds, dtype=float) - 4.6 * HOUR
    width = np.where(since < 0, 4.6, 3.2) * HOUR
    tail = 0.62 / (1.0 + np.exp(-since / (1.5 * HOUR)))
    return 0.10 + 1.28 * np.exp(-((since / width) ** 2)) + tail * np.exp(-np.maximum(since, 0) / (30 * HOUR))


def sea_level(seconds: np.ndarray | float) -> np.ndarray:
    """Level at the open sea boundary (m): tide and surge."""
    return tide(seconds) + surge(seconds)


def river_level(seconds: np.ndarray | float) -> np.ndarray:
    """Level where the river enters in the west (m): 25 minutes after the sea, low waters a little higher."""
    late = np.asarray(seconds, dtype=float) - 1500.0
    return 2.2 + (sea_level(late) - 2.2) * 0.985 + 0.06


def rain_rate(seconds: float) -> float:
    """Rain in mm per hour."""
    hour = int(np.floor(seconds / HOUR))
    return float(_RAIN[hour]) if 0 <= hour < len(_RAIN) else 0.0


def breach(seconds: float) -> tuple[float, float]:
    """Width (m) and sill level (m) of the breach; width 0 while the dyke stands."""
    grown = np.clip((seconds - BREACH_BEGINS) / BREACH_GROWS, 0.0, 1.0)
    if grown <= 0.0:
        return 0.0, np.inf
    deep = min(1.0, 2.0 * grown)
    return float(30.0 + (BREACH_WIDTH - 30.0) * grown), float(5.9 - (5.9 - BREACH_SILL) * deep)
