"""Coordinates and scales as people read them; for Chinese projected systems X is north and Y is east."""

from __future__ import annotations

import math
from functools import lru_cache

from app.core.language import tr


@lru_cache(maxsize=64)
def is_chinese_plane(crs: str) -> bool:
    """Tell whether a system is one of the Chinese plane systems, in which X means north."""
    from layers.crs import is_geographic, title

    if is_geographic(crs):
        return False
    name = title(crs).lower()
    return any(word in name for word in ("cgcs2000", "xian 1980", "beijing 1954", "new beijing", "shanghai"))


@lru_cache(maxsize=64)
def is_degrees(crs: str | None) -> bool:
    """Tell whether coordinates are degrees."""
    if crs is None:
        return False
    from layers.crs import is_geographic

    return is_geographic(crs)


def place_text(x: float, y: float, crs: str | None, scale: float = 0.0) -> str:
    """Write a place (east, north) with what its numbers mean.

    Parameters
    ----------
    x, y : float
        East and north, in the units of ``crs``.
    crs : str or None
        None = not known: plain x and y.
    scale : float
        Map units per px, which decides how many digits have a meaning; 0 = all that matter.
    """
    if is_degrees(crs):
        digits = _digits(scale, 7)
        east, north = ("E" if x >= 0 else "W"), ("N" if y >= 0 else "S")
        return f"{abs(y):.{digits}f}°{north}  {abs(x):.{digits}f}°{east}"
    digits = _digits(scale, 3)
    if crs is not None and is_chinese_plane(crs):
        return tr("X (north) {north}  Y (east) {east}", north=f"{y:.{digits}f}", east=f"{x:.{digits}f}")
    if crs is None:
        return f"x {x:.{digits}f}  y {y:.{digits}f}"
    return tr("E {east}  N {north}", east=f"{x:.{digits}f}", north=f"{y:.{digits}f}")


def _digits(scale: float, most: int) -> int:
    if scale <= 0:
        return most
    return min(max(math.ceil(-math.log10(scale)) + (0 if scale < 1 else 1), 0), most)


def scale_number(scale: float, crs: str | None, x: float, y: float, dpi: float = 96.0) -> float | None:
    """Give the number N of the scale 1:N, true in the middle of the map; None where the units are not known.

    Parameters
    ----------
    scale : float
        Map units per logical px.
    crs : str or None
    x, y : float
        Middle of the map.
    dpi : float
        Logical px per inch.
    """
    if crs is None:
        return None
    metres = metres_east(crs, x, y)
    return scale * metres * dpi / 0.0254 if metres else None


def metres_east(crs: str, x: float, y: float) -> float:
    """Give true metres per map unit to the east at a place; 0 where the place is off the earth."""
    from layers.crs import metres_per_unit

    metres = metres_per_unit(crs, x, y)[0]
    return metres if math.isfinite(metres) else 0.0


def nice_scale(number: float) -> str:
    """Write a scale with three digits, e.g. ``1:25,000``."""
    if not math.isfinite(number) or number <= 0:
        return ""
    digits = max(math.floor(math.log10(number)) - 2, 0)
    return f"1:{round(number / 10**digits) * 10**digits:,}"


def read_scale(text: str) -> float | None:
    """Read ``1:25000``, ``25,000`` or ``2.5万``; None where it is no scale."""
    word = text.strip().replace(",", "").replace("，", "").replace("：", ":")
    word = word.split(":", 1)[-1].strip()
    factor = 1.0
    if word.endswith("万"):
        word, factor = word[:-1], 10_000.0
    try:
        number = float(word) * factor
    except ValueError:
        return None
    return number if number > 0 and math.isfinite(number) else None
