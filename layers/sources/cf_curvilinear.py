"""Grids whose cells follow curved or turned lines: shown as a mesh of quadrangles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.extent import around_points
from layers.sources.cf_axes import coordinate_values, is_degrees, lookup, role
from layers.sources.cf_crs import file_crs
from layers.sources.cf_mesh import MeshPart
from layers.sources.cf_scan import timed
from layers.sources.cf_values import is_numeric, text
from layers.sources.connectivity import Faces, anticlockwise
from layers.sources.source import Topology, Warned

if TYPE_CHECKING:
    from collections.abc import Sequence

    import netCDF4
    from numpy.typing import NDArray

    from layers.extent import Extent
    from layers.sources.cf_scan import Scope
    from layers.sources.source import Location


@dataclass(slots=True)
class Quads:
    """The cells of a curvilinear grid.

    ``corner_x``/``corner_y`` are (rows + 1, columns + 1), shared by neighbours, or (rows, columns, 4).
    """

    x: netCDF4.Variable[Any]
    y: netCDF4.Variable[Any]
    corner_x: NDArray[np.float64]
    corner_y: NDArray[np.float64]
    geographic: bool
    kept: NDArray[np.int64] | None
    title: str = ""
    warnings: list[Warned] = field(default_factory=list[Warned])

    @property
    def coordinates(self) -> Sequence[netCDF4.Variable[Any]]:
        """The variables that hold the cell centres."""
        return (self.x, self.y)

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of nodes and faces."""
        faces = int(self.x.size) if self.kept is None else len(self.kept)
        return {"nodes": int(self.corner_x.size), "faces": faces}

    def box(self) -> Extent | None:
        """Give the box around the corners."""
        return around_points(self.corner_x.ravel(), self.corner_y.ravel())

    def topology(self) -> Topology:
        """Give corners as nodes and cells as quadrangles, anticlockwise."""
        rows, columns = self.x.shape
        if self.corner_x.ndim == 3:
            table = np.arange(rows * columns * 4).reshape(-1, 4)
        else:
            first = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
            table = np.stack([first, first + 1, first + columns + 2, first + columns + 1], axis=1)
        if self.kept is not None:
            table = table[self.kept]
        x, y = self.corner_x.ravel(), self.corner_y.ravel()
        offsets = np.arange(len(table) + 1, dtype=np.int64) * 4
        faces = anticlockwise(x, y, Faces(offsets, table.astype(np.int32).ravel()))
        return Topology(x, y, faces.offsets, faces.nodes)


def centres_of(
    scope: Any, variable: netCDF4.Variable[Any]
) -> tuple[netCDF4.Variable[Any], netCDF4.Variable[Any]] | None:
    """Find the two-dimensional coordinates of a quantity; None where it has none."""
    named = [lookup(scope, word) for word in text(variable, "coordinates").split()]
    pool = [one for one in named if one is not None] or list(scope.variables.values())
    flat = [
        one for one in pool if one.ndim == 2 and is_numeric(one) and set(one.dimensions) <= set(variable.dimensions)
    ]
    x = next((one for one in flat if role(one) == "x"), None)
    y = next((one for one in flat if role(one) == "y" and x is not None and one.dimensions == x.dimensions), None)
    return (x, y) if x is not None and y is not None else None


def quads_of(scope: Scope, x: netCDF4.Variable[Any], y: netCDF4.Variable[Any]) -> Quads:
    """Build the cells around two-dimensional centres: from bounds, from corner coordinates, else half-way."""
    centre_x, centre_y = coordinate_values(x), coordinate_values(y)
    geographic = is_degrees(x) and is_degrees(y)
    warnings: list[Warned] = []
    corners = named_corners(scope, x, y)
    if corners is None:
        corners = corners_between(centre_x, geographic=geographic), corners_between(centre_y, geographic=False)
        warnings.append(
            Warned(
                "corners_estimated",
                "The file holds no cell corners; they are set half-way between the cell centres.",
                "",
            )
        )
    fine = np.isfinite(centre_x) & np.isfinite(centre_y) & whole_cells(*corners)
    kept = None if fine.all() else np.flatnonzero(fine.ravel()).astype(np.int64)
    return Quads(x, y, corners[0], corners[1], geographic, kept, warnings=warnings)


