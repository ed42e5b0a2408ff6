"""Home: where a map looks first, and which system it takes, from the layers that are open."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.looks import can_place, is_degrees
from app.views import projection
from layers.extent import Extent, around

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.core.camera import Pose
    from app.core.document import Document
    from layers.layer import Layer

ROOMY = 1000
"""Maps at least this wide, in px, leave a column free for the legend."""

LEGEND_SIDE, FOOT = 248.0, 24.0


def map_system(layers: Iterable[Layer]) -> str | None:
    """Give the system a map takes from its layers: the first projected one, else the first known, else None."""
    known = [layer.crs for layer in layers if layer.crs is not None]
    tied = [crs for crs in known if projection.is_tied(crs)] or known
    return next((crs for crs in tied if not projection.is_geographic(crs)), tied[0] if tied else None)


def layer_extent(layer: Layer, crs: str | None) -> Extent | None:
    """Give the box of a layer in the map's system; None where it is unknown or cannot be placed."""
    d = layer.description
    if d is None or d.bounds is None or not can_place(layer.crs, crs):
        return None
    return projection.transformed_extent(d.bounds, layer.crs, crs)


def extent_of(layers: Iterable[Layer], crs: str | None) -> Extent | None:
    """Give the box around all layers that can be placed, in the map's system."""
    return around(layer_extent(layer, crs) for layer in layers)


def aspect_of(box: Extent, crs: str | None, *, degrees: bool = False) -> float:
    """Give the aspect at which a map in degrees shows true shapes around the middle of a box; 1 for other maps."""
    if not degrees and not projection.is_geographic(crs):
        return 1.0
    latitude = min(max(box.centre[1], -75.0), 75.0)
    return round(math.cos(math.radians(latitude)), 3)


def _roomy(box: Extent, *, degrees: bool, known: bool) -> Extent:
    """Give the box, grown where it is hardly more than a point: 0.05 degrees or 2 km to each side.

    In a map whose units are not known, 0.06 may be a river in degrees: there only a point is grown.
    """
    least = 0.05 if degrees else 2000.0
    if max(box.width, box.height) > (least * 1e-3 if known else 0.0):
        return box
    return Extent(box.x0 - least, box.y0 - least, box.x1 + least, box.y1 + least)


def home_pose(document: Document, width: int, height: int, layers: Iterable[Layer] | None = None) -> Pose:
    """Give the pose that shows layers whole.

    Parameters
    ----------
    document : Document
        Its camera's system is kept where it has one; else the layers decide.
    width, height : int
        Size of the view, logical px.
    layers : iterable of Layer, optional
        Which ones; all visible ones where absent.
    """
    chosen = list(layers) if layers is not None else [la for la in document.layers if la.visible]
    crs = document.camera.crs if document.camera.crs is not None else map_system(chosen)
    box = extent_of(chosen, crs)
    if box is None:
        return replace(document.camera.pose, crs=crs)
    degrees = crs is None and any(is_degrees(la.description) for la in chosen if la.crs is None)
    box = _roomy(box, degrees=projection.is_geographic(crs) or degrees, known=crs is not None or degrees)
    aside, below = (LEGEND_SIDE, FOOT) if width >= ROOMY else (0.0, 0.0)
    camera = document.camera.model_copy(update={"crs": crs, "aspect": aspect_of(box, crs, degrees=degrees)})
    pose = camera.fitted(box, round(width - aside), round(height - below), margin=0.045)
    x, y = pose.x - aside / 2 * pose.scale, pose.y - below / 2 * pose.scale * pose.aspect
    return replace(pose, x=x, y=y, width=width, height=height)
