"""A text file as a table: encoding, delimiter, header and rows with their line numbers."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from layers.errors import DataError, SourceUnavailable
from layers.sources.guard import check_parsed
from layers.sources.moments import moment

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 50
MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
HEADER = re.compile(r"\s*(?P<name>.*?)\s*[\[(（【](?P<unit>[^\])）】]*)[\])）】]\s*")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of text.

    ``columns`` hold the stripped cells, ``lines`` the line numbers of the rows in the file, the first line being 1.
    ``long_rows`` are lines with more cells than the header; they are not among the rows.
    """

    header: list[str]
    columns: list[list[str]]
    lines: list[int]
    encoding: str
    delimiter: str
    long_rows: list[int]


def read_table(path: str) -> Table:
    """Read a table.

    Raises
    ------
    SourceUnavailable
        The file cannot be read.
    DataError
        It is no text, or has no row.
    """
    check_parsed(Path(path))
    try:
        raw = Path(path).read_bytes()
    except OSError as fault:
        raise SourceUnavailable(
            "The file cannot be opened: {reason}.",
            where=path,
            remedy="Check the path and the permission to read it.",
            reason=fault.strerror or str(fault),
        ) from fault
    content, encoding = decoded(raw, path)
    lines = content.splitlines()
    delimiter = delimiter_of([line for line in lines[: SAMPLE_LINES * 4] if is_content(line)][:SAMPLE_LINES])
    rows, numbers = split(lines, delimiter, path)
    if rows and any(moment(cell) for cell in rows[0]):
        rows.insert(0, invented(rows[0]))
        numbers.insert(0, 0)
    if len(rows) < 2:
        raise DataError("The table has no row of values.", where=path, remedy="Check that this is the file you meant.")
    return squared(rows, numbers, encoding, delimiter)


def invented(row: list[str]) -> list[str]:
    """Give a header for a table that begins with values at once."""
    times = next(number for number, cell in enumerate(row) if moment(cell))
    return ["time" if number == times else f"value_{number}" for number in range(len(row))]


def is_content(line: str) -> bool:
    """Whether a line is neither empty nor a comment."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def decoded(raw: bytes, path: str) -> tuple[str, str]:
    """Decode by the byte order mark, else as UTF-8, else as GB18030.

    Raises
    ------
    DataError
        None of them fits.
    """
    for mark, encoding in MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace"), encoding.upper().removesuffix("-SIG")
    if b"\0" in raw[:4096]:
        raise not_text(path)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding), encoding.upper()
        except UnicodeDecodeError:
            continue
    raise not_text(path)


def not_text(path: str) -> DataError:
    """Give the error for bytes that are no text."""
    return DataError(
        "The file is neither UTF-8 nor GB18030 text.",
        where=path,
        remedy="Save it as CSV in UTF-8 and open that.",
    )


def delimiter_of(lines: list[str]) -> str:
    """Choose the delimiter that cuts the most lines into the same number of cells; blanks where none does."""
    best, score = " ", (0.0, 0)
    for delimiter in DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        usual = max(set(counts), key=counts.count, default=1)
        share = counts.count(usual) / len(counts) if counts else 0.0
        if usual > 1 and (share, usual) > score:
            best, score = delimiter, (share, usual)
    return best


def split(lines: list[str], delimiter: str, path: str) -> tuple[list[list[str]], list[int]]:
    """Cut lines into cells; comments and empty lines are left out, line numbers kept."""
    if delimiter == " ":
        kept = [(number, line) for number, line in enumerate(lines, 1) if is_content(line)]
        return [line.split() for _, line in kept], [number for number, _ in kept]
    rows: list[list[str]] = []
    numbers: list[int] = []
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row) and not row[0].lstrip().startswith("#"):
                rows.append(row)
                numbers.append(start)
            start = reader.line_num + 1
    except csv.Error as fault:
        raise DataError(
            "The table cannot be read at line {line}: {reason}.",
            where=path,
            remedy="Check the quotes there.",
            line=reader.line_num,
            reason=str(fault),
        ) from fault
    return rows, numbers


def squared(rows: list[list[str]], numbers: list[int], encoding: str, delimiter: str) -> Table:
    """Bring all rows to the width of the header; longer ones are set apart."""
    header = [cell.strip() for cell in rows[0]]
    while header and not header[-1] and all(len(row) < len(header) or not row[-1].strip() for row in rows[1:]):
        header.pop()
    width = len(header)
    kept: list[list[str]] = []
    lines: list[int] = []
    long_rows: list[int] = []
    for row, number in zip(rows[1:], numbers[1:], strict=True):
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            long_rows.append(number)
            continue
        kept.append(row[:width] + [""] * (width - len(row)))
        lines.append(number)
    columns = [[cell.strip() for cell in column] for column in zip(*kept, strict=True)]
    return Table(header, columns or [[] for _ in header], lines, encoding, delimiter, long_rows)


def name_and_unit(cell: str) -> tuple[str, str]:
    """Part a header cell into name and unit: ``水位(m)``, ``level [m NAP]``; no unit is empty.

    Examples
    --------
    >>> name_and_unit("水位（m）"), name_and_unit("level [m NAP]"), name_and_unit("time")
    (('水位', 'm'), ('level', 'm NAP'), ('time', ''))
    """
    found = HEADER.fullmatch(cell)
    if found is None or not found["name"]:
        return cell.strip(), ""
    return found["name"], found["unit"].strip()
