"""Kept code: what modules compile while they are loaded is compiled once at set-up, not at every start.

Byte code of modules is kept by Python. What they compile themselves is not: the methods of a dataclass and the
annotations of a typed dictionary are text, a regular expression is one too, and Qt carries its Python part as text.
Together that is about 0.4 s of every start. Here the same text finds what was compiled from it. A text that is not
known is compiled as always, so stale or missing code costs time and nothing else.
"""

from __future__ import annotations

import _sre  # pyright: ignore[reportMissingImports]  the engine has no stub
import builtins
import contextlib
import importlib
import importlib.util
import marshal
import os
import re
import sys
import typing
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Generator

FILE = os.path.join(os.path.dirname(__file__), "__pycache__", f"kept.{sys.implementation.cache_tag}.code")  # noqa: PTH118, PTH120  before pathlib is loaded
MARK = importlib.util.MAGIC_NUMBER + _sre.MAGIC.to_bytes(4, "little")
"""Which interpreter and which engine of regular expressions the code is for."""
_Key = tuple[Any, ...]


class _Kept:
    """What is known, by what it was compiled from; with ``keeping``, what is missing is compiled and added."""

    def __init__(self, known: dict[_Key, bytes], *, keeping: bool = False) -> None:
        self.known, self.keeping = known, keeping
        self._pattern: Any = cast("Any", re)._compiler.compile

    def run(self, text: str, names: dict[str, Any], found: dict[str, Any]) -> None:
        """Execute a text, as ``exec``."""
        builtins.exec(self.compile(text, "<string>", "exec"), names, found)

    def compile(self, source: Any, filename: Any, mode: str, *more: Any, **named: Any) -> Any:
        """Compile a text, as `compile`."""
        if more or named or not isinstance(source, str | bytes):
            return _compile(source, filename, mode, *more, **named)
        key = (source, filename, mode)
        code = self.known.get(key)
        if code is not None:
            return marshal.loads(code)
        made = _compile(source, filename, mode, dont_inherit=True)
        if self.keeping:
            self.known[key] = marshal.dumps(made)
        return made

    def pattern(self, pattern: Any, flags: int = 0) -> Any:
        """Compile a regular expression, as ``re`` does."""
        if not isinstance(pattern, str | bytes):
            return self._pattern(pattern, flags)
        key = (pattern, int(flags))
        parts = self.known.get(key)
        if parts is not None:
            return _sre.compile(pattern, *marshal.loads(parts))
        if self.keeping:
            self.known[key] = marshal.dumps(_taken_apart(pattern, int(flags)))
        return self._pattern(pattern, flags)

    def install(self) -> None:
        """Let dataclasses, annotations and regular expressions ask here from now on."""
        import dataclasses

        cast("Any", dataclasses).exec = self.run
        cast("Any", typing).compile = self.compile
        cast("Any", re)._compiler.compile = self.pattern


_compile = builtins.compile
_kept = _Kept({})


def _taken_apart(pattern: Any, flags: int) -> tuple[Any, ...]:
    """Give what the engine makes a regular expression from: flags, code, groups, their names and numbers."""
    engine = cast("Any", re)
    tree = engine._parser.parse(pattern, flags)
    code, names = engine._compiler._code(tree, flags), dict(tree.state.groupdict)
    by_number = {number: name for name, number in names.items()}
    numbers = tuple(by_number.get(number) for number in range(tree.state.groups))
    return int(flags | tree.state.flags), [int(c) for c in code], tree.state.groups - 1, names, numbers


def use(file: str = FILE) -> bool:
    """Let what is loaded from now on find its code; whether there is any from this very interpreter.

    Parameters
    ----------
    file : str
        Written by `keep`.
    """
    try:
        with open(file, "rb") as stream:  # noqa: PTH123  before pathlib is loaded
            content = stream.read()
        if not content.startswith(MARK):
            return False
        _kept.known = marshal.loads(content[len(MARK) :])
    except (OSError, ValueError, EOFError, TypeError):
        return False
    _kept.install()
    return True


@contextlib.contextmanager
def for_everybody() -> Generator[None]:
    """Within this, every text that is compiled is looked up: for libraries that carry modules of their own."""
    before, builtins.compile = builtins.compile, cast("Any", _kept.compile)
    try:
        yield
    finally:
        builtins.compile = before


def keep(file: str = FILE) -> int:
    """Load all that compiles when it is loaded, and keep what comes of it; how many texts that are.

    To be called in a process of its own, which has loaded little yet.

    Parameters
    ----------
    file : str
        Replaced as a whole.
    """
    _kept.keeping = True
    _kept.install()
    with for_everybody():
        importlib.import_module("PySide6.QtCore")
    for name in _modules():
        importlib.import_module(name)
    os.makedirs(os.path.dirname(file), exist_ok=True)  # noqa: PTH103, PTH120
    with open(f"{file}.new", "wb") as stream:  # noqa: PTH123
        stream.write(MARK + marshal.dumps(_kept.known))
    os.replace(f"{file}.new", file)  # noqa: PTH105
    return len(_kept.known)


def _modules() -> list[str]:
    """Give the modules of the program whose source speaks of dataclasses, and those that its children begin with."""
    from pathlib import Path

    root = Path(__file__).parent.parent
    files = [file for package in ("layers", "app", "plugins") for file in sorted((root / package).rglob("*.py"))]
    found = [
        ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for file in files
        if "@dataclass" in file.read_text("utf-8")
    ]
    return [*found, "app.shell.window", "app.shell.benches", "app.core.reader_process"]


if __name__ == "__main__":
    sys.stdout.write(f"{keep()} texts compiled\n")
