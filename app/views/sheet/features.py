"""Features: polygons, lines and points of a map as vectors on paper, with the symbols of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QTransform

from app.views.ink import style_colour
from app.views.map2d.drawing import placement_of
from app.views.map2d.strokes import MITER_LIMIT
from app.views.map2d.swatches import outlines, pen_of
from app.views.sheet.hatches import draw_hatch
from app.views.sheet.paths import Rings, elements_of, paths, placed, stamped, turned, turns
from layers.geometry import LINE, POINT, POLYGON, gather
from layers.sizes import sizes
from layers.sizes import turns as turns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.map2d.features import Features
    from layers.style import Symbol

GRAIN = 15
"""Coordinates are whole parts of a px, so many in each: 1440 dots per inch, as the PDF counts."""

SMALLEST_OUTLINE = 0.75
"""Polygons smaller than this, in px at 96 dpi, get no outline; paper shows more than a screen."""


def draw_features(
    painter: QPainter,
    features: Features,
    classes: NDArray[np.int32],
    symbols: Sequence[Symbol],
    view: View,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Draw features: polygons below lines below points, as the map does.

    Parameters
    ----------
    painter : QPainter
        Its unit is a px at 96 dpi; its origin the upper left corner of the frame.
    features : Features
        In the map's system.
    classes : ndarray, int32, (features,)
        Symbol number of each feature; -1 = not drawn.
    symbols : sequence of Symbol
    view : View
        Extent and size of the frame, px at 96 dpi.
    check : callable
        Called between the symbols; raises where the job was cancelled.
    """
    seen = features.in_view(view) & (classes >= 0)
    for kind, draw in ((POLYGON, _polygons), (LINE, _lines), (POINT, _points)):
        if features.has(kind):
            own = np.flatnonzero(seen & (features.types == kind))
            if len(own):
                draw(painter, features, own, classes, symbols, view, check)


