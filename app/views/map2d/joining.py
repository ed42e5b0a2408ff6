"""Joining: pictures of all layers laid over each other, texts placed last; in worker threads."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

from app.views.composition import moved_captions, shift
from app.views.map2d.blend import compose, moved
from app.views.map2d.labels import draw_captions
from app.views.view import Frame, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.view import Picture


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
        placed = placed_pixels(sheet.picture, view)
        if placed is not None and sheet.opacity > 0:
            compose(pixels, placed, sheet.opacity)

    def _captions(self, pictures: tuple[Picture, ...], view: View) -> NDArray[np.uint32] | None:
        captions = [c for picture in reversed(pictures) for c in moved_captions(picture, view)]
        if not captions:
            return None
        key = (view, tuple(id(p) for p in pictures if p.captions))
        if self._texts[0] != key:
            self._texts = (key, draw_captions(captions, view), pictures)
        return self._texts[1]


def placed_pixels(picture: Picture, view: View) -> NDArray[np.uint32] | None:
    """Give the pixels of a picture in a view: as they are, or moved and scaled from an earlier view."""
    if picture.pixels is None:
        return None
    if picture.look.view == view:
        return picture.pixels
    shifted = shift(picture.look.view, view)
    if shifted is None or shifted[2] > 64:
        return None
    return moved(picture.pixels, view.width, view.height, *shifted)
