"""One two-dimensional flow area of HEC-RAS: cells, water, and the velocity rebuilt from its faces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.extent import around_points
from layers.sources.connectivity import anticlockwise, faces_of
from layers.sources.hdf5 import Stored, is_table
from layers.sources.model_part import Column, Computed, ModelPart, Quantity
from layers.sources.place import place_warnings
from layers.sources.source import LayerDescription, Topology, Variable, Warned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.times import TimeAxis

GHOST_POINTS = 3
"""Cells with fewer face points have no area: they stand for the boundary."""
DEPTH_MADE = "Depth, rebuilt"
MOST_MADE = "Greatest depth, rebuilt"
VELOCITY_MADE = "Flow velocity, rebuilt"
TITLES = {
    "Water Surface": "Water level",
    "Maximum Water Surface": "Water level, greatest recorded",
    "Minimum Water Surface": "Water level, least recorded",
    "Face Velocity": "Velocity normal to the side",
    "Maximum Face Velocity": "Velocity normal to the side, greatest recorded",
    "Minimum Face Velocity": "Velocity normal to the side, least recorded",
    "Cells Minimum Elevation": "Lowest ground of the cell",
}
"""What tables of HEC-RAS are called here."""


@dataclass(slots=True)
class Area:
    """The groups of one flow area; ``results`` and ``maxima`` are None where the file has none."""

    name: str
    path: str
    geometry: Any
    results: Any
    maxima: Any
    _points: NDArray[np.float64] | None = field(default=None, init=False)

    @property
    def cells(self) -> int:
        """Number of cells, those of the boundary included."""
        return int(self.geometry["Cells FacePoint Indexes"].shape[0])

    @property
    def faces(self) -> int:
        """Number of faces: the sides of cells."""
        return int(self.table("Faces FacePoint Indexes", None, 2).shape[0])

    def table(self, name: str, *shape: int | None) -> Any:
        """Give a dataset of the geometry.

        Raises
        ------
        DataError
            It is missing or has another shape.
        """
        found = self.geometry.get(name)
        if not is_table(found, *shape):
            raise DataError(
                "The flow area {area} lacks its table {table}.",
                where=self.path,
                remedy="Open the plan file (.p01.hdf) that HEC-RAS wrote with its whole geometry.",
                area=self.name,
                table=name,
            )
        return found

    def points(self) -> NDArray[np.float64]:
        """Read the face points, once: float64 (points, 2)."""
        if self._points is None:
            self._points = np.asarray(self.table("FacePoints Coordinate", None, 2)[:], np.float64)
        return self._points

    def topology(self) -> Topology:
        """Read cells and sides; sides are straight from face point to face point.

        Raises
        ------
        DataError
            A cell names a face point that does not exist.
        """
        x, y = np.ascontiguousarray(self.points().T)
        table = np.asarray(self.geometry["Cells FacePoint Indexes"][:], np.int64)
        sides = np.asarray(self.table("Faces FacePoint Indexes", None, 2)[:], np.int32)
        highest = max(int(table.max(initial=-1)), int(sides.max(initial=-1)))
        if highest >= len(x) or int(sides.min(initial=0)) < 0:
            raise DataError(
                "{variable} names node {node}, but there are only {nodes} nodes (counted from {start}).",
                where=self.path,
                remedy="Copy the file again from its origin; it may be damaged.",
                variable="Cells FacePoint Indexes",
                node=highest,
                nodes=len(x),
                start=0,
            )
        faces = anticlockwise(x, y, faces_of(table, table >= 0))
        return Topology(x, y, faces.offsets, faces.nodes, sides)

    def ghosts(self) -> NDArray[np.bool_]:
        """Mark the cells of the boundary, which have no area."""
        table = np.asarray(self.geometry["Cells FacePoint Indexes"][:])
        return (table >= 0).sum(axis=1) < GHOST_POINTS


@dataclass(slots=True)
class CellVelocity:
    """One component of the velocity in the cells, rebuilt from the velocities normal to their faces.

    HEC-RAS stores for each face the velocity along the face's normal. For each cell that vector u is taken whose
    normal parts n·u differ least from those of the cell's faces, in the sum of squares weighted by the faces' lengths
    L: u = (Σ L n nᵀ)⁻¹ Σ L n v. NaN in cells of the boundary and where all normals are parallel.

    Parameters
    ----------
    normal : Column
        Velocity along each face's normal.
    area : Area
    component : int
        0 = east, 1 = north.
    """

    normal: Column
    area: Area
    component: int
    _made: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]] | None = field(default=None, init=False)

    @property
    def steps(self) -> int:
        """Number of steps."""
        return self.normal.steps

    @property
    def levels(self) -> int:
        """One."""
        return 1

    @property
    def count(self) -> int:
        """Number of cells."""
        return self.area.cells

    def block(self, first: int, last: int, low: int, high: int, level: int = 0) -> NDArray[Any]:
        """Rebuild a block out of the faces of the cells asked for."""
        offsets, faces, weights = self._weights()
        start, stop = int(offsets[low]), int(offsets[high])
        out = np.full((max(last - first, 0), high - low), np.nan)
        if start == stop:
            return out
        used = faces[start:stop]
        least = int(used.min())
        given = self.normal.block(first, last, least, int(used.max()) + 1)
        sums = np.concatenate(
            (np.zeros((len(given), 1)), np.cumsum(given[:, used - least] * weights[start:stop], axis=1)), axis=1
        )
        edges = offsets[low : high + 1] - start
        out[:] = sums[:, edges[1:]] - sums[:, edges[:-1]]
        out[:, np.diff(edges) == 0] = np.nan
        return out

    def _weights(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Give, cell by cell, its faces and the share each face's velocity has in the component."""
        if self._made is None:
            self._made = shares(self.area, self.component)
        return self._made


