"""A call ends in time and within its size whatever the other side does, and says whether anything can have happened."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.errors import Permanent, SettingError, StepError, Transient, Unknown
from hub.workglue import wire
from hub.workglue.client import Workglue
from tests.workglue.callers import ServeFaulty, client_of
from tests.workglue.faulty import Talk

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def read(client: Workglue) -> object:
    return client.get("jobs", "job_1")


def write(client: Workglue) -> object:
    return client.create("jobs", {"name": "Miller"}, key="k")


def failure(client: Workglue, call: Callable[[Workglue], object]) -> StepError:
    started = time.monotonic()
    with pytest.raises(StepError) as caught:
        call(client)
    assert time.monotonic() - started < 5, "the call did not end by itself"
    return caught.value


def say_nothing(talk: Talk) -> None:
    talk.stopping.wait(10)


def drip_the_head(talk: Talk) -> None:
    talk.drip(HEAD + b"X-Long: " + b"a" * 100_000)


def drip_many_headers(talk: Talk) -> None:
    talk.send(HEAD)
    talk.drip(b"A: b\r\n" * 100_000)


def drip_the_body(talk: Talk) -> None:
    talk.send(HEAD + b"Content-Length: 100000\r\n\r\n{")
    talk.drip(b" " * 100_000)


def drip_chunks(talk: Talk) -> None:
    talk.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    talk.drip(b"1\r\n \r\n" * 100_000)


def reset_before_the_head(talk: Talk) -> None:
    talk.reset()


def close_before_the_head(talk: Talk) -> None:
    talk.close()


def reset_in_the_body(talk: Talk) -> None:
    talk.send(HEAD + b'Content-Length: 30\r\n\r\n{"id": "job_1", ')
    talk.reset()


def close_in_the_body(talk: Talk) -> None:
    talk.send(HEAD + b'Content-Length: 30\r\n\r\n{"id": "job_1", ')
    talk.close()


def speak_nonsense(talk: Talk) -> None:
    talk.send(b"220 mail.example.com ESMTP\r\n")
    talk.close()


def break_the_packing(talk: Talk) -> None:
    talk.answer(200, gzip.compress(b'{"id": "job_1"}')[:12], {"Content-Encoding": "gzip"})


BROKEN = [
    say_nothing,
    drip_the_head,
    drip_many_headers,
    drip_the_body,
    drip_chunks,
    reset_before_the_head,
    close_before_the_head,
    reset_in_the_body,
    close_in_the_body,
    speak_nonsense,
    break_the_packing,
]


@pytest.mark.parametrize("behave", BROKEN, ids=lambda behave: behave.__name__)
def test_an_answer_that_never_comes_whole_leaves_a_write_unknown(
    faulty: ServeFaulty, behave: Callable[[Talk], None]
) -> None:
    server = faulty(behave)
    client = client_of(server.url)
    assert type(failure(client, read)) is Transient
    assert type(failure(client, write)) is Unknown
    assert [request.method for request in server.requests] == ["GET", "POST"], "sent once each"


def test_a_refusal_counts_although_its_body_is_lost(faulty: ServeFaulty) -> None:
    def refuse(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 422 No\r\nContent-Length: 900\r\n\r\n{")
        talk.reset()

    error = failure(client_of(faulty(refuse).url), write)
    assert type(error) is Permanent
    assert error.status == 422


def test_an_endless_answer_is_cut(faulty: ServeFaulty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 100_000)

    def never_stop(talk: Talk) -> None:
        talk.send(HEAD + b"\r\n")
        while not talk.stopping.is_set():
            talk.send(b"[" * 10_000)

    client = client_of(faulty(never_stop).url)
    assert type(failure(client, read)) is Permanent
    assert type(failure(client, write)) is Unknown


def test_a_small_answer_that_unpacks_to_a_huge_one_is_cut(faulty: ServeFaulty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 100_000)
    bomb = gzip.compress(b" " * 50_000_000)
    server = faulty(lambda talk: talk.answer(200, bomb, {"Content-Encoding": "gzip"}))
    assert "too large" in str(failure(client_of(server.url), read))


def test_a_packed_answer_is_read(faulty: ServeFaulty) -> None:
    packed = gzip.compress(b'{"id": "job_1", "name": "Miller"}')
    server = faulty(lambda talk: talk.answer(200, packed, {"Content-Encoding": "gzip"}))
    assert client_of(server.url).get("jobs", "job_1")["name"] == "Miller"


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
    return port


def know_only_ourselves(host: str, *arguments: Any, **more: Any) -> Any:
    """As a name server does that knows no other names; no question leaves this machine."""
    if host != "127.0.0.1":
        raise socket.gaierror(socket.EAI_NONAME, "unknown")
    return look_up(host, *arguments, **more)


look_up = socket.getaddrinfo


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"http://127.0.0.1:{closed_port()}", "takes no connection"),
        ("http://no-such-host.invalid", "name cannot be found"),
        (f"http://{'a' * 70}.example", "name cannot be found"),
    ],
    ids=["closed port", "no such host", "no possible host"],
)
def test_what_never_left_is_transient_also_for_a_write(url: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", know_only_ourselves)
    for call in (read, write):
        error = failure(client_of(url), call)
        assert type(error) is Transient
        assert says in str(error)


def test_a_plain_server_under_a_secure_address_is_transient(faulty: ServeFaulty) -> None:
    server = faulty(say_nothing)
    error = failure(client_of(server.url.replace("http:", "https:")), write)
    assert type(error) is Transient
    assert "does not answer" in str(error) or "no secure connection" in str(error)


def test_a_connection_that_stays_open_is_used_again(faulty: ServeFaulty) -> None:
    opened = []

    def note(talk: Talk) -> None:
        opened.append(threading.get_ident())
        talk.answer(200, {"id": "job_1"})

    client = client_of(faulty(note).url)
    for _ in range(3):
        read(client)
    assert len(set(opened)) == 1


def test_nothing_is_taken_from_the_environment(
    faulty: ServeFaulty, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login office password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    server = faulty(lambda talk: talk.answer(200, {"id": "job_1"}, {"Set-Cookie": "a=b"}))
    client = client_of(server.url)
    read(client)
    read(client)
    assert server.requests[1].headers["authorization"].startswith("Bearer ")
    assert "cookie" not in server.requests[1].headers


@pytest.mark.parametrize("url", ["", "ftp://x", "http://", "http://x/?a=1", "x.example.com/api"])
def test_an_address_that_cannot_be_one_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(SettingError, match="WORKGLUE_API_URL"):
        client_of(url)
