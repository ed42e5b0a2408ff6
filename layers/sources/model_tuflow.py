"""TUFLOW FV results: cells of three or four corners, values in their middles, layers from the surface down."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.extent import around_points
from layers.sources.cf_crs import crs_warnings
from layers.sources.cf_field import Field
from layers.sources.cf_time import decode_time
from layers.sources.cf_values import fetch, is_numeric, text
from layers.sources.connectivity import anticlockwise, faces_of
from layers.sources.model_netcdf import FieldColumn, described
from layers.sources.model_part import ModelPart, Quantity
from layers.sources.source import LayerDescription, Topology
from layers.sources.ugrid import connectivity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.sources.cf_scan import Scope
    from layers.sources.model_part import Column

CELLS, LAYERED = "NumCells2D", "NumCells3D"
TITLES = {
    "H": "Water level",
    "D": "Water depth",
    "ZB": "Ground height",
    "cell_Zb": "Ground height",
    "V_x": "Flow velocity, x",
    "V_y": "Flow velocity, y",
    "max_V_x": "Flow velocity, x, greatest recorded",
    "max_V_y": "Flow velocity, y, greatest recorded",
    "max_H": "Water level, greatest recorded",
    "max_D": "Water depth, greatest recorded",
}
DEPTH = "sea_floor_depth_below_sea_surface"
"""The CF name of what TUFLOW FV calls D: the depth of the water."""
LEFT_OUT = re.compile(r"cell_[XYA]$|max_ZB$|maxtime_ZB$")
"""The place of cells, and when the bed was highest, which is no result."""


@dataclass(frozen=True, slots=True)
class Layered:
    """A variable with a value for each layer of each cell; level 0 is the layer at the surface.

    Parameters
    ----------
    field : Field
        Its places are the layers of all cells, cell after cell from the surface down.
    first : ndarray, int64, (cells,)
        Place of each cell's surface layer.
    number : ndarray, int64, (cells,)
        Layers of each cell; a level a cell does not have is NaN.
    """

    field: Field
    first: NDArray[np.int64]
    number: NDArray[np.int64]

    @property
    def steps(self) -> int:
        """Number of steps."""
        return self.field.steps if self.field.time is not None else 1

    @property
    def levels(self) -> int:
        """Number of layers of the cell that has most."""
        return max(int(self.number.max(initial=1)), 1)

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.first)

    def block(self, first: int, last: int, low: int, high: int, level: int = 0) -> NDArray[Any]:
        """Read the span of the cells' layers and pick one of each cell."""
        rows = last - first if self.steps > 1 else 1
        here = self.number[low:high] > level
        out = np.full((max(rows, 0), high - low), np.nan, np.float32)
        wanted = (self.first[low:high] + level)[here]
        if len(wanted):
            least = int(wanted.min())
            held = FieldColumn(self.field).block(first, last, least, int(wanted.max()) + 1)
            out[:, here] = held[:, wanted - least]
        return out


def parts(scope: Scope) -> list[Any]:
    """Make the layer of a TUFLOW FV file."""
    group = scope.group
    time = group.variables.get("ResTime")
    decoded = decode_time(time, scope.path) if time is not None else None
    axis = decoded.axis if decoded else None
    x, y = (np.asarray(fetch(group.variables[name]), np.float64) for name in ("node_X", "node_Y"))
    box = around_points(x, y)
    degrees = text(group, "spherical").lower() == "true"
    held = quantities(scope, len(axis) if axis is not None else 0, decoded.order if decoded else None)
    levels = max((one.column.levels for one in held), default=1)
    facts = LayerDescription(
        key="",
        kind="mesh",
        bounds=box,
        time=axis,
        counts={"nodes": len(x), "faces": int(group.dimensions[CELLS].size)},
        warnings=(*crs_warnings(None, box, [], geographic=degrees), *(decoded.warnings if decoded else ())),
        extra={"levels": {one.variable.name: levels_of(levels) for one in held if one.column.levels > 1}},
    )

    def topology() -> Topology:
        table, present = connectivity(group.variables["cell_node"], CELLS, len(x), scope.path)
        corners = fetch(group.variables["cell_Nvert"]).astype(np.int64)
        columns: NDArray[np.int64] = np.arange(int(table.shape[1]), dtype=np.int64)
        inside: NDArray[np.bool_] = columns < corners[:, None]
        kept = inside if present is None else inside & present
        faces = anticlockwise(x, y, faces_of(table, kept))
        bed = group.variables.get("node_Zb")
        return Topology(
            x, y, faces.offsets, faces.nodes, node_z=None if bed is None else np.asarray(fetch(bed), np.float64)
        )

    return [ModelPart(facts, topology, held, scope.path, {"V_x_V_y": "V", "max_V_x_max_V_y": "max_V"})]


def levels_of(count: int) -> list[dict[str, Any]]:
    """Describe the layers of a variable."""
    return [{"dimension": LAYERED, "size": count}]


def quantities(scope: Scope, steps: int, order: NDArray[np.int64] | None) -> list[Quantity]:
    """Gather the variables of cells and of their layers; water depth and level first."""
    group = scope.group
    layers = None
    if "idx3" in group.variables and "NL" in group.variables:
        layers = tuple(np.asarray(fetch(group.variables[name]), np.int64) for name in ("idx3", "NL"))
    found: list[Quantity] = []
    for name, one in group.variables.items():
        place = one.dimensions[-1:]
        moving = one.ndim == 2 and one.dimensions[0] == "Time"
        if place not in ((CELLS,), (LAYERED,)) or not is_numeric(one) or one.dtype.kind != "f":
            continue
        if LEFT_OUT.match(str(name)) or (one.ndim == 2 and not (moving and steps)) or one.ndim > 2:
            continue
        field = Field(one, (one.ndim - 1,), 0 if moving else None, steps if moving else 1, order if moving else None)
        column: Column = FieldColumn(field)
        if place == (LAYERED,) and layers is not None:
            column = Layered(field, layers[0] - 1, layers[1])
        variable = described(field, "face", TITLES)
        if name == "D":
            variable = replace(variable, standard_name=DEPTH)
        if str(name).startswith("maxtime_"):
            # The file writes the unit of the quantity; the numbers are times, counted as those of the steps are.
            units = text(group.variables["ResTime"], "units").split(" since")[0] if steps else None
            variable = replace(variable, units=units)
        found.append(Quantity(variable, column))
    first = ("D", "H")
    return sorted(found, key=lambda one: first.index(one.variable.name) if one.variable.name in first else 2)
