"""SMS: a 2DM mesh with the datasets beside it, or datasets with the mesh beside them.

A mesh shows the datasets in its folder whose values fit its nodes or elements. Datasets take the mesh of the same name,
else the only one in their folder that fits.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.extent import around_points
from layers.sources.guard import head_of
from layers.sources.mesh_2dm import Mesh2dm, read_2dm
from layers.sources.mesh_dat_binary import BinaryDat, is_binary
from layers.sources.mesh_dat_text import TextDat, is_text
from layers.sources.mesh_dataset import Dataset, parted
from layers.sources.mesh_parts import Quantity, ResultFile, ResultPart
from layers.sources.mesh_words import GROUND, sms_word
from layers.sources.source import Variable, Warned

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from layers.sources.cf_time import DecodedTime
    from layers.sources.source import DataSource, Location

MESH_SUFFIX = ".2dm"
DATA_SUFFIXES = (".dat", ".h5", ".hdf5", ".xmdf")
HDF5 = b"\x89HDF\r\n\x1a\n"
MOST_FILES = 200
"""Dataset files beside a mesh that are looked at."""


def sniff(path: str, head: bytes) -> bool:
    """Tell whether a file is a 2DM mesh or a file of datasets."""
    if head.startswith(HDF5):
        return is_hdf_datasets(str(path))
    return is_binary(head) or is_text(head) or b"MESH2D" in head[:512]


def is_hdf_datasets(path: str) -> bool:
    """Tell whether an HDF5 file calls itself Xmdf."""
    from layers.sources.mesh_xmdf import is_xmdf, opened, readable

    with readable(path, "File Type"), opened(path) as file:
        return is_xmdf(file)


def open(path: str) -> DataSource:  # noqa: A001 - the name every reader module offers
    """Open a mesh with its datasets, or datasets with their mesh.

    Raises
    ------
    DataError
        A file is damaged, or no mesh or several fit the datasets.
    """
    path = str(path)
    with ExitStack() as held, np.errstate(all="ignore"):
        file = Path(path)
        if b"MESH2D" in head_of(file)[:512]:
            mesh = read_2dm(path)
            found, warned = beside(mesh, held)
        else:
            found, warned = datasets_of(path, held), []
            mesh = mesh_for(path, found)
        parts = parts_of(mesh, found, warned, path)
        names = sorted({Path(one.file).name for one in found} | {Path(mesh.path).name})
        return ResultFile(path, driver_of(path, found), parts, held.pop_all().close, extra={"files": names})


def driver_of(path: str, found: list[Dataset]) -> str:
    """Name the format."""
    if path.lower().endswith(MESH_SUFFIX) or not found:
        return "2DM"
    return "DAT" if path.lower().endswith(".dat") else "XMDF"


def datasets_of(path: str, held: ExitStack) -> list[Dataset]:
    """Find the datasets of a file, which stays open.

    Raises
    ------
    DataError
        The file is damaged or holds none.
    """
    head = head_of(Path(path))
    if head.startswith(HDF5):
        from layers.sources.mesh_xmdf import datasets, opened

        found = datasets(held.enter_context(opened(path)), path)
    else:
        stream = held.enter_context(Path(path).open("rb"))  # noqa: SIM115 - held open by the source
        found = (BinaryDat(path, stream) if is_binary(head) else TextDat(path, stream)).datasets
    if not found:
        raise DataError(
            "The file holds no datasets.",
            where=path,
            remedy="Open the result file of the model; this one may be its settings or a mesh.",
        )
    return [part for one in found for part in parted(one)]


def files_beside(path: str, suffixes: tuple[str, ...]) -> list[Path]:
    """List the files in the folder of a file that have one of some suffixes, by name."""
    try:
        found = sorted(one for one in Path(path).parent.iterdir() if one.suffix.lower() in suffixes)
    except OSError:
        return []
    return found[:MOST_FILES]


def beside(mesh: Mesh2dm, held: ExitStack) -> tuple[list[Dataset], list[Warned]]:
    """Find the datasets beside a mesh that fit it; a file that cannot be read is told, not refused."""
    found: list[Dataset] = []
    warned: list[Warned] = []
    for file in files_beside(mesh.path, DATA_SUFFIXES):
        try:
            if not sniff(str(file), head_of(file)):
                continue
            fitting = [one for one in datasets_of(str(file), held) if place_of(one, mesh) is not None]
            for one in fitting:
                one.axis()
        except DataError:
            warned.append(
                Warned(
                    "dataset_unreadable",
                    "The dataset file {name} beside the mesh cannot be read and is left out.",
                    "Open it alone to see what is wrong with it.",
                    {"name": file.name},
                )
            )
            continue
        found += fitting
    return found, warned


def mesh_for(path: str, found: list[Dataset]) -> Mesh2dm:
    """Find the mesh that datasets belong to.

    Raises
    ------
    DataError
        There is none, or several fit and none has the name of the file.
    """
    candidates = files_beside(path, (MESH_SUFFIX,))
    own = [one for one in candidates if one.stem.lower() == Path(path).stem.lower()]
    fitting = [
        mesh
        for mesh in (read_2dm(str(one)) for one in (own or candidates))
        if any(place_of(one, mesh) is not None for one in found)
    ]
    if len(fitting) == 1:
        return fitting[0]
    counts = ", ".join(str(count) for count in sorted({one.count for one in found}))
    if not fitting:
        raise DataError(
            "These datasets hold {counts} values a step, and no 2DM mesh with so many nodes or elements lies beside "
            "them.",
            where=path,
            remedy="Put the .2dm mesh of the model into the same folder, and open the file again.",
            counts=counts,
        )
    raise DataError(
        "Several meshes beside these datasets fit them: {names}.",
        where=path,
        remedy="Give the right mesh the same name as the dataset file, or open the mesh.",
        names=", ".join(Path(one.path).name for one in fitting),
    )


def place_of(one: Dataset, mesh: Mesh2dm) -> tuple[Location, NDArray[np.int64] | None] | None:
    """Give where the values of a dataset belong, and which of them are shown; None where they do not fit."""
    return placed(one.count, mesh, on_elements=one.on_elements)


def placed(count: int, mesh: Mesh2dm, *, on_elements: bool) -> tuple[Location, NDArray[np.int64] | None] | None:
    """Give where so many values belong, and which of them are shown; None where they do not fit.

    Values stand in the order of the numbers of nodes or elements; where numbers have gaps, some programs write a value
    for each number.
    """
    ways: list[tuple[int, Location, NDArray[np.int64] | None]] = [
        (len(mesh.node_ids), "node", None),
        (int(mesh.node_ids[-1]), "node", mesh.node_ids - 1),
        (len(mesh.element_ids), "face", mesh.rows if mesh.lines else None),
        (len(mesh.rows), "face", None),
        (int(mesh.element_ids[-1]), "face", mesh.element_ids[mesh.rows] - 1),
    ]
    if on_elements:
        ways.sort(key=lambda way: way[1] == "node")
    return next((way[1:] for way in ways if way[0] == count), None)


def parts_of(mesh: Mesh2dm, found: list[Dataset], warned: list[Warned], path: str) -> list[ResultPart]:
    """Make one layer of the datasets of each time axis; those without steps in time go with the first."""
    named = with_names([one for one in found if place_of(one, mesh) is not None])
    axes: list[DecodedTime] = []
    members: list[list[tuple[str, Dataset]]] = []
    for name, one in named:
        axis = one.axis()
        if axis is None or (one.steps == 1 and axis.axis.kind == "elapsed"):
            continue
        number = next((n for n, other in enumerate(axes) if other.axis == axis.axis), len(axes))
        if number == len(axes):
            axes.append(axis)
            members.append([])
        members[number].append((name, one))
    if len(axes) > 1 and any(len(axis.axis) > 1 for axis in axes):
        kept = [n for n, axis in enumerate(axes) if len(axis.axis) > 1]
        axes, members = [axes[n] for n in kept], [members[n] for n in kept]
    timed = {id(one) for group in members for _, one in group}
    still = [(name, one) for name, one in named if id(one) not in timed and one.steps]
    groups: list[tuple[DecodedTime | None, list[tuple[str, Dataset]]]] = list(zip(axes, members, strict=True))
    groups = groups or [(None, [])]
    return [
        part_of(mesh, axis, [*group, *(still if number == 0 else [])], warned if number == 0 else [], path, number)
        for number, (axis, group) in enumerate(groups)
    ]


def with_names(found: list[Dataset]) -> list[tuple[str, Dataset]]:
    """Give each dataset a name that no other has: that of its file is added where two agree."""
    names = [one.name for one in found]
    taken: set[str] = set()
    named: list[tuple[str, Dataset]] = []
    for one in found:
        name = f"{one.name} ({Path(one.file).name})" if names.count(one.name) > 1 else one.name
        number = 2
        while name in taken:
            name, number = f"{one.name} ({Path(one.file).name}, {number})", number + 1
        taken.add(name)
        named.append((name, one))
    return named


def part_of(
    mesh: Mesh2dm,
    axis: DecodedTime | None,
    group: list[tuple[str, Dataset]],
    warned: list[Warned],
    path: str,
    number: int,
) -> ResultPart:
    """Make one layer."""
    title = mesh.name or Path(mesh.path).stem
    if number and group:
        title = f"{title} · {Path(group[0][1].file).stem}"
    quantities = [quantity(name, one, mesh) for name, one in group]
    taken = {one.variable.name for one in quantities}
    quantities += [one for one in own(mesh) if one.variable.name not in taken]
    counts = {"nodes": len(mesh.node_ids), "faces": len(mesh.rows)}
    if mesh.lines:
        lines = Warned("lines_left_out", "{count} line elements of the mesh are not shown.", "", {"count": mesh.lines})
        warned = [*warned, lines]
    box = around_points(mesh.xyz[:, 0], mesh.xyz[:, 1])
    return ResultPart(
        "mesh" if not number else f"mesh_{number + 1}", title, mesh.path, counts, mesh.topology, quantities, axis, box,
        warnings=warned,
    )  # fmt: skip


def own(mesh: Mesh2dm) -> list[Quantity]:
    """Give what the mesh itself holds: the height of its nodes and the materials of its elements."""
    bed = Variable("bed_elevation", location="node", standard_name=GROUND, dtype="float64")
    material = Variable("material", location="face", dtype="int64")
    return [
        Quantity(bed, lambda step, level: mesh.xyz[:, 2].astype(np.float32)),
        Quantity(material, lambda step, level: mesh.material.astype(np.float32)),
    ]


def quantity(name: str, one: Dataset, mesh: Mesh2dm) -> Quantity:
    """Make a quantity of a dataset."""
    found = place_of(one, mesh)
    location, kept = found if found is not None else ("node", None)
    word = sms_word(one.name)
    variable = Variable(
        name=name,
        units=one.units or None,
        location=location,
        steps=one.steps,
        vector=one.vector,
        title=name,
        standard_name=word,
    )
    return Quantity(variable, reader(one, mesh, location, kept))


def reader(
    one: Dataset, mesh: Mesh2dm, location: Location, kept: NDArray[np.int64] | None
) -> Callable[[int, int], NDArray[np.float32]]:
    """Give what reads a step, with NaN where the file says that a place is inactive."""

    def read(step: int, level: int) -> NDArray[np.float32]:
        values = one.values(step)
        values = values if kept is None else values[kept]
        flags = one.active(step) if one.active is not None else None
        wet = None if flags is None else activity(flags, mesh, location)
        if wet is None:
            return values
        mask: Any = wet if values.ndim == 1 else wet[:, np.newaxis]
        return np.where(mask, values, np.float32(np.nan))

    return read


def activity(flags: NDArray[np.bool_], mesh: Mesh2dm, location: Location) -> NDArray[np.bool_] | None:
    """Give which places are active; a node is where one of its elements is. None where the flags do not fit."""
    if location == "node" and len(flags) == len(mesh.node_ids) != len(mesh.element_ids):
        return flags
    found = placed(len(flags), mesh, on_elements=True)
    if found is None or found[0] != "face":
        return None
    faces = flags if found[1] is None else flags[found[1]]
    if location == "face":
        return faces
    topology = mesh.topology()
    nodes = np.zeros(len(mesh.node_ids), bool)
    nodes[topology.face_nodes[np.repeat(faces, np.diff(topology.face_offsets))]] = True
    return nodes
