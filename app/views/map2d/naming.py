"""Naming: which features wish for which texts, and where: at points, inside polygons, along lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.views.map2d.drawing import placement_of
from app.views.map2d.features import middle_of_row
from app.views.map2d.lettering import advances_of, letters_of
from app.views.map2d.renderers import in_scale, scale_of
from app.views.view import Labels, Lettering
from layers.expressions import parse, quoted
from layers.geometry import LINE, POINT, POLYGON
from layers.sizes import numbers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.map2d.features import Features
    from layers.style import VectorStyle

SMALLEST_NAMED = 14.0
"""Polygons smaller than this, in px, get no text."""

MOST_NAMED = 60_000
"""Features whose texts are tried, the largest first."""

MOST_MOVED = 3000
"""Polygons whose text is moved inside where their centroid lies outside."""

SHARPEST = np.radians(32.0)
"""Largest turn between two letters along a line."""

FONT_GROWN = 1.0
"""What is added to the size that a style names, px."""


def labels_of(
    features: Features, style: VectorStyle, drawn: NDArray[np.bool_], lift: float, view: View
) -> tuple[Labels, ...]:
    """Give the texts that features wish for in a view.

    Parameters
    ----------
    features : Features
    style : VectorStyle
        Names the column or expression, the letters, the placement, the scales.
    drawn : ndarray, bool, (features,)
        Features that are drawn at all.
    lift : float
        How far from a point its text stands, logical px.
    view : View

    Raises
    ------
    DataError
        The expression is wrong.
    """
    look = style.label_style
    text = look.expression.strip() or (quoted(style.label) if style.label else "")
    if not text or not in_scale(style.label_min_scale, look.max_scale, scale_of(view)):
        return ()
    b = features.boxes
    zoom = view.width / view.extent.width
    size = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) * zoom**2
    named = drawn & features.in_view(view) & ((features.types != POLYGON) | (size > SMALLEST_NAMED**2))
    weight = _weights(features, look.priority_column, size)
    chosen = np.flatnonzero(named)
    if len(chosen) > MOST_NAMED:
        chosen = chosen[np.argsort(-weight[chosen], kind="stable")][:MOST_NAMED]
    texts = _texts(features, text, chosen)
    fine = np.fromiter((bool(t) for t in texts), np.bool_, len(texts))
    chosen, texts = chosen[fine], [t for t in texts if t]
    along = (features.types[chosen] == LINE) & (look.placement in ("auto", "along"))
    found: list[Labels] = []
    for part, is_line in ((~along, False), (along, True)):
        some = [t for t, wanted in zip(texts, part, strict=True) if wanted]
        if not some:
            continue
        made = _along(features, chosen[part], some, style, weight, view) if is_line else _beside(
            features, chosen[part], some, style, weight, lift, view
        )  # fmt: skip
        if len(made.texts):
            found.append(made)
    return tuple(found)


def _weights(features: Features, column: str, size: NDArray[np.float64]) -> NDArray[np.float64]:
    values = features.block.columns.get(column) if column else None
    return np.nan_to_num(size if values is None else numbers_of(values), nan=-1e300, posinf=1e300, neginf=-1e300)


def _texts(features: Features, text: str, chosen: NDArray[np.int64]) -> list[str]:
    """Give the texts of features; each is worked out once."""
    known: dict[int, str] = features.kept(f"texts {text}", dict)
    rows = chosen.tolist()
    new = [row for row in rows if row not in known]
    if new:
        known.update(zip(new, parse(text).texts(features.block.columns, new), strict=True))
    return [known[row] for row in rows]


def lettering_of(style: VectorStyle) -> Lettering:
    """Give the letters of a style's texts."""
    look = style.label_style
    return Lettering(style.label_size + FONT_GROWN, style.label_colour, look.bold, look.halo, look.halo_width)


# ------------------------------------------------------------- points and polygons
def _beside(
    features: Features,
    chosen: NDArray[np.int64],
    texts: Sequence[str],
    style: VectorStyle,
    weight: NDArray[np.float64],
    lift: float,
    view: View,
) -> Labels:
    xy = places(features)[chosen]
    px, py = placement_of(view).to_pixels(xy[:, 0], xy[:, 1])
    with np.errstate(invalid="ignore"):
        inside = (px >= 0) & (px < view.width) & (py >= 0) & (py < view.height)
    look = style.label_style
    is_point = features.types[chosen] == POINT
    lifts = np.where(is_point & (look.placement != "centre"), lift, 0.0)
    return Labels(
        [t for t, wanted in zip(texts, inside, strict=True) if wanted],
        px[inside],
        py[inside],
        lifts[inside],
        weight[chosen][inside],
        lettering_of(style),
        look.priority,
        look.placement if look.placement in ("auto", "around") else "centre",
        look.overlap,
    )


