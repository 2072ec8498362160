"""1,000 runs of three steps under random faults: find or make, update, tell. 1,000 finished, 0 lost, 0 doubled."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from tests.chaos.calm import settle
from tests.chaos.house import House, opened
from tests.chaos.invariant import unexplained
from tests.chaos.storm import Storm
from tests.chaos.test_random_faults import QUICK, SEED
from tests.chaos.work import Senders, Work, leads

RUNS = int(os.environ.get("CHAOS_RUNS", "0"))
"""How many runs each case has; `make chaos` says 1,000."""

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.processes,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not RUNS, reason="make chaos"),
]


@pytest.mark.parametrize("keyed", [True, False], ids=["keys", "find before create"])
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_all_finish_and_each_effect_happens_once(database: str, keyed: bool, tmp_path: Path) -> None:
    with opened(tmp_path, on_postgres=database == "postgres", keyed=keyed, jobs=10) as house:
        work, decided = through_the_storm(house)
        assert len(work.leads) == RUNS
        found = unexplained(house, work)
        print(f"{len(work.leads)} finished, {work.sent_again} sent again, {house.kills} kills, {decided} decided")  # noqa: T201
        assert not found, "\n".join(found[:60])


def through_the_storm(house: House) -> tuple[Work, int]:
    """All of them under faults from beginning to end; how many a person had to decide about."""
    work, storm = Work(), Storm(house, random.Random(SEED), QUICK)
    senders = Senders(house, work, deliveries=leads(RUNS), pause=0.15)
    senders.start()
    try:
        while senders.busy:
            storm.blow()
            house.pause(0.5)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            storm.blow()
            house.pause(0.5)
    finally:
        storm.calm()
    assert not senders.broken, senders.broken
    return work, settle(house, work)
