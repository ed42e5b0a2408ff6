"""Drawing of features: polygons, lines and points with the symbols of their classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.views.map2d.bands import Stop, never
from app.views.map2d.colours import argb
from app.views.map2d.fill import fill_polygons
from app.views.map2d.hatches import FORMS, Hatching, hatch_polygons
from app.views.map2d.placement import Placement
from app.views.map2d.points import draw_points
from app.views.map2d.strokes import stroke_lines
from layers.geometry import LINE, POINT, POLYGON
from layers.sizes import sizes, turns
from layers.sources.columns import picked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.map2d.features import Features
    from layers.style import Symbol

SIZE_STEP, TURN_STEP = 0.5, 3.0
"""Sizes in px and turns in degrees of symbols by a column are drawn to the nearest multiple of these."""

SMALLEST_OUTLINE = 4.0
"""Polygons smaller than this, in px, get no outline."""


def placement_of(view: View) -> Placement:
    """Give where world coordinates land in the picture of a view."""
    e = view.extent
    return Placement(e.x0, e.y1, view.width / e.width, view.height / e.height)


def draw_features(
    picture: NDArray[np.uint32],
    features: Features,
    classes: NDArray[np.int32],
    symbols: Sequence[Symbol],
    view: View,
    stop: Stop = never,
) -> None:
    """Draw features, in place: polygons below lines below points.

    Parameters
    ----------
    picture : ndarray, uint32, (height, width)
    features : Features
        In the map's system.
    classes : ndarray, int32, (features,)
        Symbol number of each feature; -1 = not drawn.
    symbols : sequence of Symbol
    view : View
    stop : callable
        Asked between bands of rows; True leaves the rest undrawn.
    """
    sheet = _Sheet(picture, features, classes, symbols, view, stop)
    if features.has(POLYGON):
        sheet.fill()
        sheet.outline()
    if features.has(LINE):
        sheet.lines()
    if features.has(POINT):
        sheet.points()


class _Sheet:
    """One drawing of features: what is seen of them, and how it is drawn."""

    def __init__(
        self,
        picture: NDArray[np.uint32],
        features: Features,
        classes: NDArray[np.int32],
        symbols: Sequence[Symbol],
        view: View,
        stop: Stop,
    ) -> None:
        self.picture, self.features, self.classes, self.symbols = picture, features, classes, symbols
        self.view, self.stop, self.place = view, stop, placement_of(view)
        margin = max((_reach(s) for s in symbols), default=0.0) * view.pixel_ratio
        self.seen = features.seen(view, margin)

    def _kind(self, kind: int) -> NDArray[np.int64]:
        """Give the features of a kind that are seen."""
        f = self.features
        if f.kept(f"only {kind}", lambda: bool(np.all(f.types == kind))):
            return self.seen
        return self.seen[f.types[self.seen] == kind]

    def _palette(self, colours: Sequence[str | None]) -> NDArray[np.uint32]:
        return np.array([argb(colour) if colour else 0 for colour in colours], np.uint32)

    def fill(self) -> None:
        """Fill polygons, and hatch them."""
        f, seen = self.features, self._kind(POLYGON)
        palette = self._palette([s.fill for s in self.symbols])
        shapes = (self.picture, f.xy, f.rings, f.ring_range, self.place)
        given: Any = {"classes": self.classes, "bounds": f.boxes, "signs": f.signs, "chosen": seen, "stop": self.stop}
        if palette.any() and len(seen):
            fill_polygons(*shapes, palette, areas=f.areas, **given)
        for number, symbol in enumerate(self.symbols):
            ink = symbol.hatch_colour or symbol.stroke
            mine = seen[self.classes[seen] == number] if symbol.hatch and ink else seen[:0]
            if len(mine):
                alone = self._palette([ink if n == number else None for n in range(len(self.symbols))])
                ratio = self.view.pixel_ratio
                pattern = Hatching(FORMS[symbol.hatch], symbol.hatch_spacing * ratio, symbol.hatch_width * ratio)
                hatch_polygons(*shapes, alone, pattern, **{**given, "chosen": mine})

    def outline(self) -> None:
        """Draw the outlines of polygons that are large enough on the screen to have one."""
        seen = self._kind(POLYGON)
        if any(s.stroke and s.width > 0 for s in self.symbols):
            self._stroke(self._large(seen), closed=True)

    def lines(self) -> None:
        """Draw lines."""
        self._stroke(self._kind(LINE), closed=False)

    def points(self) -> None:
        """Draw point symbols, of the vertices of the points that are seen."""
        f, seen = self.features, self._kind(POINT)
        if f.kept("single points", lambda: len(f.xy) == len(f)):
            xy, owners = f.xy[seen], seen
        else:
            vertices, owners = f.vertices_of(seen)
            xy = f.xy[vertices]
        wanted = {name for symbol in self.symbols for name in symbol.columns if name in f.block.columns}
        columns = {name: picked(f.block.columns[name], owners) for name in wanted}
        mark_points(self.picture, xy, self.classes[owners], self.symbols, self.view, columns)

    def _large(self, seen: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the features that are large enough on the screen to have an outline."""
        view = self.view
        least = SMALLEST_OUTLINE * view.pixel_ratio * min(view.resolution, view.extent.height / view.height)
        sides = self.features.sides
        if self.features.kept("longest side", lambda: float(sides.max(initial=0.0))) <= least:
            return seen[:0]
        return seen[sides[seen] > least]

    def _stroke(self, seen: NDArray[np.int64], *, closed: bool) -> None:
        """Draw outlines or lines of what is seen, one kind of pen after the other."""
        f, ratio = self.features, self.view.pixel_ratio
        groups: dict[Any, list[int]] = {}
        for number, symbol in enumerate(self.symbols):
            if symbol.stroke and symbol.width > 0:
                pen = (symbol.width, symbol.dash, symbol.ends, symbol.join, 0.0 if closed else symbol.offset)
                groups.setdefault(pen, []).append(number)
        for (width, dash, cap, join, offset), numbers in groups.items():
            palette = self._palette([s.stroke if n in numbers else None for n, s in enumerate(self.symbols)])
            mine = seen
            if len(numbers) < len(self.symbols):
                table = np.append(palette != 0, False)
                mine = seen[table[np.clip(self.classes[seen], -1, len(table) - 1)]]
            if not len(mine) or self.stop():
                continue
            stroke_lines(
                self.picture,
                f.xy,
                f.rings,
                self.place,
                palette,
                width * ratio,
                groups=f.ring_range,
                classes=self.classes,
                bounds=f.boxes,
                chosen=mine,
                closed=closed,
                cap=cap,
                join=join,
                dashes=[length * ratio for length in dash],
                offset=offset * ratio,
                stop=self.stop,
            )


