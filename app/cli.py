"""The command line: every command of the contract, one answer on stdout, one sentence on failure."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from app.core.language import error_text, set_language, tr
from layers.errors import Cancelled, HaitangError, ParameterInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.tools import Tool

DONE, FAULT, WRONG_CALL, UNUSABLE, CANCELLED, WAITING = 0, 1, 2, 3, 4, 5

Face: TypeAlias = "Callable[[argparse.Namespace], int]"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ParameterInvalid(
            "The command line is not understood: {message}.",
            where=self.prog,
            remedy="See {prog} --help.",
            message=message,
            prog=self.prog,
        )


def main(arguments: Sequence[str] | None = None, faces: dict[str, Face] | None = None) -> int:
    """Run one command and give its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after the program's name; those of the process where left out.
    faces : dict, optional
        Commands that need the window (``shot``, ``tour``, ``bench``), given by the program's entry.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    as_json = "--json" in words
    try:
        parsed = _parser(faces or {}).parse_args(words)
        return parsed.face(parsed)
    except Cancelled as error:
        return _refuse(error, CANCELLED, as_json)
    except ParameterInvalid as error:
        return _refuse(error, WRONG_CALL, as_json)
    except HaitangError as error:
        return _refuse(error, UNUSABLE, as_json)
    except Exception as error:  # noqa: BLE001  whatever it is, the caller gets one sentence and a report
        return _refuse(_fault(error), FAULT, as_json)
    except KeyboardInterrupt:
        return _refuse(Cancelled("The job was cancelled."), CANCELLED, as_json)


def _refuse(error: HaitangError, code: int, as_json: bool) -> int:
    if as_json:
        _print_json({"error": error.to_dict()})
    sys.stderr.write(" ".join(error_text(error).split()) + "\n")
    return code


def _fault(error: Exception) -> HaitangError:
    """Write the trace of our own fault to a report and give the sentence about it."""
    from app.core.settings import home

    report = home() / "reports" / f"fault-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return HaitangError(
        "The program failed: {reason}",
        where=str(report),
        remedy="Send this report to those who look after the program.",
        reason=f"{type(error).__name__}: {error}",
    )


def _print_json(answer: dict[str, Any] | list[Any]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False, default=str) + "\n")
    sys.stdout.flush()


def _parser(faces: dict[str, Face]) -> argparse.ArgumentParser:
    parser = _Parser(prog="haitang", description="Haitang Workbench 海塘工作台")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    info = _command(commands, "info", _info, "what a file holds")
    info.add_argument("path")
    _command(commands, "tools", _tools, "all tools")
    run = _command(commands, "run", _run, "run one tool")
    run.add_argument("tool")
    run.add_argument("words", nargs=argparse.REMAINDER)
    again = _command(commands, "replay", _replay, "run a record again and compare")
    again.add_argument("record", type=Path)
    batch = _command(commands, "batch", _batch, "run many cases")
    batch.add_argument("plan", type=Path)
    audit = _command(commands, "audit", _audit, "check the audit log")
    audit.add_argument("act", choices=["verify"])
    audit.add_argument("log", type=Path, nargs="?")
    for name, face in faces.items():
        _faced(commands, name, face)
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser], name: str, face: Face, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text)
    parser.set_defaults(face=face)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    return parser


def _faced(commands: argparse._SubParsersAction[_Parser], name: str, face: Face) -> None:
    """Add a command that draws; its logic comes from the program's entry."""
    if name == "shot":
        shot = _command(commands, name, face, "one picture of one view")
        shot.add_argument("paths", nargs="+", metavar="PATH")
        shot.add_argument("--out", required=True, type=Path, metavar="PNG")
        shot.add_argument("--view", choices=["map", "chart", "window"], default="map")
        for flag in ("--size", "--time", "--variable", "--extent", "--crs", "--style", "--tool"):
            shot.add_argument(flag)
        shot.add_argument("--lang", choices=["zh", "en"])
        shot.add_argument("--theme", choices=["light", "dark"], default="light")
    elif name == "tour":
        tour = _command(commands, name, face, "a walk through every view on the sample")
        tour.add_argument("folder", type=Path, metavar="OUTDIR")
    elif name == "bench":
        bench = _command(commands, name, face, "measure the program")
        bench.add_argument("name", choices=["startup", "vector", "playback", "raster", "tick", "table"])
        bench.add_argument("paths", nargs="*", metavar="PATH")
        bench.add_argument("--size", default="1920x1080")


def _info(parsed: argparse.Namespace) -> int:
    from app.core import workspace_facts

    if workspace_facts.is_workspace(str(parsed.path)):
        return _told(workspace_facts.to_info(Path(parsed.path)), parsed)
    from app.core.readers import ReaderPool
    from layers.sources.facts import to_info

    pool = ReaderPool(max_processes=1, timeout_s=25.0)
    try:
        return _told(to_info(pool.ask(str(parsed.path), None)), parsed)
    finally:
        pool.close()


def _told(answer: dict[str, Any], parsed: argparse.Namespace) -> int:
    """Print an answer: one line for scripts, indented for people."""
    if parsed.json:
        _print_json(answer)
    else:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1, default=str) + "\n")
    return DONE


