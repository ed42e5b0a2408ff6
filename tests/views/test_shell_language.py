"""The whole window speaks one language at a time, and shows all of its words."""

from __future__ import annotations

import re

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from app.core.language import set_language
from app.shell import shots
from tests.views.windows import cut_off, districts, gauges, opened, words_of

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{2,}")
NAMES = re.compile(
    r"\b(?:Ctrl|Shift|Del|Home|End|Left|Right|Up|Down|F\d+|Alt|EPSG|UTC|CGCS|WGS|UTM|MB|px|fid|Qt|Python|Haitang"
    r"|English|zh|en|viridis|cividis|plasma|magma|turbo|Blues|YlGnBu|YlOrRd|Spectral|RdYlBu|RdBu|coolwarm|gray"
    r"|districts|gauge|geojson|csv|kind|arrival|depth_\w+|island|land|Caution|depth|name|level|playback|data|InaSAFE|RiskMap|SL|lon|lat|HAITANG|tmp|Web|CSV|SLD|QML|AND|LIKE)\b"
)
"""Words that are names in every language: keys, codes, scales, and the columns and files of these tests."""


def strange(words: str, language: str) -> bool:
    if language == "en":
        return bool(CHINESE.search(words)) and words not in ("中文", "崇明", "浦东", "奉贤", "长兴")
    rest = re.sub(r"[\w./\\:-]*[/\\][\w./\\:-]*|#[0-9a-f]{6,8}|[\w-]+\.\w+|[a-z]+_\w+", " ", words)
    return bool(ENGLISH.search(NAMES.sub(" ", rest)))


def lost(window, language: str) -> list[str]:
    menus = [(f"action {name}", a.text() + " " + a.toolTip()) for name, a in window.menus.actions.items()]
    menus += [(f"menu {name}", menu.title()) for name, menu in window.menus.menus.items()]
    return [f"{at}: {text!r}" for at, text in [*words_of(window), *menus] if strange(text, language)]


@pytest.fixture
def window(qapp, tmp_path):
    with opened(districts(tmp_path), gauges(tmp_path), language="zh") as made:
        yield made


def test_the_chinese_window_has_no_english_in_it(window):
    for name in ("tools", "identify", "history", "jobs", "chart", "table", "layers"):
        window.docks[name].bring()
        shots.settle(window)
        assert lost(window, "zh") == []
    assert len(list(words_of(window))) > 60


def test_a_window_that_was_chinese_is_english_at_once(window):
    for name in ("identify", "history", "jobs", "table", "tools"):
        window.docks[name].bring()
    set_language("en")
    shots.settle(window)
    assert lost(window, "en") == []
    set_language("zh")
    shots.settle(window)
    assert lost(window, "zh") == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_empty_window_speaks_one_language(qapp, language: str):
    with opened(language=language) as window:
        assert lost(window, language) == []
        assert cut_off(window) == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_no_words_are_cut_off(qapp, tmp_path, language: str, size: tuple[int, int]):
    with opened(districts(tmp_path), gauges(tmp_path), language=language, size=size) as window:
        assert (window.width(), window.height()) == size
        for name in ("chart", "table", "tools", "identify", "history", "jobs"):
            window.docks[name].bring()
            shots.settle(window)
            assert cut_off(window) == []
        for layer in window.desk.document.layers:
            window.desk.focus.take(layer)
            shots.settle(window)
            assert cut_off(window) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_form_of_a_tool_shows_all_of_its_words(qapp, tmp_path, language: str):
    with opened(districts(tmp_path), language=language) as window:
        shots.wait_for(window, lambda: bool(window.tools.known))
        for tool in window.tools.known:
            shots.show_tool(window, tool)
            assert cut_off(window) == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("call", ["edits.settings", "edits.class_tables", "edits.offsets", "edits.notes", "help.about"])
def test_a_dialog_speaks_one_language_and_shows_all_of_it(qapp, language: str, call: str):
    with opened(language=language) as window:
        window.resolve(call)()
        shots.settle(window)
        dialog = next(d for d in QApplication.topLevelWidgets() if isinstance(d, QDialog) and d.isVisible())
        said = [text for _, text in words_of(dialog)]
        if call != "help.about":
            assert [text for text in said if strange(text, language)] == []
        assert cut_off(dialog) == []
        dialog.close()


@pytest.mark.parametrize(
    ("words", "language", "is_strange"),
    [
        ("Open file", "zh", True),
        ("打开 file", "zh", True),
        ("打开 (Ctrl+O)", "zh", False),
        ("EPSG:4549", "zh", False),
        ("结果保存在 /data/a/b.tif", "zh", False),
        ("打开", "en", True),
        ("Open", "en", False),
    ],
)
def test_a_word_of_the_other_language_is_noticed(words: str, language: str, is_strange: bool):
    assert strange(words, language) is is_strange
