"""Which records start a recipe: the right resource, the right kind of news, the right change."""

from __future__ import annotations

from typing import Any

import pytest

from hub.triggers.changes import means
from hub.triggers.poll import TRIGGER, changed_fields, matches
from tests.triggers.samples import event, trigger

LEAD = {"id": "s1", "name": "Good Lead", "category": "sales"}
WON = {"id": "s2", "name": "Won - Needs Schedule", "category": "active"}
ANA = {"id": "e1", "first_name": "Ana", "last_name": "Ruiz"}


def job(stage: dict[str, Any] = LEAD, **fields: Any) -> dict[str, Any]:
    return {"id": "j1", "stage_id": stage["id"], "stage": stage, "contact_ids": ["c1"], **fields}


def starts(before: dict[str, Any] | None, after: dict[str, Any], kind: str = "updated", **options: Any) -> bool:
    raw_before = {name: value for name, value in (before or {}).items() if name not in ("stage", "sales_person")}
    raw_after = {name: value for name, value in after.items() if name not in ("stage", "sales_person")}
    changed = changed_fields(raw_before if before else None, raw_after)
    data = {"record": after, "before": before, "changed": list(changed)}
    return matches(trigger("poll", resource="jobs", **options), event(f"jobs.{kind}", data))


def test_resource_and_kind() -> None:
    assert starts(job(), job(name="x"))
    assert starts(None, job(), "created")
    assert not starts(job(), job(), "deleted")
    assert starts(job(), job(), "deleted", events=["deleted"])
    assert not starts(None, job(), "created", events=["updated"])
    assert not matches(trigger("poll", resource="jobs"), event("customers.updated", {}))
    assert not matches(trigger("poll", resource="jobs"), event("webhook", {}))
    assert TRIGGER.matches is matches


@pytest.mark.parametrize("listed", [["stage"], ["stage_id"], "stage", ["name", "stage"], ("stage.category",)])
def test_a_listed_field_changed(listed: Any) -> None:
    assert starts(job(LEAD), job(WON), changed=listed)
    assert not starts(job(LEAD), job(LEAD, zip="1"), changed=listed)


def test_several_references_are_named_without_ids() -> None:
    assert starts(job(), job() | {"contact_ids": ["c1", "c2"]}, changed=["contact"])
    assert not starts(job() | {"contact_ids": ["a", "b"]}, job() | {"contact_ids": ["b", "a"]}, changed=["contact"])


def test_a_dotted_path_looks_into_what_is_expanded() -> None:
    other_sales = {"id": "s9", "name": "Long-term", "category": "sales"}
    assert not starts(job(LEAD), job(other_sales), changed=["stage.category"])
    assert starts(job(LEAD), job(other_sales), changed=["stage.name"])
    assert starts(job(), job(custom_fields={"color": "red"}), changed=["custom_fields.color"])
    assert not starts(job(), job(custom_fields={"other": "red"}), changed=["custom_fields.color"])
    assert not starts(job(), job(zip="1"), changed=["nothing.there"])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"stage.category": {"from": "sales", "to": "active"}}, True),
        ({"stage.category": {"from": "active"}}, False),
        ({"stage.category": {"to": "closed"}}, False),
        ({"stage.category": {"to": ["closed", "active"]}}, True),
        ({"stage.category": {}}, True),
        ({"stage.category": None}, True),
        ({"stage.category": {"to": "Active"}}, False),
        ({"stage": {"to": "Won - Needs Schedule"}}, True),
        ({"stage": {"from": "Good Lead"}}, True),
        ({"stage": {"to": "s2"}}, True),
        ({"stage_id": {"to": "s2"}}, True),
        ({"stage": {"to": "won - needs schedule"}}, False),
        ({"stage": {"to": None}}, False),
        ({"zip": {"to": "1"}, "stage": {"to": "s2"}}, True),
        ({"zip": {"to": "1"}}, False),
    ],
)
def test_from_and_to(rule: dict[str, Any], expected: bool) -> None:
    assert starts(job(LEAD), job(WON), changed=rule) is expected


def test_to_counts_only_when_the_field_changed() -> None:
    assert not starts(job(WON), job(WON, zip="1"), changed={"stage": {"to": "s2"}})


def test_from_nothing_and_to_nothing() -> None:
    assert starts(job(), job(start_date="2026-12-01"), changed={"start_date": {"from": None}})
    assert not starts(
        job(start_date="2026-11-30"), job(start_date="2026-12-01"), changed={"start_date": {"from": None}}
    )
    assert starts(job(start_date="2026-11-30"), job(), changed={"start_date": {"to": None}})


def test_a_new_record_has_changed_from_nothing() -> None:
    assert starts(None, job(WON), "created", changed={"stage.category": {"to": "active"}})
    assert not starts(None, job(WON), "created", changed={"stage.category": {"from": "sales", "to": "active"}})
    assert starts(None, job(start_date="2026-12-01"), "created", changed=["start_date"])
    assert not starts(None, job(), "created", changed=["start_date"])


def test_a_deleted_record_needs_no_change() -> None:
    assert starts(job(), job(), "deleted", events=["updated", "deleted"], changed=["stage"])


@pytest.mark.parametrize(
    ("value", "wanted", "expected"),
    [
        ("5", 5, True),
        (5, "5", True),
        (5.0, "5", True),
        ("5.0", 5, True),
        ("5.50", 5.5, True),
        ("-3", -3, True),
        ("05", 5, False),
        ("05401", 5401, False),
        ("5", "5.0", False),
        ("5", "05", False),
        (" 5", 5, False),
        ("1e2", 100, False),
        ("٥", 5, False),
        (0.1, "0.1", True),
        (10**30, str(10**30), True),
        (True, True, True),
        (True, "true", True),
        ("true", True, True),
        (True, 1, False),
        (1, True, False),
        (False, 0, False),
        (False, None, False),
        (None, None, True),
        (None, "", False),
        ("", None, False),
        (None, "none", False),
        ("Good Lead", "good lead", False),
        ("Good Lead", "Good Lead", True),
        ("a", ["b", "a"], True),
        ("a", [], False),
        (None, ["a", None], True),
        (["a", "b"], "b", True),
        (["a", "b"], "c", False),
        ([], None, False),
        (ANA, "Ana Ruiz", True),
        (ANA, "e1", True),
        (ANA, "Ruiz", False),
        ({"id": 7}, "7", True),
        ({}, "x", False),
    ],
)
def test_what_a_value_means(value: Any, wanted: Any, expected: bool) -> None:
    assert means(value, wanted) is expected
