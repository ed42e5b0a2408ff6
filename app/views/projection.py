"""Projection: coordinates from a layer's system to the map's, lengths on the ground, names of systems.

PROJ is loaded at the first call, which workers make before the window asks; see `warm`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from layers import crs as systems
from layers.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.camera import View
    from app.core.looks import Look
    from layers.extent import Extent

EARTH_RADIUS = 6_371_008.8


_WARM: set[str | None] = {None}


def warm(view: View) -> None:
    """Work out what the window will ask of a view; in worker threads, so that the window does not wait for PROJ."""
    if view.crs is not None:
        is_geographic(view.crs)
        system_name(view.crs)
        metres_per_pixel(view)
        _WARM.add(view.crs)


def is_warm(crs: str | None) -> bool:
    """Tell whether asking for a system costs neither an import nor a search in PROJ's tables."""
    return crs in _WARM


@lru_cache(maxsize=256)
def same_system(a: str | None, b: str | None) -> bool:
    """Tell whether two systems need no transformation."""
    return a == b or (a is not None and b is not None and systems.normalise(a) == systems.normalise(b))


@lru_cache(maxsize=256)
def leads_to(a: str | None, b: str | None) -> bool:
    """Tell whether coordinates of one system can be given in the other."""
    if a is None or b is None or same_system(a, b):
        return True
    try:
        systems.transformer(a, b)
    except DataError:
        return False
    return True


def placeable(look: Look) -> Look:
    """Give the look, with the reason for an empty picture where nothing leads from its system to the map's."""
    if look.empty_reason or leads_to(look.crs, look.view.crs):
        return look
    return replace(look, empty_reason="no_way")


def transformed(
    x: NDArray[np.float64], y: NDArray[np.float64], source: str | None, target: str | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give coordinates in another system; NaN where there is no answer. Same or unknown systems: as they are.

    Raises
    ------
    DataError
        No transformation leads from one to the other.
    """
    if source is None or target is None or same_system(source, target):
        return x, y
    east, north = systems.transformer(source, target).transform(x, y, errcheck=False)
    east, north = np.asarray(east, np.float64), np.asarray(north, np.float64)
    bad = ~(np.isfinite(east) & np.isfinite(north))
    if bad.any():
        east, north = np.where(bad, np.nan, east), np.where(bad, np.nan, north)
    return east, north


def transformed_extent(box: Extent, source: str | None, target: str | None) -> Extent | None:
    """Give the box around a box in another system; None where nothing of it has a place there."""
    if source is None or target is None or same_system(source, target):
        return box
    if not leads_to(source, target):
        return None
    return systems.transform_extent(box, source, target, points=33)


@lru_cache(maxsize=256)
def is_geographic(crs: str | None) -> bool:
    """Tell whether map units are degrees; those of an unknown system are not."""
    return crs is not None and systems.is_geographic(crs)


@lru_cache(maxsize=256)
def is_tied(crs: str) -> bool:
    """Tell whether a system has a known place on earth."""
    return not systems.is_engineering(crs)


@lru_cache(maxsize=256)
def system_name(crs: str) -> str:
    """Give a system's own name, with its code where it has one."""
    name = systems.title(crs)
    return f"{name} ({crs})" if crs.upper().startswith("EPSG:") else name


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
    length = step * systems.metres_per_unit(view.crs, x, y)[0]
    return float(length) if np.isfinite(length) and length > 0 else None
