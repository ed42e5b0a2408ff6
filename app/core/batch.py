"""Batch: one tool over many cases; each case is a run of its own, finished ones are not run again."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import threading
import tomllib
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from app.core import durable
from app.core.inputs import spare
from app.core.jobs import program_command
from app.core.supervisor import signals
from layers.errors import Cancelled, DataError, ParameterInvalid

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

REMEDY = "A batch file names tool, out and cases ([[case]], table or files)."
OPTIONS = ("cluster", "memory", "vdatum", "source_crs", "tz")
"""Options of ``haitang run`` that a batch file may set for all cases."""
TICK_S = 0.1


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
    options: dict[str, str] = field(default_factory=dict[str, str])
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

    ``tool``, ``out`` (template with ``{name}`` and the parameters of the case), ``workers``, ``cluster``,
    ``memory``, ``vdatum``, ``source_crs``, ``tz``; ``[common]`` parameters of all cases; cases as ``[[case]]`` tables,
    as ``table = "cases.csv"`` (one row a case, column ``name``), or as ``files = "folder/*.nc"`` with
    ``parameter = "source"``. Paths count from the batch file.

    Raises
    ------
    DataError
        The file is not TOML, names no tool, output or case, or something in it is of the wrong kind.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            "The batch file cannot be read: {reason}", where=str(path), remedy=REMEDY, reason=str(error)
        ) from error
    _check_kinds(data, path)
    rows = _rows(data, path)
    if not rows:
        raise DataError("The batch file has no cases.", where=str(path), remedy=REMEDY)
    common: dict[str, Any] = data.get("common", {})
    cases = [_case(common | row, data["out"], path) for row in rows]
    for part, seen in (("name", [c.name for c in cases]), ("out", [str(c.out) for c in cases])):
        doubles = sorted({one for one in seen if seen.count(one) > 1})
        if doubles:
            raise DataError(
                "Two cases have the same {part}: {names}.",
                where=str(path),
                remedy="Give each case a name and an output of its own.",
                part=part,
                names=", ".join(doubles),
            )
    read = [path, *([path.parent / data["table"]] if "table" in data else [])]
    for case in cases:
        spare(case.out, read, record=True)
    options = {name: str(data[name]) for name in OPTIONS if data.get(name)}
    return BatchPlan(data["tool"], cases, data.get("workers", 1), options, path.with_name(path.name + ".state.json"))


def _check_kinds(data: dict[str, Any], path: Path) -> None:
    if not isinstance(data.get("tool"), str) or not isinstance(data.get("out"), str):
        raise DataError("The batch file names no tool or no output.", where=str(path), remedy=REMEDY)
    kinds = {"workers": int, "common": dict, "case": list, "table": str, "files": str, "parameter": str}
    known = {"tool", "out", *kinds, *OPTIONS}
    wrong = [name for name, kind in kinds.items() if name in data and not isinstance(data[name], kind)]
    wrong += [name for name in data if name not in known]
    cases = data.get("case", [])
    if isinstance(cases, list) and any(not isinstance(case, dict) for case in cast("list[Any]", cases)):
        wrong.append("case")
    if wrong or data.get("workers", 1) < 1:
        raise DataError(
            "The batch file has entries that are not understood: {names}.",
            where=str(path),
            remedy=REMEDY,
            names=", ".join(wrong) or "workers",
        )


def _rows(data: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [dict(case) for case in data.get("case", [])]
    if "table" in data:
        rows += _table(path.parent / data["table"])
    if "files" in data:
        parameter = str(data.get("parameter", "source"))
        rows += [{"name": p.stem, parameter: str(p)} for p in _files(data["files"], path)]
    return [{"name": f"case{i + 1}"} | row for i, row in enumerate(rows)]


def _table(path: Path) -> list[dict[str, Any]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError("The table of cases cannot be read.", where=str(path), remedy="Check its path.") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    rows = csv.DictReader(io.StringIO(text))
    return [{k: v for k, v in row.items() if k and v not in ("", None)} for row in rows]


def _files(pattern: str, path: Path) -> list[Path]:
    folder = Path(pattern).parent
    found = sorted((path.parent / folder).glob(Path(pattern).name))
    if not found:
        raise DataError(
            "No file fits {pattern}.", where=str(path), remedy="Paths count from the batch file.", pattern=pattern
        )
    return found


def _case(row: dict[str, Any], out: str, path: Path) -> Case:
    name = str(row.pop("name"))
    if not name or any(c in name for c in '/\\:*?"<>|') or name.startswith("."):
        raise ParameterInvalid(
            "The name {name} cannot be a file name.",
            where=str(path),
            remedy='Leave out / \\ : * ? " < > | and a dot in front.',
            name=repr(name),
        )
    try:
        target = path.parent / out.format_map({"name": name, **row})
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        raise DataError(
            "The output {out} names something that case {name} does not have.",
            where=str(path),
            remedy="In braces stand name, or parameters of the case.",
            out=repr(out),
            name=name,
        ) from error
    return Case(name, {k: _near(v, path.parent) for k, v in row.items()}, target)


def _near(value: Any, folder: Path) -> Any:
    """Turn a word that names a file beside the batch file into its path."""
    if isinstance(value, list):
        return [_near(one, folder) for one in cast("list[Any]", value)]
    if not isinstance(value, str):
        return value
    path, mark, key = value.partition("#")
    try:
        near = folder / path
        return f"{near}{mark}{key}" if path and near.exists() else value
    except (OSError, ValueError):
        return value


class _Runs:
    """The runs that are under way; they end together when asked."""

    def __init__(self, plan: BatchPlan) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def one(self, case: Case) -> CaseAnswer:
        """Run one case in a process of its own."""
        case.out.parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            if self._stopped:
                return CaseAnswer(case.name, 4, {})
            process = subprocess.Popen(
                [*program_command(), "run", self._plan.tool, *self._words(case), "--out", str(case.out), "--json"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
            self._running.add(process)
        output, told = process.communicate()
        with self._lock:
            self._running.discard(process)
        try:
            answer = json.loads(output)
        except ValueError:
            answer = {"error": {"code": "ToolError", "what": told.strip()[-400:], "where": case.name}}
        return CaseAnswer(case.name, process.returncode, answer)

    def stop(self) -> None:
        """End what runs, and begin nothing new."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.terminate()

    def _words(self, case: Case) -> list[str]:
        words: list[str] = []
        for name, value in [*case.parameters.items(), *self._plan.options.items()]:
            for one in cast("list[Any]", value) if isinstance(value, list) else [value]:
                plain = str(one).lower() if isinstance(one, bool) else str(one)
                words.append(f"--{name.replace('_', '-')}={plain}")
        return words


