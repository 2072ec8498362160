"""A program subscribes to a hub of real processes: exactly one signed delivery, whatever breaks on the way."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from hub.model import RunStatus
from tests.acceptance.conftest import House
from tests.services.processes import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


class Receiver(ThreadingHTTPServer):
    """Takes deliveries. The first one hangs until `let_go` is set, the next two are answered 500, then 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.answered: list[int] = []
        self.let_go = threading.Event()

    @property
    def accepted(self) -> list[tuple[dict[str, str], bytes]]:
        """What was answered 200."""
        return [each for each, status in zip(self.came, self.answered, strict=False) if status == 200]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Take one delivery."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
        number = len(self.server.came)
        if number == 1:
            self.server.let_go.wait(60)
        status = 500 if number <= 3 else 200
        self.server.answered.append(status)
        try:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            return  # the worker that waits for this answer has been killed

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is to be said."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A program's address on this machine."""
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.let_go.set()
        server.shutdown()
        thread.join()


def call(house: House, token: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", house.hub.port, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None
    finally:
        connection.close()


def move_a_job(house: House) -> tuple[str, str, str]:
    """Move some job to another stage: its id, the stage before and the one after."""
    with house.hub.services() as services:
        wait_for(
            lambda: any(each.resource == "jobs" and each.baseline_at for each in services.views.cursors()),
            seconds=30,
            why="the first poll is complete",
        )
    job = house.api("GET", "/jobs?limit=1")["data"][0]
    stages = house.api("GET", "/job-stages?limit=200")["data"]
    stage = next(each for each in stages if each["id"] != job["stage_id"])
    house.api("PATCH", f"/jobs/{job['id']}", {"stage_id": stage["id"], "name": "Moved"})
    return job["id"], job["stage_id"], stage["id"]


def test_one_change_is_delivered_once_although_the_receiver_fails_and_a_worker_dies(
    house: House, receiver: Receiver
) -> None:
    house.hub.environment |= {"HUB_ALLOWED_PRIVATE_HOSTS": "127.0.0.1", "HUB_POLL_EVERY": "1"}
    made = house.hub.cli("tokens", "create", "Zap", "--scope", "hooks")
    token = made.stdout.strip()
    house.hub.start("clock")
    house.hub.start("worker-1", "worker")
    house.hub.start_web()
    url = f"http://127.0.0.1:{receiver.server_port}/in"
    asked = {"url": url, "events": ["job.stage_changed"], "fields": ["id", "name", "stage"]}
    status, hook = call(house, token, "POST", "/hooks", asked)
    assert status == 201, hook
    assert call(house, token, "POST", "/hooks", asked)[0] == 200
    job, before, after = move_a_job(house)
    wait_for(lambda: len(receiver.came) == 1, seconds=30, why="the first attempt is under way")
    house.hub.kill("worker-1")
    receiver.let_go.set()
    house.hub.start("worker-2", "worker")
    wait_for(lambda: bool(receiver.accepted), seconds=120, why="the receiver has taken it")
    wait_for(
        lambda: call(house, token, "GET", f"/hooks/{hook['id']}")[1]["last_delivery"]["status"] == "succeeded",
        seconds=30,
        why="the run is done",
    )
    assert len(receiver.accepted) == 1
    headers, raw = receiver.accepted[0]
    body = Webhook(hook["secret"]).verify(raw, headers)
    assert body["type"] == "job.stage_changed"
    assert body["data"]["record"]["id"] == job
    assert body["data"]["record"]["stage"]["id"] == after
    assert body["data"]["before"]["stage"]["id"] == before
    assert {each["webhook-id"] for each, _ in receiver.came} == {headers["webhook-id"]}
    assert {each for _, each in receiver.came} == {raw}
    with house.hub.services() as services:
        runs = [each for each in services.views.runs(limit=100).items if each.recipe_id == hook["id"]]
        assert [(each.status, each.crashes) for each in runs] == [(RunStatus.SUCCEEDED, 1)]
    assert call(house, token, "DELETE", f"/hooks/{hook['id']}")[0] == 204
