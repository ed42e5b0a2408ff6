"""Station painter: places of series with their names and the values of the moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.views import projection
from app.views.map2d.blend import new_picture
from app.views.map2d.drawing import mark_points, placement_of
from app.views.map2d.overlays import source_name
from app.views.map2d.vector import REACH
from app.views.view import Caption, Hit, Picture
from app.views.wording import number_text, quantity_text, unit_of
from layers.sources.source import SeriesBlock, SeriesRequest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.camera import View
    from app.core.looks import Look, SeriesLook
    from app.views.map2d.bands import Stop
    from layers.sources.source import Block, LayerDescription, Request

MOST_VALUES = 300
"""Layers with more stations show names only."""

TEXT = 12.0


@dataclass(frozen=True, slots=True)
class Places:
    """Names and positions of stations, in the layer's system; NaN = not known."""

    names: tuple[str, ...]
    xy: tuple[tuple[float, float], ...]


@lru_cache(maxsize=64)
def _places(listed: tuple[tuple[str, float | None, float | None], ...]) -> Places:
    nan = float("nan")
    xy = tuple((nan if x is None else x, nan if y is None else y) for _, x, y in listed)
    return Places(tuple(name for name, _, _ in listed), xy)


def places_of(description: LayerDescription | None) -> Places:
    """Give the stations that a source has described."""
    listed: list[dict[str, Any]] = list(description.extra.get("stations", [])) if description else []
    return _places(tuple((str(s.get("name", "")), s.get("x"), s.get("y")) for s in listed))


@dataclass(slots=True, eq=False)
class StationProbe:
    """Finds the station under a pixel."""

    look: SeriesLook
    names: tuple[str, ...]
    px: NDArray[np.float64]
    py: NDArray[np.float64]
    values: NDArray[np.float64]

    def at(self, px: float, py: float) -> Hit | None:
        """Give the nearest station within reach of a pixel, with its value at the moment."""
        away = np.hypot(self.px - px, self.py - py)
        away = np.where(np.isfinite(away), away, np.inf)
        if not len(away) or away.min() > (REACH + self.look.style.symbol.size / 2) * self.look.view.pixel_ratio:
            return None
        nearest = int(np.argmin(away))
        look, variable = self.look, self.look.variable(self.look.shown)
        value = float(self.values[nearest]) if len(self.values) else float("nan")
        return Hit(
            look.layer,
            look.name,
            f"{self.names[nearest]} {quantity_text(variable, look.shown)}",
            value if np.isfinite(value) else None,
            unit_of(variable),
            look.moment,
            source_name(look.source),
            nearest,
            {"name": self.names[nearest]},
            float(away[nearest]),
        )


class StationPainter:
    """Draws series layers."""

    stop: Stop

    def needs(self, look: Look) -> list[Request]:
        """Ask for the values of the step, for layers with few stations."""
        look = cast("SeriesLook", look)
        count = len(places_of(look.description).names)
        if not look.shown or look.step is None or not 0 < count <= MOST_VALUES:
            return []
        return [SeriesRequest(look.key, look.shown, tuple(range(count)), look.step, look.step + 1)]

    def paint(self, look: Look, blocks: list[Block], view: View) -> Picture:
        """Give symbols and texts of the stations."""
        look = cast("SeriesLook", look)
        places = places_of(look.description)
        xy = np.array(places.xy, np.float64).reshape(-1, 2)
        x, y = projection.transformed(xy[:, 0], xy[:, 1], look.crs, view.crs)
        px, py = placement_of(view).to_pixels(x, y)
        values = _values(blocks, len(xy))
        picture = new_picture(view.width, view.height)
        fine = np.where(np.isfinite(x) & np.isfinite(y), 0, -1).astype(np.int32)
        mark_points(picture, np.column_stack([x, y]), fine, [look.style.symbol], view)
        captions = self._captions(look, places.names, px, py, values) if look.style.label else ()
        rows = rows_around(py, look.style.symbol.size + look.style.symbol.width, view)
        return Picture(look, picture, captions, StationProbe(look, places.names, px, py, values), rows)

    def _captions(
        self,
        look: SeriesLook,
        names: tuple[str, ...],
        px: NDArray[np.float64],
        py: NDArray[np.float64],
        values: NDArray[np.float64],
    ) -> tuple[Caption, ...]:
        variable = look.variable(look.shown)
        unit = unit_of(variable)
        lift = look.style.symbol.size / 2 + 3
        found = []
        for at, name in enumerate(names):
            if not np.isfinite(px[at]):
                continue
            value = float(values[at]) if len(values) else float("nan")
            said = f"\n{number_text(value)} {unit}".rstrip() if np.isfinite(value) else ""
            found.append(Caption(float(px[at]), float(py[at]), name + said, TEXT, "#16242c", -float(at), lift))
        return tuple(found)


def rows_around(py: NDArray[np.float64], size: float, view: View) -> tuple[int, int]:
    """Give the rows that symbols of a size (logical px) around places can reach."""
    fine = py[np.isfinite(py)]
    reach = size * view.pixel_ratio + 3
    if not len(fine) or fine.max() < -reach or fine.min() > view.height + reach:
        return 0, 0
    low, high = np.clip([fine.min() - reach, fine.max() + reach], 0, view.height)
    return int(low), int(np.ceil(high))


def _values(blocks: list[Block], count: int) -> NDArray[np.float64]:
    if blocks and isinstance(blocks[0], SeriesBlock) and len(blocks[0].times):
        return np.asarray(blocks[0].values[0], np.float64)
    return np.full(count, np.nan)
