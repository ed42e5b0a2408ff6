"""Pairs of components that make one vector: eastward and northward, x and y, u and v."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.sources.source import Variable

if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_MOTION = re.compile(r"coord|longitude|latitude|bnds|bounds|area|node_[xy]$|face_[xy]$|edge_[xy]$", re.IGNORECASE)


def standard_root(name: str) -> tuple[str, str] | None:
    """Give (quantity, component) of a CF standard name: component ``x`` or ``y``; None where it has none."""
    east = re.fullmatch(r"(grid_)?(eastward|northward)_(.+)", name)
    if east is not None:
        return (east[1] or "") + east[3], "x" if east[2] == "eastward" else "y"
    middle = re.fullmatch(r"(.+)_([xy])_(.+)", name)
    if middle is not None and "coordinate" not in name:
        return f"{middle[1]}_{middle[3]}", middle[2]
    front = re.fullmatch(r"([xy])_(.+)", name)
    if front is not None and "coordinate" not in name:
        return front[2], front[1]
    return None


def partner(name: str) -> str | None:
    """Give the name of the y component that goes with an x component's name; None where it is none.

    Examples
    --------
    >>> partner("ugrd10m"), partner("mesh2d_ucx"), partner("V_x"), partner("depth")
    ('vgrd10m', 'mesh2d_ucy', 'V_y', None)
    """
    if NOT_MOTION.search(name):
        return None
    ending = re.fullmatch(r"(.*)([xX])", name)
    if ending is not None and len(name) > 1:
        return ending[1] + ("y" if ending[2] == "x" else "Y")
    inner = re.fullmatch(r"(.*_)?([xX])(_.+)", name)
    if inner is not None:
        return (inner[1] or "") + ("y" if inner[2] == "x" else "Y") + inner[3]
    front = re.fullmatch(r"(.*_)?([uU])(.*)", name)
    if front is not None:
        return (front[1] or "") + ("v" if front[2] == "u" else "V") + front[3]
    return None


def is_pair(x: Variable, y: Variable) -> bool:
    """Whether two quantities can be components: same place, steps, levels and (if both say it) the same unit."""
    same = (x.location, x.steps, x.levels) == (y.location, y.steps, y.levels)
    return same and (x.units is None or y.units is None or bare(x.units) == bare(y.units))


def bare(units: str) -> str:
    """Bring ``m s-1``, ``ms-1`` and ``m/s`` to one form."""
    found = re.sub(r"[\s.^*]", "", units.lower())
    return "ms-1" if found in {"m/s", "ms-1", "mps", "meterpersecond", "metersecond-1"} else found


def vectors(variables: Sequence[Variable]) -> list[Variable]:
    """Give the additional vector quantities of some scalar ones.

    Standard names decide where both components have them; else the names must differ in ``u``/``v`` or ``x``/``y``
    alone. The vector is named after its standard name, or after both components.
    """
    by_name = {one.name: one for one in variables}
    found: list[tuple[str, Variable, Variable]] = []
    taken: set[str] = set()
    for x in variables:
        y = by_name.get(partner(x.name) or "")
        roots = [standard_root(one.standard_name) for one in (x, y) if one is not None]
        if y is None or not is_pair(x, y) or {x.name, y.name} & taken:
            continue
        said = [root for root in roots if root]
        if said and not (len(said) == 2 and said[0][0] == said[1][0] and (said[0][1], said[1][1]) == ("x", "y")):
            continue
        found.append((said[0][0] if said else f"{x.name}_{y.name}", x, y))
        taken |= {x.name, y.name}
    for x in variables:
        root = standard_root(x.standard_name)
        if root is None or root[1] != "x" or x.name in taken:
            continue
        rest = [y for y in variables if y.name not in taken and standard_root(y.standard_name) == (root[0], "y")]
        fitting = [y for y in rest if is_pair(x, y)]
        if len(fitting) == 1:
            found.append((root[0], x, fitting[0]))
            taken |= {x.name, fitting[0].name}
    return [joined(name, x, y, found, by_name) for name, x, y in found]


def joined(
    name: str, x: Variable, y: Variable, found: Sequence[tuple[str, Variable, Variable]], by_name: dict[str, Variable]
) -> Variable:
    """Build the vector of two components; a name that is not alone gives way to both components' names."""
    if name in by_name or sum(name == other for other, _, _ in found) > 1:
        name = f"{x.name}_{y.name}"
    return Variable(
        name=name,
        units=x.units or y.units,
        location=x.location,
        steps=x.steps,
        vector=True,
        title=common_title(x.title, y.title),
        standard_name="",
        components=(x.name, y.name),
        levels=x.levels,
        dtype=x.dtype,
    )


def common_title(x: str, y: str) -> str:
    """Give what both titles share, without the words that name the component."""
    words_y = y.split()
    shared = [word for word in x.split() if word in words_y and word.lower() not in {"component", "of", "component,"}]
    return re.sub(r"\b(component|direction)\b", "", " ".join(shared)).strip(" ,")
