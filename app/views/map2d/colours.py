"""Colour tables: styles as data → arrays that kernels look colours up in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

import resources

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.looks import ValueRange
    from layers.style import ClassTable, ColourScale

OWN = "haitang:"
SHORE = -5.0
"""Ground that reaches below this, in m, is shown as sea below 0 and land above."""

ENTRIES = 256


@dataclass(frozen=True, slots=True, eq=False)
class Colouring:
    """How values become colours.

    Parameters
    ----------
    low, high : float
        Values of the first and the last entry.
    table : ndarray, uint32, (256,) or (classes,)
        ``0xAARRGGBB``, not premultiplied.
    edges : ndarray, float32, (classes + 1,), optional
        Limits of the classes, rising; None = a continuous scale.
    upper_included : bool
        Whether a value on a limit belongs to the class below.
    """

    low: float
    high: float
    table: NDArray[np.uint32]
    edges: NDArray[np.float32] | None = None
    upper_included: bool = False


def argb(colour: str) -> int:
    """Give ``0xAARRGGBB`` of ``#rrggbb`` or ``#rrggbbaa``."""
    text = colour.lstrip("#")
    alpha = int(text[6:8], 16) if len(text) == 8 else 255
    return (alpha << 24) | int(text[:6], 16)


@cache
def own_scales() -> dict[str, tuple[str, ...]]:
    """Give the colour scales of this program, name → colours from low to high."""
    data = json.loads(resources.path("colour_scales/haitang.json").read_text("utf-8"))
    return {name: tuple(colours) for name, colours in data["scales"].items()}


@cache
def ramp(name: str, entries: int = ENTRIES) -> NDArray[np.uint32]:
    """Give a colour scale as a table; an unknown name gives viridis.

    Parameters
    ----------
    name : str
        ``haitang:water`` and the like, or a name of the colour library.
    entries : int
        Length of the table.
    """
    if name.startswith(OWN):
        stops = own_scales().get(name.removeprefix(OWN))
        if stops is not None:
            return _between(stops, entries)
    import cmap

    try:
        found = cmap.Colormap(name)
    except (ValueError, KeyError, TypeError):
        found = cmap.Colormap("viridis")
    parts = np.round(np.asarray(found.lut(entries))[:, :4] * 255).astype(np.uint32)
    return _pack(parts)


def _between(stops: tuple[str, ...], entries: int) -> NDArray[np.uint32]:
    known = np.array([[int(s[i : i + 2], 16) for i in (1, 3, 5)] for s in stops], np.float64)
    at = np.linspace(0, len(stops) - 1, entries)
    parts = np.column_stack([np.interp(at, np.arange(len(stops)), known[:, c]) for c in range(3)])
    return _pack(np.column_stack([np.round(parts), np.full(entries, 255)]).astype(np.uint32))


def _pack(rgba: NDArray[np.uint32]) -> NDArray[np.uint32]:
    packed = np.asarray((rgba[:, 3] << 24) | (rgba[:, 0] << 16) | (rgba[:, 1] << 8) | rgba[:, 2], np.uint32)
    packed.flags.writeable = False
    return packed


def _terrain(low: float, high: float) -> NDArray[np.uint32]:
    """Give sea below zero and land above, split where zero lies."""
    if low >= SHORE:
        return ramp(OWN + "land")
    if high <= 0:
        return ramp(OWN + "sea")
    values = np.linspace(low, high, ENTRIES)
    depth = np.clip(np.round((1 - values / low) * (ENTRIES - 1)), 0, ENTRIES - 1).astype(int)
    height = np.clip(np.round(values / high * (ENTRIES - 1)), 0, ENTRIES - 1).astype(int)
    return np.where(values < 0, ramp(OWN + "sea")[depth], ramp(OWN + "land")[height]).astype(np.uint32)


@cache
def _continuous(name: str, reverse: bool, low: float, high: float) -> Colouring:
    table = _terrain(low, high) if name == OWN + "terrain" else ramp(name)
    return Colouring(low, high, np.ascontiguousarray(table[::-1] if reverse else table))


@cache
def class_colouring(table: ClassTable) -> Colouring | None:
    """Give the colouring of a class table; None where it has no class with limits."""
    classes = [c for c in table.classes if c.minimum is not None or c.maximum is not None]
    if not classes:
        return None
    lows = [-np.inf if c.minimum is None else c.minimum for c in classes]
    last = classes[-1].maximum
    edges = np.array([*lows, np.inf if last is None else last], np.float32)
    colours = np.array([argb(c.colour) for c in classes], np.uint32)
    return Colouring(float(edges[0]), float(edges[-1]), colours, edges, table.upper_included)


def colouring(scale: ColourScale, ranges: ValueRange | None) -> Colouring:
    """Give how a scale colours values; classes win, 0 to 1 where no range is known."""
    if scale.classes is not None:
        found = class_colouring(cast("Any", scale.classes))
        if found is not None:
            return found
    low, high = (ranges.low, ranges.high) if ranges is not None else (0.0, 1.0)
    return _continuous(scale.colours, scale.reverse, low, high)


def entries_of(colours: Colouring, values: NDArray[np.float32]) -> NDArray[np.int32]:
    """Give the entry of the table that each value takes; -1 where it takes none."""
    numbers = np.asarray(values, np.float64)
    if colours.edges is not None:
        side = "left" if colours.upper_included else "right"
        found = np.searchsorted(colours.edges, numbers, side=side) - 1
    else:
        share = (numbers - colours.low) / max(colours.high - colours.low, 1e-300)
        found = np.clip(np.nan_to_num(share) * len(colours.table), 0, len(colours.table) - 1)
    fine = np.isfinite(numbers) & (found >= 0) & (found < len(colours.table))
    return np.where(fine, found, -1).astype(np.int32)


@cache
def palette_colouring(palette: tuple[tuple[int, tuple[int, ...]], ...]) -> Colouring:
    """Give the colouring of a file's own palette: whole numbers 0 to 255 with (red, green, blue, alpha)."""
    table = np.zeros(ENTRIES, np.uint32)
    for number, (red, green, blue, *alpha) in palette:
        if 0 <= number < ENTRIES:
            table[number] = ((alpha[0] if alpha else 255) << 24) | (red << 16) | (green << 8) | blue
    return Colouring(-0.5, ENTRIES - 0.5, table)
