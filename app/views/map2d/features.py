"""Features made ready for drawing: in the map's system, with boxes, rings and turns; done once, drawn often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from app.views import projection
from app.views.map2d.fill import feature_areas, ring_bounds, ring_signs
from layers.box_index import box_index
from layers.geometry import LINE, POINT, POLYGON

FEW = 3000
"""Features up to which a look at all boxes is as quick as an index."""

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.camera import View
    from layers.box_index import BoxIndex
    from layers.extent import Extent
    from layers.geometry import Geometry
    from layers.sources.source import FeatureBlock


@dataclass(slots=True, eq=False)
class Features:
    """Features of one layer in the map's system.

    Parameters
    ----------
    block : FeatureBlock
        As read, in the layer's own system.
    box : Extent or None
        What was read, in the map's system; None = the whole layer.
    xy : ndarray, float64, (vertices, 2)
        East, north in the map's system; NaN where it has no answer.
    rings : ndarray, int64, (rings + 1,)
    ring_range : ndarray, int64, (features + 1,)
        Ring range of each feature.
    boxes : ndarray, float64, (features, 4)
        x0, y0, x1, y1; x0 = inf where a feature is empty.
    """

    block: FeatureBlock
    box: Extent | None
    xy: NDArray[np.float64]
    rings: NDArray[np.int64]
    parts: NDArray[np.int64]
    ring_range: NDArray[np.int64]
    types: NDArray[np.uint8]
    boxes: NDArray[np.float64]
    _kept: dict[str, Any] = field(default_factory=dict)
    _seen: tuple[Any, NDArray[np.int64]] | None = None

    def __len__(self) -> int:
        """Count the features."""
        return len(self.types)

    def has(self, kind: int) -> bool:
        """Tell whether there are features of a kind (``POINT``, ``LINE``, ``POLYGON``)."""
        return bool(self.kept(f"has {kind}", lambda: np.any(self.types == kind)))

    def kept(self, name: object, make: Any) -> Any:
        """Give a derived array, made once."""
        key = str(name)
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def keep(self, **arrays: Any) -> None:
        """Take derived arrays that were worked out elsewhere."""
        self._kept.update(arrays)

    @property
    def signs(self) -> NDArray[np.int8]:
        """Turn of each ring, for shells and holes."""
        return self.kept("signs", lambda: ring_signs(self.xy, self.rings, self.parts))

    @property
    def areas(self) -> NDArray[np.float32]:
        """Area of each feature, square map units."""
        return self.kept("areas", lambda: feature_areas(self.xy, self.rings, self.ring_range, self.signs))

    @property
    def ring_boxes(self) -> NDArray[np.float64]:
        """Box of each ring."""
        return self.kept("ring boxes", lambda: ring_bounds(self.xy, self.rings))

    @property
    def ring_owner(self) -> NDArray[np.int64]:
        """Feature of each ring."""
        return self.kept("ring owner", lambda: np.repeat(np.arange(len(self)), np.diff(self.ring_range)))

    def vertices_of(self, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the vertices of some features, and the feature of each."""
        ends = self.rings[self.ring_range[chosen + 1]]
        starts = self.rings[self.ring_range[chosen]]
        sizes = ends - starts
        before = np.concatenate([[0], np.cumsum(sizes)[:-1]]) if len(sizes) else sizes
        return np.repeat(starts - before, sizes) + np.arange(int(sizes.sum())), np.repeat(chosen, sizes)

    def covers(self, extent: Extent) -> bool:
        """Tell whether everything inside a box of the map is held."""
        box = self.box
        return box is None or (
            box.x0 <= extent.x0 and box.y0 <= extent.y0 and box.x1 >= extent.x1 and box.y1 >= extent.y1
        )

    @property
    def index(self) -> BoxIndex:
        """Finds features by their boxes."""
        return self.kept("index", lambda: box_index(self.boxes))

    @property
    def sides(self) -> NDArray[np.float32]:
        """Longer side of each feature's box, map units; 0 where it is empty."""
        return self.kept("sides", lambda: _longer_sides(self.boxes))

    def touching(self, x0: float, y0: float, x1: float, y1: float) -> NDArray[np.int64]:
        """Give the features whose boxes touch a box of the map, and a few within a rounding of it, ascending."""
        if self.index.encloses(x0, y0, x1, y1) and len(self.index.order) == len(self):
            return self.kept("every", lambda: np.arange(len(self)))
        if len(self) <= FEW:
            b = self.boxes
            return np.flatnonzero((b[:, 0] <= x1) & (b[:, 2] >= x0) & (b[:, 1] <= y1) & (b[:, 3] >= y0))
        return self.index.touching(x0, y0, x1, y1)

    def in_view(self, view: View) -> NDArray[np.bool_]:
        """Tell which features' boxes touch a view."""
        b, e = self.boxes, view.extent
        return (b[:, 0] <= e.x1) & (b[:, 2] >= e.x0) & (b[:, 1] <= e.y1) & (b[:, 3] >= e.y0)

    def seen(self, view: View, margin: float = 0.0) -> NDArray[np.int64]:
        """Give the features whose boxes touch a view, and ``margin`` px round it, ascending."""
        key = (view.extent, view.width, margin)
        if self._seen is None or self._seen[0] != key:
            e = view.extent
            dx, dy = margin * e.width / view.width, margin * e.height / view.height
            self._seen = key, self.touching(e.x0 - dx, e.y0 - dy, e.x1 + dx, e.y1 + dy)
        return self._seen[1]


