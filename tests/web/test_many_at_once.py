"""The real web process under pressure: the same delivery a hundred times at once, senders that wait, slow ones, and
floods of headers. On SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from hub.model import DeliveryStatus, RunStatus, StepRecord, StepStatus
from hub.ports import Entry, RunChange
from hub.services import Services, open_services
from hub.settings import read_settings
from hub.store.migrate import upgrade
from hub.web import create_app
from hub.web.slow_senders import SlowSenders
from hub.web.visit import SLOW_SENDERS
from tests.services.postgres import postgres_cluster
from tests.services.processes import free_port, wait_for
from tests.store.samples import make_step
from tests.web.conftest import SECRETS, serve

__all__ = ["postgres_cluster"]

ROOT = Path(__file__).parents[2]
STEPS = "steps:\n  - {id: told, action: set, with: {hello: '{{ body.n }}'}}\n"
RECIPES = {
    "plain": "{type: webhook, path: plain, verify: none}",
    "waits": "{type: webhook, path: waits, verify: none, respond: {wait: 4s, body: '{{ result.hello }}'}}",
    "slow": "{type: webhook, path: never, verify: none, respond: {wait: 1s}}",
    "limited": "{type: webhook, path: limited, verify: none, limit: 5 per hour}",
}


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Services]]:
    """A running web process of two workers; its port, and services over the same database."""
    home = tmp_path_factory.mktemp("hub")
    for name, trigger in RECIPES.items():
        (home / f"{name}.yaml").write_text(f"recipe: 1\nname: {name}\ntrigger: {trigger}\n{STEPS}")
    port = free_port()
    cluster = request.getfixturevalue("postgres_cluster") if request.param == "postgres" else None
    url = cluster.url(cluster.new_database()) if cluster else ""
    variables = {"HUB_HOME": str(home), "HUB_RECIPES": str(home), "REDIS_URL": "redis://127.0.0.1:1/0", **SECRETS}
    variables |= {"DATABASE_URL": url, "PORT": str(port)}
    services = open_services(read_settings(variables))
    upgrade(services.database)
    assert not [each for each in services.publish_recipes() if each.recipe is None]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "app:app", "--bind", f"127.0.0.1:{port}", "--no-control-socket"),
            *("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "warning"),
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
    )
    try:
        wait_for(lambda: answers(port), seconds=30, why="gunicorn answers")
        yield port, services
    finally:
        process.terminate()
        process.wait(30)
        services.close()


def post(port: int, path: str, body: Any, **headers: str) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", f"/hooks/{path}", json.dumps(body), {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, json.loads(text) if text.startswith(("{", "[")) else text


def test_a_hundred_of_the_same_at_once_are_one_event(hub: tuple[int, Services]) -> None:
    port, services = hub
    with ThreadPoolExecutor(100) as pool:
        told = list(pool.map(lambda _: post(port, "plain", {"n": "same"}), range(100)))
    assert {status for status, _ in told} == {202}
    assert len({answer["id"] for _, answer in told}) == 1
    assert Counter(answer["status"] for _, answer in told) == {"accepted": 1, "duplicate": 99}
    assert len(services.views.runs(recipe_id="plain").items) == 1
    assert len(services.views.deliveries(path="plain", limit=200).items) == 100


def finish_all(services: Services, over: threading.Event) -> None:
    """Do with due runs what a worker would, in a moment."""
    while not over.is_set():
        for claimed in services.ledger.claim("worker", limit=50, now=time.time(), lease=60.0):
            if claimed.run.recipe_id == "slow":
                continue
            change = RunChange(RunStatus.SUCCEEDED, finished_at=time.time())
            name = str(claimed.event.data["body"]["n"])
            steps = (_step(claimed.run.id, name),)
            services.ledger.record([Entry(claimed.run.id, claimed.run.claim, steps, change=change)])
        time.sleep(0.02)


def _step(run_id: str, name: str) -> StepRecord:
    now = time.time()
    return make_step(run_id, "told", StepStatus.OK, action="set", output={"hello": name}, finished_at=now)


def test_senders_may_wait_for_the_result_and_never_take_all_seats(hub: tuple[int, Services]) -> None:
    port, services = hub
    over = threading.Event()
    worker = threading.Thread(target=finish_all, args=(services, over))
    worker.start()
    try:
        assert post(port, "waits", {"n": "Ana"}) == (200, "Ana")
        assert post(port, "waits", {"n": "Ana"}) == (200, "Ana")  # the same again hears the same
        with ThreadPoolExecutor(40) as pool:
            waiting = [pool.submit(post, port, "never", {"n": number}) for number in range(32)]
            time.sleep(0.1)
            assert post(port, "plain", {"n": "meanwhile"})[0] == 202
            told = [each.result() for each in waiting]
        assert {status for status, _ in told} == {202}
    finally:
        over.set()
        worker.join()


def test_the_limit_holds_without_redis(hub: tuple[int, Services]) -> None:
    port, services = hub
    told = [post(port, "limited", {"n": number})[0] for number in range(30)]
    assert 5 <= told.count(202) <= 10  # each of the two processes counts for itself while Redis is away
    assert told.count(202) + told.count(429) == 30
    wait_for(
        lambda: sum(each.count for each in services.views.refused(since=0.0, path="limited")) == told.count(429),
        seconds=10,
        why="what was refused is written down",
    )
    assert len(services.views.deliveries(path="limited", limit=100).items) == told.count(202)


@pytest.mark.parametrize(
    "flood",
    ["".join(f"X-{n}: {n}\r\n" for n in range(150)), "X-Long: " + "x" * 20_000 + "\r\n", "X-Odd\x00: 1\r\n", ": 1\r\n"],
    ids=["many", "long", "nul", "nameless"],
)
def test_floods_of_headers_are_refused_and_harm_nobody(hub: tuple[int, Services], flood: str) -> None:
    port, _ = hub
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"POST /hooks/plain HTTP/1.1\r\nHost: x\r\n{flood}Content-Length: 2\r\n\r\n{{}}".encode())
        status = connection.recv(65536).split(b" ")[1]
    assert status in (b"400", b"431")
    assert post(port, "plain", {"n": f"after {flood[:9]!r}"})[0] == 202


def test_a_body_that_drips_is_given_up(services: Services) -> None:
    app = create_app(services)
    app.extensions[SLOW_SENDERS] = SlowSenders(patience=0.3)
    with serve(app) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"POST /hooks/website-lead HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{")
        dripping = threading.Event()

        def drip() -> None:
            while not dripping.wait(0.05):
                try:
                    connection.send(b" ")
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        answer = connection.recv(65536).decode()
        dripping.set()
        thread.join()
    assert answer.split(" ")[1] == "408"
    [line] = services.views.deliveries().items
    assert (line.status, line.reason) == (DeliveryStatus.REJECTED, "The body took too long to arrive.")
