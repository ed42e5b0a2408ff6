"""Marks: the outlines of point symbols, plain shapes and the markers of the field, for map, legend and page alike.

A marker is a picture of two tones in ``resources/markers``: what is filled in the colour of the symbol, and what is
drawn in the colour of its outline. Its file is SVG of which only filled paths of lines and Bézier curves are read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

import resources

if TYPE_CHECKING:
    from numpy.typing import NDArray

Shape = Literal["circle", "square", "triangle", "diamond", "cross"]
Tone = Literal["fill", "line"]

BOX = 24.0
"""Side of the square that a marker is drawn in."""
CURVE = 8
"""Straight parts that a Bézier curve is drawn with."""
_PATH = re.compile(r'<path class="(fill|line)"[^>]*? d="([^"]*)"')
_STEP = re.compile(r"([MLCZ])([^MLCZ]*)")


def outline_of(shape: Shape, size: float, grown: float) -> NDArray[np.float64]:
    """Give the corners of a shape round (0, 0), in px, y downwards.

    Parameters
    ----------
    shape : str
        Kind of symbol.
    size : float
        Height and width in px.
    grown : float
        Distance in px by which the outline is moved outwards.

    Returns
    -------
    ndarray, float64, (corners, 2)
    """
    half = size / 2
    if shape == "circle":
        angle = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
        return max(half + grown, 0.0) * np.stack([np.cos(angle), np.sin(angle)], -1)
    if shape == "square":
        reach = max(half * 0.9 + grown, 0.0)
        return reach * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    if shape == "diamond":
        reach = max(half * 1.1 + grown * np.sqrt(2.0), 0.0)
        return reach * np.array([[0.0, -1.0], [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    if shape == "triangle":
        reach = max(half * 1.2 + grown * 2.0, 0.0)
        return reach * np.array([[0.0, -1.0], [np.sqrt(0.75), 0.5], [-np.sqrt(0.75), 0.5]])
    arm, bar = max(half + grown, 0.0), max(max(size / 10, 0.5) + grown, 0.0)
    steps = [(-bar, -arm), (bar, -arm), (bar, -bar), (arm, -bar), (arm, bar), (bar, bar)]
    return np.array(steps + [(-x, -y) for x, y in steps])


@lru_cache(maxsize=1)
def markers() -> tuple[str, ...]:
    """List the markers there are, by name."""
    return tuple(sorted(file.stem for file in resources.path("markers").glob("*.svg")))


@lru_cache(maxsize=64)
def parts_of(marker: str) -> tuple[tuple[Tone, tuple[NDArray[np.float64], ...]], ...]:
    """Give the parts of a marker, the lowest first; empty where there is no such marker.

    Returns
    -------
    tuple of (tone, rings)
        Rings of one part are filled even-odd; each is float64, (corners, 2), in a square of side 1 round (0, 0),
        y downwards.
    """
    if marker not in markers():
        return ()
    text = resources.path(f"markers/{marker}.svg").read_text("utf-8")
    return tuple((_tone(tone), _rings(path)) for tone, path in _PATH.findall(text))


def _tone(word: str) -> Tone:
    return "fill" if word == "fill" else "line"


def _rings(path: str) -> tuple[NDArray[np.float64], ...]:
    """Read the rings of a path of the commands M, L, C and Z, with absolute coordinates."""
    rings: list[list[NDArray[np.float64]]] = []
    for command, numbers in _STEP.findall(path):
        points = np.array(re.findall(r"-?\d+(?:\.\d+)?", numbers), float).reshape(-1, 2) / BOX - 0.5
        if command == "M":
            rings.append([points])
        elif command == "L":
            rings[-1].append(points)
        elif command == "C":
            for controls in points.reshape(-1, 3, 2):
                rings[-1].append(_curve(np.vstack([rings[-1][-1][-1:], controls])))
    return tuple(np.concatenate(ring) for ring in rings)


def _curve(controls: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give points of a cubic Bézier curve after its first one; ``controls`` is (4, 2)."""
    t = np.linspace(0.0, 1.0, CURVE + 1)[1:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    return weights @ controls
