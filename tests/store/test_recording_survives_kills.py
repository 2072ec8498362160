"""Kill -9 in the middle of record(): what was committed is there, what was not is not, and nothing is half there."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from multiprocessing.synchronize import Event

import pytest

from hub import failpoints
from hub.model import RunStatus, StepStatus
from hub.ports import ClaimedRun, RunChange
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from tests.store.samples import LEASE, NOW, finish, make_arrival, make_entry, make_step

SPAWN = multiprocessing.get_context("spawn")


def record_and_die(url: str, ready: Event) -> None:
    """Record one batch, and die in the middle of the second."""
    ledger = SqlLedger(Database.open(url))
    batch = ledger.claim("doomed", limit=20, now=NOW, lease=LEASE)
    ledger.record([make_entry(each, make_step(each.run.id, "first", StepStatus.OK, output=1)) for each in batch])
    ready.set()
    failpoints.arm("record_half_written:kill")
    done = RunChange(RunStatus.SUCCEEDED, finished_at=NOW)
    ledger.record([make_entry(each, make_step(each.run.id, "second", StepStatus.OK), change=done) for each in batch])


def record_until_killed(url: str, ready: Event) -> None:
    """Record one batch after the other."""
    ledger = SqlLedger(Database.open(url))
    batch = ledger.claim("doomed", limit=20, now=NOW, lease=LEASE)
    for number in range(100_000):
        change = RunChange(RunStatus.RUNNING, variables={"round": number})
        steps = [make_entry(each, make_step(each.run.id, f"s{number}"), change=change) for each in batch]
        ledger.record(steps)
        ready.set()


def take_over(ledger: SqlLedger) -> list[ClaimedRun]:
    """All 20 runs. PostgreSQL may need a moment to notice that their holder is dead."""
    taken: list[ClaimedRun] = []
    deadline = time.monotonic() + 10
    while len(taken) < 20 and time.monotonic() < deadline:
        taken += ledger.claim("heir", limit=50, now=NOW + LEASE, lease=LEASE)
    return taken


def test_a_writer_that_dies_between_two_statements_leaves_nothing_of_its_commit(
    db_url: str, db: Database, ledger: SqlLedger
) -> None:
    ledger.admit([make_arrival(str(number)) for number in range(20)])
    ready = SPAWN.Event()
    child = SPAWN.Process(target=record_and_die, args=(db_url, ready))
    child.start()
    child.join(30)
    assert (ready.is_set(), child.exitcode) == (True, -signal.SIGKILL)
    again = take_over(ledger)
    assert len(again) == 20
    for claimed in again:
        assert list(claimed.journal) == ["first"]
        assert (claimed.run.claim, claimed.run.crashes) == (2, 1)
        finish(ledger, claimed)
    assert Views(db).counts()[RunStatus.SUCCEEDED] == 20


@pytest.mark.parametrize("delay", [0.005, 0.02])
def test_a_writer_killed_at_any_moment_leaves_whole_commits(
    db_url: str, db: Database, ledger: SqlLedger, delay: float
) -> None:
    ledger.admit([make_arrival(str(number)) for number in range(20)])
    ready = SPAWN.Event()
    child = SPAWN.Process(target=record_until_killed, args=(db_url, ready))
    child.start()
    assert ready.wait(30)
    time.sleep(delay)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join(30)
    again = take_over(ledger)
    assert len(again) == 20
    rounds = {(len(each.journal) - 1, each.run.variables["round"]) for each in again}
    assert len(rounds) == 1, "every run has seen the same commits"
    [(written, last)] = rounds
    assert written == last
