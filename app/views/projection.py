"""Projection: coordinates from a layer's system to the map's, lengths on the ground, names of systems.

pyproj is loaded at the first call, which workers make before the window asks; see `is_ready`.
"""

from __future__ import annotations

import sys
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.extent import Extent, around_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.camera import View

EARTH_RADIUS = 6_371_008.8
_LOCAL = threading.local()


def is_ready() -> bool:
    """Tell whether asking costs no import."""
    return "pyproj" in sys.modules


@lru_cache(maxsize=256)
def same_system(a: str | None, b: str | None) -> bool:
    """Tell whether two systems need no transformation."""
    if a == b:
        return True
    if a is None or b is None:
        return False
    from pyproj import CRS

    return CRS.from_user_input(a).equals(CRS.from_user_input(b), ignore_axis_order=True)


def transformer(source: str, target: str) -> Any:
    """Give the transformer (east, north) → (east, north) of this thread."""
    held = _LOCAL.__dict__.setdefault("held", {})
    found = held.get((source, target))
    if found is None:
        from pyproj import Transformer

        found = held[source, target] = Transformer.from_crs(source, target, always_xy=True)
    return found


def transformed(
    x: NDArray[np.float64], y: NDArray[np.float64], source: str | None, target: str | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give coordinates in another system; NaN where there is no answer. Same or unknown systems: as they are."""
    if source is None or target is None or same_system(source, target):
        return x, y
    east, north = transformer(source, target).transform(x, y)
    east, north = np.asarray(east, np.float64), np.asarray(north, np.float64)
    bad = ~(np.isfinite(east) & np.isfinite(north))
    if bad.any():
        east, north = np.where(bad, np.nan, east), np.where(bad, np.nan, north)
    return east, north


def transformed_extent(box: Extent, source: str | None, target: str | None) -> Extent | None:
    """Give the box around a box in another system, from 33 x 33 places in it; None where none has an answer."""
    if source is None or target is None or same_system(source, target):
        return box
    along = np.linspace(0.0, 1.0, 33)
    gx, gy = np.meshgrid(box.x0 + along * box.width, box.y0 + along * box.height)
    return around_points(*transformed(gx.ravel(), gy.ravel(), source, target))


@lru_cache(maxsize=256)
def is_geographic(crs: str | None) -> bool:
    """Tell whether map units are degrees; an unknown system is not."""
    if crs is None:
        return False
    from pyproj import CRS

    return bool(CRS.from_user_input(crs).is_geographic)


@lru_cache(maxsize=256)
def system_name(crs: str) -> str:
    """Give a system's own name, with its code where it has one."""
    from pyproj import CRS

    known = CRS.from_user_input(crs)
    code = crs if crs.upper().startswith("EPSG:") else ""
    return f"{known.name} ({code})" if code else known.name


@lru_cache(maxsize=64)
def metres_per_pixel(view: View, degrees: bool = False) -> float | None:
    """Give the length of one device pixel east-west on the ground, at the middle of a view, m.

    Parameters
    ----------
    degrees : bool
        Map units are degrees although the map has no system: taken on a sphere.

    Returns
    -------
    float or None
        None where units are not known, or the middle lies outside the system.
    """
    x, y = view.extent.centre
    step = view.resolution
    if view.crs is None:
        return step * np.pi / 180 * EARTH_RADIUS * float(np.cos(np.radians(y))) if degrees else None
    from pyproj import CRS

    known = CRS.from_user_input(view.crs)
    geod = known.get_geod()
    base = known.geodetic_crs
    if geod is None or base is None:
        return None
    wide = step * 100
    lon, lat = transformer(view.crs, base.to_wkt()).transform([x - wide / 2, x + wide / 2], [y, y])
    if not np.all(np.isfinite([*lon, *lat])):
        return None
    length = geod.inv(lon[0], lat[0], lon[1], lat[1])[2] / 100
    return float(length) if np.isfinite(length) and length > 0 else None
