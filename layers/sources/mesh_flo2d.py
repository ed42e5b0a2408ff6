"""FLO-2D projects: the grid of a folder, results in time (TIMDEP) and what was recorded over the run.

References
----------
FLO-2D Data Input Manual (CADPTS.DAT, TOPO.DAT, FPLAIN.DAT, CONT.DAT) and Reference Manual, output files.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.sources.mesh_2dm import parsed
from layers.sources.mesh_dataset import Dataset
from layers.sources.mesh_parts import Quantity, ResultFile, ResultPart
from layers.sources.mesh_words import DEPTH, GROUND, LEVEL, SPEED, VELOCITY
from layers.sources.source import Topology, Variable, Warned

if TYPE_CHECKING:
    from typing import BinaryIO

    from numpy.typing import NDArray

    from layers.sources.source import DataSource

RECORDED = {
    "DEPTH.OUT": ("Maximum depth", DEPTH, "length"),
    "MAXWSELEV.OUT": ("Maximum water surface", LEVEL, "length"),
    "VELFP.OUT": ("Maximum velocity", SPEED, "speed"),
    "FINALDEP.OUT": ("Final depth", DEPTH, "length"),
    "FINALVEL.OUT": ("Final velocity", SPEED, "speed"),
    "TIMETOPEAK.OUT": ("Time to peak", "", "h"),
    "TIMEONEFT.OUT": ("Time to one foot", "", "h"),
    "TIMETWOFT.OUT": ("Time to two feet", "", "h"),
    "SPECENERGY.OUT": ("Specific energy", "", ""),
    "STATICPRESS.OUT": ("Static pressure", "", ""),
    "IMPACT.OUT": ("Impact force", "", ""),
}
"""Files of what was recorded over the run: number, x, y and value of each cell."""
TIMED = {
    "FLOW DEPTH": (DEPTH, "length"),
    "Floodplain Water Surface Elevation": (LEVEL, "length"),
    "Velocity": (VELOCITY, "speed"),
    "Velocity MAG": (SPEED, "speed"),
}
UNITS = {"0": {"length": "ft", "speed": "ft/s", "h": "h"}, "1": {"length": "m", "speed": "m/s", "h": "h"}}
"""Units by the switch METRIC of CONT.DAT."""
MOST_CELLS = 50_000_000


@dataclass(slots=True)
class Grid:
    """The cells of a project: middles (cells,), their size, numbers, height of the ground or NaN."""

    ids: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    size: float
    ground: NDArray[np.float64] | None


def sniff(path: str, head: bytes) -> bool:
    """Tell whether a file is one of a project; its name says it."""
    return True


def open(path: str) -> DataSource:  # noqa: A001 - the name every reader module offers
    """Open the project that a file belongs to.

    Raises
    ------
    DataError
        The grid is not beside the file, or a file is damaged.
    """
    path = str(path)
    with ExitStack() as held, np.errstate(all="ignore"):
        files = beside(path)
        grid = read_grid(path, files)
        found = timed(path, files, grid, held)
        part = project(path, files, grid, found)
        return ResultFile(path, "FLO-2D", [part], held.pop_all().close)


def beside(path: str) -> dict[str, Path]:
    """Give the files of a folder by their names in capitals."""
    return {one.name.upper(): one for one in sorted(Path(path).parent.iterdir()) if one.is_file()}


def damaged(path: Path | str) -> DataError:
    """Give the error for a file of a project that cannot be read."""
    return DataError(
        "The file {name} of the FLO-2D project is damaged or cut off.",
        where=str(path),
        remedy="Copy it again from where it comes, or write it again from the model.",
        name=Path(path).name,
    )


def table(path: Path, width: int) -> NDArray[np.float64]:
    """Read a file of numbers, so many to a line."""
    if path.stat().st_size > MOST_CELLS * 20:
        raise damaged(path)
    found = parsed(path.read_bytes())
    if not len(found) or len(found) % width:
        raise damaged(path)
    return found.reshape(-1, width)


def read_grid(path: str, files: dict[str, Path]) -> Grid:
    """Read the cells of a project.

    Raises
    ------
    DataError
        There is no grid beside the file, or its cells lie on no regular grid.
    """
    if "CADPTS.DAT" in files:
        rows = table(files["CADPTS.DAT"], 3)
        ids, x, y = rows[:, 0].astype(np.int64), rows[:, 1], rows[:, 2]
    elif "TOPO.DAT" in files:
        rows = table(files["TOPO.DAT"], 3)
        ids, x, y = np.arange(1, len(rows) + 1), rows[:, 0], rows[:, 1]
    else:
        raise DataError(
            "The grid of the FLO-2D project is not beside the file: neither CADPTS.DAT nor TOPO.DAT.",
            where=path,
            remedy="Open the file in the folder of the project, with all its files.",
        )
    size = spacing(x, y)
    name = "CADPTS.DAT" if "CADPTS.DAT" in files else "TOPO.DAT"
    if not size or (np.diff(ids) <= 0).any():
        raise damaged(files[name])
    return Grid(ids, x, y, size, ground(files, len(x)))


def spacing(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Give the size of the cells; 0 where they lie on no regular grid."""
    steps = np.concatenate([np.diff(np.unique(axis)) for axis in (x, y)])
    steps = steps[steps > 1e-6 * max(np.ptp(x), np.ptp(y), 1e-30)]
    if not len(steps) or not np.isfinite(steps).all():
        return 0.0
    size = float(steps.min())
    off = [np.abs((axis - axis[0]) / size - np.rint((axis - axis[0]) / size)).max() for axis in (x, y)]
    return size if max(off) < 0.01 else 0.0


