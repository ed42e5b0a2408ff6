"""XML without surprises: no entities, no outside references, bounded size and depth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from layers.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 32 * 2**20
DEEPEST = 60
MOST = 400_000
"""Elements of a file."""


@dataclass(slots=True)
class Node:
    """An element: its name without a prefix, attributes, children and text."""

    name: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list["Node"])
    text: str = ""

    def all(self, name: str) -> list[Node]:
        """Give the children of a name."""
        return [child for child in self.children if child.name == name]

    def first(self, *path: str) -> Node | None:
        """Give the first descendant along a path of names."""
        found: Node | None = self
        for name in path:
            found = next((child for child in found.children if child.name == name), None) if found else None
        return found

    def said(self, *path: str) -> str:
        """Give the text at a path; empty where there is none."""
        found = self.first(*path)
        return found.text.strip() if found is not None else ""

    def walk(self) -> Iterator[Node]:
        """Give this element and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


class _Builder:
    def __init__(self, where: str) -> None:
        self.where, self.count = where, 0
        self.root = Node("", {})
        self.stack = [self.root]

    def refuse(self, what: str) -> DataError:
        return DataError(what, where=self.where, remedy="Export the style anew from the program that made it.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.stack) > DEEPEST or self.count > MOST:
            raise self.refuse("The style file is nested too deeply or has too many parts.")
        node = Node(name.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in attributes.items()})
        self.stack[-1].children.append(node)
        self.stack.append(node)

    def end(self, _name: str) -> None:
        self.stack.pop()

    def text(self, data: str) -> None:
        self.stack[-1].text += data

    def doctype(self, _name: str, _system: str | None, _public: str | None, inside: int) -> None:
        if inside:
            raise self.refuse("The style file declares entities, which are not read.")

    def entity(self, *_: object) -> None:
        raise self.refuse("The style file declares entities, which are not read.")


def parse(raw: bytes, where: str = "") -> Node:
    """Read XML; its root element.

    Parameters
    ----------
    raw : bytes
    where : str
        File that errors name.

    Raises
    ------
    DataError
        It is no XML, is too large or too deep, or declares entities. References to outside files are never followed.
    """
    build = _Builder(where)
    if len(raw) > LARGEST:
        raise build.refuse("The style file is too large.")
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = build.start, build.end
    parser.CharacterDataHandler = build.text
    parser.StartDoctypeDeclHandler, parser.EntityDeclHandler = build.doctype, build.entity
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise DataError(
            "The style file is no XML: line {line}, column {column}.",
            where=where,
            remedy="Export the style anew from the program that made it.",
            line=error.lineno,
            column=error.offset + 1,
        ) from error
    except (ValueError, LookupError) as error:
        raise build.refuse("The style file is written in an encoding that is not read.") from error
    if not build.root.children:
        raise build.refuse("The style file is empty.")
    return build.root.children[0]
