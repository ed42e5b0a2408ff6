"""Horizontal reference systems: their names, units and transforms; coordinates are always (east, north).

A system is a text: ``EPSG:n`` where it is known with confidence, else WKT. PROJ is loaded on first use.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.errors import CrsMissing, DataError
from layers.extent import Extent

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS, Geod, Transformer

WGS84 = "EPSG:4326"
CGCS2000 = "EPSG:4490"
CONFIDENCE = 70
"""Agreement (%) from which PROJ says that two systems are equivalent but for their names."""

# Same systems under another name: axis order is always (east, north) here, so CRS84 is 4326.
_ALIASES = {
    "OGC:CRS84": "EPSG:4326",
    "OGC:CRS83": "EPSG:4269",
    "OGC:CRS27": "EPSG:4267",
    "EPSG:4979": "EPSG:4326",
    "EPSG:4480": "EPSG:4490",
    "EPSG:900913": "EPSG:3857",
    "ESRI:102100": "EPSG:3857",
}
_VERTICAL = {"Yellow Sea 1956": "CN1956", "Yellow Sea 1985": "CN1985"}
_MERCATOR_LAT = 85.06


@lru_cache(maxsize=256)
def _parsed(text: str) -> CRS:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return cast("Any", CRS).from_user_input(text)
    except CRSError as error:
        raise CrsMissing(
            "The reference system {crs} is not known.",
            remedy="Give an EPSG code such as EPSG:4549, or the WKT of the system.",
            crs=text if len(text) <= 60 else text[:57] + "...",
        ) from error


def _flat(crs: CRS) -> CRS:
    """Give the horizontal part of a compound, bound or 3D system."""
    if crs.is_compound:
        return _flat(crs.sub_crs_list[0])
    if crs.is_bound and crs.source_crs is not None:
        return _flat(crs.source_crs)
    if crs.is_geographic and len(crs.axis_info) == 3:
        return crs.to_2d()
    return crs


@lru_cache(maxsize=256)
def normalise(text: str | None) -> str | None:
    """Give the horizontal system as ``EPSG:n``, or as WKT where no code fits with confidence.

    Parameters
    ----------
    text : str or None
        EPSG code, WKT (1, 2 or ESRI), PROJJSON or another text that PROJ reads; None or "" = not known.

    Raises
    ------
    CrsMissing
        The text is no reference system.
    """
    if text is None or not text.strip():
        return None
    if text.upper() in _ALIASES:
        return _ALIASES[text.upper()]
    crs = _flat(_parsed(text))
    named = _own_id(crs)
    if named in _ALIASES:
        return _ALIASES[named]
    code = _code(crs)
    return _ALIASES.get(f"EPSG:{code}", f"EPSG:{code}") if code else crs.to_wkt()


def _code(crs: CRS) -> int | None:
    authority, _, number = _own_id(crs).partition(":")
    if authority == "EPSG" and number.isdecimal() and _parsed(f"EPSG:{number}").equals(crs, ignore_axis_order=True):
        return int(number)
    # One search for all candidates; 70 and more: equivalent but for names. Below, a central meridian or an
    # offset may differ, so that only the same parameters on the same datum count.
    for found in cast("list[Any]", cast("Any", crs).list_authority("EPSG", min_confidence=25)):
        if found.confidence >= CONFIDENCE or _same(crs, _parsed(f"EPSG:{found.code}")):
            return int(found.code)
    return None


def _own_id(crs: CRS) -> str:
    given = cast("dict[str, Any]", cast("Any", crs).to_json_dict().get("id", {}))
    return f"{given.get('authority', '')}:{given.get('code', '')}"


def _same(a: CRS, b: CRS) -> bool:
    """Tell whether two systems differ in names and axis order at the most."""
    if a.equals(b, ignore_axis_order=True):
        return True
    base_a, base_b = _base(a), _base(b)
    return base_a is not None and base_a == base_b and _projection(a) == _projection(b) and a.type_name == b.type_name


def _base(crs: CRS) -> tuple[str, float, float, float] | None:
    """Give name of the datum, ellipsoid and prime meridian; None where one is missing."""
    datum, ellipsoid, meridian = crs.datum, crs.ellipsoid, crs.prime_meridian
    if datum is None or ellipsoid is None or meridian is None:
        return None
    name = "".join(c for c in datum.name.removesuffix(" ensemble").lower() if c.isalnum())
    shape = float(f"{ellipsoid.semi_major_metre:.10g}"), float(f"{ellipsoid.inverse_flattening:.9g}")
    return name, *shape, float(meridian.longitude)


def _projection(crs: CRS) -> tuple[str, tuple[tuple[str, float], ...], float]:
    operation = crs.coordinate_operation
    if operation is None:
        return "", (), 0.0
    values = {p.name: float(p.value) * float(p.unit_conversion_factor) for p in cast("list[Any]", operation.params)}
    # A parameter left out has its plain value: 0, or 1 for a scale.
    told = {name: value for name, value in values.items() if value != (1.0 if "cale" in name else 0.0)}
    fixed = tuple(sorted((name, float(f"{value:.10g}")) for name, value in told.items()))
    return operation.method_name, fixed, _metres(crs)


def vertical(text: str | None) -> str | None:
    """Give the vertical datum that a compound system names: a name of ``layers.heights`` or its own word.

    Examples
    --------
    >>> vertical("EPSG:4549+5737")
    'CN1985'
    >>> vertical("EPSG:7415")
    'NAP'
    >>> vertical("EPSG:4549") is None
    True
    """
    if text is None or not text.strip():
        return None
    for part in _parsed(text).sub_crs_list:
        if part.is_vertical:
            word = part.name.removesuffix(" height").removesuffix(" depth").strip()
            return _VERTICAL.get(word, word) or None
    return None


def is_geographic(text: str) -> bool:
    """Tell whether coordinates are degrees of longitude and latitude."""
    return _flat(_parsed(text)).is_geographic


def is_engineering(text: str) -> bool:
    """Tell whether the system is a local grid without a known place on earth, such as a city grid."""
    return not _flat(_parsed(text)).is_geographic and not _flat(_parsed(text)).is_projected


def units(text: str) -> str:
    """Give the unit of the coordinates: ``m``, ``degree`` or PROJ's own word."""
    axes = _flat(_parsed(text)).axis_info
    word = axes[0].unit_name if axes else "metre"
    return {"metre": "m", "meter": "m"}.get(word, word)


