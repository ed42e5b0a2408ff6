"""The document: commands apply whole or not at all, and come back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from psygnal import EmitLoopError

from app.core.commands import (
    AddLayer,
    EditFeatures,
    Group,
    MoveLayer,
    RemoveLayer,
    SetField,
    command_from_dict,
    plain,
)
from app.core.document import Document
from app.core.kinds import UnknownLayer, layer_to_dict
from layers.edits import Change, Edit
from layers.errors import DataError, EditConflict, EditError, HaitangError
from layers.mesh import MeshLayer
from layers.sources.source import LayerDescription
from layers.style import MeshStyle
from layers.times import TimeAxis
from layers.vector import VectorLayer
from tests.unit.core.acts import ACTS, Recorder, do, feature, sketch

HOURS = TimeAxis(np.datetime64("2026-08-01T00:00", "ns") + np.arange(5) * np.timedelta64(3600, "s"))


@given(ACTS)
def test_undoing_everything_gives_the_beginning_and_redoing_everything_the_end(acts):
    document = Document()
    document.history.now = iter(np.arange(10_000) * 10.0).__next__
    states = [document.to_dict()]
    for act in acts:
        before = len(document.history.entries)
        do(document, act)
        if len(document.history.entries) > before:
            states.append(document.to_dict())
    for state in reversed(states):
        assert document.to_dict() == state
        document.undo()
    for state in states:
        assert document.to_dict() == state
        document.redo()


@given(ACTS)
def test_the_journal_alone_tells_the_whole_story(acts):
    document, journal = Document(), Recorder()
    document.keep(journal)
    for number, act in enumerate(acts):
        do(document, act)
        if number % 4 == 3:
            document.undo()
    copy = Document()
    for line in journal.acts:
        copy.replay(json.loads(json.dumps(line, allow_nan=False)))
    assert copy.to_dict() == document.to_dict()


@given(ACTS)
def test_every_command_survives_json_and_is_undone_by_its_inverse(acts):
    document = Document()
    for act in acts:
        do(document, act)
    for command in document.history.entries:
        text = json.dumps(command.to_dict())
        assert command_from_dict(json.loads(text)).to_dict() == json.loads(text)
        assert command.inverse().inverse().to_dict() == command.to_dict()
        assert command.title()


@given(ACTS)
def test_a_document_survives_its_json_form(acts):
    document = Document()
    for act in acts:
        do(document, act)
    data = json.loads(json.dumps(document.to_dict()))
    assert Document.from_dict(data).to_dict() == data


# ------------------------------------------------------------------------ failing whole
BAD = [
    SetField("layer:s", "opacity", 1, 7),
    SetField("layer:s", "opacity", 1, "much"),
    SetField("layer:s", "style", {}, {"symbol": {"fill": "blue"}}),
    SetField("layer:s", "id", "s", "t"),
    SetField("layer:s", "features", {}, {"1": {}}),
    SetField("layer:s", "no_such_field", 1, 2),
    SetField("layer:gone", "opacity", 1, 0.5),
    SetField("camera", "pose", {}, {"scale": 0.0, "x": 5.0}),
    SetField("camera", "nose", 1, 2),
    SetField("clock", "rate", 4, -1),
    SetField("clock", "now", None, "yesterday"),
    SetField("clock", "playing", False, True),
    SetField("document", "themes", {}, []),
    SetField("document", "layers", [], [1]),
    SetField("moon", "phase", 0, 1),
    SetField("layer:s", "opacity", 1, float("nan")),
    AddLayer(0, {"kind": "vector", "id": "s"}),
    AddLayer(0, {"kind": "vector", "opacity": "thick"}),
    AddLayer(0, {"id": "without kind"}),
    RemoveLayer(0, {"kind": "vector", "id": "gone"}),
    MoveLayer("gone", 0, 1),
    EditFeatures("m", Edit({1: Change(None, feature(1))})),
    EditFeatures("s", Edit({1: Change(None, feature(1))})),
    EditFeatures("s", Edit({1: Change(feature(99), None)})),
    EditFeatures("s", Edit({9: Change(None, {"properties": {}})})),
    EditFeatures("s", Edit({9: Change(None, {"geometry": None})})),
    EditFeatures("s", Edit({9: Change(None, 5)})),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_a_command_that_fails_leaves_everything_as_it_was(number: int):
    document, journal = Document(), Recorder()
    sketch(document, "s", 2)
    document.add(MeshLayer(id="m", source="a.nc"))
    before, entries = document.to_dict(), len(document.history.entries)
    heard: list[object] = []
    document.keep(journal)
    for signal in (document.layer_changed, document.layer_added, document.layer_removed, document.edited):
        signal.connect(lambda *values: heard.append(values))
    with pytest.raises(HaitangError):
        document.run(BAD[number])
    good = SetField("layer:m", "visible", True, False)
    with pytest.raises(HaitangError):
        document.run(Group("several", (good, BAD[number])))
    assert document.to_dict() == before
    assert len(document.history.entries) == entries
    assert journal.acts == []
    assert heard == []


def test_an_undo_that_cannot_be_done_leaves_the_history_where_it_was():
    document = Document()
    layer = sketch(document, "s", 1)
    document.run(EditFeatures("s", Edit({1: Change(feature(1), feature(5))})))
    layer.features = {1: feature(77)}
    with pytest.raises(EditConflict):
        document.undo()
    assert document.history.position == 2


def test_a_listener_that_fails_neither_loses_the_command_nor_keeps_it_from_the_others():
    document, journal = Document(), Recorder()
    layer = sketch(document)
    document.keep(journal)
    heard: list[str] = []

    def fail(*_: object) -> None:
        raise RuntimeError("a panel is broken")

    document.layer_changed.connect(fail)
    layer.events.opacity.connect(fail)
    document.words_changed.connect(heard.append)
    change = SetField("layer:s", "opacity", 1.0, 0.5)
    with pytest.raises(EmitLoopError):
        document.run(Group("two", (change, SetField("document", "title", "", "海塘"))))
    assert (layer.opacity, document.title, heard) == (0.5, "海塘", ["title"])
    assert len(journal.acts) == 1
    document.layer_changed.disconnect(fail)
    layer.events.opacity.disconnect(fail)
    document.undo()
    assert (layer.opacity, document.title) == (1.0, "")


def test_a_listener_may_run_a_command_of_its_own():
    document = Document()
    document.layer_added.connect(lambda layer, _: document.set(layer, "group", "new"))
    layer = document.add(MeshLayer(source="a.nc"))
    assert layer.group == "new"
    assert [command.type for command in document.history.entries] == ["AddLayer", "SetField"]
    document.undo()
    document.undo()
    assert document.layers == []


# ------------------------------------------------------------------------ layers
def test_the_layer_that_is_added_is_the_very_object_and_comes_back_after_undo():
    document = Document()
    layer = MeshLayer(source="a.nc")
    assert document.add(layer) is layer
    document.set(layer, "opacity", 0.5)
    document.remove(layer)
    document.undo()
    assert document.layers[0] is layer
    assert layer.opacity == 0.5


def test_the_signals_tell_layers_and_places():
    document, heard = Document(), []
    document.layer_added.connect(lambda layer, at: heard.append(("added", layer.id, at)))
    document.layer_removed.connect(lambda layer, at: heard.append(("removed", layer.id, at)))
    document.layer_moved.connect(lambda layer, old, new: heard.append(("moved", layer.id, old, new)))
    document.layer_changed.connect(lambda layer, field: heard.append(("changed", layer.id, field)))
    document.edited.connect(lambda layer, ids: heard.append(("edited", layer.id, ids)))
    document.camera_changed.connect(lambda: heard.append(("camera",)))
    document.add(MeshLayer(id="m", source="a.nc"))
    sketch(document, "s")
    document.move("s", 1)
    document.set("layer:m", "visible", False)
    document.run(EditFeatures("s", Edit({4: Change(None, feature(4)), 2: Change(None, feature(2))})))
    document.look(document.camera.moved(5, 5))
    document.remove("m")
    assert heard == [
        ("added", "m", 0), ("added", "s", 0), ("moved", "s", 0, 1), ("changed", "m", "visible"),
        ("edited", "s", [2, 4]), ("camera",), ("removed", "m", 0),
    ]  # fmt: skip


def test_setting_what_is_set_already_is_no_act():
    document = Document()
    layer = sketch(document)
    document.set(layer, "visible", True)
    document.look(document.camera.pose)
    assert len(document.history.entries) == 1


def test_a_style_is_set_as_an_object_and_kept_as_data():
    document = Document()
    layer = document.add(MeshLayer(id="m", source="a.nc"))
    document.set(layer, "style", MeshStyle(variable="h", edges=True))
    command = document.history.entries[-1]
    assert isinstance(command, SetField)
    assert command.new["variable"] == "h"
    assert isinstance(layer, MeshLayer)
    assert layer.style == MeshStyle(variable="h", edges=True)


def test_tuples_of_a_drawn_feature_become_lists_before_they_are_compared():
    document = Document()
    layer = VectorLayer(id="s", source="memory:", features={1: {"geometry": None, "properties": {"at": (1, 2)}}})
    document.add(layer)
    kept = layer.features[1]
    assert kept["properties"] == {"at": [1, 2]}
    document.run(EditFeatures("s", Edit({1: Change(kept, {"geometry": None, "properties": {"at": (3, 4)}})})))
    assert layer.features[1]["properties"] == {"at": [3, 4]}
    document.undo()
    assert layer.features[1]["properties"] == {"at": [1, 2]}


def test_a_layer_of_an_unknown_kind_is_kept_whole():
    data = {"layers": [{"kind": "hologram", "id": "h", "name": "future", "wavelength": 550, "opacity": 0.4}]}
    document = Document.from_dict(data)
    assert isinstance(document.layers[0], UnknownLayer)
    document.set("layer:h", "opacity", 0.8)
    kept = document.to_dict()["layers"][0]
    assert (kept["kind"], kept["wavelength"], kept["opacity"]) == ("hologram", 550, 0.8)


def test_unknown_fields_survive_at_every_level():
    data = {
        "mood": "calm",
        "camera": {"x": 1.0, "tilt": 30},
        "clock": {"rate": 2.0, "beat": [1]},
        "layers": [{"kind": "mesh", "id": "m", "shine": 1, "style": {"glow": 0.5, "scale": {"gamma": 2}}}],
    }
    kept = Document.from_dict(data).to_dict()
    assert (kept["mood"], kept["camera"]["tilt"], kept["clock"]["beat"]) == ("calm", 30, [1])
    layer = kept["layers"][0]
    assert (layer["shine"], layer["style"]["glow"], layer["style"]["scale"]["gamma"]) == (1, 0.5, 2)


# ------------------------------------------------------------------------ whole documents
@pytest.mark.parametrize(
    "data",
    [
        {"layers": 5}, {"layers": ["mesh"]}, {"layers": [{"kind": 3}]}, {"title": 7}, {"themes": []},
        {"themes": {"a": 1}}, {"camera": []}, {"camera": {"scale": -1}}, {"clock": {"now": "soon"}},
        {"layers": [{"kind": "mesh", "id": "a"}, {"kind": "vector", "id": "a"}]},
        {"layers": [{"kind": "vector", "features": {"one": {}}}]},
    ],
)  # fmt: skip
def test_content_that_cannot_be_used_is_one_error_and_changes_nothing(data):
    document = Document()
    sketch(document)
    before = document.to_dict()
    with pytest.raises(DataError):
        document.replace(data)
    assert document.to_dict() == before
    assert document.history.can_undo


def test_replacing_forgets_the_history_and_the_selection_and_tells_once():
    document, heard = Document(), []
    sketch(document)
    document.replaced.connect(lambda: heard.append(len(document.layers)))
    document.replace({"title": "new"})
    assert (document.title, document.history.can_undo, document.dirty, heard) == ("new", False, False, [0])


# ------------------------------------------------------------------------ opening and the clock
class Source:
    path = "a.nc"

    def describe(self):
        raise AssertionError("nobody asks")

    def read(self, request):
        raise AssertionError("nobody asks")

    def close(self) -> None:
        """Nothing is open."""


def opened(document: Document, layer: MeshLayer, time: TimeAxis | None = HOURS, crs: str | None = "EPSG:4549") -> None:
    document.attach(layer, Source(), LayerDescription("", "mesh", crs=crs, vdatum="CN1985", time=time))


def test_what_an_opened_file_says_is_taken_over_journalled_and_no_act_of_the_person():
    document, journal = Document(), Recorder()
    layer = MeshLayer(id="m", source="a.nc")
    document.add(layer)
    document.keep(journal)
    opened(document, layer)
    assert (layer.crs, layer.vdatum, document.clock.now) == ("EPSG:4549", "CN1985", HOURS.values[0])
    assert len(document.history.entries) == 1
    assert [(part["field"], part["new"]) for part in journal.acts[0]["commands"]] == [
        ("crs", "EPSG:4549"), ("vdatum", "CN1985"), ("now", "2026-08-01T00:00:00Z"),
    ]  # fmt: skip


def test_a_crs_that_the_person_has_set_is_kept_when_the_file_is_opened():
    document = Document()
    layer = document.add(MeshLayer(id="m", source="a.nc", crs="EPSG:4550"))
    assert isinstance(layer, MeshLayer)
    opened(document, layer)
    assert layer.crs == "EPSG:4550"


def test_the_moment_is_journalled_when_set_and_not_while_it_plays():
    document, journal = Document(), Recorder()
    layer = MeshLayer(id="m", source="a.nc")
    document.add(layer)
    opened(document, layer)
    document.keep(journal)
    document.clock.go(HOURS.values[1])
    document.clock.play()
    document.clock.tick(0.5)
    assert [act["new"] for act in journal.acts] == ["2026-08-01T01:00:00Z"]
    document.clock.pause()
    assert journal.acts[-1]["new"] == "2026-08-01T03:00:00Z"
    assert len(document.history.entries) == 1


def test_removing_the_layer_the_clock_stood_in_is_one_line_with_the_new_moment():
    document, journal = Document(), Recorder()
    layer = MeshLayer(id="m", source="a.nc")
    document.add(layer)
    opened(document, layer)
    document.keep(journal)
    document.remove(layer)
    assert document.clock.now is None
    assert len(journal.acts) == 1
    assert journal.acts[0]["commands"][1]["new"] is None


def test_a_shift_of_a_layers_time_moves_the_span_of_the_clock():
    document = Document()
    layer = MeshLayer(id="m", source="a.nc")
    document.add(layer)
    opened(document, layer)
    document.set(layer, "time_shift_h", 2.0)
    assert document.clock.start == HOURS.values[2]
    document.undo()
    assert document.clock.start == HOURS.values[0]


# ------------------------------------------------------------------------ small parts
def test_values_without_a_json_form_are_refused_by_name():
    for value in (float("nan"), float("inf"), object(), {1, 2}, b"bytes"):
        with pytest.raises(EditError, match="cannot be kept"):
            plain({"a": [value]})
    assert plain({1: (1, 2.5, None, True, "x")}) == {"1": [1, 2.5, None, True, "x"]}


def test_a_command_of_an_unknown_type_or_without_its_parts_is_an_error():
    for data in ({}, {"type": "Explode"}, {"type": "MoveLayer", "old": 1}, {"type": "EditFeatures", "edit": 5}):
        with pytest.raises(DataError):
            command_from_dict(data)


def test_the_json_form_of_a_layer_names_its_kind():
    assert layer_to_dict(MeshLayer())["kind"] == "mesh"
