"""Facts: what a source holds, in the form of ``haitang info``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from layers.errors import fill

if TYPE_CHECKING:
    from layers.sources.source import Description, LayerDescription, Variable, Warned


def to_info(description: Description) -> dict[str, Any]:
    """Give the answer of ``haitang info``.

    A source with one layer has its facts at the top; a container has them for each layer, and at the top
    what is common: the bounds where all layers share one reference system, the counts added up.
    """
    layers = [_layer(la) for la in description.layers]
    head: dict[str, Any] = {"path": description.path, "kind": description.kind, "driver": description.driver}
    facts = dict(layers[0]) if len(layers) == 1 else _common(description, layers)
    own = [_warning(w) for w in description.warnings]
    answer = head | {k: v for k, v in facts.items() if k not in ("key", "kind")}
    answer["layers"] = layers
    answer["warnings"] = own + [w for w in facts.get("warnings", []) if w not in own]
    return _finite(answer)


def _layer(layer: LayerDescription) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "key": layer.key,
        "kind": layer.kind,
        "title": layer.title,
        "crs": layer.crs,
        "vdatum": layer.vdatum,
        "bounds": layer.bounds.to_list() if layer.bounds is not None else None,
        "time": layer.time.to_info() if layer.time is not None and len(layer.time) else None,
        "counts": dict(layer.counts),
        "variables": [_variable(v) for v in layer.variables],
        "warnings": [_warning(w) for w in layer.warnings],
    }
    if layer.kind == "vector":
        facts["geometry"] = layer.geometry
        facts["columns"] = [{"name": c.name, "type": c.type} for c in layer.columns]
    optional = {
        "resolution": list(layer.resolution) if layer.resolution else None,
        "nodata": layer.nodata,
        "encoding": layer.encoding,
        "stations": layer.extra.get("stations"),
    }
    return facts | {k: v for k, v in optional.items() if v is not None}


def _common(description: Description, layers: list[dict[str, Any]]) -> dict[str, Any]:
    systems = {la["crs"] for la in layers if la["bounds"] is not None}
    datums = {la["vdatum"] for la in layers}
    boxes = [la["bounds"] for la in layers if la["bounds"] is not None]
    same = len(systems) == 1 and boxes
    counts: dict[str, int] = {}
    for la in layers:
        for name, count in la["counts"].items():
            counts[name] = counts.get(name, 0) + count
    return {
        "crs": next(iter(systems)) if same else None,
        "vdatum": next(iter(datums)) if len(datums) == 1 else None,
        "bounds": [f(b[i] for b in boxes) for i, f in enumerate((min, min, max, max))] if same else None,
        "time": next((la["time"] for la in layers if la["time"] is not None), None),
        "counts": counts | {"layers": len(description.layers)},
        "variables": [],
        "warnings": [w for la in layers for w in la["warnings"]],
    }


def _variable(variable: Variable) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": variable.name,
        "units": variable.units,
        "location": variable.location,
        "steps": variable.steps,
        "vector": variable.vector,
    }
    optional = {
        "title": variable.title,
        "standard_name": variable.standard_name,
        "components": list(variable.components),
        "levels": variable.levels if variable.levels > 1 else None,
    }
    return facts | {k: v for k, v in optional.items() if v}


def _warning(warned: Warned) -> dict[str, Any]:
    return {
        "code": warned.code,
        "what": fill(warned.what, warned.fields),
        "remedy": fill(warned.remedy, warned.fields),
    }


def _finite(value: Any) -> Any:
    """Give the same with null for numbers that JSON cannot hold."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in cast("list[Any]", value)]
    if isinstance(value, float) and value - value != 0:
        return None
    return value
