"""Composition: pictures of all layers laid over each other, texts placed last; in worker threads."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.view import Caption, Picture


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Frame:
    """One whole picture of the map and what it shows.

    Parameters
    ----------
    view : View
        What was asked for.
    pixels : ndarray, uint32, (height, width)
        ``0xffRRGGBB``, the ground included.
    pictures : tuple of Picture
        Of the visible layers, bottom first; some may belong to an earlier view while newer ones are under way.
    complete : bool
        Whether every layer shows what was last asked for.
    now : datetime64[ns] or None
        The shared clock when it was asked for.
    """

    view: View
    pixels: NDArray[np.uint32]
    pictures: tuple[Picture, ...]
    complete: bool = True
    now: np.datetime64 | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture to lay down, and how opaque."""

    picture: Picture
    opacity: float = 1.0

    @property
    def key(self) -> tuple[int, float]:
        """Name of this sheet within one composer, which keeps the picture alive."""
        return id(self.picture), self.opacity


class Composer:
    """Lays sheets over each other; runs of sheets that did not change since the last time are kept joined."""

    def __init__(self) -> None:
        self._last: dict[tuple[int, float], Sheet] = {}
        self._joined: OrderedDict[object, tuple[NDArray[np.uint32], tuple[Sheet, ...]]] = OrderedDict()
        self._texts: tuple[object, NDArray[np.uint32] | None, tuple[Picture, ...]] = (None, None, ())

    def compose(
        self,
        sheets: Sequence[Sheet],
        view: View,
        background: int,
        complete: bool = True,
        now: np.datetime64 | None = None,
    ) -> Frame:
        """Give the frame of sheets, bottom first, over a ground colour ``0xffRRGGBB``."""
        from app.views.map2d.blend import compose

        pixels = np.full((view.height, view.width), background, np.uint32)
        for run in self._runs(sheets):
            if len(run) > 1 and all(sheet.key in self._last for sheet in run):
                compose(pixels, self._join(run, view))
            else:
                for sheet in run:
                    self._lay(pixels, sheet, view)
        pictures = tuple(sheet.picture for sheet in sheets)
        texts = self._captions(pictures, view)
        if texts is not None:
            compose(pixels, texts)
        self._last = {sheet.key: sheet for sheet in sheets}
        return Frame(view, pixels, pictures, complete, now)

    def _runs(self, sheets: Sequence[Sheet]) -> list[list[Sheet]]:
        """Split into runs of known and of new sheets."""
        runs: list[list[Sheet]] = []
        for sheet in sheets:
            known = sheet.key in self._last
            if runs and (runs[-1][-1].key in self._last) == known:
                runs[-1].append(sheet)
            else:
                runs.append([sheet])
        return runs

    def _join(self, run: list[Sheet], view: View) -> NDArray[np.uint32]:
        key = (view, tuple(sheet.key for sheet in run))
        found = self._joined.get(key)
        if found is None:
            pixels = np.zeros((view.height, view.width), np.uint32)
            for sheet in run:
                self._lay(pixels, sheet, view)
            found = (pixels, tuple(run))
            self._joined[key] = found
            while len(self._joined) > 4:
                self._joined.popitem(last=False)
        self._joined.move_to_end(key)
        return found[0]

    def _lay(self, pixels: NDArray[np.uint32], sheet: Sheet, view: View) -> None:
        from app.views.map2d.blend import compose

        placed = placed_pixels(sheet.picture, view)
        if placed is not None and sheet.opacity > 0:
            compose(pixels, placed, sheet.opacity)

    def _captions(self, pictures: tuple[Picture, ...], view: View) -> NDArray[np.uint32] | None:
        captions = [c for picture in reversed(pictures) for c in moved_captions(picture, view)]
        if not captions:
            return None
        key = (view, tuple(id(p) for p in pictures if p.captions))
        if self._texts[0] != key:
            from app.views.map2d.labels import draw_captions

            self._texts = (key, draw_captions(captions, view), pictures)
        return self._texts[1]


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


def placed_pixels(picture: Picture, view: View) -> NDArray[np.uint32] | None:
    """Give the pixels of a picture in a view: as they are, or moved and scaled from an earlier view."""
    from app.views.map2d.blend import moved

    if picture.pixels is None:
        return None
    if picture.look.view == view:
        return picture.pixels
    shifted = shift(picture.look.view, view)
    if shifted is None or shifted[2] > 64:
        return None
    return moved(picture.pixels, view.width, view.height, *shifted)


def moved_captions(picture: Picture, view: View) -> tuple[Caption, ...]:
    """Give the texts of a picture where they belong in a view."""
    if picture.look.view == view or not picture.captions:
        return picture.captions
    shifted = shift(picture.look.view, view)
    if shifted is None:
        return ()
    dx, dy, scale = shifted
    return tuple(replace(c, x=c.x * scale + dx, y=c.y * scale + dy) for c in picture.captions)