def _reach(symbol: Symbol) -> float:
    """Give how far beyond its geometry a symbol can reach, px."""
    wide = symbol.width * 2 + abs(symbol.offset) * 2 if symbol.stroke else 0.0
    size = symbol.size if symbol.size_by is None else max(symbol.size, symbol.size_by.largest)
    return wide + size


def mark_points(
    picture: NDArray[np.uint32],
    xy: NDArray[np.float64],
    classes: NDArray[np.int32],
    symbols: Sequence[Symbol],
    view: View,
    columns: Mapping[str, Any] | None = None,
) -> None:
    """Draw point symbols, the symbol of one class after the other; of one class the largest lie lowest.

    Parameters
    ----------
    columns : mapping of str to column, optional
        One entry per point, of what sizes and turns are taken from.
    """
    place, ratio = placement_of(view), view.pixel_ratio
    for number, symbol in enumerate(symbols):
        mine = np.flatnonzero(classes == number)
        for size, turn, points in _alike(symbol, mine, columns or {}):
            draw_points(
                picture,
                xy[points] if len(points) < len(xy) else xy,
                place,
                np.array([argb(symbol.fill) if symbol.fill else 0], np.uint32),
                size * ratio,
                shape=symbol.shape,
                marker=symbol.marker,
                turn_deg=turn,
                classes=np.zeros(len(points), np.int32),
                outline=_rim(symbol),
                outline_width=symbol.width * ratio,
            )


def _rim(symbol: Symbol) -> int:
    """Give the colour of a point symbol's outline; a marker without one is drawn in its own colour."""
    colour = symbol.stroke or (symbol.fill if symbol.marker else None)
    return argb(colour) if colour else 0


def _alike(
    symbol: Symbol, mine: NDArray[np.int64], columns: Mapping[str, Any]
) -> Iterator[tuple[float, float, NDArray[np.int64]]]:
    """Give the points that have one size and turn on the screen, the largest first, in their order."""
    by = symbol.size_by
    sized = by is not None and by.column in columns
    turned = symbol.rotation_column in columns
    if not len(mine):
        return
    if not sized and not turned:
        yield symbol.size, symbol.rotation, mine
        return
    own = sizes(by, picked(columns[by.column], mine)) if by is not None and sized else np.full(len(mine), symbol.size)
    turn = np.full(len(mine), symbol.rotation)
    if turned:
        turn = turns(symbol, picked(columns[symbol.rotation_column], mine))
    steps = np.column_stack([-np.rint(own / SIZE_STEP), np.rint(turn / TURN_STEP) % round(360 / TURN_STEP)])
    kinds, which = np.unique(steps, axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    ends = np.searchsorted(which.ravel()[order], np.arange(len(kinds) + 1))
    for kind, first, last in zip(kinds, ends[:-1], ends[1:], strict=True):
        yield float(-kind[0] * SIZE_STEP), float(kind[1] * TURN_STEP), mine[order[first:last]]
