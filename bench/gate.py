"""The gate as a sender sees it: the real web process on SQLite with its Redis, at a steady rate and as fast as it can.

python -m bench.gate
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hub.queue import PrivateServer
from hub.services import open_services
from hub.settings import inherited, read_settings
from hub.store.migrate import upgrade

ROOT = Path(__file__).parents[1]
RATE = 100
SECONDS = 20
SENDERS = 16
RECIPE = """recipe: 1
name: Taken at the gate
trigger: {type: webhook, path: bench, verify: none, limit: 1000000 per minute}
steps:
  - {id: told, action: set, with: {n: "{{ body.n }}"}}
"""


def measure() -> dict[str, float]:
    """Milliseconds of a delivery at RATE a second, and how many a second are taken at most."""
    with _web() as port:
        for number in range(200):
            _Sender(port).send(-1 - number)
        steady = sorted(_at_a_rate(port))
        most = _as_fast_as_it_can(port)
    return {
        f"gate, ms at {RATE}/s: half within": steady[len(steady) // 2] * 1000,
        f"gate, ms at {RATE}/s: 99 of 100 within": steady[int(len(steady) * 0.99)] * 1000,
        f"gate, ms at {RATE}/s: all within": steady[-1] * 1000,
        f"gate, accepted/s over HTTP, {SENDERS} senders": most,
    }


class _Sender:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, number: int) -> None:
        """One delivery, taken."""
        body = json.dumps({"n": number, "name": "Ana Ruiz", "message": "Two bedrooms, please call." * 8})
        self._connection.request("POST", "/hooks/bench", body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 202, answer.status


def _at_a_rate(port: int) -> list[float]:
    """The seconds from when each delivery was to be sent until it was answered, waiting in line included."""
    began = time.perf_counter() + 0.1
    took: list[float] = []
    numbers: Iterator[int] = iter(range(RATE * SECONDS))
    lock = threading.Lock()

    def work() -> None:
        sender = _Sender(port)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            due = began + number / RATE
            time.sleep(max(0.0, due - time.perf_counter()))
            sender.send(number)
            took.append(time.perf_counter() - due)

    _together(work)
    return took


def _as_fast_as_it_can(port: int) -> float:
    number = RATE * SECONDS
    each = 250

    def work() -> None:
        nonlocal number
        sender = _Sender(port)
        for _ in range(each):
            number += 1
            sender.send(number + threading.get_ident())

    began = time.perf_counter()
    _together(work)
    return SENDERS * each / (time.perf_counter() - began)


def _together(work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def _web() -> Iterator[int]:
    with tempfile.TemporaryDirectory() as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        variables = {"HUB_HOME": home, "HUB_RECIPES": home, "PORT": str(port), "HUB_LOG_LEVEL": "WARNING"}
        Path(home, "gate.yaml").write_text(RECIPE)
        services = open_services(read_settings(variables))
        upgrade(services.database)
        services.publish_recipes()
        services.close()
        redis = PrivateServer(Path(home) / "redis")
        redis.start()
        process = _start(variables)
        try:
            _wait(port)
            yield port
        finally:
            process.terminate()
            process.wait(30)
            redis.stop()


def _start(variables: Mapping[str, str]) -> subprocess.Popen[bytes]:
    passed_on = {name: value for name, value in inherited().items() if not name.startswith(("HUB_", "WORKGLUE_"))}
    return subprocess.Popen([sys.executable, "-m", "hub", "web"], cwd=ROOT, env={**passed_on, **variables})


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the web process does not answer")


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:<45} {value:>10.2f}")
