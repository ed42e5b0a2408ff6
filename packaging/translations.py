"""Which sentences of the program a user may read, and which of them have no Chinese form."""

from __future__ import annotations

import ast
import json
import re
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

import speech
from speech import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCES = ("app", "layers", "plugins")
# A colour or a unit is shown as it is in every language; how a file is opened is told to nobody.
SYMBOL = re.compile(r"#[0-9a-fA-F]{6,8}|mm|cm|m|km|s|h|d|%|°|[rwax][bt]?\+?")
# The numpydoc section whose texts a form shows below its fields.
SECTION = re.compile(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-+\n|\Z)", re.DOTALL | re.MULTILINE)
ENTRY = re.compile(r"^(\w[\w, ]*?) ?:[^\n]*\n((?:    [^\n]*\n?)+)", re.MULTILINE)


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


def literals(node: ast.expr) -> Iterator[str | None]:
    """Texts an expression can be; None for a filled-in string that nobody can translate."""
    for leaf in speech.leaves(node):
        if isinstance(leaf, ast.JoinedStr):
            yield None
        elif isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and leaf.value:
            yield leaf.value


def shared_inputs(parsed: dict[str, ast.Module]) -> dict[str, ast.expr]:
    """Kinds of inputs that several tools share: name → ``Annotated[...]``."""
    lines = (line for tree in parsed.values() for line in tree.body if isinstance(line, ast.Assign))
    return {
        name_of(line.targets[0]): line.value
        for line in lines
        if isinstance(line.value, ast.Subscript) and name_of(line.value.value) == "Annotated"
    }


def declared(node: speech.FunctionNode, fields: set[str], shared: dict[str, ast.expr]) -> Iterator[str]:
    """What a form shows of a tool: labels of its parameters, their choices, their help, and its summary."""
    text = ast.get_docstring(node) or ""
    if "summary" in fields:
        yield text.partition("\n")[0]
    for argument in [*node.args.args, *node.args.kwonlyargs]:
        if argument.arg == "job" or argument.annotation is None:
            continue
        annotation = shared.get(name_of(argument.annotation), argument.annotation)
        named = {name_of(part.func) for part in ast.walk(annotation) if isinstance(part, ast.Call)}
        if "Label" not in named:
            yield argument.arg.replace("_", " ").capitalize()
        for part in ast.walk(annotation):
            if isinstance(part, ast.Subscript) and name_of(part.value) == "Literal":
                yield from (str(item.value) for item in ast.walk(part.slice) if isinstance(item, ast.Constant))
    section = SECTION.search(text)
    if section and "help" in fields:
        yield from (" ".join(entry[1].split()) for entry in ENTRY.findall(section.group(1) + "\n"))


def tools(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions that are declared as tools."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            marks = (mark for mark in node.decorator_list if isinstance(mark, ast.Call))
            if any(name_of(mark.func) == "tool" for mark in marks):
                yield node


def module_name(file: str) -> str:
    """Dotted name of a source file."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def collect(root: Path) -> tuple[list[Sentence], list[Fault]]:
    """Every sentence of the sources, and every one that is put together before it could be translated."""
    parsed = trees(root)
    survey = speech.Survey()
    files = {module_name(file): file for file in parsed}
    for module, file in files.items():
        survey.read(module, parsed[file])
    fields = speech.learn(survey)
    shared = shared_inputs(parsed)
    sentences: list[Sentence] = []
    found: list[Fault] = []
    for call in survey.calls:
        file, line = files[call.module], call.node.lineno
        for text in (text for value in survey.spoken(call) for text in literals(value)):
            if text is None and survey.templates(call):
                found.append(Fault("a sentence is filled in before translation", f"{file}:{line}"))
            elif text is not None and not SYMBOL.fullmatch(text):
                sentences.append(Sentence(text, file, line))
    for file, tree in parsed.items():
        for node in tools(tree):
            sentences += [Sentence(text, file, node.lineno) for text in declared(node, fields, shared)]
    return list(dict.fromkeys(sentences)), list(dict.fromkeys(found))


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
