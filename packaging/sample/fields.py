"""Land use of the made-up polder: parcels that fill it without gaps or overlaps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from shapely import (
    LineString,
    MultiPolygon,
    Polygon,
    area,
    box,
    centroid,
    contains,
    get_parts,
    get_x,
    get_y,
    intersection,
    make_valid,
    polygonize,
    prepare,
    unary_union,
)

import country
import place

PADDY = ("0101", "水田", "paddy field")
DRY = ("0103", "旱地", "dry cropland")
ORCHARD = ("0201", "果园", "orchard")
WOOD = ("0301", "乔木林地", "woodland")
FACTORY = ("0601", "工业用地", "industrial land")
TOWN = ("0701", "城镇住宅用地", "urban residential land")
VILLAGE = ("0702", "农村宅基地", "rural homestead")
ROAD = ("1003", "公路用地", "road")
WATER = ("1101", "河流水面", "river")
POND = ("1104", "坑塘水面", "fish pond")
FLAT = ("1105", "沿海滩涂", "tidal flat")
WORKS = ("1109", "水工建筑用地", "dyke and waterworks")
SHED = ("1202", "设施农用地", "greenhouses and farm buildings")
_WEST_MIX = ((PADDY, 0.56), (DRY, 0.22), (ORCHARD, 0.10), (WOOD, 0.07), (SHED, 0.05))
_EAST_MIX = ((PADDY, 0.34), (DRY, 0.24), (POND, 0.20), (WOOD, 0.08), (ORCHARD, 0.06), (SHED, 0.08))


@dataclass(frozen=True)
class Parcel:
    """One piece of land: its class (GB/T 21010 code, Chinese, English) and its shape."""

    shape: Polygon | MultiPolygon
    code: str
    use: str
    use_en: str


def _whole(shape: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    return make_valid(shape.buffer(0))


@cache
def tidal_flat() -> Polygon | MultiPolygon:
    """Flats outside the sea dykes and bars inside the river's bends, clear of the channel."""
    coast = unary_union([place.south_dyke(), place.north_dyke()]).buffer(280)
    axis = np.asarray(place.river_axis().coords)
    half = place.river_width(axis[:, 0]) * 0.5
    channel = unary_union([LineString(axis[i : i + 3]).buffer(half[i]) for i in range(0, len(axis) - 2, 2)])
    return _whole(place.outer_water(modelled=False).intersection(coast).difference(channel).buffer(-8).buffer(8))


@cache
def _fixed() -> tuple[tuple[tuple[str, str, str], Polygon | MultiPolygon], ...]:
    """What is not farmland, each cut by what stands before it in the list."""
    small = unary_union([creek.area for creek in country.small_creeks()])
    works = unary_union(
        [
            place.south_dyke().buffer(32),
            place.north_dyke().buffer(32),
            place.old_dyke().buffer(12),
            place.border().buffer(16),
        ]
    )
    roads = unary_union([r.axis.buffer(r.width / 2 + 1, cap_style="flat") for r in country.roads() if r.width >= 6])
    given = (
        (FLAT, tidal_flat()),
        (WATER, place.creek_water().union(small).intersection(place.polder())),
        (WORKS, works.difference(place.outer_water(modelled=False))),
        (ROAD, roads.intersection(place.polder())),
        (TOWN, place.TOWN),
        (FACTORY, place.INDUSTRY),
        (VILLAGE, country.settled()),
    )
    taken = Polygon()
    out = []
    frame = box(0, 0, *place.SIZE)
    for kind, shape in given:
        shape = shape.intersection(frame)
        out.append((kind, _whole(shape.difference(taken))))
        taken = taken.union(shape)
    return tuple(out)


def _cuts(random: np.random.Generator) -> list[LineString]:
    """Field boundaries: strips in the old land, wide squares on the reclaimed land."""
    lines = []
    columns = np.r_[np.arange(-50, 4560, 118), np.arange(4640, 7200, 215)]
    for x in columns:
        y = np.linspace(-100, 7100, 60)
        lines.append(LineString(np.c_[x + 14 * np.sin(y / 530 + x / 900) + random.uniform(-18, 18), y]))
    for y in np.arange(40, 7000, 245):
        x = np.linspace(-100, 7300, 60)
        lines.append(LineString(np.c_[x, y + 16 * np.sin(x / 610 + y / 700) + random.uniform(-30, 30)]))
    return lines


def _farmland(taken: Polygon | MultiPolygon) -> list[Polygon]:
    random = np.random.default_rng(place.SEED + 3)
    frame = box(0, 0, *place.SIZE)
    cells = get_parts(polygonize([unary_union([*_cuts(random), frame.boundary])]))
    land = frame.difference(place.outer_water(modelled=False)).difference(seaward()).difference(taken)
    prepare(land)
    whole = contains(land, cells)
    pieces = [*cells[whole], *get_parts(intersection(cells[~whole], land))]
    return [piece for piece in pieces if piece.geom_type == "Polygon" and piece.area > 1.0]


def seaward() -> Polygon:
    """Everything east of both coasts, as a rough cut outside the model's water."""
    south, north = place.south_dyke().coords, place.north_dyke().coords
    coast_s = [p for p in south if p[0] > 6300]
    coast_n = [p for p in north if p[0] > 6300]
    return Polygon([*coast_s, (9700, -200), (9700, 7300), *coast_n[::-1]]).buffer(0)


@cache
def parcels() -> tuple[Parcel, ...]:
    """All parcels of the map frame except open water, without gaps or overlaps."""
    random = np.random.default_rng(place.SEED + 4)
    fixed = [(kind, shape) for kind, shape in _fixed() if not shape.is_empty]
    out = [Parcel(part, *kind) for kind, shape in fixed for part in get_parts(shape) if part.geom_type == "Polygon"]
    fields = _farmland(_whole(unary_union([shape for _, shape in fixed])))
    middle = centroid(fields)
    for shape, x, y, size in zip(fields, get_x(middle), get_y(middle), area(fields), strict=True):
        mix = _EAST_MIX if x > 4600 and y < 5000 else _WEST_MIX
        kinds, odds = zip(*mix, strict=True)
        kind = kinds[int(random.choice(len(kinds), p=odds))]
        thin = size / max(shape.length, 1.0) < 7.0
        out.append(Parcel(shape, *(WOOD if thin else DRY if kind is POND and size < 6000 else kind)))
    return tuple(out)
