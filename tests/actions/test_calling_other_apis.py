"""`http.request` and the door behind it: what is sent, what comes back, and what each failure means."""

from __future__ import annotations

import gzip
import logging
import socket
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest

from hub.actions import wire
from hub.actions.outside import Outside
from hub.errors import Conflict, NotFound, Permanent, RateLimited, StepError, Transient, Unknown
from hub.timed import Timeouts
from tests.actions.names import serve_names
from tests.actions.step import NOW, Step
from tests.workglue.faulty import Faulty, Talk

ServeFaulty = Callable[[Callable[[Talk], None]], Faulty]
SENDING = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def step() -> Step:
    return Step(web=Outside(["127.0.0.1"], Timeouts(connect=0.5)))


def failure(step: Step, server: Faulty, **arguments: Any) -> StepError:
    with pytest.raises(StepError) as caught:
        step.do("http.request", **{"url": server.url, "timeout": 0.5, **arguments})
    return caught.value


def test_a_json_answer_is_parsed(faulty: ServeFaulty, step: Step) -> None:
    kind = {"Content-Type": "application/problem+json; charset=utf-8", "X-Request-Id": "7"}
    server = faulty(lambda talk: talk.answer(200, {"name": "Müller"}, kind))
    outcome = step.do(
        "http.request", url=f"{server.url}/path", params={"a": "b c", "yes": True, "many": [1, 2], "no": None}
    )
    assert outcome.output["status"] == 200
    assert outcome.output["body"] == {"name": "Müller"}
    assert outcome.output["headers"]["x-request-id"] == "7"
    assert outcome.note == "200 from 127.0.0.1"
    assert server.requests[0].target == "/path?a=b+c&yes=true&many=1&many=2"
    assert step.intents == 0, "asking changes nothing"


@pytest.mark.parametrize(
    ("body", "headers", "text", "parsed"),
    [
        (b"caf\xe9", {"Content-Type": "text/plain; charset=latin-1"}, "café", None),
        (b"caf\xc3\xa9", {"Content-Type": "text/plain"}, "café", None),
        (b"caf\xe9", {"Content-Type": "text/plain; charset=utf-8"}, "caf\ufffd", None),
        (b"x", {"Content-Type": "text/plain; charset=no-such"}, "x", None),
        (b"{", {"Content-Type": "application/json"}, "{", None),
        (b"NaN", {"Content-Type": "application/json"}, "NaN", None),
        (b"[" * 99_999, {"Content-Type": "application/json"}, "[" * 99_999, None),
        (b"\xef\xbb\xbf[1]", {"Content-Type": "application/json"}, "\ufeff[1]", [1]),
        (b"[1]", {}, "[1]", None),
        (b"", {"Content-Type": "application/json"}, "", None),
        (gzip.compress(b"[1]", mtime=0), {"Content-Type": "application/json", "Content-Encoding": "gzip"}, "[1]", [1]),
    ],
)
def test_an_answer_of_any_kind_is_read(
    faulty: ServeFaulty, step: Step, body: bytes, headers: dict[str, str], text: str, parsed: Any
) -> None:
    server = faulty(lambda talk: talk.answer(200, body, headers))
    output = step.do("http.request", url=server.url).output
    assert (output["text"], output["body"]) == (text, parsed)


