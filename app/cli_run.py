"""The commands that make files: `run`, `replay`, `batch`, and pictures; each leaves a line in the audit log."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli_answer import CANCELLED, DONE, UNUSABLE, WAITING, known, print_json, refuse
from app.core.language import set_language, tr
from layers.errors import Cancelled, HaitangError, MemoryExceeded, ParameterInvalid, ToolError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from app.cli_help import Face
    from app.core.batch import BatchPlan, CaseAnswer
    from app.core.calls import Outcome
    from app.core.records import Difference
    from app.core.supervisor import Ended
    from app.core.tools import Tool

OWN = {"out", "cluster", "memory", "vdatum", "source_crs", "tz", "lang"}
"""Options of `run` that are the program's, not the tool's."""
WATCHED = {"run", "replay", "page"}
"""Commands that work in a child of their own."""
EXPORTS = {"shot", "page"}
"""Commands that write pictures; each leaves a line in the audit log."""
CLUSTER_S = 0.4
HELP = {"-h", "--help"}


def is_watched(words: Sequence[str]) -> bool:
    """Tell whether a command line asks for work that a supervisor watches over."""
    return bool(words) and words[0] in WATCHED and not HELP & set(words)


def watched(words: Sequence[str]) -> int:
    """Let a child do the work, end it when asked or when it takes too much memory, and hand on its answer."""
    from app.core.resources import memory_mb
    from app.core.supervisor import supervise

    given = dict(pairwise(words)) | dict(w.split("=", 1) for w in words if "=" in w[2:])
    out = Path(given["--out"]) if given.get("--out") and words[0] in ("run", "page") else None
    try:
        allowed = memory_mb(given.get("--memory", "")) if words[0] == "run" else 0
    except HaitangError:
        allowed = 0  # the child says what is wrong with it
    # A cluster must hear of the end before the one who asked is gone.
    ended = supervise(words, out, allowed, CLUSTER_S if "--cluster" in given else 0.0)
    if ended.code == DONE or (not ended.end and ended.code != CANCELLED):
        sys.stdout.write(ended.output)
        sys.stdout.flush()
        return ended.code
    error = _end_of(ended, allowed)
    trouble = note(words[0], " ".join(words[1:2]), _failure(error))
    sys.stderr.write(trouble + "\n" if trouble else "")
    return refuse(error, as_json="--json" in words)


def is_left_to_parent(error: BaseException) -> bool:
    """Tell whether the one who watches over this run says and notes how it ended."""
    from app.core import resources

    return bool(resources.supervisor_pid) and isinstance(error, Cancelled)


def _end_of(ended: Ended, allowed_mb: int) -> HaitangError:
    if ended.end == "cancelled" or not ended.end:
        return Cancelled("The job was cancelled.")
    if ended.end == "memory":
        return MemoryExceeded(
            "The run needed more than the {allowed} MiB of memory it may hold, and was ended.",
            where="--memory",
            remedy="Allow more memory, or cut the input into parts first.",
            allowed=allowed_mb,
        )
    return _Crashed(
        "The run ended unexpectedly (signal {number}).",
        remedy="Check that the machine has memory left and that the inputs are whole.",
        number=-ended.code,
    )


class _Crashed(ToolError):
    """A run that died: our fault, exit code 1."""


def note(action: str, object: str, result: str) -> str:  # noqa: A002  the word of the trade
    """Add a line to the audit log; a sentence where that failed, else "".

    What was made stays made when the log cannot be written, but nobody is left in the dark about it.
    """
    from app.core.audit import AuditLog
    from app.core.language import error_text

    try:
        AuditLog().record(action, object, result)
    except HaitangError as error:
        return error_text(error)
    return ""


def exporting(face: Face) -> Face:
    """Give a command that writes a picture, with a line in the audit log for each."""

    def call(parsed: argparse.Namespace) -> int:
        from app.core.hashes import file_hash

        codes: list[int] = []

        def deed() -> str:
            codes.append(face(parsed))
            made = out is not None and out.is_file()
            return f"done: sha256:{file_hash(out)}" if made and out is not None else f"exit code {codes[0]}"

        out: Path | None = parsed.out
        trouble = _noted("export", str(out.resolve()) if out is not None else "", deed)
        sys.stderr.write(trouble + "\n" if trouble else "")
        return codes[0]

    return call


def _failure(error: BaseException) -> str:
    told = known(error)
    return f"{'cancelled' if isinstance(told, Cancelled) else 'failed'}: {told.code}: {told.what}"


def _noted(action: str, object: str, deed: Callable[[], str]) -> str:  # noqa: A002  the word of the trade
    """Do something and note its result; a sentence where the log cannot be written, else ""."""
    try:
        result = deed()
    except BaseException as error:
        trouble = "" if is_left_to_parent(error) else note(action, object, _failure(error))
        sys.stderr.write(trouble + "\n" if trouble else "")
        raise
    return note(action, object, result)


def options_of(words: Sequence[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Part ``--name value`` words into the tool's and the program's own.

    Raises
    ------
    ParameterInvalid
        A word stands alone, or one of the program's own comes twice.
    """
    given: dict[str, Any] = {}
    options: dict[str, Any] = {}
    rest = iter(word for word in words if word != "--json")
    for word in rest:
        if not word.startswith("--") or len(word) < 3:
            raise ParameterInvalid(
                "The word {word} stands alone.",
                where=word,
                remedy="Tools take only --name value.",
                word=repr(word),
            )
        name, mark, value = word[2:].partition("=")
        if not mark:
            value = next(rest, None)
        if value is None:
            raise ParameterInvalid("The parameter {flag} has no value.", where=word, flag=word)
        name = name.replace("-", "_")
        _keep(options if name in OWN else given, name, value)
    for name, value in options.items():
        if isinstance(value, list):
            raise ParameterInvalid("The option {flag} is given more than once.", where=f"--{name}", flag=f"--{name}")
    return given, options


