"""XMDF datasets (HDF5) of SMS, TUFLOW and HYDRO_AS-2D.

References
----------
Aquaveo, XMS Wiki, "XMDF": groups of type DATASET SCALAR or DATASET VECTOR that hold Times and Values.
"""

# pyright: reportMissingTypeStubs=false
# The border to a library without types: beyond this file it is Any.

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import h5py
import numpy as np

from layers.errors import DataError, SourceUnavailable
from layers.sources.guard import check_cells
from layers.sources.mesh_dataset import Dataset, damaged
from layers.sources.mesh_times import julian_s, resolution, seconds_in

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

DEEPEST = 8
MOST_GROUPS = 5000
KINDS = {"Maximums", "Minimums", "Final", "Times"}
"""Groups of TUFLOW whose name tells its datasets from those of the same name in time."""


@contextmanager
def readable(path: str, part: str) -> Generator[None]:
    """Turn what the library raises on a damaged file into one sentence."""
    try:
        yield
    except DataError:
        raise
    except (OSError, KeyError, RuntimeError, ValueError, TypeError, MemoryError, IndexError) as fault:
        raise damaged(path, part) from fault


def opened(path: str) -> Any:
    """Open an HDF5 file for reading; nothing outside the file is followed."""
    try:
        return cast("Any", h5py).File(path, "r", locking=False)
    except (OSError, RuntimeError, ValueError) as fault:
        raise SourceUnavailable(
            "The HDF5 library cannot open the file: {reason}.",
            where=path,
            remedy="It may be damaged or no HDF5 file; copy it again from its origin.",
            reason=str(fault),
        ) from fault


def child(group: Any, name: str) -> Any:
    """Give what a group holds by a name of its own; None where it is absent or lies in another file."""
    link = group.get(name, getlink=True)
    return group[name] if isinstance(link, cast("Any", h5py).HardLink) else None


def groups(root: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Walk the groups of a file, those of one group in the order of their names."""
    for name in root:
        found = child(root, name)
        if isinstance(found, cast("Any", h5py).Group) and depth < DEEPEST:
            yield f"{path}{name}", found
            yield from groups(found, f"{path}{name}/", depth + 1)


def is_xmdf(file: Any) -> bool:
    """Tell whether an HDF5 file calls itself Xmdf."""
    said = child(file, "File Type")
    return said is not None and text(np.ravel(said[()])[:1]).lower().startswith("xmdf")


def text(value: Any) -> str:
    """Give an attribute as text; empty where there is none."""
    first = np.ravel(np.asarray(value))[:1]
    if not len(first):
        return ""
    one = first[0]
    return (one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)).strip("\0 ")


def datasets(file: Any, path: str) -> list[Dataset]:
    """Find the datasets of a file.

    Raises
    ------
    DataError
        The file is damaged.
    """
    found: list[Dataset] = []
    with readable(path, "Values"):
        for number, (name, group) in enumerate(groups(file)):
            if number > MOST_GROUPS:
                raise damaged(path, "Groups")
            values, times = child(group, "Values"), child(group, "Times")
            if is_array(values) and is_array(times) and values.ndim in (2, 3):
                found.append(dataset(name, group, values, times, path))
    return found


def is_array(one: Any) -> bool:
    """Whether something is a table of numbers that lies in the file itself."""
    return isinstance(one, cast("Any", h5py).Dataset) and one.dtype.kind in "fiu" and not one.external


def dataset(name: str, group: Any, values: Any, times: Any, path: str) -> Dataset:
    """Describe one dataset; its values are not read."""
    steps, count = values.shape[:2]
    check_cells(count, path)
    if times.size < steps or (values.ndim == 3 and values.shape[2] < 2):
        raise damaged(path, "Times")
    stored = np.ravel(times[:steps])
    parts = name.split("/")
    short = f"{parts[-1]}/{parts[-2]}" if len(parts) > 1 and parts[-2] in KINDS else parts[-1]
    start = group.attrs.get("Reftime", group.attrs.get("RefTime"))
    active = child(group, "Active")
    flags = active if is_array(active) and active.ndim == 2 and len(active) == steps else None
    return Dataset(
        name=short,
        file=path,
        count=count,
        vector=values.ndim == 3,
        seconds=stored.astype(np.float64),
        read=lambda step: step_of(values, step, path),
        units=text(group.attrs.get("DatasetUnits", b"")),
        elements=None if flags is None else int(flags.shape[1]),
        on_elements=Path(path).stem.endswith("_els") or parts[-1].endswith("_els"),
        unit_s=seconds_in(text(group.attrs.get("TimeUnits", b"Hours"))),
        start_s=None if start is None else julian_s(float(np.ravel(start)[0])),
        spacing=resolution(stored) if stored.dtype.kind == "f" and stored.dtype.itemsize < 8 else 0.0,
        active=None if flags is None else (lambda step: flags_of(flags, step, path)),
    )


def step_of(values: Any, step: int, path: str) -> NDArray[np.float32]:
    """Read one step."""
    with readable(path, f"Values {step}"):
        found = np.asarray(values[step], np.float32)
        return found[:, :2] if found.ndim == 2 else found


def flags_of(flags: Any, step: int, path: str) -> NDArray[np.bool_]:
    """Read which elements are active at one step."""
    with readable(path, f"Active {step}"):
        return np.asarray(flags[step]) != 0
