"""Values to colours: one look-up per pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.views.map2d.bands import in_bands
from app.views.map2d.blend import premultiplied, scaled
from app.views.map2d.compiled import (
    COLOURS,
    EDGES,
    FLAG,
    GRID,
    INDEX,
    OFFSETS,
    PICTURE,
    REAL,
    VALUES,
    WHOLE,
    inner,
    kernel,
    read_only,
    writable,
)
from app.views.map2d.faces import IDS, Plan, Where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.views.map2d.colours import Colouring

FANS = read_only("uint16", 2)

_NO_VALUES = np.empty(0, np.float32)
_NO_FANS = np.empty((0, 0), np.uint16)
_NO_GRID = np.empty((0, 0), np.float32)


class Dry(NamedTuple):
    """What is not drawn: faces, or parts of faces, whose depth is below a limit or unknown.

    Parameters
    ----------
    depth : ndarray, float32, (faces,) or (nodes,)
        Water depth in m.
    below : float
        Limit in m.
    where : str
        What the depths lie on; on nodes the shore runs through the faces.
    """

    depth: NDArray[np.float32]
    below: float
    where: Where = "face"


def paint_faces(
    plan: Plan,
    values: NDArray[np.float32],
    colouring: Colouring,
    *,
    dry: Dry | None = None,
    out: NDArray[np.uint32] | None = None,
    threads: int = 0,
) -> NDArray[np.uint32]:
    """Give the picture of one value per face.

    Parameters
    ----------
    plan : Plan
        From `faces.face_plan`.
    values : ndarray, float32, (faces,)
        NaN = transparent.
    colouring : Colouring
        A continuous table (values beyond its ends take the end's colour) or classes (values in no class are
        transparent; a class holds its lower limit, or its upper one where the colouring says so).
    dry : Dry, optional
        What is left out.
    out : ndarray, uint32, (height, width), optional
        Picture to write into, all of it.
    threads : int
        Threads to share the rows; 0 = as many as the machine suggests.

    Returns
    -------
    ndarray, uint32, (height, width)
        Premultiplied ``0xAARRGGBB``.
    """
    return _painted(plan, values, "face", colouring, dry, out, threads)


def paint_nodes(
    plan: Plan,
    values: NDArray[np.float32],
    colouring: Colouring,
    *,
    dry: Dry | None = None,
    out: NDArray[np.uint32] | None = None,
    threads: int = 0,
) -> NDArray[np.uint32]:
    """Give the picture of one value per node, linear within the triangles of each face; else as `paint_faces`.

    Parameters
    ----------
    plan : Plan
        Made with weights for nodes.
    values : ndarray, float32, (nodes,)
        A face with a NaN node is transparent in the triangles that touch it.
    colouring, dry, out, threads :
        As in `paint_faces`.
    """
    return _painted(plan, values, "node", colouring, dry, out, threads)


def paint_grid(
    block: NDArray[np.float32],
    colouring: Colouring,
    *,
    light: NDArray[np.float32] | None = None,
    out: NDArray[np.uint32] | None = None,
    threads: int = 0,
) -> NDArray[np.uint32]:
    """Give the picture of a grid, one pixel per value.

    Parameters
    ----------
    block : ndarray, float32, (height, width)
        NaN = transparent.
    colouring : Colouring
        As in `paint_faces`.
    light : ndarray, float32, (height, width), optional
        From `grids.hillshade`; colours are multiplied by it, NaN = as 1.
    out, threads :
        As in `paint_faces`.
    """
    block = np.ascontiguousarray(block, np.float32)
    shades = _NO_GRID if light is None else np.ascontiguousarray(light, np.float32)
    if light is not None and shades.shape != block.shape:
        raise ValueError(f"light is {shades.shape}, the grid {block.shape}")
    picture = _sheet(out, block.shape)
    looks = _table(colouring)
    in_bands(lambda top, bottom: _paint_grid(picture, block, *looks, shades, top, bottom), block.shape[0], threads)
    return picture


def _painted(
    plan: Plan,
    values: NDArray[np.float32],
    where: Where,
    colouring: Colouring,
    dry: Dry | None,
    out: NDArray[np.uint32] | None,
    threads: int,
) -> NDArray[np.uint32]:
    values = _checked(plan, values, where)
    depth = _NO_VALUES if dry is None else _checked(plan, dry.depth, dry.where)
    by_depth = 0 if dry is None else (1 if dry.where == "face" else 2)
    limit = 0.0 if dry is None else float(np.float32(dry.below))
    fan = _NO_FANS if plan.fan is None else plan.fan
    weights = (_NO_GRID, _NO_GRID) if plan.weights is None else plan.weights
    picture, looks, mesh = _sheet(out, plan.face.shape), _table(colouring), plan.topology

    def band(top: int, bottom: int) -> None:
        rest = (where == "node", values, by_depth, depth, limit, *looks, top, bottom)
        _paint_mesh(picture, plan.face, fan, *weights, mesh.face_offsets, mesh.face_nodes, *rest)

    in_bands(band, plan.face.shape[0], threads)
    return picture


def _checked(plan: Plan, values: NDArray[np.float32], where: Where) -> NDArray[np.float32]:
    count = plan.topology.faces if where == "face" else plan.topology.nodes
    if len(values) != count:
        raise ValueError(f"{len(values)} values for {count} {where}s")
    if where == "node" and (plan.fan is None or plan.weights is None):
        raise ValueError("this plan was made without weights for nodes")
    return np.ascontiguousarray(values, np.float32)


def _sheet(out: NDArray[np.uint32] | None, shape: tuple[int, int]) -> NDArray[np.uint32]:
    if out is not None and (out.shape != shape or out.dtype != np.uint32 or not out.flags.c_contiguous):
        raise ValueError(f"the picture to write into must be contiguous uint32 {shape}")
    return np.empty(shape, np.uint32) if out is None else out


def _table(colouring: Colouring) -> tuple[NDArray[np.uint32], float, float, NDArray[np.float32], bool]:
    """Give the premultiplied table, low end, entries per unit, edges and which limit a class holds."""
    straight = np.ascontiguousarray(colouring.table, np.uint32)
    table = np.empty_like(straight)
    _premultiply(straight, table)
    edges = _NO_VALUES if colouring.edges is None else np.ascontiguousarray(colouring.edges, np.float32)
    if len(table) == 0 or (colouring.edges is not None and len(edges) != len(table) + 1):
        raise ValueError(f"{len(table)} colours for {len(edges)} class limits")
    span = float(colouring.high) - float(colouring.low)
    return table, float(colouring.low), len(table) / span if span > 0.0 else 1e30, edges, colouring.upper_included


# -------------------------------------------------------------------- kernels
@kernel(COLOURS, writable("uint32"))
def _premultiply(straight, table):
    for entry in range(len(straight)):
        table[entry] = premultiplied(straight[entry])


@inner
def _class_of(value, edges, upper_included):
    """Give the class of a value, or -1; limits are compared as float32, as the values are."""
    low, high = 0, len(edges)
    while low < high:
        middle = (low + high) >> 1
        if edges[middle] < value or (edges[middle] == value and not upper_included):
            low = middle + 1
        else:
            high = middle
    return low - 1 if low < len(edges) else -1


@inner
def _colour_at(value, table, low, per_unit, edges, upper_included):
    """Give the premultiplied colour of a value; NaN has none."""
    if value != value:
        return np.uint32(0)
    if len(edges):
        place = _class_of(value, edges, upper_included)
        return table[place] if place >= 0 else np.uint32(0)
    place = (np.float64(value) - low) * per_unit
    return table[int(min(max(place, 0.0), len(table) - 1.0))]


@inner
def _blend_of(values, nodes, start, corner, u, v):
    """Give the value between three nodes."""
    a = values[nodes[start]]
    return a + u * (values[nodes[start + corner]] - a) + v * (values[nodes[start + corner + 1]] - a)


@kernel(
    PICTURE, IDS, FANS, GRID, GRID, OFFSETS, INDEX,
    FLAG, VALUES, WHOLE, VALUES, REAL, COLOURS, REAL, REAL, EDGES, FLAG, WHOLE, WHOLE,
)  # fmt: skip
def _paint_mesh(
    picture, face, fan, first, second, offsets, nodes,
    on_nodes, values, by_depth, depth, limit, table, low, per_unit, edges, upper_included, top, bottom,
):  # fmt: skip
    varies = on_nodes or by_depth == 2
    for y in range(top, bottom):
        last, colour, value = -1, np.uint32(0), np.float32(0.0)
        for x in range(face.shape[1]):
            number = face[y, x]
            if number == last and not varies:
                picture[y, x] = colour
                continue
            last, colour = number, np.uint32(0)
            if number >= 0:
                start = offsets[number]
                wet = by_depth != 1 or depth[number] >= limit
                if by_depth == 2:
                    wet = _blend_of(depth, nodes, start, fan[y, x], first[y, x], second[y, x]) >= limit
                if wet:
                    if on_nodes:
                        value = _blend_of(values, nodes, start, fan[y, x], first[y, x], second[y, x])
                    else:
                        value = values[number]
                    colour = _colour_at(value, table, low, per_unit, edges, upper_included)
            picture[y, x] = colour


@kernel(PICTURE, GRID, COLOURS, REAL, REAL, EDGES, FLAG, GRID, WHOLE, WHOLE)
def _paint_grid(picture, block, table, low, per_unit, edges, upper_included, light, top, bottom):
    for y in range(top, bottom):
        for x in range(block.shape[1]):
            colour = _colour_at(block[y, x], table, low, per_unit, edges, upper_included)
            if len(light) and colour != 0:
                share = light[y, x]
                if share == share:
                    # The alpha stays, the colours darken.
                    dark = scaled(colour, int(min(max(share, 0.0), 1.0) * 255.0 + 0.5))
                    colour = np.uint32((np.int64(colour) & 0xFF000000) | (dark & 0xFFFFFF))
            picture[y, x] = colour