def run_plan(plan: BatchPlan, told: Callable[[CaseAnswer], None]) -> list[CaseAnswer]:
    """Run what is not done yet; ``told`` hears of each case as it ends.

    A case counts as done when its output is there and was made from the same parameters.

    Raises
    ------
    Cancelled
        The program was asked to end; cases that were done stay done.
    """
    done = _done(plan.state)
    answers: dict[str, CaseAnswer] = {}
    runs = _Runs(plan)

    def ended(case: Case, answer: CaseAnswer) -> None:
        answers[case.name] = answer
        if answer.code in (0, 5) and not answer.skipped:
            done[case.name] = _mark(plan, case)
            durable.replace(plan.state, [json.dumps(done, indent=1).encode()])
        told(answer)

    waiting: dict[Future[CaseAnswer], Case] = {}
    with signals() as heard, ThreadPoolExecutor(plan.workers) as pool:
        for case in plan.cases:
            if done.get(case.name) == _mark(plan, case) and case.out.exists():
                ended(case, CaseAnswer(case.name, 0, {}, skipped=True))
            else:
                waiting[pool.submit(runs.one, case)] = case
        while waiting and not heard.is_set():
            for future in wait(waiting, TICK_S, FIRST_COMPLETED).done:
                ended(waiting.pop(future), future.result())
        if heard.is_set():
            runs.stop()
            raise Cancelled("The job was cancelled.")
    return [answers[case.name] for case in plan.cases]


def _mark(plan: BatchPlan, case: Case) -> str:
    return json.dumps([plan.tool, case.parameters, plan.options, str(case.out)], sort_keys=True, default=str)


def _done(state: Path) -> dict[str, str]:
    try:
        read: object = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in cast("dict[Any, Any]", read).items()} if isinstance(read, dict) else {}
