"""Filled polygons: flat arrays of coordinates → antialiased pixels, outside the GIL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.views.map2d.bands import in_bands
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
    WHOLE,
    XY,
    inner,
    kernel,
)
from app.views.map2d.coverage import EVEN_ODD, INK, NON_ZERO, box_of, dry, new_ink, pour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.views.map2d.placement import Placement

FAR = 1e12
"""Pixels beyond which coordinates are cut; nothing that far changes a picture."""

SPECK = 1.0
"""Polygons whose box is smaller than this, in px, become up to four pixels weighted by area."""

_NO_CLASSES = np.empty(0, np.int32)
_NO_SIGNS = np.empty(0, np.int8)


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
    even_odd: bool = False,
    seamless: bool = True,
    threads: int = 0,
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
    even_odd : bool
        Winding rule; False = non-zero.
    seamless : bool
        Opaque neighbours that share an edge fill its pixels wholly, instead of letting the ground shine through.
    threads : int
        Threads to share the rows; 0 = as many as the machine suggests.
    """
    xy, rings, features = _wide(xy), _whole(rings), _whole(features)
    boxes = ring_bounds(xy, rings[features]) if bounds is None else np.ascontiguousarray(bounds, np.float64)
    palette = np.ascontiguousarray(colours, np.uint32)
    places = _NO_CLASSES if classes is None else np.ascontiguousarray(classes, np.int32)
    turns = _NO_SIGNS if signs is None else np.ascontiguousarray(signs, np.int8)
    _check(rings, features, boxes, palette, places, turns)
    rule = EVEN_ODD if even_odd else NON_ZERO

    def band(top: int, bottom: int) -> None:
        ink = new_ink(picture.shape[1], bottom - top)
        _fill(picture, ink, xy, rings, features, boxes, turns, palette, places, *placement, rule, seamless, top, bottom)

    in_bands(band, picture.shape[0], threads)


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


@inner
def _speck(picture, xy, rings, first_ring, last_ring, signs, scale, box, colour, dither, beside, top, bottom):
    """Share the area of a polygon smaller than a pixel among the pixels under its box."""
    area = 0.0
    for ring in range(first_ring, last_ring):
        first, last = max(rings[ring], 0), min(rings[ring + 1], len(xy))
        if first < last:
            area += ring_area(xy, first, last) * (signs[ring] if len(signs) else 1)
    area = min(abs(area) * scale, 1.0)
    x0, y0, x1, y1 = box
    column, row = int(np.floor(x0)), int(np.floor(y0))
    right = (x1 - column - 1.0) / (x1 - x0) if x1 > column + 1.0 else 0.0
    below = (y1 - row - 1.0) / (y1 - y0) if y1 > row + 1.0 else 0.0
    for step in range(4):
        x, y = column + (step & 1), row + (step >> 1)
        weight = (right if step & 1 else 1.0 - right) * (below if step >> 1 else 1.0 - below)
        share = int(area * weight * 255.0 + dither)
        if share > 0 and 0 <= x < picture.shape[1] and top <= y < bottom:
            if beside:
                join(picture, y, x, scaled(colour, share))
            else:
                lay(picture, y, x, scaled(colour, share))


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
def _pour_ring(ink, box, xy, first, last, ox, oy, sx, sy, sign):
    started = False
    x0, y0, xa, ya = 0.0, 0.0, 0.0, 0.0
    for vertex in range(first, last + 1):
        if vertex < last:
            x, y = near((xy[vertex, 0] - ox) * sx), near((oy - xy[vertex, 1]) * sy)
        else:
            x, y = x0, y0
        if not (x == x and y == y):
            continue
        if started:
            pour(ink, box, xa, ya, x, y, sign)
        else:
            x0, y0, started = x, y, True
        xa, ya = x, y


@kernel(
    PICTURE, INK, XY, OFFSETS, OFFSETS, BOXES, SIGNS, COLOURS, INDEX,
    REAL, REAL, REAL, REAL, WHOLE, FLAG, WHOLE, WHOLE,
)  # fmt: skip
def _fill(
    picture, ink, xy, rings, features, boxes, signs, palette, places, ox, oy, sx, sy, rule, seamless, top, bottom
):
    width, scale = picture.shape[1], abs(sx * sy)
    for feature in range(len(boxes)):
        xa, xb = (boxes[feature, 0] - ox) * sx, (boxes[feature, 2] - ox) * sx
        ya, yb = (oy - boxes[feature, 3]) * sy, (oy - boxes[feature, 1]) * sy
        x0, x1, y0, y1 = min(xa, xb), max(xa, xb), min(ya, yb), max(ya, yb)
        if not (x1 > 0.0 and x0 < width and y1 > top and y0 < bottom):
            continue
        colour = colour_of(palette, places, feature)
        if colour >> 24 == 0:
            continue
        beside = seamless and colour >> 24 == 255
        ring0, ring1 = max(features[feature], 0), min(features[feature + 1], len(rings) - 1)
        if x1 - x0 < SPECK and y1 - y0 < SPECK:
            dither = dither_of(feature)
            specks = (x0, y0, x1, y1)
            _speck(picture, xy, rings, ring0, ring1, signs, scale, specks, colour, dither, beside, top, bottom)
            continue
        box = box_of(x0, y0, x1, y1, width, top, bottom)
        for ring in range(ring0, ring1):
            sign = float(signs[ring]) if len(signs) else 1.0
            first, last = max(rings[ring], 0), min(rings[ring + 1], len(xy))
            _pour_ring(ink, box, xy, first, last, ox, oy, sx, sy, sign)
        dry(picture, ink, box, colour, rule, beside)
