"""Writing what a tool returns: the kind of result and the suffix choose the form; files appear whole or not at all."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.errors import DataError, ParameterInvalid
from layers.layer import Layer
from layers.sources.memory import statistics_of
from layers.sources.source import (
    FeatureBlock,
    FeatureRequest,
    RasterBlock,
    RasterRequest,
    Topology,
    TopologyRequest,
    Values,
    ValuesRequest,
)
from layers.sources.written import whole
from layers.table import Table
from layers.times import iso

if TYPE_CHECKING:
    from pathlib import Path

    from layers.sources.source import LayerDescription

SUFFIXES: dict[str, tuple[str, ...]] = {
    "raster": (".tif", ".tiff"),
    "vector": (".gpkg", ".geojson", ".fgb", ".shp"),
    "mesh": (".nc",),
    "table": (".csv", ".xlsx"),
}


@dataclass
class Written:
    """The files written, and numbers about what is in them."""

    paths: list[Path] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)


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


def write_result(result: Any, out: Path | None, record: str) -> Written:
    """Write a result; without ``out`` only its numbers are given.

    Parameters
    ----------
    result : Layer, Table, number, str or None
    out : Path or None
    record : str
        Text of the record that goes inside the file where its form allows.

    Raises
    ------
    ParameterInvalid
        The suffix does not fit the result.
    DataError
        The file cannot be written.
    """
    written = Written(stats=stats_of(result))
    if out is None:
        return written
    if isinstance(result, Layer):
        check_suffix(result.kind, out)
        write_layer(result, out, record)
    elif isinstance(result, Table):
        check_suffix("table", out)
        write_table(result, out)
    else:
        raise ParameterInvalid("This tool only reports; it writes no file.", where="--out", remedy="Leave --out out.")
    written.paths.append(out)
    return written


def write_layer(layer: Layer, out: Path, record: str) -> None:
    """Write a layer, whole, in the form that its kind and the suffix ask for."""
    description = layer.description
    if description is None:
        raise DataError("The layer {name} is not open.", where=layer.source, name=layer.name)
    if layer.kind == "raster":
        _write_raster(layer, description, out, record)
    elif layer.kind == "mesh":
        _write_mesh(layer, description, out, record)
    else:
        from layers.sources.vector_writer import write_features

        block = cast("FeatureBlock", layer.read(FeatureRequest(layer.key)))
        write_features(
            out, block, description.columns, crs=layer.crs, vdatum=layer.vdatum, layer=out.stem, record=record
        )


def _write_raster(layer: Layer, description: LayerDescription, out: Path, record: str) -> None:
    from layers.sources.raster_writer import write_raster

    variables = tuple(v for v in description.variables if not v.vector)
    width, height = description.counts["width"], description.counts["height"]
    request = RasterRequest(layer.key, tuple(v.name for v in variables), 0, None, width, height)
    block = cast("RasterBlock", layer.read(request))
    write_raster(out, block.values, block.box, layer.crs, vdatum=layer.vdatum, variables=variables, record=record)


def _write_mesh(layer: Layer, description: LayerDescription, out: Path, record: str) -> None:
    from layers.sources.mesh_writer import MeshWriter

    topology = cast("Topology", layer.read(TopologyRequest(layer.key)))
    variables = [v for v in description.variables if not v.vector and v.location in ("face", "node")]
    times = description.time
    with MeshWriter(out, topology, times, layer.crs, layer.vdatum, None, record) as writer:
        for v in variables:
            writer.declare(v.name, v.location or "face", v.units or "", timed=times is not None and v.steps > 1)
        for v in variables:
            timed = times is not None and v.steps > 1
            for step in range(v.steps if timed else 1):
                values = cast("Values", layer.read(ValuesRequest(layer.key, v.name, step))).values
                writer.put(v.name, values, step if timed else None)


def write_table(table: Table, out: Path) -> None:
    """Write a table as CSV or XLSX; times in ISO 8601, numbers to 9 digits, missing ones as empty cells."""
    rows = [[_cell(column[i]) for column in table.columns.values()] for i in range(len(table))]
    if out.suffix.lower() == ".xlsx":
        _write_xlsx(table, rows, out)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.heads())
    writer.writerows(rows)
    content = text.getvalue()
    with whole(out) as temporary:
        temporary.write_bytes(content.encode("utf-8" if content.isascii() else "utf-8-sig"))


def _write_xlsx(table: Table, rows: list[list[Any]], out: Path) -> None:
    from datetime import UTC, datetime

    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    sheet = book.create_sheet("data")
    sheet.append(table.heads())
    for row in rows:
        sheet.append([None if cell == "" else cell for cell in row])
    notes = book.create_sheet("notes")
    for name, text in table.notes.items():
        notes.append([name, text])
    with whole(out) as temporary:
        book.save(temporary)


def _cell(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return iso(value)
    if isinstance(value, float | np.floating):
        return float(f"{value:.9g}") if np.isfinite(value) else ""
    return value.item() if isinstance(value, np.generic) else value


def stats_of(result: Any) -> dict[str, Any]:
    """Give the numbers of a result: counts, and the range of each variable."""
    if isinstance(result, Table):
        return {"rows": len(result), "columns": list(result.columns)}
    if isinstance(result, int | float | str):
        return {"value": result}
    if not isinstance(result, Layer) or result.description is None:
        return {}
    stats: dict[str, Any] = dict(result.description.counts)
    for variable in result.description.variables:
        if not variable.vector and result.kind in ("raster", "mesh"):
            stats[variable.name] = _range(result, variable.name)
    return stats


def _range(layer: Layer, name: str) -> dict[str, float | int | None]:
    if layer.kind == "mesh":
        values = cast("Values", layer.read(ValuesRequest(layer.key, name, 0))).values
    else:
        counts = layer.description.counts if layer.description else {}
        request = RasterRequest(layer.key, (name,), 0, None, counts["width"], counts["height"])
        values = cast("RasterBlock", layer.read(request)).values
    found = statistics_of(values)
    numbers = {"min": found.minimum, "max": found.maximum, "mean": found.mean}
    count = int(np.isfinite(values).sum())
    return {k: (v if np.isfinite(v) else None) for k, v in numbers.items()} | {"count": count}
