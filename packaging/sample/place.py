"""The plan of the made-up polder: river, dykes, creeks, roads, town and villages.

Everything here is in local metres (x east, y north) from `ORIGIN` in `CRS`.
Nothing is copied from a real place: the lines are splines through points chosen by
hand, in open water some 40 km east of Pudong where no land is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.interpolate import CubicSpline
from shapely import (
    LineString,
    MultiPolygon,
    Point,
    Polygon,
    box,
    get_parts,
    line_locate_point,
    unary_union,
)
from shapely.ops import substring

CRS = "EPSG:4550"
VDATUM = "WUSONG_SH"
ORIGIN = (440_000.0, 3_430_000.0)
SIZE = (9_600.0, 7_000.0)
SEED = 20260829
WEST, SOUTH = 200.0, 200.0
"""Western and southern edge of the polder (the neighbouring polders begin there)."""

_RIVER = [
    (-300, 5150), (200, 5250), (1000, 5480), (1800, 5250), (2450, 4680), (3100, 4400),
    (3800, 4560), (4450, 5080), (5200, 5300), (6000, 5080), (6900, 4850), (8000, 4750), (9900, 4700),
]  # fmt: skip
_SOUTH_COAST = [
    (6500, 4330),
    (6720, 3900),
    (6790, 3250),
    (6950, 2450),
    (6900, 1650),
    (7040, 850),
    (7090, 200),
    (7080, -200),
]
_NORTH_COAST = [(6700, 5720), (6960, 6150), (7080, 6800), (7060, 7200)]


@dataclass(frozen=True)
class Creek:
    """One inner river: its axis, its width between bank tops and its bed level (m)."""

    name: str
    name_en: str
    level: str
    axis: LineString
    width: float
    bed: float

    @property
    def area(self) -> Polygon:
        """The water between the bank tops."""
        return self.axis.buffer(self.width / 2, cap_style="flat", join_style="mitre")


@dataclass(frozen=True)
class Road:
    """One road: class, width (m) and how far its top stands above the ground (m)."""

    name: str
    name_en: str
    level: str
    axis: LineString
    width: float
    rise: float


def spline(points: list[tuple[float, float]], step: float = 20.0) -> LineString:
    """A smooth line through `points`, with a vertex about every `step` metres."""
    xy = np.asarray(points, dtype=float)
    chord = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
    at = np.linspace(0.0, chord[-1], max(3, round(chord[-1] / step)))
    return LineString(CubicSpline(chord, xy)(at))


@cache
def river_axis() -> LineString:
    """The river's centre line, from the west edge out into the sea."""
    return spline(_RIVER)


def river_width(x: np.ndarray | float) -> np.ndarray:
    """Width of the river between its low banks (m): a funnel that opens to the sea."""
    return 150.0 + 500.0 / (1.0 + np.exp(-(np.asarray(x) - 6100.0) / 620.0)) + 0.012 * np.asarray(x)


def _bank(side: float) -> np.ndarray:
    """The dyke line on one side of the river (side +1 north, -1 south), as (n, 2)."""
    xy = np.asarray(river_axis().coords)[::6]
    along = np.gradient(xy, axis=0)
    along /= np.hypot(*along.T)[:, None]
    normal = np.c_[-along[:, 1], along[:, 0]] * side
    turning = np.gradient(np.unwrap(np.arctan2(along[:, 1], along[:, 0]))) / 120.0
    inner = np.clip(turning * side * 900.0, 0.0, 1.0)
    away = river_width(xy[:, 0]) / 2 + 25.0 + 70.0 * inner
    return xy + normal * away[:, None]


@cache
def south_dyke() -> LineString:
    """Crest line of the polder's outer dyke: along the river, round the mouth, down the coast."""
    bank = [tuple(p) for p in _bank(-1.0) if p[0] < 6050]
    return spline([*bank, *_SOUTH_COAST])


@cache
def north_dyke() -> LineString:
    """Crest line of the dyke on the river's other side."""
    bank = [tuple(p) for p in _bank(+1.0) if p[0] < 6100]
    return spline([*bank, *_NORTH_COAST])


def mouth_chainage() -> float:
    """Where, along `south_dyke`, the river dyke ends and the sea dyke begins (m)."""
    return float(line_locate_point(south_dyke(), Point(6500, 4330)))


@cache
def polder() -> Polygon:
    """The protected land: inside the outer dyke, east and north of its neighbours."""
    land = Polygon([*south_dyke().coords, (-400, -400), (-400, 6000)])
    return land.intersection(box(WEST, SOUTH, *SIZE))


@cache
def border() -> LineString:
    """The low dyke (片界控制堤) between the polder and its western and southern neighbours."""
    edge = LineString([(WEST, SIZE[1]), (WEST, SOUTH), (SIZE[0], SOUTH)])
    return max(get_parts(edge.intersection(polder().buffer(1.0))), key=lambda part: part.length)


BORDER_TOP = 5.2
"""Crest of `border` (m, WUSONG_SH)."""


@cache
def outer_water(*, modelled: bool = True) -> Polygon:
    """River and sea between the two dykes; `modelled` ends it at the flow model's edges."""
    south = list(south_dyke().coords)
    north = list(north_dyke().coords)
    if not modelled:
        frame = [(9700, -80), (9700, 7200)]
        return Polygon([*south, *frame, *north[::-1]]).buffer(0).intersection(box(0, 0, *SIZE))
    turn = np.linspace(-np.pi / 2, np.pi / 2, 60)
    arc = [(7000 + 2400 * np.cos(a), 3500 + 3420 * np.sin(a)) for a in turn]
    ring = Polygon([*south[:-4], *arc, *north[-4::-1]]).buffer(0)
    return ring.intersection(box(WEST, SOUTH, *SIZE))


