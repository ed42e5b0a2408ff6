"""Selection: a question per layer; every view asks for its own mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from psygnal import Signal

from layers.errors import DataError
from layers.geometry import LINE, POLYGON, Geometry

if TYPE_CHECKING:
    from layers.extent import Extent
    from layers.sources.source import FeatureBlock

Bools = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Ids:
    """Features by their ids."""

    ids: frozenset[int]


@dataclass(frozen=True, slots=True, eq=False)
class Many:
    """Features by their ids, for so many that a set of them would weigh too much; rising, each once."""

    ids: np.ndarray[Any, np.dtype[np.int64]]
    mark: int

    def __eq__(self, other: object) -> bool:
        """Tell whether the same features are meant."""
        return isinstance(other, Many) and self.mark == other.mark and np.array_equal(self.ids, other.ids)

    def __hash__(self) -> int:
        """Give the mark of the ids."""
        return self.mark


@dataclass(frozen=True, slots=True)
class Box:
    """Features that touch a box, in the layer's CRS."""

    extent: Extent


@dataclass(frozen=True, slots=True)
class Polygon:
    """Features that touch a polygon: its corners (east, north) in the layer's CRS."""

    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """Features whose column lies in [minimum, maximum]; None = open. Missing values are never inside."""

    column: str
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class And:
    """Features that all parts select."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Features that any part selects."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Features that the part does not select."""

    part: Predicate


Predicate = Ids | Many | Box | Polygon | Interval | And | Or | Not


FEW = 1_000
"""Up to so many ids are kept as a set."""


def of_ids(ids: Any) -> Ids | Many | None:
    """Give the question for features by their ids (an array of int64, in any order); None for none of them."""
    held = np.unique(np.asarray(ids, np.int64))
    if len(held) <= FEW:
        return Ids(frozenset(held.tolist())) if len(held) else None
    return Many(held, hash(held.tobytes()))


def known_ids(predicate: Predicate | None) -> np.ndarray[Any, np.dtype[np.int64]] | None:
    """Give the ids that a question names, rising; None where only the features themselves can tell."""
    if predicate is None:
        return np.empty(0, np.int64)
    if isinstance(predicate, Ids):
        return np.sort(np.fromiter(predicate.ids, np.int64, len(predicate.ids)))
    return predicate.ids if isinstance(predicate, Many) else None


class Selection:
    """What is selected: one predicate per layer; ``changed`` tells the layer's id."""

    changed: ClassVar[Signal] = Signal(str)

    def __init__(self) -> None:
        self.predicates: dict[str, Predicate] = {}

    def set(self, layer_id: str, predicate: Predicate | None) -> None:
        """Ask a new question of a layer; None selects nothing."""
        if self.predicates.get(layer_id) == predicate:
            return
        if predicate is None:
            del self.predicates[layer_id]
        else:
            self.predicates[layer_id] = predicate
        self.changed.emit(layer_id)

    def join(self, layer_id: str, predicate: Predicate) -> None:
        """Select what was selected and what the predicate selects."""
        before = self.predicates.get(layer_id)
        if isinstance(before, Ids) and isinstance(predicate, Ids):
            self.set(layer_id, Ids(before.ids | predicate.ids))
        else:
            self.set(layer_id, predicate if before is None else Or((before, predicate)))

    def clear(self) -> None:
        """Select nothing anywhere."""
        for layer_id in list(self.predicates):
            self.set(layer_id, None)

    def mask(self, block: FeatureBlock, predicate: Predicate) -> Bools:
        """Tell which features of a block a predicate selects."""
        return mask(block, predicate)


def mask(block: FeatureBlock, predicate: Predicate) -> Bools:
    """Tell which features of a block a predicate selects.

    Parameters
    ----------
    block : FeatureBlock
        With geometry for ``Box`` and ``Polygon``, with the column for ``Interval``.
    predicate : Predicate

    Returns
    -------
    ndarray, bool, (features,)

    Raises
    ------
    DataError
        The block lacks what the question needs.
    """
    match predicate:
        case Ids(ids):
            return np.isin(block.ids, np.fromiter(ids, np.int64, len(ids)))
        case Many(ids):
            return np.isin(block.ids, ids)
        case Interval():
            return _in_interval(block, predicate)
        case Box(extent):
            x0, y0, x1, y1 = extent.to_list()
            return _touching(block, np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))
        case Polygon(corners):
            return _touching(block, np.array(corners, np.float64).reshape(-1, 2))
        case And(parts):
            return _joined(block, parts, np.logical_and, start=True)
        case Or(parts):
            return _joined(block, parts, np.logical_or, start=False)
        case Not(part):
            return ~mask(block, part)


