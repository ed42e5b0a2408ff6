"""Raster painter: windows of a grid in the map's system; colours, relief, colour images, arrows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core.language import tr
from app.core.looks import ValueRange
from app.views import projection
from app.views.map2d.arrows import grid_field
from app.views.map2d.blend import new_picture
from app.views.map2d.colours import Colouring, colouring, palette_colouring
from app.views.map2d.contouring import draw_contours
from app.views.map2d.drawing import placement_of
from app.views.map2d.grids import STEP, Inverse, coarse_pixels, hillshade, warp_grid, warp_picture
from app.views.map2d.mesh import put_arrows, step_range
from app.views.map2d.overlays import source_name
from app.views.map2d.paint import paint_grid
from app.views.map2d.stretching import index_of, stretched
from app.views.map2d.tiles import Tile, joined, tiles_of
from app.views.view import ExactValue, Hit, Picture
from app.views.wording import quantity_text, unit_text
from layers.locate import cells_at
from layers.sources.source import RasterBlock, RasterRequest, SeriesRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.core.looks import Look, RasterLook
    from app.views.map2d.bands import Stop
    from layers.extent import Extent
    from layers.sources.source import Block, Request

SMALL = 2_500_000
"""Grids with up to so many cells are read whole."""

MARGIN = 0.2
"""Share of the view that is read around it."""

COARSEST, FINEST = 1.6, 0.55
"""Cells per pixel, over what the view wants, between which a window is used again."""

FLAT = float(np.sin(np.radians(45.0)))
DENSE = 0.8
"""Cells per pixel from which the relief is shaded on the screen's pixels."""

ARROW_SPACING = 28.0
ARROW_COLOUR = 0xFF1C2833
METRES_PER_DEGREE = 111_320.0


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
        value = float(_cells(look, self.block.values[:, cell // columns, cell % columns]))
        if not np.isfinite(value):
            return None
        variable = look.variable(self.name)
        unit = unit_text(variable.units if variable else None)
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
        return count, ExactValue(asked, lambda found: float(_cells(look, found.astype(np.float32))))


class RasterPainter:
    """Draws raster layers; keeps the window it has read last, so that small moves read nothing."""

    stop: Stop

    def __init__(self) -> None:
        self._window: tuple[object, Window] | None = None

    def needs(self, look: Look) -> list[Request]:
        """Ask for one window of the step, or for tiles of a large grid without time.

        Nothing is asked for where the view does not meet the layer.
        """
        look = cast("RasterLook", look)
        names, step, level = _variables(look), _step(look), look.style.level
        return [RasterRequest(look.key, names, step, w.box, w.width, w.height, level) for w in self._windows(look)]

    def paint(self, look: Look, blocks: list[Block], view: View) -> Picture:
        """Give the picture of one step."""
        look = cast("RasterLook", look)
        found = [block for block in blocks if isinstance(block, RasterBlock)]
        if not any(block.values.size for block in found):
            return Picture(look, new_picture(view.width, view.height))
        block = found[0] if len(found) == 1 else joined(cast("Any", self._windows(look)), found)
        sheet = _Sheet(look, block, view)
        if look.style.mode == "rgb":
            return Picture(look, sheet.image())
        if look.style.mode == "hillshade":
            picture = sheet.relief()
            look = replace(look, contour_step=sheet.contours(picture))
            return Picture(look, picture, (), RasterProbe(look, block, look.bands[0]))
        look, picture = sheet.coloured()
        look = replace(look, contour_step=sheet.contours(picture))
        if look.arrows:
            sheet.arrows(picture)
        name = look.style.variable if look.variable(look.style.variable) else look.bands[0]
        return Picture(look, picture, (), RasterProbe(look, block, name))

    # ------------------------------------------------------------------- window
    def _windows(self, look: RasterLook) -> Sequence[Window | Tile]:
        d, view = look.description, look.view
        if d is None or d.bounds is None or not look.bands:
            return []
        seen = projection.transformed_extent(view.extent, view.crs, look.crs)
        seen = seen.intersection(d.bounds) if seen is not None else None
        if seen is None or seen.width <= 0 or seen.height <= 0:
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


def _components(look: RasterLook) -> tuple[str, ...]:
    variable = look.variable(look.arrows) if look.arrows else None
    return variable.components if variable is not None else ()


def _variables(look: RasterLook) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*look.bands, *_components(look))))


