"""Record: what made a file, from which inputs; it can be run again and must give the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from io import FileIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from app.core import durable
from app.core.jobs import QUIET, Job
from app.core.parameters import to_plain
from app.core.tools import Bound, Tool, find
from layers.errors import DataError
from layers.layer import Layer
from layers.output import check_suffix, write_result

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT = "haitang-record"
VERSION = 1
LIBRARIES = ("numpy", "numba", "pyproj", "rasterio", "pyogrio", "netcdf4", "shapely")
SIDE_FILES = (".shx", ".dbf", ".prj", ".cpg")


@dataclass
class Run:
    """One run of a tool that is over."""

    tool: Tool
    outputs: list[Path] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)
    record: Path | None = None
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    result: Any = None


def run_tool(
    tool: Tool,
    given: dict[str, Any],
    out: Path | None,
    *,
    job: Job = QUIET,
    vdatum: str | None = None,
) -> Run:
    """Bind, run, write the outputs and their record.

    Parameters
    ----------
    tool : Tool
    given : dict
        Words or values by parameter name.
    out : Path or None
        File, or folder for several outputs; None where the tool only reports.
    vdatum : str, optional
        Datum of inputs that name none.

    Raises
    ------
    HaitangError
    """
    if out is not None:
        check_suffix(tool.returns, out)
    bound = tool.bind(given, vdatum)
    try:
        started = time.perf_counter()
        result = bound.run(job)
        core = _core(bound, vdatum, job.warnings)
        written = write_result(result, out, json.dumps(core, ensure_ascii=False, sort_keys=True))
        run = Run(tool, written.paths, written.stats, None, list(job.warnings), 0.0, result)
        run.seconds = time.perf_counter() - started
    finally:
        bound.close()
    if out is not None and run.outputs:
        run.record = _write_record(run, core, _arguments(bound, out), out)
    return run


def _core(bound: Bound, vdatum: str | None, warnings: Iterable[str]) -> dict[str, Any]:
    """Give the part of the record that is the same at every run; it goes inside the output."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "tool": bound.tool.id,
        "tool_version": bound.tool.version,
        "parameters": {name: _word(value) for name, value in bound.words.items()},
        "options": {"vdatum": vdatum} if vdatum else {},
        "inputs": [_input(name.rstrip("0123456789"), la) for name, la in bound.layers.items()],
        "warnings": list(warnings),
    }


def _word(value: Any) -> Any:
    if isinstance(value, Layer):
        return f"{Path(value.source).name}#{value.key}" if value.key else Path(value.source).name
    if isinstance(value, list):
        return [_word(v) for v in value]
    plain = to_plain(value)
    if not isinstance(plain, str):
        return plain
    path, mark, key = _split(plain)
    return f"{Path(path).name}{mark}{key}" if Path(path).exists() else plain


def _split(word: str) -> tuple[str, str, str]:
    """Part ``path#layer``; a path that exists as it stands is left whole."""
    if "#" not in word or Path(word).exists():
        return word, "", ""
    return word.rpartition("#")


def _input(parameter: str, layer: Layer) -> dict[str, Any]:
    return {
        "parameter": parameter,
        "name": Path(layer.source).name,
        "layer": layer.key,
        "crs": layer.crs,
        "vdatum": layer.vdatum,
        "sha256": file_hash(Path(layer.source)) if layer.source != "memory:" else None,
    }


def _arguments(bound: Bound, out: Path) -> dict[str, Any]:
    """Give the words of the call; files both by full path and by path from the record's folder."""
    folder = (out if out.is_dir() else out.parent).resolve()
    return {name: _argument(value, folder) for name, value in bound.words.items()}


def _argument(value: Any, folder: Path) -> Any:
    if isinstance(value, list | tuple):
        return [_argument(v, folder) for v in value]
    if isinstance(value, Layer):
        value = f"{value.source}#{value.key}" if value.key else value.source
    plain = to_plain(value)
    if not isinstance(plain, str):
        return plain
    path, _, key = _split(plain)
    if not Path(path).exists():
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
        "arguments": arguments,
        "program": _program(),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 3),
        "stats": run.stats,
        "outputs": [{"path": p.name, "sha256": file_hash(p), "bytes": p.stat().st_size} for p in run.outputs],
    }
    durable.replace(record, [json.dumps(document, ensure_ascii=False, indent=1).encode()])
    return record


def _program() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in ("haitang-workbench", *LIBRARIES):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _add(digest: Any, part: Path) -> None:
    with FileIO(part) as stream:
        while block := stream.read(1 << 20):
            digest.update(block)


def file_hash(path: Path) -> str:
    """Give the SHA-256 of a file; a Shapefile's side files count too.

    Raises
    ------
    DataError
        The file is gone.
    """
    digest = hashlib.sha256()
    side = [path.with_suffix(s) for s in SIDE_FILES] if path.suffix.lower() == ".shp" else []
    try:
        for part in [path, *(p for p in side if p.exists())]:
            _add(digest, part)
    except OSError as error:
        raise DataError("The file cannot be read.", where=str(path), remedy="Check its path.") from error
    return digest.hexdigest()


@dataclass(frozen=True)
class Difference:
    """One output that a replay made differently."""

    name: str
    recorded: str
    made: str


def replay(path: Path, job: Job = QUIET) -> list[Difference]:
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
        out = Path(folder) if path.name == "record.json" else Path(folder) / next(iter(wanted), "out")
        run = run_tool(tool, given, out, job=job, vdatum=record["options"].get("vdatum"))
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
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError("The record cannot be read.", where=str(path), remedy=remedy) from error
    needed = {"tool", "tool_version", "arguments", "inputs", "outputs", "options"}
    if not isinstance(record, dict) or record.get("format") != FORMAT or not needed <= set(record):
        raise DataError("The file is not a record of this program.", where=str(path), remedy=remedy)
    if record["version"] > VERSION:
        raise DataError(
            "The record is of a newer form ({version}).",
            where=str(path),
            remedy="Use a newer program.",
            version=record["version"],
        )
    return record


def _word_of(value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_word_of(v, folder) for v in value]
    if not isinstance(value, dict):
        return value
    near = folder / str(value["from_record"])
    path = str(near if near.exists() else value["path"])
    return f"{path}#{value['layer']}" if value.get("layer") else path


def _check_inputs(record: dict[str, Any], given: dict[str, Any]) -> None:
    for entry in record["inputs"]:
        words = given.get(entry["parameter"])
        for word in words if isinstance(words, list) else [words]:
            path = Path(_split(str(word))[0])
            if path.name == entry["name"] and file_hash(path) != entry["sha256"]:
                raise DataError(
                    "The input has changed since the record was made.",
                    where=str(path),
                    remedy="Bring back the file of that day, or run the tool anew.",
                )
