"""After the storm: a person decides about what may have happened, and everything comes to its end."""

from __future__ import annotations

import time

from sqlalchemy import select

from hub.model import RunStatus, StepStatus
from hub.store.tables import event, run, step
from tests.chaos.house import House
from tests.chaos.invariant import moved_runs, open_runs, unexplained
from tests.chaos.work import Work

PATIENCE = 150.0
"""Seconds within which everything must be over once nothing is broken any more."""


def settle(house: House, work: Work) -> int:
    """Wait until all runs are over, deciding about held ones; how many were decided. AssertionError with everything
    that is not explained when they do not come to their ends."""
    decided = 0
    deadline = time.monotonic() + PATIENCE
    house.pause(3)  # what was frozen has gone on by now, and what it was just sending has arrived
    while not (over := _is_over(house, work)) and time.monotonic() < deadline:
        decided += _decide(house)
        house.pause(0.5)
    if not over:
        raise AssertionError("\n".join(["not everything has come to its end:", *unexplained(house, work)][:40]))
    return decided


def _is_over(house: House, work: Work) -> bool:
    """Whether each moved job has its run, and all runs are over."""
    return moved_runs(house) >= len(work.jobs) and not open_runs(house)


def _decide(house: House) -> int:
    """Look at the receiver, as a person would: what has arrived is done, anything else is repeated."""
    held = (run.c.status == RunStatus.HELD, step.c.run_id == run.c.id, step.c.status == StepStatus.UNKNOWN)
    question = select(run.c.id, event.c.data).where(*held, event.c.id == run.c.event_id)
    with house.hub.services() as services:
        with services.database.read() as connection:
            rows = connection.execute(question).all()
        decided = 0
        for row in rows:
            token = row.data["body"]["token"]
            arrived = any(message.split()[1] == token for message in list(house.receiver.taken))
            choice = "done" if arrived else "repeat"
            decided += services.ledger.requeue([row.id], now=time.time(), decision=choice)
    return decided
