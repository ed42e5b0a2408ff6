"""The flood itself: anuga solves the shallow-water equations on the mesh of the polder.

anuga (Apache-2.0) is a finite-volume solver with wetting and drying. Dykes and
embankments are its riverwalls, which overflow like weirs; a breach and an open gate
are riverwalls that go down. Nothing in the result is drawn by hand.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

import anuga
import numpy as np
from shapely import LineString, STRtree, contains_xy, distance, line_locate_point, points

import fields
import mesh as meshes
import place
import storm
import terrain
from mesh import Mesh

if TYPE_CHECKING:
    from collections.abc import Callable

MANNING = {
    fields.PADDY[0]: 0.045, fields.DRY[0]: 0.045, fields.ORCHARD[0]: 0.07, fields.WOOD[0]: 0.10,
    fields.FACTORY[0]: 0.07, fields.TOWN[0]: 0.09, fields.VILLAGE[0]: 0.08, fields.ROAD[0]: 0.03,
    fields.POND[0]: 0.03, fields.FLAT[0]: 0.028, fields.WORKS[0]: 0.04, fields.SHED[0]: 0.06,
    fields.WATER[0]: 0.028,
}  # fmt: skip
"""Roughness by land use (s m^-1/3); open water outside the dykes takes 0.022."""


@dataclass
class Result:
    """What the run gave: per output step and face, and how it went."""

    mesh: Mesh
    bed: np.ndarray
    seconds: list[float] = field(default_factory=list)
    stage: list[np.ndarray] = field(default_factory=list)
    depth: list[np.ndarray] = field(default_factory=list)
    ucx: list[np.ndarray] = field(default_factory=list)
    ucy: list[np.ndarray] = field(default_factory=list)
    gates: list[dict[str, float]] = field(default_factory=list)
    volume: list[float] = field(default_factory=list)
    facts: dict[str, str | float] = field(default_factory=dict)


@dataclass
class _Works:
    """The outer dyke's edges, and which of them are breach or gate."""

    base: np.ndarray
    off_breach: np.ndarray
    gate: dict[str, np.ndarray]
    inner: dict[str, np.ndarray]
    outer: dict[str, np.ndarray]
    is_open: dict[str, bool]


def _walls(mesh: Mesh) -> dict[str, list[list[float]]]:
    """Anuga's riverwalls: one per chain of mesh edges, [x, y, crest]."""
    dry = place.polder().difference(place.creek_water())
    lines = {"dyke": place.south_dyke(), "old": place.old_dyke().intersection(dry)}
    lines |= {road.name_en: road.axis.intersection(dry) for road in place.main_roads()}
    rise = {road.name_en: road.rise for road in place.main_roads()}
    walls: dict[str, list[list[float]]] = {}
    for name, line in lines.items():
        for number, pair in enumerate(meshes.edges_on(mesh, line)):
            ends = mesh.nodes[pair]
            if name == "dyke":
                top = terrain.crest(line_locate_point(line, points(ends)))
            else:
                top = np.full(2, place.OLD_DYKE_TOP) if name == "old" else terrain.soft(ends) + rise[name]
            walls[f"{name}/{number}"] = np.c_[ends, top].tolist()
    return walls


def _friction(mesh: Mesh) -> np.ndarray:
    lots = fields.parcels()
    face, lot = STRtree([p.shape for p in lots]).query(points(mesh.centres), predicate="within")
    rough = np.full(len(mesh.faces), 0.022)
    rough[face] = [MANNING[lots[i].code] for i in lot]
    creek = contains_xy(place.creek_water(), *mesh.centres.T)
    return np.where(creek, MANNING[fields.WATER[0]], rough)


