"""Mesh painter: values on faces, nodes or edges at one step; the geometry is worked out once per view."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from app.core.looks import ValueRange, value_range
from app.views import projection
from app.views.map2d.arrows import Arrows, arrow_field, draw_arrows
from app.views.map2d.blend import compose, new_picture
from app.views.map2d.colours import Colouring, argb, colouring, entries_of
from app.views.map2d.drawing import placement_of
from app.views.map2d.faces import (
    Plan,
    Topology,
    cell_size,
    face_plan,
    mesh_edges,
    sample_plan,
    topology,
    visible_faces,
)
from app.views.map2d.overlays import source_name
from app.views.map2d.paint import Dry, paint_faces, paint_nodes
from app.views.map2d.placement import PIXELS
from app.views.map2d.strokes import stroke_lines
from app.views.view import Hit, Picture
from app.views.wording import dry_text, how_text, quantity_text, unit_of
from layers.errors import DataError
from layers.locate import locate, mixed, place_in
from layers.sources.source import Statistics, TopologyRequest, Values, ValuesRequest
from layers.sources.source import Topology as Mesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.camera import View
    from app.core.looks import Look, MeshLook
    from app.views.map2d.bands import Stop
    from layers.sources.source import Block, Request

SMALLEST_CELL = 5.0
"""Edges are drawn where faces are at least this large on screen, px."""

LARGE = 500_000
"""In a mesh of more faces the painted face counts where several lie under a pixel: a search would be felt."""

PLANS = 2
"""Views whose geometry is kept."""


@dataclass(slots=True, eq=False)
class MeshProbe:
    """Tells the value at a place: that of the face, or mixed from the nodes as chart and tools mix them."""

    look: MeshLook
    plan: Plan
    values: NDArray[np.float32]
    where: str
    dry: Dry | None
    mesh: Mesh

    def at(self, px: float, py: float) -> Hit | None:
        """Give face, value and time at a pixel; None outside the mesh."""
        spot = self._spot(px, py)
        if spot is None:
            return None
        look, variable = self.look, self.look.variable(self.look.shown)
        value = _value(self.values, self.where, spot)
        title = quantity_text(variable, look.shown)
        dry = ""
        if self.dry is not None and not (depth := _value(self.dry.depth, self.dry.where, spot)) >= self.dry.below:
            value = float("nan")
            dry = dry_text(self.dry.below, look.variable(look.depth)) if isfinite(depth) else ""
        return Hit(
            look.layer,
            look.name,
            title,
            value,
            unit_of(variable),
            look.moment,
            source_name(look.source),
            spot.face,
            how=self._how(spot),
            dry=dry,
        )

    def _how(self, spot: Spot) -> str:
        variable = self.look.variable(self.look.shown)
        on_nodes = variable is not None and variable.location == "node"
        return how_text(spot.face, spot.nodes, smooth=self.where == "node") if on_nodes else ""

    def _spot(self, px: float, py: float) -> Spot | None:
        """Find a place among the faces painted round its pixel; in the layer's own system, as all others do."""
        height, width = self.plan.face.shape
        if not (0 <= px < width and 0 <= py < height):
            return None
        row, column = int(py), int(px)
        near = np.unique(self.plan.face[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2])
        near = near[near >= 0]
        if not len(near):
            return None
        x, y = self._place(px, py)
        for face in near:
            spot = self._in(int(face), x, y)
            if spot is not None:
                return spot
        # Beside the mesh, or in a face too thin to hold the middle of a pixel.
        if len(self.mesh.face_offsets) <= LARGE:
            face = int(locate(self.mesh, np.array([x]), np.array([y])).faces[0])
            return self._in(face, x, y) if face >= 0 else None
        face = int(self.plan.face[row, column])
        return self._in(face, *self._place(column + 0.5, row + 0.5)) if face >= 0 else None

    def _place(self, px: float, py: float) -> tuple[float, float]:
        """Give the place of a pixel in the system of the layer."""
        east, north = self.plan.placement.to_world(np.array([px]), np.array([py]))
        x, y = projection.transformed(east, north, self.look.view.crs, self.look.crs)
        return float(x[0]), float(y[0])

    def _in(self, face: int, x: float, y: float) -> Spot | None:
        found = place_in(self.mesh, face, x, y)
        return Spot(face, tuple(int(n) for n in found[0]), found[1]) if found is not None else None


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A place in a mesh: its face, the nodes of its triangle, and their weights."""

    face: int
    nodes: tuple[int, ...]
    weights: NDArray[np.float64]


def _value(values: NDArray[np.float32], where: str, spot: Spot) -> float:
    if where == "face":
        return float(values[spot.face])
    return float(np.float32(mixed(values[list(spot.nodes)], spot.weights)))


class MeshPainter:
    """Draws mesh layers; keeps the mesh in the map's system and the plans of the last views."""

    stop: Stop

    def __init__(self) -> None:
        self._mesh: tuple[object, Topology, Mesh] | None = None
        self._plans: dict[object, Plan] = {}
        self._sheet: tuple[object, Plan, NDArray[np.uint32] | None] | None = None

    def needs(self, look: Look) -> list[Request]:
        """Ask for the mesh unless it is held, and for the values of the step."""
        look = cast("MeshLook", look)
        requests: list[Request] = [] if self._is_held(look) else [TopologyRequest(look.key)]
        requests += [_values(look, name) for name in _names(look)]
        return requests

    def paint(self, look: Look, blocks: list[Block], view: View) -> Picture:
        """Give the picture of one step."""
        asked = cast("MeshLook", look)
        self._hold(asked, blocks)
        found = dict(zip(_names(asked), [b for b in blocks if isinstance(b, Values)], strict=True))
        shown = found.get(asked.shown)
        nodes = any(v.location == "node" for v in found.values())
        plan = self._plan(asked, view, nodes=nodes)
        dry = _dry(found.get(asked.depth), asked)
        used: MeshLook = with_range(asked, shown)
        picture, probe = self._coloured(used, plan, shown, dry, view)
        if used.style.edges or not used.shown:
            self._edges(picture, plan, used, view)
        arrows = found.get(used.arrows)
        if arrows is not None:
            used = replace(used, still=not _arrows(picture, plan, arrows, dry, used, view))
        return Picture(used, picture, (), probe)

    # -------------------------------------------------------------------- held
    @property
    def held(self) -> Topology | None:
        """The mesh in the map's system, once it was drawn."""
        return self._mesh[1] if self._mesh is not None else None

    def _key(self, look: MeshLook) -> object:
        return (look.source, look.key, look.crs, look.view.crs)

    def _is_held(self, look: MeshLook) -> bool:
        return self._mesh is not None and self._mesh[0] == self._key(look)

    def _hold(self, look: MeshLook, blocks: list[Block]) -> None:
        if self._is_held(look):
            return
        read = next((b for b in blocks if isinstance(b, Mesh)), None)
        if read is None:
            raise DataError("The mesh of {name} could not be read.", where=look.source, name=look.name)
        x, y = projection.transformed(read.node_x, read.node_y, look.crs, look.view.crs)
        made = topology(np.column_stack([x, y]), read.face_nodes, read.face_offsets)
        self._mesh = (self._key(look), made, read)
        # The way back is made here, so that the first click does not wait for it.
        projection.transformed(x[:1], y[:1], look.view.crs, look.crs)
        self._plans.clear()

    def _plan(self, look: MeshLook, view: View, *, nodes: bool) -> Plan:
        assert self._mesh is not None
        for wanted in ((view, nodes), (view, True)):
            if wanted in self._plans:
                self._plans[wanted] = self._plans.pop(wanted)
                return self._plans[wanted]
        made = face_plan(self._mesh[1], placement_of(view), view.width, view.height, nodes=nodes)
        self._plans[(view, nodes)] = made
        while len(self._plans) > PLANS:
            self._plans.pop(next(iter(self._plans)))
        return made

    # ------------------------------------------------------------------ drawing
    def _coloured(
        self, look: MeshLook, plan: Plan, shown: Values | None, dry: Dry | None, view: View
    ) -> tuple[NDArray[np.uint32], MeshProbe | None]:
        if shown is None:
            return new_picture(view.width, view.height), None
        colours, values = colouring(look.style.scale, look.ranges), scalar(shown)
        if shown.location == "edge":
            return self._edge_values(values, colours, view), None
        if shown.location == "node" and not look.style.smooth:
            values, where = face_means(plan.topology, values), "face"
        else:
            where = shown.location
        if where == "node":
            picture = paint_nodes(plan, values, colours, dry=dry)
        else:
            picture = paint_faces(plan, values, colours, dry=dry)
        assert self._mesh is not None
        return picture, MeshProbe(look, plan, values, where, dry, self._mesh[2])

    def _edge_values(self, values: NDArray[np.float32], colours: Colouring, view: View) -> NDArray[np.uint32]:
        assert self._mesh is not None
        picture = new_picture(view.width, view.height)
        edges = self._mesh[2].edge_nodes
        if edges is None or len(edges) != len(values):
            return picture
        xy = self._mesh[1].node_xy[edges].reshape(-1, 2)
        parts = np.arange(0, len(xy) + 1, 2)
        classes = entries_of(colours, values)
        width = 2.0 * view.pixel_ratio
        stroke_lines(picture, xy, parts, placement_of(view), colours.table, width, classes=classes)
        return picture

    def _edges(self, picture: NDArray[np.uint32], plan: Plan, look: MeshLook, view: View) -> None:
        """Lay the edges over the picture; they are drawn once per view and colour."""
        key = (id(plan), look.style.edge_colour)
        if self._sheet is None or self._sheet[0] != key:
            self._sheet = (key, plan, self._edge_sheet(plan, look, view))
        if self._sheet[2] is not None:
            compose(picture, self._sheet[2])

    def _edge_sheet(self, plan: Plan, look: MeshLook, view: View) -> NDArray[np.uint32] | None:
        seen = visible_faces(plan)
        if cell_size(plan, seen) < SMALLEST_CELL * view.pixel_ratio:
            return None
        lines = np.ascontiguousarray(mesh_edges(plan, seen)).reshape(-1, 2)
        parts = np.arange(0, len(lines) + 1, 2)
        colour = np.full(len(parts) - 1, argb(look.style.edge_colour), np.uint32)
        sheet = new_picture(view.width, view.height)
        stroke_lines(sheet, lines, parts, PIXELS, colour, 1.0 * view.pixel_ratio)
        return sheet


