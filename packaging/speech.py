"""Where the sources hand a sentence to a reader: `tr` itself, and every argument or field that ends in it.

A label that translates its text, a dataclass whose title is translated by a panel, an error whose template is
translated when shown: each is found by following parameters and fields until nothing new is learnt.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = {"tr": "text", "N_": "text"}
# Fields that hold names and symbols; a label may show them, nobody translates them.
SYMBOLS = {"name", "unit", "units", "id", "crs"}
# The page plugins import from: what it hands on is defined elsewhere.
PAGE = "app.api."
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(eq=False)
class Callee:
    """Something that can be called with sentences: a function, a method or a class."""

    name: str
    module: str
    parameters: list[str]
    method: bool = False
    spoken: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Room:
    """A class: its bases, what building it takes, and which field holds which parameter of which method."""

    name: str
    module: str
    bases: list[ast.expr]
    maker: Callee | None = None
    kept: dict[str, list[tuple[Callee, str]]] = field(default_factory=dict)


@dataclass(eq=False)
class Call:
    """One call in the sources, with the functions around it, innermost first, and its class."""

    node: ast.Call
    module: str
    around: list[Callee]
    room: Room | None


def name_of(node: ast.expr) -> str:
    """Last part of a dotted name; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def leaves(node: ast.expr) -> Iterator[ast.expr]:
    """Expressions one of which becomes the value: both sides of a condition, all parts of an `or`."""
    if isinstance(node, ast.IfExp):
        yield from leaves(node.body)
        yield from leaves(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from leaves(value)
    else:
        yield node


def is_log(node: ast.expr) -> bool:
    """Whether a value is a log, whose lines are for those who look after the program."""
    name = name_of(node.func if isinstance(node, ast.Call) else node)
    return name in {"log", "_log", "LOG", "logger", "getLogger"}


class Survey(ast.NodeVisitor):
    """Collects callables, classes and calls of the sources, module by module."""

    def __init__(self) -> None:
        self.callees: dict[str, list[Callee]] = {}
        self.rooms: dict[str, list[Room]] = {}
        self.calls: list[Call] = []
        self.imports: dict[tuple[str, str], str] = {}
        self.locals: dict[tuple[Callee | str, str], list[ast.expr]] = {}
        self._module = ""
        self._around: list[Callee] = []
        self._room: Room | None = None

    def read(self, module: str, tree: ast.Module) -> None:
        """Note everything of one module, ``app.core.tools``."""
        self._module = module
        self.visit(tree)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Note where a name comes from."""
        for alias in node.names:
            self.imports[self._module, alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Note a class; its annotated fields are what building it takes, unless it says otherwise."""
        room = Room(node.name, self._module, node.bases)
        self.rooms.setdefault(node.name, []).append(room)
        fields = [name for item in node.body if (name := field_name(item))]
        if fields:
            room.maker = Callee(node.name, self._module, fields)
            room.kept |= {name: [(room.maker, name)] for name in fields}
        outer, self._room = self._room, room
        around, self._around = self._around, []
        self.generic_visit(node)
        self._room, self._around = outer, around

    def _function(self, node: FunctionNode) -> None:
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        names = [argument.arg for argument in arguments]
        method = self._room is not None and not self._around and names[:1] in (["self"], ["cls"])
        callee = Callee(node.name, self._module, names[1:] if method else names, method)
        if method and self._room is not None and node.name == "__init__":
            self._room.maker = callee
        else:
            self.callees.setdefault(node.name, []).append(callee)
        if SEEDS.get(node.name) in names:
            callee.spoken.add(SEEDS[node.name])
        self._around.insert(0, callee)
        self.generic_visit(node)
        self._around.pop(0)

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def visit_Assign(self, node: ast.Assign) -> None:
        """Note which field of an object keeps which parameter."""
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            for place, value in pairs:
                self._keep(place, value)
        self.generic_visit(node)

    def _keep(self, place: ast.expr, value: ast.expr) -> None:
        if isinstance(place, ast.Name):
            scope = self._around[0] if self._around else self._module
            self.locals.setdefault((scope, place.id), []).append(value)
        if self._room is None or not (isinstance(place, ast.Attribute) and name_of(place.value) == "self"):
            return
        for leaf in leaves(value):
            for callee in self._around:
                if isinstance(leaf, ast.Name) and leaf.id in callee.parameters:
                    self._room.kept.setdefault(place.attr, []).append((callee, leaf.id))

    def visit_Call(self, node: ast.Call) -> None:
        """Note a call."""
        self.calls.append(Call(node, self._module, list(self._around), self._room))
        self.generic_visit(node)

    def origin(self, module: str, func: ast.expr) -> str | None:
        """Dotted name of what a name means in a module; None for what is reached through a value."""
        if isinstance(func, ast.Name):
            return self.imports.get((module, func.id), f"{module}.{func.id}")
        if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
            base = self.imports.get((module, func.value.id))
            return f"{base}.{func.attr}" if base else None
        return None

    def rooms_of(self, module: str, func: ast.expr) -> list[Room]:
        """Classes that a name may mean; through the one page of re-exports, every class of that name."""
        origin = self.origin(module, func)
        found = self.rooms.get(name_of(func), [])
        exact = [room for room in found if f"{room.module}.{room.name}" == origin]
        return exact or (found if origin is None or origin.startswith(PAGE) else [])

    def makers(self, module: str, func: ast.expr) -> Iterator[Callee]:
        """What building a class takes, its own or the first base's that says so."""
        for room in self.rooms_of(module, func):
            if room.maker:
                yield room.maker
            else:
                yield from (maker for base in room.bases for maker in self.makers(room.module, base))

    def targets(self, call: Call) -> Iterator[Callee]:
        """What a call may reach."""
        func = call.node.func
        if isinstance(func, ast.Attribute) and is_log(func.value):
            return
        if name_of(func) == "__init__" and call.room is not None:
            yield from (maker for base in call.room.bases for maker in self.makers(call.room.module, base))
            return
        origin = self.origin(call.module, func)
        for callee in self.callees.get(name_of(func), []):
            here = f"{callee.module}.{callee.name}" == origin or (origin or "").startswith(PAGE)
            if (callee.method and isinstance(func, ast.Attribute) and origin is None) or (here and not callee.method):
                yield callee
        yield from self.makers(call.module, func)

    def templates(self, call: Call) -> bool:
        """Whether a call takes a template that is filled only after translation: `tr`, `N_` or an error."""
        return name_of(call.node.func) in SEEDS or any("what" in callee.spoken for callee in self.targets(call))

    def spoken(self, call: Call) -> Iterator[ast.expr]:
        """Arguments of a call that end before a reader, and what the names among them were set to."""
        for value in self.arguments(call):
            yield value
            for leaf in leaves(value):
                if isinstance(leaf, ast.Name):
                    for scope in (*call.around, call.module):
                        yield from self.locals.get((scope, leaf.id), [])

    def arguments(self, call: Call) -> Iterator[ast.expr]:
        """Arguments of a call that end before a reader."""
        for callee in self.targets(call):
            for name, value in zip(callee.parameters, call.node.args, strict=False):
                if name in callee.spoken:
                    yield value
            for keyword in call.node.keywords:
                if keyword.arg in callee.spoken:
                    yield keyword.value


def field_name(item: ast.stmt) -> str:
    """Name of an annotated public field of a class; empty for any other line."""
    if not (isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)):
        return ""
    return "" if item.target.id.startswith("_") else item.target.id


