"""Create, read, update and delete: what is accepted, what is refused, and what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.caller import Caller, Clock, Serve


def refused(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["code"] == "validation_failed"
    fields: dict[str, str] = answer.json()["error"]["fields"]
    return fields


def test_a_job_needs_only_a_name(caller: Caller) -> None:
    answer = caller.post("/jobs", {"name": "  Fence at the back  "})
    job = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['id']}"
    assert job["name"] == "Fence at the back"
    assert job["po_number"].startswith("PO-")
    assert caller.get(f"/job-stages/{job['stage_id']}").json()["name"] == "Unqualified Lead"
    assert (job["tax_exempt"], job["contact_ids"], job["custom_fields"]) == (False, [], {})
    assert job["created_at"] == job["updated_at"]
    assert caller.get(f"/jobs/{job['id']}").json() == job


def test_everything_that_is_written_is_read_back(caller: Caller) -> None:
    body = {
        "name": 'Zoë\'s "big" job — 東京 🎨',
        "customer_id": "cus_2",
        "primary_contact_id": "con_3",
        "billing_contact_id": "con_4",
        "contact_ids": ["con_5", "con_3", "con_4"],
        "job_type_id": "typ_2",
        "stage_id": "stg_2",
        "address": "1 Rue de l'Église",
        "zip": "00501",
        "start_date": "2026-04-01",
        "sales_person_id": "emp_5",
        "tax_exempt": True,
        "tax_exempt_reason": "",
        "scope_of_work": " keep my spaces \n" * 500,
        "custom_fields": {"Gate code": "0042", "Crew": 3, "Dogs": ["Rex", "Bo"], "HOA": None},
    }
    job = caller.post("/jobs", body).json()
    assert {name: job[name] for name in body if name != "custom_fields"} == {
        name: value for name, value in body.items() if name != "custom_fields"
    }
    assert job["custom_fields"] == {"Gate code": "0042", "Crew": 3, "Dogs": ["Rex", "Bo"]}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", "", "must not be empty"),
        ("name", "   ", "must not be empty"),
        ("name", None, "must not be empty"),
        ("name", 5, "must be text"),
        ("name", "x" * 256, "is too long"),
        ("name", "a\x00b", "cannot be stored"),
        ("name", "\ud800", "cannot be stored"),
        ("scope_of_work", "x" * 20_001, "is too long"),
        ("customer_id", "cus_999", "no such customer"),
        ("customer_id", "job_1", "no such customer"),
        ("customer_id", 1, "must be an id"),
        ("stage_id", None, "must not be empty"),
        ("stage_id", "stg_99", "no such job stage"),
        ("sales_person_id", "emp_99", "no such employee"),
        ("contact_ids", "con_1", "must be a list of ids"),
        ("contact_ids", None, "must be a list of ids"),
        ("contact_ids", ["con_1", "con_1"], "twice"),
        ("contact_ids", ["con_1", "con_999"], "no such contact"),
        ("contact_ids", ["con_1"] * 101, "too many"),
        ("start_date", "2026-02-30", "must be a date"),
        ("start_date", "20260331", "must be a date"),
        ("start_date", "2026-03-31T00:00:00Z", "must be a date"),
        ("tax_exempt", "true", "must be true or false"),
        ("tax_exempt", 1, "must be true or false"),
        ("tax_exempt", None, "must be true or false"),
        ("custom_fields", [], "must be an object"),
        ("custom_fields", {"a": {"b": 1}}, "something else"),
        ("custom_fields", {"": 1}, "empty"),
        ("custom_fields", {"a": 10**20}, "something else"),
        ("custom_fields", {"a": "\ud800"}, "something else"),
        ("custom_fields", {"\ud800": 1}, "cannot be stored"),
        ("custom_fields", {str(number): 1 for number in range(101)}, "too many"),
        ("id", "job_7", "is read-only"),
        ("po_number", "PO-1", "is read-only"),
        ("latest_job_log", "x", "is read-only"),
        ("quickbooks_id", "x", "is read-only"),
        ("updated_at", "2026-01-01T00:00:00Z", "is read-only"),
        ("colour", "blue", "is not a field of jobs"),
        ("number", 1, "is not a field of jobs"),
    ],
)
def test_a_field_that_cannot_be_accepted_is_named(visitor: Caller, field: str, value: Any, reason: str) -> None:
    for answer in (
        visitor.post("/jobs", {"name": "Fence", field: value}),
        visitor.patch("/jobs/job_1", {field: value}),
    ):
        fields = refused(answer)
        assert list(fields) == [field]
        assert reason in fields[field]
    assert visitor.journal() == []


def test_all_faults_are_told_at_once(visitor: Caller) -> None:
    fields = refused(visitor.post("/jobs", {"zip": 80202, "colour": "blue", "start_date": "soon"}))
    assert set(fields) == {"name", "zip", "colour", "start_date"}


def test_a_patch_changes_only_what_it_names(caller: Caller) -> None:
    before = caller.get("/jobs/job_3").json()
    after = caller.patch("/jobs/job_3", {"city": "Elsewhere", "start_date": None}).json()
    assert (after["city"], after["start_date"]) == ("Elsewhere", None)
    assert after["updated_at"] > before["updated_at"]
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"city", "start_date", "updated_at"}


def test_a_patch_that_changes_nothing_leaves_no_trace(caller: Caller) -> None:
    job = caller.get("/jobs/job_3").json()
    for body in ({}, {"name": job["name"], "stage_id": job["stage_id"], "contact_ids": job["contact_ids"]}):
        assert caller.patch("/jobs/job_3", body).json() == job
    assert caller.journal() == []


def test_custom_fields_are_merged_key_by_key(caller: Caller) -> None:
    job = caller.post("/jobs", {"name": "Fence", "custom_fields": {"a": 1, "b": 2}}).json()
    after = caller.patch(f"/jobs/{job['id']}", {"custom_fields": {"b": None, "c": True}}).json()
    assert after["custom_fields"] == {"a": 1, "c": True}


def test_whoever_has_a_role_is_among_the_contacts(caller: Caller) -> None:
    job = caller.post("/jobs", {"name": "Fence", "primary_contact_id": "con_3", "contact_ids": ["con_9"]}).json()
    assert job["contact_ids"] == ["con_9", "con_3"]
    assert job["id"] in caller.get("/contacts/con_3").json()["job_ids"]
    assert caller.patch(f"/jobs/{job['id']}", {"contact_ids": []}).json()["contact_ids"] == ["con_3"]
    after = caller.patch(f"/jobs/{job['id']}", {"contact_ids": [], "primary_contact_id": None}).json()
    assert after["contact_ids"] == []


def test_contacts_are_linked_from_both_ends(caller: Caller) -> None:
    contact = caller.post("/contacts", {"first_name": "Ann", "customer_ids": ["cus_3", "cus_1"]}).json()
    assert contact["customer_ids"] == ["cus_1", "cus_3"]
    assert caller.get("/customers/cus_3").json()["contact_ids"][-1] == contact["id"]
    assert caller.patch(f"/contacts/{contact['id']}", {"customer_ids": ["cus_3"]}).json()["customer_ids"] == ["cus_3"]
    assert contact["id"] not in caller.get("/customers/cus_1").json()["contact_ids"]
    assert caller.patch(f"/contacts/{contact['id']}", {"customer_ids": []}).json()["customer_ids"] == []


def test_a_contact_may_be_nobody_yet_but_not_have_a_broken_address(caller: Caller) -> None:
    assert caller.post("/contacts", {}).status_code == 201
    assert "email" in refused(caller.post("/contacts", {"email": "ann at example"}))


def test_deleted_is_gone_and_its_id_is_not_given_again(caller: Caller) -> None:
    job = caller.post("/jobs", {"name": "Fence", "contact_ids": ["con_1"]}).json()
    answer = caller.delete(f"/jobs/{job['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert caller.get(f"/jobs/{job['id']}").status_code == 404
    assert caller.delete(f"/jobs/{job['id']}").status_code == 404
    assert job["id"] not in caller.get("/contacts/con_1").json()["job_ids"]
    assert caller.post("/jobs", {"name": "Fence"}).json()["id"] != job["id"]


def test_employees_can_be_changed_but_not_made_or_deleted(caller: Caller) -> None:
    assert caller.patch("/employees/emp_18", {"active": False}).json()["active"] is False
    assert caller.post("/employees", {"first_name": "New"}).status_code == 405
    assert caller.delete("/employees/emp_18").status_code == 405


def test_two_changes_never_have_the_same_stamp(serve: Serve) -> None:
    caller = serve(clock=Clock(1_775_000_000))
    stamps = [caller.post("/contacts", {}).json()["updated_at"] for _ in range(30)]
    assert len(set(stamps)) == 30
    assert stamps == sorted(stamps)
    assert all(len(stamp) == 27 for stamp in stamps)