class Flood:
    """One run: builds the domain, steps it, works the gates, keeps the output."""

    def __init__(self) -> None:
        self.mesh = meshes.build()
        self.inside = contains_xy(place.polder(), *self.mesh.centres.T)
        self.creek = contains_xy(place.creek_water(), *self.mesh.centres.T) & self.inside
        self.bed = self._beds()
        self.domain = self._domain()
        self.works = self._works()
        self._drive()

    def _domain(self) -> anuga.Domain:
        domain = anuga.Domain(self.mesh.nodes, self.mesh.faces, meshes.rim(self.mesh))
        domain.set_flow_algorithm("DE0")
        domain.set_store(False)
        domain.set_quantity("elevation", self.bed, location="centroids")
        domain.set_quantity("friction", _friction(self.mesh), location="centroids")
        start = np.where(self.inside, self._inner_start(), float(storm.sea_level(-storm.SPIN_UP)))
        domain.set_quantity("stage", np.maximum(start, self.bed), location="centroids")
        domain.riverwallData.create_riverwalls(_walls(self.mesh), verbose=False)
        domain.set_boundary(
            {
                meshes.SEA: anuga.Time_boundary(
                    domain, lambda t: [float(storm.sea_level(t - storm.SPIN_UP)), 0.0, 0.0]
                ),
                meshes.RIVER: anuga.Time_boundary(
                    domain, lambda t: [float(storm.river_level(t - storm.SPIN_UP)), 0.0, 0.0]
                ),
                meshes.WALL: anuga.Reflective_boundary(domain),
            }
        )
        return domain

    def _inner_start(self) -> np.ndarray:
        """Creeks at their lowered level, all else dry."""
        return np.where(self.creek, storm.CREEK_LEVEL, -99.0)

    def _beds(self) -> np.ndarray:
        """Mean ground of each face, as the file will hold it; a creek has the mean of its whole section."""
        bed = terrain.mean_bed(self.mesh.nodes, self.mesh.faces)
        for creek in reversed(place.creeks()):
            mine = self.inside & contains_xy(creek.area, *self.mesh.centres.T)
            bed[mine] = np.average(bed[mine], weights=self.mesh.areas[mine])
        return np.round(bed / terrain.BED_STEP) * terrain.BED_STEP

    def _works(self) -> _Works:
        wall = self.domain.riverwallData
        names = np.array(wall.names)[wall.hydraulic_properties_rowIndex]
        middle = self.domain.edge_coordinates[wall.riverwall_edges]
        dyke = place.south_dyke()
        on_dyke = np.char.startswith(names, "dyke/")
        chain = line_locate_point(dyke, points(middle))
        at = line_locate_point(dyke, place.BREACH_AT)
        off = np.where(on_dyke, np.abs(chain - at), np.inf)
        works = _Works(wall.riverwall_elevation.copy(), off, {}, {}, {}, {})
        for sluice in place.SLUICES:
            axis: LineString = next(c for c in place.creeks() if c.name == sluice.creek).axis
            area = next(c for c in place.creeks() if c.name == sluice.creek).area
            across = np.where(on_dyke & contains_xy(area.buffer(1), *middle.T), distance(points(middle), axis), np.inf)
            works.gate[sluice.code] = across <= across.min() + 0.01
            near = distance(points(self.mesh.centres), sluice.point) < 150
            works.inner[sluice.code] = np.flatnonzero(near & self.inside & contains_xy(area, *self.mesh.centres.T))
            works.outer[sluice.code] = np.flatnonzero(
                near & ~self.inside & contains_xy(area.buffer(15), *self.mesh.centres.T)
            )
            works.is_open[sluice.code] = False
        return works

    def _drive(self) -> None:
        """Runoff into the creeks, and the pumps, as sources and sinks of water."""
        land = float(self.mesh.areas[self.inside].sum())
        creek = float(self.mesh.areas[self.creek].sum())
        share = storm.RUNOFF * land / creek / 3.6e6
        faces = np.flatnonzero(self.creek)
        anuga.Rate_operator(self.domain, rate=lambda t: share * storm.rain_rate(t - storm.SPIN_UP), indices=faces)
        for sluice in place.SLUICES:
            if sluice.pump:
                for side, sign in ((self.works.inner, -1.0), (self.works.outer, 1.0)):
                    cells = side[sluice.code]
                    flow = sign * sluice.pump / float(self.mesh.areas[cells].sum())
                    anuga.Rate_operator(self.domain, rate=self._pump(sluice.code, flow), indices=cells)

    def _pump(self, code: str, full: float) -> Callable[[float], float]:
        def rate(_: float) -> float:
            level = self._level(self.works.inner[code])
            share = float(np.clip((level - storm.PUMP_STARTS) / 0.2, 0.0, 1.0))
            return 0.0 if self.works.is_open[code] else full * share

        return rate

    def _level(self, cells: np.ndarray) -> float:
        return float(np.mean(self.domain.quantities["stage"].centroid_values[cells]))

    def _control(self, seconds: float) -> None:
        """Set the crest of every dyke edge for this moment: breach, gates, the rest as built."""
        works = self.works
        top = works.base.copy()
        for code, edges in works.gate.items():
            inner, outer = self._level(works.inner[code]), self._level(works.outer[code])
            works.is_open[code] = (
                inner > outer + (0.02 if works.is_open[code] else 0.06)
                and inner > storm.GATE_LOWERED
                and seconds >= storm.GATES_FROM
            )
            top[edges] = storm.GATE_LOWERED if works.is_open[code] else place.GATE
        width, sill = storm.breach(seconds)
        broken = works.off_breach < width / 2
        top[broken] = np.minimum(top[broken], sill)
        self.domain.riverwallData.riverwall_elevation[:] = top

    def _keep(self, out: Result, seconds: float) -> None:
        q = self.domain.quantities
        stage, bed = q["stage"].centroid_values.copy(), q["elevation"].centroid_values
        depth = np.maximum(stage - bed, 0.0)
        wet = depth > 0.005
        out.seconds.append(seconds)
        out.stage.append(np.maximum(stage, bed))
        out.depth.append(depth)
        for name, store in (("xmomentum", out.ucx), ("ymomentum", out.ucy)):
            store.append(np.where(wet, q[name].centroid_values / np.maximum(depth, 0.005), 0.0))
        out.gates.append({c: float(o) for c, o in self.works.is_open.items()})
        out.volume.append(float((depth * self.mesh.areas)[self.inside].sum()))

    def run(self) -> Result:
        """All of the storm; prints a line per model hour."""
        out = Result(self.mesh, self.bed)
        began = time.perf_counter()
        before = self.domain.get_water_volume()
        last = storm.SPIN_UP + storm.HOURS * storm.HOUR
        self._control(-storm.SPIN_UP)
        for at in self.domain.evolve(yieldstep=storm.CONTROL_EVERY, finaltime=last):
            seconds = float(at) - storm.SPIN_UP
            if seconds >= 0 and seconds % storm.OUTPUT_EVERY == 0:
                self._keep(out, seconds)
            if seconds % storm.HOUR == 0:
                took = time.perf_counter() - began
                print(
                    f"{seconds / storm.HOUR:6.1f} h  {took:6.0f} s  {self._stored() / 1e6:.3f} Mm3 inside", flush=True
                )
            self._control(seconds)
        out.facts = self._facts(before, time.perf_counter() - began)
        return out

    def _stored(self) -> float:
        q = self.domain.quantities
        deep = np.maximum(q["stage"].centroid_values - q["elevation"].centroid_values, 0)
        return float((deep * self.mesh.areas)[self.inside].sum())

    def _facts(self, before: float, took: float) -> dict[str, str | float]:
        given = self.domain.get_boundary_flux_integral() + self.domain.get_fractional_step_volume_integral()
        after = self.domain.get_water_volume()
        return {
            "engine": f"anuga {version('anuga')}, {self.domain.get_flow_algorithm()}",
            "run_seconds": round(took, 1),
            "volume_start_m3": round(float(before), 1),
            "volume_end_m3": round(float(after), 1),
            "volume_through_boundaries_and_sources_m3": round(float(given), 1),
            "mass_error_m3": round(float(after - before - given), 3),
        }
