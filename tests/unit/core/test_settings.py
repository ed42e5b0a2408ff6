"""Settings survive newer programs, broken files and wrong values."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.core.settings import RECENT_LIMIT, Settings, folder, home


def write(text: str) -> None:
    (home() / "settings.json").write_text(text, encoding="utf-8")


def test_there_are_defaults_where_nothing_was_saved():
    found = Settings.load()
    assert (found.language, found.theme, found.utc_offset_hours) == ("", "system", 8.0)


def test_what_was_saved_is_loaded():
    Settings(language="zh", person="张工", recent=["a.haitang"]).save()
    found = Settings.load()
    assert (found.language, found.person, found.recent) == ("zh", "张工", ["a.haitang"])


def test_fields_of_a_newer_program_survive_a_round_trip():
    write('{"version": 1, "theme": "dark", "from_the_future": {"a": [1]}}')
    found = Settings.load()
    found.language = "zh"
    found.save()
    kept = json.loads((home() / "settings.json").read_text("utf-8"))
    assert kept["from_the_future"] == {"a": [1]}
    assert kept["theme"] == "dark"


def test_a_wrong_field_gets_its_default_and_the_others_stay():
    write('{"theme": "dark", "memory_mb": "much", "utc_offset_hours": 99, "recent": 5}')
    found = Settings.load()
    assert found.theme == "dark"
    assert (found.memory_mb, found.utc_offset_hours, found.recent) == (2048, 8.0, [])


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '"text"', "[" * 5000])
def test_a_file_that_is_no_settings_is_kept_aside(text: str):
    write(text)
    assert Settings.load() == Settings()
    assert (home() / "settings.broken.json").read_text("utf-8") == text
    assert not (home() / "settings.json").exists()


def test_a_wrong_value_is_refused_when_it_is_set():
    found = Settings()
    with pytest.raises(ValidationError):
        found.theme = "pink"  # pyright: ignore[reportAttributeAccessIssue]


def test_the_newest_file_comes_first_and_none_comes_twice():
    found = Settings()
    for number in range(20):
        found.remember(f"{number}.haitang")
    found.remember("15.haitang")
    assert found.recent[:3] == ["15.haitang", "19.haitang", "18.haitang"]
    assert len(found.recent) == len(set(found.recent)) == RECENT_LIMIT
    found.forget("19.haitang")
    assert "19.haitang" not in found.recent


def test_the_folders_lie_below_the_named_home(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HAITANG_HOME", str(tmp_path / "new" / "home"))
    assert home() == tmp_path / "new" / "home"
    assert folder("cache").is_dir()
    assert folder("cache").parent == home()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*Settings.model_fields, "else"]), JSON))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_no_json_object_keeps_the_program_from_starting(data):
    write(json.dumps(data))
    Settings.load().save()
    assert Settings.load() == Settings.load()
