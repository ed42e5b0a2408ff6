"""Features to GeoPackage, FlatGeobuf, GeoJSON or Shapefile: the same features give the same bytes."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.errors import DataError
from layers.geometry import EMPTY, geometry_name
from layers.shapes import to_shapes
from layers.sources import guard
from layers.sources.source import Column, FeatureBlock, Warned
from layers.sources.staged import staged
from layers.sources.vector_file import RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.geometry import Geometry

DRIVERS = {
    ".gpkg": "GPKG",
    ".fgb": "FlatGeobuf",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": "ESRI Shapefile",
}
MOMENT = "2000-01-01T00:00:00.000Z"
"""Time stamped into files: a fixed one, so that a run repeated gives the same bytes; the record tells the real one."""
DBF_NAME = 10
UTC = 100
"""GDAL's number for a moment in UTC."""
_PARTS = (".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx")


def write_features(
    path: str | Path,
    block: FeatureBlock,
    columns: Sequence[Column] = (),
    *,
    crs: str | None,
    vdatum: str | None = None,
    layer: str = "",
    record: str = "",
) -> tuple[Warned, ...]:
    """Write features; the suffix chooses the format.

    Parameters
    ----------
    path : str or Path
        ``.gpkg``, ``.fgb``, ``.geojson``, ``.json`` or ``.shp``; an old file is replaced.
    block : FeatureBlock
        Its ids are not kept: formats number features themselves.
    columns : sequence of Column
        Types of the columns, where the arrays alone do not tell them (integers with gaps).
    crs : str or None
        ``EPSG:n`` or WKT.
    vdatum : str or None
        Written as a text column ``vdatum`` where the block has none.
    layer : str
        Name of the layer; "" = the name of the file.
    record : str
        Text of the record, kept inside where the format allows (GeoPackage).

    Returns
    -------
    tuple of Warned
        What the format could not hold.

    Raises
    ------
    DataError
        The suffix is none of these, or the format cannot hold the features.
    SourceUnavailable
        The folder is missing, read-only or full; an old file is then untouched.
    """
    target = Path(path)
    driver = DRIVERS.get(target.suffix.lower())
    if driver is None:
        raise DataError(
            "Features cannot be written to a file of this kind.",
            where=str(path),
            remedy="Give it one of the suffixes {suffixes}.",
            suffixes=", ".join(DRIVERS),
        )
    fields = _fields(block, columns, vdatum)
    notes: list[Warned] = []
    names = _short_names(list(fields), notes) if driver == "ESRI Shapefile" else list(fields)
    if driver == "GeoJSON" and crs not in (None, "EPSG:4326"):
        notes.append(_not_degrees(crs or ""))
    with staged(target) as out:
        _write(out, driver, layer or target.stem, _shapes(block.geometry, driver, target), fields, names, crs, record)
        written = {part.name for part in out.parent.iterdir()}
    if driver == "ESRI Shapefile":
        # An index of an older file of this name would not fit the new one.
        for part in (target.with_suffix(suffix) for suffix in _PARTS):
            if part.name not in written:
                part.unlink(missing_ok=True)
    return tuple(notes)


def _write(
    out: Path,
    driver: str,
    layer: str,
    shapes: tuple[Any, str | None],
    fields: dict[str, tuple[Any, Any, str]],
    names: list[str],
    crs: str | None,
    record: str,
) -> None:
    library = guard.pyogrio()
    metadata = {"layer_metadata": {RECORD: record}} if record and driver == "GPKG" else {}
    library.set_gdal_config_options({"OGR_CURRENT_DATE": MOMENT})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            library.raw.write(
                out,
                shapes[0],
                [values for values, _, _ in fields.values()],
                np.array(names, object),
                field_mask=[mask for _, mask, _ in fields.values()],
                layer=layer,
                driver=driver,
                geometry_type=shapes[1],
                crs=crs,
                promote_to_multi=shapes[1] is not None and shapes[1].startswith("Multi"),
                nan_as_null=True,
                gdal_tz_offsets={
                    name: np.full(len(values), UTC)
                    for name, (values, _, kind) in zip(names, fields.values(), strict=True)
                    if kind == "time"
                },
                layer_options=_layer_options(driver, names),
                **metadata,
            )
    finally:
        library.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _layer_options(driver: str, names: Sequence[str]) -> dict[str, str]:
    if driver == "GPKG":
        return {key: _free(own, names) for key, own in (("FID", "fid"), ("GEOMETRY_NAME", "geom"))}
    return {"DBF_DATE_LAST_UPDATE": MOMENT[:10], "ENCODING": "UTF-8"} if driver == "ESRI Shapefile" else {}


def _free(name: str, taken: Sequence[str]) -> str:
    """Give a name for a column of the format's own that no attribute has."""
    used = {other.lower() for other in taken}
    number, free = 1, name
    while free in used:
        free, number = f"{name}_{number}", number + 1
    return free


