"""Vector painter: polygons, lines and points with one symbol, categories or classes; texts from a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core.selection import And, Interval, Not, Or, mask
from app.views import projection
from app.views.map2d.blend import new_picture
from app.views.map2d.colours import class_colouring
from app.views.map2d.drawing import draw_features, placement_of
from app.views.map2d.features import Features, anchors, nearest, prepared
from app.views.map2d.overlays import source_name
from app.views.map2d.scratch import block_of
from app.views.view import Caption, Hit, Picture
from layers.geometry import POINT, POLYGON
from layers.sources.source import FeatureBlock, FeatureRequest
from layers.style import Symbol

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.core.looks import Look, VectorLook
    from layers.extent import Extent
    from layers.sources.source import Block, Request
    from layers.style import VectorStyle

WHOLE_LIMIT = 400_000
"""Layers with up to so many features are read whole; larger ones by the view, unless it shows a good part of them."""

GOOD_PART = 0.2
MARGIN = 0.5
"""Share of the view that is read around it."""

SMALLEST_NAMED = 14.0
"""Polygons smaller than this, in px, get no text."""

MOST_NAMED = 1200
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


def _value(values: Any, at: int) -> Any:
    value = values[at]
    return value.item() if isinstance(value, np.generic) else value


class VectorPainter:
    """Draws vector layers; keeps the features it has made ready last."""

    def __init__(self) -> None:
        self._held: tuple[Hashable, Features] | None = None

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
        picture = new_picture(view.width, view.height)
        classes, symbols = _classes(features, look.style)
        draw_features(picture, features, classes, symbols, view)
        self._selected(picture, features, look, view)
        captions = _captions(features, look, symbols, view) if look.style.label else ()
        return Picture(look, picture, captions, VectorProbe(look, features))

    # ------------------------------------------------------------------ features
    def _key(self, look: VectorLook) -> Hashable:
        return (look.source, look.key, look.crs, look.view.crs, _columns(look), look.revision)

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
                block, box = block_of(cast("Any", look.scratch), _columns(look)), None
            else:
                block, box = cast("FeatureBlock", blocks[0]), self._map_box(look)
            found = prepared(block, look.crs, view.crs, box)
            self._held = (self._key(look), found)
        return found

    def _selected(self, picture: NDArray[np.uint32], features: Features, look: VectorLook, view: View) -> None:
        """Draw what is selected once more, so that it stands out."""
        if look.selected is None:
            return
        chosen = mask(features.block, cast("Any", look.selected))
        if chosen.any():
            classes = np.where(chosen, np.int32(0), np.int32(-1))
            size = max(s.size for s in _symbols(look.style)) + 5
            draw_features(picture, features, classes, [SELECTED.model_copy(update={"size": size})], view)


# ---------------------------------------------------------------------- classes
def _symbols(style: VectorStyle) -> list[Symbol]:
    if style.column and style.categories:
        return [*(c.symbol for c in style.categories), style.symbol]
    if style.column and style.classes is not None:
        return [*(_tinted(style.symbol, c.colour) for c in style.classes.classes), style.symbol]
    return [style.symbol]


def _tinted(symbol: Symbol, colour: str) -> Symbol:
    """Give a symbol in the colour of a class: its inside, or its line where it has no inside."""
    return symbol.model_copy(update={"fill": colour} if symbol.fill is not None else {"stroke": colour})


def _classes(features: Features, style: VectorStyle) -> tuple[NDArray[np.int32], list[Symbol]]:
    """Give the symbol number of each feature, and the symbols; what fits no class gets the last one."""
    symbols = _symbols(style)
    values = features.block.columns.get(style.column)
    if len(symbols) == 1 or values is None:
        return features.kept("single", lambda: np.zeros(len(features), np.int32)), symbols[-1:]
    key = ("classes", style.column, style.categories, style.classes)
    return features.kept(key, lambda: _numbers(values, style, len(features))), symbols


def _numbers(values: Any, style: VectorStyle, count: int) -> NDArray[np.int32]:
    if style.categories:
        places = {c.value: n for n, c in enumerate(style.categories)}
        other = len(style.categories)
        return np.fromiter((places.get(_value(values, n), other) for n in range(count)), np.int32, count)
    table = class_colouring(cast("Any", style.classes))
    other = len(cast("Any", style.classes).classes)
    if table is None or table.edges is None:
        return np.full(count, other, np.int32)
    numbers = np.array([np.nan if v is None else v for v in values], np.float64)
    found = np.searchsorted(table.edges, numbers, side="left" if table.upper_included else "right") - 1
    return np.where(np.isfinite(numbers) & (found >= 0) & (found < other), found, other).astype(np.int32)


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


# --------------------------------------------------------------------- captions
def _captions(features: Features, look: VectorLook, symbols: list[Symbol], view: View) -> tuple[Caption, ...]:
    """Give the texts of the features in view, the largest first."""
    values = features.block.columns.get(look.style.label)
    if values is None or not _near_enough(look.style, view):
        return ()
    b = features.boxes
    size = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) * (view.width / view.extent.width) ** 2
    named = features.in_view(view) & ((features.types != POLYGON) | (size > SMALLEST_NAMED**2))
    chosen = np.flatnonzero(named)
    chosen = chosen[np.argsort(-size[chosen], kind="stable")][:MOST_NAMED]
    texts = [values[n] for n in chosen]
    fine = np.array([text is not None and str(text).strip() != "" for text in texts], bool)
    chosen, texts = chosen[fine], [str(t).strip() for t, good in zip(texts, fine, strict=True) if good]
    place = placement_of(view)
    px, py = place.to_pixels(*anchors(features, chosen).T)
    lift = max(s.size for s in symbols) / 2 + 3
    return tuple(
        Caption(
            float(x),
            float(y),
            text,
            look.style.label_size + 1,
            look.style.label_colour,
            float(size[n]),
            lift if features.types[n] == POINT else 0.0,
        )
        for x, y, n, text in zip(px, py, chosen, texts, strict=True)
        if np.isfinite(x) and np.isfinite(y)
    )


def _near_enough(style: VectorStyle, view: View) -> bool:
    """Tell whether the map's scale is large enough for texts."""
    if style.label_min_scale is None:
        return True
    metres = projection.metres_per_pixel(view)
    return metres is None or metres * view.pixel_ratio * 96 / 0.0254 <= style.label_min_scale
