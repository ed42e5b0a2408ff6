"""Writing what a tool returns: the kind of result and the suffix choose the form; files appear whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from layers.errors import ParameterInvalid
from layers.layer import Layer
from layers.quantities import ATTRIBUTE, made_text
from layers.raster_output import Tally, raster_figures, write_raster_layer
from layers.sources.source import (
    FeatureBlock,
    FeatureRequest,
    Topology,
    TopologyRequest,
    Values,
    ValuesRequest,
    Warned,
)
from layers.table import Table
from layers.table_output import write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SUFFIXES: dict[str, tuple[str, ...]] = {
    "raster": (".tif", ".tiff"),
    "vector": (".gpkg", ".geojson", ".fgb", ".shp"),
    "mesh": (".nc",),
    "table": (".csv", ".xlsx"),
}
METHODS = {"max": "time: maximum", "min": "time: minimum"}
"""What CF calls the ways in which steps were reduced."""


@dataclass
class Written:
    """The files written, and numbers about what is in them."""

    paths: list[Path] = field(default_factory=list[Path])
    stats: dict[str, Any] = field(default_factory=dict[str, Any])
    warnings: tuple[Warned, ...] = ()


def suffixes(returns: str) -> tuple[str, ...]:
    """Give the suffixes that fit what a tool returns, ``raster|vector`` and the like."""
    return tuple(s for kind in returns.split("|") for s in SUFFIXES.get(kind, ()))


def check_suffix(returns: str, out: Path) -> None:
    """Refuse an output that cannot be written, before the work begins.

    Raises
    ------
    ParameterInvalid
        The suffix does not fit, or the folder does not exist.
    """
    fitting = suffixes(returns)
    if fitting and out.suffix.lower() not in fitting:
        raise ParameterInvalid(
            "The output {name} has a suffix that does not fit.",
            where=str(out),
            remedy="This tool writes: {suffixes}.",
            name=out.name,
            suffixes=", ".join(fitting),
        )
    if not out.parent.is_dir():
        raise ParameterInvalid(
            "The folder of the output does not exist.", where=str(out.parent), remedy="Make the folder first."
        )


def silent(_share: float) -> None:
    """Hear how far the writing is, and say nothing."""


def write_result(result: Any, out: Path | None, record: str, told: Callable[[float], None] = silent) -> Written:
    """Write a result; without ``out`` only its numbers are given.

    Parameters
    ----------
    result : Layer, Table, number, str or None
    out : Path or None
    record : str
        Text of the record that goes inside the file where its form allows.
    told : callable
        Hears the share that is done; may raise to stop, and nothing is left of the file then.

    Raises
    ------
    ParameterInvalid
        The suffix does not fit the result.
    DataError
        The file cannot be written.
    """
    if out is None:
        return Written(stats=stats_of(result, told))
    if isinstance(result, Layer):
        check_suffix(result.kind, out)
        return write_layer(result, out, record, told)
    if isinstance(result, Table):
        check_suffix("table", out)
        write_table(result, out)
        return Written([out], stats_of(result))
    raise ParameterInvalid("This tool only reports; it writes no file.", where="--out", remedy="Leave --out out.")


def write_layer(layer: Layer, out: Path, record: str, told: Callable[[float], None] = silent) -> Written:
    """Write a layer, whole, in the form that its kind and the suffix ask for."""
    description = layer.described()
    if layer.kind == "raster":
        figures, warnings = write_raster_layer(layer, out, record, told)
        return Written([out], {**description.counts, **figures}, warnings + emptiness(figures))
    if layer.kind == "mesh":
        _write_mesh(layer, out, record, told)
        stats = stats_of(layer)
        return Written([out], stats, emptiness({k: v for k, v in stats.items() if k not in description.counts}))
    from layers.sources.vector_writer import write_features

    block = cast("FeatureBlock", layer.read(FeatureRequest(layer.key)))
    told(0.5)
    warnings = write_features(
        out, block, description.columns, crs=layer.crs, vdatum=layer.vdatum, layer=out.stem, record=record
    )
    return Written([out], stats_of(layer), warnings)


def emptiness(figures: Mapping[str, dict[str, Any]]) -> tuple[Warned, ...]:
    """Warn where no cell of a result has a value."""
    empty = bool(figures) and all(one["count"] == 0 for one in figures.values())
    return (Warned("empty", "No cell of the result has a value."),) if empty else ()


def _write_mesh(layer: Layer, out: Path, record: str, told: Callable[[float], None]) -> None:
    from layers.sources.mesh_writer import MeshWriter

    description = layer.described()
    topology = cast("Topology", layer.read(TopologyRequest(layer.key)))
    variables = [v for v in description.variables if not v.vector and v.location in ("face", "node")]
    times = description.time
    with MeshWriter(out, topology, times, layer.crs, layer.vdatum, None, record) as writer:
        for v in variables:
            said = {"long_name": v.title, "standard_name": v.standard_name}
            said |= {ATTRIBUTE: made_text(v.made), "cell_methods": METHODS.get(v.made.kind, "")} if v.made else {}
            said = {key: text for key, text in said.items() if text}
            writer.declare(v.name, v.location or "face", v.units, timed=times is not None and v.steps > 1, **said)
        for number, v in enumerate(variables):
            timed = times is not None and v.steps > 1
            for step in range(v.steps if timed else 1):
                values = cast("Values", layer.read(ValuesRequest(layer.key, v.name, step))).values
                writer.put(v.name, values, step if timed else None)
                told((number + (step + 1) / max(v.steps, 1)) / len(variables))


def stats_of(result: Any, told: Callable[[float], None] = silent) -> dict[str, Any]:
    """Give the numbers of a result: counts, and the range of each variable."""
    if isinstance(result, Table):
        return {"rows": len(result), "columns": list(result.columns)}
    if isinstance(result, int | float | str):
        return {"value": result}
    if not isinstance(result, Layer) or result.description is None:
        return {}
    stats: dict[str, Any] = dict(result.description.counts)
    if result.kind == "raster":
        return stats | raster_figures(result, told)
    scalars = [v.name for v in result.description.variables if not v.vector and result.kind == "mesh"]
    return stats | {name: _figures(result, name) for name in scalars}


def _figures(layer: Layer, name: str) -> dict[str, float | int | None]:
    tally = Tally()
    tally.add(cast("Values", layer.read(ValuesRequest(layer.key, name, 0))).values)
    return tally.figures()
