"""Make the workspace file of the sample: which layers, in which order, in which colours.

Runs in the program's own environment, after ``make.py`` has written the data it names::

    python packaging/sample/workspace.py
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app.core import classes, themes, workspace  # noqa: E402 - the root of the program comes first
from app.core.camera import Pose  # noqa: E402
from app.core.document import Document  # noqa: E402
from layers.mesh import MeshLayer  # noqa: E402
from layers.raster import RasterLayer  # noqa: E402
from layers.series import SeriesLayer  # noqa: E402
from layers.style import (  # noqa: E402
    Category,
    ColourScale,
    MeshStyle,
    RasterStyle,
    SeriesStyle,
    Symbol,
    VectorStyle,
)
from layers.vector import VectorLayer  # noqa: E402

if TYPE_CHECKING:
    from layers.layer import Layer

HERE = ROOT / "resources" / "sample"
CRS, VDATUM = "EPSG:4550", "WUSONG_SH"
OPENS_AT = np.datetime64("2026-08-29T17:30:00", "ns")
"""The moment on the clock when the sample is opened (UTC): two hours after the dyke broke."""
TITLE = "望潮片风暴潮（虚构地点） Wangchao Polder storm surge (made-up place)"
NOTES = (
    "虚构地点。地形、人口与台风均为虚构；水流由 anuga 4.1.0 按浅水方程计算。高程为上海吴淞高程。\n"
    "A made-up place. Land, people and typhoon are invented; the flow was computed by anuga 4.1.0 from the "
    "shallow-water equations. Heights are above the Shanghai Wusong zero."
)
FLOOD, WORKS, BASE = "洪水 Flood", "工程与测站 Works and gauges", "底图 Base map"


def _line(colour: str, width: float, dash: tuple[float, ...] = ()) -> Symbol:
    return Symbol(fill=None, stroke=colour, width=width, dash=dash)


def _area(fill: str, stroke: str | None = None, width: float = 0.5) -> Symbol:
    return Symbol(fill=fill, stroke=stroke, width=width)


def _categories(column: str, rows: tuple[tuple[str, str, str, Symbol], ...], **more: object) -> VectorStyle:
    found = tuple(Category(value=v, label_zh=zh, label_en=en, symbol=symbol) for v, zh, en, symbol in rows)
    return VectorStyle(column=column, categories=found, **more)


def _vector(key: str, name: str, group: str, style: VectorStyle, *, visible: bool = True, opacity: float = 1) -> Layer:
    return VectorLayer(
        id=f"sample-{key.replace('_', '-')}", name=name, source=str(HERE / "polder.gpkg"), key=key, crs=CRS,
        vdatum=VDATUM, group=group, style=style, visible=visible, opacity=opacity,
    )  # fmt: skip


def _mesh(word: str, name: str, style: MeshStyle, *, visible: bool = False) -> Layer:
    return MeshLayer(
        id=f"sample-{word}", name=name, source=str(HERE / "flood.nc"), key="mesh2d", crs=CRS,
        vdatum=VDATUM, group=FLOOD, style=style, visible=visible, opacity=0.88,
    )  # fmt: skip


def _mark(marker: str, colour: str, size: float = 17.0) -> Symbol:
    return Symbol(marker=marker, fill="#ffffff", stroke=colour, size=size)


def _series(file: str, name: str, variable: str, mark: str, colour: str, *, visible: bool = True) -> Layer:
    style = SeriesStyle(variable=variable, line=colour, symbol=_mark(mark, colour))
    return SeriesLayer(
        id=f"sample-series-{Path(file).stem}", name=name, source=str(HERE / file), crs=CRS,
        group=WORKS, style=style, visible=visible,
    )  # fmt: skip


def _flood() -> list[Layer]:
    shared = {"depth_variable": "waterdepth", "smooth": False}
    depth = ColourScale(colours="haitang:water", minimum=0.0, classes=classes.shipped("depth_sl483"))
    speed = ColourScale(colours="cmocean:speed", minimum=0.0, classes=classes.shipped("velocity"))
    level = ColourScale(colours="haitang:level", minimum=0.5, maximum=5.5)
    wet = {**shared, "arrows": "sea_water_velocity"}
    return [
        _mesh("depth", "水深 Water depth", MeshStyle(variable="waterdepth", scale=depth, **shared), visible=True),
        _mesh("speed", "流速 Velocity", MeshStyle(variable="sea_water_velocity", scale=speed, **wet)),
        _mesh("level", "水位 Water level", MeshStyle(variable="s1", scale=level, **shared)),
    ]


SAFETY = (
    ("一类", "一类（安全）", "Class 1 (safe)", _line("#5f3b1c", 3.0)),
    ("二类", "二类（基本安全）", "Class 2 (largely safe)", _line("#a8672c", 2.6)),
    ("三类", "三类（沉降欠高）", "Class 3 (settled, too low)", _line("#d62f2f", 3.4)),
    ("未鉴定", "内堤（未鉴定）", "Inner dyke (not appraised)", _line("#8f8468", 1.6)),
)


RAIN = "时段雨量 rain of the hour"


def _works() -> list[Layer]:
    breach = VectorStyle(symbol=_line("#e0002b", 5.0), label="name", label_size=12.0, label_colour="#b00020")
    gates = _categories(
        "kind",
        (
            ("水闸", "水闸", "Sluice", _mark("sluice", "#1f4e79", 18.0)),
            ("泵闸", "泵闸", "Pumping sluice", _mark("pump_sluice", "#1f4e79", 16.0)),
        ),
        label="name",
        label_size=11.0,
    )
    gauge = _mark("water_level_gauge", "#d35400", 15.0)
    return [
        _series("stations.csv", "潮位与水位 Water levels", "水位 water level", "tide_gauge", "#c44d00"),
        _series("waterlogging.csv", "积水深 Ponding depth", "积水深 water depth", "water_level_gauge", "#8e44ad"),
        _series(
            "rain.csv", "时段雨量 Hourly rain", "时段雨量 rain of the hour", "rain_gauge", "#2471a3", visible=False
        ),
        _vector("breaches", "溃口与漫溢 Breach, overtopping", WORKS, breach),
        _vector("sluices", "水闸泵站 Sluices and pumps", WORKS, gates),
        _vector("dykes", "堤防海塘 Dykes", WORKS, VectorStyle(symbol=_line("#8a5a2b", 2.6))),
        _vector("stations", "测站 Gauges", WORKS, VectorStyle(symbol=gauge, label="name"), visible=False),
    ]


LAND = (
    ("0101", "水田", "Paddy field", _area("#e3efc8")),
    ("0103", "旱地", "Dry cropland", _area("#f1ecc6")),
    ("0201", "果园", "Orchard", _area("#d6e6a8")),
    ("0301", "乔木林地", "Woodland", _area("#b7d6a3")),
    ("0601", "工业用地", "Industrial land", _area("#d9cfdc")),
    ("0701", "城镇住宅用地", "Town housing", _area("#f2d9cf")),
    ("0702", "农村宅基地", "Rural homestead", _area("#f0e0cc")),
    ("1003", "公路用地", "Road", _area("#e4e0d8")),
    ("1101", "河流水面", "River", _area("#b9d9ee")),
    ("1104", "坑塘水面", "Fish pond", _area("#c5e0ea")),
    ("1105", "沿海滩涂", "Tidal flat", _area("#e2ddc9")),
    ("1109", "水工建筑用地", "Dykes, waterworks", _area("#d3dcb5")),
    ("1202", "设施农用地", "Greenhouses, farm buildings", _area("#e9e4da")),
)
USES = (
    ("农村住宅", "农村住宅", "Rural house", _area("#b99a86", "#7d6353")),
    ("城镇住宅", "城镇住宅", "Apartment block", _area("#c98d6b", "#8a5a3d")),
    ("商业", "商业", "Shop", _area("#d8a24a", "#97702f")),
    ("公共服务", "公共服务", "Public service", _area("#c65b5b", "#8c3b3b")),
    ("工业", "工业", "Factory", _area("#9a93b5", "#68618a")),
    ("农业设施", "农业设施", "Farm building", _area("#b8b5a3", "#87846f")),
)
ROADS = (
    ("primary", "主要公路", "Main road", _line("#e8a33d", 3.2)),
    ("secondary", "次要公路", "Secondary road", _line("#efc26b", 2.4)),
)
NAMES = {"label": "name", "label_min_scale": 20_000.0}
DETAIL = {
    "dykes": _categories("safety", SAFETY),
    "buildings": _categories("use", USES),
    "roads": _categories("class", ROADS, symbol=_line("#d9d0c1", 1.2), **NAMES),
}
"""Looks with classes; the usual ones have one colour each, so that the legend has room for the flood."""


def _over() -> list[Layer]:
    """What of the base map lies over the water."""
    edge = VectorStyle(symbol=_line("#6b4e9b", 1.6, (6.0, 3.0)))
    village = VectorStyle(
        symbol=_line("#8a7fa3", 0.9, (3.0, 3.0)), label="name", label_size=11.0, label_colour="#5c4f7c"
    )
    houses = VectorStyle(symbol=_area("#b99a86", "#7d6353"))
    roads = VectorStyle(symbol=_line("#dfb56d", 1.3), **NAMES)
    note = VectorStyle(symbol=Symbol(fill=None, stroke=None), label="name", label_size=14.0, label_colour="#8c2f2f")
    return [
        _vector("note", "虚构地点 Made-up place", BASE, note),
        _vector("polder", "水利片界 Polder boundary", BASE, edge),
        _vector("villages", "村界 Villages", BASE, village, visible=False),
        _vector("buildings", "建筑物 Buildings", BASE, houses),
        _vector("roads", "道路 Roads", BASE, roads),
    ]


def _under() -> list[Layer]:
    """What of the base map lies under the water."""
    rivers = VectorStyle(symbol=_area("#b9d9ee", "#8dbbdb", 0.7), label="name", label_size=11.0, label_colour="#1f5f8b")
    ground = RasterStyle(
        variable="ground", hillshade=0.6, scale=ColourScale(colours="haitang:terrain", minimum=-6.0, maximum=8.0)
    )
    return [
        _vector("rivers", "河流水系 Rivers", BASE, rivers),
        _vector("land_use", "土地利用 Land use", BASE, _categories("lu_code", LAND), opacity=0.75),
        RasterLayer(
            id="sample-ground", name="地面高程 Ground", source=str(HERE / "ground.tif"), crs=CRS,
            vdatum=VDATUM, group=BASE, style=ground,
        ),
    ]  # fmt: skip


def stack() -> list[Layer]:
    """All layers, the top one first."""
    return [*_works(), *_over(), *_flood(), *_under()]


def _themes(document: Document) -> None:
    """Four looks at the same layers."""
    usual = {layer.id: layer.visible for layer in document.layers}
    usual_style = {la.key: la.style for la in document.layers if isinstance(la, VectorLayer)}
    for name, shown, hidden in (
        ("流速 Velocity", ("speed",), ("depth",)),
        ("水位 Water level", ("level",), ("depth",)),
        ("土地与村庄 Land and villages", ("villages",), ("depth", "series-waterlogging")),
        ("水深 Water depth", (), ()),
    ):
        for layer in document.layers:
            word = layer.id.removeprefix("sample-")
            layer.visible = word in shown or (usual[layer.id] and word not in hidden)
            if isinstance(layer, VectorLayer) and word in DETAIL:
                layer.style = DETAIL[word] if "villages" in shown else usual_style[word]
        document.themes[name] = themes.look_of(document)


def main() -> None:
    """Write ``polder.haitang`` beside the data."""
    document = Document()
    document.layers.extend(stack())
    document.title, document.notes = TITLE, NOTES
    _themes(document)
    camera = Pose(crs=CRS, x=444_350.0, y=3_433_050.0, scale=8.0, width=1200, height=760)
    document.assign("camera", "pose", camera.to_dict())
    document.clock.now, document.clock.rate, document.clock.leader = OPENS_AT, 6.0, "sample-depth"
    path = HERE / "polder.haitang"
    path.unlink(missing_ok=True)
    workspace.save(document, path)
    shutil.rmtree(path.with_name(f".{path.name}.versions"), ignore_errors=True)
    print(f"{path.name}: {len(document.layers)} layers, {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
