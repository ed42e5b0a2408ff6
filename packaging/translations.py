"""Which sentences of the program a user may read, and which of them have no Chinese form."""

from __future__ import annotations

import ast
import json
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SOURCES = ("app", "layers", "plugins")
# Calls whose first argument is a sentence.
MARKERS = {"tr": 0, "N_": 0}
# Calls and the keyword arguments of theirs that are sentences.
DECLARED = {"tool": ("title",), "Action": ("title",), "Menu": ("title",), "Plugin": ("title",), "Label": ("text",)}
ERROR_ROOT = "HaitangError"


@dataclass(frozen=True)
class Sentence:
    """One English sentence and where it stands."""

    text: str
    file: str
    line: int


@dataclass(frozen=True)
class Fault:
    """Something a translator cannot do, with its place."""

    what: str
    where: str


def trees(root: Path) -> dict[str, ast.Module]:
    """Syntax trees of all source files, by path below the root."""
    files = (file for folder in SOURCES for file in sorted((root / folder).rglob("*.py")))
    return {file.relative_to(root).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def error_names(parsed: Iterable[ast.Module]) -> set[str]:
    """Names of HaitangError and of every class that descends from it."""
    bases = {
        node.name: {name_of(base) for base in node.bases}
        for tree in parsed
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    family = {ERROR_ROOT}
    while more := {name for name, parents in bases.items() if parents & family} - family:
        family |= more
    return family


def name_of(node: ast.expr) -> str:
    """Last part of a dotted name; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def literals(node: ast.expr) -> Iterator[str | None]:
    """Texts an expression can be: one, both of a condition, or None for a filled-in string nobody can translate."""
    if isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield None
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [*literals(node.left), *literals(node.right)]
        yield "".join(part for part in parts if part) if None not in parts else None


def spoken(call: ast.Call, family: set[str]) -> list[ast.expr]:
    """Arguments of a call that a user reads."""
    name = name_of(call.func)
    wanted = DECLARED.get(name, ())
    found = [call.args[0]] if name in MARKERS and call.args else []
    if name in family:
        wanted, found = ("what", "remedy"), call.args[:1]
    return found + [keyword.value for keyword in call.keywords if keyword.arg in wanted]


def collect(root: Path) -> tuple[list[Sentence], list[Fault]]:
    """Every sentence of the sources, and every one that is put together before it could be translated."""
    parsed = trees(root)
    family = error_names(parsed.values())
    sentences, faults = [], []
    for file, tree in parsed.items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            for text in (text for node in spoken(call, family) for text in literals(node)):
                if text is None:
                    faults.append(Fault("a sentence is filled in before translation", f"{file}:{call.lineno}"))
                else:
                    sentences.append(Sentence(text, file, call.lineno))
    return sentences, faults


def entries(folder: Path) -> tuple[dict[str, str], list[Fault]]:
    """Chinese forms by English sentence, and sentences that two files translate differently."""
    chinese: dict[str, str] = {}
    faults = []
    for file in sorted(folder.glob("*.json")):
        for english, text in json.loads(file.read_text(encoding="utf-8")).items():
            if chinese.get(english, text) != text:
                faults.append(Fault(f"two Chinese forms of {english!r}", file.name))
            chinese[english] = text
    return chinese, faults


def fields(text: str) -> set[str]:
    """Names in braces; a text that is no template has none."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return set()


def faults(root: Path) -> list[Fault]:
    """Everything that keeps the Chinese program from being complete, all at once."""
    sentences, found = collect(root)
    chinese, doubled = entries(root / "resources" / "translations" / "zh")
    found += doubled
    for sentence in sentences:
        if sentence.text not in chinese:
            found.append(Fault(f"no Chinese for {sentence.text!r}", f"{sentence.file}:{sentence.line}"))
    used = {sentence.text for sentence in sentences}
    for english, text in chinese.items():
        if english not in used:
            found.append(Fault(f"nobody says {english!r}", "resources/translations/zh"))
        if fields(english) != fields(text):
            found.append(Fault(f"other fields in the Chinese of {english!r}", "resources/translations/zh"))
        if not text.strip():
            found.append(Fault(f"empty Chinese for {english!r}", "resources/translations/zh"))
    return found