def _wave(
    start: float, end: float, middle: float, swing: float, length: float, phase: float, *, north: bool
) -> LineString:
    """A gently winding line, going north (or east) about x (or y) = `middle`."""
    run = np.linspace(start, end, max(3, round((end - start) / 40)))
    off = middle + swing * np.sin(2 * np.pi * run / length + phase)
    return LineString(np.c_[off, run] if north else np.c_[run, off])


def _to_dyke(axis: LineString, beyond: float = 90.0) -> LineString:
    """`axis`, ending `beyond` metres outside the outer dyke."""
    hit = axis.intersection(south_dyke())
    at = line_locate_point(axis, hit if hit.geom_type == "Point" else hit.geoms[0])
    return substring(axis, 0.0, at + beyond)


@cache
def dyke_creek() -> LineString:
    """Axis of the creek that follows the sea dyke on its land side."""
    inside = south_dyke().offset_curve(-130.0)
    start = line_locate_point(inside, Point(5360, 4900))
    end = line_locate_point(inside, Point(6950, 420))
    return substring(inside, start, end).simplify(4.0)


@cache
def creeks() -> tuple[Creek, ...]:
    """The inner rivers that the model resolves, the wide ones first."""
    ns, ew = {"north": True}, {"north": False}
    east = dyke_creek()
    stop = {y: east.intersection(LineString([(5500, y), (7500, y)])).centroid.x for y in (850.0, 3450.0)}
    return (
        Creek("中心河", "Zhongxin River", "主干", _to_dyke(_wave(420, 7400, 1990, 60, 5200, 0.4, **ew)), 48, -0.5),
        Creek("二灶港", "Erzao Creek", "主干", _to_dyke(_wave(420, 5400, 2080, 70, 4100, 0.2, **ns)), 44, -0.4),
        Creek("三灶港", "Sanzao Creek", "主干", _to_dyke(_wave(420, 5200, 3780, 60, 3600, 2.2, **ns)), 44, -0.4),
        Creek("随塘河", "Suitang Creek", "次干", east, 34, 0.0),
        Creek("一灶港", "Yizao Creek", "次干", _to_dyke(_wave(420, 5800, 1010, 45, 3300, 1.0, **ns)), 30, 0.2),
        Creek("四灶港", "Sizao Creek", "次干", _wave(420, 4905, 5370, 40, 3900, 0.0, **ns), 32, 0.1),
        Creek("北横塘", "North Hengtang", "次干", _wave(420, stop[3450.0], 3450, 55, 4700, 1.2, **ew), 34, 0.0),
        Creek("南横塘", "South Hengtang", "次干", _wave(420, stop[850.0], 850, 40, 4300, 2.6, **ew), 32, 0.1),
    )


@cache
def creek_water() -> MultiPolygon:
    """All resolved inner rivers as one area."""
    whole = unary_union([creek.area for creek in creeks()])
    return whole.buffer(0)


@dataclass(frozen=True)
class Sluice:
    """A gate in the outer dyke where a creek meets it; pump in m3/s, 0 = none."""

    code: str
    name: str
    name_en: str
    creek: str
    outside: str
    pump: float

    @property
    def point(self) -> Point:
        """Where the creek's axis crosses the dyke."""
        axis = next(c.axis for c in creeks() if c.name == self.creek)
        hit = axis.intersection(south_dyke())
        return hit if hit.geom_type == "Point" else hit.geoms[0]


SILL = 0.5
"""Sill of every sluice (m, WUSONG_SH)."""
GATE = 6.2
"""Top of every closed gate (m, WUSONG_SH)."""
SLUICES = (
    Sluice("WC-S1", "一灶港水闸", "Yizao Sluice", "一灶港", "望潮江", 0.0),
    Sluice("WC-S2", "二灶港水闸", "Erzao Sluice", "二灶港", "望潮江", 0.0),
    Sluice("WC-S3", "三灶港泵闸", "Sanzao Pumping Sluice", "三灶港", "望潮江", 20.0),
    Sluice("WC-S4", "东塘泵闸", "Dongtang Pumping Sluice", "中心河", "外海", 20.0),
)


@cache
def old_dyke() -> LineString:
    """The old sea dyke inside the polder, a low ridge with gaps at the creeks."""
    ridge = spline([(4560, 200), (4640, 900), (4560, 1700), (4700, 2500), (4620, 3300), (4520, 4100), (4560, 5000)])
    return ridge.intersection(polder().buffer(-60))


OLD_DYKE_TOP = 4.5
"""Crest of the old dyke (m, WUSONG_SH)."""
BREACH_AT = Point(3330, 4285)
"""A point near the breach; the breach itself lies on `south_dyke`."""


@cache
def main_roads() -> tuple[Road, ...]:
    """Roads on an embankment, which the model knows as low walls with gaps at bridges."""
    ew = _wave(WEST, 6980, 2560, 35, 5600, 3.5, north=False)
    ns = _wave(SOUTH, 4300, 2900, 30, 4400, 0.8, north=True)
    inside = polder().buffer(-45)
    return (
        Road("望潮公路", "Wangchao Highway", "主要 primary", ew.intersection(polder().buffer(-40)), 24, 0.9),
        Road("听潮路", "Tingchao Road", "次要 secondary", ns.intersection(inside), 16, 0.7),
    )


TOWN = box(2990, 2190, 3700, 2530).union(box(2990, 2590, 3640, 3080))
"""The town: two quarters north and south of the highway."""
INDUSTRY = box(3880, 2100, 4470, 2500)
"""The industrial estate east of the town."""
