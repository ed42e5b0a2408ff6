"""The table of actions: complete, translated, reachable, and each shortcut said once."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

import resources
from app.core.language import translated
from app.shell.actions import ACTS, MENUS, Act, act
from app.shell.conditions import holds
from app.widgets.match import ranked
from tests.views.windows import districts, opened

NAMES = [one.id for one in ACTS]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def shown(qapp, tmp_path):
    with opened(districts(tmp_path)) as window:
        yield window


def test_no_two_actions_share_an_id():
    assert len(set(NAMES)) == len(NAMES)


def test_no_two_actions_share_a_shortcut():
    keys = Counter(QKeySequence(key).toString() for one in ACTS for key in one.shortcut.split(";") if key)
    assert [key for key, count in keys.items() if count > 1] == []
    assert "" not in keys


@pytest.mark.parametrize("one", ACTS, ids=NAMES)
def test_an_action_has_a_title_in_both_languages(one: Act):
    assert not CHINESE.search(one.title)
    assert CHINESE.search(translated(one.title, "zh"))


@pytest.mark.parametrize("one", ACTS, ids=NAMES)
def test_an_action_has_its_menu_and_its_icon(one: Act):
    assert one.menu in MENUS
    assert not one.icon or resources.path(f"icons/{one.icon}.svg").is_file()
    assert not one.bar or one.icon


def test_every_action_has_something_behind_it(shown):
    for one in ACTS:
        assert callable(shown.resolve(one.call)), one.id
        assert shown._holds(one.when) in (True, False), one.id
        assert not one.checked or shown._holds(one.checked) in (True, False), one.id


def test_every_action_is_reached_by_the_palette_in_both_languages(shown):
    entries = shown.menus.entries()
    for one in ACTS:
        for title in (translated(one.title, "zh"), one.title):
            found = [entry.id for entry in ranked(title.rstrip("…"), entries)]
            same = {e.id for e in entries if title.rstrip("…") in (e.zh, e.en)}
            assert one.id in found[: len(same)], title


def test_every_action_stands_in_its_menu(shown):
    for one in ACTS:
        assert shown.menus.actions[one.id] in shown.menus.menus[one.menu].actions()


def test_a_condition_that_does_not_exist_is_refused(shown):
    with pytest.raises(KeyError):
        holds("rainy", shown.desk)


def test_an_unknown_action_is_refused():
    with pytest.raises(KeyError):
        act("fly")


def test_what_needs_a_layer_is_off_in_an_empty_window(qapp):
    with opened() as window:
        window.menus.refresh_now()
        states = {one.id: window.menus.actions[one.id].isEnabled() for one in ACTS}
        assert not any(states[one.id] for one in ACTS if one.when in ("layer", "layers", "vector", "time", "failed"))
        assert states["open"]
        assert states["help"]


def test_an_action_chosen_in_the_palette_is_done(qapp, tmp_path):
    with opened(districts(tmp_path)) as window:
        assert window.desk.document.layers[0].visible
        window._on_chosen("layer-visible")
        assert not window.desk.document.layers[0].visible
