"""Which face of a mesh lies under each pixel: made once per view, then every time step is one look-up per pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from app.views.map2d.bands import in_bands
from app.views.map2d.compiled import BOXES, INDEX, OFFSETS, WHOLE, inner, kernel, read_only, writable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.views.map2d.placement import Placement

Where = Literal["face", "node"]

MOST_CORNERS = 64
"""Faces with more corners are refused."""

IDS = read_only("int32", 2)
IDS_OUT, FANS_OUT, WEIGHTS_OUT = writable("int32", 2), writable("uint16", 2), writable("float32", 2)
CUTS = writable("float64")
MARKS_OUT = writable("uint8")


@dataclass(frozen=True, slots=True, eq=False)
class Topology:
    """Nodes and faces of a mesh, checked once; made by `topology`.

    Parameters
    ----------
    node_xy : ndarray, float64, (nodes, 2)
        East, north in the map's CRS; faces with a NaN node are not drawn.
    face_offsets : ndarray, int64, (faces + 1,)
        Range of each face in ``face_nodes``.
    face_nodes : ndarray, int32
        Nodes of the faces, in order round each face, either way round.
    """

    node_xy: NDArray[np.float64]
    face_offsets: NDArray[np.int64]
    face_nodes: NDArray[np.int32]

    @property
    def faces(self) -> int:
        """Count the faces."""
        return len(self.face_offsets) - 1

    @property
    def nodes(self) -> int:
        """Count the nodes."""
        return len(self.node_xy)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The faces under the pixels of one view; made by `face_plan`.

    Parameters
    ----------
    topology : Topology
        The mesh.
    placement : Placement
        The view.
    face : ndarray, int32, (height, width)
        Face under the centre of each pixel, -1 where there is none.
    fan : ndarray, uint16, (height, width), optional
        Corner k of the triangle (0, k, k + 1) of the face that holds the pixel.
    weights : tuple of two ndarray, float32, (height, width), optional
        Shares of corners k and k + 1; corner 0 has the rest.
    """

    topology: Topology
    placement: Placement
    face: NDArray[np.int32]
    fan: NDArray[np.uint16] | None = None
    weights: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None


def topology(
    node_xy: NDArray[np.float64], face_nodes: NDArray[np.integer], face_offsets: NDArray[np.int64] | None = None
) -> Topology:
    """Give a checked mesh.

    Parameters
    ----------
    node_xy : ndarray, float64, (nodes, 2)
        East, north in the map's CRS.
    face_nodes : ndarray, integer, (faces, corners) or flat
        Node numbers from 0; in the two-dimensional form short faces are padded with negative numbers.
    face_offsets : ndarray, int64, (faces + 1,), optional
        Range of each face in flat ``face_nodes``.

    Raises
    ------
    ValueError
        Where a face names a node that does not exist, has too many corners, or ranges do not rise.
    """
    flat = np.asarray(face_nodes)
    if face_offsets is None:
        used = flat.reshape(len(flat), -1) >= 0
        face_offsets = np.concatenate(([0], np.cumsum(used.sum(1, dtype=np.int64))))
        flat = flat.ravel() if used.all() else flat[used]
    nodes = np.ascontiguousarray(flat, np.int32)
    offsets = np.ascontiguousarray(face_offsets, np.int64)
    xy = np.ascontiguousarray(node_xy, np.float64).reshape(-1, 2)
    corners = np.diff(offsets)
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != len(nodes) or corners.min(initial=0) < 0:
        raise ValueError("the ranges of the faces do not fit their nodes")
    if corners.max(initial=0) > MOST_CORNERS:
        raise ValueError(f"a face has {corners.max()} corners; at most {MOST_CORNERS} are drawn")
    if len(nodes) and (nodes.min() < 0 or nodes.max() >= len(xy)):
        raise ValueError(f"faces name nodes {nodes.min()} to {nodes.max()}; there are {len(xy)}")
    return Topology(xy, offsets, nodes)


