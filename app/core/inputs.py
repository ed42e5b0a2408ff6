"""Inputs: no output takes the place of a file that was read; everything else at --out is replaced whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from layers.errors import ParameterInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHAPEFILE = (".dbf", ".shx", ".prj", ".cpg", ".qix", ".sbn", ".sbx")


def spare(out: Path, inputs: Iterable[str | Path], *, record: bool = False) -> None:
    """Refuse an output that would be written over an input, by whatever name the input is reached.

    Parameters
    ----------
    out : Path
        File to be written.
    inputs : iterable of str or Path
        Files, folders or addresses; ``#layer`` behind a path must be gone already.
    record : bool
        Whether a record is written beside the output.

    Raises
    ------
    ParameterInvalid
        The output, its record or a part of it is one of the inputs.
    """
    targets = [one for one in _written(out, record=record) if one.exists()]
    if not targets:
        return
    for word in inputs:
        for part in _parts(Path(word)):
            for target in targets:
                if target.samefile(part):
                    raise ParameterInvalid(
                        "The output is one of the inputs.",
                        where=str(target),
                        remedy="Choose another file for the output.",
                    )


def _written(out: Path, *, record: bool) -> Iterator[Path]:
    yield out
    if record:
        yield out.with_name(out.stem + ".record.json")
    if out.suffix.lower() == ".shp":
        yield from (out.with_suffix(suffix) for suffix in SHAPEFILE)


def _parts(path: Path) -> Iterator[Path]:
    """Give what is there of an input: the file, and the other parts of a Shapefile."""
    parts = [path]
    if path.suffix.lower() == ".shp":
        parts += [path.with_suffix(suffix) for suffix in SHAPEFILE]
    for part in parts:
        try:
            if part.exists():
                yield part
        except (OSError, ValueError):  # a word may be longer than a path can be
            continue
