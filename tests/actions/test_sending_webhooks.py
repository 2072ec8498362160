"""`webhook.send`: what the receiver gets, how it knows a repeat, and what each answer means."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from standardwebhooks import Webhook

from hub.actions.outside import Outside
from hub.actions.webhooks import make_id
from hub.errors import NotFound, Permanent, RateLimited, StepError, Transient
from hub.timed import Timeouts
from tests.actions.step import NOW, Step
from tests.workglue.faulty import Faulty, Talk

ServeFaulty = Callable[[Callable[[Talk], None]], Faulty]
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
DATA = {"record": {"name": "Grüße 🎨", "amount": 12.5}, "before": None}


@pytest.fixture
def step() -> Step:
    return Step(web=Outside(["127.0.0.1"], Timeouts(connect=0.5, read=0.3, total=0.8)))


def send(step: Step, server: Faulty | str, **more: Any) -> Any:
    url = server if isinstance(server, str) else f"{server.url}/in?canary=1"
    return step.do("webhook.send", **{"url": url, "secret": SECRET, "type": "job.won", "data": DATA, **more})


def failure(step: Step, server: Faulty | str, **more: Any) -> StepError:
    with pytest.raises(StepError) as caught:
        send(step, server, **more)
    assert "canary" not in str(caught.value.as_dict())
    return caught.value


def test_the_receiver_can_verify_what_it_gets(faulty: ServeFaulty, step: Step) -> None:
    server = faulty(lambda talk: talk.answer(204))
    step.moment = time.time()
    outcome = send(step, server)
    (got,) = server.requests
    assert (got.method, got.target, got.headers["content-type"]) == ("POST", "/in?canary=1", "application/json")
    assert Webhook(SECRET).verify(got.body, dict(got.headers)) == {
        "type": "job.won",
        "timestamp": "2026-03-20T09:46:40.000Z",
        "data": DATA,
    }
    assert outcome.output == {"status": 204, "id": got.headers["webhook-id"]}
    assert outcome.note == "204 from 127.0.0.1"
    assert step.intents == 1


def test_a_repeat_has_the_same_id_and_body_under_a_new_signature(faulty: ServeFaulty, step: Step) -> None:
    server = faulty(lambda talk: talk.answer(200))
    send(step, server)
    step.moment = NOW + 600
    send(step, server)
    first, second = server.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == make_id(step.key)
    assert first.body == second.body
    stamps = [each.headers["webhook-timestamp"] for each in (first, second)]
    assert stamps == [f"{NOW:.0f}", f"{NOW + 600:.0f}"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    step.key = "run_2/step"
    send(step, server)
    assert server.requests[2].headers["webhook-id"] != first.headers["webhook-id"]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2026-03-31T08:00:00-05:00", "2026-03-31T13:00:00.000Z"),
        ("2026-03-31T08:00:00.25Z", "2026-03-31T08:00:00.250Z"),
        ("2026-03-31", "2026-03-31T00:00:00.000Z"),
    ],
)
def test_the_moment_can_be_given(faulty: ServeFaulty, step: Step, given: str, sent: str) -> None:
    server = faulty(lambda talk: talk.answer(200))
    send(step, server, timestamp=given)
    assert server.requests[0].json["timestamp"] == sent


def test_half_characters_arrive_as_json_writes_them(faulty: ServeFaulty, step: Step) -> None:
    server = faulty(lambda talk: talk.answer(200))
    send(step, server, data={"name": "\\\ud83d\\"})
    assert json.loads(server.requests[0].body) == {**server.requests[0].json, "data": {"name": "\\\ud83d\\"}}


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (302, Permanent),
        (400, Permanent),
        (401, Permanent),
        (404, Permanent),
        (408, Transient),
        (409, Transient),
        (410, NotFound),
        (425, Transient),
        (429, RateLimited),
        (500, Transient),
        (503, Transient),
    ],
)
def test_an_answer_has_one_meaning(faulty: ServeFaulty, step: Step, status: int, meaning: type[StepError]) -> None:
    elsewhere = faulty(lambda talk: talk.answer(200))
    server = faulty(lambda talk: talk.answer(status, b"no", {"Location": elsewhere.url, "Retry-After": "77"}))
    error = failure(step, server)
    assert type(error) is meaning
    assert (error.status, error.detail) == (status, "no")
    if isinstance(error, Transient):
        assert error.retry_after == 77
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "behave",
    [
        lambda talk: talk.stopping.wait(5),
        lambda talk: talk.drip(b"HTTP/1.1 200 OK" * 99),
        lambda talk: talk.reset(),
        lambda talk: talk.close(),
    ],
)
def test_without_an_answer_it_may_be_sent_again(
    faulty: ServeFaulty, step: Step, behave: Callable[[Talk], None]
) -> None:
    step.web = _Hasty(["127.0.0.1"])
    error = failure(step, faulty(behave))
    assert type(error) is Transient
    assert "goes out again under the same id" in str(error)


def test_a_private_address_is_not_called(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(200))
    error = failure(Step(web=Outside()), server)
    assert type(error) is Permanent
    assert "private address" in str(error)
    assert server.requests == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"secret": "canary"}, "not one of Standard Webhooks"),
        ({"secret": ""}, "not one of Standard Webhooks"),
        ({"secret": "whsec_"}, "damaged or cut off"),
        ({"secret": "whsec_canary!"}, "damaged or cut off"),
        ({"type": "job won"}, "cannot be the type"),
        ({"type": "job."}, "cannot be the type"),
        ({"type": "x" * 101}, "cannot be the type"),
        ({"timestamp": "tomorrow"}, "is no moment"),
        ({"data": "x" * (1024 * 1024)}, "larger than 1024 KiB"),
        ({"url": "ftp://127.0.0.1"}, "must start with http"),
    ],
)
def test_what_cannot_be_sent_is_refused(faulty: ServeFaulty, step: Step, more: dict[str, Any], says: str) -> None:
    server = faulty(lambda talk: talk.answer(200))
    error = failure(step, server, **more)
    assert type(error) is Permanent
    assert says in str(error)
    assert server.requests == []


class _Hasty(Outside):
    """Waits only for a moment, whatever the action says."""

    def request(self, method: str, url: str, **options: Any) -> Any:
        return super().request(method, url, **{**options, "timeout": 0.3})
