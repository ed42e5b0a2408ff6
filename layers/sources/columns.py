"""Attribute columns between Arrow tables and the arrays of a FeatureBlock."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from layers.sources import guard
from layers.sources.source import Column
from layers.texts import Texts, taken, to_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT = 1 << 53
"""Integers up to this size survive as float64."""
_OGR = {
    "OFTInteger": "int",
    "OFTInteger64": "int",
    "OFTReal": "float",
    "OFTString": "text",
    "OFTDate": "date",
    "OFTDateTime": "time",
    "OFTTime": "text",
    "OFTBinary": "bytes",
}


def column_type(ogr_type: str, ogr_subtype: str) -> str:
    """Give the type of a ``Column`` for a GDAL field type; lists are shown as text."""
    return "bool" if ogr_subtype == "OFSTBoolean" else _OGR.get(ogr_type, "text")


def columns_of(info: dict[str, Any]) -> tuple[Column, ...]:
    """Give the columns that GDAL says a layer has."""
    kinds = zip(info["ogr_types"], info["ogr_subtypes"], strict=True)
    return tuple(
        Column(str(name), column_type(*kind)) for name, kind in zip(info["fields"].tolist(), kinds, strict=True)
    )


def arrow_type(kind: Any) -> str:
    """Give the type of a ``Column`` for an Arrow type."""
    types = guard.pyarrow().types

    for test, name in (
        (types.is_boolean, "bool"),
        (types.is_integer, "int"),
        (types.is_floating, "float"),
        (types.is_decimal, "float"),
        (types.is_date, "date"),
        (types.is_timestamp, "time"),
        (types.is_binary, "bytes"),
        (types.is_large_binary, "bytes"),
    ):
        if test(kind):
            return name
    return arrow_type(kind.value_type) if types.is_dictionary(kind) else "text"


def to_column(values: Any) -> Any:
    """Give an Arrow column as it stands in a ``FeatureBlock``.

    Parameters
    ----------
    values : pyarrow.ChunkedArray

    Returns
    -------
    ndarray or list
        int64; float64 (NaN = no value; also integers with gaps); bool; datetime64[D] for dates and datetime64[ns]
        for moments (NaT = no value; UTC where the file names a zone); else a list with None for no value.
    """
    pa = guard.pyarrow()

    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    name = arrow_type(values.type)
    gaps = values.null_count > 0
    if name == "float":
        return _numpy(values.cast(pa.float64()), np.nan)
    if name == "int":
        return _integers(values, gaps=gaps)
    if name == "bool" and not gaps:
        return np.asarray(values.to_numpy(zero_copy_only=False), np.bool_)
    if name == "date":
        return _moments(values.cast(pa.date32()).cast(pa.int32()), "D")
    if name == "time":
        return _moments(values.cast(pa.timestamp("ns", values.type.tz), safe=False).cast(pa.int64()), "ns")
    plain = values.to_pylist()
    if name == "text" and not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return [None if item is None else _text(item) for item in plain]
    return plain


def _numpy(values: Any, missing: float) -> NDArray[np.float64]:
    filled = values.fill_null(missing) if values.null_count else values
    return np.asarray(filled.to_numpy(zero_copy_only=False), np.float64)


def _integers(values: Any, *, gaps: bool) -> Any:
    pa = guard.pyarrow()
    compute = pa.compute
    if pa.types.is_uint64(values.type) and (compute.max(values).as_py() or 0) >= 1 << 63:
        return values.to_pylist()
    values = values.cast(pa.int64())
    if not gaps:
        return np.asarray(values.to_numpy(zero_copy_only=False), np.int64)
    ends = compute.min_max(values).as_py()
    if all(abs(end or 0) < EXACT for end in ends.values()):
        return _numpy(values.cast(pa.float64()), np.nan)
    return values.to_pylist()


def _moments(values: Any, unit: str) -> NDArray[Any]:
    gaps = np.asarray(values.is_null().to_numpy(zero_copy_only=False), np.bool_)
    whole = np.asarray(values.fill_null(0).to_numpy(zero_copy_only=False), np.int64)
    out = whole.view(f"datetime64[{unit}]").copy()
    out[gaps] = np.datetime64("NaT")
    return out


def _text(item: Any) -> str:
    if hasattr(item, "isoformat"):
        return str(item.isoformat())
    if isinstance(item, str):
        return item
    return json.dumps(item, ensure_ascii=False, default=str)


def to_flat_column(values: Any) -> Any:
    """Give an Arrow column as ``to_column`` does, but texts as ``Texts``: no object is made per row."""
    pa = guard.pyarrow()
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return to_texts(values)
    return to_column(values)


def picked(column: Any, rows: NDArray[np.int64]) -> Any:
    """Give some rows of a column, in the order of ``rows``."""
    if isinstance(column, Texts):
        return taken(column, rows)
    if isinstance(column, np.ndarray):
        return cast("NDArray[Any]", column)[rows]
    return [column[i] for i in rows.tolist()]
