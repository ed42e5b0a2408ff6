"""Grid: coordinates of a map on paper: lines or crosses inside, ticks and numbers along its frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPolygonF

from app.views import projection
from app.views.map2d.drawing import placement_of
from app.views.sheet.paper import INK, PT, PX, put, thin_pen, width_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.camera import View
    from app.core.pages.items import Grid

APART = 38.0
"""Distance of lines on paper that is aimed at, mm."""

TICK = 1.2
"""Length of a tick outside the frame, mm."""

CROSS = 1.6
"""Half the arm of a cross, mm."""

SECONDS = (
    *(n * 3600 for n in (45, 30, 20, 15, 10, 5, 2, 1)),
    *(n * 60 for n in (30, 20, 15, 10, 5, 2, 1)),
    *(30, 20, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1),
)
"""Steps of a graticule, seconds of arc."""

MOST = 60
SAMPLES = 33


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line of equal x (or y): its words, its way on the page (px), and where it meets the frame.

    ``ends`` are (side, px along that side); sides are ``top``, ``bottom``, ``left``, ``right``.
    """

    axis: str
    value: float
    text: str
    way: NDArray[np.float64]
    ends: tuple[tuple[str, float], ...]


def lines_of(grid: Grid, view: View) -> list[Line]:
    """Give the lines of a grid in a view; none where its system is not known for a graticule."""
    if grid.kind == "none" or view.extent.width <= 0:
        return []
    degrees = grid.kind == "graticule" or projection.is_geographic(view.crs)
    if not degrees:
        return _plane(grid, view)
    base = _base(view.crs)
    return [] if base is None else _graticule(grid, view, base)


@lru_cache(maxsize=64)
def _base(crs: str | None) -> str | None:
    """Give the geographic system that a system stands on."""
    if crs is None:
        return None
    if projection.is_geographic(crs):
        return crs
    from pyproj import CRS

    below = CRS.from_user_input(crs).geodetic_crs
    return None if below is None else below.to_string()


def _plane(grid: Grid, view: View) -> list[Line]:
    from app.views.wording import nice_step

    e = view.extent
    step = grid.step or nice_step(e.width * APART * PX / view.width, 1)
    place = placement_of(view)
    found: list[Line] = []
    for axis, low, high in (("x", e.x0, e.x1), ("y", e.y0, e.y1)):
        first, last = int(np.ceil(low / step)), int(np.floor(high / step))
        for number in range(first, min(last, first + MOST) + 1):
            value = number * step
            if axis == "x":
                px = (value - place.ox) * place.sx
                way = np.array([[px, 0.0], [px, view.height]])
                ends: tuple[tuple[str, float], ...] = (("top", px), ("bottom", px))
            else:
                py = (place.oy - value) * place.sy
                way = np.array([[0.0, py], [view.width, py]])
                ends = (("left", py), ("right", py))
            found.append(Line(axis, value, metres_text(value, step), way, ends))
    return found


def metres_text(value: float, step: float) -> str:
    """Write a coordinate in map units with narrow gaps between the thousands."""
    places = max(0, int(np.ceil(-np.log10(step) - 1e-9))) if step < 1 else 0
    return f"{value:,.{places}f}".replace(",", "\u00a0").replace("-", "−")


def angle_text(seconds: float, axis: str, step: float) -> str:
    """Write a longitude or latitude in degrees, minutes and seconds, as far as its step needs them."""
    side = ("E" if seconds > 0 else "W") if axis == "x" else ("N" if seconds > 0 else "S")
    whole = round(abs(seconds), 3)
    degrees, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    text = f"{int(degrees)}°"
    if step < 3600:
        text += f"{int(minutes):02d}′"
    if step < 60:
        text += f"{left:04.1f}″" if step < 1 else f"{round(left):02d}″"
    return text if not whole else text + side


def _graticule(grid: Grid, view: View, base: str) -> list[Line]:
    box = projection.transformed_extent(view.extent, view.crs, base)
    if box is None:
        return []
    wanted = box.width * 3600 * APART * PX / view.width
    step = grid.step * 3600 or next((s for s in reversed(SECONDS) if s >= wanted * 0.8), SECONDS[0])
    found = []
    for axis, low, high in (("x", box.x0, box.x1), ("y", box.y0, box.y1)):
        first, last = int(np.ceil(low * 3600 / step)), int(np.floor(high * 3600 / step))
        for number in range(first, min(last, first + MOST) + 1):
            line = _bent(axis, number * step, step, view, base, box)
            if line is not None:
                found.append(line)
    return found


