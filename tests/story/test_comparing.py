"""A person compares: through the menus and the strip, kept in the workspace, undone, and in both languages."""

from __future__ import annotations

from app.core import themes, workspace
from app.core.comparing import Side
from app.core.language import set_language
from app.core.sides import compare
from app.shell.shots import settle, wait_for
from app.shell.tour.inspection import cut_words, foreign_words, overlaps
from tests.views.windows import districts, gauges, opened


def titles(menu):
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions() if action.text()]


def trigger(menu, text):
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_the_strip_comes_with_a_comparison_and_goes_with_it(tmp_path):
    with opened(districts(tmp_path), gauges(tmp_path)) as window:
        document, actions = window.desk.document, window.menus.actions
        themes.save(document, "Districts")
        actions["compare-swipe"].trigger()
        settle(window)
        bar = window.compare.bar
        assert bar.isVisible()
        assert document.comparison.sides == (Side(theme="Districts"),)
        window.menus.refresh_now()
        assert actions["compare-swipe"].isChecked()
        actions["compare-swipe"].trigger()
        settle(window)
        assert not bar.isVisible()
        document.undo()
        assert document.comparison.mode == "swipe"


def test_the_strip_sets_content_and_moment_of_each_side(tmp_path):
    with opened(districts(tmp_path), gauges(tmp_path)) as window:
        document = window.desk.document
        themes.save(document, "Districts")
        window.menus.actions["compare-four"].trigger()
        settle(window)
        bar = window.compare.bar
        bar.letters.chosen.emit("1")
        assert "Districts" in titles(bar.content.menu())
        trigger(bar.content.menu(), "Districts")
        trigger(bar.moment.menu(), "+6 h")
        assert document.comparison.sides[1] == Side(theme="Districts", offset_h=6.0)
        trigger(bar.moment.menu(), "Stay at the present moment")
        assert document.comparison.sides[1].moment.startswith("2026-08-01T")
        assert len(window.compare.panes.maps) == 4
        settle(window)


def test_the_strip_fits_a_small_window_in_both_languages(tmp_path):
    with opened(districts(tmp_path), gauges(tmp_path)) as window:
        window.menus.actions["compare-four"].trigger()
        for language in ("zh", "en"):
            window.menus.actions["chinese" if language == "zh" else "english"].trigger()
            settle(window)
            bar = window.compare.bar
            assert cut_words(bar) == []
            assert overlaps(bar) == []
            assert foreign_words(bar, language) == []
        set_language("en")


def test_a_workspace_opens_with_the_comparison_it_was_saved_with(tmp_path):
    path = tmp_path / "w.haitang"
    with opened(districts(tmp_path)) as window:
        document = window.desk.document
        compare(document, document.comparison.with_(mode="views"))
        workspace.save(document, path)
        settle(window)
    with opened(path) as window:
        assert len(window.compare.panes.maps) == 2
        settle(window)


def test_themes_are_shown_as_pictures_and_a_click_applies_one(tmp_path):
    with opened(districts(tmp_path)) as window:
        document = window.desk.document
        themes.save(document, "seen")
        document.set(document.layers[0], "visible", False)
        themes.save(document, "hidden")
        gallery = window.compare.pick_theme(None, lambda name: themes.apply(document, name))
        wait_for(window, lambda: gallery.is_complete, 30)
        seen, hidden = (gallery.list.item(n).icon().pixmap(192, 120).toImage() for n in range(2))
        assert seen != hidden
        gallery.list.itemClicked.emit(gallery.list.item(0))
        assert document.layers[0].visible
        settle(window)
