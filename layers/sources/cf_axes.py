"""Which coordinate of a NetCDF file plays which part, and the cells a regular axis has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.sources.cf_time import is_time
from layers.sources.cf_values import decode as decode_values
from layers.sources.cf_values import fetch, is_numeric, packing, text

if TYPE_CHECKING:
    import netCDF4
    from numpy.typing import NDArray

EAST_UNITS = {"degrees_east", "degree_east", "degrees_e", "degree_e", "degreese", "degreee"}
NORTH_UNITS = {"degrees_north", "degree_north", "degrees_n", "degree_n", "degreesn", "degreen"}
X_NAMES = {"x", "lon", "lons", "long", "longitude", "easting", "xc", "rlon", "nav_lon", "x_coordinate", "经度"}
Y_NAMES = {"y", "lat", "lats", "latitude", "northing", "yc", "rlat", "nav_lat", "y_coordinate", "纬度"}
Z_NAMES = {"z", "depth", "deptht", "depthu", "depthv", "lev", "level", "height", "altitude", "sigma", "layer", "s_rho"}
X_STANDARD = {"longitude", "projection_x_coordinate", "grid_longitude"}
Y_STANDARD = {"latitude", "projection_y_coordinate", "grid_latitude"}
REGULAR_SHARE = 0.02
"""Largest distance of a cell centre from the regular one, as a share of the cell: invisible on a map."""
MOST_CELLS = 20_000
"""Most cells an irregular axis is spread over."""


def role(variable: netCDF4.Variable[Any]) -> str:
    """Tell the part a coordinate plays: ``x``, ``y``, ``z``, ``t`` or empty."""
    units, standard = text(variable, "units").lower(), text(variable, "standard_name").lower()
    if units in EAST_UNITS or standard in X_STANDARD:
        return "x"
    if units in NORTH_UNITS or standard in Y_STANDARD:
        return "y"
    axis = text(variable, "axis").upper()
    if axis in {"X", "Y", "Z"}:
        return axis.lower()
    if is_time(variable):
        return "t"
    name = variable.name.lower()
    for part, names in (("x", X_NAMES), ("y", Y_NAMES), ("z", Z_NAMES)):
        if name in names:
            return part
    vertical = text(variable, "positive").lower() in {"up", "down"}
    return "z" if vertical or standard in {"depth", "height", "altitude"} or "sigma" in standard else ""


def is_degrees(variable: netCDF4.Variable[Any]) -> bool:
    """Whether a horizontal coordinate is longitude or latitude, of the earth and not of a turned pole."""
    standard = text(variable, "standard_name").lower()
    if standard:
        return standard in {"longitude", "latitude"}
    if text(variable, "units").lower() in EAST_UNITS | NORTH_UNITS:
        return True
    degrees = text(variable, "units").lower() in {"degrees", "degree", "deg", "°", ""}
    return degrees and variable.name.lower() in (X_NAMES | Y_NAMES) - {"x", "y", "xc", "yc", "rlon", "rlat"} - {
        "easting", "northing", "x_coordinate", "y_coordinate",
    }  # fmt: skip


def coordinate(scope: Any, dimension: str, parts: str = "xyzt") -> netCDF4.Variable[Any] | None:
    """Find the coordinate variable of a dimension: of its own name, else the only one along it with a part."""
    own = lookup(scope, dimension)
    if own is not None and own.dimensions == (dimension,) and (role(own) in set(parts)):
        return own
    along = [
        one
        for one in scope.variables.values()
        if one.dimensions[:1] == (dimension,)
        and (one.ndim == 1 or (one.ndim == 2 and one.dtype == np.dtype("S1")))
        and role(one) in set(parts)
    ]
    return along[0] if len(along) == 1 else next((one for one in along if is_time(one)), None)


def lookup(scope: Any, name: str) -> netCDF4.Variable[Any] | None:
    """Find a variable in a group or the groups around it."""
    place = scope
    while place is not None:
        if name in place.variables:
            return place.variables[name]
        place = place.parent
    return None


def coordinate_values(variable: netCDF4.Variable[Any]) -> NDArray[np.float64]:
    """Read a coordinate as float64, NaN where it has none; the valid range of coordinates is not asked."""
    how = packing(variable)
    open_ended = type(how)(how.fills, None, None, False, how.scale, how.offset, how.view)
    return decode_values(fetch(variable).copy(), open_ended, np.float64)


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a regular grid as it is shown.

    ``dimension`` of the file; ``low`` and ``high`` are outer cell edges in map units; ``take`` gives for each shown
    cell (west to east, or north to south) its index in the file; ``regular`` False: cells were spread by nearest.
    ``shift`` was added to the file's coordinates (turns of longitude).
    """

    dimension: str
    low: float
    high: float
    take: NDArray[np.int64]
    regular: bool = True
    shift: float = 0.0

    @property
    def cell(self) -> float:
        """Size of a cell in map units."""
        return (self.high - self.low) / len(self.take)