def face_plan(
    mesh: Topology, placement: Placement, width: int, height: int, *, nodes: bool = False, threads: int = 0
) -> Plan:
    """Give the faces under the pixels of a view.

    Parameters
    ----------
    mesh : Topology
        From `topology`.
    placement : Placement
        The view.
    width, height : int
        Size of the picture.
    nodes : bool
        Also make the weights that values on nodes need.
    threads : int
        Threads to share the rows; 0 = as many as the machine suggests.

    Returns
    -------
    Plan
        A pixel whose centre lies on a common edge belongs to exactly one of the two faces.
    """
    px = _pixels(mesh, placement)
    face = np.full((height, width), -1, np.int32)
    fan = np.zeros((height, width) if nodes else (0, 0), np.uint16)
    first = np.zeros(fan.shape, np.float32)
    second = np.zeros(fan.shape, np.float32)

    def band(top: int, bottom: int) -> None:
        _mark(face, np.empty(MOST_CORNERS), px, mesh.face_offsets, mesh.face_nodes, top, bottom)
        if nodes:
            _weigh(fan, first, second, face, px, mesh.face_offsets, mesh.face_nodes, top, bottom)

    in_bands(band, height, threads)
    return Plan(mesh, placement, face, fan, (first, second)) if nodes else Plan(mesh, placement, face)


def sample_plan(
    plan: Plan, values: NDArray[np.float32], px: NDArray[np.float64], py: NDArray[np.float64], where: Where = "face"
) -> NDArray[np.float32]:
    """Give the values a plan shows at places of the picture.

    Parameters
    ----------
    plan : Plan
        For values on nodes it must have weights.
    values : ndarray, float32, (faces,) or (nodes,)
        One value per face or node.
    px, py : ndarray, float64, (n,)
        Pixel coordinates; the value at the centre of the pixel is given.
    where : str
        What the values lie on.

    Returns
    -------
    ndarray, float32, (n,)
        NaN outside the mesh and the picture.
    """
    height, width = plan.face.shape
    with np.errstate(invalid="ignore"):
        column, row = np.floor(np.atleast_1d(px)), np.floor(np.atleast_1d(py))
        inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    x, y = np.where(inside, column, 0).astype(np.int64), np.where(inside, row, 0).astype(np.int64)
    face = np.where(inside, plan.face[y, x], -1) if plan.face.size else np.full(len(x), -1)
    found = np.full(len(x), np.nan, np.float32)
    wet = face >= 0
    if where == "face":
        found[wet] = values[face[wet]]
        return found
    if plan.weights is None or plan.fan is None:
        raise ValueError("this plan was made without weights for nodes")
    start, x, y = plan.topology.face_offsets[face[wet]], x[wet], y[wet]
    fan, flat = plan.fan[y, x].astype(np.int64), plan.topology.face_nodes
    a, b, c = values[flat[start]], values[flat[start + fan]], values[flat[start + fan + 1]]
    found[wet] = a + plan.weights[0][y, x] * (b - a) + plan.weights[1][y, x] * (c - a)
    return found


def visible_faces(plan: Plan) -> NDArray[np.int64]:
    """Give the faces that hold the centre of at least one pixel, rising."""
    marks = np.zeros(plan.topology.faces, np.uint8)
    _mark_seen(plan.face, marks)
    return np.flatnonzero(marks)


def cell_size(plan: Plan, seen: NDArray[np.int64] | None = None) -> float:
    """Give the typical size of a visible face in px; 0 where none is visible."""
    count = len(visible_faces(plan) if seen is None else seen)
    return float(np.sqrt(np.count_nonzero(plan.face >= 0) / count)) if count else 0.0


