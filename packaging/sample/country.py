"""The lived-in land of the made-up polder: small creeks, lanes, houses, streets.

Positions come from a seeded random generator, so that every run gives the same place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from shapely import (
    LineString,
    MultiPolygon,
    Point,
    Polygon,
    STRtree,
    box,
    intersects,
    prepare,
    unary_union,
)
from shapely.affinity import rotate, translate
from shapely.ops import substring

import place
from place import Creek, Road

_BANGS = (
    "杨家浜 Yangjia", "陆家浜 Lujia", "沈家浜 Shenjia", "顾家浜 Gujia", "唐家浜 Tangjia", "徐家浜 Xujia",
    "朱家浜 Zhujia", "倪家浜 Nijia", "潘家浜 Panjia", "瞿家浜 Qujia", "曹家浜 Caojia", "姚家浜 Yaojia",
    "陶家浜 Taojia", "乔家浜 Qiaojia", "卫家浜 Weijia", "龚家浜 Gongjia", "邬家浜 Wujia", "严家浜 Yanjia",
    "季家浜 Jijia", "奚家浜 Xijia", "闵家浜 Minjia", "储家浜 Chujia", "钱家浜 Qianjia", "宋家浜 Songjia",
    "盛家浜 Shengjia", "康家浜 Kangjia",
)  # fmt: skip
_STARTS = (
    (1010, 3870, -560), (1010, 3930, 520), (1010, 4420, 640), (1010, 4720, -520), (2080, 3900, -460),
    (2080, 4250, 560), (2080, 4500, -420), (3780, 3830, -620), (3780, 4010, 560), (1010, 2960, -520),
    (1010, 2860, 450), (1010, 2290, 500), (2080, 2980, -440), (2080, 2920, 610), (2080, 2280, 620),
    (3780, 2860, 620), (3780, 3160, 560), (1010, 1560, -540), (1010, 1480, 480), (1010, 1200, -480),
    (2080, 1610, 600), (2080, 1230, -450), (2080, 1180, 560), (3780, 1580, -600), (3780, 1230, 540),
    (3780, 1310, -480),
)  # fmt: skip
"""Where each starts: on the creek nearest to (x, y), going east (+) or west (-) for so many metres."""


@dataclass(frozen=True)
class Building:
    """One footprint with its use, storeys and, for a few, a name."""

    shape: Polygon
    use: str
    use_en: str
    storeys: int
    name: str = ""
    name_en: str = ""


HOME = ("农村住宅", "rural house")
FLAT = ("城镇住宅", "apartment block")
SHOP = ("商业", "shop")
WORKS = ("工业", "factory")
PUBLIC = ("公共服务", "public service")
FARM = ("农业设施", "farm building")


@cache
def small_creeks() -> tuple[Creek, ...]:
    """The dead-end creeks (浜), too narrow for the flow model, with the hamlets on their banks."""
    random = np.random.default_rng(place.SEED + 1)
    water = {round(c.axis.centroid.x, -1): c.axis for c in place.creeks()}
    made = []
    for (x, y, reach), label in zip(_STARTS, _BANGS, strict=True):
        axis = min(water.values(), key=lambda line: line.distance(Point(x, y)))
        start = axis.intersection(LineString([(x - 200, y), (x + 200, y)])).centroid
        length = reach * random.uniform(0.85, 1.1)
        run = np.linspace(0, length, 16)
        bend = random.uniform(10, 22) * np.sin(np.abs(run) / random.uniform(90, 150)) * np.minimum(1, np.abs(run) / 80)
        name, english = label.split(" ")
        line = LineString(np.c_[start.x + run, start.y + bend])
        made.append(Creek(name, f"{english} Bang", "支级", line, float(random.choice([12, 14, 16])), 1.2))
    return tuple(made)


@cache
def lesser_roads() -> tuple[Road, ...]:
    """Roads beside the creeks, village lanes and town streets; the flow model leaves them out."""
    inside = place.polder().buffer(-70)
    axis = {creek.name: creek.axis for creek in place.creeks()}
    side = [
        ("北横路", "Beiheng Road", axis["北横塘"], 46), ("中心河路", "Zhongxinhe Road", axis["中心河"], 52),
        ("南横路", "Nanheng Road", axis["南横塘"], 44), ("一灶路", "Yizao Road", axis["一灶港"], -42),
        ("二灶路", "Erzao Road", axis["二灶港"], -50), ("四灶路", "Sizao Road", axis["四灶港"], -44),
        ("塘内路", "Tangnei Road", axis["随塘河"], -46),
    ]  # fmt: skip
    roads = [
        Road(zh, en, "乡道 tertiary", _longest(line.offset_curve(off).intersection(inside)), 8, 0.4)
        for zh, en, line, off in side
    ]
    roads += [Road("老塘路", "Laotang Road", "乡道 tertiary", place.old_dyke(), 6, 0.0)]
    for creek in small_creeks():
        lane = creek.axis.offset_curve(creek.width / 2 + 31)
        name = creek.name.replace("浜", "宅路")
        roads.append(Road(name, creek.name_en.replace("Bang", "Lane"), "村道 lane", _longest(lane), 4.5, 0.15))
    return (*roads, *_streets())


def _longest(line: LineString) -> LineString:
    return max(getattr(line, "geoms", [line]), key=lambda part: part.length)


def _streets() -> list[Road]:
    names = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]
    ends = [(box(2990, 2190, 3700, 2510), 150, 110), (box(2990, 2610, 3640, 3080), 150, 120)]
    lines = []
    for quarter, dx, dy in ends:
        x0, y0, x1, y1 = quarter.bounds
        lines += [LineString([(x, y0), (x, y1)]) for x in np.arange(x0 + dx, x1 - 40, dx)]
        lines += [LineString([(x0, y), (x1, y)]) for y in np.arange(y0 + dy, y1 - 40, dy)]
    return [
        Road(f"镇{names[i % 10]}{'街' if i < 10 else '巷'}", f"Town Street {i + 1}", "街道 street", line, 9, 0.1)
        for i, line in enumerate(lines)
    ]


@cache
def roads() -> tuple[Road, ...]:
    """Every road, the great ones first."""
    return (*place.main_roads(), *lesser_roads())


def _slab(x: float, y: float, wide: float, deep: float, angle: float = 0.0) -> Polygon:
    return translate(rotate(box(-wide / 2, -deep / 2, wide / 2, deep / 2), angle), x, y)


def _hamlets(random: np.random.Generator) -> list[Building]:
    made = []
    for creek in small_creeks():
        gap = random.uniform(0, 2 * np.pi)
        for along in np.arange(40.0, creek.axis.length - 12, 15.5):
            at = creek.axis.interpolate(along)
            for row, fill in ((-19, 0.86), (-45, 0.45), (18, 0.8), (46, 0.5)):
                if random.random() > fill * (0.75 + 0.35 * np.sin(along / 70 + gap)):
                    continue
                x, y = (
                    at.x + random.uniform(-1.5, 1.5),
                    at.y + np.sign(row) * creek.width / 2 + row + random.uniform(-2, 2),
                )
                shape = _slab(x, y, random.uniform(9, 12.5), random.uniform(8, 10.5), random.uniform(-4, 4))
                made.append(Building(shape, *HOME, int(random.choice([1, 2, 2, 3]))))
    return made


def _town(random: np.random.Generator) -> list[Building]:
    made = [
        Building(_slab(3395, 2680, 60, 18), *PUBLIC, 5, "听潮镇人民政府", "Tingchao Town Hall"),
        Building(_slab(3540, 2900, 80, 15), *PUBLIC, 4, "听潮中学", "Tingchao Middle School"),
        Building(_slab(3540, 2940, 52, 13), *PUBLIC, 4, "听潮中学", "Tingchao Middle School"),
        Building(_slab(3215, 2440, 46, 30), *PUBLIC, 6, "听潮医院", "Tingchao Hospital"),
        Building(_slab(3060, 2680, 40, 24), *PUBLIC, 3, "听潮小学", "Tingchao Primary School"),
        Building(_slab(3215, 2920, 55, 34), *PUBLIC, 2, "听潮菜场", "Tingchao Market"),
    ]
    kept = [b.shape.buffer(12) for b in made]
    for y0, y1, x1 in ((2205, 2500, 3690), (2620, 3070, 3630)):
        for y in np.arange(y0, y1, 29.5):
            for x in np.arange(3022, x1 - 20, 50):
                shape = _slab(
                    x + random.uniform(-2, 2), y + random.uniform(-1, 1), random.uniform(34, 43), random.uniform(11, 13)
                )
                front = abs(y - 2550) < 105
                if random.random() < 0.1 or any(shape.intersects(k) for k in kept):
                    continue
                made.append(
                    Building(
                        shape, *(SHOP if front else FLAT), int(random.choice([3, 4] if front else [5, 6, 6, 6, 11]))
                    )
                )
    return made


def _works(random: np.random.Generator) -> list[Building]:
    made = []
    for x in np.arange(3935, 4440, 98):
        for y in np.arange(2140, 2480, 62):
            if random.random() < 0.88:
                shape = _slab(x, y, random.uniform(60, 82), random.uniform(28, 44))
                made.append(Building(shape, *WORKS, int(random.choice([1, 1, 2]))))
    return made


def _new_villages(random: np.random.Generator) -> list[Building]:
    made = []
    for x0, y0, columns, rows in (
        (4800, 3050, 12, 5),
        (5470, 1250, 13, 5),
        (4790, 1150, 10, 4),
        (5480, 3900, 11, 5),
        (4960, 4480, 9, 4),
        (6080, 2780, 10, 4),
    ):
        for i in range(columns):
            for j in range(rows):
                if random.random() < 0.92:
                    shape = _slab(x0 + i * 17.5, y0 + j * 31, 12, 10.5, random.uniform(-1, 1))
                    made.append(Building(shape, *HOME, int(random.choice([2, 3, 3]))))
    for x0, y0 in ((5050, 2150), (6050, 1300), (5900, 3000), (6150, 600), (4950, 4300)):
        made += [Building(_slab(x0 + k * 26, y0, 16, 46), *FARM, 1) for k in range(4)]
    return made


@cache
def buildings() -> tuple[Building, ...]:
    """Every building, none in water, on a road, a dyke or another building."""
    random = np.random.default_rng(place.SEED + 2)
    drawn = [*_town(random), *_works(random), *_new_villages(random), *_hamlets(random)]
    taken = unary_union(
        [place.creek_water().buffer(9), *(c.area.buffer(4) for c in small_creeks())]
        + [road.axis.buffer(road.width / 2 + 3.0) for road in roads()]
        + [place.old_dyke().buffer(14), place.south_dyke().buffer(60)]
    )
    prepare(taken)
    free = [b for b, hit in zip(drawn, intersects(taken, [b.shape for b in drawn]), strict=True) if not hit]
    tree = STRtree([b.shape.buffer(1.5) for b in free])
    first, second = tree.query([b.shape for b in free], predicate="intersects")
    clash = set(np.maximum(first, second)[first != second].tolist())
    return tuple(b for i, b in enumerate(free) if i not in clash)


@cache
def settled() -> MultiPolygon:
    """The villages' land: around their houses, clear of the town and the water."""
    homes = (
        unary_union([b.shape.buffer(16, quad_segs=2) for b in buildings() if b.use == HOME[0]])
        .buffer(9, quad_segs=2)
        .buffer(-9, quad_segs=2)
        .simplify(0.6)
    )
    water = unary_union([place.creek_water(), *(c.area for c in small_creeks())])
    return homes.difference(water).intersection(place.polder())


def chainage(line: LineString, start: float, end: float) -> LineString:
    """The part of `line` between two distances along it (m)."""
    return substring(line, start, end)
