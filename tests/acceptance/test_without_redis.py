"""Redis stays away, hangs, is full, takes no writes or is emptied all the time: work goes on, and the hub says so."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from hub.model import RunStatus
from tests.acceptance.conftest import House
from tests.services.processes import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

AWAY = "Redis is away; the worker goes on without it, a little slower."
BACK = "Redis answers again."


def stop(house: House) -> Callable[[], None]:
    house.hub.redis.stop()
    return house.hub.redis.start


def hang(house: House) -> Callable[[], None]:
    server = house.hub.redis._process
    assert server is not None
    server.send_signal(signal.SIGSTOP)  # the kernel goes on accepting connections
    return lambda: server.send_signal(signal.SIGCONT)


def fill(house: House) -> Callable[[], None]:
    command(house, "CONFIG", "SET", "maxmemory", "1")
    return lambda: command(house, "CONFIG", "SET", "maxmemory", "0")


def refuse_writes(house: House) -> Callable[[], None]:
    command(house, "REPLICAOF", "127.0.0.1", "1")
    return lambda: command(house, "REPLICAOF", "NO", "ONE")


def command(house: House, *words: str) -> None:
    with redis.Redis.from_url(house.hub.redis.url) as client:
        client.execute_command(*words)


def succeeded(house: House) -> int:
    with house.hub.services() as services:
        return len(services.views.runs(status=RunStatus.SUCCEEDED, limit=200).items)


def shown(house: House) -> list[object]:
    """What the workers say of Redis in their signs of life."""
    with house.hub.services() as services:
        return [each.detail.get("redis") for each in services.views.heartbeats() if each.kind == "worker"]


def children_of(pid: int) -> int:
    """How many children a process has, but for those that have ended."""
    found = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        found += parent == str(pid) and state != "Z"
    return found


@contextmanager
def counting_children(pid: int) -> Iterator[list[int]]:
    """The most children that a process had at once while this lasted, as the last number of the list."""
    most, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            most.append(max(most[-1], children_of(pid)))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield most
    finally:
        over.set()
        looking.join()


def created(house: House) -> list[str]:
    return sorted(str(each["after"]["name"]) for each in house.effects("jobs", "create"))


@pytest.mark.parametrize("fault", [stop, hang, fill, refuse_writes])
def test_work_goes_on_while_redis_is_away_and_is_handed_back(
    house: House, fault: Callable[[House], Callable[[], None]]
) -> None:
    house.hub.environment["HUB_REDIS_PATIENCE"] = "2"
    house.hub.start_web()
    house.hub.start("clock")
    house.hub.start("worker")
    wait_for(lambda: "The worker is ready." in house.hub.log("worker"), seconds=30, why="the worker is ready")
    heal = fault(house)
    try:
        with counting_children(house.hub.process("worker").pid) as most:
            assert [house.post_lead(number)[0] for number in range(4)] == [202] * 4
            wait_for(lambda: succeeded(house) == 4, seconds=40, why="the runs are done although Redis stays away")
            assert AWAY in house.hub.log("worker")
            wait_for(lambda: shown(house) == ["away"], seconds=10, why="its sign of life says so")
            doctor = house.hub.cli("doctor")
            assert "goes on without Redis" in doctor.stdout, doctor.stdout
            heal()
            wait_for(lambda: BACK in house.hub.log("worker"), seconds=20, why="the worker hands back")
            wait_for(lambda: shown(house) == [None], seconds=20, why="its sign of life is as before")
            assert house.post_lead(9)[0] == 202
            wait_for(lambda: succeeded(house) == 5, seconds=30, why="work goes on as before")
    finally:
        heal()
    assert most[-1] == 1, "never RQ's child and ours together"
    assert len(created(house)) == 5
    assert "Traceback" not in house.hub.log("worker")


def test_everything_starts_without_redis_and_says_so(house: House) -> None:
    house.hub.redis.stop()
    house.start()
    assert house.post_lead(1)[0] == 202
    wait_for(lambda: succeeded(house) == 1, seconds=40, why="the run is done without Redis")
    assert AWAY in house.hub.log("worker-1")
    for name in ("web", "clock"):
        wait_for(lambda name=name: "Redis does not answer." in house.hub.log(name), seconds=10, why="said")  # type: ignore[misc]
    house.hub.redis.start()
    wait_for(lambda: BACK in house.hub.log("worker-1"), seconds=20, why="the worker hands back")
    for name in ("worker-1", "worker-2", "clock", "web"):
        assert house.hub.end(name) == 0, house.hub.log(name)


def test_a_redis_emptied_every_second_delays_and_loses_nothing(house: House) -> None:
    over = threading.Event()

    def empty() -> None:
        while not over.wait(1.0):
            house.hub.flush_redis()

    house.start()
    emptying = threading.Thread(target=empty)
    emptying.start()
    try:
        for number in range(30):
            assert house.post_lead(number)[0] == 202
        wait_for(lambda: succeeded(house) == 30, seconds=60, why="the runs are done")
    finally:
        over.set()
        emptying.join()
    assert created(house) == sorted(f"Lead: Lead {number}" for number in range(30))


def test_asked_to_end_while_redis_is_away_it_ends_at_once_and_in_order(house: House) -> None:
    house.hub.redis.stop()
    house.hub.start("worker")
    wait_for(lambda: AWAY in house.hub.log("worker"), seconds=30, why="it works without Redis")
    wait_for(lambda: children_of(house.hub.process("worker").pid) == 1, seconds=10, why="its child is there")
    assert house.hub.end("worker", seconds=10) == 0
    assert "Traceback" not in house.hub.log("worker")