def _shapes(geometry: Geometry | None, driver: str, target: Path) -> tuple[Any, str | None]:
    """Give well-known binary, None where there is none, and GDAL's name of the kind."""
    if geometry is None:
        return None, None
    import shapely

    kind = geometry_name(geometry)
    if driver == "ESRI Shapefile" and kind == "Geometry" and (geometry.types != EMPTY).any():
        raise DataError(
            "A Shapefile holds one kind of geometry; these features mix several.",
            where=str(target),
            remedy="Write them as GeoPackage.",
        )
    shapes: Any = to_shapes(geometry)
    flat = ~_high(geometry)
    shapes[flat] = cast("Any", shapely).force_2d(shapes[flat])
    shapes[geometry.types == EMPTY] = None
    high = not flat[geometry.types != EMPTY].any() and (geometry.types != EMPTY).any()
    name = "Unknown" if kind == "Geometry" else kind
    blobs = cast("Any", shapely).to_wkb(shapes, flavor="iso")
    return blobs, f"{name} Z" if high and name != "Unknown" else name


def _high(geometry: Geometry) -> NDArray[np.bool_]:
    """Tell which features have a Z at every vertex."""
    if geometry.z is None:
        return np.zeros(len(geometry), np.bool_)
    ends = geometry.rings[geometry.parts[geometry.features]]
    fine = np.concatenate([[0], np.cumsum(np.isfinite(geometry.z))])[ends]
    return np.diff(fine) == np.diff(ends)


def _fields(
    block: FeatureBlock, columns: Sequence[Column], vdatum: str | None
) -> dict[str, tuple[Any, NDArray[np.bool_] | None, str]]:
    """Give array, mask of what is missing, and type, of each column."""
    kinds = {column.name: column.type for column in columns}
    found = {name: _field(values, kinds.get(name)) for name, values in block.columns.items()}
    if vdatum and "vdatum" not in (name.lower() for name in found):
        found["vdatum"] = (np.full(len(block.ids), vdatum, object), None, "text")
    return found


def _field(values: Any, kind: str | None) -> tuple[Any, NDArray[np.bool_] | None, str]:
    if isinstance(values, np.ndarray):
        return _array_field(cast("NDArray[Any]", values), kind)
    rows: list[Any] = list(values)
    missing = np.array([value is None for value in rows], np.bool_)
    mask = missing if missing.any() else None
    present = [value for value in rows if value is not None]
    if present and all(type(value) is bool for value in present):
        return np.array([bool(value) for value in rows], np.bool_), mask, "bool"
    if present and all(type(value) is int for value in present):
        return np.array([value or 0 for value in rows], np.int64), mask, "int"
    if present and all(isinstance(value, (int, float)) for value in present):
        return np.array([np.nan if value is None else value for value in rows], np.float64), None, "float"
    words = [None if value is None else value.hex() if isinstance(value, bytes) else str(value) for value in rows]
    return np.array(words, object), None, "text"


def _array_field(values: NDArray[Any], kind: str | None) -> tuple[Any, NDArray[np.bool_] | None, str]:
    form = values.dtype.kind
    if form == "f" and kind in ("int", "bool"):
        missing = np.isnan(values)
        whole = np.where(missing, 0, values).astype(np.bool_ if kind == "bool" else np.int64)
        return whole, missing if missing.any() else None, kind
    if form == "f":
        return values.astype(np.float64), None, "float"
    if form == "b":
        return values, None, "bool"
    if form in "iu":
        return values.astype(np.int64), None, "int"
    if form == "M":
        day = np.datetime_data(values.dtype)[0] == "D"
        return values.astype("datetime64[D]" if day else "datetime64[ms]"), None, "date" if day else "time"
    return _field(values.tolist(), kind)


def _short_names(names: list[str], notes: list[Warned]) -> list[str]:
    """Cut names to what a Shapefile holds (10 bytes of UTF-8), without two becoming one."""
    short: list[str] = []
    for name in names:
        cut = _cut(name, DBF_NAME)
        number = 1
        while cut.lower() in (other.lower() for other in short):
            cut = _cut(name, DBF_NAME - len(f"_{number}")) + f"_{number}"
            number += 1
        short.append(cut)
    changed = [f"{name} → {cut}" for name, cut in zip(names, short, strict=True) if name != cut]
    if changed:
        notes.append(
            Warned(
                "names_cut",
                "Names of columns were cut to the 10 bytes a Shapefile holds: {names}.",
                "Write GeoPackage to keep them.",
                {"names": ", ".join(changed)},
            )
        )
    return short


def _cut(name: str, size: int) -> str:
    return name.encode()[:size].decode(errors="ignore")


def _not_degrees(crs: str) -> Warned:
    return Warned(
        "geojson_crs",
        "The GeoJSON file has coordinates in {crs}; the standard (RFC 7946) knows only longitude and latitude.",
        "Reproject to EPSG:4326 first where the receiver follows the standard.",
        {"crs": crs if len(crs) < 40 else crs[:37] + "..."},
    )
