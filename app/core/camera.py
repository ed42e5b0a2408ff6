"""Camera: where linked maps look; poses are values, and the document alone moves the camera."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import Field

from layers.evented import Evented
from layers.extent import Extent

SMALLEST, LARGEST = 1e-12, 1e9
"""Limits of the scale in map units per pixel."""


@dataclass(frozen=True, slots=True)
class View:
    """One picture to be made: CRS and box of the map, size in device pixels, device pixels per logical pixel."""

    crs: str | None
    extent: Extent
    width: int
    height: int
    pixel_ratio: float = 1.0

    @property
    def resolution(self) -> float:
        """Map units per device pixel, east-west."""
        return self.extent.width / max(self.width, 1)


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a camera stands: centre (east, north) in ``crs``, ``scale`` in map units per logical pixel east-west.

    ``aspect`` times ``scale`` is north-south: 1, or the cosine of a latitude where map units are degrees.
    """

    crs: str | None = None
    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0
    aspect: float = 1.0
    width: int = 0
    height: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Give a JSON form."""
        return asdict(self)


class Camera(Evented):
    """The shared look at the map.

    Parameters
    ----------
    crs : str or None
        CRS of the map, ``EPSG:n`` or WKT; None until the first layer with a CRS is opened.
    x, y : float
        Centre, map units (east, north).
    scale : float
        Map units per logical pixel, east-west; the same for views of any size.
    aspect : float
        Map units per logical pixel north-south, over ``scale``: below 1 where map units are degrees, so that
        lengths around the latitude whose cosine it is look right.
    width, height : int
        Logical pixels of the view that set the camera last.

    Notes
    -----
    ``zoomed``, ``moved`` and ``fitted`` give a ``Pose``; ``Document.look(pose)`` moves the camera there, as a command.
    """

    crs: str | None = None
    x: float = Field(default=0.0, allow_inf_nan=False)
    y: float = Field(default=0.0, allow_inf_nan=False)
    scale: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    aspect: float = Field(default=1.0, gt=0, le=1, allow_inf_nan=False)
    width: int = Field(default=0, ge=0)
    height: int = Field(default=0, ge=0)

    @property
    def pose(self) -> Pose:
        """Where the camera stands now."""
        return Pose(self.crs, self.x, self.y, self.scale, self.aspect, self.width, self.height)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the view that set the camera last, logical pixels."""
        return self.width, self.height

    def extent(self, width: float, height: float) -> Extent:
        """Give the box seen by a view of this size in logical pixels."""
        half_x, half_y = width * self.scale / 2, height * self.scale * self.aspect / 2
        return Extent(self.x - half_x, self.y - half_y, self.x + half_x, self.y + half_y)

    def view(self, width: int, height: int, pixel_ratio: float = 1.0) -> View:
        """Give the picture to be made for a view of this size in logical pixels."""
        box = self.extent(width, height)
        return View(self.crs, box, round(width * pixel_ratio), round(height * pixel_ratio), pixel_ratio)

    def zoomed(self, factor: float, at: tuple[float, float] | None = None) -> Pose:
        """Give the pose zoomed in by a factor (> 1 = closer) around a place in map units; None = the centre."""
        x, y = at if at is not None else (self.x, self.y)
        scale = min(max(self.scale / factor, SMALLEST), LARGEST)
        share = scale / self.scale
        return replace(self.pose, x=x + (self.x - x) * share, y=y + (self.y - y) * share, scale=scale)

    def moved(self, dx_px: float, dy_px: float) -> Pose:
        """Give the pose after the picture was dragged by logical pixels, right and down."""
        return replace(self.pose, x=self.x - dx_px * self.scale, y=self.y + dy_px * self.scale * self.aspect)

    def centred(self, x: float, y: float) -> Pose:
        """Give the pose centred at a place in map units."""
        return replace(self.pose, x=x, y=y)

    def fitted(self, extent: Extent, width: int, height: int, margin: float = 0.04) -> Pose:
        """Give the pose that shows a box whole in a view of this size in logical pixels.

        Parameters
        ----------
        extent : Extent
            In the CRS of the map; a point gets a small box around it.
        margin : float
            Free share of the view on each side.
        """
        free = max(1.0 - 2 * margin, 0.1)
        high = extent.height / self.aspect
        scale = max(extent.width / max(width * free, 1), high / max(height * free, 1))
        if not scale > 0 or not math.isfinite(scale):
            scale = self.scale
        x, y = extent.centre
        return replace(self.pose, x=x, y=y, scale=min(max(scale, SMALLEST), LARGEST), width=width, height=height)

    def to_map(self, px: float, py: float, width: float, height: float) -> tuple[float, float]:
        """Give the place in map units under a logical pixel of a view of this size."""
        return self.x + (px - width / 2) * self.scale, self.y - (py - height / 2) * self.scale * self.aspect

    def to_pixel(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        """Give the logical pixel of a place in a view of this size."""
        down = (y - self.y) / (self.scale * self.aspect)
        return (x - self.x) / self.scale + width / 2, height / 2 - down