def _joined(block: FeatureBlock, parts: tuple[Predicate, ...], join: np.ufunc, *, start: bool) -> Bools:
    found = np.full(len(block.ids), start)
    for part in parts:
        join(found, mask(block, part), out=found)
    return found


def _in_interval(block: FeatureBlock, asked: Interval) -> Bools:
    if asked.column not in block.columns:
        raise DataError("The layer has no column {column}.", column=asked.column)
    try:
        values = np.asarray(block.columns[asked.column], np.float64)
    except (TypeError, ValueError) as error:
        raise DataError("The column {column} holds no numbers.", column=asked.column) from error
    found = np.isfinite(values)
    if asked.minimum is not None:
        found &= values >= asked.minimum
    if asked.maximum is not None:
        found &= values <= asked.maximum
    return found


# ---------------------------------------------------------------------- touching a polygon


def _touching(block: FeatureBlock, corners: Floats) -> Bools:
    """Tell which features touch a polygon: a vertex inside, an edge crossing, or the polygon inside the feature."""
    shape = block.geometry
    if shape is None:
        raise DataError("A selection in space needs the geometry of the features.")
    if not len(shape) or len(corners) < 3:
        return np.zeros(len(block.ids), bool)
    owner = _owners(shape)
    near = _near(shape.xy, owner, len(shape), corners)
    found = np.zeros(len(shape), bool)
    picked = near[owner]
    inside = np.zeros(len(owner), bool)
    inside[picked] = inside_polygon(shape.xy[picked], corners)
    found[owner[inside]] = True
    _mark_crossing(shape, owner, near & ~found, corners, found)
    for feature in np.flatnonzero(near & ~found & (shape.types == POLYGON)):
        found[feature] = _covers(shape, int(feature), corners[0])
    return found


def _owners(shape: Geometry) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Give the feature of each vertex."""
    first = shape.rings[shape.parts[shape.features]]
    return np.repeat(np.arange(len(shape)), np.diff(first))


def _near(xy: Floats, owner: Any, count: int, corners: Floats) -> Bools:
    """Tell whose box touches the polygon's box."""
    low = np.full((count, 2), np.inf)
    high = np.full((count, 2), -np.inf)
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if len(owner) else np.empty(0, np.int64)
    if len(starts):
        low[owner[starts]] = np.minimum.reduceat(xy, starts)
        high[owner[starts]] = np.maximum.reduceat(xy, starts)
    return ((low <= corners.max(0)) & (high >= corners.min(0))).all(1)


def inside_polygon(points: Floats, corners: Floats) -> Bools:
    """Tell which points (n, 2) lie inside a polygon of corners (m, 2), by the even-odd rule."""
    x, y = points[:, 0], points[:, 1]
    inside = np.zeros(len(points), bool)
    ends = np.roll(corners, -1, axis=0)
    for (ax, ay), (bx, by) in zip(corners, ends, strict=True):
        spans = (ay > y) != (by > y)
        if spans.any():
            inside[spans] ^= x[spans] < (bx - ax) * (y[spans] - ay) / (by - ay) + ax
    return inside


def _mark_crossing(shape: Geometry, owner: Any, asked: Bools, corners: Floats, found: Bools) -> None:
    """Mark the asked lines and polygons of which an edge crosses the polygon's edge."""
    asked = asked & ((shape.types == LINE) | (shape.types == POLYGON))
    edge = np.ones(max(len(owner) - 1, 0), bool)
    edge[shape.rings[1:-1] - 1] = False
    edge &= asked[owner[:-1]]
    at = np.flatnonzero(edge)
    a, b = shape.xy[at], shape.xy[at + 1]
    for c, d in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        found[owner[at[_cross(a, b, c, d)]]] = True


def _cross(a: Floats, b: Floats, c: Floats, d: Floats) -> Bools:
    """Tell which segments a–b (n, 2) touch the segment c–d."""
    one, two = _side(a, b, c), _side(a, b, d)
    three, four = _side(c, d, a), _side(c, d, b)
    apart = (np.maximum(a, b) < np.minimum(c, d)).any(1) | (np.minimum(a, b) > np.maximum(c, d)).any(1)
    return (one * two <= 0) & (three * four <= 0) & ~apart


def _side(a: Floats, b: Floats, p: Floats) -> Floats:
    ab, ap = b - a, p - a
    return np.sign(ab[..., 0] * ap[..., 1] - ab[..., 1] * ap[..., 0])


def _covers(shape: Geometry, feature: int, point: Floats) -> bool:
    """Tell whether a polygon feature, less its holes, holds a point."""
    inside = False
    for part in range(shape.features[feature], shape.features[feature + 1]):
        for ring in range(shape.parts[part], shape.parts[part + 1]):
            corners = shape.xy[shape.rings[ring] : shape.rings[ring + 1]]
            inside ^= bool(inside_polygon(point[None, :], corners)[0])
    return inside
