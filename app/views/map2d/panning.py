"""Panning: what of the last picture stays when a view moved by whole pixels, and what is new."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.views.composition import shift
from layers.extent import Extent

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from app.core.camera import View

SLACK = 1e-3
"""How far from whole pixels a move may be; it adds up over moves."""

MOST_DRIFT = 0.02
"""Sum of such leftovers, in px, at which the picture is drawn anew."""

MOST_NEW = 0.6
"""Share of new pixels above which drawing all of them costs no more."""

Strip = tuple[int, int, int, int]
"""First column and row, and the ones after the last."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A picture that was drawn, of which view, and what it depends on beside the view.

    Parameters
    ----------
    key : hashable
        Equal keys give equal pictures of equal views.
    view : View
    pixels : ndarray, uint32, (height, width)
        Never changed after it was drawn.
    drift : float
        How far its parts are from where they belong at the most, px.
    """

    key: Hashable
    view: View
    pixels: NDArray[np.uint32]
    drift: float = 0.0


def carried(last: Drawn | None, key: Hashable, view: View) -> tuple[Drawn, list[Strip]] | None:
    """Give the last picture moved to a view and the strips that are to be drawn; None where nothing can be kept."""
    if last is None or last.key != key or (last.view.width, last.view.height) != (view.width, view.height):
        return None
    if last.view.pixel_ratio != view.pixel_ratio or last.view == view:
        return None
    moved = shift(last.view, view)
    if moved is None or abs(moved[2] - 1.0) * max(view.width, view.height) > SLACK:
        return None
    dx, dy = round(moved[0]), round(moved[1])
    drift = last.drift + max(abs(moved[0] - dx), abs(moved[1] - dy))
    kept = max(view.width - abs(dx), 0) * max(view.height - abs(dy), 0)
    if drift - last.drift > SLACK or drift > MOST_DRIFT or kept < (1 - MOST_NEW) * view.width * view.height:
        return None
    pixels = np.empty_like(last.pixels)  # the strips are the rest of it
    to_x, to_y = slice(max(dx, 0), view.width + min(dx, 0)), slice(max(dy, 0), view.height + min(dy, 0))
    from_x, from_y = slice(max(-dx, 0), view.width - max(dx, 0)), slice(max(-dy, 0), view.height - max(dy, 0))
    pixels[to_y, to_x] = last.pixels[from_y, from_x]
    return Drawn(key, view, pixels, drift), _strips(view, dx, dy)


def _strips(view: View, dx: int, dy: int) -> list[Strip]:
    """Give the parts of a view that a move by (dx, dy) px laid bare."""
    top, bottom = max(dy, 0), view.height + min(dy, 0)
    strips = [(0, 0, view.width, top), (0, bottom, view.width, view.height)]
    strips += [(0, top, max(dx, 0), bottom), (view.width + min(dx, 0), top, view.width, bottom)]
    return [s for s in strips if s[2] > s[0] and s[3] > s[1]]


def view_of(strip: Strip, view: View) -> View:
    """Give the view that shows one strip of another."""
    x0, y0, x1, y1 = strip
    e, sx, sy = view.extent, view.extent.width / view.width, view.extent.height / view.height
    box = Extent(e.x0 + x0 * sx, e.y1 - y1 * sy, e.x0 + x1 * sx, e.y1 - y0 * sy)
    return replace(view, extent=box, width=x1 - x0, height=y1 - y0)
