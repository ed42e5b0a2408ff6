"""Filled polygons: flat arrays of coordinates → antialiased pixels, outside the GIL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.views.map2d.bands import Stop, in_bands, never
from app.views.map2d.blend import join, lay, premultiplied, scaled
from app.views.map2d.compiled import (
    BOXES,
    BOXES_OUT,
    COLOURS,
    FLAG,
    INDEX,
    OFFSETS,
    PICTURE,
    REAL,
    SIGNS,
    SIGNS_OUT,
    VALUES,
    VALUES_OUT,
    WHOLE,
    XY,
    inner,
    kernel,
)
from app.views.map2d.coverage import EVEN_ODD, INK, NON_ZERO, box_of, dry, fetch, ink_for, pour, pour_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.views.map2d.placement import Placement

FAR = 1e12
"""Pixels beyond which coordinates are cut; nothing that far changes a picture."""

SPECK, FULL_SPECK = 1.0, 1.5
"""Polygons whose box is smaller than this, in px, become a smaller box of their area round its middle; the second
where they fill at least `FULL` of it. No convex shape is then wrong by more than a quarter in any pixel."""

FULL = 0.5

_NO_CLASSES = np.empty(0, np.int32)
_NO_SIGNS = np.empty(0, np.int8)
_ALL = np.empty(0, np.int64)


def fill_polygons(
    picture: NDArray[np.uint32],
    xy: NDArray[np.float64],
    rings: NDArray[np.int64],
    features: NDArray[np.int64],
    placement: Placement,
    colours: NDArray[np.uint32],
    *,
    classes: NDArray[np.int32] | None = None,
    bounds: NDArray[np.float64] | None = None,
    signs: NDArray[np.int8] | None = None,
    areas: NDArray[np.float32] | None = None,
    chosen: NDArray[np.int64] | None = None,
    even_odd: bool = False,
    seamless: bool = True,
    threads: int = 0,
    stop: Stop = never,
) -> None:
    """Fill polygons with antialiased edges, in place.

    Parameters
    ----------
    picture : ndarray, uint32, (height, width)
        Premultiplied ``0xAARRGGBB``; drawn over.
    xy : ndarray, float64, (vertices, 2)
        East, north in the map's CRS; rings may repeat their first vertex or not; NaN vertices are left out.
    rings : ndarray, int64, (rings + 1,)
        Vertex range of each ring.
    features : ndarray, int64, (features + 1,)
        Ring range of each feature.
    placement : Placement
        The view.
    colours : ndarray, uint32
        ``0xAARRGGBB``, not premultiplied: one per feature, or a palette where ``classes`` is given.
    classes : ndarray, int32, (features,), optional
        Place in the palette of each feature; a number outside the palette hides the feature.
    bounds : ndarray, float64, (features, 4), optional
        Boxes from `ring_bounds`; made here when absent, which costs a pass over all vertices.
    signs : ndarray, int8, (rings,), optional
        From `ring_signs`: makes shells turn one way and holes the other, whatever the file does.
    areas : ndarray, float32, (features,), optional
        From `feature_areas`; made here when absent.
    chosen : ndarray, int64, optional
        Numbers of the features to draw, ascending; None = all.
    even_odd : bool
        Winding rule; False = non-zero.
    seamless : bool
        Opaque neighbours that share an edge fill its pixels wholly, instead of letting the ground shine through.
    threads : int
        Threads to share the rows; 0 = as many as the machine suggests.
    stop : callable
        Asked between bands; True leaves the rest undrawn.
    """
    xy, rings, features = _wide(xy), _whole(rings), _whole(features)
    boxes = ring_bounds(xy, rings[features]) if bounds is None else np.ascontiguousarray(bounds, np.float64)
    palette = np.ascontiguousarray(colours, np.uint32)
    places = _NO_CLASSES if classes is None else np.ascontiguousarray(classes, np.int32)
    turns = _NO_SIGNS if signs is None else np.ascontiguousarray(signs, np.int8)
    _check(rings, features, boxes, palette, places, turns)
    inside = feature_areas(xy, rings, features, turns) if areas is None else np.ascontiguousarray(areas, np.float32)
    some = _ALL if chosen is None else np.ascontiguousarray(chosen, np.int64)
    shapes = (xy, rings, features, boxes, turns, inside, some, chosen is None, palette, places)
    rule = EVEN_ODD if even_odd else NON_ZERO

    def band(top: int, bottom: int) -> None:
        ink = ink_for(picture.shape[1], bottom - top)
        _fill(picture, ink, *shapes, *placement, rule, seamless, top, bottom)

    in_bands(band, picture.shape[0], threads, stop=stop)


def ring_bounds(xy: NDArray[np.float64], offsets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the box (x0, y0, x1, y1) of each range of vertices; x0 = +inf where a range is empty.

    Parameters
    ----------
    xy : ndarray, float64, (vertices, 2)
        Coordinates; NaN is left out.
    offsets : ndarray, int64, (n + 1,)
        Vertex ranges of rings, parts or whole features.
    """
    boxes = np.empty((max(len(offsets) - 1, 0), 4))
    _bounds(_wide(xy), _whole(offsets), boxes)
    return boxes