def title(text: str | None) -> str:
    """Give the name of the system for people, "" where it is not known."""
    return "" if text is None else _flat(_parsed(text)).name


@lru_cache(maxsize=128)
def transformer(a: str, b: str) -> Transformer:
    """Give the transform from system ``a`` to ``b``, (east, north) on both sides; kept for the next call.

    Raises
    ------
    DataError
        No transform leads from one to the other (a city grid has none without its own parameters).
    """
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        return Transformer.from_crs(_flat(_parsed(a)), _flat(_parsed(b)), always_xy=True)
    except ProjError as error:
        raise DataError(
            "There is no transform from {a} to {b}.",
            remedy="Show the data in their own reference system, or convert them where the parameters are known.",
            a=title(a),
            b=title(b),
        ) from error


def transform_points(xy: NDArray[np.float64], a: str, b: str) -> NDArray[np.float64]:
    """Give points in another system.

    Parameters
    ----------
    xy : ndarray, float64, (n, 2)
        East, north in ``a``.

    Returns
    -------
    ndarray, float64, (n, 2)
        East, north in ``b``; NaN where the transform is not defined.
    """
    if a == b:
        return xy
    x, y = transformer(a, b).transform(xy[:, 0], xy[:, 1], errcheck=False)
    out = np.column_stack([x, y])
    out[~np.isfinite(out).all(axis=1)] = np.nan
    return out


