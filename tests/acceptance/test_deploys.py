"""Deploys: every process is asked to end at any moment, and more than once; new ones begin beside the old ones."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hub.model import RunStatus
from hub.store.tables import metadata
from tests.acceptance.conftest import SECRET, House
from tests.services.processes import HubProcesses, session_of, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

SLOW = """recipe: 1
name: Slow
trigger: {type: webhook, path: slow, verify: none}
steps:
  - {id: call, action: http.request, with: {method: POST, url: "http://127.0.0.1:%d/", json: {n: 1}, timeout: 100}}
  - {id: after, action: set, with: {done: yes}}
"""
HOST_PATIENCE = 29.0
"""Seconds: hosts kill what has not ended 30 seconds after SIGTERM."""


class Slow(ThreadingHTTPServer):
    """An outside program that answers after so many seconds."""

    daemon_threads = True

    def __init__(self, seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.seconds = seconds
        self.calls = 0


class _Answer(BaseHTTPRequestHandler):
    server: Slow

    def do_POST(self) -> None:
        """Take the call, think, answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls += 1
        time.sleep(self.server.seconds)
        with contextlib.suppress(OSError):  # the worker may have been cut
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is to be said."""


@contextlib.contextmanager
def slow_hub(tmp_path: Path, *, seconds: float) -> Iterator[tuple[HubProcesses, Slow]]:
    """A hub with one recipe that calls an outside program which takes so long."""
    with Slow(seconds) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (tmp_path / "recipes").mkdir()
        (tmp_path / "recipes" / "slow.yaml").write_text(SLOW % server.server_port)
        environment = {
            "HUB_RECIPES": str(tmp_path / "recipes"),
            "WORKGLUE_API_URL": "http://127.0.0.1:9/api/v1",
            "WORKGLUE_API_KEY": "wg_unused",
            "HUB_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        }
        with HubProcesses(tmp_path / "hub", environment) as hub:
            released = hub.cli("release")
            assert released.returncode == 0, released.stdout + released.stderr
            hub.start("clock")
            hub.start("worker")
            hub.start_web()
            yield hub, server
        server.shutdown()


def post(port: int, path: str, body: bytes, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        return connection.getresponse().status
    finally:
        connection.close()


def terminate_all(hub: HubProcesses, *names: str) -> None:
    """SIGTERM to every process of these, their children too, as a host sends it."""
    for name in names:
        for pid in {hub.process(name).pid, *session_of(hub.process(name).pid)}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def status(hub: HubProcesses) -> RunStatus:
    with hub.services() as services:
        return services.views.runs(limit=1).items[0].status


def test_a_long_call_is_finished_and_the_run_goes_on_at_the_next_worker(tmp_path: Path) -> None:
    with slow_hub(tmp_path, seconds=10.0) as (hub, server):
        assert post(hub.port, "/hooks/slow", b"{}") == 202
        wait_for(lambda: server.calls == 1, seconds=30, why="the call is under way")
        for _ in range(2):
            terminate_all(hub, "web", "clock", "worker")
            time.sleep(0.3)
        for name in ("web", "clock", "worker"):
            # the web server's master takes its signals back at the very end, so one that comes late may still cut it
            well = (0, -signal.SIGTERM) if name == "web" else (0,)
            assert hub.end(name, seconds=HOST_PATIENCE) in well, hub.log(name)
            assert "Traceback" not in hub.log(name)
        assert status(hub) in (RunStatus.QUEUED, RunStatus.SUCCEEDED)
        hub.start("next", "worker")
        hub.start("clock")
        wait_for(lambda: status(hub) is RunStatus.SUCCEEDED, seconds=30, why="another worker has finished the run")
        assert server.calls == 1, "the call's answer was recorded"
        with hub.services() as services:
            assert services.views.runs(limit=1).items[0].crashes == 0


def test_a_call_longer_than_the_host_waits_falls_under_the_rule_for_unknown_results(tmp_path: Path) -> None:
    with slow_hub(tmp_path, seconds=60.0) as (hub, server):
        assert post(hub.port, "/hooks/slow", b"{}") == 202
        wait_for(lambda: server.calls == 1, seconds=30, why="the call is under way")
        terminate_all(hub, "worker")
        assert hub.end("worker", seconds=HOST_PATIENCE) == 0, hub.log("worker")
        assert "Not all work in hand was done" in hub.log("worker")
        hub.start("next", "worker")
        wait_for(lambda: status(hub) is RunStatus.HELD, seconds=40, why="a person is asked what became of the call")
        assert server.calls == 1
        with hub.services() as services:
            assert "may have happened" in services.views.runs(limit=1).items[0].reason


@pytest.mark.parametrize(
    "moment", ["after_claim", "before_intent", "after_intent", "after_effect", "record_half_written", "before_end"]
)
def test_asked_to_end_at_any_moment_each_effect_happens_once(house: House, moment: str) -> None:
    house.hub.start_web()
    house.hub.start("clock")
    house.hub.start("worker", HUB_FAILPOINTS=f"{moment}:pause=3")
    assert house.post_lead(1)[0] == 202
    wait_for(lambda: status(house.hub) is RunStatus.RUNNING, seconds=30, why="the worker has the run")
    for _ in range(3):
        terminate_all(house.hub, "worker")
    assert house.hub.end("worker", seconds=HOST_PATIENCE) == 0, house.hub.log("worker")
    assert "Traceback" not in house.hub.log("worker")
    house.hub.start("next", "worker")
    wait_for(lambda: status(house.hub) is RunStatus.SUCCEEDED, seconds=40, why="the run is done")
    for resource in ("contacts", "customers", "jobs"):
        assert len(house.effects(resource, "create")) == 1, resource
    with house.hub.services() as services:
        assert services.views.runs(limit=1).items[0].crashes == 0, "it was handed over, not lost"


def test_the_web_finishes_the_request_in_hand(house: House) -> None:
    house.hub.start_web()
    body = json.dumps({"lead_id": "lead-1", "name": "Lead 1", "email": "lead1@example.com"}).encode()
    mark = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    connection = http.client.HTTPConnection("127.0.0.1", house.hub.port, timeout=30)
    connection.putrequest("POST", "/hooks/lead")
    for name, value in (
        ("Content-Type", "application/json"),
        ("X-Signature", mark),
        ("Content-Length", str(len(body))),
    ):
        connection.putheader(name, value)
    connection.endheaders(body[:10])
    time.sleep(1.0)  # so that the request is in a thread's hand
    terminate_all(house.hub, "web")
    terminate_all(house.hub, "web")
    time.sleep(0.5)
    connection.send(body[10:])
    assert connection.getresponse().status == 202
    connection.close()
    assert house.hub.end("web", seconds=HOST_PATIENCE) == 0
    with house.hub.services() as services:
        assert len(services.views.runs(limit=10).items) == 1


def test_the_clock_gives_its_leadership_up_at_once(house: House) -> None:
    house.hub.environment["HUB_TICK"] = "20"  # its lease would last for 100 seconds
    house.hub.start("old", "clock")
    wait_for(lambda: "The clock is ready." in house.hub.log("old"), seconds=30, why="the clock is there")
    with house.hub.services() as services:

        def is_free() -> bool:
            return services.ledger.lead("clock", owner="the test", now=services.clock(), lease=0.0)

        wait_for(lambda: not is_free(), seconds=20, why="the old clock leads")
        assert house.hub.end("old", seconds=10) == 0
        assert is_free()


@pytest.mark.parametrize("house", ["sqlite", "postgres"], indirect=True)
def test_old_processes_go_on_beside_a_newer_database(house: House) -> None:
    house.start()
    sent = 0
    with house.hub.services() as services:
        for table in metadata.sorted_tables:
            with services.database.write() as connection:
                connection.execute(text(f'ALTER TABLE "{table.name}" ADD COLUMN later INTEGER NOT NULL DEFAULT 7'))
            if sent < 12:
                assert house.post_lead(sent)[0] == 202
                sent += 1
        with services.database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        for _ in range(3):
            assert house.post_lead(sent)[0] == 202
            sent += 1

        def done() -> int:
            return len(services.views.runs(status=RunStatus.SUCCEEDED, limit=100).items)

        wait_for(lambda: done() == sent, seconds=60, why="the old processes do all runs")
    for name in ("worker-1", "worker-2", "clock", "web"):
        assert house.hub.end(name) == 0
        assert "Traceback" not in house.hub.log(name)
    assert len(house.effects("jobs", "create")) == sent


def test_after_a_start_the_hub_says_what_became_of_the_time_before(house: House) -> None:
    house.start()
    assert house.post_lead(1)[0] == 202
    wait_for(lambda: status(house.hub) is RunStatus.SUCCEEDED, seconds=30, why="all is well")
    for name in ("worker-1", "worker-2", "clock"):
        house.hub.kill(name)
    with house.hub.services() as services:  # as if it had been a quarter of an hour ago
        now = services.clock()
        for each in services.views.heartbeats():
            if each.kind != "web":
                detail = {**each.detail, "began": now - 5000}
                services.ledger.heartbeat(each.kind, each.id, now=now - 900, detail=detail)
        for number in (2, 3):
            assert house.post_lead(number)[0] == 202
        house.api("POST", "/contacts", {"first_name": "New", "last_name": "Contact"})
        house.hub.start("clock")
        wait_for(lambda: bool(services.views.outages()), seconds=30, why="the report is begun")
        [report] = services.views.outages()
        assert (report.cause, round(report.until - report.since, -2)) == ("vanished", 900)
        assert report.facts["webhooks"] == 3, "the one before came in the same quarter of an hour"
        assert report.facts["waiting"] == 2
        wait_for(lambda: bool(services.views.outages()[0].facts["lists"]), seconds=30, why="a list was looked at")
    assert "vanished from" in house.hub.cli("doctor").stdout
    house.hub.start("second", "clock")
    wait_for(lambda: "The clock is ready." in house.hub.log("second"), seconds=30, why="a second one is there")
    assert house.hub.end("clock") == 0
    with house.hub.services() as services:
        wait_for(
            lambda: any(each.kind == "clock" and each.detail.get("ended") for each in services.views.heartbeats()),
            seconds=10,
            why="the first one has said that its end was meant",
        )
        assert len(services.views.outages()) == 1, "a clock beside another one is no outage"


def test_a_release_is_noted_with_the_recipes_that_it_changed(house: House) -> None:
    assert house.hub.cli("release").returncode == 0
    with house.hub.services() as services:
        first, second = services.views.releases(since=0.0)
        assert "lead" in first.recipes
        assert not second.recipes, "nothing had changed"
        assert first.program == second.program
