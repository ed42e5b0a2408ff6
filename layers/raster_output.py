"""Raster layers written piece by piece, so that no more than a piece stands in memory."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from layers.sources import computed
from layers.sources.computed import ComputedGrid, pieces, readable_grid
from layers.sources.raster_writer import Piece, RasterForm, raster_writer
from layers.sources.source import RasterBlock, RasterRequest, Warned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.layer import Layer
    from layers.sources.raster_grid import Window
    from layers.sources.source import LayerDescription, Variable

P = TypeVar("P")
T = TypeVar("T")
REAL = "float32"
AT_ONCE = 2_000_000
"""Values of a piece: small enough that each thread may hold a few, and that a cancelled run ends soon."""
WHOLE = {n: n for n in ("uint8", "int8", "uint16", "int16", "uint32", "int32")} | {"int64": "int32", "uint64": "uint32"}
"""Kinds of whole numbers, and how they are written."""
EXACT = 1 << 24
"""Largest whole number up to which float32, in which cells are read, holds all of them."""
ROUNDED = Warned(
    "rounded", "Whole numbers above 16 777 216 were rounded: cells are worked with as 32-bit real numbers."
)


@dataclass
class Tally:
    """Figures of one variable, gathered piece by piece.

    Parameters
    ----------
    nodata : float or None
        Value whose presence among the cells is noted.
    """

    nodata: float | None = None
    low: float = np.inf
    high: float = -np.inf
    total: float = 0.0
    count: int = 0
    missing: int = 0
    whole: bool = True
    holds_nodata: bool = False

    def add(self, values: NDArray[Any]) -> None:
        """Take in some cells; NaN = no data."""
        low, high = (values.min(), values.max()) if values.size else (np.nan, np.nan)
        fine = values
        if not (np.isfinite(low) and np.isfinite(high)):
            fine = values[np.isfinite(values)]
            self.missing += values.size - fine.size
            if not fine.size:
                return
            low, high = fine.min(), fine.max()
        self.low, self.high = min(self.low, float(low)), max(self.high, float(high))
        self.total += float(fine.sum(dtype=np.float64))
        self.count += fine.size
        self.whole = self.whole and bool((fine == np.rint(fine)).all())
        self.holds_nodata = self.holds_nodata or (self.nodata is not None and bool((fine == self.nodata).any()))

    def join(self, other: Tally) -> None:
        """Take in the figures of other cells."""
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self.total, self.count = self.total + other.total, self.count + other.count
        self.missing += other.missing
        self.whole, self.holds_nodata = self.whole and other.whole, self.holds_nodata or other.holds_nodata

    def figures(self) -> dict[str, float | int | None]:
        """Give smallest, largest, mean and number of the cells with a value."""
        if not self.count:
            return {"min": None, "max": None, "mean": None, "count": 0}
        return {"min": self.low, "max": self.high, "mean": self.total / self.count, "count": self.count}

    def fits(self, dtype: str, *, gaps: bool) -> bool:
        """Tell whether the cells can be kept as whole numbers of a kind; ``gaps``: what is missing needs no number."""
        limits = np.iinfo(dtype)
        low, high = max(limits.min, -EXACT), min(limits.max, EXACT)
        inside = self.whole and (not self.count or (self.low >= low and self.high <= high))
        if gaps or not self.missing:
            return inside
        given = self.nodata is not None and self.nodata == int(self.nodata) and limits.min <= self.nodata <= limits.max
        return inside and given and not self.holds_nodata

    def is_rounded(self) -> bool:
        """Tell whether cells that were whole numbers may have lost their last digits."""
        return self.whole and bool(self.count) and (self.low < -EXACT or self.high > EXACT)


def write_raster_layer(
    layer: Layer, out: Path, record: str, told: Callable[[float], None]
) -> tuple[dict[str, Any], tuple[Warned, ...]]:
    """Write a raster layer as a COG; the figures of its variables, and what its reader should know.

    Whole numbers stay what they are where the source says so and "no data" has a number of its own, or a band
    tells what is transparent; all else becomes float32 with NaN.

    Parameters
    ----------
    told : callable
        Hears the share that is done; may raise to stop, and nothing is left of the file then.
    """
    description = layer.described()
    variables = scalar_variables(description)
    seen = _first_look(layer, variables, told)
    see_through = "alpha" in description.extra.get("interpretation", ())
    dtype = _kind(variables, seen, gaps=see_through)
    grid = readable_grid(layer.described(), layer.crs)
    nodata = description.nodata if dtype != REAL and not see_through and any(t.missing for t in seen) else None
    size = grid.width, grid.height
    palette = description.extra.get("palette") if dtype in ("uint8", "uint16") and len(variables) == 1 else None
    form = RasterForm(
        *size, grid.box, layer.crs, variables, layer.vdatum, nodata, dtype, record=record, palette=palette
    )
    tallies = [Tally() for _ in variables]
    with raster_writer(out, form) as writer:

        def ready(piece: Window, values: NDArray[np.float32]) -> tuple[list[Tally], Piece]:
            cells = np.nan_to_num(values, nan=0.0) if dtype != REAL and see_through else values
            return _tallied(values), writer.pack(cells, piece.row, piece.column)

        for figures, made in _blocks(layer, variables, ready, lambda share: told((1 + share) / 2 if seen else share)):
            _join(tallies, figures)
            writer.put(made)
    rounded = bool(seen) and any(t.is_rounded() for t in tallies)
    return {v.name: t.figures() for v, t in zip(variables, tallies, strict=True)}, (ROUNDED,) if rounded else ()


def raster_figures(layer: Layer, told: Callable[[float], None]) -> dict[str, Any]:
    """Give the figures of the variables of a raster layer."""
    variables = scalar_variables(layer.described())
    tallies = [Tally() for _ in variables]
    for figures in _blocks(layer, variables, lambda _, values: _tallied(values), told):
        _join(tallies, figures)
    return {v.name: t.figures() for v, t in zip(variables, tallies, strict=True)}


def scalar_variables(description: LayerDescription) -> tuple[Variable, ...]:
    """Give the variables that are stored, without the vectors made of them."""
    return tuple(v for v in description.variables if not v.vector)


def _first_look(layer: Layer, variables: tuple[Variable, ...], told: Callable[[float], None]) -> list[Tally]:
    """Look at all cells where they may be whole numbers; nothing is looked at where they are not."""
    if len({v.dtype for v in variables}) > 1 or variables[0].dtype not in WHOLE:
        return []
    nodata = layer.described().nodata
    tallies = [Tally(nodata) for _ in variables]
    for figures in _blocks(layer, variables, lambda _, values: _tallied(values, nodata), lambda share: told(share / 2)):
        _join(tallies, figures)
    return tallies


def _kind(variables: tuple[Variable, ...], seen: list[Tally], *, gaps: bool) -> str:
    dtype = WHOLE.get(variables[0].dtype, REAL)
    return dtype if seen and all(t.fits(dtype, gaps=gaps) for t in seen) else REAL


def _blocks(
    layer: Layer,
    variables: tuple[Variable, ...],
    made: Callable[[Window, NDArray[np.float32]], T],
    told: Callable[[float], None],
) -> Iterator[T]:
    """Give what is made of each piece, in their order; pieces are read and worked on by as many threads as may."""
    grid = readable_grid(layer.described(), layer.crs)
    all_of_it = RasterRequest(layer.key, tuple(v.name for v in variables))

    def one(piece: Window) -> T:
        request = replace(all_of_it, box=grid.box_of(piece), width=piece.width, height=piece.height)
        return made(piece, cast("RasterBlock", layer.read(request)).values)

    data = layer.data
    threads = data.threads if isinstance(data, ComputedGrid) else 1
    done = 0
    parts = list(pieces(grid.width, grid.height, len(variables), min(AT_ONCE, computed.PIECE)))
    for piece, result in zip(parts, in_order(one, parts, threads), strict=True):
        yield result
        done += piece.width * piece.height
        told(done / (grid.width * grid.height))


def in_order(one: Callable[[P], T], parts: Sequence[P], threads: int) -> Iterator[T]:
    """Give ``one(part)`` of each part in their order; a few are worked on ahead by threads."""
    if threads < 2 or len(parts) < 2:
        yield from map(one, parts)
        return
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[T]] = deque()
    try:
        rest = iter(parts)
        waiting.extend(pool.submit(one, part) for part in islice(rest, threads + 2))
        while waiting:
            result = waiting.popleft().result()
            waiting.extend(pool.submit(one, part) for part in islice(rest, 1))
            yield result
    finally:
        pool.shutdown(cancel_futures=True)


def _tallied(values: NDArray[np.float32], nodata: float | None = None) -> list[Tally]:
    tallies = [Tally(nodata) for _ in values]
    for tally, band in zip(tallies, values, strict=True):
        tally.add(band)
    return tallies


def _join(tallies: list[Tally], more: list[Tally]) -> None:
    for tally, other in zip(tallies, more, strict=True):
        tally.join(other)
