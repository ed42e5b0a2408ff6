"""F1: the page of what has the focus, in the language on screen."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QWidget

from app.core.language import set_language
from app.shell import shots
from app.shell.edit_acts import help_of
from app.shell.help_window import folder, has_page, pages
from tests.views.windows import districts, opened

PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([\w-]+\.md)\)")


@pytest.fixture
def window(qapp, tmp_path):
    with opened(districts(tmp_path)) as made:
        yield made


def test_both_languages_have_the_same_pages():
    assert {page.name for page in pages("zh")} == {page.name for page in pages("en")}
    assert pages("zh")[0].name == "index"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_link_of_the_handbook_leads_nowhere(language: str):
    for page in pages(language):
        for target in LINK.findall(page.text):
            assert (folder(language) / target).is_file(), f"{page.name}: {target}"


def test_every_page_that_the_window_names_is_there(window):
    for dock in window.docks.by_name.values():
        dock.fill()
    named = {str(w.property("help")) for w in window.findChildren(QWidget) if w.property("help")}
    assert len(named) > 8
    for language in ("zh", "en"):
        set_language(language)
        assert [page for page in named if not has_page(page)] == []


def test_the_page_is_that_of_the_panel_around_the_focus(window):
    panel = window.docks["layers"].content
    assert help_of(panel.tree) == "layers"
    assert help_of(panel.style_panel.opacity) == "style"
    assert help_of(window.time_bar.track) == "time"
    assert help_of(None) == "index"


def test_a_tool_has_a_page_of_its_own_or_that_of_all_tools(window):
    shots.show_tool(window, "data.clip")
    page = window.docks["tools"].content.current_page()
    assert help_of(page.form) in ("data-clip", "tools")


def test_f1_opens_the_handbook_at_that_page_and_the_language_follows(qtbot, window):
    window.docks["layers"].content.tree.setFocus()
    window.resolve("help.here")()
    shown = window._help
    qtbot.waitUntil(shown.isVisible)
    assert shown._shown in ("layers", "index", "map")
    shown.show_page("time")
    english = shown.text.toPlainText()
    set_language("zh")
    shots.settle(window)
    assert shown._shown == "time"
    assert shown.text.toPlainText() != english
    shown.close()


def test_the_search_keeps_the_pages_that_hold_the_words(qtbot, window):
    window.show_help("index")
    shown = window._help
    shown.search.setText("opacity")
    kept = [shown.list.item(i).data(Qt.ItemDataRole.UserRole) for i in range(shown.list.count())]
    assert kept
    assert all("opacity" in page.text.lower() for page in shown._pages if page.name in kept)
    shown.search.setText("qqqqqq")
    assert shown.list.count() == 0
    assert shown._nothing.isVisibleTo(shown)
    shown.close()


def test_a_link_leads_to_the_other_page(window):
    window.show_help("index")
    window._help._on_link(QUrl("time.md"))
    assert window._help._shown == "time"
    window._help.close()
