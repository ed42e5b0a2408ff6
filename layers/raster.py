"""RasterLayer: bands on a regular grid, with or without time."""

from __future__ import annotations

from typing import ClassVar

from layers.layer import Layer
from layers.style import RasterStyle


class RasterLayer(Layer):
    """A grid: GeoTIFF, CF NetCDF and the like."""

    kind: ClassVar[str] = "raster"
    style: RasterStyle = RasterStyle()
