"""The command palette: Chinese, pinyin, initials and English lead to the same entry."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.core.jobs import program_command
from app.core.language import set_language
from app.widgets import match
from app.widgets.match import Entry, pinyin, ranked, score
from app.widgets.palette import Palette

ENTRIES = [
    Entry("save", "保存工作区", "Save workspace"),
    Entry("open", "打开", "Open"),
    Entry("zoom-all", "显示全部图层范围", "Show all layers", enabled=False),
    Entry("tool:playback.envelope", "过程包络", "Envelope over time"),
]


@pytest.fixture
def palette(qtbot):
    set_language("zh")
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(900, 600)
    over.show()
    made = Palette(over)
    made.open(ENTRIES)
    return made


def test_pinyin_is_whole_and_by_initials():
    assert pinyin("保存工作区") == ("baocungongzuoqu", "bcgzq")


def test_a_child_spells_what_the_window_will_ask_for():
    match.spell(["水位过程", "Level"], program_command())
    assert match._spelt["水位过程"] == ("shuiweiguocheng", "swgc")
    assert pinyin("Level 2") == ("level2", "level2")


def test_without_a_child_a_title_is_spelt_when_it_is_looked_for(caplog):
    match.spell(["潮位"], ["/nowhere/haitang"])
    assert "when they are looked for" in caplog.text
    assert pinyin("潮位") == ("chaowei", "cw")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("保存", "save"),
        ("bcgz", "save"),
        ("baocun", "save"),
        ("gzq", "save"),
        ("workspace", "save"),
        ("sw", "save"),
        ("dk", "open"),
        ("包络", "tool:playback.envelope"),
        ("gcbl", "tool:playback.envelope"),
        ("envelope", "tool:playback.envelope"),
        ("playback", "tool:playback.envelope"),
    ],
)
def test_a_few_letters_lead_to_the_entry(query: str, first: str):
    assert ranked(query, ENTRIES)[0].id == first


def test_what_fits_nothing_is_left_out():
    assert ranked("qqqq", ENTRIES) == []
    assert score("bc xyz", ENTRIES[0]) == 0


def test_enter_chooses_the_best_entry_and_closes(qtbot, palette):
    palette.type("bc")
    with qtbot.waitSignal(palette.chosen) as caught:
        qtbot.keyClick(palette._input, Qt.Key.Key_Return)
    assert caught.args == ["save"]
    assert not palette.isVisible()


def test_arrows_pass_over_what_cannot_be_done(qtbot, palette):
    palette.type("")
    for _ in range(2):
        qtbot.keyClick(palette._input, Qt.Key.Key_Down)
    with qtbot.waitSignal(palette.chosen) as caught:
        qtbot.keyClick(palette._input, Qt.Key.Key_Return)
    assert caught.args == ["tool:playback.envelope"]


def test_what_cannot_be_done_is_not_chosen(qtbot, palette):
    palette.type("显示全部")
    assert [entry.id for entry in palette.entries()] == ["zoom-all"]
    with qtbot.assertNotEmitted(palette.chosen):
        qtbot.keyClick(palette._input, Qt.Key.Key_Return)


def test_escape_leaves_the_palette(qtbot, palette):
    with qtbot.waitSignal(palette.closed):
        qtbot.keyClick(palette._input, Qt.Key.Key_Escape)
    assert not palette.isVisible()
