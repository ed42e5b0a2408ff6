"""Tables written as CSV or XLSX: the same table gives the same bytes."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from layers.sources.written import whole
from layers.times import iso

if TYPE_CHECKING:
    from pathlib import Path

    from layers.table import Table

MOMENT = "2000-01-01T00:00:00Z"
"""Time stamped into files: a fixed one, so that a run repeated gives the same bytes; the record tells the real one."""
_MADE = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def write_table(table: Table, out: Path) -> None:
    """Write a table; times in ISO 8601, numbers to 9 digits, missing ones as empty cells.

    Raises
    ------
    SourceUnavailable
        The folder is missing, read-only or full; an old file is then untouched.
    """
    rows = [[_cell(column[i]) for column in table.columns.values()] for i in range(len(table))]
    content = _xlsx(table, rows) if out.suffix.lower() == ".xlsx" else _csv(table, rows)
    with whole(out) as temporary:
        temporary.write_bytes(content)


def _csv(table: Table, rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.heads())
    writer.writerows(rows)
    content = text.getvalue()
    # Spreadsheets take a file with other letters for UTF-8 only where it says so.
    return content.encode("utf-8" if content.isascii() else "utf-8-sig")


def _xlsx(table: Table, rows: list[list[Any]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    for row in (table.heads(), *rows):
        sheet.append([_plain(sheet, value) for value in row])
    notes = book.create_sheet("notes")
    for name, text in table.notes.items():
        notes.append([_plain(notes, name), _plain(notes, text)])
    written = io.BytesIO()
    book.save(written)
    return _undated(written)


def _plain(sheet: Any, value: Any) -> Any:
    """Give a cell that stays text where it begins like a formula."""
    if not isinstance(value, str) or not value.startswith("="):
        return None if value == "" else value
    from openpyxl.cell import WriteOnlyCell

    cell: Any = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell


def _undated(written: io.BytesIO) -> bytes:
    """Take the time of day out of a workbook: from its properties and from each member of the archive."""
    result = io.BytesIO()
    with ZipFile(written) as old, ZipFile(result, "w", ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _MADE.sub(rb"\g<1>" + MOMENT.encode(), content)
            member = ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            member.compress_type = ZIP_DEFLATED
            new.writestr(member, content)
    return result.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        moment = cast("np.datetime64", value)
        return "" if np.isnat(moment) else iso(moment)
    plain: Any = cast("Any", value).item() if isinstance(value, np.generic) else value
    if isinstance(plain, float):
        return float(f"{plain:.9g}") if np.isfinite(plain) else ""
    return "" if plain is None else plain
