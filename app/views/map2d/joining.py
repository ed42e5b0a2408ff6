"""Joining: pictures of all layers laid over each other, texts placed last; in worker threads."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

from app.views.composition import moved_captions, moved_labels, shift
from app.views.map2d.blend import compose, moved
from app.views.map2d.labels import as_labels, draw_labels
from app.views.map2d.mixing import mix
from app.views.view import Frame, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.core.camera import View
    from app.views.view import Covered, Labels, Picture


KEPT = 4
"""Joined runs that are kept."""

Rows = tuple[int, int]


class Composer:
    """Lays sheets over each other; runs of sheets that did not change since the last time are kept joined."""

    def __init__(self) -> None:
        self._last: dict[tuple[int, float, str], Sheet] = {}
        self._joined: OrderedDict[object, tuple[NDArray[np.uint32], Rows, tuple[Sheet, ...]]] = OrderedDict()

    def compose(
        self,
        sheets: Sequence[Sheet],
        view: View,
        background: int,
        complete: bool = True,
        now: np.datetime64 | None = None,
        covered: Sequence[Covered] = (),
    ) -> Frame:
        """Give the frame of sheets, bottom first, over a ground colour ``0xffRRGGBB``; no text where it is covered."""
        runs = self._runs(sheets)
        if runs and runs[0][0].blend == "normal" and self._is_known(runs[0]):
            pixels = self._join(runs.pop(0), view, background)[0].copy()
        else:
            pixels = np.full((view.height, view.width), background, np.uint32)
        for run in runs:
            if len(run) > 1 and self._is_known(run):
                joined, (first, last) = self._join(run, view, 0)
                compose(pixels[first:last], joined[first:last])
            else:
                for sheet in run:
                    _lay(pixels, sheet, view)
        pictures = tuple(sheet.picture for sheet in sheets)
        labels = [found for picture in reversed(pictures) for found in texts_of(picture, view)]
        if labels:
            draw_labels(pixels, labels, view, covered)
        self._last = {sheet.key: sheet for sheet in sheets}
        return Frame(view, pixels, pictures, complete, now)

    def _is_known(self, run: list[Sheet]) -> bool:
        return all(sheet.key in self._last for sheet in run)

    def _runs(self, sheets: Sequence[Sheet]) -> list[list[Sheet]]:
        """Split into runs of known and of new sheets; one that mixes its colours with those below stands alone."""
        runs: list[list[Sheet]] = []
        for sheet in sheets:
            known = sheet.key in self._last
            plain = bool(runs) and sheet.blend == runs[-1][-1].blend == "normal"
            if plain and (runs[-1][-1].key in self._last) == known:
                runs[-1].append(sheet)
            else:
                runs.append([sheet])
        return runs

    def _join(self, run: list[Sheet], view: View, background: int) -> tuple[NDArray[np.uint32], Rows]:
        """Give a run as one picture, over a ground where there is one, and the rows it covers."""
        key = (view, background, tuple(sheet.key for sheet in run))
        found = self._joined.get(key)
        if found is None:
            pixels = np.full((view.height, view.width), background, np.uint32)
            rows = [_lay(pixels, sheet, view) for sheet in run]
            covered = [r for r in rows if r[1] > r[0]] or [(0, 0)]
            found = (pixels, (min(r[0] for r in covered), max(r[1] for r in covered)), tuple(run))
            self._joined[key] = found
            while len(self._joined) > KEPT:
                self._joined.popitem(last=False)
        self._joined.move_to_end(key)
        return found[:2]


def _lay(pixels: NDArray[np.uint32], sheet: Sheet, view: View) -> Rows:
    """Lay one sheet over a picture; give the rows it can have changed."""
    placed = placed_pixels(sheet.picture, view)
    if placed is None or sheet.opacity <= 0:
        return 0, 0
    first, last = 0, view.height
    if sheet.picture.rows is not None and placed is sheet.picture.pixels:
        first, last = sheet.picture.rows
    if last > first:
        if sheet.blend == "normal":
            compose(pixels[first:last], placed[first:last], sheet.opacity)
        else:
            mix(pixels[first:last], placed[first:last], sheet.blend, sheet.opacity)
    return first, last


def texts_of(picture: Picture, view: View) -> list[Labels]:
    """Give all texts of a picture where they belong in a view."""
    return [*as_labels(moved_captions(picture, view)), *moved_labels(picture, view)]


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
