"""kill -9 at each named place of the code, one after the other: the work goes on, and comes out the same."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.chaos.calm import settle
from tests.chaos.faults import CLOCK_WINDOWS, WEB_WINDOWS, WORKER_WINDOWS
from tests.chaos.house import ROLES, House, opened
from tests.chaos.invariant import unexplained
from tests.chaos.test_random_faults import SECONDS, SEED, is_ready
from tests.chaos.work import Office, Senders, Work
from tests.services.processes import wait_for

PLACES = [
    *(("worker", window) for window in WORKER_WINDOWS),
    *(("web", window) for window in WEB_WINDOWS),
    *(("clock", window) for window in CLOCK_WINDOWS),
]
LONGEST = 40.0
"""Seconds within which somebody must have come to the place."""

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.processes,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not SECONDS, reason="make chaos"),
]


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_whoever_dies_there_has_lost_and_doubled_nothing(database: str, tmp_path: Path) -> None:
    places = random.Random(SEED).sample(PLACES, len(PLACES))
    with opened(tmp_path, on_postgres=database == "postgres", jobs=100) as house:
        wait_for(lambda: is_ready(house), seconds=60, why="the first look at the jobs is complete")
        work, numbers, until = Work(), count(), time.monotonic() + SECONDS / 5
        office = Office(house, work)
        done = []
        for role, window in places:
            if time.monotonic() < until:
                die_once(house, work, office, role, window, numbers)
                done.append(window)
        settle(house, work)
        print(f"killed at {len(done)} of {len(PLACES)} places: {', '.join(done)}")  # noqa: T201
        assert not (found := unexplained(house, work)), "\n".join(found)


def die_once(house: House, work: Work, office: Office, role: str, window: str, numbers: Iterator[int]) -> None:
    """Give it something to do until a process of this role has died there; afterwards it runs as always."""
    names = [name for name, each in ROLES.items() if each == role]
    house.armed |= dict.fromkeys(names, window)
    for name in names:
        house.kill(name)
    house.keep_running()
    deliveries = iter([(path, next(numbers)) for path in ("lead", "visit", "project")])
    senders = Senders(house, work, deliveries=deliveries, senders=1)
    senders.start()
    office.move_one()
    died = f"Killed at the failpoint {window}."

    def seen() -> bool:
        house.keep_running()
        return any(died in house.hub.log(name) for name in names)

    wait_for(seen, seconds=LONGEST, why=f"a {role} has died at {window}")
    house.armed.clear()
    for name in names:
        house.kill(name)
    while senders.busy:
        house.pause(0.1)
    assert not senders.broken, senders.broken
