"""Vector painter: features by their renderer (symbols, rules, heat, clusters), their texts, what is selected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core.language import tr
from app.core.selection import And, Interval, Not, Or, mask
from app.views import projection
from app.views.map2d.bands import Stop, never
from app.views.map2d.blend import new_picture
from app.views.map2d.clusters import cluster_at, cluster_labels, clusters, draw_clusters
from app.views.map2d.drawing import draw_features
from app.views.map2d.features import Features, nearest, prepared
from app.views.map2d.heat import density, heat_picture, heat_range, places_of, weights_of
from app.views.map2d.naming import labels_of
from app.views.map2d.overlays import source_name
from app.views.map2d.panning import Drawn, carried, view_of
from app.views.map2d.renderers import Pass, counts_of, passes, symbol_reach
from app.views.map2d.scratch import scratch_block
from app.views.view import Hit, Picture
from layers.sources.source import FeatureBlock, FeatureRequest
from layers.style import Symbol

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.core.looks import Look, VectorLook
    from app.views.map2d.clusters import Clusters
    from app.views.view import Labels
    from layers.extent import Extent
    from layers.sources.source import Block, Request

WHOLE_LIMIT = 400_000
"""Layers with up to so many features are read whole; larger ones by the view, unless it shows a good part of them."""

MOST_READ = 2_000_000
"""Layers kept as packs with up to so many features are read whole even where values or another system are asked for."""

GOOD_PART = 0.2
MARGIN = 0.5
"""Share of the view that is read around it."""

REACH = 6.0
"""How far from a line or point a click still counts, px."""

SELECTED = Symbol(fill="#ffb40066", stroke="#e8890c", width=2.4)


@dataclass(slots=True, eq=False)
class VectorProbe:
    """Finds the feature under a pixel."""

    look: VectorLook
    features: Features

    def at(self, px: float, py: float) -> Hit | None:
        """Give the topmost feature at a pixel; attributes only of scratch features, others are read by the id."""
        view, look = self.look.view, self.look
        x = view.extent.x0 + px * view.extent.width / view.width
        y = view.extent.y1 - py * view.extent.height / view.height
        reach = REACH * view.pixel_ratio
        found = nearest(
            self.features, x, y, (reach * view.extent.width / view.width, reach * view.extent.height / view.height)
        )
        if found is None:
            return None
        at, distance = found
        drawn = {name: _value(values, at) for name, values in self.features.block.columns.items()}
        title = drawn.get(look.style.label) or drawn.get(look.style.column)
        index = int(self.features.block.ids[at])
        held = cast("dict[int, Any]", look.scratch) if look.scratch is not None else {}
        return Hit(
            look.layer,
            look.name,
            "" if title is None else str(title),
            source=source_name(look.source),
            index=index,
            properties=dict(held.get(index, {}).get("properties", {})),
            distance=distance * REACH,
        )


@dataclass(slots=True, eq=False)
class ClusterProbe:
    """Tells how many features lie under a pixel."""

    single: VectorProbe
    found: Clusters

    def at(self, px: float, py: float) -> Hit | None:
        """Give the cluster at a pixel, or the single feature there."""
        look = self.single.look
        count = cluster_at(self.found, look.style.cluster, look.view, px, py)
        if count < 2:
            return self.single.at(px, py) if count else None
        title = tr("{count} features together", count=count)
        return Hit(look.layer, look.name, title, source=source_name(look.source))


def _value(values: Any, at: int) -> Any:
    value = values[at]
    return value.item() if isinstance(value, np.generic) else value


class VectorPainter:
    """Draws vector layers; keeps the features it has made ready last."""

    def __init__(self) -> None:
        self.stop: Stop = never
        self._held: tuple[Hashable, Features] | None = None
        self._last: Drawn | None = None

    def needs(self, look: Look) -> list[Request]:
        """Ask for the whole layer, or for what lies around the view; for nothing where it is held."""
        look = cast("VectorLook", look)
        if look.scratch is not None or self._find(look) is not None:
            return []
        return [FeatureRequest(look.key, self._box(look), _columns(look))]

    def paint(self, look: Look, blocks: list[Block], view: View) -> Picture:
        """Give the picture of the features in the view."""
        look = cast("VectorLook", look)
        features = self._features(look, blocks, view)
        if look.style.kind == "heat":
            return self._heat(features, look, view)
        if look.style.kind == "cluster":
            return self._clusters(features, look, view)
        found = passes(features, look.style, view)
        chosen = _selection(features, look)
        layers = found if chosen is None else [*found, chosen]

        def draw(picture: NDArray[np.uint32], seen: View) -> None:
            for one in layers:
                draw_features(picture, features, one.classes, one.symbols, seen, self.stop)

        key = (self._key(look), look.style, look.selected, tuple(id(one.classes) for one in found))
        picture = self._drawn(draw, key, features, view)
        look = replace(look, counts=counts_of(features, look.style))
        return Picture(look, picture, (), VectorProbe(look, features), labels=_labels(features, look, found, view))

    def _drawn(self, draw: Any, key: Hashable, features: Features, view: View) -> NDArray[np.uint32]:
        """Give the picture of a view: the last one moved and completed where that is possible, else a new one."""
        found = carried(self._last, (key, id(features)), view)
        if found is None:
            drawn = Drawn((key, id(features)), view, new_picture(view.width, view.height))
            draw(drawn.pixels, view)
        else:
            drawn, strips = found
            for strip in strips:
                part = view_of(strip, view)
                picture = new_picture(part.width, part.height)
                draw(picture, part)
                drawn.pixels[strip[1] : strip[3], strip[0] : strip[2]] = picture
        if not self.stop():
            self._last = drawn
        return drawn.pixels

    def _heat(self, features: Features, look: VectorLook, view: View) -> Picture:
        style = look.style.heat
        weights = weights_of(features, style.weight)
        found = density(places_of(features), weights, style.radius * view.pixel_ratio, view)
        look = replace(look, ranges=heat_range(style, found.highest))
        picture = heat_picture(found, style, cast("Any", look.ranges))
        self._selected(picture, features, look, view)
        return Picture(look, picture, (), VectorProbe(look, features))

    def _clusters(self, features: Features, look: VectorLook, view: View) -> Picture:
        style = look.style.cluster
        picture = new_picture(view.width, view.height)
        found = clusters(places_of(features), style.radius * view.pixel_ratio, view)
        draw_clusters(picture, found, style, look.style.symbol, view)
        self._selected(picture, features, look, view)
        probe = ClusterProbe(VectorProbe(look, features), found)
        return Picture(look, picture, (), probe, labels=cluster_labels(found, style, view))

    # ------------------------------------------------------------------ features
    def _key(self, look: VectorLook) -> Hashable:
        return (look.source, look.key, look.crs, look.view.crs, _columns(look), look.revision, look.filter)

    def _find(self, look: VectorLook) -> Features | None:
        if self._held is None or self._held[0] != self._key(look) or not self._held[1].covers(look.view.extent):
            return None
        return self._held[1]

    def _map_box(self, look: VectorLook) -> Extent | None:
        """Give what to read, in the map's system; None = all."""
        d = look.description
        count = d.counts.get("features", 0) if d else 0
        if count <= WHOLE_LIMIT or d is None or d.bounds is None:
            return None
        here = projection.same_system(look.crs, look.view.crs)
        if d.extra.get("packed") and (count <= MOST_READ or (here and not _columns(look))):
            return None
        whole = projection.transformed_extent(d.bounds, look.crs, look.view.crs)
        wide = look.view.extent.grown(MARGIN)
        if whole is None:
            return wide
        seen = wide.intersection(whole)
        if seen is not None and seen.width * seen.height > GOOD_PART * whole.width * whole.height:
            return None
        return wide

    def _box(self, look: VectorLook) -> Extent | None:
        box = self._map_box(look)
        return None if box is None else projection.transformed_extent(box, look.view.crs, look.crs)

    def _features(self, look: VectorLook, blocks: list[Block], view: View) -> Features:
        found = self._find(look)
        if found is None:
            if look.scratch is not None:
                block, box = scratch_block(cast("Any", look.scratch), _columns(look), look.filter), None
            else:
                block, box = cast("FeatureBlock", blocks[0]), self._map_box(look)
            found = prepared(block, look.crs, view.crs, box)
            self._held = (self._key(look), found)
        return found

    def _selected(self, picture: NDArray[np.uint32], features: Features, look: VectorLook, view: View) -> None:
        """Draw what is selected once more, so that it stands out."""
        chosen = _selection(features, look)
        if chosen is not None:
            draw_features(picture, features, chosen.classes, chosen.symbols, view, self.stop)


