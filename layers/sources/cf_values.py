"""Stored numbers of a NetCDF variable and what they mean: missing, packed, unsigned, out of the valid range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import SourceUnavailable
from layers.sources.netcdf_library import netCDF4

if TYPE_CHECKING:
    from numpy.typing import NDArray

MISSING_NAMES = ("_FillValue", "missing_value")


@dataclass(frozen=True, slots=True)
class Packing:
    """How stored numbers become values.

    ``fills`` are stored numbers that mean missing; ``low``/``high`` the valid range, in stored numbers or (where
    ``limits_unpacked``) in values; ``view`` reads signed bytes as unsigned; value = stored * scale + offset.
    """

    fills: tuple[Any, ...] = ()
    low: Any = None
    high: Any = None
    limits_unpacked: bool = False
    scale: float = 1.0
    offset: float = 0.0
    view: str = ""


def attribute(thing: Any, name: str, default: Any = None) -> Any:
    """Give an attribute of a variable, group or file, or the default; GB18030 text is recognised."""
    try:
        value = thing.getncattr(name)
    except (AttributeError, KeyError, RuntimeError):
        return default
    if isinstance(value, str) and "\ufffd" in value:
        value = thing.getncattr(name, encoding="gb18030")
    return value


def text(thing: Any, name: str) -> str:
    """Give an attribute as stripped text; empty where it is missing."""
    value = attribute(thing, name)
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return " ".join(str(part) for part in value).strip()  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
    return str(value).strip()


def numbers(thing: Any, name: str) -> list[float]:
    """Give the numbers of an attribute as a list; empty where it is missing or holds text that is no number."""
    value = attribute(thing, name)
    if value is None:
        return []
    try:
        return [float(part) for part in np.ravel(np.asarray(value)).tolist()]
    except (TypeError, ValueError):
        return []


def is_numeric(variable: netCDF4.Variable[Any]) -> bool:
    """Whether a variable holds plain integers or floats."""
    dtype = variable.dtype
    return isinstance(dtype, np.dtype) and dtype.kind in "iuf"  # pyright: ignore[reportUnnecessaryIsInstance]


def packing(variable: netCDF4.Variable[Any]) -> Packing:
    """Read the attributes that give a variable's stored numbers their meaning."""
    dtype = np.dtype(variable.dtype)
    view = f"u{dtype.itemsize}" if unsigned(variable, dtype) else ""
    stored = np.dtype(view) if view else dtype
    fills = fill_values(variable, dtype, view)
    scale, offset = numbers(variable, "scale_factor"), numbers(variable, "add_offset")
    low, high = limits(variable)
    packed = bool(scale or offset)
    return Packing(
        fills=tuple(fill for fill in fills if fill == fill),
        low=low,
        high=high,
        limits_unpacked=packed and stored.kind in "iu" and limits_are_float(variable),
        scale=scale[0] if scale else 1.0,
        offset=offset[0] if offset else 0.0,
        view=view,
    )


def unsigned(variable: netCDF4.Variable[Any], dtype: np.dtype[Any]) -> bool:
    """Whether signed integers are to be read as unsigned."""
    return dtype.kind == "i" and text(variable, "_Unsigned").lower() == "true"


def fill_values(variable: netCDF4.Variable[Any], dtype: np.dtype[Any], view: str) -> list[Any]:
    """Collect the stored numbers that mean missing; the library's own default where the file names no fill."""
    found: list[Any] = []
    for name in MISSING_NAMES:
        for value in numbers_of(attribute(variable, name)):
            fitted = fit(value, dtype)
            if fitted is not None:
                found.append(fitted.view(view) if view else fitted)
    if attribute(variable, "_FillValue") is None and dtype.itemsize > 1:
        default = netCDF4.default_fillvals.get(dtype.str[1:])
        if default is not None:
            found.append(np.array(default).astype(dtype)[()])
    return found