def axis_of(
    scope: Any, variable: netCDF4.Variable[Any], *, downwards: bool, turn: bool, fallback: float | None = None
) -> Axis | None:
    """Build an axis from its one-dimensional coordinate.

    Parameters
    ----------
    downwards : bool
        Show from high to low (north first) instead of low to high (west first).
    turn : bool
        The coordinate is a longitude: bring it to -180..180 where nothing is torn apart by that.
    fallback : float or None
        Cell size for an axis with one cell and no bounds.

    Returns
    -------
    Axis or None
        None where values are missing, repeated or not monotone.
    """
    values = coordinate_values(variable)
    if not len(values) or not np.isfinite(values).all():
        return None
    steps = np.diff(values)
    if len(steps) and not ((steps > 0).all() or (steps < 0).all()):
        return None
    rising = values if len(values) < 2 or values[-1] > values[0] else values[::-1]
    edges = cell_edges(rising, bounds_of(scope, variable, falling=rising is not values), fallback)
    if edges is None:
        return None
    take = np.arange(len(values), dtype=np.int64)
    take = take if rising is values else take[::-1]
    low, high, take, regular = spread(rising, edges, take)
    shift = 0.0
    if turn:
        low, high, take, shift = turned(low, high, take)
    return Axis(variable.dimensions[0], low, high, take[::-1] if downwards else take, regular, shift)


def bounds_of(scope: Any, variable: netCDF4.Variable[Any], *, falling: bool) -> NDArray[np.float64] | None:
    """Read cell bounds (n, 2) that a coordinate names, in rising order; None where it names none."""
    named = lookup(scope, text(variable, "bounds")) if text(variable, "bounds") else None
    if named is None or named.shape != (*variable.shape, 2) or not is_numeric(named):
        return None
    both = np.sort(coordinate_values(named), axis=1)
    if not np.isfinite(both).all():
        return None
    return both[::-1] if falling else both


def cell_edges(
    rising: NDArray[np.float64], bounds: NDArray[np.float64] | None, fallback: float | None
) -> NDArray[np.float64] | None:
    """Give the n + 1 edges of n cells: from their bounds, else half-way between centres."""
    if bounds is not None:
        gaps = np.abs(bounds[1:, 0] - bounds[:-1, 1])
        if not len(gaps) or gaps.max() <= 1e-3 * float(np.min(bounds[:, 1] - bounds[:, 0])):
            return np.append(bounds[:, 0], bounds[-1, 1])
    if len(rising) == 1:
        return None if fallback is None else np.array([rising[0] - fallback / 2, rising[0] + fallback / 2])
    middle = (rising[1:] + rising[:-1]) / 2
    return np.concatenate([[rising[0] - (middle[0] - rising[0])], middle, [rising[-1] + (rising[-1] - middle[-1])]])


def spread(
    rising: NDArray[np.float64], edges: NDArray[np.float64], take: NDArray[np.int64]
) -> tuple[float, float, NDArray[np.int64], bool]:
    """Keep a regular axis as it is; spread an irregular one over regular cells by nearest."""
    count = len(rising)
    low, high = tidy(edges[0]), tidy(edges[-1])
    if count == 1:
        return low, high, take, True
    first, last = float(rising[0]), float(rising[-1])
    step = (last - first) / (count - 1)
    if np.abs(rising - np.linspace(first, last, count)).max() <= REGULAR_SHARE * step:
        # Even edges are free of the dust of the two outermost centres, but bounds that say otherwise hold.
        even_low, even_high = tidy(first - step / 2), tidy(last + step / 2)
        if max(abs(even_low - low), abs(even_high - high)) <= 2 * REGULAR_SHARE * step:
            low, high = even_low, even_high
        return low, high, take, True
    sizes: NDArray[np.float64] = np.diff(edges)
    cells = min(math.ceil((high - low) / float(sizes.min())), MOST_CELLS)
    centres = low + (np.arange(cells) + 0.5) * (high - low) / cells
    nearest = np.clip(np.searchsorted(edges, centres, side="right") - 1, 0, count - 1)
    return low, high, take[nearest], False


def tidy(edge: float) -> float:
    """Round the dust of binary numbers off an edge: twelve significant digits."""
    return float(f"{float(edge):.12g}")


def turned(low: float, high: float, take: NDArray[np.int64]) -> tuple[float, float, NDArray[np.int64], float]:
    """Bring longitudes of 0..360 to -180..180: by a shift, or for the whole earth by rolling the columns."""
    cell = (high - low) / len(take)
    if low >= 180.0 - cell / 2:
        return tidy(low - 360.0), tidy(high - 360.0), take, -360.0
    if high > 180.0 + cell and abs(high - low - 360.0) < cell / 2:
        columns = math.ceil((high - cell / 2 - 180.0) / cell - 1e-6)
        return tidy(low - columns * cell), tidy(high - columns * cell), np.roll(take, columns), 0.0
    return low, high, take, 0.0