@pytest.mark.parametrize(
    ("arguments", "kind", "body"),
    [
        ({"json": {"a": [1, None]}}, "application/json", b'{"a": [1, null]}'),
        ({"json": []}, "application/json", b"[]"),
        (
            {"form": {"a": "b c", "yes": False, "many": ["x", 2]}},
            "application/x-www-form-urlencoded",
            b"a=b+c&yes=false&many=x&many=2",
        ),
        ({"text": "zażółć"}, "text/plain; charset=utf-8", "zażółć".encode()),
        ({"text": "<a/>", "headers": {"content-type": "text/xml"}}, "text/xml", b"<a/>"),
        ({}, None, b""),
    ],
)
def test_a_body_is_sent_as_json_form_or_text(
    faulty: ServeFaulty, step: Step, arguments: dict[str, Any], kind: str | None, body: bytes
) -> None:
    server = faulty(lambda talk: talk.answer(204))
    step.do("http.request", url=server.url, method="post", **arguments)
    request = server.requests[0]
    assert request.method == "POST"
    assert request.headers.get("content-type") == kind
    assert request.body == body
    assert step.intents == 1, "it is recorded before it leaves"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"json": {}, "text": ""}, "Only one of json, form and text"),
        ({"method": "TRACE"}, "is not a method"),
        ({"method": "GET\r\nX: y"}, "is not a method"),
        ({"url": "ftp://example.com"}, "must start with http"),
        ({"url": "http://"}, "address or its content is not valid"),
        ({"url": "http://exa mple.com/secret"}, "address or its content is not valid"),
        ({"url": "http://[::1/secret"}, "address or its content is not valid"),
        ({"json": {"a": float("nan")}}, "address or its content is not valid"),
        ({"headers": {"X-A": "b\r\nX-Evil: c"}}, "The value of the header X-A"),
        ({"headers": {"X-A": "b\nc"}}, "The value of the header X-A"),
        ({"headers": {"X-A\r\nX-Evil": "c"}}, "cannot be the name of a header"),
        ({"headers": {"X A": "c"}}, "cannot be the name of a header"),
        ({"headers": {"X-A": "café"}}, "The value of the header X-A"),
        ({"headers": {"Host": "inside.example"}}, "set by the hub itself"),
        ({"headers": {"transfer-encoding": "chunked"}}, "set by the hub itself"),
        ({"headers": {"Content-Length": "5"}}, "set by the hub itself"),
        ({"timeout": 0}, "timeout must be between"),
        ({"timeout": 999}, "timeout must be between"),
        ({"expect": "fine"}, "expect must be a status"),
        ({"expect": []}, "expect must be a status"),
        ({"expect": [200, 999]}, "expect must be a status"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_reason(
    faulty: ServeFaulty, step: Step, arguments: dict[str, Any], says: str
) -> None:
    server = faulty(lambda talk: talk.answer(200))
    error = failure(step, server, **{"method": "POST", **arguments})
    assert type(error) is Permanent
    assert says in str(error)
    assert "secret" not in str(error.as_dict())
    assert server.requests == []


@pytest.mark.parametrize(
    ("status", "reading", "sending"),
    [
        (301, Permanent, Permanent),
        (304, Permanent, Permanent),
        (400, Permanent, Permanent),
        (401, Permanent, Permanent),
        (403, Permanent, Permanent),
        (404, NotFound, NotFound),
        (408, Transient, Unknown),
        (409, Conflict, Conflict),
        (410, NotFound, NotFound),
        (422, Permanent, Permanent),
        (425, Transient, Transient),
        (429, RateLimited, RateLimited),
        (500, Transient, Unknown),
        (503, Transient, Unknown),
    ],
)
def test_a_status_has_one_meaning_for_asking_and_one_for_sending(
    faulty: ServeFaulty, step: Step, status: int, reading: type[StepError], sending: type[StepError]
) -> None:
    server = faulty(lambda talk: talk.answer(status, b"it cannot be done", {"Location": "/elsewhere"}))
    for method in ("GET", *SENDING):
        error = failure(step, server, method=method)
        assert type(error) is (reading if method == "GET" else sending), method
        assert error.status == status
        assert error.detail == ("" if status == 304 else "it cannot be done")
    assert len(server.requests) == 5, "nothing is repeated or followed"


def test_the_recipe_may_say_which_statuses_it_expects(faulty: ServeFaulty, step: Step) -> None:
    server = faulty(lambda talk: talk.answer(404, {}))
    assert step.do("http.request", url=server.url, expect=404).output["status"] == 404
    assert step.do("http.request", url=server.url, expect=["200", 404]).output["status"] == 404
    ok = faulty(lambda talk: talk.answer(200, {}))
    assert "which the recipe does not expect" in str(failure(step, ok, expect=201))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": formatdate(NOW + 50, usegmt=True)}, 50),
        ({"Retry-After": formatdate(900, usegmt=True), "Date": formatdate(880, usegmt=True)}, 20),
        ({"Retry-After": "99999"}, 3600),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "later"}, 30),
        ({}, 30),
    ],
)
def test_patience_is_what_the_other_side_asks_for(
    faulty: ServeFaulty, step: Step, headers: dict[str, str], seconds: float
) -> None:
    error = failure(step, faulty(lambda talk: talk.answer(429, {}, headers)))
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds
    busy = failure(step, faulty(lambda talk: talk.answer(503, {}, headers)))
    assert isinstance(busy, Transient)
    assert busy.retry_after == (seconds if headers else None)


def say_nothing(talk: Talk) -> None:
    talk.stopping.wait(5)


def drip(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\n")
    talk.drip(b"X-A: b\r\n" * 10_000)


def reset(talk: Talk) -> None:
    talk.reset()


def break_off(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc")
    talk.close()


@pytest.mark.parametrize("behave", [say_nothing, drip, reset, break_off], ids=lambda behave: behave.__name__)
def test_no_whole_answer_means_unknown_for_what_was_sent(
    faulty: ServeFaulty, step: Step, behave: Callable[[Talk], None]
) -> None:
    server = faulty(behave)
    for method in ("GET", "HEAD", *SENDING):
        if method == "HEAD" and behave is break_off:
            continue  # the answer to HEAD has no body that could break off
        started = time.monotonic()
        error = failure(step, server, method=method, timeout=0.15)
        assert type(error) is (Transient if method in ("GET", "HEAD") else Unknown), method
        assert time.monotonic() - started < 4


def test_what_never_left_is_transient_whatever_it_was(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_names(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/secret", "https://no-such-host.invalid/secret"):
        with pytest.raises(Transient, match="cannot be reached") as caught:
            step.do("http.request", url=url, method="POST")
        assert "secret" not in str(caught.value.as_dict())


def test_an_answer_without_end_is_cut(faulty: ServeFaulty, step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 100_000)

    def never_stop(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while not talk.stopping.is_set():
            talk.send(b"a" * 10_000)

    server = faulty(never_stop)
    assert type(failure(step, server)) is Permanent
    assert type(failure(step, server, method="POST")) is Unknown
    bomb = gzip.compress(b" " * 20_000_000, mtime=0)
    small = faulty(lambda talk: talk.answer(200, bomb, {"Content-Encoding": "gzip"}))
    assert "larger than" in str(failure(step, small))


def test_nothing_of_one_call_reaches_another(faulty: ServeFaulty, step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server = faulty(lambda talk: talk.answer(200, {}, {"Set-Cookie": "session=1; Path=/"}))
    step.do("http.request", url=server.url.replace("http://", "http://ana:word@"))
    step.do("http.request", url=server.url)
    assert server.requests[0].headers["authorization"].startswith("Basic ")
    assert "authorization" not in server.requests[1].headers
    assert "cookie" not in server.requests[1].headers


def test_the_address_is_not_logged(faulty: ServeFaulty, step: Step, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = faulty(lambda talk: talk.answer(200, {}, {"Bad Header": "x"}))
    step.do("http.request", url=f"{server.url}/T000/canary")
    assert "canary" not in caplog.text
