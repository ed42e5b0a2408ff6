"""Meshes of MIKE 21 and MIKE 3 FM as text (.mesh): nodes with the height of the bed, triangles and quadrangles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import SourceUnavailable
from layers.extent import around_points
from layers.sources.cf_crs import crs_warnings, understood
from layers.sources.connectivity import anticlockwise, faces_of
from layers.sources.guard import MAX_PARSED_BYTES
from layers.sources.model_part import Fixed, ModelPart, Quantity
from layers.sources.model_source import ModelSource, damage_in_words
from layers.sources.source import LayerDescription, Topology, Variable, Warned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.sources.source import DataSource

HEAD = re.compile(rb"\s*(?:(\d+)\s+(\d+)\s+)?(\d+)\s+(\S.*?)\s*\r?\n")
"""Item and unit of the bed (missing in old files), number of nodes, reference system."""
BATHYMETRY, METRE = 100079, 1000
LONG_LAT = "LONG/LAT"


@dataclass(frozen=True, slots=True)
class MeshText:
    """What a file says: nodes (n, 3) as x, y and bed, elements as node numbers from 0 (-1 = padding)."""

    system: str
    units: str | None
    nodes: NDArray[np.float64]
    table: NDArray[np.int64]


def sniff(path: str | Path, head: bytes) -> bool:
    """Tell whether a file begins as such a mesh does, and goes on with a node."""
    found = HEAD.match(head)
    if found is None:
        return False
    second = head[found.end() :].split(b"\n", 1)[0].split()
    return len(second) == 5 and second[0].isdigit() and re.fullmatch(rb"[+-]?\d+", second[4]) is not None


def open(path: str) -> DataSource:  # noqa: A001 - the name every reader module offers
    """Open a mesh; it is text, and read whole.

    Raises
    ------
    SourceUnavailable
        It is too large to be read whole, cut off, or its numbers cannot be read.
    """
    size = Path(path).stat().st_size
    if size > MAX_PARSED_BYTES:
        raise SourceUnavailable(
            "This text file is too large to be read whole ({size} MB).",
            where=path,
            remedy="Open the result (.dfsu) as UGRID NetCDF instead.",
            size=size >> 20,
        )
    with damage_in_words(path):
        return ModelSource(path, "MIKE mesh", [part_of(parsed(path), path)], lambda: None)


def parsed(path: str) -> MeshText:
    """Read the text.

    Raises
    ------
    SourceUnavailable
        Fewer nodes or elements than the file announces, or a line that is no node or element.
    """
    lines = Path(path).read_bytes().splitlines(keepends=True)
    head = HEAD.match(lines[0])
    count = int(head[3]) if head else 0
    if head is None or len(lines) < count + 2:
        raise cut_off(path, count, len(lines) - 1, "nodes")
    nodes = np.loadtxt(lines[1 : count + 1], ndmin=2)
    announced = [int(word) for word in lines[count + 1].split()[:2]]
    elements = lines[count + 2 : count + 2 + announced[0]]
    if len(elements) < announced[0] or nodes.shape != (count, 5):
        raise cut_off(path, announced[0], len(elements), "elements")
    table = np.loadtxt(elements, dtype=np.int64, ndmin=2)[:, 1:]
    if table.size and (int(table.max()) > int(nodes[:, 0].max()) or table.shape[1] != announced[1]):
        raise cut_off(path, announced[0], len(elements), "elements")
    number = np.full(int(nodes[:, 0].max(initial=0)) + 1, -1, np.int64)
    number[nodes[:, 0].astype(np.int64)] = np.arange(count)
    number[0] = -1
    unit = "m" if head[2] == str(METRE).encode() else None
    return MeshText(head[4].decode("utf-8", "replace"), unit, nodes[:, 1:4], number[table])


def cut_off(path: str, wanted: int, found: int, things: str) -> SourceUnavailable:
    """Give the error for a file that holds fewer than it announces."""
    return SourceUnavailable(
        "The mesh announces {wanted} nodes, but {found} lines follow."
        if things == "nodes"
        else "The mesh announces {wanted} elements; {found} lines of elements follow, or some are damaged.",
        where=path,
        remedy="Copy it again from its origin.",
        wanted=wanted,
        found=max(found, 0),
    )


def part_of(text: MeshText, path: str) -> ModelPart:
    """Make the layer."""
    x, y, bed = (np.ascontiguousarray(text.nodes[:, i]) for i in range(3))
    box = around_points(x, y)
    system, said = system_of(text.system)
    facts = LayerDescription(
        key="",
        kind="mesh",
        crs=system,
        bounds=box,
        counts={"nodes": len(x), "faces": len(text.table)},
        warnings=tuple(crs_warnings(system, box, said, geographic=text.system == LONG_LAT)),
        extra={"projection": text.system, **({"geographic": True} if text.system == LONG_LAT else {})},
    )

    def topology() -> Topology:
        faces = anticlockwise(x, y, faces_of(text.table, text.table >= 0))
        return Topology(x, y, faces.offsets, faces.nodes, node_z=bed)

    ground = Variable("z", text.units, "node", title="Ground height")
    return ModelPart(facts, topology, [Quantity(ground, Fixed(bed.astype(np.float32)))], path)


def system_of(word: str) -> tuple[str | None, list[Warned]]:
    """Give the reference system of MIKE's text: WKT is understood, a short name such as UTM-33 names no datum."""
    if word == LONG_LAT:
        return None, []
    found = understood(word) if "[" in word else None
    if found:
        return found, []
    return None, [
        Warned(
            "crs_missing",
            "The file calls its reference system {word}, which does not say the datum.",
            "Set the reference system in the properties of the layer.",
            {"word": word},
        )
    ]
