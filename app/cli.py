"""The command line: every command of the contract, one answer on stdout, one sentence on failure."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import cli_run
from app.cli_answer import CANCELLED, DONE, UNUSABLE, print_json, refuse
from app.core.jobs import LANGUAGE_ENV
from app.core.language import language, set_language, tr

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from app.cli_help import Face
    from app.core.tools import Tool

INFO_S = 25.0
SPEAKING = {"info", "shot", "page", "run"}
"""Commands with a language of their own."""


def main(arguments: Sequence[str] | None = None, faces: dict[str, Face] | None = None) -> int:
    """Run one command and give its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after the program's name; those of the process where left out.
    faces : dict, optional
        Commands that need the window (``shot``, ``tour``, ``bench``), given by the program's entry. With them,
        tools run in a child that this process watches over; without, they run here.
    """
    words = _spoken(list(sys.argv[1:] if arguments is None else arguments))
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8")
    try:
        return _answered(words, faces)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  whatever it is, the caller gets one sentence
        if cli_run.is_left_to_parent(error):
            return CANCELLED
        return refuse(error, as_json="--json" in words)


def _answered(words: list[str], faces: dict[str, Face] | None) -> int:
    if os.environ.get(LANGUAGE_ENV) in ("zh", "en"):
        set_language(os.environ[LANGUAGE_ENV])
    if faces is not None and cli_run.is_watched(words):
        from app.core import supervisor

        if not supervisor.is_supervised():
            return cli_run.watched(words)
        supervisor.obey()
    from app.cli_help import build

    own: dict[str, Face] = {
        "info": _info,
        "tools": _tools,
        "run": cli_run.run,
        "replay": cli_run.replay,
        "batch": cli_run.batch,
        "audit": _audit,
    }
    drawing = {
        name: cli_run.exporting(face) if name in cli_run.EXPORTS else face for name, face in (faces or {}).items()
    }
    parsed = build(own, drawing).parse_args(_joined(words))
    parsed.faces = faces or {}
    face: Face = parsed.face
    return face(parsed)


def _spoken(words: list[str]) -> list[str]:
    """Put a language named before the command behind it: what is said before a command holds for it."""
    at = words.index("--lang") if words[:1] and words[0] not in SPEAKING and "--lang" in words[1:-1] else 0
    if at and words[at + 1] in ("zh", "en"):
        words = [*words[at : at + 2], *words[:at], *words[at + 2 :]]
    count = 2 if words[:1] == ["--lang"] else 1 if words[:1] and words[0].startswith("--lang=") else 0
    ahead, rest = words[:count], words[count:]
    name = ahead[-1].rpartition("=")[2] if ahead else ""
    if name not in ("zh", "en") or not rest or rest[0].startswith("-"):
        return words
    os.environ[LANGUAGE_ENV] = name
    return [*rest, *ahead] if rest[0] in SPEAKING and not {"-h", "--help"} & set(rest) else rest


def _joined(words: list[str]) -> list[str]:
    """Tie a value that begins with a minus to its option, so that it is not taken for another option.

    Such are numbers, and the column of ``--sort`` that sorts downwards.
    """
    result: list[str] = []
    for word in words:
        value = r"-[^-]" if result[-1:] == ["--sort"] else r"-[\d.]"
        if result and re.fullmatch(r"--[a-z][a-z-]*", result[-1]) and re.match(value, word):
            result[-1] += "=" + word
        else:
            result.append(word)
    return result


def _info(parsed: argparse.Namespace) -> int:
    from app.core import workspace_facts

    if parsed.lang:
        set_language(parsed.lang)
    if workspace_facts.is_workspace(str(parsed.path)):
        return _told(workspace_facts.to_info(Path(parsed.path)), parsed, [])
    from app.core.readers import ReaderPool
    from layers.sources.facts import to_info

    pool = ReaderPool(max_processes=1, timeout_s=INFO_S)
    try:
        found = pool.ask(str(parsed.path), None)
    finally:
        pool.close()
    warned = [*found.warnings, *(w for layer in found.layers for w in layer.warnings)]
    blank = "" if language() == "zh" else " "
    return _told(to_info(found), parsed, [tr(w.what, **w.fields) + blank + tr(w.remedy, **w.fields) for w in warned])


def _told(answer: dict[str, Any], parsed: argparse.Namespace, warnings: list[str]) -> int:
    """Print an answer: one line for scripts, a page for people."""
    if parsed.json:
        print_json(answer)
    else:
        from app.cli_info import page

        told = warnings or [f"{w['what']} {w.get('remedy', '')}" for w in answer.get("warnings", [])]
        sys.stdout.write(page(answer, [" ".join(text.split()) for text in told]))
    return DONE


def _tools(parsed: argparse.Namespace) -> int:
    from app.core.tools import registry

    if parsed.json:
        print_json({"tools": [_tool_entry(t) for t in registry().values()]})
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
        words = {
            "title_zh": translated(p.label, "zh"),
            "description": p.help,
            "description_zh": translated(p.help, "zh"),
        }
        schema["properties"][p.name] |= words
    return {
        "id": one.id,
        "title": both(one.title),
        "group": both(group_titles().get(one.group, one.group)) | {"id": one.group},
        "version": one.version,
        "summary": both(one.summary),
        "parameters": schema,
        "returns": one.returns,
    }


def _audit(parsed: argparse.Namespace) -> int:
    from app.core import audit

    log = parsed.log or audit.default_log()
    problems = audit.verify(log)
    if parsed.json:
        told = [{"line": p.line, "what": tr(p.what)} for p in problems]
        print_json({"log": str(log), "whole": not problems, "problems": told})
    for problem in problems:
        sys.stderr.write(tr("Line {line}: {what}", line=problem.line, what=tr(problem.what)) + "\n")
    if not problems and not parsed.json:
        sys.stdout.write(tr("The audit log is whole.") + "\n")
    return UNUSABLE if problems else DONE
