"""XDMF results: an XML file that names the tables of an HDF5 file, as BASEMENT writes them.

References
----------
XDMF Model and Format, version 2 (xdmf.org): Grid, Topology, Geometry, Attribute, DataItem, Function, HyperSlab.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

from layers.errors import DataError
from layers.sources.mesh_parts import Quantity, ResultFile, ResultPart
from layers.sources.mesh_places import topology_of
from layers.sources.mesh_rows import padded, row_starts
from layers.sources.mesh_times import model_axis
from layers.sources.mesh_words import xdmf_word
from layers.sources.mesh_xdmf_items import Items, broken
from layers.sources.source import Variable, Warned

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from numpy.typing import NDArray

    from layers.sources.source import DataSource, Location, Topology

LARGEST = 256 << 20
CORNERS = {"triangle": 3, "quadrilateral": 4, "triangle_6": 6, "quadrilateral_8": 8, "polygon": 0}
MIXED = {4: 3, 5: 4, 36: 6, 37: 8}
"""Corners of the elements of a mixed topology, by their number; 3 (polygon) carries its own."""
MOST_CORNERS = 64
CENTRES: dict[str, Location] = {"cell": "face", "node": "node"}


def sniff(path: str, head: bytes) -> bool:
    """Tell whether a file is XDMF: its root element says it."""
    return re.search(rb"<Xdmf[\s>]", head) is not None


def open(path: str) -> DataSource:  # noqa: A001 - the name every reader module offers
    """Open an XDMF file; of its tables only nodes and faces are read.

    Raises
    ------
    DataError
        The XML is damaged or declares entities, names files that are not there, or holds no mesh of faces.
    """
    path = str(path)
    root = tree(path)
    with ExitStack() as held, np.errstate(all="ignore"):
        result = Xdmf(path, root, Items(path, root, held))
        parts = [result.part()]
        return ResultFile(path, "XDMF", parts, held.pop_all().close)


def tree(path: str) -> Element:
    """Read the XML; entities, which can be made to do harm, are refused."""
    file = Path(path)
    if file.stat().st_size > LARGEST:
        raise broken(path, "Xdmf")
    content = file.read_bytes()
    if b"<!ENTITY" in content or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError(
            "This XML file declares entities or a document type; such files are refused because they can be made to "
            "do harm.",
            where=path,
            remedy="Ask for the file again without a DOCTYPE, or as GeoPackage.",
        )
    try:
        return ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError) as fault:
        raise broken(path, "XML") from fault


class Xdmf:
    """The grids of an XDMF file: one mesh, and the attributes of each step."""

    def __init__(self, path: str, root: Element, items: Items) -> None:
        self.path, self._root, self._items = path, root, items
        self._steps = self._grids()
        self._times = np.array([time for time, _ in self._steps])

    def _grids(self) -> list[tuple[float, Element]]:
        """Give the uniform grids with their times; NaN where one has none."""
        found: list[tuple[float, Element]] = []
        for grid in self._root.iter("Grid"):
            if grid.get("GridType", "Uniform").lower() != "uniform":
                continue
            time = grid.find("Time")
            said = re.match(r"\s*[-+.\deE]+", (time.get("Value") or "") if time is not None else "")
            found.append((number(said[0]) if said else np.nan, grid))
        if not found:
            raise broken(self.path, "Grid")
        return found

    def _named(self, grid: Element, tag: str) -> Element:
        """Find a part of a grid; one that refers to another place of the file is followed."""
        one = grid.find(tag)
        if one is None:
            raise broken(self.path, tag)
        return self._items.referred(one)

    def topology(self) -> Topology:
        """Read nodes and faces."""
        grid = self._steps[0][1]
        x, y = self._nodes(self._named(grid, "Geometry"))
        return topology_of(x, y, self._faces(self._named(grid, "Topology")), self.path)

    def _nodes(self, geometry: Element) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        kind = (geometry.get("GeometryType") or geometry.get("Type") or "XYZ").upper()
        arrays = [self._items.read(one) for one in geometry.findall("DataItem")]
        if kind in ("XY", "XYZ") and len(arrays) == 1 and arrays[0].size % len(kind) == 0:
            rows = arrays[0].reshape(-1, len(kind)).astype(np.float64)
            return rows[:, 0].copy(), rows[:, 1].copy()
        if kind in ("X_Y", "X_Y_Z") and len(arrays) >= 2 and arrays[0].size == arrays[1].size:
            return arrays[0].ravel().astype(np.float64), arrays[1].ravel().astype(np.float64)
        raise broken(self.path, f"Geometry {kind}")

    def _faces(self, topology: Element) -> NDArray[np.int64]:
        kind = (topology.get("TopologyType") or topology.get("Type") or "").lower()
        item = topology.find("DataItem")
        if item is None:
            raise broken(self.path, "Topology")
        flat = self._items.read(item).astype(np.int64)
        base = int(number(topology.get("BaseOffset") or "0"))
        if kind == "mixed":
            return mixed(flat.ravel(), self.path) - base
        count = CORNERS.get(kind, -1) or int(number(topology.get("NodesPerElement") or "0"))
        if count < 3 or flat.size % count:
            raise broken(self.path, f"Topology {kind}")
        table = flat.reshape(-1, count) - base
        if int(table.min(initial=0)) < 0:
            raise broken(self.path, "Topology")
        return table

    def part(self) -> ResultPart:
        """Give the layer of the file."""
        mesh = self.topology()
        counts = {"nodes": len(mesh.node_x), "faces": len(mesh.face_offsets) - 1}
        timed = np.isfinite(self._times).all()
        axis = model_axis(self._times, self.path) if timed else None
        warned: list[Warned] = []
        quantities = self._quantities(counts, warned)
        return ResultPart(
            "mesh", Path(self.path).stem, self.path, counts, lambda: mesh, quantities, axis, warnings=warned
        )

    def _quantities(self, counts: dict[str, int], warned: list[Warned]) -> list[Quantity]:
        """Make a quantity of each attribute; one that cannot be shown is named."""
        by_name: dict[str, list[Element | None]] = {}
        for step, (_, grid) in enumerate(self._steps):
            for attribute in grid.findall("Attribute"):
                held = by_name.setdefault(attribute.get("Name") or "-", [])
                held += [None] * (step - len(held))
                held.append(attribute)
        found: list[Quantity] = []
        for name, elements in by_name.items():
            first = next(one for one in elements if one is not None)
            location = CENTRES.get((first.get("Center") or "Node").lower())
            kind = (first.get("AttributeType") or first.get("Type") or "Scalar").lower()
            if location is None or kind not in ("scalar", "vector"):
                warned.append(
                    Warned("attribute_skipped", "The quantity {name} cannot be shown on a mesh.", "", {"name": name})
                )
                continue
            elements += [None] * (len(self._steps) - len(elements))
            count = counts["nodes" if location == "node" else "faces"]
            found.append(self._quantity(name, location, elements, count, vector=kind == "vector"))
        return found

    def _quantity(
        self, name: str, location: Location, elements: list[Element | None], count: int, *, vector: bool
    ) -> Quantity:
        variable = Variable(
            name, location=location, steps=len(elements), vector=vector, title=name, standard_name=xdmf_word(name)
        )
        return Quantity(variable, self._reader(name, elements, count, vector=vector))

    def _reader(
        self, name: str, elements: list[Element | None], count: int, *, vector: bool
    ) -> Callable[[int, int], NDArray[np.float32]]:
        def read(step: int, level: int) -> NDArray[np.float32]:
            one = elements[step]
            item = one.find("DataItem") if one is not None else None
            if item is None:
                return np.full((count, 2) if vector else (count,), np.nan, np.float32)
            values = self._items.read(item)
            if values.size % count or values.size < count * (2 if vector else 1):
                raise broken(self.path, f"Attribute {name}")
            rows = values.reshape(count, -1).astype(np.float32)
            return rows[:, :2] if vector else rows[:, 0]

        return read


def mixed(flat: NDArray[np.int64], path: str) -> NDArray[np.int64]:
    """Read a mixed topology: each element is its kind, the number of nodes where it can differ, and its nodes."""
    known = np.zeros(64, np.int64)
    known[list(MIXED)] = list(MIXED.values())
    heads = np.where((flat >= 1) & (flat <= 3), 2, 1)
    following = np.append(flat[1:], 0)
    counts = np.where(heads == 2, following, known[np.clip(flat, 0, 63)])
    starts = row_starts(heads + np.clip(counts, 0, MOST_CORNERS))
    counts, heads = counts[starts], heads[starts]
    if not len(starts) or (counts < 3).any() or (counts > MOST_CORNERS).any():
        raise broken(path, "Topology Mixed")
    if int(starts[-1] + heads[-1] + counts[-1]) != len(flat):
        raise broken(path, "Topology Mixed")
    return padded(flat, starts + heads, counts)


def number(text: str) -> float:
    """Give a number; NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
