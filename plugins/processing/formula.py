"""Formulas over grids: parsed to a tree of allowed parts, never run as code; worked out strip by strip."""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.api import N_, tr
from layers.errors import ParameterInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

LONGEST = 2_000
"""Signs that a formula may have."""
DEEPEST = 50
STRIP = 1 << 16
"""Cells that one pass works on: the numbers between stay in the processor's cache."""
_WHERE = "--expression"


BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.divide,
    ast.Mod: np.mod,
    ast.Pow: lambda a, b: a**b,
}
COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "abs": (1, np.abs),
    "sqrt": (1, np.sqrt),
    "exp": (1, np.exp),
    "log": (1, np.log),
    "log10": (1, np.log10),
    "sin": (1, np.sin),
    "cos": (1, np.cos),
    "tan": (1, np.tan),
    "arctan": (1, np.arctan),
    "arctan2": (2, np.arctan2),
    "hypot": (2, np.hypot),
    "floor": (1, np.floor),
    "ceil": (1, np.ceil),
    "round": (1, np.rint),
    "minimum": (2, np.minimum),
    "maximum": (2, np.maximum),
    "clip": (3, np.clip),
    "where": (3, np.where),
    "isnodata": (1, np.isnan),
}
"""Functions of a formula: how many values each takes, and what works it out."""


@dataclass(frozen=True)
class Formula:
    """A checked formula.

    Parameters
    ----------
    text : str
    tree : ast.expr
        Of allowed parts only.
    names : tuple of str
        Grids it uses, in alphabetical order.
    """

    text: str
    tree: ast.expr
    names: tuple[str, ...]

    def cells(self, grids: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """Work out the formula for cells of all its grids, of the same shape; NaN = no data.

        A cell without data in any grid that the formula uses has none in the result, but where ``isnodata`` or
        ``where`` choose; what is not finite (division by zero, root of a negative number) has none either.
        """
        shape = next(iter(grids.values())).shape
        flat = {name: np.ascontiguousarray(cells).reshape(-1) for name, cells in grids.items()}
        result = np.empty(int(np.prod(shape)), np.float32)
        with np.errstate(all="ignore"):
            for start in range(0, len(result), STRIP):
                strip = {name: cells[start : start + STRIP] for name, cells in flat.items()}
                result[start : start + STRIP] = self._value(self.tree, strip)
            if not np.isfinite(result.min(initial=0)) or not np.isfinite(result.max(initial=0)):
                result[~np.isfinite(result)] = np.nan
        return result.reshape(shape)

    def _value(self, node: ast.expr, grids: dict[str, NDArray[np.float32]]) -> Any:
        if isinstance(node, ast.Name):
            return grids[node.id]
        if isinstance(node, ast.Constant):
            return np.float32(node.value)  # type: ignore[arg-type]
        if isinstance(node, ast.BinOp):
            return BINARY[type(node.op)](self._value(node.left, grids), self._value(node.right, grids))
        if isinstance(node, ast.UnaryOp):
            value = self._value(node.operand, grids)
            return (
                ~_truth(value) if isinstance(node.op, ast.Not) else -value if isinstance(node.op, ast.USub) else value
            )
        if isinstance(node, ast.BoolOp):
            join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            values = [_truth(self._value(part, grids)) for part in node.values]
            return _joined(join, values)
        if isinstance(node, ast.Compare):
            left, right = self._value(node.left, grids), self._value(node.comparators[0], grids)
            return _compared(COMPARED[type(node.ops[0])], left, right)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            _, function = FUNCTIONS[node.func.id]
            values = [self._value(part, grids) for part in node.args]
            if node.func.id == "where":
                values[0] = _truth(values[0])
            return function(*values)
        raise TypeError(ast.dump(node))


def _truth(value: Any) -> Any:
    return np.asarray(value) != 0 if np.asarray(value).dtype != np.bool_ else value


def _joined(join: Callable[[Any, Any], Any], values: list[Any]) -> Any:
    result = values[0]
    for value in values[1:]:
        result = join(result, value)
    return result


def _compared(compare: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """Give 1 or 0, and no data where either side has none."""
    return np.where(np.isnan(left) | np.isnan(right), np.float32(np.nan), np.asarray(compare(left, right), np.float32))


def formula(text: str, known: tuple[str, ...]) -> Formula:
    """Check a formula.

    Parameters
    ----------
    text : str
    known : tuple of str
        Names that stand for grids.

    Raises
    ------
    ParameterInvalid
        It is no formula, or has a part that is not allowed.
    """
    if not text.strip() or len(text) > LONGEST:
        raise _refused(N_("it is empty or longer than {most} signs"), most=LONGEST)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _refused(N_("it cannot be read")) from error
    names: set[str] = set()
    _check(tree, known, names, 0)
    if not names:
        raise _refused(N_("it names no grid"))
    return Formula(text.strip(), tree, tuple(sorted(names)))


def _check(node: ast.AST, known: tuple[str, ...], names: set[str], depth: int) -> None:
    if depth > DEEPEST:
        raise _refused(N_("its brackets are nested too deep"))
    parts: list[ast.expr]
    if isinstance(node, ast.Name):
        if node.id not in known:
            raise _refused(N_("it names {name}, which is not given"), name=node.id)
        names.add(node.id)
        return
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and abs(node.value) < 1e30:  # type: ignore[operator,arg-type]
        return
    if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
        parts = [node.left, node.right]
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd | ast.Not):
        parts = [node.operand]
    elif isinstance(node, ast.BoolOp):
        parts = node.values
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARED:
        parts = [node.left, *node.comparators]
    elif isinstance(node, ast.Call):
        parts = _arguments(node)
    else:
        raise _refused(N_("it has a part that is not allowed: {part}"), part=ast.unparse(node)[:60])
    for part in parts:
        _check(part, known, names, depth + 1)


def _arguments(node: ast.Call) -> list[ast.expr]:
    name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)[:60]
    if name not in FUNCTIONS or node.keywords:
        raise _refused(N_("it has no function {name}"), name=name)
    count = FUNCTIONS[name][0]
    if len(node.args) != count:
        raise _refused(N_("the function {name} takes {count} values"), name=name, count=count)
    return node.args


def _refused(why: str, **fields: Any) -> ParameterInvalid:
    return ParameterInvalid(
        "The formula cannot be used: {reason}.",
        where=_WHERE,
        remedy="Write it with A to F, numbers, + - * / % **, comparisons, and, or, not, and: {functions}.",
        reason=tr(why, **fields),
        functions=", ".join(FUNCTIONS),
    )
