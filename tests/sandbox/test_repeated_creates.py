"""A create with an idempotency key happens once, however often it is sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.caller import Caller, Clock, Serve


def test_the_same_key_and_body_give_the_same_answer(caller: Caller) -> None:
    first = caller.post("/jobs", {"name": "Fence", "city": "Denver"}, Idempotency_Key="run-1/step-1")
    again = caller.post("/jobs", {"city": "Denver", "name": "Fence"}, Idempotency_Key="run-1/step-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert [row["idempotency_key"] for row in caller.journal(action="create")] == ["run-1/step-1"]


def test_the_answer_stays_even_when_the_record_changed(caller: Caller) -> None:
    first = caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a").json()
    caller.delete(f"/jobs/{first['id']}")
    assert caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a").json() == first


def test_the_same_key_for_something_else_is_refused(caller: Caller) -> None:
    caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a")
    for path, body in (("/jobs", {"name": "Deck"}), ("/customers", {"name": "Fence"})):
        answer = caller.post(path, body, Idempotency_Key="a")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_key_reused")


def test_a_refused_create_uses_no_key_up(caller: Caller) -> None:
    assert caller.post("/jobs", {"name": ""}, Idempotency_Key="a").status_code == 422
    assert caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a").status_code == 201


def test_after_a_day_the_key_is_forgotten(serve: Serve) -> None:
    clock = Clock(1_774_900_000)
    caller = serve(clock=clock)
    first = caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a").json()
    clock.now += 24 * 3600 - 1
    assert caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a").json() == first
    clock.now += 2
    assert caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a").json()["id"] != first["id"]


def test_ten_at_once_make_one(serve: Serve) -> None:
    pair = [serve() for _ in range(2)]
    with ThreadPoolExecutor(10) as pool:
        made = list(
            pool.map(
                lambda n: pair[n % 2].post("/jobs", {"name": "Fence"}, Idempotency_Key="a").json()["id"], range(10)
            )
        )
    assert len(set(made)) == 1
    assert len(pair[0].journal(action="create")) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "two words"])
def test_a_key_that_is_none_is_refused(caller: Caller, key: str) -> None:
    answer = caller.post("/jobs", {"name": "Fence"}, Idempotency_Key=key)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_idempotency_key")


def test_changes_and_deletes_note_the_key_they_came_with(caller: Caller) -> None:
    caller.call("PATCH", "/jobs/job_1", json={"city": "X"}, headers={"Idempotency-Key": "b"})
    caller.call("DELETE", "/jobs/job_1", headers={"Idempotency-Key": "c"})
    assert [row["idempotency_key"] for row in caller.journal()] == ["b", "c"]
