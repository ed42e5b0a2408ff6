"""Sentences are translated when shown, and never fail to be shown."""

from __future__ import annotations

import errno

import pytest

from app.core import language
from app.core.language import default_language, error_text, language_changed, set_language, tr, translated
from app.core.settings import Settings
from layers.errors import DataError, SourceUnavailable


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A Chinese catalogue of the test's own."""
    own: dict[str, str] = {}
    monkeypatch.setitem(language._VOICE.catalogues, "zh", own)
    return own


def test_a_sentence_is_shown_in_chinese_with_its_fields(entries: dict[str, str]):
    entries["{count} layers"] = "{count} 个图层"
    set_language("zh")
    assert tr("{count} layers", count=3) == "3 个图层"


def test_a_sentence_without_an_entry_is_shown_in_english(entries: dict[str, str]):
    set_language("zh")
    assert tr("{count} layers", count=3) == "3 layers"


@pytest.mark.parametrize("broken", ["{number} 个图层", "{count 个图层", "{} 个图层"])
def test_an_entry_that_does_not_take_the_fields_gives_way_to_english(entries: dict[str, str], broken: str):
    entries["{count} layers"] = broken
    set_language("zh")
    assert tr("{count} layers", count=3) == "3 layers"


def test_braces_in_a_sentence_without_fields_are_shown_as_they_are():
    assert tr("a {set} of {things}") == "a {set} of {things}"


def test_a_field_may_hold_braces_of_its_own():
    assert tr("The file {name} is broken.", name="{0}.nc") == "The file {0}.nc is broken."


def test_listeners_hear_a_new_language_once_and_only_when_it_is_new():
    heard: list[str] = []
    language_changed.connect(heard.append)
    set_language("zh")
    set_language("zh")
    set_language("en")
    language_changed.disconnect(heard.append)
    assert heard == ["zh", "en"]


def test_a_listener_hears_of_the_language_when_it_is_in_force(entries: dict[str, str]):
    entries["Map"] = "地图"
    seen: list[str] = []

    def look(_: str) -> None:
        seen.append(tr("Map"))

    language_changed.connect(look)
    set_language("zh")
    language_changed.disconnect(look)
    assert seen == ["地图"]


def test_only_the_two_languages_can_be_chosen():
    with pytest.raises(ValueError, match="fr"):
        set_language("fr")


def test_the_language_of_the_settings_wins_over_that_of_the_system(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(language, "system_locale", lambda: "zh_CN.UTF-8")
    assert default_language() == "zh"
    Settings(language="en").save()
    assert default_language() == "en"


@pytest.mark.parametrize(
    ("locale", "chosen"), [("zh_TW", "zh"), ("ZH", "zh"), ("de_DE", "en"), ("C", "en"), ("", "en")]
)
def test_a_system_that_is_not_chinese_gets_english(monkeypatch: pytest.MonkeyPatch, locale: str, chosen: str):
    monkeypatch.setattr(language, "system_locale", lambda: locale)
    assert default_language() == chosen


def test_an_error_is_shown_with_what_where_and_remedy_in_both_languages(entries: dict[str, str]):
    error = DataError("{n} cells are broken.", where="a.nc", remedy="Repair {n} cells.", n=3)
    assert error_text(error) == "3 cells are broken. (a.nc) Repair 3 cells."
    entries.update({"{n} cells are broken.": "{n} 个单元损坏。", "Repair {n} cells.": "请修复 {n} 个单元。"})
    set_language("zh")
    assert error_text(error) == "3 个单元损坏（a.nc）。请修复 3 个单元。"


def test_an_error_without_fields_keeps_its_braces():
    assert error_text(SourceUnavailable("The file {a} is gone.")) == "The file {a} is gone."


def test_a_sentence_can_be_asked_for_in_a_language_that_is_not_on_screen(entries: dict[str, str]):
    entries["Map"] = "地图"
    assert (translated("Map", "zh"), translated("Map", "en"), tr("Map")) == ("地图", "Map", "Map")


def test_entries_of_a_plugin_are_added_and_do_not_replace_ours(entries: dict[str, str]):
    entries["Map"] = "地图"
    language.add_entries("zh", {"Map": "图", "Tide": "潮汐"})
    assert entries == {"Map": "地图", "Tide": "潮汐"}


def test_a_full_disk_is_said_in_the_language_on_screen():
    set_language("zh")
    assert language.reason(OSError(errno.ENOSPC, "No space left on device")) == "磁盘已满"
    assert language.reason(OSError(99999, "Quite odd")) == "Quite odd"
