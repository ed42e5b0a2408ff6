"""Clusters: near points as one symbol with their number; the same ones wherever the map is panned to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.core.language import language
from app.views.map2d.drawing import mark_points, placement_of
from app.views.view import Labels, Lettering

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.camera import View
    from layers.style import ClusterStyle, Symbol

ROUNDS = 3
SIDE = 0.7
"""Side of a cell over the radius."""

MARGIN = 2 + 3 * ROUNDS
"""Cells around the view that are looked at: what lies further out changes nothing inside."""

STEPS = 9
"""Sizes of cluster symbols."""

FULL = 10_000
"""Features from which a cluster has the largest symbol."""


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Clusters near the view.

    Parameters
    ----------
    xy : ndarray, float64, (clusters, 2)
        Mean place of the features, map units.
    counts : ndarray, int64, (clusters,)
    first : ndarray, int64, (clusters,)
        The place with the smallest number in each; where the count is 1, the only one.
    """

    xy: NDArray[np.float64]
    counts: NDArray[np.int64]
    first: NDArray[np.int64]


def clusters(xy: NDArray[np.float64], radius: float, view: View) -> Clusters:
    """Join places that lie near each other.

    Parameters
    ----------
    xy : ndarray, float64, (places, 2)
        East, north in the map's system; NaN and infinite places are left out.
    radius : float
        How near a cluster's neighbours must lie to be taken in, px of the picture.
    view : View

    Notes
    -----
    Cells are tied to the ground. A cell with more places than each of its eight neighbours takes those whose mean
    lies within the radius; this is done three times. What a cell becomes so depends on its surroundings alone.
    """
    place, side = placement_of(view), SIDE * radius
    gx, gy = xy[:, 0] * (place.sx / side), -xy[:, 1] * (place.sy / side)
    left = np.floor(place.ox * place.sx / side) - MARGIN
    top = np.floor(-place.oy * place.sy / side) - MARGIN
    columns, rows = int(view.width / side) + 2 + 2 * MARGIN, int(view.height / side) + 2 + 2 * MARGIN
    with np.errstate(invalid="ignore"):
        inside = np.flatnonzero((gx >= left) & (gx < left + columns) & (gy >= top) & (gy < top + rows))
    column, row = (np.floor(gx[inside]) - left).astype(np.int64), (np.floor(gy[inside]) - top).astype(np.int64)
    cell = row * columns + column
    size = rows * columns
    counts = np.bincount(cell, minlength=size)
    sums = np.stack([np.bincount(cell, xy[inside, axis], minlength=size) for axis in (0, 1)]).astype(np.float64)
    first = np.full(size, len(xy), np.int64)
    first[cell[::-1]] = inside[::-1]
    _merge(counts, sums, first, (rows, columns), (left, top), radius / place.sx)
    held = np.flatnonzero(counts)
    return Clusters((sums[:, held] / counts[held]).T, counts[held], first[held])


def _merge(
    counts: NDArray[np.int64],
    sums: NDArray[np.float64],
    first: NDArray[np.int64],
    shape: tuple[int, int],
    corner: tuple[float, float],
    reach: float,
) -> None:
    """Let peaks take their neighbours, in place; cells at the rim stay as they are."""
    rows, columns = shape
    row, column = np.divmod(np.arange(rows * columns), columns)
    inner = (row > 0) & (row < rows - 1) & (column > 0) & (column < columns - 1)
    tie = _mixed(column + corner[0], row + corner[1])
    around = [dy * columns + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    for _ in range(ROUNDS):
        height = counts + tie
        cells = np.flatnonzero(inner & (counts > 0))
        beside = np.stack([height[cells + step] for step in around])
        peak = np.zeros(len(counts), np.bool_)
        peak[cells] = height[cells] > beside.max(axis=0)
        mean = sums / np.maximum(counts, 1)
        best, lord = np.zeros(len(cells)), np.full(len(cells), -1)
        for step in around:
            other = cells + step
            near = np.hypot(mean[0, other] - mean[0, cells], mean[1, other] - mean[1, cells]) <= reach
            take = peak[other] & near & (height[other] > best) & ~peak[cells]
            best, lord = np.where(take, height[other], best), np.where(take, other, lord)
        given, taker = cells[lord >= 0], lord[lord >= 0]
        np.add.at(counts, taker, counts[given])
        for axis in (0, 1):
            np.add.at(sums[axis], taker, sums[axis, given])
        np.minimum.at(first, taker, first[given])
        counts[given] = 0
        sums[:, given] = 0.0


def _mixed(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give a number from 0 to 0.5 for each cell of the ground, different for neighbours."""
    return 0.5 * ((x * 0.7548776662466927 + y * 0.5698402909980532) % 1.0)


# ------------------------------------------------------------------------- drawing
def cluster_sizes(counts: NDArray[np.int64], style: ClusterStyle) -> NDArray[np.int32]:
    """Give the step of size, 0 to ``STEPS`` - 1, of each cluster: it grows with the logarithm of the number."""
    share = np.log(np.maximum(counts, 2) / 2) / np.log(FULL / 2)
    return np.clip(np.round(share * (STEPS - 1)), 0, STEPS - 1).astype(np.int32)


def step_symbol(style: ClusterStyle, step: int) -> Symbol:
    """Give the symbol of one step of size."""
    size = style.symbol.size + (style.largest - style.symbol.size) * step / (STEPS - 1)
    return style.symbol.model_copy(update={"size": size})


def draw_clusters(
    picture: NDArray[np.uint32], found: Clusters, style: ClusterStyle, single: Symbol, view: View
) -> None:
    """Draw clusters, in place: single places with the layer's own symbol, the largest clusters last."""
    alone = found.counts == 1
    mark_points(picture, found.xy, np.where(alone, 0, -1).astype(np.int32), [single], view)
    symbols = [step_symbol(style, step) for step in range(STEPS)]
    mark_points(
        picture, found.xy, np.where(alone, -1, cluster_sizes(found.counts, style)).astype(np.int32), symbols, view
    )


def cluster_labels(found: Clusters, style: ClusterStyle, view: View) -> tuple[Labels, ...]:
    """Give the numbers that stand in the clusters, whatever else stands there."""
    many = found.counts > 1
    px, py = placement_of(view).to_pixels(*found.xy[many].T)
    texts = [count_text(int(n)) for n in found.counts[many]]
    letters = Lettering(style.symbol.size * 0.55, style.text_colour, bold=True, halo_width=0.0)
    weight = found.counts[many].astype(np.float64)
    return (Labels(texts, px, py, np.zeros(len(texts)), weight, letters, priority=1000, overlap=True),)


def cluster_at(found: Clusters, style: ClusterStyle, view: View, px: float, py: float) -> int:
    """Give the number of features of the symbol at a pixel; 0 where there is none."""
    x, y = placement_of(view).to_pixels(*found.xy.T)
    steps = cluster_sizes(found.counts, style) / (STEPS - 1)
    half = (style.symbol.size + (style.largest - style.symbol.size) * steps) / 2 * view.pixel_ratio
    hit = np.flatnonzero(np.hypot(x - px, y - py) <= half)
    return int(found.counts[hit].max()) if len(hit) else 0


def count_text(count: int) -> str:
    """Give a number as it stands in a cluster: short, in the language of the window."""
    if language() == "zh":
        return str(count) if count < 10_000 else f"{count / 10_000:.3g}万"
    if count < 1000:
        return str(count)
    return f"{count / 1000:.3g}k" if count < 1_000_000 else f"{count / 1_000_000:.3g}M"
