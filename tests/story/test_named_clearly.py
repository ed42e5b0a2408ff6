"""What strangers stumbled over: names, missing files, and words of the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from app.__main__ import main as program
from app.cli import main
from app.core import workspace
from app.core.document import Document
from app.core.language import set_language
from app.core.recovery import recoverable
from app.shell.recover_dialog import session_text
from layers.raster import RasterLayer
from layers.vector import VectorLayer
from tests.realdata import ROOT

FLOOD = ROOT / "resources" / "sample" / "flood.nc"


@pytest.fixture(autouse=True)
def english():
    set_language("en")
    yield
    set_language("en")


def lost_workspace(folder):
    document = Document()
    document.add(RasterLayer(name="Ground", source=str(folder / "ground.tif")))
    document.add(VectorLayer(name="Sketch", source="memory:"))
    path = folder / "w.haitang"
    workspace.save(document, path)
    return path


def test_info_of_a_workspace_lists_each_missing_file_and_where_it_was_looked_for(tmp_path, capsys):
    assert main(["info", str(lost_workspace(tmp_path)), "--json"]) == 0
    (warned,) = json.loads(capsys.readouterr().out)["warnings"]
    assert warned["code"] == "source_missing"
    assert "Ground" in warned["what"]
    assert str(tmp_path / "ground.tif") in warned["what"]


@pytest.mark.parametrize("view", ["map", "window"])
def test_a_picture_of_a_workspace_without_its_files_is_refused_in_one_sentence(tmp_path, capsys, qapp, view):
    path, out = lost_workspace(tmp_path), tmp_path / "a.png"
    assert program(["shot", str(path), "--view", view, "--out", str(out)]) == 3
    told = capsys.readouterr().err
    assert told.count(str(tmp_path / "ground.tif")) == 1
    assert told.count(str(path)) == 1
    assert not out.exists()


def test_a_near_miss_names_the_command_meant_and_where_all_are_listed(capsys):
    assert program(["inof"]) == 2
    assert "Did you mean haitang info? haitang --help lists all commands." in capsys.readouterr().err


@pytest.mark.parametrize(("language", "word"), [("zh", "网格面"), ("en", "faces")])
def test_a_language_is_taken_before_the_command_too(capsys, monkeypatch, language, word):
    monkeypatch.setenv("HAITANG_LANGUAGE", "en")
    assert main(["--lang", language, "info", str(FLOOD)]) == 0
    assert word in capsys.readouterr().out


def test_a_form_is_not_asked_of_a_picture_without_a_window(tmp_path, capsys):
    words = ["shot", str(FLOOD), "--tool", "data.clip", "--out", str(tmp_path / "a.png")]
    assert program(words) == 2
    assert "--view window" in capsys.readouterr().err


def test_a_picture_in_a_folder_that_is_not_there_is_refused_without_numbers_of_the_system(tmp_path, capsys, qapp):
    assert program(["shot", str(FLOOD), "--out", str(tmp_path / "no" / "a.png")]) == 3
    told = capsys.readouterr().err
    assert "the folder does not exist" in told
    assert "Errno" not in told


def test_one_of_a_thing_is_not_counted_as_many(tmp_path, capsys):
    file = tmp_path / "one.geojson"
    place = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [121, 30]}}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [place]}), encoding="utf-8")
    assert main(["info", str(file)]) == 0
    assert "1 feature\n" in capsys.readouterr().out


KILLED = """
import os, sys
from app.core.document import Document
from app.core.journal import begin_session
from layers.vector import VectorLayer
document = Document()
journal = begin_session(document)
document.add(VectorLayer(name=sys.argv[1], source="memory:"))
document.set(document.layers[0], "name", sys.argv[2])
os._exit(9)
"""


def test_sessions_offered_for_recovery_are_told_apart_by_their_last_act_and_number_of_acts():
    for names in (("dyke", "North dyke"), ("dyke", "South dyke")):
        subprocess.run([sys.executable, "-c", KILLED, *names], cwd=ROOT, env=os.environ, check=False)
    texts = [session_text(session, 8.0) for session in recoverable()]
    assert len(set(texts)) == 2
    assert all("2 acts" in text for text in texts)
    assert sum("Rename dyke to North dyke" in text for text in texts) == 1
