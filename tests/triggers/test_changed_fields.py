"""Two looks at a record are compared by what their JSON says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.triggers.poll import changed_fields

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.dictionaries(st.sampled_from(["name", "stage_id", "contact_ids", "custom_fields", "zip"]), VALUES)


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({"name": "a"}, {"name": "a"}, ()),
        ({"name": "a"}, {"name": "A"}, ("name",)),
        ({"name": "a"}, {"name": "a "}, ("name",)),
        ({"b": 1, "a": 1}, {"a": 2, "b": 2}, ("a", "b")),
        ({"name": "a"}, {}, ("name",)),
        ({}, {"name": "a"}, ("name",)),
        ({"name": None}, {}, ()),
        ({}, {"name": None}, ()),
        ({"name": ""}, {}, ("name",)),
        ({"tax_exempt": False}, {}, ("tax_exempt",)),
        ({"tax_exempt": False}, {"tax_exempt": 0}, ("tax_exempt",)),
        ({"tax_exempt": True}, {"tax_exempt": 1}, ("tax_exempt",)),
        ({"n": 1}, {"n": 1.0}, ()),
        ({"n": 1}, {"n": "1"}, ("n",)),
        ({"custom_fields": {"a": 1, "b": 2}}, {"custom_fields": {"b": 2, "a": 1}}, ()),
        ({"custom_fields": {"a": 1}}, {"custom_fields": {"a": 1, "b": None}}, ()),
        ({"custom_fields": {"a": {"b": None}}}, {"custom_fields": {"a": {}}}, ()),
        ({"custom_fields": {"a": 1}}, {"custom_fields": {"a": 2}}, ("custom_fields",)),
        ({"custom_fields": {}}, {"custom_fields": None}, ("custom_fields",)),
        ({"positions": ["a", "b"]}, {"positions": ["b", "a"]}, ("positions",)),
        ({"positions": ["a"]}, {"positions": ["a", "a"]}, ("positions",)),
        ({"contact_ids": ["1", "2"]}, {"contact_ids": ["2", "1"]}, ()),
        ({"contact_ids": ["1", "2"]}, {"contact_ids": ["1", "3"]}, ("contact_ids",)),
        ({"contact_ids": ["1", "1", "2"]}, {"contact_ids": ["1", "2", "2"]}, ("contact_ids",)),
        ({"contact_ids": []}, {}, ("contact_ids",)),
        ({"x": [{"a": None, "b": 1}]}, {"x": [{"b": 1}]}, ()),
        ({"x": {"y_ids": [1, 2]}}, {"x": {"y_ids": [2, 1]}}, ()),
        (None, {"name": "a", "zip": None}, ("name",)),
        (None, {}, ()),
    ],
)
def test_what_counts_as_a_change(before: Any, after: Any, fields: tuple[str, ...]) -> None:
    assert changed_fields(before, after, ignore=frozenset()) == fields


def test_ignored_fields_never_count() -> None:
    before, after = {"updated_at": "1", "name": "a"}, {"updated_at": "2", "name": "b"}
    assert changed_fields(before, after, ignore=frozenset({"updated_at"})) == ("name",)
    assert changed_fields(None, after, ignore=frozenset({"updated_at", "name"})) == ()


@given(RECORDS)
def test_a_record_has_not_changed_from_itself(record: dict[str, Any]) -> None:
    assert changed_fields(record, json.loads(json.dumps(record))) == ()
    shuffled = dict(reversed(record.items()))
    assert changed_fields(record, shuffled) == ()


@given(RECORDS, RECORDS)
def test_a_change_and_its_way_back_are_the_same_fields(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert changed_fields(before, after) == changed_fields(after, before)
    assert set(changed_fields(before, after)) <= {*before, *after}


@given(RECORDS, RECORDS)
def test_taking_the_changed_fields_over_leaves_no_change(before: dict[str, Any], after: dict[str, Any]) -> None:
    taken = {**before, **{name: after.get(name) for name in changed_fields(before, after)}}
    assert changed_fields(taken, after) == ()
