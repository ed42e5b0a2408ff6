"""Class tables: their numbers, their honesty, and who confirmed them."""

from __future__ import annotations

import json

import pytest

from app.core import classes
from app.core.audit import default_log
from app.core.classes import (
    broken_tables,
    confirm,
    is_pending,
    restore,
    save,
    shipped,
    source_text,
    table,
    tables,
    title,
)
from app.core.language import set_language
from app.core.settings import folder
from layers.errors import DataError
from layers.style import ClassBreak

SHIPPED = {
    "depth_sl483", "velocity", "arrival", "duration", "waterlogging_shanghai_notice", "waterlogging_shanghai_extended",
    "waterlogging_traffic", "depth_riskmap", "depth_inasafe", "warning_four",
}  # fmt: skip


def test_the_tables_of_the_handbook_are_there_with_their_sources():
    found = tables()
    assert set(found) == SHIPPED
    for one in found.values():
        classes.check(one)
        assert one.source
        assert one.title_zh
        assert one.title_en
        assert one.version == "1"
        assert not one.confirmed_by


@pytest.mark.parametrize(
    ("name", "limits", "colours"),
    [
        ("depth_sl483", [0.01, 0.5, 1, 2, 3], "b3ccff 8099ff 5980ff 2673f2 004dcc"),
        ("velocity", [None, 0.2, 0.5, 1, 2], "ffffbe ffd37f ffaa00 e64c00 a80000"),
        ("arrival", [None, 3, 6, 12, 24, 48], "d7191c fd8d3c fecc5c ffffb2 abdda4 2b83ba"),
        ("duration", [None, 12, 24, 72, 168], "edf8fb b3cde3 8c96c6 8856a7 810f7c"),
        ("waterlogging_traffic", [None, 15, 27, 40, 60], None),
        ("waterlogging_shanghai_notice", [15, 30], None),
        ("waterlogging_shanghai_extended", [15, 30, 50, 80], None),
        ("depth_inasafe", [0, 0.1, 0.7, 1.5], None),
        ("depth_riskmap", [None, 0.5, 1, 2], None),
        ("warning_four", [1, 2, 3, 4], "e60000 ff8000 ffe600 0070ff"),
    ],
)
def test_the_classes_are_those_of_the_handbook(name: str, limits: list[float], colours: str | None):
    shown = table(name).classes
    assert [part.minimum for part in shown] == limits
    assert [part.maximum for part in shown[:-1]] == limits[1:]
    if colours:
        assert [part.colour for part in shown] == [f"#{colour}" for colour in colours.split()]


def test_only_tables_whose_source_was_read_are_not_pending():
    settled = {name for name, one in tables().items() if not is_pending(one)}
    assert settled == {"depth_sl483", "waterlogging_shanghai_notice", "depth_riskmap", "depth_inasafe"}


def test_a_pending_table_says_so_in_both_languages():
    assert title(table("velocity")) == "Flow velocity (to be confirmed)"
    set_language("zh")
    assert title(table("velocity")) == "洪水流速（待核）"
    assert title(table("depth_sl483")) == "淹没水深(SL 483)"
    assert "SL 483-2017" in source_text(table("depth_sl483"))
    assert "分级" in source_text(table("depth_sl483"))


def test_a_named_person_confirms_a_table_for_this_user_and_the_audit_log_says_so():
    confirmed = confirm(table("velocity"), " 张工 ")
    assert (confirmed.confirmed_by, is_pending(confirmed), is_pending(table("velocity"))) == ("张工", False, False)
    assert confirmed.confirmed_at.startswith("20")
    assert json.loads(default_log().read_text("utf-8"))["person"] == "张工"
    assert shipped("velocity").confirmed_by == ""  # type: ignore[union-attr]


def test_nobody_confirms_without_a_name_or_what_is_not_in_force():
    with pytest.raises(DataError, match="named person"):
        confirm(table("velocity"), "  ")
    with pytest.raises(DataError, match="was changed"):
        confirm(table("velocity").model_copy(update={"units": "knots"}), "张工")


def test_a_changed_table_gets_the_next_version_and_is_no_longer_confirmed():
    confirm(table("velocity"), "张工")
    first = table("velocity")
    parts = (first.classes[0].model_copy(update={"colour": "#ffffff"}), *first.classes[1:])
    changed = save(first.model_copy(update={"classes": parts}))
    assert (changed.version, is_pending(table("velocity"))) == ("1.user1", True)
    again = save(changed.model_copy(update={"title_en": "Speed"}))
    assert again.version == "1.user2"
    assert save(again) == again


def test_taking_a_change_back_brings_the_shipped_table_and_its_confirmation():
    confirm(table("velocity"), "张工")
    save(table("velocity").model_copy(update={"units": "knots"}))
    back = restore("velocity")
    assert back is not None
    assert (back.units, back.confirmed_by) == ("m/s", "张工")


def test_a_table_of_the_users_own_is_kept_with_fields_of_a_newer_program():
    own = table("velocity").model_copy(update={"id": "my_speeds", "glow": 1})
    assert save(own).id == "my_speeds"
    assert (table("my_speeds").model_extra or {})["glow"] == 1
    assert shipped("my_speeds") is None
    assert restore("my_speeds") is None


def test_classes_that_overlap_or_are_empty_are_refused():
    base = table("velocity")
    for parts in (
        (),
        (ClassBreak(minimum=1, maximum=1),),
        (ClassBreak(minimum=0, maximum=2), ClassBreak(minimum=1, maximum=3)),
        (ClassBreak(minimum=0), ClassBreak(minimum=1, maximum=3)),
    ):
        with pytest.raises(DataError, match="velocity"):
            save(base.model_copy(update={"classes": parts}))


def test_an_id_cannot_lead_out_of_the_folder():
    with pytest.raises(DataError, match="letters"):
        save(table("velocity").model_copy(update={"id": "../../evil"}))


def test_a_broken_file_of_the_user_is_named_and_hides_no_other(monkeypatch: pytest.MonkeyPatch):
    (folder("class_tables") / "a.json").write_text("{", encoding="utf-8")
    (folder("class_tables") / "b.json").write_text('{"id":"velocity","title_zh":"","title_en":""}', encoding="utf-8")
    (folder("class_tables") / "confirmations.json").write_text("[1]", encoding="utf-8")
    assert set(tables()) == SHIPPED
    assert {error.where.rpartition("/")[2] or error.where for error in broken_tables()} >= {"a.json"}
    assert len(broken_tables()) == 2


def test_an_unknown_table_is_an_error_that_lists_the_known_ones():
    with pytest.raises(DataError, match="depth_sl483"):
        table("depths")