def numbers_of(value: Any) -> list[Any]:
    """Give an attribute's numbers in their own type; text that is a number counts."""
    if value is None:
        return []
    if isinstance(value, str):
        try:
            return [float(value)]
        except ValueError:
            return []
    return list(np.ravel(np.asarray(value)))


def fit(value: Any, dtype: np.dtype[Any]) -> Any:
    """Turn a number into a variable's own type; None where that type cannot hold it."""
    with np.errstate(over="ignore", invalid="ignore"):
        fitted = np.array(value).astype(dtype)[()]
    if dtype.kind in "iu" and float(fitted) != float(value):
        return None
    return fitted


def limits(variable: netCDF4.Variable[Any]) -> tuple[float | None, float | None]:
    """Give the valid range; None = open."""
    both = numbers(variable, "valid_range")
    if len(both) == 2:
        return both[0], both[1]
    low, high = numbers(variable, "valid_min"), numbers(variable, "valid_max")
    return (low[0] if low else None), (high[0] if high else None)


def limits_are_float(variable: netCDF4.Variable[Any]) -> bool:
    """Whether the valid range is given as floats: then it speaks of unpacked values."""
    for name in ("valid_range", "valid_min", "valid_max"):
        value = attribute(variable, name)
        if value is not None:
            return np.asarray(value).dtype.kind == "f"
    return False


def decode(raw: NDArray[Any], how: Packing, dtype: type[np.floating[Any]] = np.float32) -> NDArray[Any]:
    """Turn stored numbers into values.

    Parameters
    ----------
    raw : ndarray
        Stored numbers; may be changed in place.
    how : Packing
    dtype : float type of the answer

    Returns
    -------
    ndarray
        Same shape; NaN = missing.
    """
    raw = np.asarray(raw)
    if not raw.dtype.isnative:
        raw = raw.astype(raw.dtype.newbyteorder("="))
    if how.view:
        raw = raw.view(how.view)
    bad = bad_cells(raw, how)
    if how.scale != 1.0 or how.offset != 0.0:
        values = np.asarray(raw * how.scale + how.offset, dtype)
    else:
        values = raw.astype(dtype, copy=False)
    if how.limits_unpacked:
        bad = either(bad, outside(values, how))
    if bad is not None and bad.any():
        values = values if values.flags.writeable else values.copy()
        values[bad] = np.nan
    return values


def bad_cells(raw: NDArray[Any], how: Packing) -> NDArray[np.bool_] | None:
    """Mark stored numbers that mean missing; None where nothing can be missing."""
    bad: NDArray[np.bool_] | None = None
    for fill in how.fills:
        bad = either(bad, raw == fill)
    if not how.limits_unpacked:
        bad = either(bad, outside(raw, how))
    return bad


def outside(values: NDArray[Any], how: Packing) -> NDArray[np.bool_] | None:
    """Mark numbers outside the valid range."""
    bad: NDArray[np.bool_] | None = None
    if how.low is not None:
        bad = values < limit(how.low, values.dtype)
    if how.high is not None:
        bad = either(bad, values > limit(how.high, values.dtype))
    return bad


def limit(value: float, dtype: np.dtype[Any]) -> Any:
    """Bring a limit to the type of float data, so that 1.2 in the file is not above 1.2 of the file."""
    return dtype.type(value) if dtype.kind == "f" else value


def either(a: NDArray[np.bool_] | None, b: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    """Join two masks of which any may be absent."""
    if a is None or b is None:
        return b if a is None else a
    return a | b


def fetch(variable: netCDF4.Variable[Any], index: Any = Ellipsis) -> NDArray[Any]:
    """Read stored numbers of a variable.

    Raises
    ------
    SourceUnavailable
        The file is damaged there, or is packed by a method this program does not have.
    """
    try:
        return np.asarray(variable[index])
    except (OSError, RuntimeError, IndexError) as fault:
        raise SourceUnavailable(
            "The values of {variable} cannot be read: {reason}.",
            where=str(variable.group().filepath()),
            remedy="The file may be incomplete or damaged there; copy it again from its origin.",
            variable=variable.name,
            reason=str(fault),
        ) from fault