def _names(look: MeshLook) -> tuple[str, ...]:
    """Give the variables to read, each once."""
    return tuple(dict.fromkeys(name for name in (look.shown, look.depth, look.arrows) if name))


def _values(look: MeshLook, name: str) -> ValuesRequest:
    variable = look.variable(name)
    last = max((variable.steps if variable else 1) - 1, 0)
    levels = variable.levels if variable else 1
    return ValuesRequest(look.key, name, min(look.step or 0, last), min(look.style.level, max(levels - 1, 0)))


def scalar(values: Values) -> NDArray[np.float32]:
    """Give one number per place: the length of vectors."""
    found = values.values
    if found.ndim == 2:
        return np.hypot(found[:, 0], found[:, 1]).astype(np.float32)
    return found


def with_range(look: Any, shown: Values | None) -> Any:
    """Give the look with the range of what is shown now, where no range is known yet."""
    if look.ranges is not None or shown is None:
        return look
    return replace(look, ranges=step_range(look.style.scale, scalar(shown)))


def step_range(scale: Any, values: NDArray[np.float32]) -> ValueRange | None:
    """Give the range of the values of one step."""
    fine = values[np.isfinite(values)]
    if not fine.size:
        return value_range(scale, None)
    sample = fine[:: max(1, fine.size // 200_000)]
    p2, p98 = np.percentile(sample, (2, 98))
    found = Statistics(float(fine.min()), float(fine.max()), float(sample.mean()), float(p2), float(p98), 0.0)
    return value_range(scale, found, whole=False)


def face_means(mesh: Topology, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the mean of each face's nodes; NaN where one is missing."""
    counts = np.diff(mesh.face_offsets)
    starts = mesh.face_offsets[:-1]
    if not len(starts):
        return np.empty(0, np.float32)
    corner = np.append(values[mesh.face_nodes], np.float32(0))
    sums = np.add.reduceat(corner, starts)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).astype(np.float32)


def _dry(depth: Values | None, look: MeshLook) -> Dry | None:
    if depth is None or depth.location not in ("face", "node"):
        return None
    return Dry(scalar(depth), look.style.dry_below, cast("Any", depth.location))


def _arrows(
    picture: NDArray[np.uint32], plan: Plan, arrows: Values, dry: Dry | None, look: MeshLook, view: View
) -> int:
    """Draw arrows on a grid of the screen, where it is wet; give their number."""
    if arrows.values.ndim != 2 or arrows.location not in ("face", "node"):
        return 0
    spacing = max(look.style.arrow_spacing, 8) * view.pixel_ratio
    u, v = (np.ascontiguousarray(arrows.values[:, n]) for n in (0, 1))
    field = arrow_field(plan, u, v, spacing, cast("Any", arrows.location))
    if dry is not None:
        wet = sample_plan(plan, dry.depth, field.x, field.y, dry.where) >= dry.below
        field = Arrows(field.x[wet], field.y[wet], field.u[wet], field.v[wet])
    return put_arrows(picture, field, look.fastest, argb(look.style.arrow_colour), spacing, view.pixel_ratio)


def put_arrows(
    picture: NDArray[np.uint32], field: Arrows, fastest: float | None, colour: int, spacing: float, ratio: float
) -> int:
    """Draw arrows whose longest fills the spacing at the speed named, or at the fastest of this step; give how many."""
    speeds = field.speed
    if not len(speeds):
        return 0
    reference = fastest if fastest else float(np.percentile(speeds, 98))
    longest = spacing * 0.92
    return draw_arrows(picture, field, colour, reference, longest=longest, thickness=1.4 * ratio)
