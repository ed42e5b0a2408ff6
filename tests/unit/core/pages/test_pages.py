"""Pages are data: templates, faults, commands, arranging."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from app.core.commands import command_from_dict
from app.core.document import Document
from app.core.pages import acts, arrange, templates
from app.core.pages.items import LegendItem, MapItem, TextItem
from app.core.pages.model import PAPERS, Page, loose_ends, page_from_dict
from layers.errors import DataError, EditError, ParameterInvalid

if TYPE_CHECKING:
    from pathlib import Path


def page() -> Page:
    items = (
        MapItem(id="m", x=10, y=10, width=100, height=80),
        TextItem(id="a", x=120, y=20, width=30, height=10),
        TextItem(id="b", x=150, y=60, width=20, height=10),
        TextItem(id="c", x=132, y=90, width=10, height=10),
    )
    return Page(name="one", paper="A4", landscape=True, items=items)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_shipped_template_gives_a_page_without_faults_in_one_language(lang: str):
    known, faults = templates.templates()
    assert {one.id for one in known if not one.own} >= {"a3_map", "a4_figure"}
    assert not faults
    for one in known:
        made = templates.page_of(one, lang)
        assert made.lang == lang
        assert made.maps()
        assert not loose_ends(made)
        assert ("图" in made.name) == (lang == "zh")


def test_a_page_says_all_its_faults_with_item_field_and_value():
    data = page().to_dict()
    data["items"][1]["size"] = "big"
    data["items"][2]["colour"] = "red"
    with pytest.raises(DataError) as told:
        page_from_dict(data, "sheet.json")
    assert "(2)" in told.value.what
    assert "item 2 (text): size cannot be big" in told.value.what
    assert "item 3 (text): colour cannot be red" in told.value.what
    assert told.value.where == "sheet.json"


def test_a_legend_of_a_map_that_is_not_there_is_a_fault():
    wrong = page().with_item(LegendItem(id="l", map="gone"))
    with pytest.raises(DataError, match="speaks of the map gone"):
        page_from_dict(wrong.to_dict())


def test_a_page_of_a_newer_program_is_refused_and_unknown_fields_survive():
    with pytest.raises(DataError, match="version 9"):
        page_from_dict({"version": 9})
    data = {**page().to_dict(), "later": {"a": 1}}
    assert page_from_dict(data).to_dict()["later"] == {"a": 1}


def test_the_paper_turns_with_its_orientation():
    wide, high = PAPERS["A4"][1], PAPERS["A4"][0]
    assert page().size == (wide, high)
    assert page().model_copy(update={"landscape": False}).size == (high, wide)


def test_pages_are_added_changed_undone_and_kept_in_the_workspace():
    document = Document()
    page_id = acts.add(document, page())
    other = acts.add(document, page())
    assert [data["name"] for data in document.pages.values()] == ["one", "one 2"]
    before = document.to_dict()
    acts.put(document, page_id, arrange.shifted(page(), ["a"], 5, 0))
    assert acts.page(document, page_id).item("a").x == 125
    document.undo()
    assert document.to_dict() == before
    acts.remove(document, other)
    assert list(document.pages) == [page_id]
    again = Document.from_dict(json.loads(json.dumps(document.to_dict())))
    assert again.pages == document.pages
    assert acts.find(again, "one") == page_id
    with pytest.raises(EditError, match="There is no page two"):
        acts.find(again, "two")


def test_a_command_of_a_page_is_read_from_the_journal_and_refuses_a_broken_page():
    command = acts.SetPage("p", None, page().to_dict())
    assert command_from_dict(command.to_dict()) == command
    broken = acts.SetPage("p", None, {"paper": "A9"})
    document = Document()
    with pytest.raises(DataError, match="paper cannot be A9"):
        document.run(broken)
    assert not document.pages


def test_changes_of_one_drag_are_one_act():
    document = Document()
    page_id = acts.add(document, page())
    count = len(document.history.entries)
    document.history.begin()
    for step in (1, 2, 3):
        acts.put(document, page_id, arrange.shifted(page(), ["a"], step, 0))
    document.history.end()
    assert len(document.history.entries) == count + 1
    document.undo()
    assert acts.page(document, page_id) == page()


def test_a_moved_box_snaps_to_the_nearest_edge_and_names_the_guide():
    snap = arrange.moved(page(), ["b"], (119.2, 60.0, 20.0, 10.0), 1.0)
    assert snap.box[0] == 120.0
    assert ("x", 120.0) in snap.guides
    assert arrange.moved(page(), ["b"], (119.2, 61.3, 20.0, 10.0), 0.0).box[:2] == (119.2, 61.3)


def test_a_dragged_handle_moves_its_edge_alone_and_never_turns_the_box_inside_out():
    item = page().item("a")
    assert arrange.resized(page(), item, "e", 7.0, 3.0, 0.0).box == (120, 20, 37, 10)
    assert arrange.resized(page(), item, "w", 99.0, 0.0, 0.0).box == (148, 20, 2, 10)


def test_items_align_to_each_other_and_one_alone_to_the_paper():
    left = arrange.aligned(page(), ["a", "b", "c"], "left")
    assert {left.item(one).x for one in "abc"} == {120}
    alone = arrange.aligned(page(), ["a"], "centre").item("a")
    assert alone.x + alone.width / 2 == pytest.approx(297 / 2)
    spread = arrange.aligned(page(), ["a", "b", "c"], "down")
    tops = [spread.item(one).y for one in "abc"]
    assert tops == [20, 55, 90]


def test_items_held_in_place_do_not_move():
    held = page().with_item(page().item("a").model_copy(update={"locked": True}))
    assert arrange.shifted(held, ["a", "b"], 3, 3).item("a").x == 120
    assert arrange.shifted(held, ["a", "b"], 3, 3).item("b").x == 153


def test_an_own_template_wins_over_the_shipped_one_and_a_broken_one_is_told(tmp_path: Path):
    templates.save(page(), "My office")
    broken = templates.own_folder() / "broken.json"
    broken.write_text("{", "utf-8")
    known, faults = templates.templates()
    assert known[0].own
    assert known[0].title == "My office"
    assert len(faults) == 1
    assert "broken.json" in faults[0].where
    with pytest.raises(ParameterInvalid, match="There is no template x"):
        templates.template("x")
    with pytest.raises(DataError, match="broken at"):
        templates.template("broken.json")
    other = tmp_path / "plain.json"
    other.write_text("{}", "utf-8")
    with pytest.raises(DataError, match="no page template"):
        templates.template(str(other))
