"""Edits invert, join, squash and tell when two cannot both be true."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.edits import Change, Edit
from layers.errors import EditConflict, EditError

FEATURE = st.builds(
    lambda x, name: {"geometry": {"type": "Point", "coordinates": [x, 0]}, "properties": {"name": name}},
    st.integers(0, 3),
    st.sampled_from(["河", "闸"]),
)
FEATURES = st.dictionaries(st.integers(1, 5), FEATURE)


@st.composite
def edits(draw, count: int):
    """Features and so many edits, each of which starts where the one before ended."""
    features = start = draw(FEATURES)
    found = []
    for _ in range(count):
        ids = draw(st.sets(st.integers(1, 5)))
        edit = Edit({fid: Change(features.get(fid), draw(st.none() | FEATURE)) for fid in ids})
        features = edit.applied(features)
        found.append(edit)
    return start, found


@given(edits(1))
def test_the_inverse_takes_an_edit_back(case):
    start, (edit,) = case
    assert edit.inverted().applied(edit.applied(start)) == start
    assert edit.inverted().inverted() == edit


@given(edits(2))
def test_two_edits_squashed_do_what_the_two_did(case):
    start, (first, second) = case
    assert first.then(second).applied(start) == second.applied(first.applied(start))


@given(edits(3))
def test_squashing_may_begin_at_either_end(case):
    _, (first, second, third) = case
    assert first.then(second).then(third) == first.then(second.then(third))


@given(edits(1))
def test_an_edit_and_its_inverse_squash_to_nothing(case):
    _, (edit,) = case
    assert edit.then(edit.inverted()) == Edit({})


@given(edits(2))
def test_the_inverse_of_a_squash_is_the_squash_of_the_inverses(case):
    start, (first, second) = case
    back = second.inverted().then(first.inverted())
    assert back.applied(first.then(second).applied(start)) == start


@given(edits(1), edits(1))
def test_edits_conflict_where_they_change_one_feature_to_different_ends(one, other):
    _, (mine,) = one
    _, (theirs,) = other
    found = mine.conflicts(theirs)
    assert sorted(found) == sorted(theirs.conflicts(mine))
    for fid in mine.changes.keys() & theirs.changes.keys():
        assert (fid in found) == (mine.changes[fid].new != theirs.changes[fid].new)


@given(edits(1))
def test_an_edit_leaves_the_features_it_is_given_alone(case):
    start, (edit,) = case
    before = json.dumps(start, sort_keys=True)
    edit.applied(start)
    assert json.dumps(start, sort_keys=True) == before


@given(edits(1))
def test_an_edit_survives_json(case):
    _, (edit,) = case
    assert Edit.from_dict(json.loads(json.dumps(edit.to_dict()))) == edit


def test_an_edit_that_starts_elsewhere_is_refused():
    here, there = {"geometry": None, "properties": {"a": 1}}, {"geometry": None, "properties": {"a": 2}}
    with pytest.raises(EditConflict, match="Feature 1"):
        Edit({1: Change(here, None)}).applied({1: there})
    with pytest.raises(EditConflict, match="Feature 1"):
        Edit({1: Change(None, here)}).applied({1: there})
    with pytest.raises(EditError, match="do not follow"):
        Edit({1: Change(None, here)}).then(Edit({1: Change(there, None)}))