def feature_areas(
    xy: NDArray[np.float64], rings: NDArray[np.int64], features: NDArray[np.int64], signs: NDArray[np.int8]
) -> NDArray[np.float32]:
    """Give the area of each feature in square map units, holes left out; arguments as in `fill_polygons`."""
    areas = np.empty(max(len(features) - 1, 0), np.float32)
    _areas(_wide(xy), _whole(rings), _whole(features), np.ascontiguousarray(signs, np.int8), areas)
    return areas


def ring_signs(xy: NDArray[np.float64], rings: NDArray[np.int64], parts: NDArray[np.int64]) -> NDArray[np.int8]:
    """Give +1 or -1 for each ring, so that shells turn one way and holes the other.

    Parameters
    ----------
    xy, rings :
        As in `fill_polygons`.
    parts : ndarray, int64, (parts + 1,)
        Ring range of each polygon; its first ring is the shell.
    """
    signs = np.ones(max(len(rings) - 1, 0), np.int8)
    _signs(_wide(xy), _whole(rings), _whole(parts), signs)
    return signs


def _wide(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ascontiguousarray(xy, np.float64).reshape(-1, 2)


def _whole(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.ascontiguousarray(offsets, np.int64)


def _check(
    rings: NDArray[np.int64],
    features: NDArray[np.int64],
    boxes: NDArray[np.float64],
    palette: NDArray[np.uint32],
    places: NDArray[np.int32],
    turns: NDArray[np.int8],
) -> None:
    count = max(len(features) - 1, 0)
    if len(boxes) != count:
        raise ValueError(f"{len(boxes)} bounds for {count} features")
    if len(places) != count and (len(places) != 0 or len(palette) != count):
        raise ValueError(f"{len(palette)} colours and {len(places)} classes for {count} features")
    if len(turns) not in (0, max(len(rings) - 1, 0)):
        raise ValueError(f"{len(turns)} signs for {len(rings) - 1} rings")


# -------------------------------------------------------------------- kernels
@kernel(XY, OFFSETS, BOXES_OUT)
def _bounds(xy, offsets, boxes):
    for part in range(len(boxes)):
        x0, y0, x1, y1 = np.inf, np.inf, -np.inf, -np.inf
        for vertex in range(max(offsets[part], 0), min(offsets[part + 1], len(xy))):
            x, y = xy[vertex, 0], xy[vertex, 1]
            if x == x and y == y:
                x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
        boxes[part, 0], boxes[part, 1], boxes[part, 2], boxes[part, 3] = x0, y0, x1, y1


@inner
def ring_area(xy, first, last):
    """Give the signed area of a ring in square map units; positive = anticlockwise with north up."""
    area, ox, oy = 0.0, xy[first, 0], xy[first, 1]
    for vertex in range(first, last):
        after = vertex + 1 if vertex + 1 < last else first
        step = (xy[vertex, 0] - ox) * (xy[after, 1] - oy) - (xy[after, 0] - ox) * (xy[vertex, 1] - oy)
        if step == step:
            area += step
    return 0.5 * area


@kernel(XY, OFFSETS, OFFSETS, SIGNS_OUT)
def _signs(xy, rings, parts, signs):
    for part in range(len(parts) - 1):
        for ring in range(parts[part], min(parts[part + 1], len(signs))):
            first, last = max(rings[ring], 0), min(rings[ring + 1], len(xy))
            is_shell = ring == parts[part]
            if first < last and (ring_area(xy, first, last) > 0.0) != is_shell:
                signs[ring] = -1


@kernel(XY, OFFSETS, OFFSETS, SIGNS, VALUES_OUT)
def _areas(xy, rings, features, signs, areas):
    for feature in range(len(areas)):
        area = 0.0
        for ring in range(max(features[feature], 0), min(features[feature + 1], len(rings) - 1)):
            first, last = max(rings[ring], 0), min(rings[ring + 1], len(xy))
            if first < last:
                area += ring_area(xy, first, last) * (signs[ring] if len(signs) else 1)
        areas[feature] = abs(area)


@inner
def _speck(picture, share, box, colour, dither, beside, top, bottom):
    """Draw a small box, shrunk round its middle to the share of it that is covered."""
    x0, y0, x1, y1 = box
    less = 0.5 - 0.5 * np.sqrt(share)
    x0, x1, y0, y1 = x0 + less * (x1 - x0), x1 - less * (x1 - x0), y0 + less * (y1 - y0), y1 - less * (y1 - y0)
    for y in range(max(int(np.floor(y0)), top), min(int(np.floor(y1)) + 1, bottom)):
        down = (min(y1, y + 1.0) - max(y0, float(y))) * 255.0
        for x in range(max(int(np.floor(x0)), 0), min(int(np.floor(x1)) + 1, picture.shape[1])):
            dark = int((min(x1, x + 1.0) - max(x0, float(x))) * down + dither)
            if dark > 0:
                if beside:
                    join(picture, y, x, scaled(colour, dark))
                else:
                    lay(picture, y, x, scaled(colour, dark))


@inner
def dither_of(number):
    """Give a fixed number in [0, 1) that differs from one feature to the next.

    Specks too faint for one step of colour then show in the right share of cases, instead of never.
    """
    return ((number * 2654435761) >> 8 & 0xFFFF) / 65536.0


@inner
def colour_of(palette, places, number):
    """Give the premultiplied colour of a feature; 0 where its class is not in the palette."""
    place = places[number] if len(places) else number
    if place < 0 or place >= len(palette):
        return np.int64(0)
    return premultiplied(palette[place])


@inner
def near(pixel):
    """Give a pixel coordinate cut to what can matter."""
    return min(max(pixel, -FAR), FAR)


@inner
def _pour_ring(ink, box, xy, first, last, ox, oy, sx, sy, sign, within):
    started = False
    x0, y0, xa, ya = 0.0, 0.0, 0.0, 0.0
    for vertex in range(first, last + 1):
        if vertex < last:
            x, y = (xy[vertex, 0] - ox) * sx, (oy - xy[vertex, 1]) * sy
        else:
            x, y = x0, y0
        if not (x == x and y == y):
            continue
        if not within:
            x, y = near(x), near(y)
        if not started:
            x0, y0, started = x, y, True
        elif within:
            pour_within(ink, box, xa - box.left, ya - box.top, x - box.left, y - box.top, sign)
        else:
            pour(ink, box, xa, ya, x, y, sign)
        xa, ya = x, y


@inner
def pour_shape(ink, box, xy, rings, features, signs, feature, edges, ox, oy, sx, sy):
    """Pour the rings of a feature whose box lies at ``edges`` (x0, y0, x1, y1) in px."""
    x0, y0, x1, y1 = edges
    right, lower = box.left + box.width, box.top + box.height
    within = x0 >= box.left and x1 <= right and y0 >= box.top and y1 <= lower
    for ring in range(max(features[feature], 0), min(features[feature + 1], len(rings) - 1)):
        sign = float(signs[ring]) if len(signs) else 1.0
        first, last = max(rings[ring], 0), min(rings[ring + 1], len(xy))
        _pour_ring(ink, box, xy, first, last, ox, oy, sx, sy, sign, within)


@kernel(
    PICTURE, INK, XY, OFFSETS, OFFSETS, BOXES, SIGNS, VALUES, OFFSETS, FLAG, COLOURS, INDEX,
    REAL, REAL, REAL, REAL, WHOLE, FLAG, WHOLE, WHOLE,
)  # fmt: skip
def _fill(
    picture, ink, xy, rings, features, boxes, signs, areas, chosen, every, palette, places,
    ox, oy, sx, sy, rule, seamless, top, bottom,
):  # fmt: skip
    width, scale = picture.shape[1], abs(sx * sy)
    for number in range(len(boxes) if every else len(chosen)):
        feature = number if every else chosen[number]
        ya, yb = (oy - boxes[feature, 3]) * sy, (oy - boxes[feature, 1]) * sy
        y0, y1 = min(ya, yb), max(ya, yb)
        if not (y1 > top and y0 < bottom):
            continue
        xa, xb = (boxes[feature, 0] - ox) * sx, (boxes[feature, 2] - ox) * sx
        x0, x1 = min(xa, xb), max(xa, xb)
        if not (x1 > 0.0 and x0 < width):
            continue
        colour = colour_of(palette, places, feature)
        if colour >> 24 == 0:
            continue
        beside = seamless and colour >> 24 == 255
        if x1 - x0 < FULL_SPECK and y1 - y0 < FULL_SPECK:
            share = areas[feature] * scale / max((x1 - x0) * (y1 - y0), 1e-30)
            if share >= FULL or (x1 - x0 < SPECK and y1 - y0 < SPECK):
                specks = (x0, y0, x1, y1)
                _speck(picture, min(share, 1.0), specks, colour, dither_of(feature), beside, top, bottom)
                continue
        box = box_of(x0, y0, x1, y1, width, top, bottom, False)
        fetch(picture, ink, box)
        pour_shape(ink, box, xy, rings, features, signs, feature, (x0, y0, x1, y1), ox, oy, sx, sy)
        dry(picture, ink, box, colour, rule, beside)
