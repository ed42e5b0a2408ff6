"""Cells on the way to the pixels of one view: brought to its system, shaded, coloured, with lines and arrows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core.looks import ValueRange
from app.views import projection
from app.views.map2d.arrows import grid_field
from app.views.map2d.colours import Colouring, colouring, palette_colouring
from app.views.map2d.contouring import draw_contours
from app.views.map2d.drawing import placement_of
from app.views.map2d.grids import STEP, Inverse, coarse_pixels, hillshade, warp_grid, warp_picture
from app.views.map2d.mesh import put_arrows, step_range
from app.views.map2d.paint import paint_grid
from app.views.map2d.stretching import index_of, stretched

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.camera import View
    from app.core.looks import RasterLook
    from layers.sources.source import RasterBlock

DENSE = 0.8
"""Cells per pixel from which the relief is shaded on the screen's pixels."""

BESIDE = 2
"""Cells around the view that its slopes and means need."""

ARROW_SPACING = 28.0
ARROW_COLOUR = 0xFF1C2833
METRES_PER_DEGREE = 111_320.0


def variables_of(look: RasterLook) -> tuple[str, ...]:
    """Give what is read for a look: its bands and the components of its arrows."""
    return tuple(dict.fromkeys((*look.bands, *components_of(look))))


def components_of(look: RasterLook) -> tuple[str, ...]:
    """Give the components of the arrows of a look."""
    variable = look.variable(look.arrows) if look.arrows else None
    return variable.components if variable is not None else ()


def shown_cells(look: RasterLook, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give what is shown of bands (first axis): one of them, the length of two components, or the index of two."""
    count = len(look.bands)
    if look.style.mode == "index" and count == 2:
        return index_of(values[0], values[-1 if len(values) == 1 else 1])
    if count == 2:
        return np.hypot(values[0], values[1]).astype(np.float32)
    return values[0]


class Sheet:
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
        return shown_cells(self.look, self.block.values)

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
        rows, columns = self._seen()
        heights = self.grid() if dense >= DENSE else self.block.values[0][rows, columns]
        light = hillshade(heights, dx, dy, z_factor=factor, azimuth_deg=azimuth, altitude_deg=altitude)
        light *= np.float32(strength / max(np.sin(np.radians(altitude)), 0.05))
        light += np.float32(1.0 - strength)
        if dense >= DENSE:
            return light
        there = self.inverse._replace(c=self.inverse.c - columns.start, f=self.inverse.f - rows.start)
        return warp_grid(light, there, *self.coarse, self.view.width, self.view.height, smooth=True)

    def _seen(self) -> tuple[slice, slice]:
        """Give the rows and columns of the block that the view shows, with those beside them."""
        high, wide = self.block.values.shape[1:]
        x, y = self.coarse
        column, row = x * self.inverse.a + self.inverse.c, y * self.inverse.e + self.inverse.f
        known = np.isfinite(column) & np.isfinite(row)
        if not known.all():
            return slice(0, high), slice(0, wide)
        top, left = (int(np.clip(np.floor(v.min()) - BESIDE, 0, n)) for v, n in ((row, high), (column, wide)))
        bottom, right = (int(np.clip(np.ceil(v.max()) + BESIDE, 0, n)) for v, n in ((row, high), (column, wide)))
        return slice(top, max(bottom, top)), slice(left, max(right, left))

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
        names = variables_of(self.look)
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

    def arrows(self, picture: NDArray[np.uint32]) -> int:
        """Draw arrows of two components on a grid of the screen; give their number."""
        names, wanted = variables_of(self.look), components_of(self.look)
        if len(wanted) != 2:
            return 0
        u, v = (self.warped(self.block.values[names.index(name)], smooth=False) for name in wanted)
        ratio = self.view.pixel_ratio
        spacing = ARROW_SPACING * ratio
        field = grid_field(u, v, placement_of(self.view), spacing)
        return put_arrows(picture, field, self.look.fastest, cast("Any", ARROW_COLOUR), spacing, ratio)
