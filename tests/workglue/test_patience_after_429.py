"""After a 429 the whole process waits as long as it was asked to, and not for ever."""

from __future__ import annotations

import threading
from email.utils import formatdate

import pytest

from hub.errors import RateLimited
from hub.timed import Timeouts
from tests.workglue.callers import NOW, Clock, ServeFaulty, client_of
from tests.workglue.faulty import Talk


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17),
        ({"Retry-After": " 2.5 "}, 2.5),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "99999999"}, 3600),
        ({"Retry-After": formatdate(NOW + 40, usegmt=True)}, 40),
        ({"Retry-After": formatdate(NOW - 40, usegmt=True)}, 1),
        ({"Retry-After": formatdate(5000, usegmt=True), "Date": formatdate(4990, usegmt=True)}, 10),
        ({"X-RateLimit-Reset": "9"}, 9),
        ({"X-RateLimit-Reset": str(int(NOW) + 12)}, 12),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "8"}, 8),
        ({"Retry-After": "nan"}, 30),
        ({"Retry-After": "-5"}, 30),
        ({"Retry-After": "inf"}, 30),
        ({"Retry-After": "1e9"}, 30),
        ({}, 30),
    ],
)
def test_the_wait_is_what_the_api_asks_for(faulty: ServeFaulty, headers: dict[str, str], seconds: float) -> None:
    server = faulty(lambda talk: talk.answer(429, {}, headers))
    with pytest.raises(RateLimited) as caught:
        client_of(server.url).get("jobs", "job_1")
    assert caught.value.retry_after == pytest.approx(seconds)


def test_one_429_holds_all_calls_back_until_its_time_is_over(faulty: ServeFaulty) -> None:
    answers = iter([429, 200, 200])

    def answer(talk: Talk) -> None:
        talk.answer(next(answers), {"id": "job_1"}, {"Retry-After": "20"})

    server = faulty(answer)
    clock = Clock()
    client = client_of(server.url, clock=clock)
    with pytest.raises(RateLimited):
        client.create("jobs", {"name": "x"}, key="k")
    clock.now += 15
    for call in (lambda: client.get("jobs", "job_1"), lambda: list(client.pages("jobs")), client.catalogue):
        with pytest.raises(RateLimited) as caught:
            call()
        assert caught.value.retry_after is not None
        assert 5 <= caught.value.retry_after <= 6, "what is left, and a little jitter"
    assert len(server.requests) == 1, "nobody hammers"
    clock.now += 5
    assert client.get("jobs", "job_1")["id"] == "job_1"


def test_of_two_waits_the_longer_one_counts(faulty: ServeFaulty) -> None:
    both_are_here, first_is_told = threading.Barrier(2), threading.Event()

    def answer(talk: Talk) -> None:
        both_are_here.wait(5)
        if talk.request.target.endswith("long"):
            talk.answer(429, {}, {"Retry-After": "300"})
        else:
            first_is_told.wait(5)
            talk.answer(429, {}, {"Retry-After": "2"})

    client = client_of(faulty(answer).url, timeouts=Timeouts())
    waits = {}

    def call(record_id: str) -> None:
        with pytest.raises(RateLimited) as caught:
            client.get("jobs", record_id)
        waits[record_id] = caught.value.retry_after
        first_is_told.set()

    threads = [threading.Thread(target=call, args=(name,)) for name in ("long", "short")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits == {"long": 300, "short": 2}
    with pytest.raises(RateLimited) as caught:
        client.get("jobs", "later")
    assert caught.value.retry_after is not None
    assert caught.value.retry_after >= 300
