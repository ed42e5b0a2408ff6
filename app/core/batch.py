"""Batch: one tool over many cases; each case is a run of its own, finished ones are not run again."""

from __future__ import annotations

import csv
import json
import subprocess
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core import durable
from app.core.jobs import program_command
from layers.errors import DataError, ParameterInvalid

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Case:
    """One run: its name, its parameters, its output."""

    name: str
    parameters: dict[str, Any]
    out: Path


@dataclass
class BatchPlan:
    """What a batch file asks for."""

    tool: str
    cases: list[Case]
    workers: int = 1
    cluster: str = ""
    state: Path = field(default_factory=Path)


@dataclass(frozen=True)
class CaseAnswer:
    """How one case ended: exit code and the tool's own answer."""

    name: str
    code: int
    answer: dict[str, Any]
    skipped: bool = False


def read_plan(path: Path) -> BatchPlan:
    """Read a batch file.

    ``tool``, ``out`` (template with ``{name}``), ``workers``; ``[common]`` parameters of all cases; cases as
    ``[[case]]`` tables, as ``table = "cases.csv"`` (one row a case, column ``name``), or as
    ``files = "folder/*.nc"`` with ``parameter = "source"``. Paths count from the batch file.

    Raises
    ------
    DataError
        The file is not TOML or names no tool, output or case.
    """
    remedy = "A batch file names tool, out and cases ([[case]], table or files)."
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            "The batch file cannot be read: {reason}", where=str(path), remedy=remedy, reason=str(error)
        ) from error
    if not isinstance(data.get("tool"), str) or not isinstance(data.get("out"), str):
        raise DataError("The batch file names no tool or no output.", where=str(path), remedy=remedy)
    rows = _rows(data, path)
    if not rows:
        raise DataError("The batch file has no cases.", where=str(path), remedy=remedy)
    common = dict(data.get("common", {}))
    cases = [_case(common | row, data["out"], path.parent) for row in rows]
    doubles = {c.name for c in cases if sum(c.name == d.name for d in cases) > 1}
    if doubles:
        raise DataError(
            "Two cases have the same name: {names}.",
            where=str(path),
            remedy="Give each case a name of its own.",
            names=", ".join(sorted(doubles)),
        )
    state = path.with_name(path.name + ".state.json")
    return BatchPlan(data["tool"], cases, int(data.get("workers", 1)), str(data.get("cluster", "")), state)


def _rows(data: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    rows = [dict(case) for case in data.get("case", [])]
    if "table" in data:
        with (path.parent / data["table"]).open(encoding="utf-8-sig", newline="") as stream:
            rows += [{k: v for k, v in row.items() if v not in ("", None)} for row in csv.DictReader(stream)]
    if "files" in data:
        parameter = str(data.get("parameter", "source"))
        rows += [{"name": p.stem, parameter: str(p)} for p in sorted(path.parent.glob(data["files"]))]
    return [{"name": f"case{i + 1}"} | row for i, row in enumerate(rows)]


def _case(row: dict[str, Any], out: str, folder: Path) -> Case:
    name = str(row.pop("name"))
    if not name or any(c in name for c in '/\\:*?"<>|') or name.startswith("."):
        raise ParameterInvalid("The name {name} cannot be a file name.", where="name", name=repr(name))
    resolved = {k: _near(v, folder) for k, v in row.items()}
    return Case(name, resolved, folder / out.format(name=name))


def _near(value: Any, folder: Path) -> Any:
    """Turn a word that names a file beside the batch file into its path."""
    if not isinstance(value, str):
        return value
    path, mark, key = value.partition("#")
    near = folder / path
    return f"{near}{mark}{key}" if path and near.exists() else value


def run_plan(plan: BatchPlan, told: Callable[[CaseAnswer], None]) -> list[CaseAnswer]:
    """Run what is not done yet; ``told`` hears of each case as it ends.

    A case counts as done when its output is there and was made from the same parameters.
    """
    done = _done(plan.state)
    answers: list[CaseAnswer] = []

    def one(case: Case) -> CaseAnswer:
        if done.get(case.name) == _mark(plan, case) and case.out.exists():
            return CaseAnswer(case.name, 0, {}, skipped=True)
        return _run_case(plan, case)

    with ThreadPoolExecutor(max(1, plan.workers)) as pool:
        for case, answer in zip(plan.cases, pool.map(one, plan.cases), strict=True):
            answers.append(answer)
            if answer.code in (0, 5):
                done[case.name] = _mark(plan, case)
                durable.replace(plan.state, [json.dumps(done, indent=1).encode()])
            told(answer)
    return answers


def _run_case(plan: BatchPlan, case: Case) -> CaseAnswer:
    words: list[str] = []
    for name, value in case.parameters.items():
        for one in value if isinstance(value, list) else [value]:
            words += [f"--{name.replace('_', '-')}", str(one)]
    cluster = ["--cluster", plan.cluster] if plan.cluster else []
    case.out.parent.mkdir(parents=True, exist_ok=True)
    ended = subprocess.run(
        [*program_command(), "run", plan.tool, *words, *cluster, "--out", str(case.out), "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    try:
        answer = json.loads(ended.stdout)
    except ValueError:
        answer = {"error": {"code": "ToolError", "what": ended.stderr.strip()[-400:], "where": case.name}}
    return CaseAnswer(case.name, ended.returncode, answer)


def _mark(plan: BatchPlan, case: Case) -> str:
    return json.dumps([plan.tool, case.parameters, str(case.out)], sort_keys=True, default=str)


def _done(state: Path) -> dict[str, str]:
    try:
        return dict(json.loads(state.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
