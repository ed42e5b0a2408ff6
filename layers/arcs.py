"""Arcs as chains of short segments."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEP_DEG = 2.0
"""Largest angle one segment spans: at a radius of 100 m it leaves the arc by 15 mm."""


def along_arc(vertices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the vertices of a circular string as segments.

    Parameters
    ----------
    vertices : ndarray, float64, (n, 3)
        Start, a place on the arc, end, and so on: n odd; the third column (Z) is interpolated.

    Returns
    -------
    ndarray, float64, (m, 3)
        The ends of every arc, exactly, and places between; three places in a line stay as they are.
    """
    arcs = (_arc(*vertices[i : i + 3])[1:] for i in range(0, len(vertices) - 2, 2))
    return np.concatenate([vertices[:1], *arcs])


def _arc(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    circle = _circle(a, b, c)
    if circle is None:
        return np.stack([a, b, c])
    x, y, radius, start, sweep = circle
    count = max(2, math.ceil(abs(sweep) / math.radians(STEP_DEG)))
    share = np.linspace(0.0, 1.0, count + 1)
    angle = start + sweep * share
    out = np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle), a[2] + (c[2] - a[2]) * share])
    out[0], out[-1] = a, c
    return out


def _circle(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]
) -> tuple[float, float, float, float, float] | None:
    """Give centre, radius, first angle and signed sweep; None where the three lie in a line."""
    if np.array_equal(a[:2], c[:2]):
        x, y = ((a + b) / 2)[:2].tolist()
        return x, y, math.dist(a[:2], (x, y)), math.atan2(a[1] - y, a[0] - x), 2 * math.pi
    (px, py), (qx, qy) = (b - a)[:2].tolist(), (c - a)[:2].tolist()
    cross = 2 * (px * qy - py * qx)
    if abs(cross) < 1e-14 * (px * px + py * py + qx * qx + qy * qy):
        return None
    p2, q2 = px * px + py * py, qx * qx + qy * qy
    x, y = (qy * p2 - py * q2) / cross, (px * q2 - qx * p2) / cross
    first, last = math.atan2(-y, -x), math.atan2(qy - y, qx - x)
    sweep = last - first
    turn = 2 * math.pi
    sweep = sweep % turn if cross > 0 else -((-sweep) % turn)
    return float(a[0]) + x, float(a[1]) + y, math.hypot(x, y), first, sweep