def _bent(axis: str, seconds: float, step: float, view: View, base: str, box: object) -> Line | None:
    """Give a meridian or parallel as it runs in the map's system."""
    e: object = box
    x0, y0, x1, y1 = (float(getattr(e, name)) for name in ("x0", "y0", "x1", "y1"))
    along = np.linspace(y0, y1, SAMPLES) if axis == "x" else np.linspace(x0, x1, SAMPLES)
    same = np.full(SAMPLES, seconds / 3600)
    lon, lat = (same, along) if axis == "x" else (along, same)
    x, y = projection.transformed(lon, lat, base, view.crs)
    px, py = placement_of(view).to_pixels(x, y)
    way = np.column_stack([px, py])
    way = way[np.isfinite(way).all(axis=1)]
    if len(way) < 2:
        return None
    ends = _ends(axis, way, view)
    return Line(axis, seconds / 3600, angle_text(seconds, axis, step), way, ends) if ends else None


def _ends(axis: str, way: NDArray[np.float64], view: View) -> tuple[tuple[str, float], ...]:
    """Give where a way crosses the two sides of the frame that its numbers stand at."""
    found = []
    across, along = (1, 0) if axis == "x" else (0, 1)
    limit = view.width if axis == "x" else view.height
    far = view.height if axis == "x" else view.width
    for side, edge in (("top", 0.0), ("bottom", far)) if axis == "x" else (("left", 0.0), ("right", far)):
        order = np.argsort(way[:, across])
        level = way[order, across]
        if level[0] <= edge <= level[-1]:
            at = float(np.interp(edge, level, way[order, along]))
            if 0 <= at <= limit:
                found.append((side, at))
    return tuple(found)


# ---------------------------------------------------------------------- drawing
def draw_inside(painter: QPainter, grid: Grid, view: View, lines: list[Line]) -> None:
    """Draw the lines or crosses over a map; its origin is the upper left corner of the frame."""
    if grid.lines == "ticks" or not lines:
        return
    painter.setPen(thin_pen(grid.colour, 0.1 if grid.lines == "lines" else 0.15))
    if grid.lines == "lines":
        for line in lines:
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in line.way]))
        return
    arm = CROSS * PX
    for one in (line for line in lines if line.axis == "x"):
        for other in (line for line in lines if line.axis == "y"):
            x, y = _meeting(one, other)
            if -arm < x < view.width + arm and -arm < y < view.height + arm:
                painter.drawLine(QPointF(x - arm, y), QPointF(x + arm, y))
                painter.drawLine(QPointF(x, y - arm), QPointF(x, y + arm))


def _meeting(one: Line, other: Line) -> tuple[float, float]:
    """Give where a line of equal x meets one of equal y; two steps suffice for lines that bend so little."""
    x, y = float(one.way[:, 0].mean()), float(other.way[:, 1].mean())
    for _ in range(3):
        order = np.argsort(one.way[:, 1])
        x = float(np.interp(y, one.way[order, 1], one.way[order, 0]))
        order = np.argsort(other.way[:, 0])
        y = float(np.interp(x, other.way[order, 0], other.way[order, 1]))
    return x, y


def draw_frame(painter: QPainter, grid: Grid, view: View, lines: list[Line], size: tuple[float, float]) -> None:
    """Draw ticks and numbers outside the frame of a map of a size in px; numbers that would meet are left out."""
    tick = TICK * PX
    painter.setPen(thin_pen(INK, 0.15))
    for line in lines:
        for side, at in line.ends:
            start, end = _tick(side, min(at, size[0] if side in ("top", "bottom") else size[1]), size, tick)
            painter.drawLine(start, end)
    if not grid.labels:
        return
    for side in ("top", "bottom", "left", "right"):
        places = sorted((at, line.text) for line in lines for name, at in line.ends if name == side)
        _numbers(painter, side, places, size, grid.size)


def _tick(side: str, at: float, size: tuple[float, float], tick: float) -> tuple[QPointF, QPointF]:
    wide, high = size
    return {
        "top": (QPointF(at, 0), QPointF(at, -tick)),
        "bottom": (QPointF(at, high), QPointF(at, high + tick)),
        "left": (QPointF(0, at), QPointF(-tick, at)),
        "right": (QPointF(wide, at), QPointF(wide + tick, at)),
    }[side]


def _numbers(
    painter: QPainter, side: str, places: list[tuple[float, str]], size: tuple[float, float], points: float
) -> None:
    free, gap = -1e9, points * PT * 0.8
    length = size[0] if side in ("top", "bottom") else size[1]
    off = (TICK + 0.6) * PX
    rise = points * PT * 0.74
    for at, text in places:
        wide = width_of(text, points)
        start = min(max(at - wide / 2, 0.0), length - wide)
        if start < free:
            continue
        free = start + wide + gap
        if side == "top":
            put(painter, text, QPointF(start, -off), points)
        elif side == "bottom":
            put(painter, text, QPointF(start, size[1] + off + rise), points)
        elif side == "left":
            put(painter, text, QPointF(-off, start + wide), points, turn=-90)
        else:
            put(painter, text, QPointF(size[0] + off + rise, start + wide), points, turn=-90)


def room(grid: Grid) -> float:
    """Give how far ticks and numbers reach out of the frame, mm."""
    if grid.kind == "none":
        return 0.0
    return TICK + (0.8 + grid.size * PT * 0.8 / PX if grid.labels else 0.0)
