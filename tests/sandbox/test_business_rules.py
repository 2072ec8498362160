"""Rules that belong to painting contractors: unique names, stages, who still needs a record."""

from __future__ import annotations

import pytest

from tests.sandbox.caller import Caller


def test_a_customers_name_is_unique(caller: Caller) -> None:
    first = caller.post("/customers", {"name": "Elm Street HOA"}).json()
    answer = caller.post("/customers", {"name": " Elm Street HOA "})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "already_taken")
    assert first["id"] in error["fields"]["name"]
    other = caller.post("/customers", {"name": "Oak Street HOA"}).json()
    assert caller.patch(f"/customers/{other['id']}", {"name": "Elm Street HOA"}).status_code == 409
    assert caller.patch(f"/customers/{first['id']}", {"name": "Elm Street HOA", "phone": "1"}).status_code == 200


def test_a_customer_is_american_unless_told_otherwise(caller: Caller) -> None:
    assert caller.post("/customers", {"name": "One"}).json()["billing_country"] == "US"
    assert caller.post("/customers", {"name": "Two", "billing_country": "CA"}).json()["billing_country"] == "CA"


def stage(caller: Caller, name: str) -> str:
    identifier: str = caller.get("/job-stages", name=name).json()["data"][0]["id"]
    return identifier


def test_an_opportunity_that_becomes_a_job_reaches_quickbooks(caller: Caller) -> None:
    job = caller.post("/jobs", {"name": "Fence", "stage_id": stage(caller, "PaintScout Estimating")}).json()
    assert job["quickbooks_id"] is None
    won = caller.patch(f"/jobs/{job['id']}", {"stage_id": stage(caller, "Accepted by Customer")}).json()
    assert won["quickbooks_id"]
    _, update, moved = caller.journal(record_id=job["id"])
    assert (update["action"], update["after"]["quickbooks_id"]) == ("update", won["quickbooks_id"])
    assert moved["action"] == "stage"
    assert moved["before"] == {"stage": "PaintScout Estimating", "category": "sales"}
    assert moved["after"] == {"stage": "Accepted by Customer", "category": "active"}
    lost = caller.patch(f"/jobs/{job['id']}", {"stage_id": stage(caller, "Closed - Did not bid")}).json()
    again = caller.patch(f"/jobs/{job['id']}", {"stage_id": stage(caller, "Reopened")}).json()
    assert lost["quickbooks_id"] == again["quickbooks_id"] == won["quickbooks_id"]


def test_a_move_within_sales_reaches_no_quickbooks(caller: Caller) -> None:
    job = caller.post("/jobs", {"name": "Fence"}).json()
    moved = caller.patch(f"/jobs/{job['id']}", {"stage_id": stage(caller, "Good Lead")}).json()
    assert moved["quickbooks_id"] is None
    assert [row["action"] for row in caller.journal(record_id=job["id"])] == ["create", "update", "stage"]


def test_a_job_made_in_an_active_stage_is_in_quickbooks(caller: Caller) -> None:
    assert caller.post("/jobs", {"name": "Fence", "stage_id": stage(caller, "Active")}).json()["quickbooks_id"]


def test_a_customer_with_jobs_is_not_deleted(caller: Caller) -> None:
    customer = caller.post("/customers", {"name": "Elm Street HOA"}).json()
    jobs = [caller.post("/jobs", {"name": f"Job {n}", "customer_id": customer["id"]}).json() for n in range(7)]
    answer = caller.delete(f"/customers/{customer['id']}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "in_use")
    assert f"Job 0 ({jobs[0]['id']})" in answer.json()["error"]["message"]
    assert "and 2 more" in answer.json()["error"]["message"]
    for job in jobs:
        caller.delete(f"/jobs/{job['id']}")
    assert caller.delete(f"/customers/{customer['id']}").status_code == 204


@pytest.mark.parametrize("role", ["primary_contact_id", "billing_contact_id"])
def test_a_contact_with_a_role_on_a_job_is_not_deleted(caller: Caller, role: str) -> None:
    contact = caller.post("/contacts", {"first_name": "Ann"}).json()
    job = caller.post("/jobs", {"name": "Fence", role: contact["id"]}).json()
    answer = caller.delete(f"/contacts/{contact['id']}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "in_use")
    assert job["id"] in answer.json()["error"]["message"]
    caller.patch(f"/jobs/{job['id']}", {role: None})
    assert caller.delete(f"/contacts/{contact['id']}").status_code == 204
    assert caller.get(f"/jobs/{job['id']}").json()["contact_ids"] == []


@pytest.mark.parametrize("role", ["primary_contact_id", "secondary_contact_id"])
def test_a_main_contact_of_a_customer_is_not_deleted_or_unlinked(caller: Caller, role: str) -> None:
    contact = caller.post("/contacts", {"first_name": "Ann"}).json()
    customer = caller.post("/customers", {"name": "Elm Street HOA", role: contact["id"]}).json()
    assert customer["contact_ids"] == [contact["id"]]
    assert customer["id"] in caller.delete(f"/contacts/{contact['id']}").json()["error"]["message"]
    answer = caller.patch(f"/contacts/{contact['id']}", {"customer_ids": []})
    assert answer.status_code == 422
    assert "Elm Street HOA" in answer.json()["error"]["fields"]["customer_ids"]


def test_people_who_sign_in_need_an_address_and_numbers_are_unique(caller: Caller) -> None:
    assert caller.patch("/employees/emp_5", {"email": None}).json()["error"]["fields"].keys() == {"email"}
    assert caller.patch("/employees/emp_16", {"email": None}).status_code == 200
    taken = caller.get("/employees/emp_6").json()
    for field in ("mobile", "email"):
        answer = caller.patch("/employees/emp_5", {field: taken[field]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "already_taken")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"system_role": "King"}, "system_role"),
        ({"system_role": None}, "system_role"),
        ({"positions": ["Juggler"]}, "positions"),
        ({"positions": []}, "positions"),
        ({"positions": ["Supervisor", "Supervisor"]}, "positions"),
        ({"availability_days": ["Someday"]}, "availability_days"),
        ({"kind": "sub"}, "kind"),
        ({"first_name": ""}, "first_name"),
    ],
)
def test_an_employee_stays_complete(visitor: Caller, body: dict[str, object], field: str) -> None:
    answer = visitor.patch("/employees/emp_5", body)
    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == [field]
