"""Every sentence a user reads has a Chinese form, and no Chinese form is left over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.house.sources import packaging_module
from tests.realdata import ROOT

if TYPE_CHECKING:
    from pathlib import Path

translations = packaging_module("translations")

SOURCE = """
from dataclasses import dataclass
from app.core.tools import tool
from app.core.language import tr
class HaitangError(Exception):
    def __init__(self, what, *, where="", remedy="", **fields):
        self.template, self.remedy_template = what, remedy
        self.shown = tr(self.template) + tr(self.remedy_template)
class Broken(HaitangError): pass
class Worse(Broken): pass
class Words(QLabel):
    def __init__(self, text, role=""):
        self._text = text
    def retranslate(self):
        self.setText(tr(self._text))
@dataclass
class Act:
    id: str
    title: str
def shown(act): return tr(act.title)
def heading(text): return Words(text, "head")
tr("Open" if a else "Close")
tr("{count} layers "
   "are open", count=2)
raise Worse("The file {name} is broken.", where="the place", remedy="Copy it again.", name="a")
def fail():
    remedy = "Ask the author."
    raise Worse("The map is empty.", remedy=remedy)
Words("Depth of water", "small")
heading("Water level")
Act("open", "Open a file")
@tool(id="a.b", version="1")
def depth(ground: RasterLayer, wet_from: float = 1, kind: Literal["max", "min"] = "max", *, job): ...
print("not said to a person")
"""
SAID = {
    "Open", "Close", "{count} layers are open", "The file {name} is broken.", "Copy it again.",
    "Ask the author.", "The map is empty.",
    "Depth of water", "Water level", "Open a file", "Ground", "Wet from", "Kind", "max", "min",
}  # fmt: skip


def planted(root: Path, source: str, chinese: dict[str, str]) -> list[str]:
    """Faults of a program of one file and one table."""
    folder = root / "resources" / "translations" / "zh"
    for place in (root / "app" / "core", root / "layers", root / "plugins", folder):
        place.mkdir(parents=True)
    (root / "app" / "core" / "language.py").write_text("def tr(text, **fields): ...", encoding="utf-8")
    (root / "app" / "one.py").write_text(f"from app.core.language import tr\n{source}", encoding="utf-8")
    (folder / "one.json").write_text(json.dumps(chinese), encoding="utf-8")
    return [fault.what for fault in translations.faults(root)]


def test_every_sentence_of_the_program_has_its_chinese_and_none_is_left_over():
    found = [f"{fault.where}: {fault.what}" for fault in translations.faults(ROOT)]
    assert not found, "\n".join(found[:50])


def test_the_scan_follows_sentences_through_labels_errors_and_tools(tmp_path: Path):
    assert set(planted(tmp_path, SOURCE, {})) == {f"no Chinese for {text!r}" for text in SAID}


@pytest.mark.parametrize(
    ("source", "chinese", "fault"),
    [
        ('tr("Depth")', {"Depth": "水深", "Width": "宽度"}, "nobody says 'Width'"),
        ('tr("{n} m", n=1)', {"{n} m": "{m} 米"}, "other fields in the Chinese of '{n} m'"),
        ('tr("Depth")', {"Depth": " "}, "empty Chinese for 'Depth'"),
        ('tr(f"{n} m")', {}, "a sentence is filled in before translation"),
    ],
)
def test_the_scan_finds_a_planted_fault(tmp_path: Path, source: str, chinese: dict[str, str], fault: str):
    assert planted(tmp_path, source, chinese) == [fault]


def test_two_different_chinese_forms_of_one_sentence_are_found(tmp_path: Path):
    folder = tmp_path / "zh"
    folder.mkdir()
    (folder / "a.json").write_text('{"Depth": "水深"}', encoding="utf-8")
    (folder / "b.json").write_text('{"Depth": "深度"}', encoding="utf-8")
    assert [fault.what for fault in translations.entries(folder)[1]] == ["two Chinese forms of 'Depth'"]
