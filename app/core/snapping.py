"""Snapping: the pointer is drawn to vertices, crossings, middles, feet and edges of what the map shows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from app.core.shapes import Shape
from layers.crs import transform_points
from layers.errors import HaitangError
from layers.geometry import POINT, feature_boxes, taken_geometry
from layers.sources.source import FeatureRequest
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from app.core.document import Document
    from app.core.gestures import Gesture, Key, Outcome, Point, Pointer
    from app.core.reading import Reading
    from layers.geometry import Geometry
    from layers.sources.source import FeatureBlock

    Numbers = NDArray[np.float64]

Kind = Literal["vertex", "crossing", "middle", "foot", "edge"]
KINDS: tuple[Kind, ...] = ("vertex", "crossing", "middle", "foot", "edge")
"""In this order: the first kind that has something within reach is taken."""
WHOLE = 400_000
"""Layers with up to so many features are indexed whole, larger ones around the view."""
CROWD = 60
"""Edges near the pointer among which crossings are looked for."""


@dataclass(frozen=True)
class SnapSettings:
    """What the pointer is drawn to.

    Parameters
    ----------
    on : bool
    tolerance_px : float
        How far from the pointer something may lie.
    kinds : tuple of str
    own_layer : bool
        Only to the layer that is edited, not to all that are visible.
    shared : bool
        Whether vertices and edges that features share change together.
    """

    on: bool = True
    tolerance_px: float = 12.0
    kinds: tuple[Kind, ...] = KINDS
    own_layer: bool = False
    shared: bool = True


@dataclass(frozen=True, slots=True)
class Snap:
    """Where the pointer is drawn to, and by what; in the map's CRS."""

    at: Point
    kind: Kind


class SnapIndex:
    """The features of one layer, found by place.

    Parameters
    ----------
    block : FeatureBlock
        With geometry, in ``crs``.
    crs, map_crs : str or None
    """

    def __init__(self, block: FeatureBlock, crs: str | None, map_crs: str | None) -> None:
        import shapely

        geometry = cast("Geometry", block.geometry)
        if crs is not None and map_crs is not None and crs != map_crs and len(geometry.xy):
            geometry = replace(geometry, xy=transform_points(geometry.xy, crs, map_crs))
        self.ids, self.geometry = block.ids, geometry
        boxes = feature_boxes(geometry)
        self._rows = np.flatnonzero(np.isfinite(boxes).all(1))
        self._tree = shapely.STRtree(cast("Any", shapely).box(*boxes[self._rows].T))
        self.near((0.0, 0.0), 0.0)  # the tree is built at its first question

    def near(self, at: Point, reach: float) -> NDArray[np.int64]:
        """Give the places of the features whose boxes come within reach."""
        import shapely

        box = shapely.box(at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach)
        return np.sort(self._rows[np.asarray(self._tree.query(box), np.int64)])

    def parts(self, at: Point, reach: float, without: NDArray[np.int64]) -> tuple[Numbers, Numbers]:
        """Give vertices (n, 2) and edges (m, 4) of the features near a place.

        Parameters
        ----------
        without : ndarray, int64
            Features that do not count.
        """
        chosen = self.near(at, reach)
        if len(without):
            chosen = chosen[~np.isin(self.ids[chosen], without)]
        found = taken_geometry(self.geometry, chosen)
        xy = found.xy
        inner = np.ones(max(len(xy) - 1, 0), np.bool_)
        inner[found.rings[1:-1] - 1] = False
        owner = np.repeat(found.types, np.diff(found.rings[found.parts[found.features]]))
        inner &= owner[:-1] != POINT if len(xy) else inner
        return xy, np.column_stack([xy[:-1], xy[1:]])[inner] if len(xy) > 1 else np.zeros((0, 4))


def snapped(
    vertices: Numbers,
    edges: Numbers,
    at: Point,
    reach: float,
    kinds: Iterable[Kind] = KINDS,
    start: Point | None = None,
) -> Snap | None:
    """Give what the pointer is drawn to.

    Parameters
    ----------
    vertices : ndarray, float64, (n, 2)
    edges : ndarray, float64, (m, 4)
        Both ends.
    at : (east, north)
    reach : float
        Map units.
    kinds : iterable of str
    start : (east, north), optional
        Last corner: the feet of its perpendiculars count too.
    """
    place = np.array(at)
    near = edges[_gaps(edges, place) <= reach] if len(edges) else edges
    wanted = set(kinds)
    for kind in KINDS:
        if kind not in wanted:
            continue
        found = _candidates(kind, vertices, near, place, start)
        if len(found):
            gaps = np.hypot(*(found - place).T)
            best = int(np.argmin(gaps))
            if gaps[best] <= reach:
                return Snap((float(found[best, 0]), float(found[best, 1])), kind)
    return None


