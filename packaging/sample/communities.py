"""Villages of the made-up polder: areas that the creeks part, with invented people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from shapely import LineString, Polygon, STRtree, get_parts, line_merge, point_on_surface, points, polygonize, union_all

import country
import place

_NAMES = {
    (500, 5000): ("西望村", "Xiwang Village"),
    (1500, 4600): ("北浜村", "Beibang Village"),
    (3000, 3900): ("顾宅村", "Guzhai Village"),
    (4200, 4100): ("倪墩村", "Nidun Village"),
    (5000, 4200): ("新塘村", "Xintang Village"),
    (6000, 4200): ("海角村", "Haijiao Village"),
    (600, 2700): ("二墩村", "Erdun Village"),
    (1500, 2700): ("横泾村", "Hengjing Village"),
    (3200, 2700): ("听潮社区", "Tingchao Community"),
    (4200, 2700): ("东泾村", "Dongjing Village"),
    (5000, 2700): ("新垦村", "Xinken Village"),
    (6000, 2700): ("望海村", "Wanghai Village"),
    (600, 1400): ("盐仓村", "Yancang Village"),
    (1500, 1400): ("南泾村", "Nanjing Village"),
    (3000, 1400): ("三灶村", "Sanzao Village"),
    (4200, 1400): ("老塘村", "Laotang Village"),
    (5000, 1400): ("鱼塘村", "Yutang Village"),
    (6000, 1400): ("东塘村", "Dongtang Village"),
}
_PER_HOME, _PER_FLAT = 3.1, 2.6


@dataclass(frozen=True)
class Community:
    """One village or town community: its area and its people."""

    code: str
    name: str
    name_en: str
    shape: Polygon
    households: int
    people: int


@cache
def communities() -> tuple[Community, ...]:
    """The villages, which fill the polder without gaps or overlaps."""
    cells = _cells()
    whose = STRtree(cells).nearest(points(list(_NAMES)))
    homes = [b for b in country.buildings() if b.use in (country.HOME[0], country.FLAT[0])]
    spots = point_on_surface([b.shape for b in homes])
    out = []
    for number, (cell, (name, english)) in enumerate(zip(whose, _NAMES.values(), strict=True), start=1):
        flats = sum(_flats(b) for b, p in zip(homes, spots, strict=True) if cells[cell].contains(p))
        houses = sum(b.use == country.HOME[0] and cells[cell].contains(p) for b, p in zip(homes, spots, strict=True))
        people = round(houses * _PER_HOME + flats * _PER_FLAT)
        out.append(Community(f"990100{number:03d}", name, english, cells[cell], int(houses + flats), people))
    return tuple(out)


def _flats(building: country.Building) -> int:
    """Flats of an apartment block: one for each 110 m2 of floor."""
    if building.use != country.FLAT[0]:
        return 0
    return round(building.shape.area * building.storeys / 110.0)


def _cells() -> np.ndarray:
    """The polder cut along its main creeks and the old dyke, small pieces joined to a neighbour."""
    axis = {creek.name: creek.axis for creek in place.creeks()}
    up = [_beyond(axis[name]) for name in ("一灶港", "二灶港", "三灶港", "四灶港")]
    across = [_beyond(axis[name]) for name in ("北横塘", "中心河")]
    cut = union_all([*up, *across, _beyond(place.old_dyke()), place.polder().boundary], grid_size=0.01)
    cells = get_parts(polygonize(get_parts(cut)))
    cells = [cell for cell in cells if place.polder().contains(cell.representative_point())]
    own = STRtree(cells).nearest(points(list(_NAMES)))
    kept = {int(i): cells[i] for i in own}
    for i, cell in enumerate(cells):
        if i not in kept:
            best = max(kept, key=lambda k: kept[k].intersection(cell).length)
            kept[best] = kept[best].union(cell)
    return np.array(list(kept.values()))


def _beyond(line: LineString) -> LineString:
    """Lengthen `line` by 1 km straight on at both ends."""
    merged = line_merge(line) if line.geom_type != "LineString" else line
    xy = np.asarray(merged.coords)
    ends = []
    for tip, before in ((xy[0], xy[2]), (xy[-1], xy[-3])):
        ends.append(tip + (tip - before) / np.hypot(*(tip - before)) * 1000.0)
    return LineString(np.vstack([ends[0], xy, ends[1]]))