def mesh_edges(plan: Plan, seen: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
    """Give each edge of the visible faces once, in px of the picture, ``float64`` (edges, 2, 2)."""
    mesh = plan.topology
    seen = visible_faces(plan) if seen is None else seen
    start, corners = mesh.face_offsets[seen], np.diff(mesh.face_offsets)[seen]
    face = np.repeat(np.arange(len(seen)), corners)
    corner = np.arange(len(face)) - np.repeat(np.cumsum(corners) - corners, corners)
    a = mesh.face_nodes[start[face] + corner].astype(np.int64)
    b = mesh.face_nodes[start[face] + (corner + 1) % corners[face]].astype(np.int64)
    keys = np.unique(np.minimum(a, b) * mesh.nodes + np.maximum(a, b))
    ends = np.stack([keys // max(mesh.nodes, 1), keys % max(mesh.nodes, 1)], -1)
    x, y = plan.placement.to_pixels(mesh.node_xy[ends, 0], mesh.node_xy[ends, 1])
    return np.stack([x, y], -1)


def _pixels(mesh: Topology, placement: Placement) -> NDArray[np.float64]:
    px = np.empty_like(mesh.node_xy)
    np.multiply(mesh.node_xy[:, 0] - placement.ox, placement.sx, out=px[:, 0])
    np.multiply(placement.oy - mesh.node_xy[:, 1], placement.sy, out=px[:, 1])
    return px


# -------------------------------------------------------------------- kernels
@kernel(IDS, MARKS_OUT)
def _mark_seen(face, marks):
    for y in range(face.shape[0]):
        last = -1
        for x in range(face.shape[1]):
            if face[y, x] != last:
                last = face[y, x]
                if last >= 0:
                    marks[last] = 1


@inner
def _centres(low, high, limit):
    """Give the first pixel whose centre is not before `low`, and the first whose centre is not before `high`."""
    first = int(np.ceil(min(max(low - 0.5, 0.0), float(limit))))
    last = int(np.ceil(min(max(high - 0.5, 0.0), float(limit))))
    return first, last


@inner
def _cut(cuts, px, nodes, start, end, y):
    """Put where the outline of a face crosses a row's centre line into `cuts`, rising; give their number.

    An edge is always followed from its upper end, so that two faces that share it find the same crossing.
    """
    count = 0
    for corner in range(start, end):
        a, b = nodes[corner], nodes[corner + 1 if corner + 1 < end else start]
        ya, yb = px[a, 1], px[b, 1]
        if (ya <= y) == (yb <= y):
            continue
        if ya > yb:
            a, b, ya, yb = b, a, yb, ya
        x = px[a, 0] + (y - ya) * (px[b, 0] - px[a, 0]) / (yb - ya)
        at = count
        while at > 0 and cuts[at - 1] > x:
            cuts[at] = cuts[at - 1]
            at -= 1
        cuts[at] = x
        count += 1
    return count


@kernel(IDS_OUT, CUTS, BOXES, OFFSETS, INDEX, WHOLE, WHOLE)
def _mark(face, cuts, px, offsets, nodes, top, bottom):
    """Write the number of each face at the pixels whose centre it holds."""
    width = face.shape[1]
    for number in range(len(offsets) - 1):
        start, end = offsets[number], offsets[number + 1]
        x0, y0, x1, y1, sound = np.inf, np.inf, -np.inf, -np.inf, 0.0
        for corner in range(start, end):
            x, y = px[nodes[corner], 0], px[nodes[corner], 1]
            x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
            sound += x - x + y - y
        if sound != 0.0 or not (x1 > 0.0 and x0 < width and y1 > top and y0 < bottom):
            continue
        row0, row1 = _centres(y0, y1, bottom)
        left, right = _centres(x0, x1, width)
        if left >= right:
            continue
        for row in range(max(row0, top), row1):
            count = _cut(cuts, px, nodes, start, end, row + 0.5)
            for pair in range(0, count - 1, 2):
                first, last = _centres(cuts[pair], cuts[pair + 1], width)
                for column in range(first, last):
                    face[row, column] = number


@inner
def _shares(px, a, b, c, x, y):
    """Give the shares of b and c at (x, y), and the smallest of the three shares."""
    bx, by, cx, cy = px[b, 0] - px[a, 0], px[b, 1] - px[a, 1], px[c, 0] - px[a, 0], px[c, 1] - px[a, 1]
    area = bx * cy - by * cx
    if area == 0.0:
        return 0.0, 0.0, -np.inf
    dx, dy = x - px[a, 0], y - px[a, 1]
    first, second = (dx * cy - dy * cx) / area, (bx * dy - by * dx) / area
    return first, second, min(first, second, 1.0 - first - second)


@kernel(FANS_OUT, WEIGHTS_OUT, WEIGHTS_OUT, IDS, BOXES, OFFSETS, INDEX, WHOLE, WHOLE)
def _weigh(fan, first, second, face, px, offsets, nodes, top, bottom):
    """Find the triangle of the face's fan that holds each pixel, and the shares of its corners."""
    for row in range(top, bottom):
        for column in range(face.shape[1]):
            number = face[row, column]
            if number < 0:
                continue
            start, end, best = offsets[number], offsets[number + 1], -np.inf
            for corner in range(1, end - start - 1):
                b, c = nodes[start + corner], nodes[start + corner + 1]
                u, v, least = _shares(px, nodes[start], b, c, column + 0.5, row + 0.5)
                if least > best or corner == 1:
                    best = least
                    fan[row, column], first[row, column], second[row, column] = corner, u, v
                if best >= 0.0:
                    break
