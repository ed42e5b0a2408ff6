"""The program's entry: the window, or one command of the command line."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from app import kept_code

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

COMMANDS = {"info", "shot", "page", "tools", "run", "replay", "batch", "package", "tour", "bench", "audit"}
FACES = {
    "shot": "app.shell.shots:shot",
    "page": "app.shell.page_command:page",
    "bench": "app.shell.benches:bench",
    "tour": "app.shell.tour.walk:tour",
}
"""Commands that draw: name → where they are. They are loaded when they are called."""


def face(dotted: str) -> Any:
    """Give a function that loads what it calls when it is called."""

    def call(parsed: argparse.Namespace) -> int:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        module, _, name = dotted.partition(":")
        return int(getattr(import_module(module), name)(parsed))

    return call


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, or open the window with what is named; the exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after the program's name; those of the process where left out.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # no code but ours; looking for it reads all that is installed
    kept_code.use()
    if words[:1] == ["--reader-process"]:
        return int(import_module("app.core.reader_process").main(*words[1:2]))
    if words[:1] == ["--spelling"]:
        return int(import_module("app.widgets.match").answer())
    if words[:1] == ["--edit-process"]:
        return int(import_module("app.cli_edit").main(words[1:2]))
    if words and (words[0] in COMMANDS or words[0].startswith("-")):
        from app.cli import main as command_line

        return command_line(words, {name: face(dotted) for name, dotted in FACES.items()})
    strange = next((word for word in words if not os.path.exists(word)), None)  # noqa: PTH110  before pathlib is loaded
    if strange is not None:
        from app.cli_answer import refuse_word

        return refuse_word(strange, sorted(COMMANDS))
    gc.disable()  # nothing that a start makes is thrown away
    import_module("app.core.reader_child").start_early()
    from app.shell.startup import main as window

    return window(words)


if __name__ == "__main__":
    sys.exit(main())