def named_corners(
    scope: Scope, x: netCDF4.Variable[Any], y: netCDF4.Variable[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Read the corners a file gives: CF bounds (rows, columns, 4), or SGRID corners (rows + 1, columns + 1)."""
    bounds = [lookup(scope.group, text(one, "bounds")) if text(one, "bounds") else None for one in (x, y)]
    if bounds[0] is not None and bounds[1] is not None and bounds[0].shape == bounds[1].shape == (*x.shape, 4):
        return coordinate_values(bounds[0]), coordinate_values(bounds[1])
    shape = tuple(n + 1 for n in x.shape)
    for one in scope.group.variables.values():
        if text(one, "cf_role") != "grid_topology" or str(x.name) not in text(one, "face_coordinates").split():
            continue
        for naming in ("corner_coordinates", "node_coordinates"):
            named = [lookup(scope.group, word) for word in text(one, naming).split()]
            pair = [one for one in named if one is not None and one.shape == shape]
            if len(pair) == 2:
                east = next((one for one in pair if role(one) == "x"), pair[0])
                north = next(one for one in pair if one is not east)
                return coordinate_values(east), coordinate_values(north)
    return None


def corners_between(centres: NDArray[np.float64], *, geographic: bool) -> NDArray[np.float64]:
    """Set corners half-way between centres, and as far outside them; NaN centres are continued from beside."""
    values = np.unwrap(np.unwrap(centres, period=360, axis=0), period=360, axis=1) if geographic else centres
    for axis in (0, 1):
        if values.shape[axis] == 1:
            return np.full((centres.shape[0] + 1, centres.shape[1] + 1), np.nan)
        first, last = np.take(values, [0], axis), np.take(values, [-1], axis)
        before, after = 2 * first - np.take(values, [1], axis), 2 * last - np.take(values, [-2], axis)
        wide = np.concatenate([before, values, after], axis=axis)
        size = wide.shape[axis]
        values = (np.take(wide, range(size - 1), axis) + np.take(wide, range(1, size), axis)) / 2
    return values


def whole_cells(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark cells whose four corners are known."""
    fine = np.isfinite(x) & np.isfinite(y)
    if fine.ndim == 3:
        return np.asarray(fine.all(axis=2))
    return fine[:-1, :-1] & fine[1:, :-1] & fine[:-1, 1:] & fine[1:, 1:]


def is_turned(scope: Scope, variable: netCDF4.Variable[Any], plane: tuple[str, str] | None) -> bool:
    """Whether a quantity is better placed by its two-dimensional coordinates than by its axes.

    That is so where it has no axes, where they are those of a turned pole, or where no system is named for them.
    """
    if plane is None:
        return True
    crs, mapping, _ = file_crs(scope.group, [variable])
    turned = mapping is not None and text(mapping, "grid_mapping_name") == "rotated_latitude_longitude"
    return turned or crs is None


def curvilinear_parts(
    scope: Scope, members: Sequence[tuple[netCDF4.Variable[Any], tuple[netCDF4.Variable[Any], netCDF4.Variable[Any]]]]
) -> list[MeshPart]:
    """Make one layer for each pair of two-dimensional coordinates (more where time axes differ).

    Parameters
    ----------
    members : sequence of (variable, (x, y))
    """
    groups: dict[str, tuple[Quads, list[tuple[netCDF4.Variable[Any], tuple[str, ...]]]]] = {}
    for variable, (x, y) in members:
        key = f"{x.name},{y.name}"
        if key not in groups:
            groups[key] = (quads_of(scope, x, y), [])
        groups[key][1].append((variable, tuple(x.dimensions)))
    parts: list[MeshPart] = []
    for key, (quads, inside) in groups.items():
        for group in timed(scope, inside):
            locations: dict[str, Location] = {one.name: "face" for one in group.fields}
            parts.append(MeshPart(scope, f"{scope.prefix}{key}{group.suffix}", quads, group, locations))
    return parts
