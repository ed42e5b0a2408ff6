"""The tour: it ends with 0 only where every step did what it says, and leaves the user's own things alone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.__main__ import main
from app.core.language import language, set_language
from app.core.settings import home
from app.shell.tour import inspection
from app.shell.tour.script import SCRIPT, Step
from app.shell.tour.walk import walk
from app.widgets.controls import row

if TYPE_CHECKING:
    from pathlib import Path

    from app.shell.tour.guide import Guide

SHORT = ("empty", "sample", "jump", "identify", "arrival", "tables")


def steps(*ids: str) -> list[Step]:
    """Steps of the script, in its order."""
    return [step for step in SCRIPT if step.id in ids]


def told(folder: Path) -> dict:
    """What the tour wrote of itself."""
    return json.loads((folder / "tour.json").read_text("utf-8"))


def failing(act) -> Step:
    """A step that does not do what it says."""
    return replace(SCRIPT[0], id="promise", title="A promise", act=act)


def broken_promise(guide: Guide) -> None:
    guide.check("The window has {count} screens.", holds=False, count=3)


def slip(_guide: Guide) -> None:
    raise LookupError("the button is not there")


@pytest.fixture
def english(qapp):
    """The program speaks English before the tour."""
    set_language("en")


def test_a_short_tour_does_what_its_steps_say(english, tmp_path, capfd):
    folder = tmp_path / "tour"
    code = walk(folder, steps(*SHORT))
    said = capfd.readouterr().err
    assert code == 0, said
    assert all(re.search(rf"{name} +done", said) for name in SHORT)
    reports = told(folder)["steps"]
    assert [report["id"] for report in reports] == list(SHORT)
    assert all(report["done"] and report["facts"] for report in reports)
    for shot in (shot for report in reports for shot in report["pictures"]):
        image = QImage(str(folder / shot["file"]))
        assert [image.width(), image.height()] == shot["size"], shot["file"]
    arrival = next(report for report in reports if report["id"] == "arrival")
    assert any(fact.startswith("The water reaches 0.3 m at the place after") for fact in arrival["facts"])
    assert {"products/arrival.nc", "products/arrival.record.json"} <= set(told(folder)["products"])


def test_its_page_shows_every_picture_and_asks_nothing_of_the_network(english, tmp_path):
    walk(tmp_path, steps("empty", "about"))
    page = (tmp_path / "index.html").read_text("utf-8")
    shown = set(re.findall(r"<img src='([^']+)'", page))
    assert shown == {shot["file"] for report in told(tmp_path)["steps"] for shot in report["pictures"]}
    assert "://" not in page
    assert "尚未打开任何数据" in page
    assert "Nothing is open yet" in page


def test_the_user_keeps_his_own_settings_language_and_tables(english, tmp_path):
    assert walk(tmp_path, steps("sample", "tables", "settings")) == 0
    assert language() == "en"
    assert not (home() / "settings.json").exists()
    assert not (home() / "class_tables").exists()


@pytest.mark.parametrize(("act", "reason"), [(broken_promise, "has 3 screens"), (slip, "the button is not there")])
def test_a_step_that_fails_is_named_and_the_tour_ends_with_1(english, tmp_path, capfd, act, reason):
    after = steps("empty")[0]
    assert walk(tmp_path, [failing(act), after]) == 1
    said = capfd.readouterr().err
    assert "The step promise of the tour did not do what it says" in said
    assert reason in said
    first, second = told(tmp_path)["steps"]
    assert (first["done"], second["done"]) == (False, True)
    assert reason in (tmp_path / "index.html").read_text("utf-8")


def test_a_tour_is_given_up_after_three_failures(tmp_path, qapp):
    assert walk(tmp_path, [failing(slip)] * 5) == 1
    assert len(told(tmp_path)["steps"]) == 3


def test_a_new_tour_removes_the_old_one_and_nothing_else(tmp_path, qapp):
    (tmp_path / "mine.txt").write_text("mine")
    walk(tmp_path, steps("empty"))
    old = {shot["file"] for report in told(tmp_path)["steps"] for shot in report["pictures"]}
    walk(tmp_path, [failing(slip)])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.html", "mine.txt", "tour.json"]
    assert len(old) == 4


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path, qapp, capsys):
    (tmp_path / "file").write_text("no folder")
    assert main(["tour", str(tmp_path / "file" / "tour")]) == 3
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1
    assert "Traceback" not in said


# ------------------------------------------------------------------------ what it looks for
@pytest.fixture
def panel(qtbot):
    """A widget with a label and a button beside each other."""
    top = QWidget()
    qtbot.addWidget(top)
    box = row(0, 8)
    label, button = QLabel("图层"), QPushButton("Open…")
    box.addWidget(label)
    box.addWidget(button)
    top.setLayout(box)
    top.show()
    return top, label, button


def test_words_of_the_other_language_are_found_and_names_of_data_are_not(panel):
    top, label, button = panel
    assert inspection.foreign_words(top, "zh") == ["Open…"]
    assert inspection.foreign_words(top, "en") == ["图层"]
    button.setText("Tingchao Sluice")
    label.setText("12 features")
    assert inspection.foreign_words(top, "zh") == ["12 features"]
    label.setText("望潮片")
    assert inspection.foreign_words(top, "en") == []


def test_words_that_are_cut_off_are_found(panel):
    top, label, _button = panel
    assert inspection.cut_words(top) == []
    label.setFixedWidth(8)
    assert inspection.cut_words(top) == ["图层"]


def test_words_that_lie_over_each_other_are_found(panel):
    top, label, button = panel
    assert inspection.overlaps(top) == []
    label.setGeometry(button.geometry())
    assert len(inspection.overlaps(top)) == 1


def test_a_picture_of_one_colour_is_blank():
    image = QImage(90, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("#204060"))
    assert inspection.is_blank(image)
    for x in range(90):
        for y in range(0, 60, 2):
            image.setPixelColor(x, y, QColor(x, y, 0))
    assert not inspection.is_blank(image)


def test_brightness_runs_from_black_to_white():
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    found = []
    for grey in (0, 51, 255):
        image.fill(QColor(grey, grey, grey))
        found.append(inspection.brightness(image))
    assert np.allclose(found, [0.0, 0.2, 1.0])
