"""Small files of models for tests, written with plain struct and text."""

from __future__ import annotations

import struct
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from layers.errors import DataError
from layers.sources.open import open_source
from layers.sources.source import TopologyRequest, ValuesRequest

if TYPE_CHECKING:
    from pathlib import Path

    from layers.sources.source import DataSource, LayerDescription


def opened(path: Path) -> tuple[DataSource, LayerDescription]:
    """A source and its first layer."""
    source = open_source(str(path))
    return source, source.describe().layers[0]


def values(source: DataSource, name: str, step: int = 0, level: int = 0, layer: str = "") -> np.ndarray:
    """One step of a variable."""
    found: Any = source.read(ValuesRequest(layer, name, step, level))
    assert found.values.dtype == np.float32
    return found.values


def read_all(path: Path) -> None:
    """Open a file and read all of it once."""
    with closing(open_source(str(path))) as source:
        for layer in source.describe().layers:
            source.read(TopologyRequest(layer.key))
            for variable in layer.variables:
                source.read(ValuesRequest(layer.key, variable.name, max(variable.steps - 1, 0)))


def refused(path: Path) -> str:
    """The one sentence that a damaged file gives, when it is opened or anything of it is read; empty if it opens."""
    with suppress(DataError):
        read_all(path)
        return ""
    with pytest.raises(DataError) as caught:
        read_all(path)
    said = str(caught.value)
    assert "\n" not in said
    assert "{" not in said
    assert caught.value.remedy
    return said


def hurt(tmp_path: Path, file: Path, pick: int = 0) -> list[Path]:
    """Damaged copies: cut at several places, random bytes in several places."""
    content, chance = file.read_bytes(), np.random.default_rng(pick)
    copies = [content[: int(len(content) * share)] for share in (0.01, 0.05, 0.2, 0.5, 0.9)]
    for size in (1, 4, 64):
        for at in chance.integers(0, max(len(content) - size, 1), 6):
            noise = chance.integers(0, 256, size, np.uint8).tobytes()
            copies.append(content[:at] + noise + content[at + size :])
    found = []
    for number, copy in enumerate(copies):
        path = tmp_path / f"hurt{number}" / file.name
        path.parent.mkdir()
        path.write_bytes(copy or b"\0")
        found.append(path)
    return found


def same(found: np.ndarray, expected: Any) -> None:
    """Values agree to the digits of single precision; NaN with NaN."""
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found, np.asarray(expected, np.float32), rtol=1e-6, atol=0, equal_nan=True)


def record(order: str, content: bytes) -> bytes:
    """A Fortran record."""
    mark = struct.pack(f"{order}i", len(content))
    return mark + content + mark


def selafin(
    path: Path, *, order: str = ">", real: str = "f4", planes: int = 1, corners: int = 3, date: tuple[int, ...] = ()
) -> dict[str, Any]:
    """A square of 2 x 2 cells (triangles, or quadrilaterals where corners is 4) with three steps; what it holds."""
    x, y = (one.ravel().astype(float) for one in np.meshgrid(np.arange(3.0) * 10, np.arange(3.0) * 10))
    quads = np.array([[1, 2, 5, 4], [2, 3, 6, 5], [4, 5, 8, 7], [5, 6, 9, 8]])
    flat = quads if corners == 4 else np.vstack((quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]))
    table = (
        flat if planes == 1 else np.vstack([np.hstack((flat + 9 * p, flat + 9 * (p + 1))) for p in range(planes - 1)])
    )
    points = 9 * planes
    names = ["VELOCITY U      M/S             ", "VELOCITY V      M/S             ", "WATER DEPTH     M               "]
    parameters = [1, 0, 1000, 2000, 0, 0, planes if planes > 1 else 0, 0, 0, 1 if date else 0]

    def ints(*numbers: int) -> bytes:
        return record(order, struct.pack(f"{order}{len(numbers)}i", *numbers))

    def reals(numbers: np.ndarray) -> bytes:
        return record(order, np.asarray(numbers).astype(f"{order}{real}").tobytes())

    parts = [record(order, b"square".ljust(72) + b"SERAFIN "), ints(3, 0)]
    parts += [record(order, name.encode()) for name in names]
    parts += [ints(*parameters), *([ints(*date)] if date else [])]
    parts += [ints(len(table), points, table.shape[1], 1), ints(*table.ravel().tolist()), ints(*range(points))]
    parts += [reals(np.tile(x, planes)), reals(np.tile(y, planes))]
    held = np.random.default_rng(1).random((3, 3, points)).astype(np.float32)
    for step in range(3):
        parts += [reals(np.array([step * 0.1 + 600 * step])), *(reals(one) for one in held[step])]
    path.write_bytes(b"".join(parts))
    return {"values": held, "x": x + 1000, "y": y + 2000, "faces": len(flat)}


def mesh_2dm(path: Path, lines: str = "") -> None:
    """Two quadrilaterals and a triangle over seven nodes, in no order, with comments and cards of other programs."""
    path.write_text(
        lines
        or """MESH2D
# made by hand
MESHNAME "channel"
NUM_MATERIALS_PER_ELEM 1
E4Q 1 1 2 5 4 3
  E4Q 3 2 3 6 5 4   # a comment
ND 3 20.0 0.0 -1.5
ND 1 0.0 0.0 -1.0
ND 2 10.0 0.0 -1.25
E3T 2 6 7 5 9
ND 4 0.0 10.0 1e0
ND 5 10 10 2 1 0. 0.
ND 6 20 10 3
ND 7 15 20 4.5
NS 1 2 -3 "inflow"
BEGPARAMDEF
ENDPARAMDEF
""",
        encoding="utf-8",
    )


def dat_binary(path: Path, held: np.ndarray, times: Any, *, order: str = "<", flags: Any = None, unit: int = 0) -> None:
    """A binary dataset of float32 (steps, count) or (steps, count, 2), with flags (steps, elements) where given."""
    vector, count, elements = held.ndim == 3, held.shape[1], 3

    def ints(*numbers: int) -> bytes:
        return struct.pack(f"{order}{len(numbers)}i", *numbers)

    parts = [ints(3000, 100, 3, 110, 4, 120, 1, 140 if vector else 130, 170, count, 180, elements, 250, unit, 190)]
    parts.append(b"depth".ljust(40))
    for step, time in enumerate(times):
        parts += [ints(200), bytes([flags is not None]), struct.pack(f"{order}f", time)]
        parts += [bytes(flags[step])] if flags is not None else []
        parts.append(held[step].astype(f"{order}f4").tobytes())
    path.write_bytes(b"".join([*parts, ints(210)]))


def dat_text(path: Path, held: np.ndarray, times: Any, head: str, step: str = "TS {time}") -> None:
    """An ASCII dataset; the head stands before the first step."""
    rows = [head.rstrip("\n")]
    for number, time in enumerate(times):
        rows.append(step.format(time=time))
        rows += [" ".join(f"{value:.4f}" for value in np.atleast_1d(one)) for one in held[number]]
    path.write_text("\n".join(rows) + "\nENDDS\n", encoding="utf-8")
