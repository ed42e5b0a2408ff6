"""Composition: where a picture of one view lies in another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.camera import View
    from app.views.view import Caption, Labels, Picture


def shift(old: View, new: View) -> tuple[float, float, float] | None:
    """Give (dx, dy, scale) that bring a picture of one view onto another; None where that is no shift and zoom."""
    if old.crs != new.crs or not (old.extent.width and old.extent.height):
        return None
    sx = (new.width / new.extent.width) / (old.width / old.extent.width)
    sy = (new.height / new.extent.height) / (old.height / old.extent.height)
    if abs(sx - sy) > 1e-3 * sx:
        return None
    dx = (old.extent.x0 - new.extent.x0) * new.width / new.extent.width
    dy = (new.extent.y1 - old.extent.y1) * new.height / new.extent.height
    return dx, dy, sx


def moved_captions(picture: Picture, view: View) -> tuple[Caption, ...]:
    """Give the texts of a picture where they belong in a view."""
    if picture.look.view == view or not picture.captions:
        return picture.captions
    shifted = shift(picture.look.view, view)
    if shifted is None:
        return ()
    dx, dy, scale = shifted
    return tuple(replace(c, x=c.x * scale + dx, y=c.y * scale + dy) for c in picture.captions)


def moved_labels(picture: Picture, view: View) -> tuple[Labels, ...]:
    """Give the labels of a picture where they belong in a view."""
    if picture.look.view == view or not picture.labels:
        return picture.labels
    shifted = shift(picture.look.view, view)
    if shifted is None:
        return ()
    dx, dy, scale = shifted
    return tuple(replace(some, x=some.x * scale + dx, y=some.y * scale + dy) for some in picture.labels)
