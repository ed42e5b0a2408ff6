"""The survey of the made-up polder as a GeoPackage: one layer for each kind of thing."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import shapely
from shapely import LineString, Point
from shapely.affinity import translate

import communities
import country
import fields
import place
import stations
import storm
import terrain

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

_STAMP = "2026-01-01T00:00:00.000Z"


@dataclass(frozen=True)
class Sheet:
    """One layer: its name, Chinese title, geometry type, shapes and columns."""

    name: str
    title_zh: str
    geometry: str
    shapes: list[BaseGeometry]
    columns: dict[str, list[str] | list[int] | list[float]]


def sheets() -> list[Sheet]:
    """All layers of the survey."""
    return [
        _boundary(), _communities(), _land_use(), _rivers(), _roads(), _buildings(),
        _dykes(), _sluices(), _breach(), _stations(), _note(),
    ]  # fmt: skip


def write(path: Path) -> None:
    """Write the GeoPackage; it appears whole or not at all."""
    part = path.with_name(path.stem + ".part.gpkg")
    part.unlink(missing_ok=True)
    os.environ["OGR_CURRENT_DATE"] = _STAMP
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    for sheet in sheets():
        count = len(sheet.shapes)
        columns = {**sheet.columns, "vdatum": [place.VDATUM] * count}
        data = [_column(values) for values in columns.values()]
        moved = [translate(shape, *place.ORIGIN) for shape in sheet.shapes]
        wkb = shapely.to_wkb(shapely.set_precision(moved, 0.001, mode="pointwise"))
        pyogrio.raw.write(
            part,
            np.asarray(wkb, dtype=object),
            data,
            np.array(list(columns), dtype=object),
            layer=sheet.name,
            driver="GPKG",
            geometry_type=sheet.geometry,
            crs=place.CRS,
            append=part.exists(),
            promote_to_multi=False,
            layer_options={"IDENTIFIER": sheet.name, "DESCRIPTION": f"{sheet.title_zh} (虚构地点 made-up place)"},
        )
    part.replace(path)


def _column(values: list[str] | list[int] | list[float]) -> np.ndarray:
    if values and isinstance(values[0], str):
        return np.array(values, dtype=object)
    return np.array(values)


def _boundary() -> Sheet:
    shape = place.polder()
    columns = {
        "name": ["望潮片"],
        "name_en": ["Wangchao Polder"],
        "kind": ["水利片"],
        "area_km2": [round(shape.area / 1e6, 3)],
        "water_km2": [round(place.creek_water().intersection(shape).area / 1e6, 3)],
        "note": ["虚构地点 made-up place"],
    }
    return Sheet("polder", "水利片界", "Polygon", [shape], columns)


def _communities() -> Sheet:
    all_of = communities.communities()
    columns = {
        "admin_code": [c.code for c in all_of],
        "name": [c.name for c in all_of],
        "name_en": [c.name_en for c in all_of],
        "households": [c.households for c in all_of],
        "pop": [c.people for c in all_of],
        "area_km2": [round(c.shape.area / 1e6, 3) for c in all_of],
    }
    return Sheet("villages", "村界", "Polygon", [c.shape for c in all_of], columns)


def _land_use() -> Sheet:
    lots = fields.parcels()
    columns = {
        "lu_code": [p.code for p in lots],
        "name": [p.use for p in lots],
        "name_en": [p.use_en for p in lots],
        "area_m2": [round(p.shape.area, 1) for p in lots],
    }
    return Sheet("land_use", "土地利用", "Polygon", [p.shape for p in lots], columns)


def _rivers() -> Sheet:
    axis_in = place.river_axis().buffer(1600).intersection(shapely.box(0, 0, 6480, 7000))
    water = place.outer_water(modelled=False)
    river, sea = water.intersection(axis_in), water.difference(axis_in)
    inner = []
    taken = water
    for creek in (*place.creeks(), *country.small_creeks()):
        inner.append((creek, _largest(creek.area.intersection(place.polder()).difference(taken))))
        taken = taken.union(creek.area)
    shapes = [_largest(river), _largest(sea), *(shape for _, shape in inner)]
    all_of = [c for c, _ in inner]
    count = len(all_of)
    columns = {
        "rv_code": [f"WC-R{i + 1:02d}" for i in range(count + 2)],
        "name": ["望潮江", "外海", *(c.name for c in all_of)],
        "name_en": ["Wangchao River", "Open sea", *(c.name_en for c in all_of)],
        "level": ["感潮河流", "海域", *(c.level for c in all_of)],
        "w_mouth": [0.0, 0.0, *(c.width for c in all_of)],
        "z_bed": [-5.5, -6.5, *(c.bed for c in all_of)],
        "nw": [2.1, 2.1, *([2.5] * count)],
        "hw": [5.6, 5.6, *([3.3] * count)],
        "area_m2": [round(shape.area, 1) for shape in shapes],
    }
    return Sheet("rivers", "河流水系", "Polygon", shapes, columns)


def _largest(shape: BaseGeometry) -> BaseGeometry:
    return max(shapely.get_parts(shape), key=lambda part: part.area)


def _dykes() -> Sheet:
    lines, rows = [], []
    dyke = place.south_dyke()
    ends = [dyke.project(Point(c)) for c in _ends_of_polder()]
    mouth = place.mouth_chainage()
    for name, english, kind, start, end, tag in (
        ("望潮江南堤", "Wangchao River south dyke", "土堤", ends[0], mouth, "JD"),
        ("望潮海塘", "Wangchao sea dyke", "海塘", mouth, ends[1], "HT"),
    ):
        cuts = np.linspace(start, end, max(2, round((end - start) / 450)) + 1)
        for number, (a, b) in enumerate(itertools.pairwise(cuts), start=1):
            lines.append(country.chainage(dyke, a, b))
            low = float(terrain.crest(np.linspace(a, b, 60)).min())
            rows.append((f"WC-{tag}{number:02d}", name, english, kind, a - start, b - start, low, tag == "HT"))
    lines += [place.north_dyke().intersection(shapely.box(0, 0, *place.SIZE)), place.border(), place.old_dyke()]
    for tag, name, english, kind, low in (
        ("BD01", "望潮江北堤", "Wangchao River north dyke", "土堤", 6.3),
        ("KZ01", "片界控制堤", "Polder border dyke", "控制堤", place.BORDER_TOP),
        ("LT01", "老塘", "Old sea dyke", "老海塘", place.OLD_DYKE_TOP),
    ):
        rows.append((f"WC-{tag}", name, english, kind, 0.0, lines[len(rows)].length, low, False))
    return Sheet("dykes", "堤防海塘条段", "LineString", lines, _dyke_columns(lines, rows))


def _ends_of_polder() -> list[tuple[float, float]]:
    along = place.south_dyke().intersection(place.polder().buffer(0.5))
    line = max(shapely.get_parts(along), key=lambda part: part.length)
    return [line.coords[0], line.coords[-1]]


def _dyke_columns(lines: list[LineString], rows: list[tuple]) -> dict:
    sea = [row[7] for row in rows]
    return {
        "seg_id": [row[0] for row in rows],
        "name": [row[1] for row in rows],
        "name_en": [row[2] for row in rows],
        "coast": ["海塘" if s else "其他" for s in sea],
        "type": [row[3] for row in rows],
        "k0": [round(row[4], 1) for row in rows],
        "k1": [round(row[5], 1) for row in rows],
        "len_m": [round(line.length, 1) for line in lines],
        "grade": [1 if s else 3 for s in sea],
        "std_rp": [200 if s else 50 for s in sea],
        "z_crest": [round(row[6], 2) for row in rows],
        "z_wall": [round(row[6] + (0.8 if s else 0.0), 2) for row, s in zip(rows, sea, strict=True)],
        "z_design": [5.9 if s else 5.6 for s in sea],
        "owner": ["望潮片堤防管理所"] * len(rows),
        "duty": ["听潮镇"] * len(rows),
        "kind": ["公用"] * len(rows),
        "built": [1998 if s else 1976 for s in sea],
        "safety": [_safety(row[3], row[6]) for row in rows],
    }


def _safety(kind: str, crest: float) -> str:
    """Class of the last appraisal; the dykes behind the outer line have none."""
    if kind in {"控制堤", "老海塘"}:
        return "未鉴定"
    return "三类" if crest < 5.5 else "一类" if kind == "海塘" else "二类"


def _note() -> Sheet:
    columns = {
        "name": ["虚构地点 · 地形、人口与台风均为虚构", "Made-up place: land, people and typhoon are invented"],
        "lang": ["zh", "en"],
    }
    return Sheet("note", "说明", "Point", [Point(2000, 6500), Point(2000, 6240)], columns)


def _sluices() -> Sheet:
    gates = place.SLUICES
    wide = {c.name: c.width for c in place.creeks()}
    columns = {
        "code": [s.code for s in gates],
        "name": [s.name for s in gates],
        "name_en": [s.name_en for s in gates],
        "kind": ["泵闸" if s.pump else "水闸" for s in gates],
        "river_in": [s.creek for s in gates],
        "river_out": [s.outside for s in gates],
        "width_m": [wide[s.creek] / 2 for s in gates],
        "z_sill": [place.SILL] * len(gates),
        "z_gate": [place.GATE] * len(gates),
        "pump_m3s": [s.pump for s in gates],
    }
    return Sheet("sluices", "水闸泵站", "Point", [s.point for s in gates], columns)


def _breach() -> Sheet:
    dyke = place.south_dyke()
    at = dyke.project(place.BREACH_AT)
    low = [float(chain) for chain, top in terrain.CREST if top < 5.5]
    broken = country.chainage(dyke, at - storm.BREACH_WIDTH / 2, at + storm.BREACH_WIDTH / 2)
    over = country.chainage(dyke, low[0] - 60, low[-1] + 60)
    opens = f"{storm.START.timestamp() + storm.BREACH_BEGINS:.0f}"
    columns = {
        "name": ["顾宅溃口", "沉降漫溢段"],
        "name_en": ["Guzhai breach", "Settled reach that overtops"],
        "kind": ["溃决", "漫溢"],
        "width_m": [storm.BREACH_WIDTH, round(over.length, 1)],
        "z_bottom": [storm.BREACH_SILL, min(top for _, top in terrain.CREST)],
        "opens": [_iso(float(opens)), ""],
        "grows_h": [storm.BREACH_GROWS / storm.HOUR, 0.0],
    }
    return Sheet("breaches", "溃口与漫溢段", "LineString", [broken, over], columns)


def _iso(stamp: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(stamp, UTC).isoformat()


def _roads() -> Sheet:
    parts = [(road, part) for road in country.roads() for part in shapely.get_parts(road.axis) if part.length > 5]
    columns = {
        "name": [r.name for r, _ in parts],
        "name_en": [r.name_en for r, _ in parts],
        "class": [r.level.split(" ")[1] for r, _ in parts],
        "class_zh": [r.level.split(" ")[0] for r, _ in parts],
        "width_m": [float(r.width) for r, _ in parts],
        "len_m": [round(part.length, 1) for _, part in parts],
    }
    return Sheet("roads", "道路", "LineString", [part for _, part in parts], columns)


def _buildings() -> Sheet:
    all_of = country.buildings()
    middle = np.array([[b.shape.centroid.x, b.shape.centroid.y] for b in all_of])
    foot = terrain.soft(middle)
    floor = {country.FLAT[0]: 2.9, country.HOME[0]: 3.2, country.WORKS[0]: 6.5, country.FARM[0]: 4.5}
    columns = {
        "bld_id": [f"B{i + 1:04d}" for i in range(len(all_of))],
        "name": [b.name for b in all_of],
        "name_en": [b.name_en for b in all_of],
        "use": [b.use for b in all_of],
        "use_en": [b.use_en for b in all_of],
        "storeys": [b.storeys for b in all_of],
        "height_m": [round(b.storeys * floor.get(b.use, 3.8), 1) for b in all_of],
        "z_ground": [round(float(z), 2) for z in foot],
        "area_m2": [round(b.shape.area, 1) for b in all_of],
    }
    return Sheet("buildings", "建筑物", "Polygon", [b.shape for b in all_of], columns)


def _stations() -> Sheet:
    all_of = stations.stations()
    columns = {
        "stcd": [s.stcd for s in all_of],
        "name": [s.name for s in all_of],
        "name_en": [s.name_en for s in all_of],
        "sttp": [s.kind for s in all_of],
        "kind": [s.kind_zh for s in all_of],
    }
    return Sheet("stations", "测站", "Point", [s.point for s in all_of], columns)
