"""The server: connections that stay open, any way of sending a body, many callers at once."""

from __future__ import annotations

import http.client
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.problems import UsageError
from sandbox.server import Server
from tests.sandbox.caller import Caller, Clock, Serve


def raw(caller: Caller, request: bytes) -> bytes:
    """Send bytes as they are and read until the server hangs up."""
    with socket.create_connection(("127.0.0.1", caller.server.port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_connection_stays_open(caller: Caller) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", caller.server.port, timeout=10)
    connection.connect()
    first = connection.sock
    headers = {"Authorization": f"Bearer {caller.server.key}"}
    for method, path, body in (
        ("GET", "/jobs", None),
        ("HEAD", "/jobs/job_1", None),
        ("POST", "/jobs", '{"name": "x"}'),
        ("DELETE", "/jobs/job_1", None),
        ("POST", "/nowhere", "a body that nobody reads"),
        ("GET", "/jobs/job_2", None),
    ):
        connection.request(method, f"/api/v1{path}", body, headers | {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert len(answer.read()) == (0 if method in ("HEAD", "DELETE") else int(answer.headers["Content-Length"]))
        assert connection.sock is first
    connection.close()


def test_a_chunked_body_is_put_together(caller: Caller) -> None:
    answer = caller.call(
        "POST", "/jobs", data=iter([b'{"na', b'me": ', b'"Fence"}']), headers={"Content-Type": "application/json"}
    )
    assert answer.json()["name"] == "Fence"


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        (b"Content-Length: x", b"", b"400"),
        (b"Content-Length: -1", b"", b"400"),
        (b"Content-Length: 99999999999", b"", b"413"),
        (b"Transfer-Encoding: chunked", b"zz\r\nabc", b"400"),
        (b"Transfer-Encoding: chunked", b"5\r\nab", b"400"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(visitor: Caller, head: bytes, body: bytes, status: bytes) -> None:
    answer = raw(visitor, b"POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 " + status)


def test_a_body_that_is_cut_changes_nothing(caller: Caller) -> None:
    key = caller.server.key.encode()
    whole = b'{"name": "Cut"}'
    head = b"POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer " + key
    assert raw(caller, head + b"\r\nContent-Length: 100\r\n\r\n" + whole) == b""
    assert caller.journal() == []


def test_a_body_is_invited_before_it_is_sent(caller: Caller) -> None:
    with socket.create_connection(("127.0.0.1", caller.server.port), timeout=10) as connection:
        head = b"POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(b"{}")
        assert connection.recv(100).startswith(b"HTTP/1.1 401")


def test_thirty_two_callers_at_once_each_get_their_own_answer(caller: Caller) -> None:
    start = threading.Barrier(32)

    def work(number: int) -> set[str]:
        mine = Caller(caller.server)
        start.wait()
        made = [mine.post("/jobs", {"name": f"Job {number}-{turn}"}).json() for turn in range(5)]
        for job in made:
            assert mine.get(f"/jobs/{job['id']}").json() == job
        mine.session.close()
        return {job["id"] for job in made}

    with ThreadPoolExecutor(32) as pool:
        made = list(pool.map(work, range(32)))
    assert len(set().union(*made)) == 160
    assert len(caller.journal(resource="jobs", action="create")) == 160


def test_the_date_is_the_clocks(serve: Serve) -> None:
    answer = serve(clock=Clock(1_774_900_000)).get("/jobs")
    assert answer.headers["Date"] == "Mon, 30 Mar 2026 19:46:40 GMT"


def test_health(visitor: Caller) -> None:
    assert visitor.session.get(f"{visitor.server.root}/healthz", timeout=10).json() == {"status": "ok"}


def test_a_port_that_is_taken_is_named(caller: Caller, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"Port {caller.server.port} on 127\.0\.0\.1 cannot be used"):
        Server(tmp_path / "other.db", port=caller.server.port, jobs=0)


def test_it_stops_and_starts_again_on_the_same_port(tmp_path: Path) -> None:
    with Server(tmp_path / "again.db", jobs=0) as server:
        port, key = server.port, server.key
    with Server(tmp_path / "again.db", port=port) as server:
        assert (server.port, server.key) == (port, key)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear customer, " * 500)
    with pytest.raises(UsageError, match=r"letter\.db cannot be opened"):
        Server(path)
