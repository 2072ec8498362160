"""Fault switches: each does what it says, as often as it says, in every process."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from sandbox.faults import KINDS
from tests.sandbox.caller import Caller, Clock, Serve


def switch_on(caller: Caller, kind: str, **options: Any) -> dict[str, Any]:
    answer = caller.session.post(f"{caller.server.root}/sandbox/api/faults", json={"kind": kind, **options}, timeout=10)
    assert answer.status_code == 201, answer.text
    fault: dict[str, Any] = answer.json()
    return fault


def switched_on(caller: Caller) -> list[dict[str, Any]]:
    faults: list[dict[str, Any]] = caller.session.get(f"{caller.server.root}/sandbox/api/faults", timeout=10).json()[
        "data"
    ]
    return faults


def test_all_are_off_at_first(caller: Caller) -> None:
    assert switched_on(caller) == []


def test_too_many_requests(caller: Caller) -> None:
    switch_on(caller, "rate_limited", amount=7, count=1)
    refused = caller.post("/jobs", {"name": "Fence"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert caller.journal() == []
    assert caller.post("/jobs", {"name": "Fence"}).status_code == 201


@pytest.mark.parametrize("status", [500, 502, 503])
def test_server_errors(caller: Caller, status: int) -> None:
    switch_on(caller, "server_error", amount=status, count=2)
    assert [caller.patch("/jobs/job_1", {"city": f"{n}"}).status_code for n in range(3)] == [status, status, 200]
    assert len(caller.journal()) == 1


@pytest.mark.parametrize(("kind", "effects"), [("drop_before", 0), ("drop_after", 1)])
def test_a_connection_that_is_closed(caller: Caller, kind: str, effects: int) -> None:
    switch_on(caller, kind, method="POST", path="/jobs", count=1)
    with pytest.raises(requests.ConnectionError):
        caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a")
    assert len(caller.journal(action="create")) == effects
    again = caller.post("/jobs", {"name": "Fence"}, Idempotency_Key="a")
    assert again.headers.get("Idempotent-Replayed") == ("true" if effects else None)
    assert len(caller.journal(action="create")) == 1


def test_slow_answers(caller: Caller) -> None:
    switch_on(caller, "latency", amount=0.3, count=1)
    with pytest.raises(requests.Timeout):
        caller.session.get(f"{caller.server.url}/jobs", timeout=0.05)
    assert caller.get("/jobs").status_code == 200


def test_a_wrong_clock(serve: Serve) -> None:
    caller = serve(clock=Clock(1_775_000_000))
    switch_on(caller, "clock_skew", amount=90)
    answer = caller.post("/jobs", {"name": "Fence"})
    assert answer.headers["Date"] == "Tue, 31 Mar 2026 23:34:50 GMT"
    assert answer.json()["updated_at"] == "2026-03-31T23:34:50.000000Z"


def test_a_clock_that_lags_never_gives_a_stamp_twice(serve: Serve) -> None:
    caller = serve(clock=Clock(1_775_000_000))
    first = caller.post("/jobs", {"name": "Fence"}).json()
    switch_on(caller, "clock_skew", amount=-3600)
    assert caller.post("/jobs", {"name": "Fence"}).json()["updated_at"] > first["updated_at"]


def test_a_coarse_clock_gives_many_records_one_stamp(serve: Serve) -> None:
    clock = Clock(1_775_000_007)
    caller = serve(clock=clock)
    switch_on(caller, "coarse_clock", amount=60)
    stamps = {caller.post("/jobs", {"name": f"Fence {n}"}).json()["updated_at"] for n in range(5)}
    assert stamps == {"2026-03-31T23:33:00.000000Z"}
    found = caller.all("/jobs", updated_since=stamps.pop(), sort="updated_at", limit=2)
    assert [job["name"] for job in found] == [f"Fence {n}" for n in range(5)]
    clock.now += 60
    assert caller.post("/jobs", {"name": "Deck"}).json()["updated_at"] == "2026-03-31T23:34:00.000000Z"


def test_lists_that_come_to_know_late(serve: Serve) -> None:
    clock = Clock(1_775_000_000)
    caller = serve(clock=clock)
    before = caller.all("/jobs", limit=200)
    moved = caller.get("/jobs/job_3").json()
    moment = "2026-03-31T23:33:19Z"
    switch_on(caller, "late_lists", amount=30)
    new = caller.post("/jobs", {"name": "Fence"}).json()
    for city in ("Golden", "Boulder"):
        now = caller.patch("/jobs/job_3", {"city": city}).json()
    assert caller.all("/jobs", limit=200) == before
    assert caller.all("/jobs", name="Fence") == []
    assert caller.all("/jobs", updated_since=moment) == []
    assert caller.all("/jobs", id="job_3") == [moved]
    assert caller.all("/jobs", city="Boulder", id="job_3") == []
    assert caller.get(f"/jobs/{new['id']}").json() == new
    assert caller.get("/jobs/job_3").json() == now
    clock.now += 31
    assert [job["id"] for job in caller.all("/jobs", updated_since=moment)] == [new["id"], "job_3"]
    assert caller.all("/jobs", id="job_3", city="Boulder") == [now]


def test_a_change_is_seen_late_but_a_filter_still_holds(serve: Serve) -> None:
    clock = Clock(1_775_000_000)
    caller = serve(clock=clock)
    job = caller.post("/jobs", {"name": "Fence", "customer_id": "cus_1", "tax_exempt": True}).json()
    clock.now += 60
    caller.patch(f"/jobs/{job['id']}", {"city": "Golden"})
    switch_on(caller, "late_lists", amount=30)
    found = caller.all("/jobs", name="Fence", customer_id="cus_1", tax_exempt="true", city="")
    assert found == []
    assert caller.all("/jobs", name="Fence", customer_id="cus_1", tax_exempt="true", billing_city="") == [job]


def test_filters_choose_the_requests(caller: Caller) -> None:
    switch_on(caller, "server_error", method="get", path="/jobs/*")
    assert caller.get("/jobs/job_1").status_code == 500
    assert caller.get("/jobs").status_code == 200
    assert caller.patch("/jobs/job_1", {"city": "X"}).status_code == 200
    assert caller.get("/customers/cus_1").status_code == 200


def test_a_probability_is_about_right(caller: Caller) -> None:
    switch_on(caller, "server_error", probability=0.5)
    statuses = [caller.get("/job-types/typ_1").status_code for _ in range(200)]
    assert 50 < statuses.count(500) < 150


def test_a_count_is_shared_by_all_processes(serve: Serve) -> None:
    pair = [serve() for _ in range(2)]
    switch_on(pair[0], "server_error", count=3)
    assert [pair[turn % 2].get("/jobs").status_code for turn in range(5)] == [500, 500, 500, 200, 200]
    assert switched_on(pair[1]) == []


def test_a_key_that_does_not_work_is_told_first(caller: Caller) -> None:
    switch_on(caller, "server_error", count=1)
    assert caller.call("GET", "/jobs", headers={"Authorization": "Bearer x"}).status_code == 401
    assert caller.get("/jobs").status_code == 500


def test_switching_off(caller: Caller) -> None:
    first, second = (switch_on(caller, "server_error", path=path) for path in ("/jobs", "/contacts"))
    root = f"{caller.server.root}/sandbox/api/faults"
    assert caller.session.delete(f"{root}/{first['id']}", timeout=10).json() == {"switched_off": 1}
    assert switched_on(caller) == [second]
    assert caller.session.delete(root, timeout=10).json() == {"switched_off": 1}
    assert caller.get("/contacts").status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "gremlins"}, "kind"),
        ({"kind": 5}, "kind"),
        ({"kind": "latency", "amount": -1}, "amount"),
        ({"kind": "latency", "amount": 1e9}, "amount"),
        ({"kind": "latency", "amount": "long"}, "amount"),
        ({"kind": "server_error", "amount": 200}, "amount"),
        ({"kind": "latency", "probability": 0}, "probability"),
        ({"kind": "latency", "probability": 1.5}, "probability"),
        ({"kind": "latency", "count": 0}, "count"),
        ({"kind": "latency", "count": 1.5}, "count"),
        ({"kind": "latency", "count": True}, "count"),
        ({"kind": "latency", "until": "noon"}, "until"),
    ],
)
def test_what_cannot_be_switched_on(visitor: Caller, body: Any, field: str) -> None:
    answer = visitor.session.post(f"{visitor.server.root}/sandbox/api/faults", json=body, timeout=10)
    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == [field]


def test_only_json_is_taken(visitor: Caller) -> None:
    body = json.dumps({"kind": "latency"})
    answer = visitor.session.post(f"{visitor.server.root}/sandbox/api/faults", data=body, timeout=10)
    assert answer.status_code == 415


def test_every_kind_can_be_switched_on_as_it_is(caller: Caller) -> None:
    for kind, told in KINDS.items():
        assert switch_on(caller, kind)["amount"] == (told.usual if told.amount else 0)
