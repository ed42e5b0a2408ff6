"""What is written never takes the place of what was read; everything else is replaced whole."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from app.core.batch import read_plan
from app.core.inputs import spare
from layers.errors import ParameterInvalid

if TYPE_CHECKING:
    from pathlib import Path


def made(path: Path) -> Path:
    path.write_text("x", encoding="utf-8")
    return path


def refused(out: Path, *inputs: Path | str, record: bool = False) -> str:
    with pytest.raises(ParameterInvalid, match="one of the inputs") as caught:
        spare(out, inputs, record=record)
    return caught.value.where


def test_a_file_that_is_there_and_no_input_may_be_replaced(tmp_path: Path) -> None:
    spare(made(tmp_path / "old.png"), [made(tmp_path / "in.tif"), "https://example.org/wms", "x" * 5000])


def test_an_output_that_is_not_there_takes_nobodys_place(tmp_path: Path) -> None:
    spare(tmp_path / "new.png", [made(tmp_path / "in.png")])


def test_an_input_is_known_by_whatever_name_it_is_reached(tmp_path: Path) -> None:
    source = made(tmp_path / "in.tif")
    (tmp_path / "sub").mkdir()
    assert refused(tmp_path / "sub" / ".." / "in.tif", source)
    os.link(source, tmp_path / "twin.tif")
    assert refused(tmp_path / "twin.tif", source)
    if sys.platform != "win32":
        (tmp_path / "link.tif").symlink_to(source)
        assert refused(tmp_path / "link.tif", str(source))
        assert refused(source, tmp_path / "link.tif")


def test_the_record_beside_an_output_takes_no_inputs_place(tmp_path: Path) -> None:
    places = made(tmp_path / "result.record.json")
    assert refused(tmp_path / "result.tif", places, record=True) == str(places)
    spare(tmp_path / "result.tif", [places])


def test_the_parts_of_a_shapefile_are_inputs_too(tmp_path: Path) -> None:
    roads = made(tmp_path / "roads.shp")
    table = made(tmp_path / "roads.dbf")
    assert refused(table, roads) == str(table)
    assert refused(tmp_path / "roads.shp", table)


def test_the_table_of_cases_is_no_output(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("name,kind\ncases,max\n", encoding="utf-8")
    plan = tmp_path / "plan.toml"
    plan.write_text('tool = "playback.sample"\nout = "{name}.csv"\ntable = "cases.csv"\n', encoding="utf-8")
    with pytest.raises(ParameterInvalid, match="one of the inputs"):
        read_plan(plan)
