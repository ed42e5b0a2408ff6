"""The triangles of the flow model: lines that matter become edges, sizes follow interest.

Dykes, banks and embankments are constraints of the triangulation (Triangle, through
meshpy, which anuga brings), so that each is a chain of mesh edges and can be a wall.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from meshpy import triangle
from shapely import (
    LineString,
    MultiLineString,
    Point,
    contains_xy,
    distance,
    get_parts,
    line_locate_point,
    line_merge,
    points,
    prepare,
    union_all,
)
from shapely.ops import substring

import place

SEA, RIVER, WALL = "sea", "river", "wall"


@dataclass(frozen=True)
class Mesh:
    """Nodes (n, 2) in local metres and triangles (m, 3), counter-clockwise, 0-based."""

    nodes: np.ndarray
    faces: np.ndarray

    @property
    def centres(self) -> np.ndarray:
        """Centroids of the faces, (m, 2)."""
        return self.nodes[self.faces].mean(axis=1)

    @property
    def areas(self) -> np.ndarray:
        """Areas of the faces in m2, (m,)."""
        a, b, c = np.moveaxis(self.nodes[self.faces], 1, 0)
        return 0.5 * np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])


def resampled(line: LineString, step: float, corner_deg: float = 32.0) -> LineString:
    """`line` with a vertex about every `step` metres; its sharp corners stay."""
    xy = np.asarray(line.coords)
    heading = np.arctan2(*np.diff(xy, axis=0).T[::-1])
    turn = np.abs((np.diff(heading) + np.pi) % (2 * np.pi) - np.pi)
    cuts = [0, *(np.flatnonzero(turn > np.radians(corner_deg)) + 1), len(xy) - 1]
    out: list[np.ndarray] = []
    for start, end in itertools.pairwise(cuts):
        piece = LineString(xy[start : end + 1])
        count = max(1, round(piece.length / step))
        out.append(
            np.array([piece.interpolate(t, normalized=True).coords[0] for t in np.linspace(0, 1, count + 1)])[:-1]
        )
    return LineString(np.vstack([*out, xy[-1:]]))


def _lines() -> list[tuple[LineString | MultiLineString, float]]:
    """Every constraint with its vertex spacing (m)."""
    water = place.creek_water()
    land = place.polder()
    dry = land.difference(water)
    banks = water.intersection(land.union(place.outer_water())).boundary
    whole = land.union(place.outer_water()).buffer(0)
    rim = place.south_dyke().intersection(whole.buffer(1.0))
    return [
        (whole.boundary, 130.0),
        (rim, 55.0),
        (_breach_reach(), 25.0),
        (banks, 46.0),
        (place.old_dyke().intersection(dry), 60.0),
        *((road.axis.intersection(dry), 60.0) for road in place.main_roads()),
    ]


def _breach_reach() -> LineString:
    """The dyke about the breach, which gets short edges so that it can widen bit by bit."""
    at = line_locate_point(place.south_dyke(), place.BREACH_AT)
    return substring(place.south_dyke(), at - 125.0, at + 125.0)


def constraints() -> list[LineString]:
    """The chains between junctions, evenly sampled; they meet only at their ends."""
    given = _lines()
    noded = union_all([line for line, _ in given], grid_size=0.25)
    torn = _breach_reach().buffer(0.6, cap_style="flat")
    chains = [*get_parts(line_merge(noded.difference(torn))), *get_parts(line_merge(noded.intersection(torn)))]
    kept = []
    for chain in chains:
        middle = chain.interpolate(0.5, normalized=True)
        near = [step for line, step in given if distance(line, middle) < 1.0]
        kept.append(resampled(chain, min(near, default=60.0)))
    return kept


def wanted_area(xy: np.ndarray) -> np.ndarray:
    """The largest triangle allowed at each point of `xy` (n, 2), in m2."""
    at = points(xy)
    creek = place.creek_water()
    sea = place.outer_water()
    to_breach = distance(at, Point(place.BREACH_AT))
    to_creek = distance(at, creek)
    to_dyke = distance(at, place.south_dyke())
    x = xy[:, 0]
    land = np.minimum(1900.0 + 12.0 * to_creek, 1900.0 + 14.0 * to_dyke)
    land = np.minimum(np.clip(land, 1900.0, 7600.0), 800.0 + 2.6 * to_breach)
    off = np.clip((x - 6300.0) / 900.0, 0.0, 1.0)
    water = 2400.0 + off * np.clip(16.0 * to_dyke, 2000.0, 30_000.0)
    water = np.minimum(water, 1100.0 + 2.6 * to_breach)
    prepare(creek), prepare(sea)
    size = np.where(contains_xy(sea, xy[:, 0], xy[:, 1]), water, land)
    return np.where(to_creek <= 0.0, np.minimum(size, 1100.0), size)


def _input() -> triangle.MeshInfo:
    index: dict[tuple[float, float], int] = {}
    facets: set[tuple[int, int]] = set()
    for chain in constraints():
        ids = [index.setdefault((round(x, 3), round(y, 3)), len(index)) for x, y in chain.coords]
        facets |= {(min(a, b), max(a, b)) for a, b in itertools.pairwise(ids) if a != b}
    info = triangle.MeshInfo()
    info.set_points(list(index))
    info.set_facets(sorted(facets))
    return info


def build(rounds: int = 6, min_angle: float = 27.0) -> Mesh:
    """The mesh, refined until no triangle is larger than `wanted_area`."""
    info = triangle.build(_input(), min_angle=min_angle, generate_faces=False)
    for _ in range(rounds):
        made = Mesh(np.array(info.points), np.array(info.elements))
        limit = wanted_area(made.centres)
        if np.all(made.areas <= limit * 1.05):
            break
        info.element_volumes.setup()
        for face, size in enumerate(limit):
            info.element_volumes[face] = float(size)
        info = triangle.refine(info, min_angle=min_angle)
    nodes, faces = np.array(info.points), np.array(info.elements)
    a, b, c = np.moveaxis(nodes[faces], 1, 0)
    left = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] > 0
    faces[~left] = faces[~left][:, ::-1]
    return _neighbourly(Mesh(nodes, faces))


def _neighbourly(mesh: Mesh) -> Mesh:
    """Number faces along a Hilbert curve and nodes as they come: neighbours pack well and read fast."""
    faces = mesh.faces[np.argsort(_hilbert(mesh.centres), kind="stable")]
    used, first = np.unique(faces, return_index=True)
    order = used[np.argsort(first)]
    number = np.empty(len(mesh.nodes), dtype=faces.dtype)
    number[order] = np.arange(len(order))
    return Mesh(mesh.nodes[order], number[faces])


def _hilbert(xy: np.ndarray, bits: int = 11) -> np.ndarray:
    """Place of each point of (n, 2) along a Hilbert curve over their common square."""
    low = xy.min(axis=0)
    x, y = ((xy - low) / np.ptp(xy, axis=0).max() * (2**bits - 1)).astype(np.int64).T
    at = np.zeros(len(xy), dtype=np.int64)
    for bit in reversed(range(bits)):
        right, up = (x >> bit) & 1, (y >> bit) & 1
        at += 4**bit * ((3 * right) ^ up)
        turn = (up == 0) & (right == 1)
        x, y = np.where(turn, 2**bits - 1 - x, x), np.where(turn, 2**bits - 1 - y, y)
        x, y = np.where(up == 0, y, x), np.where(up == 0, x, y)
    return at


def edges_on(mesh: Mesh, line: LineString | MultiLineString, reach: float = 3.0) -> np.ndarray:
    """Mesh edges (k, 2 nodes) that lie along `line`, whose chords may cut its bends."""
    pairs = np.sort(np.vstack([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]]), axis=1)
    pairs = np.unique(pairs, axis=0)
    ends = distance(points(mesh.nodes), line)
    middle = distance(points(mesh.nodes[pairs].mean(axis=1)), line)
    return pairs[(ends[pairs] < reach).all(axis=1) & (middle < reach)]


def rim(mesh: Mesh) -> dict[tuple[int, int], str]:
    """Boundary tag of every outer edge, keyed (face, edge opposite its local node)."""
    seen: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for face, corner in enumerate(mesh.faces):
        for local in range(3):
            a, b = int(corner[(local + 1) % 3]), int(corner[(local + 2) % 3])
            seen.setdefault((min(a, b), max(a, b)), []).append((face, local))
    outer = {owners[0]: pair for pair, owners in seen.items() if len(owners) == 1}
    return {key: _tag(mesh.nodes[list(pair)]) for key, pair in outer.items()}


def _tag(ends: np.ndarray) -> str:
    x, y = ends.mean(axis=0)
    across = np.asarray(place.river_axis().coords)
    near = across[np.argmin(np.abs(across[:, 0] - place.WEST)), 1]
    if np.all(np.abs(ends[:, 0] - place.WEST) < 1.0) and abs(y - near) < 115.0:
        return RIVER
    on_arc = abs(np.hypot((x - 7000) / 2400, (y - 3500) / 3420) - 1.0) < 0.02
    return SEA if on_arc and x > 7150 else WALL
