"""Nodes, faces and place of a mesh file that says little of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers import crs
from layers.errors import CrsMissing, DataError
from layers.sources.connectivity import anticlockwise, faces_of
from layers.sources.source import Topology, Warned

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def mesh_crs(path: str) -> tuple[str | None, list[Warned]]:
    """Give the system in a ``.prj`` file of the same name beside a mesh; None where there is none."""
    side = Path(path).with_suffix(".prj")
    try:
        if not side.is_file() or side.stat().st_size > 65536:
            return None, []
        return crs.normalise(side.read_text("utf-8", "replace")), []
    except (OSError, CrsMissing):
        return None, [
            Warned(
                "crs_unreadable",
                "The file {name} beside the mesh names no reference system that can be read.",
                "Set the reference system in the properties of the layer.",
                {"name": side.name},
            )
        ]


def topology_of(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    table: NDArray[Any],
    where: str,
    z: NDArray[np.float64] | None = None,
) -> Topology:
    """Build a mesh of a table of node numbers; faces run anticlockwise.

    Parameters
    ----------
    x, y : ndarray, float64, (nodes,)
    table : ndarray of int, (faces, most nodes)
        Zero-based; negative = no node.
    z : ndarray, float64, (nodes,), optional
        Height of the bed.

    Raises
    ------
    DataError
        A face names a node that does not exist.
    """
    highest = int(table.max(initial=-1))
    if highest >= len(x):
        raise node_missing(highest + 1, len(x), where)
    present = table >= 0
    faces = anticlockwise(x, y, faces_of(table, None if present.all() else present))
    return Topology(x, y, faces.offsets, faces.nodes, None, z)


def node_missing(node: int, count: int, where: str) -> DataError:
    """Give the error for a face that names a node that is not there; nodes count from 1."""
    return DataError(
        "A face names node {node}, but the mesh has {count} nodes.",
        where=where,
        remedy="The file is damaged; ask for it again or write it again from the model.",
        node=node,
        count=count,
    )
