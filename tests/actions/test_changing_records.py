"""`create`, `update` and `delete`: what holds already is not written again, and the history says so."""

from __future__ import annotations

from typing import Any

import pytest

from hub.actions.sameness import same, same_contact_detail
from hub.errors import Permanent
from tests.actions.step import Step


@pytest.fixture
def job(step: Step) -> Any:
    """A new job."""
    made = step.do("jobs.create", name="Miller house", stage="Good Lead", zip="78701", tax_exempt=False)
    step.workglue.calls.clear()
    return made.output


def test_create_makes_a_record_from_names(step: Step) -> None:
    outcome = step.do("jobs.create", name="Miller house", stage="Good Lead", sales_person="Marta Whitaker")
    assert outcome.output["stage"]["name"] == "Good Lead"
    assert outcome.output["sales_person"]["first_name"] == "Marta"
    assert outcome.note == f"Created job {outcome.output['id']}"
    assert step.workglue.calls == ["create"]


def test_update_writes_only_what_differs(step: Step, job: Any) -> None:
    outcome = step.do("jobs.update", id=job["id"], stage="Long-term", zip="78702", name="Miller house ")
    assert outcome.output["stage"]["name"] == "Long-term"
    assert outcome.note == "Changed the stage and zip"
    assert step.workglue.calls == ["get", "update stage_id, zip"]


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"stage": "Good Lead"}, "Nothing to change: the stage is already Good Lead"),
        ({"zip": "78701 "}, "Nothing to change: the zip is already 78701 "),
        ({"tax_exempt": False}, "Nothing to change: the tax exempt is already false"),
        ({"sales_person": None}, "Nothing to change: the sales person is already empty"),
        ({"custom_fields": {}}, "Nothing to change: the custom fields are already as wanted"),
        ({"contacts": []}, "Nothing to change: the contacts are already as wanted"),
        ({"stage": "Good Lead", "zip": "78701"}, "Nothing to change: the stage and zip are already as wanted"),
    ],
)
def test_an_update_that_changes_nothing_is_not_sent_and_says_so(
    step: Step, job: Any, fields: dict[str, Any], note: str
) -> None:
    outcome = step.do("jobs.update", id=job["id"], **fields)
    assert outcome.note == note
    assert outcome.output["id"] == job["id"]
    assert step.workglue.calls == ["get"]


def test_what_workglue_writes_itself_is_refused_before_anything_is_sent(step: Step, job: Any) -> None:
    for name in ("po_number", "updated_at", "id"):
        with pytest.raises(Permanent, match=f"{name} is written by Workglue itself"):
            step.do("jobs.create", **{"name": "x", name: "1"})
    with pytest.raises(Permanent, match="kind is written by Workglue itself"):
        step.do("employees.update", id="emp_1", kind="sub")
    assert step.workglue.calls == []


def test_a_write_without_fields_is_refused(step: Step, job: Any) -> None:
    with pytest.raises(Permanent, match="No field of the job is given"):
        step.do("jobs.create")
    with pytest.raises(Permanent, match="No field of the job is given"):
        step.do("jobs.update", id=job["id"])


def test_a_refusal_of_the_api_is_told_in_its_words(step: Step) -> None:
    with pytest.raises(Permanent, match="Workglue refused the new job: name is required"):
        step.do("jobs.create", zip="78701")


def test_delete_takes_a_record_away_once_and_for_all(step: Step, job: Any) -> None:
    assert step.do("jobs.delete", id=job["id"]).note == f"Deleted job {job['id']}"
    step.do("jobs.delete", id=job["id"])


@pytest.mark.parametrize(
    ("held", "wanted", "kind", "expected"),
    [
        ("a", "a", "text", True),
        ("a", " a\n", "text", True),
        ("a", "A", "text", False),
        ("a b", "a  b", "text", False),
        (None, "", "text", True),
        ("", None, "text", True),
        ("a", None, "text", False),
        (None, "a", "text", False),
        (5, 5.0, "number", True),
        (5, "5", "number", False),
        (True, True, "boolean", True),
        (True, 1, "boolean", False),
        (None, False, "boolean", False),
        (["a", "b"], ["b", "a"], "ids", True),
        (["a"], ["a", "b"], "ids", False),
        (["a"], [], "ids", False),
        (None, [], "ids", True),
        ({"a": 1, "b": 2}, {"a": 1}, "object", True),
        ({"a": 1}, {"a": 2}, "object", False),
        ({"a": 1}, {"b": None}, "object", True),
        ({"a": 1}, {"a": None}, "object", False),
        (None, {"a": 1}, "object", False),
    ],
)
def test_when_storing_changes_nothing(held: Any, wanted: Any, kind: str, expected: bool) -> None:
    assert same(held, wanted, kind) is expected


@pytest.mark.parametrize(
    ("field", "held", "wanted", "expected"),
    [
        ("email", "Ana@Example.com", " ana@example.COM ", True),
        ("email", "ana@example.com", "ana@example.org", False),
        ("phone", "(512) 555-0100", "512.555.0100", True),
        ("phone", "+1 512 555 0100", "(512) 555-0100", True),
        ("mobile", "512-555-0100", "512-555-0101", False),
        ("phone", "+48 512 555 010", "512555010", False),
        ("phone", "", "", False),
        ("phone", None, "n/a", False),
    ],
)
def test_when_two_contact_details_are_the_same(field: str, held: Any, wanted: Any, expected: bool) -> None:
    assert same_contact_detail(field, held, wanted) is expected