def _keep(into: dict[str, Any], name: str, value: str) -> None:
    if name in into:
        before = into[name]
        into[name] = [*before, value] if isinstance(before, list) else [before, value]
    else:
        into[name] = value


def run(parsed: argparse.Namespace) -> int:
    """Run one tool."""
    from app.core.tools import find

    if HELP & set(parsed.words):
        from app.cli_help import tool_help

        sys.stdout.write(tool_help(find(parsed.tool)))
        return DONE
    made: list[tuple[Tool, Outcome]] = []

    def deed() -> str:
        made.append(_outcome(parsed.tool, parsed.words))
        return _made(made[0][1])

    trouble = _noted("run", parsed.tool, deed)
    _answer_run(*made[0], trouble, as_json="--json" in parsed.words or parsed.json)
    return DONE


def _outcome(tool_id: str, words: Sequence[str]) -> tuple[Tool, Outcome]:
    from app.core.calls import Call, on_cluster, run_call
    from app.core.jobs import Job, stderr_progress
    from app.core.resources import memory_mb
    from app.core.tools import Assumed, find

    given, options = options_of(words)
    if "lang" in options:
        set_language(_language(options["lang"]))
    tool = find(tool_id)
    out = Path(options["out"]) if "out" in options else None
    assumed = Assumed.from_dict(options)
    call = Call(tool.id, given, out, memory_mb(options.get("memory", "")), assumed)
    if "cluster" in options:
        return tool, on_cluster(options["cluster"], call)
    return tool, run_call(call, Job(on_progress=stderr_progress(), memory_mb=call.memory_mb))


def _language(word: str) -> str:
    if word not in ("zh", "en"):
        raise ParameterInvalid(
            "{value} does not fit here.", where="--lang", remedy="Allowed: {allowed}.", value=word, allowed="zh, en"
        )
    return word


def _made(outcome: Outcome) -> str:
    from app.core.hashes import file_hash

    made = [f"{path.resolve()} sha256:{file_hash(path)}" for path in outcome.outputs]
    return "done: " + ("; ".join(made) or "reported")