def places(features: Features) -> NDArray[np.float64]:
    """Give where the text of each feature stands, map units; made once.

    Returns
    -------
    ndarray, float64, (features, 2)
        Inside polygons, halfway along lines, at points; NaN where a feature has no place.
    """
    return features.kept("places", lambda: _places(features))


def _places(features: Features) -> NDArray[np.float64]:
    found = np.full((len(features), 2), np.nan)
    full = np.diff(features.ring_range) > 0
    points = full & (features.types == POINT)
    first = features.rings[features.ring_range[:-1].clip(max=max(len(features.rings) - 2, 0))]
    found[points] = features.xy[first[points]]
    ring = _largest_rings(features)
    for kind, place in ((POLYGON, _centroids), (LINE, _halfway)):
        some = np.flatnonzero(full & (features.types == kind))
        if len(some):
            found[some] = place(features, ring[some])
    return found


def _largest_rings(features: Features) -> NDArray[np.int64]:
    """Give the ring of each feature that has the largest box; -1 where there is none."""
    count = np.diff(features.ring_range)
    ring = np.where(count > 0, features.ring_range[:-1], -1)
    several = np.flatnonzero(count > 1)
    if len(several):
        boxes = features.ring_boxes
        size = np.nan_to_num((boxes[:, 2] - boxes[:, 0]) + (boxes[:, 3] - boxes[:, 1]), nan=-1.0, neginf=-1.0)
        order = np.lexsort((size, features.ring_owner))
        last = np.flatnonzero(np.diff(features.ring_owner[order], append=-1))
        ring[features.ring_owner[order[last]]] = order[last]
    return ring


def _spread(features: Features, rings: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], Any]:
    """Give the vertices of rings one after the other: their numbers, ring by place, and where each ring begins."""
    start, length = features.rings[rings], features.rings[rings + 1] - features.rings[rings]
    heads = np.cumsum(length) - length
    return (
        np.arange(int(length.sum())) + np.repeat(start - heads, length),
        np.repeat(np.arange(len(rings)), length),
        heads,
    )


