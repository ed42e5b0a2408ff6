"""Tables as CSV and XLSX: every kind of cell, and the same bytes tomorrow."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import openpyxl

from layers import table_output
from layers.table import Table
from layers.table_output import write_table

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TABLE = Table(
    {
        "time": np.array(["2026-08-01T00:00", "NaT"], "datetime64[ns]"),
        "=1+1": np.array([1.0 / 3.0, np.nan]),
        "名称": ["吴淞", None],
        "n": np.array([1, 2]),
        "wet": np.array([True, False]),
    },
    {"=1+1": "m"},
    {"zone": "UTC", "vdatum": "=WUSONG_SH"},
)


def test_a_csv_holds_iso_times_nine_digits_and_empty_cells(tmp_path: Path):
    write_table(TABLE, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["time", "=1+1 [m]", "名称", "n", "wet"],
            ["2026-08-01T00:00:00Z", "0.333333333", "吴淞", "1", "True"],
            ["", "", "", "2", "False"],
        ]


def test_only_a_csv_with_other_letters_carries_the_mark_that_spreadsheets_need(tmp_path: Path):
    write_table(TABLE, tmp_path / "a.csv")
    write_table(Table({"n": [1]}), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (tmp_path / "b.csv").read_bytes() == b"n\n1\n"


def test_a_workbook_holds_the_same_and_its_notes_and_no_formula(tmp_path: Path):
    write_table(TABLE, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    rows = [[cell.value for cell in row] for row in book["data"].rows]
    assert rows[0] == ["time", "=1+1 [m]", "名称", "n", "wet"]
    assert rows[1] == ["2026-08-01T00:00:00Z", 0.333333333, "吴淞", 1, True]
    assert book["data"]["B1"].data_type == "s"
    assert [cell.value for cell in book["notes"]["B"]] == ["UTC", "=WUSONG_SH"]
    assert book["notes"]["B2"].data_type == "s"
    book.close()


def test_a_workbook_written_on_another_day_has_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_table(TABLE, tmp_path / "a.xlsx")
    from zipfile import ZipFile

    with ZipFile(tmp_path / "a.xlsx") as archive:
        assert {info.date_time for info in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count(table_output.MOMENT) == 2
    write_table(TABLE, tmp_path / "b.xlsx")
    assert (tmp_path / "b.xlsx").read_bytes() == (tmp_path / "a.xlsx").read_bytes()