def transform_extent(box: Extent, a: str, b: str, *, points: int = 21) -> Extent | None:
    """Give the box in ``b`` around a box in ``a``; None where nothing of it can be transformed.

    Edges are followed by ``points`` places each, and a grid inside, so that a curved edge or a part
    outside the area of the projection does not spoil the box.
    """
    if a == b:
        return box
    if b == "EPSG:3857" and is_geographic(a):
        low, high = (float(np.clip(y, -_MERCATOR_LAT, _MERCATOR_LAT)) for y in (box.y0, box.y1))
        box = Extent(box.x0, low, box.x1, high)
    x, y = np.meshgrid(np.linspace(box.x0, box.x1, points), np.linspace(box.y0, box.y1, points))
    out = transform_points(np.column_stack([x.ravel(), y.ravel()]), a, b)
    out = out[np.isfinite(out).all(axis=1)]
    if not len(out):
        return None
    low, high = out.min(axis=0), out.max(axis=0)
    return Extent(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def area_of_use(text: str) -> Extent | None:
    """Give the area of use in longitude and latitude (degree); None where the system names none."""
    area = _flat(_parsed(text)).area_of_use
    return None if area is None else Extent(area.west, area.south, area.east, area.north)


def is_outside(box: Extent, text: str) -> bool:
    """Tell whether the middle of a box lies outside the system's area of use, or off the earth.

    A system without an area of use is never left.
    """
    if is_geographic(text) and (abs(box.x0) > 360 or abs(box.x1) > 360 or box.y0 < -90.5 or box.y1 > 90.5):
        return True
    area = area_of_use(text)
    if area is None or is_engineering(text):
        return False
    lon, lat = _to_degrees(*box.centre, text)
    if not math.isfinite(lon) or not math.isfinite(lat):
        return True
    if not area.y0 - 1 <= lat <= area.y1 + 1:
        return True
    east = area.x1 if area.x1 >= area.x0 else area.x1 + 360
    return not any(area.x0 - 1 <= lon + turn <= east + 1 for turn in (-360, 0, 360))


def _to_degrees(x: float, y: float, text: str) -> tuple[float, float]:
    flat = _flat(_parsed(text))
    geodetic = flat.geodetic_crs
    if flat.is_geographic or geodetic is None:
        return x, y
    point = transform_points(np.array([[x, y]]), text, geodetic.to_wkt())
    return float(point[0, 0]), float(point[0, 1])


def point_scale(text: str, lon: float, lat: float) -> float:
    """Give the scale of the projection at a place: map length over true length.

    Parameters
    ----------
    lon, lat : float
        Degree, on the system's own geodetic datum.

    References
    ----------
    PROJ, ``proj_factors``: the square root of the areal scale; for conformal projections the point scale.

    Examples
    --------
    >>> round(point_scale("EPSG:4549", 121.47, 31.23), 6)
    1.000242
    """
    from pyproj import Proj

    factors: Any = Proj(_flat(_parsed(text))).get_factors(lon, lat)
    return math.sqrt(float(factors.areal_scale))


def unit_metres(text: str) -> float:
    """Give metres per unit of the coordinates of a system that is not in degrees."""
    return _metres(_flat(_parsed(text)))


def metres_per_unit(text: str | None, x: float, y: float) -> tuple[float, float]:
    """Give true metres per map unit to the east and to the north at a place, for scale bars.

    Parameters
    ----------
    text : str or None
        None: the unit is taken as 1 m.
    x, y : float
        East, north in the system.

    References
    ----------
    Geodesic length (Karney 2013) over a short step to each side.
    """
    if text is None:
        return 1.0, 1.0
    crs = _flat(_parsed(text))
    if is_engineering(text):
        factor = float(crs.axis_info[0].unit_conversion_factor) if crs.axis_info else 1.0
        return factor, factor
    geod = crs.get_geod()
    step = 1e-3 if crs.is_geographic else 100.0 / _metres(crs)
    if geod is None:
        return 1.0, 1.0
    return _along(geod, text, (x, y), (step, 0.0)), _along(geod, text, (x, y), (0.0, step))


def _metres(crs: CRS) -> float:
    return float(crs.axis_info[0].unit_conversion_factor) or 1.0


def _along(geod: Geod, text: str, at: tuple[float, float], step: tuple[float, float]) -> float:
    before = _to_degrees(at[0] - step[0], at[1] - step[1], text)
    after = _to_degrees(at[0] + step[0], at[1] + step[1], text)
    if not all(map(math.isfinite, (*before, *after))):
        return math.nan
    length = float(geod.inv(*before, *after)[2])
    return length / (2 * (step[0] + step[1]))


@dataclass(frozen=True, slots=True)
class ZonePrefix:
    """A Gauss-Krueger zone number written before the easting (8 digits, 40 5xx xxx).

    ``with_prefix`` and ``without`` are the CGCS2000 systems whose eastings carry the number or not;
    ``width`` is the width of the zone in degrees (3 or 6), ``meridian`` its central meridian.
    """

    zone: int
    width: int
    meridian: int
    with_prefix: str
    without: str


def zone_prefix(easting: float) -> ZonePrefix | None:
    """Tell the zone that an easting (m) carries before its seven digits; None where it carries none.

    Examples
    --------
    >>> zone_prefix(40_500_000.0).with_prefix, zone_prefix(40_500_000.0).without
    ('EPSG:4528', 'EPSG:4549')
    >>> zone_prefix(500_000.0) is None
    True
    """
    zone = int(easting // 1_000_000) if math.isfinite(easting) else 0
    if 25 <= zone <= 45:
        meridian = zone * 3
        return ZonePrefix(zone, 3, meridian, f"EPSG:{4513 + zone - 25}", f"EPSG:{4534 + (meridian - 75) // 3}")
    if 13 <= zone <= 23:
        meridian = zone * 6 - 3
        return ZonePrefix(zone, 6, meridian, f"EPSG:{4491 + zone - 13}", f"EPSG:{4502 + (meridian - 75) // 6}")
    return None


def zone_easting(text: str) -> float | None:
    """Give the false easting (m) of a Gauss-Krueger system, with its zone number where it has one.

    None for any other projection.

    Examples
    --------
    >>> zone_easting("EPSG:4528"), zone_easting("EPSG:4549"), zone_easting("EPSG:3857")
    (40500000.0, 500000.0, None)
    """
    method, values, _ = _projection(_flat(_parsed(text)))
    easting = dict(values).get("False easting", 0.0)
    if "Transverse Mercator" not in method and "Gauss" not in method:
        return None
    return easting if easting % 1_000_000 == 500_000 else None
