"""The raster calculator: a formula over grids that lie cell on cell."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import numpy as np

from layers.errors import DatumMismatch, ParameterInvalid
from layers.sources.source import Variable
from plugins.processing.formula import formula
from plugins.processing.grids import Band, band_of, check_same, derived

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.api import Job
    from layers.raster import RasterLayer
    from layers.sources.raster_grid import Window

NUMBER, LENGTH, HEIGHT, OTHER = "number", "length", "height", "other"
"""What a value is: a bare number; in the unit of the grids; and over their datum too; something else."""


def calculated(
    expression: str, grids: dict[str, RasterLayer], bands: list[str], steps: dict[str, int], units: str, job: Job
) -> RasterLayer:
    """Give the grid that a formula makes of others.

    Parameters
    ----------
    grids : dict of str to RasterLayer
        By the names that the formula uses.
    bands : list of str
        Name or number of the band of each grid, in the order of ``grids``; "" = the first.
    steps : dict of str to int
    units : str
        Unit of the result; "" = that of the grids where the formula keeps it.

    Raises
    ------
    ParameterInvalid
        The formula is not usable, or bands and grids do not pair.
    DataError
        The grids do not lie cell on cell.
    DatumMismatch
        Heights over different datums meet in a sum, a difference or a choice.
    """
    rule = formula(expression, tuple(grids))
    if len(bands) > len(grids):
        raise ParameterInvalid(
            "{count} bands are named for {grids} grids.",
            where="--bands",
            remedy="Name one band for each grid, in the order A, B, C, parted by commas.",
            count=len(bands),
            grids=len(grids),
        )
    named = dict(zip(grids, bands, strict=False))
    used = {n: band_of(grids[n], named.get(n, ""), steps.get(n, 0)) for n in rule.names}
    for name, layer in grids.items():
        if name in used and not named.get(name) and layer.described().counts.get("bands", 1) > 1:
            job.warn("The grid {name} has several bands; the first is used.", name=name)
        if name not in used:
            job.warn("The formula does not use the grid {name}.", name=name)
    check_same(used)
    kind, giving = _kind(rule.tree), {name: used[name] for name in sorted(_giving(rule.tree))}
    unit, datum = _unit(giving, kind, units), _datum(giving, kind)

    def cells(window: Window) -> NDArray[np.float32]:
        return rule.cells({name: band.cells(window) for name, band in used.items()})[np.newaxis]

    first = used[rule.names[0]]
    variable = Variable("result", unit, "cell", title=rule.text[:80])
    return derived(first, variable, cells, vdatum=datum)


def _unit(used: dict[str, Band], kind: str, given: str) -> str | None:
    known = {band.variable.units for band in used.values()}
    return given or (known.pop() if kind in (LENGTH, HEIGHT) and len(known) == 1 else None)


def _datum(used: dict[str, Band], kind: str) -> str | None:
    known = {name: band.layer.vdatum for name, band in used.items()}
    said = {datum for datum in known.values() if datum}
    if len(said) > 1 and kind in (HEIGHT, LENGTH):
        raise DatumMismatch(
            "The grids stand on different vertical datums: {datums}.",
            where="--expression",
            remedy="Bring them to one datum first, by an approved offset.",
            datums=", ".join(f"{name} {datum or '-'}" for name, datum in known.items()),
        )
    return said.pop() if kind == HEIGHT and None not in known.values() else None


def _giving(node: ast.AST) -> set[str]:
    """Give the grids whose values reach the result; those that are only asked do not."""
    if isinstance(node, ast.Name):
        return {node.id}
    parts = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call):
        parts = list(node.args)[1:] if isinstance(node.func, ast.Name) and node.func.id == "where" else list(node.args)
    found: set[str] = set()
    for part in parts:
        found |= _giving(part)
    return found


def _kind(node: ast.expr) -> str:
    """Tell what a formula gives where its grids hold heights."""
    if isinstance(node, ast.Name):
        return HEIGHT
    if isinstance(node, ast.Constant):
        return NUMBER
    if isinstance(node, ast.UnaryOp):
        kind = _kind(node.operand)
        return OTHER if isinstance(node.op, ast.Not) else LENGTH if kind == HEIGHT else kind
    if isinstance(node, ast.BinOp):
        return _of_two(node.op, _kind(node.left), _kind(node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _of_call(node.func.id, [_kind(part) for part in node.args])
    return OTHER


def _of_two(sign: ast.operator, a: str, b: str) -> str:
    pair = {a, b}
    if pair == {NUMBER}:
        return NUMBER
    if isinstance(sign, ast.Add | ast.Sub):
        if pair == {HEIGHT}:
            return LENGTH if isinstance(sign, ast.Sub) else OTHER
        if OTHER not in pair and a == HEIGHT:
            return HEIGHT
        if OTHER not in pair and b == HEIGHT:
            return HEIGHT if isinstance(sign, ast.Add) else LENGTH
        return LENGTH if OTHER not in pair else OTHER
    scaled = (isinstance(sign, ast.Mult) and NUMBER in pair) or (isinstance(sign, ast.Div) and b == NUMBER)
    return LENGTH if scaled and OTHER not in pair else OTHER


def _of_call(name: str, kinds: list[str]) -> str:
    values = kinds[1:] if name == "where" else kinds
    if name in ("minimum", "maximum", "clip", "where") and OTHER not in values:
        return HEIGHT if HEIGHT in values else LENGTH if LENGTH in values else NUMBER
    if name in ("abs", "round", "floor", "ceil"):
        return LENGTH if values[0] == HEIGHT and name == "abs" else values[0]
    return OTHER