def _step(look: RasterLook) -> int:
    steps = max((v.steps for v in map(look.variable, look.bands) if v is not None), default=1)
    return min(look.step or 0, max(steps - 1, 0))


def _cells(look: RasterLook, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give what is shown of bands (first axis): one of them, the length of two components, or the index of two."""
    count = len(look.bands)
    if look.style.mode == "index" and count == 2:
        return index_of(values[0], values[-1 if len(values) == 1 else 1])
    if count == 2:
        return np.hypot(values[0], values[1]).astype(np.float32)
    return values[0]


class _Sheet:
    """One block on the way to the pixels of one view."""

    def __init__(self, look: RasterLook, block: RasterBlock, view: View) -> None:
        self.look, self.block, self.view = look, block, view
        rows, columns = block.values.shape[1:]
        box = block.box
        across, down = columns / box.width, rows / box.height
        self.inverse = Inverse(across, 0.0, -box.x0 * across, 0.0, -down, box.y1 * down)
        px, py = coarse_pixels(view.width, view.height)
        x, y = placement_of(view).to_world(px, py)
        east, north = projection.transformed(x.ravel(), y.ravel(), view.crs, look.crs)
        self.coarse = east.reshape(px.shape), north.reshape(px.shape)
        self._grid: NDArray[np.float32] | None = None

    def warped(self, values: NDArray[np.float32], *, smooth: bool) -> NDArray[np.float32]:
        """Bring cells into the view's pixels."""
        return warp_grid(values, self.inverse, *self.coarse, self.view.width, self.view.height, smooth=smooth)

    def cells(self) -> NDArray[np.float32]:
        """Give the cells shown."""
        return _cells(self.look, self.block.values)

    def grid(self) -> NDArray[np.float32]:
        """Give the values under the pixels."""
        if self._grid is None:
            fine = self.look.style.hillshade > 0 and self._cells_per_pixel() >= DENSE
            self._grid = self.warped(self.cells(), smooth=self.look.style.smooth or fine)
        return self._grid

    def coloured(self) -> tuple[RasterLook, NDArray[np.uint32]]:
        """Give the look with its range, and the picture of values on a scale, shaded where the style says so."""
        look = self.look
        if look.style.mode == "index" or look.style.stretch_by:
            look = replace(look, ranges=self._range_of_view())
        if look.ranges is None:
            look = replace(look, ranges=step_range(look.style.scale, self.cells()))
        light = self.light(look.style.hillshade) if look.style.hillshade > 0 else None
        return look, paint_grid(self.grid(), self._colouring(look), light=light)

    def _colouring(self, look: RasterLook) -> Colouring:
        palette = look.description.extra.get("palette") if look.description else None
        if look.style.scale.colours == "haitang:palette" and palette:
            return palette_colouring(tuple((int(k), tuple(v)) for k, v in palette.items()))
        return colouring(look.style.scale, look.ranges)

    def _range_of_view(self) -> ValueRange | None:
        """Give what the colours span by what the view shows; an index without a stretch spans -1 to 1."""
        style, grid = self.look.style, self.grid()
        whole = stretched(grid, "minmax")
        ends = stretched(grid, style.stretch_by) if style.stretch_by else (-1.0, 1.0)
        if whole is None or ends is None:
            return self.look.ranges
        low = ends[0] if style.scale.minimum is None else style.scale.minimum
        high = ends[1] if style.scale.maximum is None else style.scale.maximum
        return ValueRange(low, high if high > low else low + 1.0, *whole, whole=False)

    def contours(self, picture: NDArray[np.uint32]) -> float | None:
        """Draw lines of equal value, where the style has any; give how far they lie apart."""
        if self.look.style.contours is None:
            return None
        smooth = self.warped(self.cells(), smooth=True)
        return draw_contours(picture, smooth, self.look.style.contours, self.view)

    def light(self, strength: float) -> NDArray[np.float32]:
        """Give how light each pixel is, 1 on flat ground.

        Large cells are shaded before they are brought to the screen, so that no stairs show.
        """
        dx, dy = self._cell_metres()
        dense = self._cells_per_pixel()
        if dense >= DENSE:
            dx, dy = dx * dense, dy * dense
        factor = max(1.0, (dx / 30.0) ** 0.55)
        azimuth, altitude = self.look.style.sun
        heights = self.grid() if dense >= DENSE else self.block.values[0]
        light = hillshade(heights, dx, dy, z_factor=factor, azimuth_deg=azimuth, altitude_deg=altitude)
        light *= np.float32(strength / max(np.sin(np.radians(altitude)), 0.05))
        light += np.float32(1.0 - strength)
        return light if dense >= DENSE else self.warped(light, smooth=True)

    def _cells_per_pixel(self) -> float:
        """Give how many cells lie side by side in one pixel, near the upper left corner of the view's middle."""
        x, y = self.coarse
        row, column = (max(0, n // 2 - 1) for n in x.shape)
        across = np.hypot(
            (x[row, column + 1] - x[row, column]) * self.inverse.a,
            (y[row, column + 1] - y[row, column]) * self.inverse.e,
        )
        return float(across / STEP) if np.isfinite(across) else 0.0

    def _cell_metres(self) -> tuple[float, float]:
        """Give the size of a cell on the ground, m; map units where nothing is known of them."""
        rows, columns = self.block.values.shape[1:]
        dx, dy = self.block.box.width / columns, self.block.box.height / rows
        d = self.look.description
        degrees = projection.is_geographic(self.look.crs) or bool(d and d.extra.get("geographic"))
        if not degrees:
            return dx, dy
        middle = np.radians(min(max(self.block.box.centre[1], -85.0), 85.0))
        return dx * METRES_PER_DEGREE * float(np.cos(middle)), dy * METRES_PER_DEGREE

    def relief(self) -> NDArray[np.uint32]:
        """Give a shaded relief in greys."""
        light = self.light(1.0)
        grey = np.linspace(40, 250, 256).astype(np.uint32)
        table = (0xFF000000 | (grey << 16) | (grey << 8) | grey).astype(np.uint32)
        return paint_grid(light, Colouring(0.0, 1.0, table))

    def image(self) -> NDArray[np.uint32]:
        """Give three bands as red, green and blue."""
        names = _variables(self.look)
        values = self.block.values[[names.index(band) for band in self.look.bands[:3]]]
        scaled = (
            np.stack([self._scaled(band) for band in values]) if self.look.style.stretch_by else self._alike(values)
        )
        known = np.isfinite(values).all(axis=0)
        if len(self.look.bands) > 3:
            known &= self.block.values[names.index(self.look.bands[3])] > 0
        red, green, blue = np.where(known, np.nan_to_num(scaled), 0).astype(np.uint32)
        packed = np.where(known, 0xFF000000 | (red << 16) | (green << 8) | blue, 0).astype(np.uint32)
        smooth = self.look.style.smooth or packed.size < self.view.width * self.view.height
        return warp_picture(packed, self.inverse, *self.coarse, self.view.width, self.view.height, smooth=smooth)

    def _alike(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give all bands on one stretch, 0 to 255."""
        low, high = self.look.style.stretch or self._stretch(values)
        return np.clip((values - low) * (255.0 / max(high - low, 1e-9)), 0, 255)

    def _scaled(self, band: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give a band on the stretch of what the view shows of it, 0 to 255."""
        shown = self.warped(np.ascontiguousarray(band, np.float32), smooth=False)
        low, high = stretched(shown, self.look.style.stretch_by) or (0.0, 1.0)
        return np.clip((band - low) * (255.0 / max(high - low, 1e-9)), 0, 255)

    def _stretch(self, values: NDArray[np.float32]) -> tuple[float, float]:
        variable = self.look.variable(self.look.bands[0])
        if variable is not None and variable.dtype == "uint8":
            return 0.0, 255.0
        fine = values[np.isfinite(values)]
        if not fine.size:
            return 0.0, 1.0
        low, high = np.percentile(fine[:: max(1, fine.size // 200_000)], (2, 98))
        return float(low), float(high)

    def arrows(self, picture: NDArray[np.uint32]) -> None:
        """Draw arrows of two components on a grid of the screen."""
        names, wanted = _variables(self.look), _components(self.look)
        if len(wanted) != 2:
            return
        u, v = (self.warped(self.block.values[names.index(name)], smooth=False) for name in wanted)
        ratio = self.view.pixel_ratio
        spacing = ARROW_SPACING * ratio
        field = grid_field(u, v, placement_of(self.view), spacing)
        put_arrows(picture, field, self.look.fastest, cast("Any", ARROW_COLOUR), spacing, ratio)
