"""The account that is made after a storm notices what it is there for: each lie is told, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from hub.store.tables import stored_cell
from sandbox.records.changing import create_record
from sandbox.records.pen import Pen
from sandbox.resources import CONTACTS
from tests.chaos.calm import settle
from tests.chaos.house import CANARY, House, opened
from tests.chaos.invariant import unexplained
from tests.chaos.pages import read_pages
from tests.chaos.work import Senders, Work
from tests.services.processes import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.processes, pytest.mark.timeout(300)]


def test_each_lie_is_noticed(tmp_path: Path) -> None:
    with opened(tmp_path, on_postgres=False, jobs=5) as house:
        work = Work()
        wait_for(lambda: house.ask("GET", "/healthz")[0] != 0, seconds=60, why="the web answers")
        senders = Senders(house, work, deliveries=iter([("lead", 0), ("visit", 1), ("project", 2)]))
        senders.start()
        while senders.busy:
            house.pause(0.1)
        assert settle(house, work) == 0
        assert unexplained(house, work) == []
        assert {address.split("/")[1] for address, _ in read_pages(house)} >= {"runs", "inbox", "recipes"}
        for told in lie(house, work):
            assert told in "\n".join(unexplained(house, work))


def lie(house: House, work: Work) -> Iterator[str]:
    """One lie after the other, and what must be said of it."""
    house.receiver.taken["lead lead-0"] += 1
    yield "the message 'lead lead-0' was taken 2 times"
    with house.sandbox.database.writing() as connection:
        create_record(
            Pen(connection, "Office", time.time()), CONTACTS, {"first_name": "Beside", "last_name": "project-2"}
        )
    yield "there are 2 contacts 'Beside project-2', and 1 were wanted"
    with house.hub.services() as services, services.database.write() as connection:
        connection.execute(update(stored_cell).where(stored_cell.c.name == "visits").values(value=5))
    yield "visit has counted 5 and not 3"
    work.leads.append("lead-9")
    yield "lead-9 was accepted at webhook:lead and there is no event of it"
    work.visits.remove("visit-1")
    yield "visit-1 at webhook:visit has 1 events and was never accepted"
    work.jobs.append("job_0")
    yield "the job job_0 was moved and noted 0 times"
    with (house.hub.home / "clock.log").open("a") as log:
        log.write(CANARY)
    yield f"the secret {CANARY[:12]}... stands in clock.log"
    with house.hub.services() as services, services.database.write() as connection:
        connection.execute(update(stored_cell).where(stored_cell.c.name == "visits").values(value=CANARY))
    yield f"the secret {CANARY[:12]}... stands in the table stored_cell"
