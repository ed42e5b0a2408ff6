"""Kept code: what dataclasses write for themselves is compiled once at set-up, not at every start.

A dataclass is text that Python compiles when its module is loaded, each time anew: about 1 ms a class and 0.2 s a
start, where byte code of modules is kept. Here the same text finds the code that was compiled from it. A text that is
not known is compiled as always, so stale or missing code costs time and nothing else.
"""

from __future__ import annotations

import builtins
import dataclasses
import importlib
import importlib.util
import marshal
import os
import sys
from typing import Any, cast

FILE = os.path.join(os.path.dirname(__file__), "__pycache__", f"dataclasses.{sys.implementation.cache_tag}.code")  # noqa: PTH118, PTH120  before pathlib is loaded


def use(file: str = FILE) -> bool:
    """Let dataclasses find their code; whether there is any from this very interpreter.

    Parameters
    ----------
    file : str
        Written by `keep`.
    """
    try:
        with open(file, "rb") as stream:  # noqa: PTH123  before pathlib is loaded
            content = stream.read()
        if not content.startswith(importlib.util.MAGIC_NUMBER):
            return False
        known: dict[str, bytes] = marshal.loads(content[len(importlib.util.MAGIC_NUMBER) :])
    except (OSError, ValueError, EOFError, TypeError):
        return False

    def run(text: str, names: dict[str, Any], found: dict[str, Any]) -> None:
        code = known.get(text)
        builtins.exec(text if code is None else marshal.loads(code), names, found)

    cast("Any", dataclasses).exec = run
    return True


def keep(file: str = FILE) -> int:
    """Load all modules that have dataclasses and keep what these compile; the number of texts.

    Parameters
    ----------
    file : str
        Replaced as a whole.
    """
    made: dict[str, bytes] = {}

    def run(text: str, names: dict[str, Any], found: dict[str, Any]) -> None:
        code = compile(text, "<dataclass>", "exec")
        made[text] = marshal.dumps(code)
        builtins.exec(code, names, found)

    cast("Any", dataclasses).exec = run
    try:
        for name in _modules():
            importlib.import_module(name)
    finally:
        del cast("Any", dataclasses).exec
    os.makedirs(os.path.dirname(file), exist_ok=True)  # noqa: PTH103, PTH120
    with open(f"{file}.new", "wb") as stream:  # noqa: PTH123
        stream.write(importlib.util.MAGIC_NUMBER + marshal.dumps(made))
    os.replace(f"{file}.new", file)  # noqa: PTH105
    return len(made)


def _modules() -> list[str]:
    """Give the modules of the program whose source speaks of dataclasses."""
    from pathlib import Path

    root = Path(__file__).parent.parent
    files = [file for package in ("layers", "app", "plugins") for file in sorted((root / package).rglob("*.py"))]
    return [
        ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for file in files
        if "@dataclass" in file.read_text("utf-8")
    ]


if __name__ == "__main__":
    sys.stdout.write(f"{keep()} texts of dataclasses compiled\n")
