"""Places: points to look at, from words or from a table."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME_COLUMNS = ("name", "stnm", "stcd", "id", "名称", "站名", "站点")
"""Columns that name places, the best first."""
_PAIRS = (("x", "y"), ("lon", "lat"), ("longitude", "latitude"), ("经度", "纬度"))
_DEGREES = {"lon", "longitude", "经度"}
MAX_BYTES = 64 << 20


@dataclass(frozen=True)
class Places:
    """Points to look at, from ``x,y`` words or from a file.

    Parameters
    ----------
    x, y : ndarray, float64, (n,)
        East, north in ``crs`` (None = the CRS of the layer they are used with).
    names : tuple of str
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    names: tuple[str, ...]
    crs: str | None = None


def read_places(value: Any) -> Places:
    """Read ``x,y`` (several separated by ``;``), or a table with columns x and y, or lon and lat (degrees, WGS 84).

    Raises
    ------
    ValueError
        The word is neither.
    DataError
        The table cannot be used.
    """
    if isinstance(value, Places):
        return value
    word = str(value)
    if word.lower().endswith((".csv", ".txt")):
        return _table(Path(word))
    pairs = [_pair(part) for part in word.split(";") if part.strip()]
    if not pairs:
        raise ValueError("no places")
    names = tuple(f"P{i + 1}" for i in range(len(pairs)))
    return Places(np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs]), names)


def _pair(text: str) -> tuple[float, float]:
    x, y = (_number(part) for part in text.split(","))
    return x, y


def _number(text: str) -> float:
    number = float(text)
    if not np.isfinite(number):
        raise ValueError(text)
    return number


def _table(path: Path) -> Places:
    lines = _lines(path)
    heads = {name.strip().lower(): place for place, name in enumerate(lines[0][1])} if lines else {}
    pair = next(((a, b) for a, b in _PAIRS if a in heads and b in heads), None)
    rows = lines[1:]
    if pair is None or not rows:
        raise DataError(
            "The table has no points: columns x and y are needed.",
            where=str(path),
            remedy="Name the columns x,y or lon,lat, and give one point a row.",
        )
    named = next((heads[n] for n in NAME_COLUMNS if n in heads), None)
    x, y = (np.array([_value(row, heads[column], line, column, path) for line, row in rows]) for column in pair)
    names = tuple(_name(row, named, i) for i, (_, row) in enumerate(rows))
    return Places(x, y, names, "EPSG:4326" if pair[0] in _DEGREES else None)


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Give the rows that are not empty, with their line numbers."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError("The table is too large.", where=str(path), remedy="Give at most 64 MB of points.")
        text = _decoded(path.read_bytes())
    except OSError as error:
        raise DataError("The file cannot be read.", where=str(path), remedy="Check its path.") from error
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise DataError("The file is no table.", where=str(path), remedy="Save it as CSV.") from error


def _decoded(content: bytes) -> str:
    """Read UTF-8, or what Chinese spreadsheets write."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _value(row: list[str], place: int, line: int, column: str, path: Path) -> float:
    try:
        return _number(row[place])
    except (ValueError, IndexError) as error:
        raise DataError(
            "Line {line} has no number in column {column}.",
            where=str(path),
            remedy="Correct the line, or take it out.",
            line=line,
            column=column,
        ) from error


def _name(row: list[str], named: int | None, place: int) -> str:
    text = row[named].strip() if named is not None and named < len(row) else ""
    return text or f"P{place + 1}"
