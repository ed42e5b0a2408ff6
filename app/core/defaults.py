"""First styles: what a newly opened layer looks like before anyone touches it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.quantities import quantity_text
from layers.mesh import MeshLayer
from layers.quantities import DRY_BELOW, is_depth
from layers.raster import RasterLayer
from layers.series import SeriesLayer
from layers.style import ColourScale, MeshStyle, RasterStyle, SeriesStyle, Symbol, VectorStyle
from layers.vector import VectorLayer

if TYPE_CHECKING:
    from layers.layer import Layer
    from layers.sources.source import Description, LayerDescription, Variable

KINDS: dict[str, type[Layer]] = {
    "raster": RasterLayer,
    "vector": VectorLayer,
    "mesh": MeshLayer,
    "series": SeriesLayer,
}

_LEVEL = re.compile(r"sea_surface_height|water[_ ]?(surface|level)|(^|_)s1$|stage|水位", re.IGNORECASE)
_SPEED = re.compile(r"velocity|speed|current|流速", re.IGNORECASE)
_COMPONENT = re.compile(
    r"(east|north|west|south)ward|[xyuv][-_ ]?(component|velocity)|velocity[-_ ][xyuv]\b|东向|北向|分量", re.IGNORECASE
)
"""A component has a sign: it does not begin at 0."""
_GROUND = re.compile(
    r"elev|altitude|height_above|bathymetr|topograph|bed_?level|(^|[_ .])(dem|dtm|dsm)([_ .]|$)|gebco|ground|高程|地形",
    re.IGNORECASE,
)
_WATER = re.compile(r"river|lake|water|canal|creek|河|湖|水系", re.IGNORECASE)
_SEA = re.compile(r"ocean|sea_|bathymetr|marine|海域|海洋", re.IGNORECASE)
_LAND = re.compile(r"(^|[_ ])land([_ ]|$)|country|countries|continent|陆地", re.IGNORECASE)
_COAST = re.compile(r"coast|shore|岸线", re.IGNORECASE)
_BUILT = re.compile(r"build|house|footprint|房|建筑", re.IGNORECASE)
_ROAD = re.compile(r"road|street|highway|路|街", re.IGNORECASE)
_DYKE = re.compile(r"dyke|dike|levee|seawall|堤|海塘", re.IGNORECASE)
_NAMED = re.compile(r"名$|名称$|^name|name$", re.IGNORECASE)
_NAMES = ("name_zh", "NAME_ZH", "name", "NAME", "Name", "名称", "NAME_CHN", "stnm", "STNM")
_PALETTE = (("#dfe7d8", "#8fa283"), ("#eee4cf", "#b59f74"), ("#e0deeb", "#908bb0"), ("#d9e6e6", "#7f9d9d"))
_HOURS = {"h", "hour", "hours"}
LABEL_LIMIT = 400
FEW_FACES = 3000
"""Meshes with up to so many faces show them."""


def layers_from(description: Description) -> list[Layer]:
    """Make a layer with a first style for each layer of a source that can be drawn or charted.

    Parameters
    ----------
    description : Description
        What the source said of itself.

    Returns
    -------
    list of Layer
        Not yet attached to data; top of the tree first.
    """
    stem = Path(description.path).stem
    several = len(description.layers) > 1
    drawn = [d for d in description.layers if d.kind in KINDS and not (d.kind == "vector" and d.geometry is None)]
    layers = [_layer(description.path, stem, d, number, several) for number, d in enumerate(drawn)]
    return sorted(layers, key=_order)


def _layer(path: str, stem: str, d: LayerDescription, number: int, several: bool) -> Layer:
    name = (d.title or d.key or stem) if several else _result_name(d, stem) or stem
    made = KINDS[d.kind](name=name, source=path, key=d.key, group=stem if several else "")
    style: Any = first_style(d, f"{stem} {name}", number)
    made.style = style  # type: ignore[attr-defined]
    return made


def _result_name(d: LayerDescription, stem: str) -> str:
    """Name the result of a tool by what it is, where its file has the name that the program proposed; else empty."""
    shown = next((v for v in d.variables if v.made is not None), None)
    made = shown.made if shown is not None else None
    if made is None or not re.fullmatch(re.escape(made.by.replace(".", "_")) + r"(-\d+)?", stem):
        return ""
    return f"{made.source} · {quantity_text(shown)}".removeprefix(" · ")


def _order(layer: Layer) -> int:
    """Points over lines over polygons over grids."""
    if isinstance(layer, VectorLayer):
        symbol = layer.style.symbol
        return 1 if symbol.fill is None else (0 if symbol.stroke == "#ffffff" else 2)
    return {"series": 0, "mesh": 3, "raster": 4}[layer.kind]


def first_style(d: LayerDescription, words: str = "", number: int = 0) -> Any:
    """Choose a style from what a layer holds: its quantities, units and names."""
    if d.kind == "raster":
        return _raster_style(d, words)
    if d.kind == "mesh":
        return _mesh_style(d)
    if d.kind == "series":
        return SeriesStyle(variable=d.variables[0].name if d.variables else "")
    return _vector_style(d, words, number)


def _text(variable: Variable) -> str:
    return f"{variable.name} {variable.standard_name} {variable.title}"


def scale_for(variable: Variable, words: str = "") -> ColourScale:
    """Choose colours for a quantity by what it is."""
    text = _text(variable)
    if variable.units in _HOURS:
        return ColourScale(colours="haitang:hours")
    if is_depth(variable.name, variable.standard_name):
        return ColourScale(colours="haitang:water", minimum=0.0)
    if _LEVEL.search(text):
        return ColourScale(colours="haitang:level")
    if _GROUND.search(text) or _GROUND.search(words):
        return ColourScale(colours="haitang:terrain")
    if variable.vector or (_SPEED.search(text) and not _COMPONENT.search(text)):
        return ColourScale(colours="cmocean:speed", minimum=0.0)
    return ColourScale(colours="viridis")


def _raster_style(d: LayerDescription, words: str) -> RasterStyle:
    names = [v.name for v in d.variables]
    bands = _colour_bands(d)
    if bands is not None:
        return RasterStyle(mode="rgb", bands=bands)
    if "palette" in d.extra and names:
        return RasterStyle(variable=names[0], scale=ColourScale(colours="haitang:palette"))
    scalars = [v for v in d.variables if not v.vector]
    pairs = [v for v in d.variables if v.vector]
    first = pairs[0] if pairs and len(scalars) == len(pairs[0].components) else (scalars or [None])[0]
    if first is None:
        return RasterStyle(variable=names[0] if names else "")
    scale = scale_for(first, words)
    ground = scale.colours == "haitang:terrain"
    return RasterStyle(
        variable=first.name,
        scale=scale,
        hillshade=0.55 if ground else 0.0,
        arrows=pairs[0].name if pairs else "",
    )


def _colour_bands(d: LayerDescription) -> tuple[str, str, str] | None:
    """Give the bands that hold red, green and blue."""
    said: list[str] = list(d.extra.get("interpretation", ()))
    if not {"red", "green", "blue"} <= set(said) or len(said) > len(d.variables):
        return None
    red, green, blue = (d.variables[said.index(colour)].name for colour in ("red", "green", "blue"))
    return red, green, blue


def _mesh_style(d: LayerDescription) -> MeshStyle:
    usable = [v for v in d.variables if v.location in ("face", "node")]
    scalars = [v for v in usable if not v.vector]
    moving = [v for v in scalars if v.steps > 1]
    depth = next((v for v in scalars if is_depth(v.name, v.standard_name)), None)
    level = next((v for v in moving if _LEVEL.search(_text(v))), None)
    ground = next((v for v in scalars if _GROUND.search(_text(v))), None)
    result = None if moving else next((v for v in scalars if _is_result(v)), None)
    first = next((v for v in (depth if depth in moving else None, level, *moving, result, ground, *scalars) if v), None)
    if first is None:
        return MeshStyle(edges=True)
    pair = next((v for v in usable if v.vector and _SPEED.search(_text(v))), None)
    wet = depth.name if depth is not None and depth.steps > 1 else ""
    made = first.made if first.made is not None and first.made.is_value else None
    limit = DRY_BELOW
    if made is not None and made.dry_below is not None:
        wet, limit = first.name, made.dry_below
    return MeshStyle(
        variable=first.name,
        scale=scale_for(first),
        smooth=first.location == "node",
        depth_variable=wet,
        dry_below=limit,
        arrows=pair.name if pair is not None else "",
        edges=0 < d.counts.get("faces", 0) <= FEW_FACES,
    )


def _is_result(variable: Variable) -> bool:
    """Tell whether a value without time is what a tool made of a run: hours, a depth, a level or a speed."""
    text = _text(variable)
    water = is_depth(variable.name, variable.standard_name) or _LEVEL.search(text) or _SPEED.search(text)
    return variable.units in _HOURS or bool(water)


def _vector_style(d: LayerDescription, words: str, number: int) -> VectorStyle:
    kind = (d.geometry or "").lower()
    texts = [c.name for c in d.columns if c.type == "text"]
    named = next((n for n in texts if _NAMED.search(n)), "")
    label = next((n for n in _NAMES if n in texts), named)
    if d.counts.get("features", 0) > LABEL_LIMIT:
        label = ""
    return VectorStyle(symbol=_symbol(kind, f"{d.key} {words}", number), label=label)


def _symbol(kind: str, words: str, number: int) -> Symbol:
    if "point" in kind:
        return Symbol(fill="#d35400", stroke="#ffffff", width=1.2, size=7.0)
    fill, stroke = _PALETTE[number % len(_PALETTE)]
    if "line" in kind or "curve" in kind:
        plain = Symbol(fill=None, stroke=stroke, width=1.4)
        return next((s for words_of, s in _LINES if words_of.search(words)), plain)
    return next((s for words_of, s in _AREAS if words_of.search(words)), Symbol(fill=fill, stroke=stroke))


_LINES = (
    (_DYKE, Symbol(fill=None, stroke="#8a5a2b", width=2.4)),
    (_COAST, Symbol(fill=None, stroke="#4a6a80", width=1.2)),
    (_WATER, Symbol(fill=None, stroke="#3a86c8", width=1.4)),
    (_ROAD, Symbol(fill=None, stroke="#b7a98f", width=1.6)),
)
_AREAS = (
    (_BUILT, Symbol(fill="#cfc6bb", stroke="#8f8578", width=0.6)),
    (_SEA, Symbol(fill="#d6e7f3", stroke="#a9c6dc", width=0.6)),
    (_WATER, Symbol(fill="#b9d9ee", stroke="#6ba5cc", width=0.8)),
    (_LAND, Symbol(fill="#f3eee3", stroke="#b8ab90", width=0.8)),
)