def _rings_of(features: Features, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the numbers of the rings of features."""
    first, last = features.ring_range[chosen], features.ring_range[chosen + 1]
    counts = last - first
    starts = np.repeat(first - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    return starts + np.arange(int(counts.sum()))


def _on_page(features: Features, chosen: NDArray[np.int64], view: View, *, closed: bool) -> Rings:
    numbers = _rings_of(features, chosen)
    return placed(features.xy, features.rings, numbers, placement_of(view), (view.width, view.height), closed=closed)


def _polygons(
    painter: QPainter,
    features: Features,
    own: NDArray[np.int64],
    classes: NDArray[np.int32],
    symbols: Sequence[Symbol],
    view: View,
    check: Callable[[], None],
) -> None:
    wanted = features.kept("turns", lambda: turns(features.xy, features.rings, features.signs))
    outlines: list[tuple[Symbol, Rings]] = []
    for number, symbol in enumerate(symbols):
        chosen = own[classes[own] == number]
        if not len(chosen):
            continue
        check()
        rings = turned(_on_page(features, chosen, view, closed=True), wanted)
        if symbol.fill is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style_colour(symbol.fill))
            _draw(painter, rings, closed=True)
        if symbol.hatch:
            place = placement_of(view)
            origin = -place.ox * place.sx, place.oy * place.sy
            draw_hatch(painter, rings, symbol, (view.width, view.height), origin)
        if symbol.stroke is not None and symbol.width > 0:
            outlines.append((symbol, _worth_outlining(rings)))
    for symbol, rings in outlines:
        check()
        _stroke(painter, rings, symbol, closed=True)


def _worth_outlining(rings: Rings) -> Rings:
    full = np.flatnonzero(np.diff(rings.offsets) > 0)
    if not len(full):
        return rings
    offsets, vertices = gather(rings.offsets, full)
    low = np.minimum.reduceat(rings.xy[vertices], offsets[:-1])
    high = np.maximum.reduceat(rings.xy[vertices], offsets[:-1])
    large = full[(high - low).max(axis=1) >= SMALLEST_OUTLINE]
    offsets, vertices = gather(rings.offsets, large)
    return Rings(rings.xy[vertices], offsets, rings.source[large])


def _stroke(painter: QPainter, rings: Rings, symbol: Symbol, *, closed: bool) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = pen_of(symbol)
    pen.setWidthF(pen.widthF() * GRAIN)
    if symbol.join == "miter":
        pen.setJoinStyle(Qt.PenJoinStyle.SvgMiterJoin)
        pen.setMiterLimit(MITER_LIMIT)
    painter.setPen(pen)
    _draw(painter, rings, closed=closed)


def _draw(painter: QPainter, rings: Rings, *, closed: bool) -> None:
    """Draw rings in whole numbers of a grain: a PDF writes them with a third of the digits."""
    painter.save()
    painter.scale(1 / GRAIN, 1 / GRAIN)
    for path in paths(Rings(np.rint(rings.xy * GRAIN), rings.offsets, rings.source), closed=closed):
        painter.drawPath(path)
    painter.restore()


def _lines(
    painter: QPainter,
    features: Features,
    own: NDArray[np.int64],
    classes: NDArray[np.int32],
    symbols: Sequence[Symbol],
    view: View,
    check: Callable[[], None],
) -> None:
    for number, symbol in enumerate(symbols):
        chosen = own[classes[own] == number]
        if len(chosen) and symbol.stroke is not None and symbol.width > 0:
            check()
            rings = _on_page(features, chosen, view, closed=False)
            _stroke(painter, beside(rings, symbol.offset) if symbol.offset else rings, symbol, closed=False)


def _points(
    painter: QPainter,
    features: Features,
    own: NDArray[np.int64],
    classes: NDArray[np.int32],
    symbols: Sequence[Symbol],
    view: View,
    check: Callable[[], None],
) -> None:
    for number, symbol in enumerate(symbols):
        chosen = own[classes[own] == number]
        if not len(chosen):
            continue
        check()
        offsets, vertices = gather(features.rings, _rings_of(features, chosen))
        counts = np.add.reduceat(np.diff(offsets), np.cumsum([0, *np.diff(features.ring_range)[chosen][:-1]]))
        x, y = placement_of(view).to_pixels(features.xy[vertices, 0], features.xy[vertices, 1])
        large, turn = _numbers(features, chosen, symbol)
        mark_points(painter, x, y, symbol, view, np.repeat(large, counts), np.repeat(turn, counts))


def _numbers(
    features: Features, chosen: NDArray[np.int64], symbol: Symbol
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give size (px at 96 dpi) and turn (degrees) of the mark of each feature."""
    columns = features.block.columns

    def taken(name: str) -> list[object]:
        values = columns[name]
        return [values[int(n)] for n in chosen]

    by = symbol.size_by
    large = (
        sizes(by, taken(by.column)) if by is not None and by.column in columns else np.full(len(chosen), symbol.size)
    )
    known = symbol.rotation_column in columns
    turn = turns_of(symbol, taken(symbol.rotation_column)) if known else np.full(len(chosen), symbol.rotation)
    return large, turn


def mark_points(
    painter: QPainter,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    symbol: Symbol,
    view: View,
    large: NDArray[np.float64] | None = None,
    turn: NDArray[np.float64] | None = None,
) -> None:
    """Draw the mark of a symbol at places of the frame, px at 96 dpi; marks of one size and turn go together."""
    large = np.full(len(x), symbol.size) if large is None else large
    turn = np.full(len(x), symbol.rotation) if turn is None else turn
    inside = (x > -large) & (x < view.width + large) & (y > -large) & (y < view.height + large)
    painter.save()
    painter.scale(1 / GRAIN, 1 / GRAIN)
    kinds = np.round(np.column_stack([large, turn])[inside], 2)
    for size, angle in np.unique(kinds, axis=0)[::-1]:
        same = np.flatnonzero(inside)[(kinds == (size, angle)).all(axis=1)]
        parts = outlines(symbol, float(size), GRAIN)
        turn_by = QTransform().rotate(float(angle))
        marks = [(_whole(elements_of(turn_by.map(path) if angle else path)), pen, brush) for path, pen, brush in parts]
        px, py = np.rint(x[same] * GRAIN), np.rint(y[same] * GRAIN)
        # Marks of several parts go one by one: each lies whole over the one before.
        for group in [slice(None)] if len(marks) == 1 else [slice(n, n + 1) for n in range(len(same))]:
            for elements, pen, brush in marks:
                painter.setPen(pen)
                painter.setBrush(brush)
                for stamp in stamped(elements, px[group], py[group]):
                    painter.drawPath(stamp)
    painter.restore()


def _whole(elements: NDArray[np.void]) -> NDArray[np.void]:
    elements["x"], elements["y"] = np.rint(elements["x"]), np.rint(elements["y"])
    return elements


def beside(rings: Rings, offset: float) -> Rings:
    """Give lines moved to their right by px; negative = left."""
    import shapely

    counts = np.diff(rings.offsets)
    long = np.flatnonzero(counts > 1)
    offsets, vertices = gather(rings.offsets, long)
    lines = shapely.linestrings(rings.xy[vertices], indices=np.repeat(np.arange(len(long)), np.diff(offsets)))
    # y counts downwards on the page, so that shapely's left is the right of the line.
    moved, number = shapely.get_parts(shapely.offset_curve(lines, offset, join_style="mitre"), return_index=True)
    good = ~shapely.is_empty(moved)
    xy, at = shapely.get_coordinates(moved[good], return_index=True)
    starts = np.searchsorted(at, np.arange(int(good.sum()) + 1)).astype(np.int64)
    return Rings(xy, starts, rings.source[long[number[good]]])
