"""Arrows of a vector field on a grid of screen places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.views.map2d.faces import sample_plan
from app.views.map2d.fill import fill_polygons
from app.views.map2d.placement import PIXELS
from app.views.map2d.strokes import stroke_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.views.map2d.faces import Plan, Where
    from app.views.map2d.placement import Placement

CORNERS = 7
"""Corners of one arrow: two at the tail, two at the neck, two of the head, the tip."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrows:
    """Vectors at places of the picture.

    Parameters
    ----------
    x, y : ndarray, float64, (n,)
        Middle of each arrow in px, y downwards.
    u, v : ndarray, float64, (n,)
        East and north part, e.g. m/s.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    u: NDArray[np.float64]
    v: NDArray[np.float64]

    @property
    def speed(self) -> NDArray[np.float64]:
        """Length of each vector in its own unit."""
        return np.hypot(self.u, self.v)


def screen_grid(
    placement: Placement, width: int, height: int, spacing: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give places on a regular grid in px that stays put on the ground while the map is moved.

    Every second row is shifted by half the spacing.

    Returns
    -------
    tuple of ndarray, float64, (n,)
        x and y in px.
    """
    over, down = (-placement.ox * placement.sx) % spacing, (placement.oy * placement.sy) % (2 * spacing)
    rows = np.arange(-2, int(height / spacing) + 2)
    columns = np.arange(-1, int(width / spacing) + 2)
    x = over + (columns[None, :] + 0.5 * (rows[:, None] % 2)) * spacing
    y = np.broadcast_to(down + rows[:, None] * spacing, x.shape).astype(np.float64)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return x[inside], y[inside]


def arrow_field(
    plan: Plan, u: NDArray[np.float32], v: NDArray[np.float32], spacing: float = 26.0, where: Where = "face"
) -> Arrows:
    """Give the vectors of a mesh on a grid of screen places; places without a value have no arrow.

    Parameters
    ----------
    plan : Plan
        For values on nodes it must have weights.
    u, v : ndarray, float32, (faces,) or (nodes,)
        East and north part.
    spacing : float
        Distance of the arrows in px.
    where : str
        What the values lie on.
    """
    height, width = plan.face.shape
    x, y = screen_grid(plan.placement, width, height, spacing)
    return known(Arrows(x, y, *(sample_plan(plan, part, x, y, where).astype(np.float64) for part in (u, v))))


def grid_field(u: NDArray[np.float32], v: NDArray[np.float32], placement: Placement, spacing: float = 26.0) -> Arrows:
    """Give the vectors of a grid that has one value per pixel, as `grids.warp_grid` makes it."""
    height, width = u.shape
    x, y = screen_grid(placement, width, height, spacing)
    row, column = y.astype(np.int64), x.astype(np.int64)
    return known(Arrows(x, y, u[row, column].astype(np.float64), v[row, column].astype(np.float64)))


def known(arrows: Arrows) -> Arrows:
    """Give the arrows whose vector is known and not zero."""
    fine = np.isfinite(arrows.u) & np.isfinite(arrows.v) & (arrows.speed > 0)
    return Arrows(arrows.x[fine], arrows.y[fine], arrows.u[fine], arrows.v[fine])


def draw_arrows(
    picture: NDArray[np.uint32],
    arrows: Arrows,
    colour: int,
    reference: float,
    *,
    longest: float = 24.0,
    thickness: float = 1.4,
    halo: int = 0x90FFFFFF,
    threads: int = 0,
) -> int:
    """Draw arrows, in place; each is as long as its vector is fast. Give the number of those that can be seen.

    Parameters
    ----------
    picture : ndarray, uint32, (height, width)
        Premultiplied ``0xAARRGGBB``; drawn over.
    arrows : Arrows
        From `arrow_field` or `grid_field`.
    colour, halo : int
        ``0xAARRGGBB``, not premultiplied, of the arrow and of the rim that sets it off; halo 0 = none.
    reference : float
        Speed of the longest arrow; faster ones stay that long, those below 2 % of it are left out.
    longest : float
        Length in px of an arrow at the reference speed.
    thickness : float
        Width of the shaft in px.
    threads : int
        Threads to share the rows; 0 = as many as the machine suggests.
    """
    corners = arrow_shapes(arrows, reference, longest, thickness)
    count = len(corners)
    if count == 0:
        return 0
    xy, offsets = corners.reshape(-1, 2), np.arange(count + 1) * CORNERS
    places, palette = np.zeros(count, np.int32), np.array([colour], np.uint32)
    if halo >> 24:
        rim = np.array([halo], np.uint32)
        stroke_lines(picture, xy, offsets, PIXELS, rim, 2.0, classes=places, closed=True, merged=True, threads=threads)
    fill_polygons(picture, xy, offsets, np.arange(count + 1), PIXELS, palette, classes=places, threads=threads)
    return count


def arrow_shapes(
    arrows: Arrows, reference: float, longest: float = 24.0, thickness: float = 1.4
) -> NDArray[np.float64]:
    """Give the outline of each arrow that is long enough to be seen, in px, ``float64`` (arrows, 7, 2)."""
    speed = arrows.speed
    length = np.minimum(speed / max(reference, 1e-300), 1.0) * longest
    seen = length >= 0.02 * longest
    length = np.maximum(length[seen], 3.0)
    along = np.stack([arrows.u, -arrows.v], -1)[seen] / speed[seen, None]
    across = np.stack([-along[:, 1], along[:, 0]], -1)
    head = np.clip(0.45 * length, 2.5, 4.0 + 1.6 * thickness)
    wide, half = 0.42 * head, np.minimum(thickness / 2, 0.12 * length)
    steps = np.stack([-length / 2, length / 2 - head, length / 2 - head * 1.15, length / 2], -1)
    shape = [(0, half), (1, half), (2, wide), (3, 0 * half), (2, -wide), (1, -half), (0, -half)]
    middle = np.stack([arrows.x, arrows.y], -1)[seen]
    corners = [middle + along * steps[:, at, None] + across * side[:, None] for at, side in shape]
    return np.stack(corners, 1)
