"""The journal has one row for every change, and can be read from any place."""

from __future__ import annotations

import pytest

from sandbox.records.changing import create_record
from sandbox.records.pen import Pen
from sandbox.resources import CONTACTS
from tests.sandbox.caller import Caller


def test_every_change_is_written_down(caller: Caller) -> None:
    job = caller.post("/jobs", {"name": "Fence"}).json()
    changed = caller.patch(f"/jobs/{job['id']}", {"city": "Golden"}).json()
    caller.delete(f"/jobs/{job['id']}")
    create, update, delete = caller.journal()
    assert [row["actor"] for row in (create, update, delete)] == ["Account"] * 3
    assert (create["action"], create["before"], create["after"]) == ("create", None, job)
    assert update["before"] == {"city": None, "updated_at": job["updated_at"]}
    assert update["after"] == {"city": "Golden", "updated_at": changed["updated_at"]}
    assert (delete["action"], delete["before"], delete["after"]) == ("delete", changed, None)
    assert create["at"] == job["created_at"]


def test_reading_and_refusals_leave_nothing(visitor: Caller) -> None:
    visitor.get("/jobs")
    visitor.post("/jobs", {"name": ""})
    visitor.delete("/customers/cus_999")
    assert visitor.journal() == []


def test_it_is_read_from_a_row_on_and_filtered(caller: Caller) -> None:
    for number in range(5):
        caller.post("/contacts", {"first_name": f"Ann {number}"})
    caller.post("/customers", {"name": "One"})
    rows = caller.journal()
    assert [row["id"] for row in caller.journal(since=rows[2]["id"])] == [row["id"] for row in rows[3:]]
    assert len(caller.journal(resource="contacts", action="create", actor="Account")) == 5
    assert len(caller.journal(limit=2)) == 2
    answer = caller.session.get(f"{caller.server.root}/sandbox/activity", params={"since": rows[-1]["id"]}, timeout=10)
    assert answer.json() == {"data": [], "last_id": rows[-1]["id"]}


@pytest.mark.parametrize("since", ["-5", "99999999999999999999999", "x", ""])
def test_odd_places_are_no_accident(visitor: Caller, since: str) -> None:
    answer = visitor.session.get(f"{visitor.server.root}/sandbox/activity", params={"since": since}, timeout=10)
    assert answer.status_code == 200


def test_a_change_that_fails_half_way_leaves_nothing(caller: Caller) -> None:
    database = caller.server.database
    with pytest.raises(KeyboardInterrupt), database.writing() as connection:
        create_record(Pen(connection, "Office", 0.0), CONTACTS, {"first_name": "Half"})
        raise KeyboardInterrupt
    assert caller.journal() == []
    assert caller.all("/contacts", first_name="Half") == []
    assert caller.post("/contacts", {}).status_code == 201