def ground(files: dict[str, Path], cells: int) -> NDArray[np.float64] | None:
    """Read the height of the ground in each cell; None where no file fits."""
    for name, width in (("FPLAIN.DAT", 7), ("TOPO.DAT", 3)):
        if name in files:
            rows = parsed(files[name].read_bytes())
            if len(rows) == width * cells:
                return rows.reshape(-1, width)[:, -1]
    return None


def squares(grid: Grid) -> Topology:
    """Give the cells as squares with common corners."""
    column = np.rint((grid.x - grid.x.min()) / grid.size).astype(np.int64)
    row = np.rint((grid.y - grid.y.min()) / grid.size).astype(np.int64)
    wide = int(column.max()) + 2
    corners = [(row + dy) * wide + column + dx for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))]
    known, faces = np.unique(np.stack(corners, axis=1), return_inverse=True)
    x = grid.x.min() + (known % wide - 0.5) * grid.size
    y = grid.y.min() + (known // wide - 0.5) * grid.size
    offsets = np.arange(len(grid.x) + 1, dtype=np.int64) * 4
    return Topology(x, y, offsets, faces.reshape(-1).astype(np.int32))


def timed(path: str, files: dict[str, Path], grid: Grid, held: ExitStack) -> list[Dataset]:
    """Find the results in time: those of the file itself, else TIMDEP.HDF5, else TIMDEP.OUT; empty where none."""
    named = Path(path).name.upper()
    for name in sorted(("TIMDEP.HDF5", "TIMDEP.OUT"), key=lambda one: one != named):
        if name not in files:
            continue
        file = files[name]
        if name.endswith(".OUT"):
            stream = held.enter_context(file.open("rb"))
            return timdep(file, stream, grid)
        from layers.sources.mesh_xmdf import datasets, opened

        found = datasets(held.enter_context(opened(str(file))), str(file))
        fitting = [one for one in found if one.count == len(grid.ids)]
        if not fitting:
            raise damaged(file)
        return fitting
    return []


def timdep(file: Path, stream: BinaryIO, grid: Grid) -> list[Dataset]:
    """Find the steps of TIMDEP.OUT: the time alone in a line, then number, depth, speed, its parts and the surface."""
    size, cells = file.stat().st_size, len(grid.ids)
    starts: list[int] = []
    times: list[float] = []
    at = 0
    while at < size:
        stream.seek(at)
        line = stream.readline()
        words = parsed(line)
        if not line.strip():
            at += len(line)
            continue
        if len(words) != 1:
            raise damaged(file)
        begin = at + len(line)
        at = next_step(stream, begin, len(stream.readline()), cells, size)
        if at < 0:
            break
        times.append(float(words[0]))
        starts.append(begin)
    if not times:
        raise damaged(file)
    return columns(file, stream, grid, np.array(times), [*starts, at if at > 0 else size])


def next_step(stream: BinaryIO, begin: int, width: int, cells: int, size: int) -> int:
    """Give where the step after the one that begins here begins; -1 where this one is not whole."""
    expected = begin + width * cells
    if expected <= size:
        stream.seek(expected - 1)
        ended, line = stream.read(1) == b"\n", stream.readline(200)
        if ended and (expected == size or len(line.split()) == 1):
            return expected
    stream.seek(begin)
    count = sum(1 for _ in islice(stream, cells))
    return stream.tell() if count == cells else -1


def columns(file: Path, stream: BinaryIO, grid: Grid, times: NDArray[np.float64], starts: list[int]) -> list[Dataset]:
    """Make datasets of the columns of TIMDEP.OUT."""
    held: dict[int, NDArray[np.float32]] = {}

    def step(number: int) -> NDArray[np.float32]:
        if number not in held:
            stream.seek(starts[number])
            rows = parsed(stream.read(starts[number + 1] - starts[number]).split(b"\n\n")[0])
            width = len(rows) // len(grid.ids)
            if width not in (5, 6) or len(rows) < width * len(grid.ids):
                raise damaged(file)
            shaped = rows[: width * len(grid.ids)].reshape(-1, width)
            if (shaped[:, 0] != grid.ids).any():
                raise damaged(file)
            held.clear()
            held[number] = shaped.astype(np.float32)
        return held[number]

    wide = step(0).shape[1]
    chosen: list[tuple[str, Any]] = [("FLOW DEPTH", 1), ("Velocity MAG", 2), ("Velocity", slice(3, 5))]
    if wide == 6:
        chosen.append(("Floodplain Water Surface Elevation", 5))

    def dataset(name: str, column: Any) -> Dataset:
        return Dataset(
            name, str(file), len(grid.ids), name == "Velocity", times, lambda number: step(number)[:, column]
        )

    return [dataset(name, column) for name, column in chosen]


def project(path: str, files: dict[str, Path], grid: Grid, found: list[Dataset]) -> ResultPart:
    """Make the layer of a project."""
    mesh = squares(grid)
    units = units_of(files)
    warned = [] if units else [unit_warning()]
    quantities = [moving(one, units) for one in found]
    same = mistaken(found, grid.ground)
    if same is not None:
        warned.append(level_warning())
        quantities = [renamed(one) if one.variable.name == "FLOW DEPTH" else one for one in quantities]
        if grid.ground is not None:
            quantities.insert(0, over_ground(same, grid.ground, units))
    if grid.ground is not None:
        quantities.append(still("Ground", GROUND, units.get("length"), grid.ground))
    for name, (title, word, unit) in RECORDED.items():
        values = recorded(files.get(name), len(grid.ids))
        if values is not None:
            quantities.append(still(title, word, units.get(unit), values))
    axis = found[0].axis() if found else None
    counts = {"nodes": len(mesh.node_x), "faces": len(grid.ids)}
    return ResultPart(
        "mesh", Path(path).resolve().parent.name, path, counts, lambda: mesh, quantities, axis, warnings=warned
    )


def units_of(files: dict[str, Path]) -> dict[str, str]:
    """Give the units that CONT.DAT says; empty where it says none."""
    if "CONT.DAT" not in files:
        return {}
    with files["CONT.DAT"].open("rb") as stream:
        words = stream.readline(500).decode("latin-1").split()
    return UNITS.get(words[3], {}) if len(words) > 3 else {}


def unit_warning() -> Warned:
    """Warn that heights may be feet or metres."""
    return Warned(
        "units_missing",
        "No file of the project says whether it counts in feet or metres.",
        "Put CONT.DAT into the folder of the project.",
    )


def level_warning() -> Warned:
    """Warn that a depth is none."""
    return Warned(
        "depth_is_level",
        "FLOW DEPTH of this file holds the same numbers as the water surface; it is no depth.",
        "Use the depth over ground, which is the surface less the ground of FPLAIN.DAT.",
    )


def mistaken(found: list[Dataset], heights: NDArray[np.float64] | None) -> Dataset | None:
    """Give the water surface where the dataset of depths repeats it, as some versions of the model write; else None."""
    named = {one.name: one for one in found}
    depth, level = named.get("FLOW DEPTH"), named.get("Floodplain Water Surface Elevation")
    if depth is None or level is None or not depth.steps or depth.steps != level.steps:
        return None
    last, surface = depth.values(depth.steps - 1), level.values(level.steps - 1)
    apart = np.nanmedian(np.abs(last - surface))
    if not apart <= 1e-3 * np.nanmedian(np.abs(surface)) or not np.nanmedian(np.abs(surface)) > 0:
        return None
    over = surface if heights is None else surface - heights
    return level if heights is None or apart < np.nanmedian(np.abs(last - over)) else None


def moving(one: Dataset, units: dict[str, str]) -> Quantity:
    """Make a quantity of a dataset."""
    word, unit = TIMED.get(one.name, ("", ""))
    variable = Variable(one.name, units.get(unit), "face", one.steps, one.vector, title=one.name, standard_name=word)
    return Quantity(variable, lambda step, level: one.values(step))


def renamed(one: Quantity) -> Quantity:
    """Give a quantity that is called a depth and is a level."""
    variable = Variable(one.variable.name, one.variable.units, "face", one.variable.steps, standard_name=LEVEL)
    return Quantity(variable, one.read)


def over_ground(level: Dataset, heights: NDArray[np.float64], units: dict[str, str]) -> Quantity:
    """Give the depth: the surface less the ground."""
    variable = Variable("Depth over ground", units.get("length"), "face", level.steps, standard_name=DEPTH)
    return Quantity(variable, lambda step, number: np.maximum(level.values(step) - heights, 0).astype(np.float32))


def still(name: str, word: str, unit: str | None, values: NDArray[np.float64]) -> Quantity:
    """Make a quantity without time."""
    variable = Variable(name, unit, "face", title=name, standard_name=word)
    return Quantity(variable, lambda step, level: values.astype(np.float32))


def recorded(file: Path | None, cells: int) -> NDArray[np.float64] | None:
    """Read a value for each cell; None where the file is absent or does not fit."""
    if file is None or file.stat().st_size > MOST_CELLS * 60:
        return None
    rows = parsed(file.read_bytes())
    return rows.reshape(-1, 4)[:, 3] if len(rows) == 4 * cells else None
