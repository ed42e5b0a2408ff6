"""A layer of kind mesh out of a NetCDF file: its places, values, series and ranges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from layers.sources.cf_crs import crs_warnings, file_crs, vertical_datum
from layers.sources.cf_field import slow_warning
from layers.sources.cf_quantities import Quantities, wrong_request
from layers.sources.source import (
    Block,
    LayerDescription,
    Request,
    SeriesRequest,
    StatisticsRequest,
    Topology,
    TopologyRequest,
    Values,
    ValuesRequest,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import netCDF4
    from numpy.typing import NDArray

    from layers.extent import Extent
    from layers.sources.cf_field import Field
    from layers.sources.cf_scan import Scope, Timed
    from layers.sources.source import Location, Statistics

LONG, BEYOND = 2.5, 0.15
"""Where all values span this many times the range of 96 % of them, at most this share of the area lies beyond."""


class Shape(Protocol):
    """The nodes and faces of a mesh, before its values."""

    title: str
    geographic: bool
    warnings: list[Warned]
    kept: NDArray[np.int64] | None
    """Places of the file that are shown, as flat numbers; None = all."""

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of nodes, faces and, where the file has them, edges."""
        ...

    @property
    def coordinates(self) -> Sequence[netCDF4.Variable[Any]]:
        """The variables that hold the coordinates."""
        ...

    def box(self) -> Extent | None:
        """Give the box around the nodes."""
        ...

    def topology(self) -> Topology:
        """Read nodes and faces."""
        ...


class MeshPart:
    """One layer of kind mesh."""

    def __init__(self, scope: Scope, key: str, shape: Shape, group: Timed, locations: dict[str, Location]) -> None:
        self.key = key
        self._scope = scope
        self._shape = shape
        self._warned = group.warnings
        fields: list[tuple[Field, Location]] = [(one, locations[one.name]) for one in group.fields]
        self._held = Quantities(scope.group, fields, group.axis, scope.path)

    def describe(self) -> LayerDescription:
        """Describe the mesh."""
        fields = list(self._held.fields.values())
        data = [one.variable for one in fields]
        crs, mapping, more = file_crs(self._scope.group, (*data, *self._shape.coordinates))
        box = self._shape.box()
        place = crs_warnings(crs, box, more, geographic=self._shape.geographic)
        warned = [*self._shape.warnings, *self._warned, *place, *slow_warning(fields)]
        extra: dict[str, Any] = {"geographic": True} if crs is None and self._shape.geographic else {}
        levels = self._held.levels()
        if levels:
            extra["levels"] = levels
        return LayerDescription(
            key=self.key,
            kind="mesh",
            title=self._shape.title,
            crs=crs,
            vdatum=vertical_datum(self._scope.group, mapping, data),
            bounds=box,
            time=self._held.axis,
            counts=self._shape.counts,
            variables=self._held.variables,
            warnings=tuple(warned),
            extra=extra,
        )

    @property
    def names(self) -> set[str]:
        """Names of the file's variables that this layer shows."""
        return set(self._held.fields)

    def read(self, request: Request) -> Block:
        """Read the topology, the values of a step, series or the range of a quantity."""
        if isinstance(request, TopologyRequest):
            return self._shape.topology()
        if isinstance(request, ValuesRequest):
            return self._values(request)
        if isinstance(request, SeriesRequest):
            return self._held.series(request, self._places(request))
        if isinstance(request, StatisticsRequest):
            return self._spread(request, self._held.statistics(request))
        raise wrong_request("mesh", self._scope.path)

    def _spread(self, request: StatisticsRequest, found: Statistics) -> Statistics:
        """Widen the percentiles until a tenth of the area lies beyond: meshes are fine where it is shallow."""
        fields = self._held.parts(request.variable)
        one_plane = len(fields) == 1 and fields[0].level_count <= 1 and request.step >= 0
        location = self._held.variable(request.variable).location
        rare = found.maximum - found.minimum > LONG * (found.p98 - found.p2)
        if not one_plane or not rare or location not in ("face", "node"):
            return found
        from layers.sources.statistics import area_quantiles, place_areas

        values = self._one(fields[0], ValuesRequest(self.key, request.variable, request.step))
        low, high = area_quantiles(values, place_areas(self._shape.topology(), location), BEYOND)
        return replace(found, p2=min(found.p2, low), p98=max(found.p98, high))

    def _values(self, request: ValuesRequest) -> Values:
        """Read one step: (n,), or (n, 2) for a vector."""
        fields = self._held.parts(request.variable)
        parts = [self._one(field, request) for field in fields]
        values = parts[0] if len(parts) == 1 else np.stack(parts, axis=1)
        return Values(values, str(self._held.variable(request.variable).location))

    def _one(self, field: Field, request: ValuesRequest) -> NDArray[np.float32]:
        """Read one step of a field, flat, without the places that are not shown."""
        level = request.level if field.level_count > 1 else 0
        values = field.read(request.step, level).ravel()
        return values if self._shape.kept is None else values[self._shape.kept]

    def _places(self, request: SeriesRequest) -> tuple[NDArray[np.int64], ...]:
        """Turn place numbers of the layer into indices of the file."""
        field = self._held.parts(request.variable)[0]
        kept = self._shape.kept
        flat = self._held.places_fit(request, int(np.prod(field.place_shape)) if kept is None else len(kept))
        flat = flat if kept is None else kept[flat]
        return tuple(np.asarray(index, np.int64) for index in np.unravel_index(flat, field.place_shape))