def _tools(parsed: argparse.Namespace) -> int:
    from app.core.tools import registry

    if parsed.json:
        _print_json({"tools": [_tool_entry(t) for t in registry().values()]})
        return DONE
    for one in registry().values():
        flags = " ".join(p.flag if p.required else f"[{p.flag}]" for p in one.parameters)
        sys.stdout.write(f"{one.id:24} {tr(one.title)}   {flags}\n")
    return DONE


def _tool_entry(one: Tool) -> dict[str, Any]:
    from app.core.language import translated
    from app.core.plugins import group_titles

    def both(text: str) -> dict[str, str]:
        return {"zh": translated(text, "zh"), "en": text}

    schema = one.schema()
    for p in one.parameters:
        schema["properties"][p.name] |= {"title": both(p.label)}
        schema["properties"][p.name] |= {"description": p.help} if p.help else {}
    return {
        "id": one.id,
        "title": both(one.title),
        "group": both(group_titles().get(one.group, one.group)) | {"id": one.group},
        "version": one.version,
        "summary": one.summary,
        "parameters": schema,
        "returns": one.returns,
    }


def _options(words: list[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Part ``--name value`` words into the tool's and the program's own."""
    own = {"out", "cluster", "memory", "vdatum", "tz", "lang"}
    given: dict[str, Any] = {}
    options: dict[str, str] = {}
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--json":
            at += 1
            continue
        if not word.startswith("--") or len(word) < 3:
            raise ParameterInvalid(
                "The word {word} stands alone.",
                where=word,
                remedy="Tools take only --name value.",
                word=repr(word),
            )
        name, mark, value = word[2:].partition("=")
        if not mark:
            at += 1
            if at >= len(words):
                raise ParameterInvalid("The parameter {flag} has no value.", where=word, flag=word)
            value = words[at]
        at += 1
        _keep(options if name in own else given, name.replace("-", "_"), value)
    return given, options


def _keep(into: dict[str, Any], name: str, value: str) -> None:
    if name in into:
        before = into[name]
        into[name] = [*before, value] if isinstance(before, list) else [before, value]
    else:
        into[name] = value


def _run(parsed: argparse.Namespace) -> int:
    from app.core.jobs import Job, stderr_progress
    from app.core.records import Run, run_tool
    from app.core.resources import memory_mb, on_cluster, peak_rss_mb
    from app.core.tools import find

    given, options = _options(parsed.words)
    if "lang" in options:
        set_language("en" if options["lang"] == "en" else "zh")
    tool = find(parsed.tool)
    out = Path(options["out"]) if "out" in options else None
    job = Job(on_progress=stderr_progress(), memory_mb=memory_mb(options.get("memory", "")))
    if "tz" in options:
        given.setdefault("tz", options["tz"])
    if "cluster" in options:
        run: Run = on_cluster(options["cluster"], tool.id, given, out, job.memory_mb, options.get("vdatum"))
    else:
        run = run_tool(tool, given, out, job=job, vdatum=options.get("vdatum"))
    answer = {
        "tool": tool.id,
        "version": tool.version,
        "outputs": [str(p) for p in run.outputs],
        "stats": run.stats,
        "record": str(run.record) if run.record else None,
        "warnings": run.warnings,
        "seconds": round(run.seconds, 4),
        "peak_rss_mb": peak_rss_mb(),
    }
    if "--json" in parsed.words or parsed.json:
        _print_json(answer)
    else:
        for name, value in answer.items():
            sys.stdout.write(f"{name}: {value}\n")
    return DONE


def _replay(parsed: argparse.Namespace) -> int:
    from app.core.records import replay

    differing = replay(parsed.record)
    if parsed.json:
        _print_json({
            "record": str(parsed.record),
            "agrees": not differing,
            "differences": [{"name": d.name, "recorded": d.recorded, "made": d.made} for d in differing],
        })  # fmt: skip
    for difference in differing:
        sys.stderr.write(tr("The output {name} differs from its record.", name=difference.name) + "\n")
    if not differing and not parsed.json:
        sys.stdout.write(tr("Every output agrees with its record.") + "\n")
    return UNUSABLE if differing else DONE


def _batch(parsed: argparse.Namespace) -> int:
    from app.core.batch import CaseAnswer, read_plan, run_plan

    def told(answer: CaseAnswer) -> None:
        word = tr("skipped, done before") if answer.skipped else f"exit {answer.code}"
        sys.stderr.write(f"{answer.name}: {word}\n")

    answers = run_plan(read_plan(parsed.plan), told)
    if parsed.json:
        _print_json({
            "cases": [
                {"name": a.name, "exit": a.code, "skipped": a.skipped, "answer": a.answer} for a in answers
            ]
        })  # fmt: skip
    return max((a.code for a in answers if a.code not in (DONE, WAITING)), default=DONE)


def _audit(parsed: argparse.Namespace) -> int:
    from app.core import audit
    from app.core.settings import home

    log = parsed.log or home() / "audit" / "audit.jsonl"
    problems = audit.verify(log)
    if parsed.json:
        _print_json({"log": str(log), "whole": not problems, "problems": [str(p) for p in problems]})
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return UNUSABLE if problems else DONE
