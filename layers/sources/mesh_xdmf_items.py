"""The data items of an XDMF file: tables in HDF5 files beside it or in the XML, parts of them, and sums of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError
from layers.sources.guard import check_cells
from layers.sources.mesh_2dm import parsed

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from xml.etree.ElementTree import Element

    from numpy.typing import NDArray

DEEPEST = 12
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "SQRT": np.sqrt, "ABS": np.abs, "SIN": np.sin, "COS": np.cos, "TAN": np.tan, "EXP": np.exp, "LOG": np.log,
    "JOIN": lambda *columns: np.stack([np.ravel(column) for column in columns], axis=-1),
}  # fmt: skip
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
}  # fmt: skip


def broken(path: str, part: str) -> DataError:
    """Give the error for a part of the file that cannot be read; ``part`` is a word of the format."""
    return DataError(
        "The XDMF file is damaged or of a kind that is not read: its part {part} cannot be used.",
        where=path,
        remedy="Copy it again with the HDF5 files it names, or write it again from the model.",
        part=part,
    )


class Items:
    """Reads data items; HDF5 files are opened once and stay open.

    Parameters
    ----------
    path : str
        The XDMF file; the files it names must lie in its folder or below.
    root : Element
    held : ExitStack
        Closes what was opened.
    """

    def __init__(self, path: str, root: Element, held: ExitStack) -> None:
        self._path, self._root, self._held = path, root, held
        self._files: dict[str, Any] = {}

    def referred(self, one: Element, depth: int = 0) -> Element:
        """Follow a reference to another element of the same kind."""
        said = (one.get("Reference") or "").strip()
        said = (one.text or "").strip() if said.upper() == "XML" else said
        if not said:
            return one
        where = re.sub(r"^/?(Xdmf)?/?", "./", said, count=1)
        try:
            found = self._root.find(where)
        except (SyntaxError, KeyError):
            found = None
        if found is None or depth > DEEPEST:
            raise broken(self._path, said)
        return self.referred(found, depth + 1)

    def read(self, one: Element, depth: int = 0) -> NDArray[Any]:
        """Read a data item.

        Raises
        ------
        DataError
            It names what is not there, or is of a kind that is not read.
        """
        one = self.referred(one)
        if depth > DEEPEST:
            raise broken(self._path, "DataItem")
        kind = (one.get("ItemType") or "Uniform").lower()
        if kind == "function":
            parts = [self.read(child, depth + 1) for child in one.findall("DataItem")]
            return self._function(one.get("Function") or "", parts)
        if kind == "hyperslab":
            return self._slab(one, depth)
        if kind != "uniform":
            raise broken(self._path, f"DataItem {kind}")
        shape = tuple(int(word) for word in re.findall(r"\d+", one.get("Dimensions") or ""))
        text = (one.text or "").strip()
        if (one.get("Format") or "XML").upper() == "XML":
            return parsed(text.encode())
        if (one.get("Format") or "").upper() != "HDF":
            raise broken(self._path, f"Format {one.get('Format')}")
        found = self._table(text)
        if shape and found.size != int(np.prod(shape, dtype=object)):
            raise broken(self._path, text)
        check_cells(int(found.size), self._path)
        return self._all(found, text).reshape(shape or found.shape)

    def _slab(self, one: Element, depth: int) -> NDArray[Any]:
        """Read a part of a table: start, step and count along each of its dimensions."""
        parts = one.findall("DataItem")
        if len(parts) != 2:
            raise broken(self._path, "HyperSlab")
        chosen = self.read(parts[0], depth + 1).ravel().astype(np.int64)
        whole = self._whole(self.referred(parts[1]), depth)
        if chosen.size % 3 or chosen.size < 3 * whole.ndim or (chosen < 0).any():
            raise broken(self._path, "HyperSlab")
        # BASEMENT names a third dimension for tables of two.
        start, step, count = chosen.reshape(3, -1)[:, : whole.ndim]
        last = start + np.maximum(count - 1, 0) * step
        if (last >= np.array(whole.shape)).any() or (step < 1).any():
            raise broken(self._path, "HyperSlab")
        check_cells(int(np.prod(np.maximum(count, 0), dtype=object)), self._path)
        cut = tuple(slice(int(a), int(b) + 1, int(s)) for a, b, s in zip(start, last, step, strict=True))
        return self._all(whole, "HyperSlab", cut)

    def _whole(self, one: Element, depth: int) -> Any:
        """Give what a slab is cut of: a table of a file as it lies there, not read, or a data item read."""
        uniform = (one.get("ItemType") or "Uniform").lower() == "uniform"
        if not uniform or (one.get("Format") or "XML").upper() != "HDF":
            return self.read(one, depth + 1)
        found = self._table((one.text or "").strip())
        shape = tuple(int(word) for word in re.findall(r"\d+", one.get("Dimensions") or ""))
        return found if shape in ((), found.shape) else self.read(one, depth + 1)

    def _table(self, text: str) -> Any:
        """Find a table named ``file.h5:/group/table``."""
        from layers.sources.mesh_xmdf import child, is_array, opened, readable

        name, _, inside = text.partition(":")
        folder = Path(self._path).parent.resolve()
        file = (folder / name.strip()).resolve()
        if not inside or not file.is_relative_to(folder):
            raise broken(self._path, text)
        if not file.is_file():
            raise DataError(
                "The file {name}, which holds the numbers, is not beside the XDMF file.",
                where=self._path,
                remedy="Copy it again with the HDF5 files it names, or write it again from the model.",
                name=name.strip(),
            )
        if str(file) not in self._files:
            self._files[str(file)] = self._held.enter_context(opened(str(file)))
        found = self._files[str(file)]
        with readable(self._path, text):
            for word in inside.strip().strip("/").split("/"):
                found = child(found, word) if hasattr(found, "keys") else None
                if found is None:
                    raise broken(self._path, text)
        if not is_array(found):
            raise broken(self._path, text)
        return found

    def _all(self, table: Any, text: str, cut: Any = ...) -> NDArray[Any]:
        from layers.sources.mesh_xmdf import readable

        with readable(self._path, text):
            return np.asarray(table[cut])

    def _function(self, text: str, parts: list[NDArray[Any]]) -> NDArray[Any]:
        """Work out a sum such as ``JOIN($0, $1, 0*$1)`` or ``$0 - $1``."""
        try:
            body = ast.parse(re.sub(r"\$(\d+)", r"_\1", text), mode="eval").body
            return np.asarray(evaluated(body, parts))
        except (SyntaxError, ValueError, KeyError, IndexError, TypeError, RecursionError, AttributeError) as fault:
            raise broken(self._path, f"Function {text[:60]}") from fault


def evaluated(node: ast.expr, parts: list[NDArray[Any]]) -> Any:
    """Work out one part of a sum.

    Raises
    ------
    KeyError, TypeError, IndexError
        It asks for what there is not.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.Name):
        return parts[int(node.id.removeprefix("_"))]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -evaluated(node.operand, parts)
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](evaluated(node.left, parts), evaluated(node.right, parts))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return FUNCTIONS[node.func.id.upper()](*(evaluated(one, parts) for one in node.args))
    raise TypeError(type(node).__name__)
