"""Bodies that arrive cut, in bad chunks or too large, over a real socket: through gunicorn as in production, and
through Werkzeug's own server, which treats the same bytes in other ways."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.model import DeliveryStatus
from hub.services import Services, open_services
from hub.settings import read_settings
from hub.store.migrate import upgrade
from hub.web import create_app
from tests.services.processes import free_port, wait_for
from tests.web.conftest import RECIPES, SECRETS, serve

ROOT = Path(__file__).parents[2]
LIMIT = 1000
HEAD = "POST /hooks/website-lead HTTP/1.1\r\nHost: hub.example.com\r\nContent-Type: application/json\r\n"


@dataclass
class Gate:
    """A running server, and the services behind it to see what it has kept."""

    port: int
    services: Services

    def send(self, text: str | bytes, *, half_close: bool = True) -> tuple[int, str]:
        """Send raw bytes, close our half, and read the answer: (status, text). Status 0: none came."""
        raw = text.encode() if isinstance(text, str) else text
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            try:
                connection.sendall(raw)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
                return _read_answer(connection)
            except ConnectionError:
                return 0, ""

    def events(self) -> int:
        """How many deliveries were taken."""
        return len(self.services.views.deliveries(status=DeliveryStatus.ACCEPTED, limit=500).items)


def _read_answer(connection: socket.socket) -> tuple[int, str]:
    received = b""
    while True:
        piece = connection.recv(65536)
        received += piece
        head, found, body = received.partition(b"\r\n\r\n")
        if not piece:
            break
        if found:
            lengths = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
            if lengths and len(body) >= int(lengths[0].split(b":")[1]):
                break
    if not received:
        return 0, ""
    return int(received.split(b" ", 2)[1]), received.partition(b"\r\n\r\n")[2].decode()


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of both servers."""
    home = tmp_path_factory.mktemp("gate")
    return {
        "HUB_HOME": str(home),
        "HUB_RECIPES": str(RECIPES),
        "HUB_MAX_BODY": str(LIMIT),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        **SECRETS,
    }


@pytest.fixture(scope="module")
def behind(variables: dict[str, str]) -> Iterator[Services]:
    """The services behind both servers."""
    services = open_services(read_settings(variables))
    upgrade(services.database)
    services.publish_recipes()
    yield services
    services.close()


@pytest.fixture(scope="module")
def gunicorn(variables: dict[str, str], behind: Services) -> Iterator[Gate]:
    """The hub's web process as a host starts it."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], **variables, "PORT": str(port)}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "app:app", "--bind", f"127.0.0.1:{port}", "--no-control-socket"),
            *("--worker-class", "gthread", "--threads", "8", "--log-level", "warning"),
        ],
        cwd=ROOT,
        env=environment,
    )
    try:
        wait_for(lambda: _answers(port), seconds=30, why="gunicorn answers")
        yield Gate(port, behind)
    finally:
        process.terminate()
        assert process.wait(30) == 0


@pytest.fixture(scope="module")
def werkzeug(behind: Services) -> Iterator[Gate]:
    """The same application in Werkzeug's server."""
    with serve(create_app(behind)) as port:
        yield Gate(port, behind)


@pytest.fixture(params=["gunicorn", "werkzeug"])
def gate(request: pytest.FixtureRequest) -> Gate:
    """Each server in turn."""
    found: Gate = request.getfixturevalue(request.param)
    return found


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def lead(name: str = "") -> str:
    """A body that was never sent before."""
    return json.dumps({"name": name or f"lead {time.monotonic_ns()}"})


def chunk(text: str) -> str:
    return f"{len(text):x}\r\n{text}\r\n"


def test_a_whole_body_is_taken(gate: Gate) -> None:
    body = lead()
    status, _ = gate.send(f"{HEAD}Content-Length: {len(body)}\r\n\r\n{body}")
    assert status == 202


def test_a_body_in_whole_chunks_is_taken(gate: Gate) -> None:
    body = lead()
    status, text = gate.send(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunk(body[:9])}{chunk(body[9:])}0\r\n\r\n")
    assert status == 202
    kept = gate.services.views.event(json.loads(text)["id"])
    assert kept is not None
    assert kept.event.data["body"] == json.loads(body)


def test_a_body_shorter_than_announced_is_refused(gate: Gate) -> None:
    before, body = gate.events(), lead()
    status, text = gate.send(f"{HEAD}Content-Length: {len(body) + 7}\r\n\r\n{body}")
    assert (status, json.loads(text)["error"]["code"]) == (400, "cut")
    assert gate.events() == before


@pytest.mark.parametrize(
    "end",
    ["", "0\r\n", "20\r\n", "20\r\nonly a part of", "zz\r\nwrong\r\n0\r\n\r\n", "3\r\nlonger than three\r\n0\r\n\r\n"],
    ids=["no end", "half an end", "chunk missing", "chunk cut", "no number", "wrong length"],
)
def test_a_body_in_broken_chunks_is_refused(gate: Gate, end: str) -> None:
    before = gate.events()
    status, _ = gate.send(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunk(lead())}{end}")
    assert status == 400
    assert gate.events() == before


def test_an_announced_body_beyond_the_limit_is_refused_unread(gate: Gate) -> None:
    status, text = gate.send(f"{HEAD}Content-Length: 900000000\r\n\r\n", half_close=False)
    assert (status, json.loads(text)["error"]["code"]) == (413, "too_large")


def test_a_body_in_chunks_beyond_the_limit_is_refused(gate: Gate) -> None:
    before = gate.events()
    body = lead("x" * LIMIT)
    status, _ = gate.send(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunk(body[:600])}{chunk(body[600:])}0\r\n\r\n")
    assert status == 413
    assert gate.events() == before


def test_a_body_of_exactly_the_limit_is_taken(gate: Gate) -> None:
    body = lead("x" * (LIMIT - len(lead("x")) + 1))
    assert len(body) == LIMIT
    for more, expected in (("", {202}), (" ", {413})):
        status, _ = gate.send(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunk(body + more)}0\r\n\r\n")
        assert status in expected


def test_two_lengths_at_once_are_refused(gate: Gate) -> None:
    body = lead()
    before = gate.events()
    lengths = f"Content-Length: {len(body)}\r\nTransfer-Encoding: chunked\r\n\r\n"
    status, _ = gate.send(f"{HEAD}{lengths}{chunk(body)}0\r\n\r\n")
    assert status == 400
    assert gate.events() == before


def test_a_length_that_is_no_number_is_refused(gate: Gate) -> None:
    before = gate.events()
    status, _ = gate.send(f"{HEAD}Content-Length: 1e3\r\n\r\n{lead()}")
    assert status == 400
    assert gate.events() == before


def test_after_refused_bodies_the_gate_still_takes_whole_ones(gate: Gate) -> None:
    for _ in range(20):
        gate.send(f"{HEAD}Content-Length: 500\r\n\r\nshort")
    body = lead()
    status, _ = gate.send(f"{HEAD}Content-Length: {len(body)}\r\n\r\n{body}")
    assert status == 202
