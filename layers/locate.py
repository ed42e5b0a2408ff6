"""Which cell of a grid or face of a mesh lies under a point, and with what weights the nodes of a face count there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.extent import Extent
    from layers.sources.source import Topology

FEW = 32
VERY_FEW = 6
NO_SAY = 1e-9
"""A corner with no more weight than this has no say: its value may be missing."""


@dataclass(frozen=True, slots=True)
class Located:
    """Where points lie in a mesh.

    Parameters
    ----------
    faces : ndarray, int64, (points,)
        Face under each point; -1 = outside the mesh.
    nodes : ndarray, int64, (points, 3)
        Nodes of the triangle around the point (faces with more corners are split in a fan).
    weights : ndarray, float64, (points, 3)
        Barycentric weights of these nodes; they add up to 1.
    """

    faces: NDArray[np.int64]
    nodes: NDArray[np.int64]
    weights: NDArray[np.float64]


def locate(topology: Topology, x: NDArray[np.float64], y: NDArray[np.float64]) -> Located:
    """Find the face under each point, (east, north) in the CRS of the mesh.

    A point on a common edge belongs to the face with the smaller number.
    """
    count = len(x)
    faces = np.full(count, -1, dtype=np.int64)
    nodes = np.zeros((count, 3), dtype=np.int64)
    weights = np.zeros((count, 3))
    for point, candidates in _candidates(topology, x, y):
        for face in candidates:
            found = place_in(topology, int(face), float(x[point]), float(y[point]))
            if found is not None:
                faces[point] = face
                nodes[point], weights[point] = found
                break
    return Located(faces, nodes, weights)


def cells_at(box: Extent, width: int, height: int, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the cell of a grid under each point: row * width + column, row 0 north; -1 = outside.

    A point on a common edge belongs to the cell east or south of it, one on the east or south edge of the grid to the
    last cell.

    Parameters
    ----------
    box : Extent
        Outer edges of the grid.
    width, height : int
        Columns and rows.
    x, y : ndarray, float64, (points,)
        East, north in the CRS of the grid; NaN is outside.
    """
    with np.errstate(invalid="ignore"):
        inside = (x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1)
    column = np.where(inside, (x - box.x0) / box.width * width, 0).astype(np.int64)
    row = np.where(inside, (box.y1 - y) / box.height * height, 0).astype(np.int64)
    cell = np.minimum(row, height - 1) * width + np.minimum(column, width - 1)
    return np.where(inside, cell, -1)


def face_boxes(topology: Topology) -> NDArray[np.float64]:
    """Give the box of every face, (faces, 4) as x0, y0, x1, y1."""
    starts = topology.face_offsets[:-1]
    x = topology.node_x[topology.face_nodes]
    y = topology.node_y[topology.face_nodes]
    return np.column_stack(
        [
            np.minimum.reduceat(x, starts),
            np.minimum.reduceat(y, starts),
            np.maximum.reduceat(x, starts),
            np.maximum.reduceat(y, starts),
        ]
    )


def mixed(values: NDArray[np.floating], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the value at places from those of their triangles' corners.

    Parameters
    ----------
    values : ndarray, float, (..., corners)
        NaN = no value.
    weights : ndarray, float64, (..., corners)
        They add up to 1.

    Returns
    -------
    ndarray, float64, (...)
        NaN where a corner that counts has no value.
    """
    return np.where(np.abs(weights) <= NO_SAY, 0.0, values * weights).sum(axis=-1)


def _round(topology: Topology, x: float, y: float) -> NDArray[np.int64]:
    """List the faces whose box holds a point, in passes over bytes: some milliseconds for a million faces."""
    east, north = topology.node_x, topology.node_y
    sides = (east <= x).astype(np.uint8)
    sides |= (east >= x).astype(np.uint8) << 1
    sides |= (north <= y).astype(np.uint8) << 2
    sides |= (north >= y).astype(np.uint8) << 3
    corners, starts = sides[topology.face_nodes], topology.face_offsets[:-1]
    counts = np.diff(topology.face_offsets)
    if counts.min() == counts.max():
        met = corners[:: counts[0]].copy()
        for corner in range(1, int(counts[0])):
            met |= corners[corner :: counts[0]]
    else:
        met = np.bitwise_or.reduceat(corners, starts)
    return np.flatnonzero(met == 15)


def _candidates(
    topology: Topology, x: NDArray[np.float64], y: NDArray[np.float64]
) -> list[tuple[int, NDArray[np.int64]]]:
    if not len(topology.face_offsets) - 1:
        return []
    if len(x) <= VERY_FEW:
        return [(i, _round(topology, float(x[i]), float(y[i]))) for i in range(len(x))]
    boxes = face_boxes(topology)
    if len(x) <= FEW:
        return [
            (
                i,
                np.flatnonzero(
                    (boxes[:, 0] <= x[i]) & (boxes[:, 2] >= x[i]) & (boxes[:, 1] <= y[i]) & (boxes[:, 3] >= y[i])
                ),
            )
            for i in range(len(x))
        ]
    import shapely

    tree = shapely.STRtree(shapely.box(boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3]))
    point, face = tree.query(shapely.points(x, y))
    order = np.lexsort((face, point))
    point, face = point[order], face[order]
    starts = np.flatnonzero(np.r_[True, point[1:] != point[:-1]]) if len(point) else np.zeros(0, dtype=np.int64)
    return [(int(point[s]), part) for s, part in zip(starts, np.split(face, starts[1:]), strict=False)]


def place_in(topology: Topology, face: int, x: float, y: float) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
    """Give the corners of the triangle of a face that holds a place, and their weights; None outside the face."""
    ring = topology.face_nodes[topology.face_offsets[face] : topology.face_offsets[face + 1]].astype(np.int64)
    for corner in range(1, len(ring) - 1):
        three = ring[[0, corner, corner + 1]]
        weights = barycentric(topology.node_x[three], topology.node_y[three], x, y)
        if weights is not None:
            return three, weights
    return None


def barycentric(nx: NDArray[np.float64], ny: NDArray[np.float64], x: float, y: float) -> NDArray[np.float64] | None:
    """Give the weights of a triangle's corners at a point inside it (or on its edge), else None."""
    area = (nx[1] - nx[0]) * (ny[2] - ny[0]) - (nx[2] - nx[0]) * (ny[1] - ny[0])
    if area == 0.0:
        return None
    w1 = ((x - nx[0]) * (ny[2] - ny[0]) - (nx[2] - nx[0]) * (y - ny[0])) / area
    w2 = ((nx[1] - nx[0]) * (y - ny[0]) - (x - nx[0]) * (ny[1] - ny[0])) / area
    w = np.array([1.0 - w1 - w2, w1, w2])
    return w if bool((w >= -1e-9).all()) else None