def _candidates(kind: Kind, vertices: Numbers, edges: Numbers, place: Numbers, start: Point | None) -> Numbers:
    if kind == "vertex":
        return vertices
    if not len(edges):
        return np.zeros((0, 2))
    if kind == "middle":
        return (edges[:, :2] + edges[:, 2:]) / 2
    if kind == "crossing":
        return _crossings(edges[:CROWD])
    if kind == "foot":
        return np.zeros((0, 2)) if start is None else _feet(edges, np.array(start), inside=True)
    return _feet(edges, place, inside=False)


def _feet(edges: Numbers, place: Numbers, *, inside: bool) -> Numbers:
    a, way = edges[:, :2], edges[:, 2:] - edges[:, :2]
    share = ((place - a) * way).sum(1) / np.maximum((way**2).sum(1), 1e-300)
    if inside:
        good = (share > 0) & (share < 1)
        return a[good] + share[good, None] * way[good]
    return a + np.clip(share, 0.0, 1.0)[:, None] * way


def _gaps(edges: Numbers, place: Numbers) -> Numbers:
    return np.hypot(*(_feet(edges, place, inside=False) - place).T)


def _crossings(edges: Numbers) -> Numbers:
    i, j = np.triu_indices(len(edges), 1)
    p, r = edges[i, :2], edges[i, 2:] - edges[i, :2]
    q, s = edges[j, :2], edges[j, 2:] - edges[j, :2]
    cross = r[:, 0] * s[:, 1] - r[:, 1] * s[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = ((q - p)[:, 0] * s[:, 1] - (q - p)[:, 1] * s[:, 0]) / cross
        u = ((q - p)[:, 0] * r[:, 1] - (q - p)[:, 1] * r[:, 0]) / cross
    good = (t > 0) & (t < 1) & (u > 0) & (u < 1)
    return p[good] + t[good, None] * r[good]


@dataclass(eq=False)
class _Held:
    """The index of one layer: of what it is read from, and of what is edited."""

    key: object = None
    base: SnapIndex | None = None
    patch: object = None
    edited: SnapIndex | None = None


@dataclass
class Snapper:
    """Knows what the visible vector layers have near the pointer; indexes are made in a thread of their own.

    Parameters
    ----------
    document : Document
    reading : Reading
    layer_id : str
        The layer that is edited.
    settings : SnapSettings
    """

    document: Document
    reading: Reading
    layer_id: str = ""
    settings: SnapSettings = field(default_factory=SnapSettings)
    _held: dict[str, _Held] = field(default_factory=dict[str, _Held])
    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="snap"))

    def layers(self) -> list[VectorLayer]:
        """List the layers that count."""
        found = [la for la in self.document.layers if isinstance(la, VectorLayer) and la.visible]
        if self.settings.own_layer:
            found = [la for la in found if la.id == self.layer_id]
        return found

    def prepare(self) -> None:
        """See to it that all layers have an index for the map as it is; those that have none are made soon."""
        for layer in self.layers():
            held = self._held.setdefault(layer.id, _Held())
            request = self._request(layer)
            key = (layer.reads_from, layer.crs, self.document.camera.crs, request)
            if layer.is_scratch or held.key == key:
                continue
            if self.reading.state(layer.id) != "ok":
                continue
            held.key = key
            self._ask(layer, held, request)

    @property
    def is_ready(self) -> bool:
        """Whether every layer that was asked for has its index."""
        return all(held.base is not None for held in self._held.values() if held.key is not None)

    def _ask(self, layer: VectorLayer, held: _Held, request: FeatureRequest) -> None:
        key, crs, map_crs = held.key, layer.crs, self.document.camera.crs

        def make(block: FeatureBlock) -> None:
            index = SnapIndex(block, crs, map_crs)
            if held.key == key:
                held.base = index

        def arrived(answer: Any) -> None:
            if not isinstance(answer, HaitangError):
                self._worker.submit(make, answer)

        self.reading.read(layer, request, arrived)

    def _request(self, layer: VectorLayer) -> FeatureRequest:
        described = layer.description
        count = described.counts.get("features", 0) if described is not None else 0
        if count <= WHOLE:
            return FeatureRequest(layer.key, None, ())
        from layers.crs import transform_extent

        width, height = self.document.camera.size
        box = self.document.camera.extent(width, height).grown(0.5)
        if layer.crs and self.document.camera.crs and layer.crs != self.document.camera.crs:
            box = transform_extent(box, self.document.camera.crs, layer.crs)
        return FeatureRequest(layer.key, box, ())

    def find(
        self, at: Point, reach: float, held: frozenset[int] = frozenset(), start: Point | None = None
    ) -> Snap | None:
        """Give what the pointer is drawn to.

        Parameters
        ----------
        at : (east, north)
            In the map's CRS.
        reach : float
            Map units.
        held : frozenset of int
            Features of the edited layer that are being changed: they do not draw the pointer.
        start : (east, north), optional
            Last corner.
        """
        if not self.settings.on:
            return None
        found = [part for layer in self.layers() for part in self._near(layer, at, reach, held)]
        if not found:
            return None
        vertices, edges = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return snapped(vertices, edges, at, reach, self.settings.kinds, start)

    def _near(self, layer: VectorLayer, at: Point, reach: float, own: frozenset[int]) -> list[tuple[Numbers, Numbers]]:
        held = self._held.get(layer.id)
        if held is None:
            return []
        without = np.fromiter(own if layer.id == self.layer_id else (), np.int64)
        self._renew(layer, held)
        found: list[tuple[Numbers, Numbers]] = []
        if held.base is not None:
            touched = np.fromiter(layer.patch.rows if layer.patch is not None else (), np.int64)
            found.append(held.base.parts(at, reach, np.concatenate([without, touched])))
        if held.edited is not None:
            found.append(held.edited.parts(at, reach, without))
        return found

    def _renew(self, layer: VectorLayer, held: _Held) -> None:
        """Index what is edited anew, where it is not what was indexed last."""
        now = layer.features if layer.is_scratch else layer.patch
        mark = (id(now), layer.crs, self.document.camera.crs)
        if held.patch == mark:
            return
        held.patch, held.edited = mark, None
        block = _scratch_block(layer) if layer.is_scratch else layer.patch.block if layer.patch is not None else None
        if block is not None and len(block.ids):
            held.edited = SnapIndex(block, layer.crs, self.document.camera.crs)

    def close(self) -> None:
        """End the thread."""
        self._worker.shutdown(wait=True, cancel_futures=True)