def _selection(features: Features, look: VectorLook) -> Pass | None:
    """Give how what is selected is drawn once more; None where nothing is."""
    if look.selected is None:
        return None
    chosen = mask(features.block, cast("Any", look.selected))
    if not chosen.any():
        return None
    size = max(symbol_reach(s) for s in look.style.symbols) + 5
    return Pass(np.where(chosen, np.int32(0), np.int32(-1)), [SELECTED.model_copy(update={"size": size})])


# ---------------------------------------------------------------------- columns
def _columns(look: VectorLook) -> tuple[str, ...]:
    """Give the columns that drawing asks for."""
    return tuple(sorted({*look.columns, *_asked(look.selected)}))


def _asked(predicate: Any) -> set[str]:
    if isinstance(predicate, Interval):
        return {predicate.column}
    if isinstance(predicate, Not):
        return _asked(predicate.part)
    if isinstance(predicate, And | Or):
        return set().union(*(_asked(part) for part in predicate.parts))
    return set()


# ------------------------------------------------------------------------ texts
def _labels(features: Features, look: VectorLook, found: list[Pass], view: View) -> tuple[Labels, ...]:
    """Give the texts of what is drawn."""
    style = look.style
    if not (style.label or style.label_style.expression):
        return ()
    drawn = np.zeros(len(features), np.bool_)
    for one in found:
        drawn |= one.classes >= 0
    largest = max(symbol_reach(symbol) for one in found for symbol in one.symbols) if found else 0.0
    return labels_of(features, style, drawn, largest / 2 + 3, view)