def prepared(block: FeatureBlock, crs: str | None, map_crs: str | None, box: Extent | None) -> Features:
    """Bring a block into the map's system and measure it.

    Parameters
    ----------
    block : FeatureBlock
        With geometry, in ``crs``.
    box : Extent or None
        What was asked for, in the map's system; None = all.
    """
    shape = block.geometry if block.geometry is not None else _no_geometry(len(block.ids))
    x, y = projection.transformed(shape.xy[:, 0], shape.xy[:, 1], crs, map_crs)
    same = x.base is shape.xy or np.shares_memory(x, shape.xy)
    measured = block.measured
    if same and measured is not None:
        made = Features(
            block, box, shape.xy, shape.rings, shape.parts, measured.ring_range, shape.types, measured.boxes
        )
        made.keep(index=measured.index, areas=measured.areas, signs=measured.signs)
        return made
    xy = shape.xy if same else np.column_stack([x, y])
    rings = np.ascontiguousarray(shape.rings, np.int64)
    ring_range = np.ascontiguousarray(shape.parts[shape.features], np.int64)
    boxes = ring_bounds(xy, rings[ring_range])
    if not same:
        boxes[_displaced(xy, rings[ring_range])] = [np.inf, np.inf, -np.inf, -np.inf]
    return Features(block, box, np.ascontiguousarray(xy), rings, shape.parts, ring_range, shape.types, boxes)


