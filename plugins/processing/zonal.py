"""Zonal statistics: figures of a grid under polygons, each cell counted by the share of it that is covered.

References
----------
Areas by Green's theorem, edge by edge: every edge adds its signed area to the cells it crosses; a running sum along
each row gives the covered share of each cell. Mean and variance of parts are joined after Chan, Golub and LeVeque
(1979).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from app.api import tr
from layers.errors import DataError, ParameterInvalid
from layers.raster_output import in_order
from layers.sources.computed import pieces
from layers.sources.memory import vector_source
from layers.sources.sharing import THREADS
from layers.sources.source import Column, FeatureBlock
from layers.vector import VectorLayer
from plugins.processing.names import added
from plugins.processing.reproject import known_crs
from plugins.processing.zones import read_zones, zones_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job
    from layers.sources.raster_grid import Window
    from plugins.processing.grids import Band
    from plugins.processing.zones import Zones

STATS = ("count", "sum", "mean", "min", "max", "stdev", "majority", "variety")
BY_VALUE = {"majority", "variety"}
AT_ONCE = 2_000_000
MOST_PAIRS = 20_000_000
"""Pairs of zone and value that may be held: beyond, the grid holds no classes."""


@dataclass
class Sums:
    """Figures of all zones, gathered window by window."""

    count: int
    weight: NDArray[np.float64] = field(init=False)
    mean: NDArray[np.float64] = field(init=False)
    squares: NDArray[np.float64] = field(init=False)
    low: NDArray[np.float64] = field(init=False)
    high: NDArray[np.float64] = field(init=False)
    pairs: list[tuple[Any, Any, Any]] = field(default_factory=list[tuple[Any, Any, Any]])
    held: int = 0

    def __post_init__(self) -> None:
        self.weight, self.mean, self.squares = (np.zeros(self.count) for _ in range(3))
        self.low, self.high = np.full(self.count, np.inf), np.full(self.count, -np.inf)

    def add(self, zones: NDArray[np.int64], part: NDArray[np.float64]) -> None:
        """Join the figures of a window to those of its zones."""
        fine = part[:, 0] > 0
        zones, part = zones[fine], part[fine]
        weight, mean = part[:, 0], part[:, 1]
        before = self.weight[zones]
        total = before + weight
        away = mean - self.mean[zones]
        self.squares[zones] += part[:, 2] + away * away * before * weight / total
        self.mean[zones] += away * weight / total
        self.weight[zones] = total
        self.low[zones] = np.minimum(self.low[zones], part[:, 3])
        self.high[zones] = np.maximum(self.high[zones], part[:, 4])

    def add_pairs(self, zones: NDArray[Any], values: NDArray[Any], weights: NDArray[Any], where: str) -> None:
        """Keep how much of each value a zone holds.

        Raises
        ------
        DataError
            There are too many different values.
        """
        self.pairs.append((zones, values, weights))
        self.held += len(zones)
        if self.held > MOST_PAIRS:
            self.pairs = [_joined(self.pairs)]
            self.held = len(self.pairs[0][0])
        if self.held > MOST_PAIRS // 2:
            raise DataError(
                "The grid has too many different values for majority and variety.",
                where=where,
                remedy="Bring it to classes first, or leave majority and variety out.",
            )

    def columns(self, stats: list[str]) -> dict[str, NDArray[Any]]:
        """Give the figures asked for; NaN where a zone covers no cell with data."""
        some = self.weight > 0
        nothing = np.where(some, 0.0, np.nan)
        plain = {
            "count": self.weight,
            "sum": self.weight * self.mean + nothing,
            "mean": self.mean + nothing,
            "min": np.where(some, self.low, np.nan),
            "max": np.where(some, self.high, np.nan),
            "stdev": np.sqrt(self.squares / np.where(some, self.weight, 1.0)) + nothing,
        }
        if BY_VALUE & set(stats):
            plain |= self._by_value()
        return {name: plain[name] for name in stats}

    def _by_value(self) -> dict[str, NDArray[Any]]:
        majority = np.full(self.count, np.nan)
        variety = np.zeros(self.count, np.int64)
        zones, values, weights = _joined(self.pairs)
        variety += np.bincount(zones, minlength=self.count)
        # The last of a zone in this order has the most weight, and the larger value of two with the same.
        order = np.lexsort((values, weights, zones))
        last = np.flatnonzero(np.diff(zones[order], append=-1) != 0)
        majority[zones[order][last]] = values[order][last]
        return {"majority": majority, "variety": variety}


def _joined(pairs: list[tuple[Any, Any, Any]]) -> tuple[Any, Any, Any]:
    """Put pairs of the same zone and value together."""
    if not pairs:
        return np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0)
    zones, values, weights = (np.concatenate([pair[i] for pair in pairs]) for i in range(3))
    order = np.lexsort((values, zones))
    zones, values, weights = zones[order], values[order], weights[order]
    new = np.ones(len(zones), np.bool_)
    new[1:] = (np.diff(zones) != 0) | (np.diff(values) != 0)
    starts = np.flatnonzero(new)
    totals = np.add.reduceat(weights, starts) if len(starts) else weights
    return zones[starts], values[starts], totals


def wanted_stats(words: list[str]) -> list[str]:
    """Read the names of figures, parted by commas or given one by one.

    Raises
    ------
    ParameterInvalid
        There is no such figure.
    """
    names = list(dict.fromkeys(name.strip() for word in words for name in word.split(",") if name.strip()))
    wrong = [name for name in names if name not in STATS]
    if wrong or not names:
        raise ParameterInvalid(
            "There is no figure {name}.",
            where="--stats",
            remedy="Choose from: {names}.",
            name=", ".join(wrong) or "-",
            names=", ".join(STATS),
        )
    return names


def zonal(band: Band, zones: VectorLayer, stats: list[str], prefix: str, job: Job) -> VectorLayer:
    """Give the zones with figures of a band beside their own columns.

    Raises
    ------
    CrsMissing
        Grid or zones name no reference system.
    DataError
        The zones are no polygons, or do not meet the grid.
    """
    known_crs(zones)
    job.progress(0.0, tr("Reading"))
    block, geometry = read_zones(zones, known_crs(band.layer), job)
    cells = zones_of(geometry, band.grid)
    if not len(cells.within(0, 0, band.grid.width, band.grid.height)):
        raise DataError(
            "The zones do not meet the grid.",
            where=zones.source,
            remedy="Check the extents and the reference systems of both.",
        )
    sums = _summed(band, cells, len(block.ids), BY_VALUE & set(stats) != set(), job)
    fresh = {f"{prefix}{name}": values for name, values in sums.columns(stats).items()}
    columns, described = added(block.columns, zones.described().columns, fresh, _described(fresh, band))
    held = vector_source(
        FeatureBlock(block.ids, block.geometry, columns),
        described,
        crs=zones.crs,
        vdatum=zones.vdatum,
        title=zones.name,
    )
    empty = int((sums.weight == 0).sum())
    if empty:
        job.warn("{count} zones cover no cell with data; their figures are empty.", count=empty)
    return VectorLayer(name=zones.name, source="memory:").attach(held, held.layer)


def _described(fresh: dict[str, NDArray[Any]], band: Band) -> tuple[Column, ...]:
    unit = f" [{band.variable.units}]" if band.variable.units else ""
    return tuple(
        Column(name, "int" if values.dtype.kind == "i" else "float", name + unit) for name, values in fresh.items()
    )


def _summed(band: Band, zones: Zones, count: int, by_value: bool, job: Job) -> Sums:
    from plugins.processing.kernels import FIGURES, warm_up, zone_figures, zone_shares

    warm_up(by_value=by_value)
    grid, sums = band.grid, Sums(count)
    arrays = zones.xy, zones.rings, zones.signs, zones.zone_rings, zones.boxes

    def one(piece: Window) -> tuple[Any, Any, Any]:
        chosen = zones.within(piece.column, piece.row, piece.width, piece.height)
        if not len(chosen):
            return chosen, None, None
        cells = np.ascontiguousarray(band.cells(piece))
        scratch = np.zeros((piece.height + 1) * (piece.width + 3))
        given = (*arrays, chosen, cells, piece.row, piece.column, scratch)
        figures = np.zeros((len(chosen), FIGURES))
        zone_figures(*given, figures)
        if not by_value:
            return chosen, figures, None
        most = int(figures[:, -1].sum())
        ends, values, weights = np.zeros(len(chosen), np.int64), np.zeros(most, np.float32), np.zeros(most, np.float32)
        zone_shares(*given, ends, values, weights)
        owner = np.repeat(chosen, np.diff(ends, prepend=0))
        return chosen, figures, _joined([(owner, values, weights.astype(np.float64))])

    parts = list(pieces(grid.width, grid.height, 1, AT_ONCE))
    for done, (chosen, figures, pairs) in enumerate(in_order(one, parts, THREADS), 1):
        if figures is not None:
            sums.add(chosen, figures)
        if pairs is not None:
            sums.add_pairs(pairs[0], pairs[1], pairs[2], band.layer.source)
        job.progress(0.1 + 0.7 * done / len(parts), tr("Zones"))
    return sums