def _scratch_block(layer: VectorLayer) -> FeatureBlock:
    from layers.figure import from_geojson, to_wkb
    from layers.patch import Patch
    from layers.rows import Row

    rows = {
        number: Row(to_wkb(from_geojson(feature["geometry"])) if feature.get("geometry") else None)
        for number, feature in layer.features.items()
    }
    return Patch(rows, ()).block


class Snapping:
    """A gesture whose pointer is drawn to what is near; Control held down lets it go where it is.

    Parameters
    ----------
    gesture : Gesture
        May have ``held`` (features it changes) and ``anchor`` (last corner).
    snapper : Snapper
    """

    def __init__(self, gesture: Gesture, snapper: Snapper) -> None:
        self.gesture, self.snapper = gesture, snapper
        self.title = gesture.title

    def _drawn(self, pointer: Pointer) -> tuple[Pointer, tuple[Shape, ...]]:
        snapper = self.snapper
        if pointer.control or not snapper.settings.on:
            return pointer, ()
        reach = snapper.settings.tolerance_px * snapper.document.camera.scale
        held: frozenset[int] = getattr(self.gesture, "held", frozenset())
        found = snapper.find(pointer.at, reach, held, getattr(self.gesture, "anchor", None))
        if found is None:
            return pointer, ()
        return replace(pointer, x=found.at[0], y=found.at[1]), (Shape(found.kind, (found.at,)),)

    def press(self, pointer: Pointer) -> Outcome:
        """Hand on the press."""
        self.snapper.prepare()
        return self._with(self.gesture.press, pointer)

    def move(self, pointer: Pointer) -> Outcome:
        """Hand on the move."""
        return self._with(self.gesture.move, pointer)

    def release(self, pointer: Pointer) -> Outcome:
        """Hand on the release."""
        return self._with(self.gesture.release, pointer)

    def _with(self, act: Any, pointer: Pointer) -> Outcome:
        drawn, marks = self._drawn(pointer)
        outcome: Outcome = act(drawn)
        return replace(outcome, preview=(*outcome.preview, *marks)) if marks else outcome

    def key(self, name: Key) -> Outcome:
        """Hand on the key."""
        return self.gesture.key(name)
