"""The parts of going on without Redis: noticing that it is away, a bell of one's own, and being asked to end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from hub.presence import Ending, program
from hub.queue import PrivateServer
from hub.services import Services, open_services
from hub.settings import read_settings
from hub.store.migrate import upgrade
from tests.services.processes import wait_for
from workers.drain import warm_up
from workers.standby import OwnBell, Watch


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrivateServer]:
    """A Redis of its own."""
    found = PrivateServer(tmp_path / "redis")
    found.start()
    yield found
    found.stop()


def test_a_redis_that_takes_nothing_is_away_only_after_the_patience(server: PrivateServer) -> None:
    watch = Watch(server.url, patience=0.5)
    assert watch.answers()
    assert not watch.is_away
    with redis.Redis.from_url(server.url) as client:
        client.config_set("maxmemory", "1")
    assert not watch.answers(), "a ping would be answered, but no job can come"
    wait_for(lambda: watch.is_away, seconds=5, why="it has been silent for long enough")
    with redis.Redis.from_url(server.url) as client:
        client.config_set("maxmemory", "0")
    assert watch.answers()
    assert not watch.is_away


def test_nobody_there_is_no_answer(tmp_path: Path) -> None:
    assert not Watch(f"unix://{tmp_path}/nobody.sock", patience=10).answers()


def test_the_own_bell_wakes_its_own_drain_and_remembers_a_ring() -> None:
    bell = OwnBell()
    assert not bell.wait(0.01)
    assert not bell.ring(), "nobody else has heard it"
    assert bell.wait(60.0)
    assert not bell.wait(0.01), "one ring wakes once"
    assert not bell.state()["ok"]


def test_a_signal_ends_a_wait_although_the_main_thread_holds_its_lock() -> None:
    ending = Ending()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    ending.listen()
    try:
        with ending.over._cond:  # type: ignore[attr-defined]  # where a handler that sets the event itself would wait for ever
            os.kill(os.getpid(), signal.SIGTERM)
            deadline = time.monotonic() + 10
            while not ending.asked and time.monotonic() < deadline:
                time.sleep(0.01)
            assert ending.asked
        os.kill(os.getpid(), signal.SIGTERM)
        assert ending.over.wait(10)
        assert ending.since > 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_what_is_made_before_the_fork_leaves_no_connection_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm: list[Services] = []
    monkeypatch.setattr("workers.drain._warm", warm)
    (tmp_path / "recipes").mkdir()
    text = "recipe: 1\nname: A\ntrigger: {type: manual}\nsteps:\n  - {action: set, with: {a: 1}}\n"
    (tmp_path / "recipes" / "a.yaml").write_text(text)
    environment = {"HUB_HOME": str(tmp_path), "HUB_RECIPES": str(tmp_path / "recipes"), "WORKGLUE_API_KEY": "wg_unused"}
    services = open_services(read_settings(environment))
    upgrade(services.database)
    services.publish_recipes()
    warm_up(services)
    assert warm == [services]
    assert [each.id for each in services.shelf._current] == ["a"]
    assert "urgent_tools" in services.__dict__
    open_files = [str(each.resolve()) for each in Path("/proc/self/fd").iterdir()]
    assert not [each for each in open_files if each.startswith(str(tmp_path / "hub.db"))]
    services.close()


def test_the_program_has_one_name_in_all_its_processes() -> None:
    assert program() == program.__wrapped__()
    assert len(program()) == 16
