"""A caller can say which state of a record it knows: nothing is sent again, and nothing is overwritten unseen."""

from __future__ import annotations

import pytest

from tests.sandbox.caller import Caller


def test_what_has_not_changed_is_not_sent_again(caller: Caller) -> None:
    for path in ("/jobs/job_3", "/jobs?limit=5"):
        tag = caller.get(path).headers["ETag"]
        again = caller.call("GET", path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    tag = caller.get("/jobs/job_3").headers["ETag"]
    caller.patch("/jobs/job_3", {"city": "Elsewhere"})
    assert caller.call("GET", "/jobs/job_3", headers={"If-None-Match": tag}).status_code == 200


def test_a_write_answers_the_tag_of_the_new_state(caller: Caller) -> None:
    made = caller.post("/jobs", {"name": "Fence"})
    address = f"/jobs/{made.json()['id']}"
    assert made.headers["ETag"] == caller.get(address).headers["ETag"]
    changed = caller.patch(address, {"city": "Golden"})
    assert changed.headers["ETag"] == caller.get(address).headers["ETag"] != made.headers["ETag"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_change_of_an_outdated_state_is_refused(caller: Caller, method: str) -> None:
    body = {"city": "Mine"} if method == "PATCH" else None
    old = caller.get("/jobs/job_3").headers["ETag"]
    caller.patch("/jobs/job_3", {"city": "Theirs"})
    refused = caller.call(method, "/jobs/job_3", json=body, headers={"If-Match": old})
    assert (refused.status_code, refused.json()["error"]["code"]) == (412, "changed_meanwhile")
    assert caller.get("/jobs/job_3").json()["city"] == "Theirs"
    fresh = caller.get("/jobs/job_3").headers["ETag"]
    assert caller.call(method, "/jobs/job_3", json=body, headers={"If-Match": f'"other", {fresh}'}).ok


def test_any_state_will_do_for_a_star(caller: Caller) -> None:
    assert caller.call("PATCH", "/jobs/job_3", json={"city": "X"}, headers={"If-Match": "*"}).status_code == 200
    assert caller.call("PATCH", "/jobs/job_999", json={"city": "X"}, headers={"If-Match": "*"}).status_code == 404


def test_a_body_that_cannot_be_accepted_is_told_first(caller: Caller) -> None:
    answer = caller.call("PATCH", "/jobs/job_3", json={"city": 5}, headers={"If-Match": '"old"'})
    assert answer.status_code == 422
