"""The words of the command line: its parser, and help in the language of the screen."""

from __future__ import annotations

import argparse
import re
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from app.cli_page import TIME_HELP
from app.core.language import tr
from layers.errors import ParameterInvalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.tools import Tool

Face: TypeAlias = "Callable[[argparse.Namespace], int]"
VIEWS = ("map", "chart", "window")
BENCHES = ("startup", "vector", "playback", "raster", "tick", "table", "edit")


class Parser(argparse.ArgumentParser):
    """A parser that says faults as the rest of the program does, and helps in the language of the screen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Lines, **options)
        self._positionals.title, self._optionals.title = tr("Arguments"), tr("Options")
        self.add_argument("-h", "--help", action="help", help=tr("show this help"))

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found, translated where its sentence is known."""
        raise _fault(message, self.prog)


class _Lines(argparse.HelpFormatter):
    """The form of the help, with its one fixed word translated."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, tr("Usage: ") if prefix is None else prefix)


def _fault(message: str, program: str) -> ParameterInvalid:
    remedy = "See {prog} --help."
    if found := re.fullmatch(r"the following arguments are required: (.+)", message):
        return ParameterInvalid(
            "The command needs: {names}.", where=program, remedy=remedy, names=found[1], prog=program
        )
    if found := re.fullmatch(r"unrecognized arguments: (.+)", message):
        return ParameterInvalid(
            "The command does not know: {names}.", where=program, remedy=remedy, names=found[1], prog=program
        )
    if found := re.fullmatch(r"argument (.+?): invalid choice: (.+) \(choose from (.+)\)", message):
        return ParameterInvalid(
            "{value} does not fit here.",
            where=f"{program} {found[1]}",
            remedy="Allowed: {allowed}.",
            value=found[2],
            allowed=found[3].replace("'", ""),
        )
    if found := re.fullmatch(r"argument (.+?): expected .+", message):
        return ParameterInvalid(
            "The option {flag} needs a value.", where=program, remedy=remedy, flag=found[1], prog=program
        )
    return ParameterInvalid(
        "The command line is not understood: {message}.", where=program, remedy=remedy, message=message, prog=program
    )


def version_text() -> str:
    """Give name and version of the program."""
    return f"Haitang Workbench 海塘工作台 {version('haitang-workbench')}"


def build(own: dict[str, Face], faces: dict[str, Face]) -> Parser:
    """Build the parser of all commands.

    Parameters
    ----------
    own : dict
        What the commands of the command line do, by name.
    faces : dict
        What the commands do that draw, by name.
    """
    parser = Parser(
        prog="haitang",
        description=tr("Haitang Workbench: maps, model results and one clock for water and marine analysts."),
        epilog=tr("Without a command the window opens: haitang [PATH …]. Help on one: haitang COMMAND --help."),
    )
    parser.add_argument("--version", action="version", version=version_text(), help=tr("show the version"))
    commands = parser.add_subparsers(
        dest="command", required=True, parser_class=Parser, title=tr("Commands"), metavar=tr("COMMAND")
    )
    _add_own(commands, own)
    for name, add in (("shot", _add_shot), ("page", _add_page), ("tour", _add_tour), ("bench", _add_bench)):
        if name in faces:
            add(commands, faces[name])
    return parser


def _command(commands: Any, name: str, face: Face, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(face=face)
    parser.add_argument("--json", action="store_true", help=tr("answer with one JSON object"))
    if name not in ("info", "shot", "page", "run"):
        parser.add_argument("--lang", choices=["zh", "en"], help=tr("language of the sentences: zh or en"))
    return parser


def _add_own(commands: Any, own: dict[str, Face]) -> None:
    info = _command(commands, "info", own["info"], tr("say what a file holds; the file is never changed"))
    info.add_argument("path", metavar="PATH", help=tr("file to look at"))
    info.add_argument("--lang", choices=["zh", "en"], help=tr("language of the page for people"))
    _command(commands, "tools", own["tools"], tr("list all tools and their parameters"))
    run = _command(commands, "run", own["run"], tr("run one tool on files"))
    run.add_argument("tool", metavar="TOOL", help=tr("id of the tool; haitang run TOOL --help lists its parameters"))
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="--name value", help=tr("parameters of the tool"))
    again = _command(commands, "replay", own["replay"], tr("run a record again and compare every output"))
    again.add_argument("record", type=Path, metavar="RECORD", help=tr("the .record.json beside a result"))
    batch = _command(commands, "batch", own["batch"], tr("run one tool on many cases; goes on where it stopped"))
    batch.add_argument("plan", type=Path, metavar="CASES", help=tr("TOML file that names tool, out and cases"))
    audit = _command(commands, "audit", own["audit"], tr("check that the audit log was not changed"))
    audit.add_argument("act", choices=["verify"], help=tr("what to do: verify"))
    audit.add_argument("log", type=Path, nargs="?", metavar="LOG", help=tr("the log; this user's own where left out"))


def _add_shot(commands: Any, face: Face) -> None:
    shot = _command(commands, "shot", face, tr("draw one picture of one view"))
    shot.add_argument("paths", nargs="+", metavar="PATH", help=tr("files or a workspace to draw"))
    shot.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="PNG",
        help=tr("the picture to write; a picture that is there is replaced"),
    )
    shot.add_argument("--view", choices=VIEWS, default="map", help=tr("map, chart or the whole window"))
    shot.add_argument("--size", metavar="WxH", help=tr("width and height in pixels"))
    shot.add_argument("--time", metavar="ISO|INDEX", help=tr(TIME_HELP))
    shot.add_argument("--variable", metavar="NAME", help=tr("variable to show"))
    shot.add_argument("--extent", metavar="x0,y0,x1,y1", help=tr("box to show, in the reference system of the map"))
    shot.add_argument("--crs", metavar="EPSG:n", help=tr("reference system of the map"))
    shot.add_argument("--style", metavar="FILE", help=tr("style to use"))
    shot.add_argument("--tool", metavar="ID", help=tr("tool whose form is open, with --view window"))
    shot.add_argument("--lang", choices=["zh", "en"], help=tr("language of the picture"))
    shot.add_argument("--theme", choices=["light", "dark"], default="light", help=tr("light or dark"))


def _add_page(commands: Any, face: Face) -> None:
    from app.cli_page import add_words

    add_words(_command(commands, "page", face, tr("write a page, or an atlas of pages, as PDF, PNG or SVG")))


def _add_tour(commands: Any, face: Face) -> None:
    tour = _command(commands, "tour", face, tr("walk through every view and product on the sample"))
    tour.add_argument("folder", type=Path, metavar="OUTDIR", help=tr("folder for the pictures and products"))


def _add_bench(commands: Any, face: Face) -> None:
    bench = _command(commands, "bench", face, tr("measure how fast the program is"))
    bench.add_argument("name", choices=BENCHES, metavar="NAME", help=", ".join(BENCHES))
    bench.add_argument("paths", nargs="*", metavar="PATH", help=tr("files to measure with"))
    bench.add_argument("--size", default="1920x1080", metavar="WxH", help=tr("width and height in pixels"))


def tool_help(tool: Tool) -> str:
    """Give the help of one tool: what it does, each parameter with what fits, and the program's own options."""
    needed = [p for p in tool.parameters if p.required]
    rest = [p for p in tool.parameters if not p.required]
    usage = " ".join([f"{p.flag} …" for p in needed] + [f"[{p.flag} …]" for p in rest])
    lines = [
        tr("Usage: ") + f"haitang run {tool.id} {usage} [--out …]",
        "",
        tr(tool.title) + ". " + tr(tool.summary),
        "",
    ]
    for p in (*needed, *rest):
        default = "" if p.required or p.default in (None, "") else tr(" (left out: {value})", value=p.default)
        lines.append(f"  {p.flag:14} {tr(p.label)}: {p.allowed()}{default}")
        lines += [f"  {'':14} {tr(p.help)}"] if p.help else []
    own = (
        ("--out", tr("file to write; its suffix chooses the form; a file that is there is replaced, an input never")),
        ("--vdatum", tr("vertical datum of inputs that name none")),
        ("--source-crs", tr("reference system of inputs that name none")),
        ("--tz", tr("time zone of inputs that name none, such as +08:00")),
        ("--memory", tr("what the run may hold, such as 1GiB; above it, it is ended")),
        ("--cluster", tr("address of a Dask cluster (tcp://host:8786) that sees the same files, or local")),
        ("--lang", tr("language of the sentences: zh or en")),
        ("--json", tr("answer with one JSON object")),
    )
    return "\n".join([*lines, "", tr("Options of every tool:"), *(f"  {flag:14} {text}" for flag, text in own)]) + "\n"
