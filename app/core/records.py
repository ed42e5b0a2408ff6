"""Record: what made a file, from which inputs; it can be run again and must give the same bytes."""

from __future__ import annotations

import json
import os
import platform
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from app.core import durable
from app.core.hashes import file_hash
from app.core.inputs import spare
from app.core.jobs import Job, Remark
from app.core.language import tr
from app.core.parameters import to_plain
from app.core.tools import Assumed, Bound, Tool, find, split_word
from layers.errors import DataError
from layers.layer import Layer
from layers.output import check_suffix, write_result

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT = "haitang-record"
VERSION = 1
LIBRARIES = ("numpy", "numba", "pyproj", "rasterio", "pyogrio", "netcdf4", "shapely")
NEEDED = {"tool", "tool_version", "arguments", "inputs", "outputs", "options", "version"}


@dataclass
class Run:
    """One run of a tool that is over."""

    tool: Tool
    outputs: list[Path] = field(default_factory=list[Path])
    stats: dict[str, Any] = field(default_factory=dict[str, Any])
    record: Path | None = None
    remarks: list[Remark] = field(default_factory=list[Remark])
    seconds: float = 0.0
    result: Any = None


def run_tool(
    tool: Tool,
    given: dict[str, Any],
    out: Path | None,
    *,
    job: Job | None = None,
    assumed: Assumed | None = None,
) -> Run:
    """Bind, run, write the outputs and their record.

    Parameters
    ----------
    tool : Tool
    given : dict
        Words or values by parameter name.
    out : Path or None
        File, or folder for several outputs; None where the tool only reports.
    job : Job, optional
        Hears of progress, and stops the run when cancelled: nothing is written then.
    assumed : Assumed, optional
        What is taken for inputs that do not say their datum or reference system.

    Raises
    ------
    HaitangError
    """
    assumed = assumed or Assumed()
    job = Job() if job is None else job
    if out is not None:
        check_suffix(tool.returns, out)
    bound = tool.bind(given, assumed)
    started = time.perf_counter()
    try:
        _check_out(bound, out)
        result = bound.run(job)
        core = _core(bound, assumed, [r.english for r in job.remarks])
        before = job.share
        text = json.dumps(core, ensure_ascii=False, sort_keys=True)
        written = write_result(
            result, out, text, lambda share: job.progress(before + (1 - before) * share, tr("Writing"))
        )
    finally:
        bound.close()
    for warned in written.warnings:
        job.warn(warned.what, **warned.fields)
    run = Run(tool, written.paths, written.stats, None, list(job.remarks), time.perf_counter() - started, result)
    if out is not None and run.outputs:
        run.record = _write_record(run, core, _arguments(bound, out), out)
    return run


def _check_out(bound: Bound, out: Path | None) -> None:
    """Refuse an output that would take the place of an input."""
    words = [word for value in bound.words.values() for word in _listed(value)]
    plain = [word.source if isinstance(word, Layer) else to_plain(word) for word in words]
    paths = [split_word(word)[0] for word in plain if isinstance(word, str)]
    if out is not None:
        spare(out, [path for path in paths if path], record=True)


def _core(bound: Bound, assumed: Assumed, warnings: Iterable[str]) -> dict[str, Any]:
    """Give the part of the record that is the same at every run; it goes inside the output."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "tool": bound.tool.id,
        "tool_version": bound.tool.version,
        "parameters": {name: _word(value) for name, value in bound.words.items()},
        "options": assumed.to_dict(),
        "inputs": [*(_layer_input(name, la) for name, la in bound.layers), *_file_inputs(bound)],
        "warnings": list(warnings),
    }


def _listed(value: Any) -> list[Any]:
    return list(cast("list[Any]", value)) if isinstance(value, list | tuple) else [value]


def _word(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_word(v) for v in _listed(value)]
    if isinstance(value, Layer):
        return f"{Path(value.source).name}#{value.key}" if value.key else Path(value.source).name
    plain = to_plain(value)
    if not isinstance(plain, str):
        return plain
    path, key = split_word(plain)
    name = Path(path).name + (f"#{key}" if key else "")
    return name if _is_file(path) else plain


def _is_file(word: str) -> bool:
    """Tell whether a word names a file; a word may be longer than any name."""
    try:
        return Path(word).is_file()
    except (OSError, ValueError):
        return False


def _layer_input(parameter: str, layer: Layer) -> dict[str, Any]:
    return {
        "parameter": parameter,
        "name": Path(layer.source).name,
        "layer": layer.key,
        "crs": layer.crs,
        "vdatum": layer.vdatum,
        "sha256": file_hash(Path(layer.source)) if layer.source != "memory:" else None,
    }


def _file_inputs(bound: Bound) -> list[dict[str, Any]]:
    """List the files among the words that are no layers: tables of places and the like."""
    found: list[dict[str, Any]] = []
    for name, value in bound.words.items():
        if bound.tool.parameter(name).kinds:
            continue
        for plain in (to_plain(one) for one in _listed(value)):
            path, key = split_word(plain) if isinstance(plain, str) else ("", "")
            if _is_file(path):
                file = {"parameter": name, "name": Path(path).name, "sha256": file_hash(Path(path))}
                found.append(file | ({"layer": key} if key else {}))
    return found


def _arguments(bound: Bound, out: Path) -> dict[str, Any]:
    """Give the words of the call; files both by full path and by path from the record's folder."""
    folder = (out if out.is_dir() else out.parent).resolve()
    return {name: _argument(value, folder) for name, value in bound.words.items()}


