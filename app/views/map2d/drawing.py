"""Drawing of features: polygons, lines and points with the symbols of their classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.views.map2d.colours import argb
from app.views.map2d.fill import fill_polygons
from app.views.map2d.placement import Placement
from app.views.map2d.points import draw_points
from app.views.map2d.strokes import stroke_lines
from layers.geometry import LINE, POINT, POLYGON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.map2d.features import Features
    from layers.style import Symbol

SMALLEST_OUTLINE = 3.0
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
    """
    if features.has(POLYGON):
        own = _of_kind(features, classes, POLYGON)
        _fill(picture, features, own, symbols, view)
        seen = features.in_view(view) & _large(features, view)
        _stroke(picture, features, own, symbols, view, seen, closed=True)
    if features.has(LINE):
        own = _of_kind(features, classes, LINE)
        _stroke(picture, features, own, symbols, view, features.in_view(view), closed=False)
    if features.has(POINT):
        own = _of_kind(features, classes, POINT)
        mark_points(picture, features.xy, own[features.vertex_owner], symbols, view)


def _of_kind(features: Features, classes: NDArray[np.int32], kind: int) -> NDArray[np.int32]:
    """Give the classes, -1 for features of other kinds."""
    if features.kept(f"only {kind}", lambda: bool(np.all(features.types == kind))):
        return classes
    return np.where(features.types == kind, classes, np.int32(-1))


def _fill(
    picture: NDArray[np.uint32],
    features: Features,
    classes: NDArray[np.int32],
    symbols: Sequence[Symbol],
    view: View,
) -> None:
    palette = np.array([argb(s.fill) if s.fill else 0 for s in symbols], np.uint32)
    if not palette.any():
        return
    if not palette.all():
        classes = _allowed(classes, palette != 0)
    fill_polygons(
        picture,
        features.xy,
        features.rings,
        features.ring_range,
        placement_of(view),
        palette,
        classes=classes,
        bounds=features.boxes,
        signs=features.signs,
    )


def _allowed(classes: NDArray[np.int32], kept: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Give the classes, -1 for those that are not kept; a look-up, so that a million cost little."""
    table = np.where(np.append(kept, False), np.arange(len(kept) + 1), -1).astype(np.int32)
    return table[classes]


def _large(features: Features, view: View) -> NDArray[np.bool_]:
    """Tell which features are large enough on screen to have an outline."""
    size = features.kept("sizes", lambda: _sizes(features))
    least = SMALLEST_OUTLINE * view.pixel_ratio
    return (size[0] > least * view.extent.width / view.width) | (size[1] > least * view.extent.height / view.height)


def _sizes(features: Features) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    b = features.boxes
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(b[:, 2] - b[:, 0]), np.nan_to_num(b[:, 3] - b[:, 1])


def _stroke(
    picture: NDArray[np.uint32],
    features: Features,
    classes: NDArray[np.int32],
    symbols: Sequence[Symbol],
    view: View,
    seen: NDArray[np.bool_],
    *,
    closed: bool,
) -> None:
    """Draw outlines or lines of what is seen, one width and dash after the other."""
    if not seen.any():
        return
    groups: dict[tuple[float, tuple[float, ...]], list[int]] = {}
    for number, symbol in enumerate(symbols):
        if symbol.stroke and symbol.width > 0:
            groups.setdefault((symbol.width, symbol.dash), []).append(number)
    visible = np.where(seen, classes, np.int32(-1))
    for (width, dash), numbers in groups.items():
        palette = np.zeros(len(symbols), np.uint32)
        palette[numbers] = [argb(symbols[n].stroke or "#000000") for n in numbers]
        chosen = visible if len(numbers) == len(symbols) else _allowed(visible, palette != 0)
        if not (chosen >= 0).any():
            continue
        stroke_lines(
            picture,
            features.xy,
            features.rings,
            placement_of(view),
            palette,
            width * view.pixel_ratio,
            classes=_of_rings(features, chosen),
            bounds=features.ring_boxes,
            closed=closed,
            cap="butt" if dash else "round",
            dashes=[length * view.pixel_ratio for length in dash],
        )


def _of_rings(features: Features, classes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Give the class of each ring."""
    if features.kept("one ring each", lambda: bool(np.all(np.diff(features.ring_range) == 1))):
        return classes
    return np.ascontiguousarray(classes[features.ring_owner])


def mark_points(
    picture: NDArray[np.uint32],
    xy: NDArray[np.float64],
    classes: NDArray[np.int32],
    symbols: Sequence[Symbol],
    view: View,
) -> None:
    """Draw point symbols, the symbol of one class after the other."""
    place, ratio = placement_of(view), view.pixel_ratio
    for number, symbol in enumerate(symbols):
        chosen = np.where(classes == number, np.int32(0), np.int32(-1))
        if not (chosen == 0).any():
            continue
        draw_points(
            picture,
            xy,
            place,
            np.array([argb(symbol.fill) if symbol.fill else 0], np.uint32),
            symbol.size * ratio,
            shape=symbol.shape,
            classes=chosen,
            outline=argb(symbol.stroke) if symbol.stroke else 0,
            outline_width=symbol.width * ratio,
        )
