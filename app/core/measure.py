"""Measuring on the map: in the plane of its CRS, and on the ellipsoid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from app.core.gestures import Corners, Key, Outcome, Point, Pointer
from app.core.language import N_, tr
from app.core.shapes import signed_area
from layers.crs import is_engineering, is_geographic, transform_points

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.camera import Camera


@dataclass(frozen=True, slots=True)
class Measured:
    """Length and area in m and m².

    ``plane`` values are those of the map's plane, None where its coordinates are degrees; ``true`` values are
    those of the ellipsoid, None where the CRS is not tied to the earth. Areas are None for a line. ``azimuth`` is
    that of the last leg from true north, ``bearing`` the one from the plane's north, degrees clockwise.
    """

    plane_length: float | None
    true_length: float | None
    plane_area: float | None = None
    true_area: float | None = None
    azimuth: float | None = None
    bearing: float | None = None

    @property
    def scale(self) -> float | None:
        """Length in the plane by length on the ellipsoid; None where one of them is not known or 0."""
        return self.plane_length / self.true_length if self.plane_length and self.true_length else None

    @property
    def text(self) -> str:
        """Translated words: length, area, and by how much the plane differs from the ellipsoid."""
        lines = [_pair(N_("Length"), self.true_length, self.plane_length, length_text)]
        if self.plane_area is not None or self.true_area is not None:
            lines.append(_pair(N_("Area"), self.true_area, self.plane_area, area_text))
        elif self.azimuth is not None or self.bearing is not None:
            lines.append(_pair(N_("Azimuth"), self.azimuth, self.bearing, angle_text))
        if self.scale is not None:
            lines.append(
                tr("Scale of the plane: {scale} ({error})", scale=f"{self.scale:.6f}", error=_per_km(self.scale))
            )
        return "\n".join(lines)


def _per_km(scale: float) -> str:
    """Write by how much a km in the plane is too long."""
    error = (scale - 1) * 1000
    return f"{error:+.1f} m/km" if abs(error) >= 1 else f"{error * 1000:+.0f} mm/km"


def angle_text(degrees: float) -> str:
    """Write an angle in degrees, minutes and seconds."""
    seconds = round(degrees % 360 * 36000) / 10 % 1_296_000
    whole = int(seconds)
    return f"{whole // 3600}°{whole % 3600 // 60:02d}′{seconds % 60:04.1f}″"


def _pair(word: str, true: float | None, plane: float | None, write: Any) -> str:
    name = tr(word)
    if true is not None and plane is not None:
        return tr(
            "{name}: {true} on the ellipsoid, {plane} in the plane", name=name, true=write(true), plane=write(plane)
        )
    if true is not None:
        return tr("{name}: {true} on the ellipsoid", name=name, true=write(true))
    return tr("{name}: {plane} in the plane", name=name, plane=write(plane))


def measured(points: list[Point], crs: str | None, kind: Literal["line", "polygon"] = "line") -> Measured:
    """Measure a line or a ring.

    Parameters
    ----------
    points : list of (east, north)
        In ``crs``; a ring need not repeat its first corner.
    crs : str or None
        None: the map units are taken as m, and there is no ellipsoid.
    kind : {"line", "polygon"}
        Of a polygon the length is the whole outline.

    References
    ----------
    Geodesics: Karney (2013), Algorithms for geodesics, J. Geodesy 87, 43–55, as in PROJ.
    """
    path = [*points, points[0]] if kind == "polygon" and len(points) > 2 else list(points)
    is_area = kind == "polygon" and len(points) > 2
    plane_length, plane_area = _plane(path, points, crs)
    true_length, true_area = _true(path, crs, is_area=is_area)
    azimuth, bearing = _directions(path, crs) if kind == "line" and len(path) > 1 else (None, None)
    areas = (plane_area, true_area) if is_area else (None, None)
    return Measured(plane_length, true_length, *areas, azimuth, bearing)


def _directions(path: list[Point], crs: str | None) -> tuple[float | None, float | None]:
    """Give the azimuth of the last leg on the ellipsoid and in the plane."""
    # While it is measured, the pointer rests on the last corner at times.
    last = next((leg for leg in reversed(list(pairwise(path))) if leg[0] != leg[1]), None)
    if last is None:
        return None, None
    (x0, y0), (x1, y1) = last
    plane = None if crs is not None and is_geographic(crs) else math.degrees(math.atan2(x1 - x0, y1 - y0)) % 360
    found = _geodesic(list(last), crs)
    if found is None:
        return None, plane
    geod, xy = found
    return float(geod.inv(*xy[0], *xy[1])[0]) % 360, plane


def _plane(path: list[Point], ring: list[Point], crs: str | None) -> tuple[float | None, float | None]:
    if crs is not None and is_geographic(crs):
        return None, None
    unit = 1.0 if crs is None else _metres_per_unit(crs)
    length = sum(math.dist(a, b) for a, b in pairwise(path)) * unit
    return length, abs(signed_area(ring)) * unit**2 if len(ring) > 2 else 0.0


def _geodesic(path: list[Point], crs: str | None) -> tuple[Any, Any] | None:
    """Give the ellipsoid and the path in its degrees; None where the CRS is not tied to the earth."""
    if crs is None or is_engineering(crs):
        return None
    system = _system(crs)
    geod, base = system.get_geod(), system.geodetic_crs
    if geod is None or base is None:
        return None
    xy = np.array(path, np.float64).reshape(-1, 2)
    if not system.is_geographic:
        xy = transform_points(xy, crs, base.to_2d().to_wkt())
    return (geod, xy) if np.isfinite(xy).all() else None


def _true(path: list[Point], crs: str | None, *, is_area: bool) -> tuple[float | None, float | None]:
    found = _geodesic(path, crs)
    if found is None:
        return None, None
    geod, xy = found
    length = float(geod.line_length(xy[:, 0], xy[:, 1])) if len(xy) > 1 else 0.0
    if not is_area:
        return length, None
    return length, abs(float(geod.polygon_area_perimeter(xy[:, 0], xy[:, 1])[0]))


def _system(crs: str) -> Any:
    from pyproj import CRS

    system = cast("Any", CRS).from_user_input(crs)
    return system.sub_crs_list[0] if system.is_compound else system


def _metres_per_unit(crs: str) -> float:
    axes = _system(crs).axis_info
    return float(axes[0].unit_conversion_factor) if axes else 1.0


def length_text(metres: float | None) -> str:
    """Write a length: m below 10 km, else km."""
    if metres is None:
        return "–"
    return f"{metres:,.2f} m" if metres < 10_000 else f"{metres / 1000:,.3f} km"


def area_text(square_metres: float | None) -> str:
    """Write an area: m² below 1 ha, ha below 1 km², else km²."""
    if square_metres is None:
        return "–"
    if square_metres < 1e4:
        return f"{square_metres:,.2f} m²"
    return f"{square_metres / 1e4:,.4f} ha" if square_metres < 1e6 else f"{square_metres / 1e6:,.4f} km²"


class Measure:
    """Measures a line or an area by its corners; changes nothing.

    Attributes
    ----------
    result : Measured or None
        The last measurement, with the pointer as its last corner while it goes on.
    """

    def __init__(
        self,
        camera: Camera,
        kind: Literal["line", "polygon"] = "line",
        leave: Callable[[], object] = lambda: None,
    ) -> None:
        self.title = N_("Measure a length") if kind == "line" else N_("Measure an area")
        self.result: Measured | None = None
        self._camera, self._leave = camera, leave
        self._corners = Corners(kind, 2 if kind == "line" else 3)
        self._kept: list[Point] = []

    def press(self, pointer: Pointer) -> Outcome:
        """Set a corner, or finish; the first press after a measurement starts the next."""
        if self._corners.press(pointer):
            return self._finish()
        self._kept = []
        return self.move(pointer)

    def move(self, pointer: Pointer) -> Outcome:
        """Show the measurement as it would be with a corner here."""
        if self._kept:
            return self._shown(self._kept)
        points = [*self._corners.points, pointer.at] if self._corners.points else []
        return self._shown(points, pointer.at)

    def release(self, pointer: Pointer) -> Outcome:
        """Go on."""
        return self.move(pointer)

    def key(self, name: Key) -> Outcome:
        """Finish, take back a corner, or clear; Escape with nothing to clear leaves measuring."""
        under_way = bool(self._corners.points)
        if self._corners.key(name):
            return self._finish()
        if name == "escape":
            if not under_way and not self._kept:
                self._leave()
            self._kept, self.result = [], None
            return Outcome(finished=True)
        return self._shown(list(self._corners.points))

    def _finish(self) -> Outcome:
        self._kept = self._corners.take()
        shown = self._shown(self._kept)
        return Outcome(shown.preview, shown.words, finished=True)

    def _shown(self, points: list[Point], pointer: Point | None = None) -> Outcome:
        if len(points) < 2:
            return Outcome(self._corners.preview(pointer))
        self.result = measured(points, self._camera.crs, self._corners.kind)
        preview = Corners(self._corners.kind, 2, points).preview()
        return Outcome(preview, self.result.text)