def _argument(value: Any, folder: Path) -> Any:
    if isinstance(value, list | tuple):
        return [_argument(v, folder) for v in _listed(value)]
    if isinstance(value, Layer):
        value = f"{value.source}#{value.key}" if value.key else value.source
    plain = to_plain(value)
    if not isinstance(plain, str):
        return plain
    path, key = split_word(plain)
    if not _is_file(path):
        return plain
    full = Path(path).resolve()
    try:
        near = os.path.relpath(full, folder)
    except ValueError:  # another drive of Windows
        near = str(full)
    return {"path": full.as_posix(), "from_record": Path(near).as_posix(), "layer": key}


def _write_record(run: Run, core: dict[str, Any], arguments: dict[str, Any], out: Path) -> Path:
    record = out / "record.json" if out.is_dir() else out.with_name(out.stem + ".record.json")
    document = core | {
        "warnings": [r.english for r in run.remarks],
        "arguments": arguments,
        "program": program_versions(),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 3),
        "stats": run.stats,
        "outputs": [{"path": p.name, "sha256": file_hash(p), "bytes": p.stat().st_size} for p in run.outputs],
    }
    durable.replace(record, [json.dumps(document, ensure_ascii=False, indent=1).encode()])
    return record


def program_versions() -> dict[str, str]:
    """Give the versions of the program and of the libraries that decide results."""
    found = {"python": platform.python_version()}
    for name in ("haitang-workbench", *LIBRARIES):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


@dataclass(frozen=True)
class Difference:
    """One output that a replay made differently."""

    name: str
    recorded: str
    made: str


def replay(path: Path, job: Job | None = None) -> list[Difference]:
    """Run a record again in a folder of its own and compare every output.

    Returns
    -------
    list of Difference
        Empty where all outputs agree to the byte.

    Raises
    ------
    DataError
        The record is unreadable, or an input is gone or changed.
    """
    record = read_record(path)
    given = {name: _word_of(value, path.parent) for name, value in record["arguments"].items()}
    tool = find(str(record["tool"]))
    if tool.version != record["tool_version"]:
        raise DataError(
            "The record was made by version {old} of the tool, here is version {new}.",
            where=str(path),
            remedy="Run the tool anew and compare the results.",
            old=record["tool_version"],
            new=tool.version,
        )
    _check_inputs(record, given)
    wanted = {str(o["path"]): str(o["sha256"]) for o in record["outputs"]}
    with TemporaryDirectory(prefix="haitang-replay-") as folder:
        out = Path(folder) if path.name == "record.json" else Path(folder) / Path(next(iter(wanted), "out")).name
        run = run_tool(tool, given, out, job=job, assumed=Assumed.from_dict(record["options"]))
        made = {p.name: file_hash(p) for p in run.outputs}
    names = dict.fromkeys([*wanted, *made])
    return [
        Difference(name, wanted.get(name, ""), made.get(name, ""))
        for name in names
        if wanted.get(name) != made.get(name)
    ]


def read_record(path: Path) -> dict[str, Any]:
    """Read a record and check its form.

    Raises
    ------
    DataError
        The file is no record of a version known here.
    """
    remedy = "Choose a .record.json that lies beside a result."
    try:
        read: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError("The record cannot be read.", where=str(path), remedy=remedy) from error
    record = cast("dict[str, Any]", read) if isinstance(read, dict) else {}
    if record.get("format") != FORMAT or not _is_whole(record):
        raise DataError("The file is not a record of this program.", where=str(path), remedy=remedy)
    if record["version"] > VERSION:
        raise DataError(
            "The record is of a newer form ({version}).",
            where=str(path),
            remedy="Use a newer program.",
            version=record["version"],
        )
    return record


def _is_whole(record: dict[str, Any]) -> bool:
    """Tell whether all parts of a record are there and of the right kind."""
    kinds = {"arguments": dict, "options": dict, "inputs": list, "outputs": list, "version": int}
    if not set(record) >= NEEDED or any(not isinstance(record[name], kind) for name, kind in kinds.items()):
        return False
    return _have(record["inputs"], {"parameter", "name", "sha256"}) and _have(record["outputs"], {"path", "sha256"})


def _have(entries: list[Any], names: set[str]) -> bool:
    return all(isinstance(entry, dict) and names <= set(cast("dict[str, Any]", entry)) for entry in entries)


def _word_of(value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_word_of(v, folder) for v in _listed(value)]
    if not isinstance(value, dict):
        return value
    file = cast("dict[str, Any]", value)
    near = folder / str(file.get("from_record", ""))
    path = str(near if near.is_file() else file.get("path", ""))
    return f"{path}#{file['layer']}" if file.get("layer") else path


def _check_inputs(record: dict[str, Any], given: dict[str, Any]) -> None:
    for entry in record["inputs"]:
        for word in _listed(given.get(entry["parameter"])):
            path = Path(split_word(str(word))[0])
            if path.name == entry["name"] and file_hash(path) != entry["sha256"]:
                raise DataError(
                    "The input has changed since the record was made.",
                    where=str(path),
                    remedy="Bring back the file of that day, or run the tool anew.",
                )
