"""Batch files: read whole before the first run, and every fault named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.batch import read_plan
from layers.errors import DataError, HaitangError

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'tool = "data.clip"\nout = "{name}.tif"\n'


def plan(folder: Path, text: str) -> Path:
    path = folder / "cases.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_cases_come_from_tables_rows_and_files_and_share_what_is_common(tmp_path: Path):
    (tmp_path / "in").mkdir()
    for name in ("b.tif", "a.tif"):
        (tmp_path / "in" / name).touch()
    (tmp_path / "cases.csv").write_bytes('name,extent,note\n黄浦,"0,0,1,1",\n'.encode("gb18030"))
    found = read_plan(
        plan(
            tmp_path,
            HEAD + 'table = "cases.csv"\nfiles = "in/*.tif"\nworkers = 2\nmemory = "1GiB"\nvdatum = "CN1985"\n'
            '[common]\nmethod = "nearest"\n[[case]]\nname = "first"\nextent = "0,0,2,2"\n[[case]]\n',
        )
    )
    assert [case.name for case in found.cases] == ["first", "case2", "黄浦", "a", "b"]
    assert all(case.parameters["method"] == "nearest" for case in found.cases)
    assert found.cases[2].parameters == {"method": "nearest", "extent": "0,0,1,1"}
    assert found.cases[3].parameters["source"] == str(tmp_path / "in" / "a.tif")
    assert found.cases[4].out == tmp_path / "b.tif"
    assert (found.workers, found.options) == (2, {"memory": "1GiB", "vdatum": "CN1985"})


def test_the_output_may_name_parameters_of_the_case(tmp_path: Path):
    text = 'tool = "data.clip"\nout = "{name}/{method}.tif"\n[[case]]\nname = "a"\nmethod = "cubic"\n'
    assert read_plan(plan(tmp_path, text)).cases[0].out == tmp_path / "a" / "cubic.tif"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("tool = ", "cannot be read"),
        ('tool = "data.clip"\n', "no tool or no output"),
        (HEAD, "no cases"),
        (HEAD + 'workers = "two"\n[[case]]\n', "workers"),
        (HEAD + "workers = 0\n[[case]]\n", "workers"),
        (HEAD + 'case = "a"\n', "case"),
        (HEAD + "common = 1\n[[case]]\n", "common"),
        (HEAD + "wrokers = 2\n[[case]]\n", "wrokers"),
        (HEAD + 'table = "none.csv"\n', "table of cases"),
        (HEAD + 'files = "none/*.tif"\n', "No file fits"),
        (HEAD + '[[case]]\nname = "../a"\n', "file name"),
        (HEAD + '[[case]]\nname = "a"\n[[case]]\nname = "a"\n', "same name"),
        ('tool = "t"\nout = "all.tif"\n[[case]]\n[[case]]\n', "same out"),
        ('tool = "t"\nout = "{nmae}.tif"\n[[case]]\n', "nmae"),
        ('tool = "t"\nout = "{0}.tif"\n[[case]]\n', "does not have"),
    ],
)
def test_a_fault_of_the_file_is_named_before_anything_runs(tmp_path: Path, text: str, word: str):
    path = plan(tmp_path, text)
    with pytest.raises(HaitangError, match=word) as caught:
        read_plan(path)
    assert caught.value.remedy
    assert str(tmp_path) in caught.value.where


def test_a_batch_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(DataError) as caught:
        read_plan(tmp_path / "none.toml")
    assert caught.value.where.endswith("none.toml")
