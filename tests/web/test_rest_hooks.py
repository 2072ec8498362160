"""REST hooks: a program subscribes by the API, gets what it asked for, signed, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from standardwebhooks import Webhook

from hub.model import RunStatus
from hub.services import Services
from hub.services.subscriptions import FAILURES, MOST_OF_A_TOKEN
from hub.store.subscribers import SubscriptionState
from hub.web import create_app
from tests.web.conftest import Time
from tests.web.program import Program, happen, make_token, work
from tests.workglue.faulty import Faulty, Talk

JOB: dict[str, Any] = {"id": "job-1", "name": "Grüße", "amount": 12, "stage_id": "s2", "stage": {"name": "Won"}}
URL = "https://zap.example.com/in?k=1"


@pytest.fixture
def services(make_services: Callable[..., Services]) -> Services:
    """Services that may call this machine."""
    services = make_services(HUB_ALLOWED_PRIVATE_HOSTS="127.0.0.1")
    services.publish_recipes()
    return services


@pytest.fixture
def program(app: Flask, services: Services) -> Program:
    """A program that may subscribe."""
    return Program(app, make_token(services))


class Receiver(Faulty):
    """A program's address. `answers` are the statuses that it gives, the last one again and again."""

    def __init__(self) -> None:
        super().__init__(self._take)
        self.answers = [200]

    def _take(self, talk: Talk) -> None:
        talk.answer(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])

    @property
    def got(self) -> list[dict[str, Any]]:
        """The bodies that came."""
        return [each.json for each in self.requests]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An address on this machine."""
    with Receiver() as receiver:
        yield receiver


def test_a_subscription_gets_what_it_asked_for_signed(
    services: Services, receiver: Receiver, app: Flask, clock: Time
) -> None:
    clock.now = time.time()
    program = Program(app, make_token(services))
    hook = program.subscribe(receiver.url, "jobs.created")
    assert len(happen(services, "jobs.created", JOB, changed=["name"])) == 1
    assert happen(services, "jobs.updated", JOB) == []
    assert happen(services, "contacts.created", {"id": "c"}) == []
    work(services)
    (request,) = receiver.requests
    body = Webhook(hook["secret"]).verify(request.body, dict(request.headers))
    assert body["type"] == "jobs.created"
    assert body["data"] == {"record": JOB, "before": None, "changed": ["name"]}
    assert set(body) == {"type", "timestamp", "data"}
    shown = program.hook(hook["id"])
    assert shown["last_delivery"]["status"] == "succeeded"
    assert (shown["waiting"], shown["failures"], shown["state"]) == (0, 0, "active")


def test_the_answer_says_what_is_kept_and_the_secret_once(program: Program) -> None:
    hook = program.subscribe(URL, "jobs.created", "jobs.deleted", fields=["id", "name"], where="record.name == 'a'")
    assert hook["secret"].startswith("whsec_")
    shown = program.hook(hook["id"])
    assert shown == {name: value for name, value in hook.items() if name != "secret"}
    assert (shown["url"], shown["events"]) == (URL, ["jobs.created", "jobs.deleted"])
    assert (shown["where"], shown["fields"], shown["last_delivery"]) == ("record.name == 'a'", ["id", "name"], None)
    assert program.call("GET", "/hooks").json == {"hooks": [shown]}


def test_the_same_request_again_is_the_same_subscription(program: Program, services: Services) -> None:
    first = program.subscribe(URL, "jobs.created", "jobs.updated")
    again = program.subscribe(URL, "jobs.updated", "jobs.created", "jobs.updated", status=200)
    assert again["id"] == first["id"]
    assert "secret" not in again
    others = [
        program.subscribe(URL, "jobs.created"),
        program.subscribe(URL + "2", "jobs.created", "jobs.updated"),
        program.subscribe(URL, "jobs.created", "jobs.updated", where="record.id"),
        Program(program.client.application, make_token(services)).subscribe(URL, "jobs.created", "jobs.updated"),
    ]
    assert len({first["id"], *(each["id"] for each in others)}) == 5


def test_a_stage_that_changes_is_told_once_under_its_own_name(
    program: Program, services: Services, receiver: Receiver
) -> None:
    program.subscribe(receiver.url, "job.stage_changed", "jobs.updated")
    before = {**JOB, "stage_id": "s1", "stage": {"name": "Lead"}}
    assert len(happen(services, "jobs.updated", JOB, before=before, changed=["amount", "stage_id"])) == 1
    assert len(happen(services, "jobs.updated", JOB, before=before, changed=["amount"])) == 1
    work(services)
    assert sorted(each["type"] for each in receiver.got) == ["job.stage_changed", "jobs.updated"]
    only = program.subscribe(f"{receiver.url}/only", "job.stage_changed")
    happen(services, "jobs.updated", JOB, before=before, changed=["amount"])
    assert program.hook(only["id"])["waiting"] == 0


def test_only_the_fields_that_are_named_are_sent(program: Program, services: Services, receiver: Receiver) -> None:
    program.subscribe(receiver.url, "jobs.created", "jobs.updated", fields=["id", "name", "po_number"])
    happen(services, "jobs.created", JOB)
    work(services)
    happen(services, "jobs.updated", JOB, before={**JOB, "name": "Old"})
    work(services)
    created, updated = (each["data"] for each in receiver.got)
    assert (created["record"], created["before"]) == ({"id": "job-1", "name": "Grüße", "po_number": None}, None)
    assert updated["before"] == {"id": "job-1", "name": "Old", "po_number": None}


def test_only_what_the_condition_wants_is_sent(program: Program, services: Services) -> None:
    program.subscribe(URL, "jobs.created", where="record.name != 'x' and record.stage.name == 'Won'")
    assert len(happen(services, "jobs.created", JOB)) == 1
    assert happen(services, "jobs.created", {**JOB, "name": "x"}) == []


def test_without_the_scope_nothing_can_be_done(app: Flask, services: Services, program: Program) -> None:
    hook = program.subscribe(URL)
    other = Program(app, make_token(services, "read", "run"))
    for method, path in [
        ("GET", "/hooks"),
        ("POST", "/hooks"),
        ("GET", "/hook-events"),
        ("GET", f"/hooks/{hook['id']}"),
        ("DELETE", f"/hooks/{hook['id']}"),
        ("PATCH", f"/hooks/{hook['id']}"),
        ("POST", f"/hooks/{hook['id']}/test"),
    ]:
        assert other.call(method, path).status_code == 403, path


def test_a_token_sees_only_its_own_and_an_admin_all(app: Flask, services: Services, program: Program) -> None:
    hook = program.subscribe(URL)
    stranger, admin = Program(app, make_token(services)), Program(app, make_token(services, "admin"))
    for method, path in [("GET", ""), ("DELETE", ""), ("PATCH", ""), ("POST", "/test")]:
        assert stranger.call(method, f"/hooks/{hook['id']}{path}").status_code == 404
    assert stranger.call("GET", "/hooks").json == {"hooks": []}
    assert [each["id"] for each in admin.call("GET", "/hooks").json["hooks"]] == [hook["id"]]
    assert admin.call("DELETE", f"/hooks/{hook['id']}").status_code == 204


def test_the_names_of_the_events_are_told(program: Program) -> None:
    events = program.call("GET", "/hook-events").json["events"]
    assert {"jobs.created", "jobs.updated", "jobs.deleted", "contacts.created", "job.stage_changed"} <= set(events)


def test_unsubscribing_ends_it_with_what_waits(program: Program, services: Services, receiver: Receiver) -> None:
    hook = program.subscribe(receiver.url)
    (run,) = happen(services, "jobs.created", JOB)
    assert program.call("DELETE", f"/hooks/{hook['id']}").status_code == 204
    assert program.call("DELETE", f"/hooks/{hook['id']}").status_code == 404
    assert program.call("GET", f"/hooks/{hook['id']}").status_code == 404
    assert happen(services, "jobs.created", JOB) == []
    work(services)
    assert receiver.requests == []
    page = services.views.run(run)
    assert page is not None
    assert (page.run.status, page.run.reason) == (RunStatus.CANCELLED, "The subscription is over.")
    assert services.ledger.secret_names() == []
    assert program.subscribe(receiver.url)["id"] != hook["id"], "it may come back, as a new one"


def test_what_happens_during_a_pause_is_not_sent(program: Program, services: Services, receiver: Receiver) -> None:
    hook = program.subscribe(receiver.url)
    answer = program.call("PATCH", f"/hooks/{hook['id']}", {"state": "paused"})
    assert (answer.json["state"], answer.json["note"]) == ("paused", "Paused by token Zap.")
    assert happen(services, "jobs.created", JOB) == []
    assert program.subscribe(receiver.url, status=200)["state"] == "paused", "asking again does not resume it"
    assert program.call("PATCH", f"/hooks/{hook['id']}", {"state": "active"}).json["note"] == ""
    assert len(happen(services, "jobs.created", JOB)) == 1
    for state in ("ended", "deleted", "", 7, None):
        assert program.call("PATCH", f"/hooks/{hook['id']}", {"state": state}).status_code == 422


def test_a_sample_arrives_past_the_condition_and_the_pause(
    program: Program, services: Services, receiver: Receiver
) -> None:
    hook = program.subscribe(receiver.url, "job.stage_changed", where="record.name == 'nobody'")
    program.call("PATCH", f"/hooks/{hook['id']}", {"state": "paused"})
    answer = program.call("POST", f"/hooks/{hook['id']}/test")
    assert answer.status_code == 202
    work(services)
    (body,) = receiver.got
    assert body["type"] == "job.stage_changed"
    assert body["data"]["record"]["id"] == "sample"
    assert "stage_id" in body["data"]["record"]
    page = services.views.run(answer.json["run"])
    assert page is not None
    assert page.run.status is RunStatus.SUCCEEDED
    program.call("POST", f"/hooks/{hook['id']}/test")
    work(services)
    assert len(receiver.requests) == 2


@pytest.mark.parametrize("event", ["jobs.created", "jobs.updated", "jobs.deleted", "contacts.created"])
def test_a_sample_is_called_as_the_first_event(
    program: Program, services: Services, receiver: Receiver, event: str
) -> None:
    hook = program.subscribe(receiver.url, event)
    program.call("POST", f"/hooks/{hook['id']}/test")
    work(services)
    assert [each["type"] for each in receiver.got] == [event]


def test_a_fault_of_the_receiver_is_tried_again_under_the_same_id(
    program: Program, services: Services, receiver: Receiver, clock: Time
) -> None:
    receiver.answers = [500, 503, 200]
    hook = program.subscribe(receiver.url)
    happen(services, "jobs.created", JOB)
    for _ in range(3):
        work(services)
        clock.now += 60
    assert [each.headers["webhook-id"] for each in receiver.requests] == [
        receiver.requests[0].headers["webhook-id"]
    ] * 3
    assert len({each.body for each in receiver.requests}) == 1
    assert len({each.headers["webhook-signature"] for each in receiver.requests}) == 3
    assert program.hook(hook["id"])["last_delivery"]["status"] == "succeeded"


def test_a_receiver_that_is_gone_ends_it(program: Program, services: Services, receiver: Receiver) -> None:
    receiver.answers = [410]
    hook = program.subscribe(receiver.url)
    happen(services, "jobs.created", JOB)
    work(services)
    assert services.tend_subscriptions() == 1
    shown = program.hook(hook["id"])
    assert (shown["state"], shown["note"]) == ("ended", "The receiver said that it is gone (410).")
    assert happen(services, "jobs.created", JOB) == []
    for method, path, body in [("PATCH", "", {"state": "active"}), ("POST", "/test", None)]:
        answer = program.call(method, f"/hooks/{hook['id']}{path}", body)
        assert (answer.status_code, answer.json["error"]["code"]) == (409, "ended")
    assert program.subscribe(receiver.url)["id"] != hook["id"]


def test_many_failures_over_a_day_pause_it(
    program: Program, services: Services, receiver: Receiver, clock: Time
) -> None:
    receiver.answers = [404]
    hook = program.subscribe(receiver.url)

    def fail(times: int) -> None:
        for _ in range(times):
            happen(services, "jobs.created", JOB)
        work(services)

    fail(FAILURES - 1)
    clock.now += 86_400
    assert services.tend_subscriptions() == 0, "one failure too few"
    receiver.answers = [200]
    fail(1)
    receiver.answers = [404]
    clock.now += 1
    fail(FAILURES)
    clock.now += 86_399
    assert services.tend_subscriptions() == 0, "one arrived in between, and the day is not over"
    clock.now += 1
    assert services.tend_subscriptions() == 1
    shown = program.hook(hook["id"])
    assert (shown["state"], shown["failures"]) == ("paused", 0)
    assert "20 deliveries in a row have failed" in shown["note"]
    program.call("PATCH", f"/hooks/{hook['id']}", {"state": "active"})
    assert services.tend_subscriptions() == 0, "the failures before do not count any more"
    row = services.views.audit_log().items[1]
    assert (row.who, row.what, row.after["state"]) == ("the hub", "subscription.change", "paused")


def test_a_revoked_token_pauses_its_subscriptions(
    app: Flask, program: Program, services: Services, clock: Time
) -> None:
    hook = program.subscribe(URL)
    kept = Program(app, make_token(services)).subscribe(URL)
    services.ledger.revoke_token(program.token.split("_")[1], by="ana", now=clock.now)
    assert len(happen(services, "jobs.created", JOB)) == 1
    states = {each.subscription.id: each.subscription for each in services.views.subscriptions()}
    assert states[hook["id"]].state is SubscriptionState.PAUSED
    assert states[hook["id"]].note == "Its token was revoked."
    assert states[kept["id"]].state is SubscriptionState.ACTIVE


def test_a_token_has_only_so_many(program: Program, services: Services) -> None:
    for number in range(MOST_OF_A_TOKEN):
        services.subscribe(_token(services), url=f"{URL}{number}", events=["jobs.created"])
    answer = program.call("POST", "/hooks", {"url": URL, "events": ["jobs.created"]})
    assert answer.status_code == 422
    assert "can have no more" in answer.json["error"]["message"]
    assert program.subscribe(f"{URL}0", status=200)["state"] == "active", "those that are there are still found"


def test_publishing_the_folder_leaves_subscriptions_alone(program: Program, services: Services) -> None:
    hook = program.subscribe(URL)
    services.publish_recipes()
    assert len(happen(services, "jobs.created", JOB)) == 1
    assert not [each for each in services.views.recipes(removed=True) if each.recipe_id == hook["id"]]
    assert not services.ledger.switch(hook["id"], on=False, by="ana", now=services.clock())


def test_its_own_secret_signs(program: Program, services: Services, receiver: Receiver, clock: Time) -> None:
    clock.now = time.time()
    secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
    assert program.subscribe(receiver.url, secret=secret)["secret"] == secret
    happen(services, "jobs.created", JOB)
    work(services)
    (request,) = receiver.requests
    Webhook(secret).verify(request.body, dict(request.headers))


def test_neither_the_history_nor_the_database_shows_the_secret(
    program: Program, services: Services, receiver: Receiver
) -> None:
    hook = program.subscribe(receiver.url)
    (run,) = happen(services, "jobs.created", JOB)
    work(services)
    assert hook["secret"] not in str(services.views.run(run))
    assert hook["secret"].encode() not in (services.home / "hub.db").read_bytes()


def test_a_worker_that_knew_the_secrets_before_knows_the_new_one(
    program: Program, services: Services, receiver: Receiver
) -> None:
    services.secrets()
    program.subscribe(receiver.url)
    happen(services, "jobs.created", JOB)
    work(services)
    assert len(receiver.requests) == 1


def test_it_works_without_any_recipe_folder_of_its_own(
    make_services: Callable[..., Services], receiver: Receiver
) -> None:
    fresh = make_services(HUB_ALLOWED_PRIVATE_HOSTS="127.0.0.1")
    program = Program(create_app(fresh), make_token(fresh))
    program.subscribe(receiver.url)
    happen(fresh, "jobs.created", JOB)
    work(fresh)
    assert len(receiver.requests) == 1


def _token(services: Services) -> Any:
    return services.views.tokens()[0]