def _centroids(features: Features, rings: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the centroid of each ring, moved into it where it lies outside."""
    vertex, owner, heads = _spread(features, rings)
    following = vertex + 1
    ends = np.append(heads[1:], len(vertex)) - 1
    following[ends] = vertex[heads]
    origin = features.xy[vertex[heads]][owner]
    x, y = (features.xy[vertex] - origin).T
    nx, ny = (features.xy[following] - origin).T
    cross = np.nan_to_num(x * ny - nx * y)
    area = np.add.reduceat(cross, heads)
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = np.stack([np.add.reduceat(np.nan_to_num((a + b) * cross), heads) for a, b in ((x, nx), (y, ny))], -1)
        middle = moved / (3 * area[:, None])
        cx, cy = middle[owner].T
        right = ((y > cy) != (ny > cy)) & (x + (cy - y) / (ny - y) * (nx - x) > cx)
    inside = np.add.reduceat(right.astype(np.int64), heads) % 2 == 1
    found = middle + features.xy[vertex[heads]]
    for at in np.flatnonzero(~inside)[:MOST_MOVED]:
        xy = features.xy[features.rings[rings[at]] : features.rings[rings[at] + 1]]
        xy = xy[np.isfinite(xy).all(axis=1)]
        fine = np.isfinite(found[at]).all()
        if len(xy):
            found[at] = middle_of_row(xy, float(found[at, 1])) if fine and len(xy) > 2 else xy.mean(axis=0)
    return found


def _halfway(features: Features, rings: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the place halfway along each line."""
    vertex, owner, heads = _spread(features, rings)
    xy = features.xy[vertex]
    way, lengths = _ways(xy, owner, heads)
    x, y, _ = _at(xy, way, heads, np.arange(len(rings)), lengths / 2)
    return np.stack([x, y], -1)


def _ways(
    xy: NDArray[np.float64], owner: NDArray[np.int64], heads: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the running length at each vertex over all lines, and the length of each line."""
    steps = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    steps[heads] = 0.0
    way = np.cumsum(np.nan_to_num(steps, posinf=0.0))
    return way, np.maximum.reduceat(way, heads) - way[heads]


def _at(
    xy: NDArray[np.float64],
    way: NDArray[np.float64],
    heads: NDArray[np.int64],
    lines: NDArray[np.int64],
    along: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Give the places at lengths along lines, and the vertex before each."""
    ends = np.append(heads[1:], len(way)) - 1
    wanted = way[heads[lines]] + along
    before = np.clip(
        np.searchsorted(way, wanted, side="right") - 1, heads[lines], np.maximum(ends[lines] - 1, heads[lines])
    )
    after = np.minimum(before + 1, ends[lines])
    span = way[after] - way[before]
    share = np.where(span > 0, (wanted - way[before]) / np.where(span > 0, span, 1.0), 0.0)
    place = xy[before] + (xy[after] - xy[before]) * share[:, None]
    return place[:, 0], place[:, 1], before


# ------------------------------------------------------------------------- lines
def _along(
    features: Features,
    chosen: NDArray[np.int64],
    texts: Sequence[str],
    style: VectorStyle,
    weight: NDArray[np.float64],
    view: View,
) -> Labels:
    """Give texts that follow their lines, repeated where these are long; sharp bends carry none."""
    look, letters, ratio = style.label_style, lettering_of(style), view.pixel_ratio
    texts = [text.replace("\n", " ") for text in texts]
    rings = _largest_rings(features)[chosen]
    vertex, owner, heads = _spread(features, rings)
    xy = np.stack(placement_of(view).to_pixels(*features.xy[vertex].T), -1)
    way, lengths = _ways(xy, owner, heads)
    codes, starts = letters_of(texts)
    advance = advances_of(codes, letters, ratio)
    sums = np.concatenate([[0.0], np.cumsum(advance)])
    wide = sums[starts[1:]] - sums[starts[:-1]]
    line, middle = _repeats(lengths, wide, look.repeat * ratio)
    mx, my, _ = _at(xy, way, heads, line, middle)
    with np.errstate(invalid="ignore"):
        seen = (mx >= 0) & (mx < view.width) & (my >= 0) & (my < view.height)
    line, middle, mx, my = line[seen], middle[seen], mx[seen], my[seen]
    count = np.diff(starts)[line]
    glyphs = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    which = np.repeat(np.arange(len(line)), count)
    letter = np.arange(int(glyphs[-1])) - glyphs[which] + starts[line[which]]
    centre = sums[letter] + advance[letter] / 2 - sums[starts[line[which]]] - wide[line[which]] / 2
    turned = _is_backward(xy, way, heads, line, middle, wide[line])[which]
    at = middle[which] + np.where(turned, -centre, centre)
    x, y, angle = _letters(xy, way, heads, line[which], at, advance[letter])
    angle = np.where(turned, angle + np.pi, angle)
    fine = _is_smooth(angle, which, len(line))
    keep = fine[which]
    return Labels(
        [texts[n] for n in line[fine]], mx[fine], my[fine], np.zeros(int(fine.sum())), weight[chosen][line[fine]],
        letters, look.priority, "centre", look.overlap,
        np.concatenate([[0], np.cumsum(count[fine])]).astype(np.int64),
        (x - mx[which])[keep], (y - my[which])[keep], angle[keep],
    )  # fmt: skip


def _repeats(
    lengths: NDArray[np.float64], wide: NDArray[np.float64], repeat: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the lines that are long enough for their text, as often as it stands there, and where its middle lies."""
    times = np.where(lengths > wide * 1.05, 1, 0)
    if repeat > 0:
        times = np.where(times > 0, np.maximum(1, (lengths / np.maximum(repeat, wide * 1.5)).astype(np.int64)), 0)
    times = np.minimum(times, 200)
    line = np.repeat(np.arange(len(lengths)), times)
    number = np.arange(len(line)) - np.repeat(np.cumsum(times) - times, times)
    return line, lengths[line] * (number + 0.5) / np.maximum(times[line], 1)


def _is_backward(
    xy: NDArray[np.float64],
    way: NDArray[np.float64],
    heads: NDArray[np.int64],
    line: NDArray[np.int64],
    middle: NDArray[np.float64],
    wide: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Tell where a text would stand on its head."""
    x0, y0, _ = _at(xy, way, heads, line, middle - wide / 2)
    x1, y1, _ = _at(xy, way, heads, line, middle + wide / 2)
    return (x1 < x0) | ((x1 == x0) & (y1 < y0))


def _letters(
    xy: NDArray[np.float64],
    way: NDArray[np.float64],
    heads: NDArray[np.int64],
    line: NDArray[np.int64],
    along: NDArray[np.float64],
    advance: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give the middle and the turn of each letter: that of the chord it stands on."""
    x0, y0, _ = _at(xy, way, heads, line, along - advance / 2)
    x1, y1, _ = _at(xy, way, heads, line, along + advance / 2)
    return (x0 + x1) / 2, (y0 + y1) / 2, np.arctan2(y1 - y0, x1 - x0)


def _is_smooth(angle: NDArray[np.float64], which: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
    """Tell which texts bend nowhere too sharply."""
    turn = np.abs((np.diff(angle) + np.pi) % (2 * np.pi) - np.pi)
    sharp = (turn > SHARPEST) & (which[1:] == which[:-1])
    bad = np.bincount(which[1:][sharp], minlength=count) > 0
    bad |= np.bincount(which[~np.isfinite(angle)], minlength=count) > 0
    return ~bad