def learn(survey: Survey) -> set[str]:
    """Follow sentences back through parameters and fields; the names of fields that others read aloud."""
    fields: set[str] = set()
    known = -1
    while known != (known := _count(survey) + len(fields)):
        for call in survey.calls:
            for leaf in [leaf for value in survey.spoken(call) for leaf in leaves(value)]:
                _follow(call, leaf, fields)
        for room in [room for found in survey.rooms.values() for room in found]:
            for name in fields & room.kept.keys():
                for callee, parameter in room.kept[name]:
                    callee.spoken.add(parameter)
    return fields


def _follow(call: Call, leaf: ast.expr, fields: set[str]) -> None:
    if isinstance(leaf, ast.Name):
        owner = next((callee for callee in call.around if leaf.id in callee.parameters), None)
        if owner is not None:
            owner.spoken.add(leaf.id)
    elif isinstance(leaf, ast.Attribute) and name_of(leaf.value) == "self" and call.room is not None:
        for callee, parameter in call.room.kept.get(leaf.attr, []):
            callee.spoken.add(parameter)
    elif isinstance(leaf, ast.Attribute) and leaf.attr not in SYMBOLS:
        fields.add(leaf.attr)


def _count(survey: Survey) -> int:
    callees = [callee for found in survey.callees.values() for callee in found]
    makers = [room.maker for found in survey.rooms.values() for room in found if room.maker]
    return sum(len(callee.spoken) for callee in (*callees, *makers))
