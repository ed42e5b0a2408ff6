"""Raster painter: windows of a grid in the map's system; colours, relief, colour images, arrows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core.language import tr
from app.views import projection
from app.views.map2d.bands import Stop, never
from app.views.map2d.blend import new_picture
from app.views.map2d.cells import Sheet, shown_cells, variables_of
from app.views.map2d.drawing import placement_of
from app.views.map2d.overlays import source_name
from app.views.map2d.panning import Drawn, carried, view_of
from app.views.map2d.tiles import Tile, joined, tiles_of
from app.views.view import ExactValue, Hit, Picture
from app.views.wording import quantity_text, unit_of
from layers.locate import cells_at
from layers.sources.source import RasterBlock, RasterRequest, SeriesRequest

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.core.looks import Look, RasterLook
    from layers.extent import Extent
    from layers.sources.source import Block, Request

SMALL = 2_500_000
"""Grids with up to so many cells are read whole."""

MARGIN = 0.2
"""Share of the view that is read around it."""

COARSEST, FINEST = 1.6, 0.55
"""Cells per pixel, over what the view wants, between which a window is used again."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is read: a box in the layer's system and how many cells it may have; box None = all."""

    box: Extent | None
    width: int
    height: int


@dataclass(slots=True, eq=False)
class RasterProbe:
    """Tells the value of the cell under a pixel: of the file's cell, or of the larger one that is drawn for it."""

    look: RasterLook
    block: RasterBlock
    name: str

    def at(self, px: float, py: float) -> Hit | None:
        """Give value, variable and time at a pixel; None where there is no cell or no data."""
        look, view = self.look, self.look.view
        x, y = placement_of(view).to_world(np.array([px]), np.array([py]))
        x, y = projection.transformed(x, y, view.crs, look.crs)
        rows, columns = self.block.values.shape[1:]
        cell = int(cells_at(self.block.box, columns, rows, x, y)[0])
        if cell < 0:
            return None
        value = float(shown_cells(look, self.block.values[:, cell // columns, cell % columns]))
        if not np.isfinite(value):
            return None
        variable = look.variable(self.name)
        unit = unit_of(variable)
        title = quantity_text(variable, self.name)
        count, exact = self._exact(x, y)
        how = tr("one drawn cell for {count} of the file", count=f"{count} × {count}") if exact is not None else ""
        source = source_name(look.source)
        return Hit(look.layer, look.name, title, value, unit, look.moment, source, how=how, exact=exact)

    def _exact(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[int, ExactValue | None]:
        """Give how many cells of the file lie along a drawn one, and how to read the one of a place."""
        look, d = self.look, self.look.description
        wide, high = (d.counts.get(n, 0) for n in ("width", "height")) if d is not None else (0, 0)
        if d is None or d.bounds is None or not (wide and high):
            return 1, None
        count = round(self.block.box.width / self.block.values.shape[2] / (d.bounds.width / wide))
        cell = int(cells_at(d.bounds, wide, high, x, y)[0])
        if count <= 1 or cell < 0:
            return 1, None
        step = _step(look)
        asked = tuple(
            SeriesRequest(look.key, band, (cell,), step, step + 1, look.style.level)
            for band in look.bands[: len(self.block.values)]
        )
        return count, ExactValue(asked, lambda found: float(shown_cells(look, found.astype(np.float32))))


class RasterPainter:
    """Draws raster layers; keeps what it has read and drawn last, so that small moves cost what is new in them."""

    def __init__(self) -> None:
        self.stop: Stop = never
        self._window: tuple[object, Window] | None = None
        self._parts: dict[Window | Tile, RasterBlock] = {}
        self._whole: RasterBlock | None = None
        self._last: Drawn | None = None

    def needs(self, look: Look) -> list[Request]:
        """Ask for one window of the step, or for tiles of a large grid without time.

        Nothing is asked for where the view does not meet the layer.
        """
        look = cast("RasterLook", look)
        names, step, level = variables_of(look), _step(look), look.style.level
        return [RasterRequest(look.key, names, step, w.box, w.width, w.height, level) for w in self._windows(look)]

    def paint(self, look: Look, blocks: list[Block], view: View) -> Picture:
        """Give the picture of one step."""
        look = cast("RasterLook", look)
        found = [block for block in blocks if isinstance(block, RasterBlock)]
        if not any(block.values.size for block in found):
            return Picture(look, new_picture(view.width, view.height))
        block, is_kept = self._block(self._windows(look), found)
        name = look.style.variable if look.variable(look.style.variable) else look.bands[0]
        name = look.bands[0] if look.style.mode == "hillshade" else name
        key = _key(look)
        carry = carried(self._last, key, view) if key is not None and is_kept else None
        if carry is not None:
            drawn, strips = carry
            for strip in strips:
                drawn.pixels[strip[1] : strip[3], strip[0] : strip[2]] = _drawn(look, block, view_of(strip, view))[1]
        else:
            look, pixels = _drawn(look, block, view)
            drawn = Drawn(key, view, pixels)
        if not self.stop():
            self._last = drawn
        if not drawn.pixels.any() and not np.isfinite(block.values).any():
            look = replace(look, empty_reason="no_data")
        return Picture(look, drawn.pixels, (), None if look.style.mode == "rgb" else RasterProbe(look, block, name))

    def _block(self, windows: Sequence[Window | Tile], blocks: list[RasterBlock]) -> tuple[RasterBlock, bool]:
        """Give one block of all that was read, and whether it has the cells of the last one where both have some."""
        parts = dict(zip(windows, blocks, strict=True))
        is_kept = all(self._parts.get(window, block) is block for window, block in parts.items())
        if self._whole is None or not is_kept or parts.keys() != self._parts.keys():
            self._whole = blocks[0] if len(blocks) == 1 else joined(cast("Any", windows), blocks)
        self._parts = parts
        return self._whole, is_kept

    def around(self, look: Look) -> list[Request]:
        """Name the tiles that a small move would want, of a grid in a file: what is read before it is asked for."""
        look = cast("RasterLook", look)
        held, seen, d = self._windows(look), _seen(look), look.description
        if seen is None or d is None or d.bounds is None or "://" in look.source or not held:
            return []
        tile = held[0]
        if not isinstance(tile, Tile):
            return []
        dx, dy = max(w.box.width for w in held if w.box), max(w.box.height for w in held if w.box)
        wide = replace(seen, x0=seen.x0 - dx, y0=seen.y0 - dy, x1=seen.x1 + dx, y1=seen.y1 + dy)
        found = tiles_of(d, wide.intersection(d.bounds) or seen, _density(seen, look.view))
        names, level = variables_of(look), look.style.level
        new = [w for w in found if w not in held]
        return [RasterRequest(look.key, names, _step(look), w.box, w.width, w.height, level) for w in new]

    # ------------------------------------------------------------------- window
    def _windows(self, look: RasterLook) -> Sequence[Window | Tile]:
        d, view, seen = look.description, look.view, _seen(look)
        if d is None or d.bounds is None or not look.bands or seen is None:
            return []
        cells = d.counts.get("width", 0) * d.counts.get("height", 0)
        if 0 < cells <= SMALL:
            return [Window(None, d.counts["width"], d.counts["height"])]
        if cells and d.time is None:
            return tiles_of(d, seen, _density(seen, view))
        return [self._window_of(look, seen, d.bounds)]

    def _window_of(self, look: RasterLook, seen: Extent, bounds: Extent) -> Window:
        """Give the window of a grid with time: the last one, as long as it suits, so that steps are read alike."""
        view = look.view
        key = (look.source, look.key, look.crs, view.crs)
        held = self._window
        if held is not None and held[0] == key and _suits(held[1], seen, view):
            return held[1]
        made = _window(seen, bounds, view)
        self._window = (key, made)
        return made


def _seen(look: RasterLook) -> Extent | None:
    """Give the part of a layer that is in view, in its own system; None where there is none."""
    d, view = look.description, look.view
    seen = projection.transformed_extent(view.extent, view.crs, look.crs)
    seen = seen.intersection(d.bounds) if seen is not None and d is not None and d.bounds is not None else None
    return None if seen is None or seen.width <= 0 or seen.height <= 0 else seen


def _density(seen: Extent, view: View) -> float:
    """Give the cells per layer unit that a view can show at the most."""
    return max(view.width, view.height) / max(seen.width, seen.height)


def _window(seen: Extent, bounds: Extent, view: View) -> Window:
    wide = seen.grown(MARGIN).intersection(bounds) or seen
    density = _density(seen, view)
    return Window(wide, max(1, round(wide.width * density)), max(1, round(wide.height * density)))


def _suits(window: Window, seen: Extent, view: View) -> bool:
    box = window.box
    if box is None:
        return True
    inside = box.x0 <= seen.x0 and box.y0 <= seen.y0 and box.x1 >= seen.x1 and box.y1 >= seen.y1
    share = (window.width / box.width) / _density(seen, view)
    return inside and FINEST <= share <= COARSEST


def _step(look: RasterLook) -> int:
    steps = max((v.steps for v in map(look.variable, look.bands) if v is not None), default=1)
    return min(look.step or 0, max(steps - 1, 0))


def _key(look: RasterLook) -> Hashable:
    """Give what the pixels of a picture depend on beside the view and the cells; None where they hang together."""
    style, variable = look.style, look.variable(look.bands[0])
    hangs = style.contours is not None or look.arrows or style.stretch_by or style.mode == "index"
    if style.mode == "rgb":
        hangs = hangs or not (style.stretch or (variable is not None and variable.dtype == "uint8"))
    elif style.mode != "hillshade":
        hangs = hangs or look.ranges is None
    if hangs or not projection.same_system(look.crs, look.view.crs):
        return None
    return look.source, look.key, style, look.bands, look.ranges, _step(look)


def _drawn(look: RasterLook, block: RasterBlock, view: View) -> tuple[RasterLook, NDArray[np.uint32]]:
    """Draw a view; the look as it was drawn. Slopes at the edge of the view know what lies beyond it."""
    style = look.style
    seam = 1 if style.hillshade > 0 or style.mode == "hillshade" else 0
    seen = view_of((-seam, -seam, view.width + seam, view.height + seam), view)
    sheet = Sheet(look, block, seen)
    if style.mode == "rgb":
        return look, sheet.image()
    if style.mode == "hillshade":
        picture = sheet.relief()
    else:
        look, picture = sheet.coloured()
    picture = np.ascontiguousarray(picture[seam : seam + view.height, seam : seam + view.width])
    if style.contours is None and not look.arrows:
        return look, picture
    sheet = Sheet(look, block, view)
    look = replace(look, contour_step=sheet.contours(picture))
    if look.arrows:
        look = replace(look, still=not sheet.arrows(picture))
    return look, picture