def _answer_run(tool: Tool, outcome: Outcome, trouble: str, *, as_json: bool) -> None:
    from app.core.resources import peak_rss_mb

    answer: dict[str, Any] = {
        "tool": tool.id,
        "version": tool.version,
        "outputs": [str(p) for p in outcome.outputs],
        "stats": outcome.stats,
        "record": str(outcome.record) if outcome.record else None,
        "warnings": [*(r.shown() for r in outcome.remarks), *([trouble] if trouble else [])],
        "seconds": round(outcome.seconds, 4),
        "peak_rss_mb": peak_rss_mb(outcome.others_mb),
    }
    if as_json:
        print_json(answer)
        return
    for path in answer["outputs"]:
        sys.stdout.write(tr("Written: {path}", path=path) + "\n")
    for name, value in outcome.stats.items():
        sys.stdout.write(f"  {name}: {_words(value)}\n")
    for warning in answer["warnings"]:
        sys.stderr.write(warning + "\n")
    sys.stdout.write(
        tr("{seconds} s, at most {peak} MiB", seconds=f"{outcome.seconds:.2f}", peak=round(answer["peak_rss_mb"]))
        + "\n"
    )


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def replay(parsed: argparse.Namespace) -> int:
    """Run a record again and compare."""
    found: list[Difference] = []

    def deed() -> str:
        found.extend(_run_again(parsed))
        return "differs: " + ", ".join(d.name for d in found) if found else "agrees"

    trouble = _noted("replay", str(parsed.record.resolve()), deed)
    if parsed.json:
        print_json({
            "record": str(parsed.record),
            "agrees": not found,
            "differences": [{"name": d.name, "recorded": d.recorded, "made": d.made} for d in found],
        })  # fmt: skip
    for difference in found:
        sys.stderr.write(tr("The output {name} differs from its record.", name=difference.name) + "\n")
    if trouble:
        sys.stderr.write(trouble + "\n")
    if not found and not parsed.json:
        sys.stdout.write(tr("Every output agrees with its record.") + "\n")
    return UNUSABLE if found else DONE


def _run_again(parsed: argparse.Namespace) -> list[Difference]:
    """Run a record again: that of a tool here, that of pages by the command that draws them."""
    from app.core.records import read_record
    from app.core.records import replay as run_again

    if read_record(parsed.record)["tool"] != "page" or "page" not in parsed.faces:
        return run_again(parsed.record)
    parsed.differences = []
    parsed.faces["page"](parsed)
    return parsed.differences


def batch(parsed: argparse.Namespace) -> int:
    """Run one tool over many cases."""
    from app.core.batch import read_plan, run_plan

    answers: list[CaseAnswer] = []

    def deed() -> str:
        plan: BatchPlan = read_plan(parsed.plan)
        answers.extend(run_plan(plan, _tell))
        failed = sum(a.code not in (DONE, WAITING) for a in answers)
        skipped = sum(a.skipped for a in answers)
        return f"done: {len(answers) - failed - skipped}, failed: {failed}, done before: {skipped}"

    trouble = _noted("batch", str(parsed.plan.resolve()), deed)
    if trouble:
        sys.stderr.write(trouble + "\n")
    if parsed.json:
        cases = [{"name": a.name, "exit": a.code, "skipped": a.skipped, "answer": a.answer} for a in answers]
        print_json({"cases": cases})
    bad = [a.code for a in answers if a.code not in (DONE, WAITING)]
    return max(bad) if bad else max((a.code for a in answers), default=DONE)


def _tell(answer: CaseAnswer) -> None:
    if answer.skipped:
        word = tr("skipped, done before")
    elif answer.code in (DONE, WAITING):
        word = tr("done")
    else:
        told = answer.answer.get("error", {}).get("what", "")
        word = tr("failed (exit code {code}): {reason}", code=answer.code, reason=told)
    sys.stderr.write(f"{answer.name}: {word}\n")