def _displaced(xy: NDArray[np.float64], vertices: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which features have vertices without a place in the map's system; they are not drawn as something else."""
    lost = np.concatenate([[0], np.cumsum(~np.isfinite(xy).all(axis=1))])
    return np.asarray(lost[vertices[1:]] > lost[vertices[:-1]])


def _longer_sides(boxes: NDArray[np.float64]) -> NDArray[np.float32]:
    with np.errstate(invalid="ignore"):
        longer = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    return np.where(np.isfinite(longer), longer, 0.0).astype(np.float32)


def _no_geometry(count: int) -> Geometry:
    from layers.geometry import Geometry

    none = np.zeros(1, np.int64)
    return Geometry(np.empty((0, 2)), none, none, np.zeros(count + 1, np.int64), np.zeros(count, np.uint8))


# ------------------------------------------------------------------- anchors
def anchors(features: Features, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give where the name of each chosen feature stands, map units: inside polygons, on lines, at points.

    Returns
    -------
    ndarray, float64, (chosen, 2)
        NaN where a feature has no place.
    """
    places = np.full((len(chosen), 2), np.nan)
    for at, feature in enumerate(chosen):
        kind = features.types[feature]
        first, last = features.ring_range[feature], features.ring_range[feature + 1]
        if first == last:
            continue
        if kind == POLYGON:
            places[at] = _inside(features, int(first), int(last))
        elif kind == LINE:
            places[at] = _halfway(features, int(first), int(last))
        elif kind == POINT:
            places[at] = features.xy[features.rings[first]]
    return places


def _largest(features: Features, first: int, last: int) -> int:
    boxes = features.ring_boxes[first:last]
    return first + int(np.argmax((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])))


def _inside(features: Features, first: int, last: int) -> NDArray[np.float64]:
    """Give the centroid of the largest ring, moved into it where it lies outside."""
    ring = _largest(features, first, last)
    xy = features.xy[features.rings[ring] : features.rings[ring + 1]]
    xy = xy[np.isfinite(xy).all(axis=1)]
    if len(xy) < 3:
        return xy.mean(axis=0) if len(xy) else np.full(2, np.nan)
    origin = xy[0]
    x, y = (xy - origin).T
    nx, ny = np.roll(x, -1), np.roll(y, -1)
    cross = x * ny - nx * y
    area = cross.sum()
    if abs(area) < 1e-300:
        return xy.mean(axis=0)
    centre = np.array([((x + nx) * cross).sum(), ((y + ny) * cross).sum()]) / (3 * area) + origin
    return centre if inside_ring(centre, xy) else middle_of_row(xy, centre[1])


def middle_of_row(xy: NDArray[np.float64], row: float) -> NDArray[np.float64]:
    """Give the middle of the widest stretch of a ring along one row."""
    x, y = xy.T
    nx, ny = np.roll(x, -1), np.roll(y, -1)
    cuts = (y > row) != (ny > row)
    if not cuts.any():
        return xy.mean(axis=0)
    at = np.sort(x[cuts] + (row - y[cuts]) / (ny[cuts] - y[cuts]) * (nx[cuts] - x[cuts]))
    widths = at[1::2] - at[: len(at) // 2 * 2 : 2]
    best = int(np.argmax(widths))
    return np.array([(at[2 * best] + at[2 * best + 1]) / 2, row])


def _halfway(features: Features, first: int, last: int) -> NDArray[np.float64]:
    """Give the place half the way along the largest part of a line."""
    part = _largest(features, first, last)
    xy = features.xy[features.rings[part] : features.rings[part + 1]]
    xy = xy[np.isfinite(xy).all(axis=1)]
    if len(xy) < 2:
        return xy[0] if len(xy) else np.full(2, np.nan)
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    half = way[-1] / 2
    return np.array([np.interp(half, way, xy[:, 0]), np.interp(half, way, xy[:, 1])])


def inside_ring(point: NDArray[np.float64], xy: NDArray[np.float64]) -> bool:
    """Tell whether a point lies inside a ring."""
    x, y = xy.T
    nx, ny = np.roll(x, -1), np.roll(y, -1)
    cuts = (y > point[1]) != (ny > point[1])
    if not cuts.any():
        return False
    at = x[cuts] + (point[1] - y[cuts]) / (ny[cuts] - y[cuts]) * (nx[cuts] - x[cuts])
    return bool(np.count_nonzero(at > point[0]) % 2)


# -------------------------------------------------------------------- nearest
def nearest(features: Features, x: float, y: float, reach: tuple[float, float]) -> tuple[int, float] | None:
    """Give the topmost feature at a place and its distance in shares of the reach.

    Parameters
    ----------
    x, y : float
        Map units.
    reach : (float, float)
        How far off a feature still counts, map units east and north.
    """
    near = features.touching(x - reach[0], y - reach[1], x + reach[0], y + reach[1])
    found: tuple[int, float] | None = None
    for feature in near[::-1][:400]:
        distance = _distance(features, int(feature), x, y, reach)
        if distance <= 1.0 and (found is None or (distance < found[1] and features.types[feature] != POLYGON)):
            found = int(feature), distance
            if features.types[feature] == POLYGON:
                break
    return found


def _distance(features: Features, feature: int, x: float, y: float, reach: tuple[float, float]) -> float:
    place = np.array([x, y])
    crossings, closest = 0, np.inf
    for ring in range(features.ring_range[feature], features.ring_range[feature + 1]):
        xy = features.xy[features.rings[ring] : features.rings[ring + 1]]
        xy = xy[np.isfinite(xy).all(axis=1)]
        if features.types[feature] == POLYGON:
            crossings += inside_ring(place, xy) if len(xy) else 0
        elif len(xy):
            closest = min(closest, _to_line((xy - place) / reach, features.types[feature] == LINE))
    if features.types[feature] == POLYGON:
        return 0.0 if crossings % 2 else np.inf
    return closest


def _to_line(xy: NDArray[np.float64], joined: bool) -> float:
    """Give the distance of the origin from points or from the line through them."""
    if not joined or len(xy) < 2:
        return float(np.hypot(*xy.T).min())
    a, d = xy[:-1], np.diff(xy, axis=0)
    length = (d**2).sum(axis=1)
    share = np.clip(-(a * d).sum(axis=1) / np.where(length > 0, length, 1), 0, 1)
    return float(np.hypot(*(a + d * share[:, None]).T).min())
