"""The list of acts: what joins, what stays apart, what can be done again."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core import history, themes
from app.core.commands import EditFeatures
from app.core.document import Document
from layers.edits import Change, Edit
from layers.errors import EditError
from layers.mesh import MeshLayer
from tests.unit.core.acts import feature, sketch


class Seconds:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def document(seconds: Seconds) -> Document:
    made = Document()
    made.history.now = seconds
    made.add(MeshLayer(id="m", name="model", source="a.nc"))
    sketch(made, "s")
    seconds.now += 10
    made.mark_saved(Path("a.haitang"))
    return made


def titles(document: Document) -> list[str]:
    return [command.title() for command in document.history.entries[2:]]


def test_quick_changes_of_one_field_are_one_act(document: Document, seconds: Seconds):
    for value in (0.9, 0.8, 0.7):
        document.set("layer:m", "opacity", value)
        seconds.now += 0.9
    assert titles(document) == ["Opacity of model"]
    document.undo()
    assert document.layer("m").opacity == 1.0


def test_changes_more_than_a_second_apart_are_two_acts(document: Document, seconds: Seconds):
    document.set("layer:m", "opacity", 0.9)
    seconds.now += 1.1
    document.set("layer:m", "opacity", 0.8)
    assert len(titles(document)) == 2


def test_quick_changes_of_different_fields_or_layers_stay_apart(document: Document):
    document.set("layer:m", "opacity", 0.9)
    document.set("layer:s", "opacity", 0.9)
    document.set("layer:s", "name", "river")
    assert titles(document) == ["Opacity of model", "Opacity of s", "Rename s to river"]


def test_a_switch_thrown_twice_is_two_acts(document: Document):
    document.set("layer:m", "visible", False)
    document.set("layer:m", "visible", True)
    assert titles(document) == ["Hide model", "Show model"]


def test_a_drag_is_one_act_however_long_it_takes(document: Document, seconds: Seconds):
    document.history.begin()
    for value in (0.9, 0.5, 0.2):
        document.set("layer:m", "opacity", value)
        seconds.now += 5
    document.history.end()
    document.set("layer:m", "opacity", 0.1)
    assert len(titles(document)) == 2


def test_a_drag_back_to_where_it_began_is_no_act(document: Document):
    document.history.begin()
    document.set("layer:m", "opacity", 0.9)
    document.set("layer:m", "opacity", 1.0)
    document.history.end()
    assert titles(document) == []
    assert not document.dirty


def test_the_edits_of_a_drag_are_squashed_and_undone_at_once(document: Document):
    document.run(EditFeatures("s", Edit({1: Change(None, feature(0))})))
    document.history.begin()
    for x in range(5):
        document.run(EditFeatures("s", Edit({1: Change(feature(x), feature(x + 1))})))
    document.history.end()
    assert len(titles(document)) == 2
    document.undo()
    layer = document.layer("s")
    assert layer.features == {1: feature(0)}  # type: ignore[attr-defined]


def test_separate_edits_stay_apart_however_quick(document: Document):
    document.run(EditFeatures("s", Edit({1: Change(None, feature(0))})))
    document.run(EditFeatures("s", Edit({2: Change(None, feature(0))})))
    assert len(titles(document)) == 2


def test_moves_of_the_view_join_and_do_not_make_the_workspace_dirty(document: Document, seconds: Seconds):
    for _ in range(5):
        document.look(document.camera.moved(3, 4))
        seconds.now += 0.1
    assert titles(document) == ["Move the view"]
    assert not document.dirty
    document.undo()
    assert (document.camera.x, document.camera.y) == (0, 0)


def test_looking_around_keeps_undone_acts_redoable(document: Document):
    document.set("layer:m", "visible", False)
    document.undo()
    document.look(document.camera.moved(30, 0))
    assert document.redo()
    assert not document.layer("m").visible
    assert document.camera.x == -30


def test_a_new_act_drops_those_that_were_undone(document: Document):
    document.set("layer:m", "visible", False)
    document.undo()
    document.set("layer:m", "group", "models")
    assert titles(document) == ["Group of model"]
    assert not document.redo()


def test_an_act_after_undo_does_not_join_the_one_before(document: Document):
    document.set("layer:m", "opacity", 0.9)
    document.set("layer:m", "visible", False)
    document.undo()
    document.set("layer:m", "opacity", 0.5)
    assert len(titles(document)) == 2


def test_undoing_to_the_saved_state_makes_the_workspace_clean_again(document: Document, seconds: Seconds):
    document.set("layer:m", "opacity", 0.5)
    assert document.dirty
    document.undo()
    assert not document.dirty
    document.redo()
    document.mark_saved(Path("a.haitang"))
    assert not document.dirty
    seconds.now += 0.1
    document.set("layer:m", "opacity", 0.4)
    assert document.dirty
    document.undo()
    assert not document.dirty


def test_a_save_that_ends_after_further_acts_leaves_the_workspace_dirty(document: Document):
    document.set("layer:m", "visible", False)
    state = document.history.state
    document.set("layer:m", "visible", True)
    document.mark_saved(Path("b.haitang"), state)
    assert (document.dirty, document.path) == (True, Path("b.haitang"))
    document.undo()
    assert not document.dirty


def test_a_click_into_the_list_goes_to_that_moment(document: Document):
    for value in (False, True, False):
        document.set("layer:m", "visible", value)
    document.history.go(3)
    assert (document.layer("m").visible, document.history.position) == (False, 3)
    document.history.go(99)
    assert (document.layer("m").visible, document.history.position) == (False, 5)
    document.history.go(-1)
    assert document.layers == []


def test_the_list_tells_when_it_grows_and_when_it_moves(document: Document):
    heard: list[tuple[int, int]] = []
    document.history.changed.connect(lambda: heard.append((document.history.position, len(document.history.entries))))
    document.set("layer:m", "visible", False)
    document.undo()
    document.redo()
    assert heard == [(3, 3), (2, 3), (3, 3)]


def test_the_oldest_acts_are_forgotten(document: Document, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(history, "LIMIT", 5)
    for number in range(20):
        document.set("layer:m", "visible", bool(number % 2))
    assert (len(document.history.entries), document.history.position) == (5, 5)
    document.history.go(0)
    assert len(document.layers) == 2
    assert document.dirty


# ------------------------------------------------------------------------ themes
def test_a_theme_brings_back_the_look_of_all_layers_as_one_act(document: Document):
    themes.save(document, " Depth ")
    document.set("layer:m", "visible", False)
    document.set("layer:s", "opacity", 0.3)
    changed = document.to_dict()
    themes.apply(document, "Depth")
    assert (document.layer("m").visible, document.layer("s").opacity) == (True, 1.0)
    assert titles(document)[-1] == "Apply a theme"
    document.undo()
    assert document.to_dict() == changed


def test_a_theme_leaves_layers_alone_that_came_later_and_passes_over_those_that_went(document: Document):
    themes.save(document, "Depth")
    document.remove("s")
    late = document.add(MeshLayer(id="late", source="b.nc"))
    document.set(late, "opacity", 0.2)
    document.set("layer:m", "visible", False)
    themes.apply(document, "Depth")
    assert (late.opacity, document.layer("m").visible) == (0.2, True)


def test_a_theme_that_changes_nothing_is_no_act(document: Document):
    themes.save(document, "Depth")
    count = len(document.history.entries)
    themes.apply(document, "Depth")
    assert len(document.history.entries) == count


def test_themes_are_kept_removed_and_brought_back(document: Document):
    themes.save(document, "Depth")
    themes.remove(document, "Depth")
    assert document.themes == {}
    document.undo()
    assert list(document.themes) == ["Depth"]
    with pytest.raises(EditError, match="no theme"):
        themes.apply(document, "Speed")
    with pytest.raises(EditError, match="name"):
        themes.save(document, "  ")