def shares(area: Area, component: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Solve the normal equations of all cells: offsets (cells + 1,), faces and weights (entries,)."""
    beside = np.asarray(area.table("Faces Cell Indexes", None, 2)[:], np.int64)
    normal = np.asarray(area.table("Faces NormalUnitVector and Length", None, 3)[:], np.float64)
    cells = beside.ravel()
    faces = np.repeat(np.arange(len(beside)), 2)
    inside = (cells >= 0) & (cells < area.cells)
    inside[inside] &= ~area.ghosts()[cells[inside]]
    cells, faces = cells[inside], faces[inside]
    order = np.argsort(cells, kind="stable")
    cells, faces = cells[order], faces[order]
    nx, ny, length = normal[faces].T
    xx, xy, yy = (np.bincount(cells, length * a * b, area.cells) for a, b in ((nx, nx), (nx, ny), (ny, ny)))
    det = xx * yy - xy * xy
    det[det <= 1e-9 * (xx + yy) ** 2] = np.nan
    with np.errstate(all="ignore"):
        rows = (yy / det, -xy / det) if component == 0 else (-xy / det, xx / det)
    weights = length * (rows[0][cells] * nx + rows[1][cells] * ny)
    offsets = np.zeros(area.cells + 1, np.int64)
    np.cumsum(np.bincount(cells, minlength=area.cells), out=offsets[1:])
    return offsets, faces.astype(np.int64), weights


@dataclass(frozen=True, slots=True)
class Reordered:
    """A column whose steps stand in another order in the file."""

    column: Column
    order: NDArray[np.int64]
    levels: int = 1

    @property
    def steps(self) -> int:
        """Number of steps shown."""
        return len(self.order)

    @property
    def count(self) -> int:
        """Number of places."""
        return self.column.count

    def block(self, first: int, last: int, low: int, high: int, level: int = 0) -> NDArray[Any]:
        """Read the span of the steps asked for and put them in order."""
        wanted = self.order[first:last]
        least = int(wanted.min()) if len(wanted) else 0
        held = self.column.block(least, int(wanted.max(initial=-1)) + 1, low, high, level)
        return held[wanted - least]


def above(surface: NDArray[Any], ground: NDArray[Any]) -> NDArray[Any]:
    """Give the water over the ground, 0 where it is dry."""
    return np.maximum(surface - ground, 0.0)


def area_of(
    area: Area,
    unit: str | None,
    axis: TimeAxis | None,
    order: NDArray[np.int64] | None,
    place: tuple[str | None, list[Warned]],
) -> ModelPart:
    """Make the layer of a flow area.

    Parameters
    ----------
    area : Area
    unit : str or None
        Unit of lengths of the project: m or ft.
    axis, order
        Moments, and their steps in the file where they differ.
    place : (crs, warnings)
    """
    points = area.points()
    box = around_points(points[:, 0], points[:, 1])
    system, warned = place
    told = any(one.code.startswith("crs") for one in warned)
    warnings: list[Warned] = [*warned, *(() if told else place_warnings(system, box))]
    held = quantities(area, unit, len(axis) if axis is not None else 0, order)
    warnings += remarks(held, unit)
    facts = LayerDescription(
        key=area.name,
        kind="mesh",
        title=area.name,
        crs=system,
        bounds=box,
        time=axis,
        counts={"nodes": len(points), "faces": area.cells, "edges": area.faces},
        warnings=tuple(warnings),
    )
    return ModelPart(facts, area.topology, held, area.path, {"velocity_x_velocity_y": "velocity"})


def remarks(held: list[Quantity], unit: str | None) -> list[Warned]:
    """Say what was rebuilt, and that the unit of lengths is not known."""
    found: list[Warned] = []
    made = [one.variable.name for one in held if one.variable.title in (DEPTH_MADE, MOST_MADE, VELOCITY_MADE)]
    if made:
        found.append(
            Warned(
                "rebuilt",
                "The file does not hold {names}; they are rebuilt: depths as water level less the lowest ground of the "
                "cell, velocities as the vector that fits best those normal to the cell's sides.",
                "See the page on results of models in the handbook.",
                {"names": ", ".join(made)},
            )
        )
    if unit is None:
        found.append(
            Warned(
                "units_missing",
                "The file does not say whether its lengths are metres or feet.",
                "Ask where the file comes from.",
            )
        )
    return found


def quantities(area: Area, unit: str | None, steps: int, order: NDArray[np.int64] | None) -> list[Quantity]:
    """Gather what the file stores for cells and faces, and what is rebuilt from it."""
    blank = area.ghosts()
    ground = area.geometry.get("Cells Minimum Elevation")
    bed = Stored(ground, area.cells, blank=blank) if is_table(ground, area.cells) else None
    found = stored(area, unit, steps, order, blank)
    names = {one.variable.name: one.column for one in found}
    surface, normal = names.get("Water Surface"), names.get("Face Velocity")
    if surface is not None and bed is not None and "Depth" not in names:
        column = Computed(above, (surface, bed))
        found.insert(0, Quantity(Variable("Depth", unit, "face", title=DEPTH_MADE), column))
    if normal is not None and area.geometry.get("Faces NormalUnitVector and Length") is not None:
        speed = f"{unit}/s" if unit else None
        for number, name in enumerate(("velocity_x", "velocity_y")):
            column = CellVelocity(normal, area, number)
            found.append(Quantity(Variable(name, speed, "face", title=VELOCITY_MADE), column))
    found += recorded(area, unit, blank, bed)
    if bed is not None:
        found.append(
            Quantity(Variable("Cells Minimum Elevation", unit, "face", title=title_of("Cells Minimum Elevation")), bed)
        )
    return found


def stored(
    area: Area, unit: str | None, steps: int, order: NDArray[np.int64] | None, blank: NDArray[np.bool_]
) -> list[Quantity]:
    """Give the tables of the results that have one number for each step and cell or face."""
    found: list[Quantity] = []
    for name, table in area.results.items() if area.results is not None and steps else ():
        if not is_table(table, None, None) or table.dtype.kind != "f":
            continue
        on_cells, on_faces = table.shape[1] == area.cells, table.shape[1] == area.faces
        if not (on_cells or on_faces) or table.shape[0] < steps:
            continue
        column: Column = Stored(table, int(table.shape[1]), blank=blank if on_cells else None)
        if order is not None or column.steps != steps:
            column = Reordered(column, order if order is not None else np.arange(steps))
        variable = Variable(
            str(name), unit_of(str(name), unit), "face" if on_cells else "edge", title=title_of(str(name))
        )
        found.append(Quantity(variable, column))
    first = ("Depth", "Water Surface")
    return sorted(found, key=lambda one: first.index(one.variable.name) if one.variable.name in first else 2)


def recorded(area: Area, unit: str | None, blank: NDArray[np.bool_], bed: Stored | None) -> list[Quantity]:
    """Give the largest and least values that HEC-RAS recorded while it ran, between the steps too."""
    found: list[Quantity] = []
    for name in ("Maximum Water Surface", "Minimum Water Surface", "Maximum Face Velocity", "Minimum Face Velocity"):
        table = area.maxima.get(name) if area.maxima is not None else None
        count = area.faces if "Face" in name else area.cells
        if not is_table(table, None, count):
            continue
        on_cells = "Face" not in name
        column = Stored(table, count, row=0, blank=blank if on_cells else None)
        variable = Variable(name, unit_of(name, unit), "face" if on_cells else "edge", title=title_of(name))
        found.append(Quantity(variable, column))
        if name == "Maximum Water Surface" and bed is not None:
            depth = Variable("Maximum Depth", unit, "face", title=MOST_MADE)
            found.append(Quantity(depth, Computed(above, (column, bed))))
    return found


def title_of(name: str) -> str:
    """Give what a table is called."""
    return TITLES.get(name, name)


def unit_of(name: str, unit: str | None) -> str | None:
    """Give the unit of a table of HEC-RAS by its name and the unit of lengths; None where it is not known."""
    if unit is None:
        return None
    if "Velocity" in name:
        return f"{unit}/s"
    if "Shear Stress" in name:
        return "N/m2" if unit == "m" else "lbf/ft2"
    if name.endswith(("Water Surface", "Depth", "Elevation")):
        return unit
    return None
