"""A stream of work under a seeded sequence of faults, on SQLite and on PostgreSQL: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from tests.chaos.calm import settle
from tests.chaos.faults import FAULTS, Fault
from tests.chaos.house import House, opened
from tests.chaos.invariant import unexplained
from tests.chaos.storm import Storm
from tests.chaos.work import Office, Senders, Work, mixed
from tests.services.processes import wait_for

SECONDS = float(os.environ.get("CHAOS_SECONDS", "0"))
"""How long `make chaos` breaks things, for all cases together. 0: only the short form."""

SEED = int(os.environ.get("CHAOS_SEED", "20261124"))

QUICK = tuple(each for each in FAULTS if each.name != "Workglue refuses the key")
"""Those after which everything goes on at once: a key that was refused is tried again only after a minute."""

SHORT = tuple(
    each
    for each in FAULTS
    if each.name
    in (
        "a process is killed",
        "a worker dies at an exact place",
        "Redis is killed and comes back empty",
        "the file is locked",
        "PostgreSQL is gone",
        "Workglue hangs up after",
        "messages are taken and not answered",
    )
)

pytestmark = [pytest.mark.chaos, pytest.mark.processes, pytest.mark.timeout(900)]
databases = pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@databases
def test_a_short_storm_leaves_nothing_unexplained(database: str, tmp_path: Path) -> None:
    with opened(tmp_path, on_postgres=database == "postgres", jobs=40, HUB_LEASE="1.5") as house:
        weather(house, seconds=4, seed=SEED, faults=SHORT, hurry=0.5)


@pytest.mark.skipif(not SECONDS, reason="make chaos")
@pytest.mark.parametrize("keyed", [True, False], ids=["keys", "no keys"])
@databases
def test_a_long_storm_leaves_nothing_unexplained(database: str, keyed: bool, tmp_path: Path) -> None:
    with opened(tmp_path, on_postgres=database == "postgres", keyed=keyed) as house:
        weather(house, seconds=SECONDS / 8, seed=SEED)


def weather(house: House, *, seconds: float, seed: int, faults: tuple[Fault, ...] = FAULTS, hurry: float = 1.0) -> None:
    """Work and faults for so long, then quiet, then the account."""
    dice = random.Random(seed)
    work = Work()
    wait_for(lambda: is_ready(house), seconds=60, why="the first look at the jobs is complete")
    senders, office, storm = (
        Senders(house, work, deliveries=mixed()),
        Office(house, work),
        Storm(house, dice, faults, hurry, at_once=3),
    )
    senders.start()
    house.pause(1)
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            storm.blow()
            office.move_one()
            house.pause(0.5)
    finally:
        storm.calm()
        senders.end()
    while senders.busy:
        house.pause(0.2)
    assert not senders.broken, senders.broken
    decided = settle(house, work)
    found = unexplained(house, work)
    print(_told(house, work, storm, decided))  # noqa: T201
    assert not found, "\n".join([f"seed {seed}:", *found[:60]])


def is_ready(house: House) -> bool:
    """Whether the web answers and the poller knows the jobs."""
    house.keep_running()
    with house.hub.services() as services:
        polled = any(each.resource == "jobs" and each.baseline_at for each in services.views.cursors())
    return polled and house.ask("GET", "/healthz")[0] != 0


def _told(house: House, work: Work, storm: Storm, decided: int) -> str:
    faults = ", ".join(f"{name} {times}" for name, times in sorted(storm.seen.items()))
    return (
        f"{work.total()} accepted ({work.sent_again} sent again), {house.kills} kills, {decided} decided by a person; "
        f"{faults}; {house.endings}"
    )
