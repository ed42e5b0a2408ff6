"""Offsets between vertical datums are kept for the user and approved by name."""

from __future__ import annotations

import json

import pytest

from app.core import offsets
from app.core.audit import default_log
from app.core.settings import home
from layers.errors import DataError
from layers.heights import OffsetRecord

RECORD = OffsetRecord("WUSONG_SH", "CN1985", -1.63, epoch="2020", source="office note 12/2020")


def test_there_are_no_offsets_until_the_user_enters_one():
    assert offsets.records() == []
    offsets.save([RECORD])
    assert offsets.records() == [RECORD]
    assert (home() / "offsets.json").is_file()


def test_a_named_person_approves_one_record_and_the_audit_log_says_so():
    other = OffsetRecord("CN1956", "CN1985", -0.029, source="table")
    offsets.save([other, RECORD])
    approved = offsets.approve(RECORD, " 张工 ")
    assert approved.is_approved
    assert [record.approved_by for record in offsets.records()] == ["", "张工"]
    entry = json.loads(default_log().read_text("utf-8"))
    assert (entry["person"], entry["object"]) == ("张工", "WUSONG_SH → CN1985 -1.63 m")


def test_nothing_is_approved_without_a_name_a_source_or_being_kept():
    offsets.save([RECORD, OffsetRecord("MSL", "CN1985", 0.2)])
    with pytest.raises(DataError, match="named person"):
        offsets.approve(RECORD, "")
    with pytest.raises(DataError, match="source"):
        offsets.approve(OffsetRecord("MSL", "CN1985", 0.2), "张工")
    with pytest.raises(DataError, match="was changed"):
        offsets.approve(OffsetRecord("WUSONG_SH", "CN1985", -1.717, source="elsewhere"), "张工")
    assert not any(record.is_approved for record in offsets.records())
