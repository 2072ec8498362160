"""What the hub is given to do, and a record of what it has promised."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sandbox.records.changing import update_record
from sandbox.records.pen import Pen
from sandbox.records.reading import read_one
from sandbox.resources import JOB_STAGES, JOBS
from tests.chaos.house import House

ROOMS = ("north", "south", "east")
LONGEST_TRY = 240.0
"""Seconds for which a sender tries one delivery again."""


@dataclass
class Work:
    """Deliveries by the address they went to, each with its token, as far as the hub has answered 2xx; jobs that were
    moved. `odd` are answers that no sender should get."""

    leads: list[str] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)
    projects: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    sent_again: int = 0
    odd: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> dict[str, list[str]]:
        """Tokens by address."""
        return {"lead": self.leads, "visit": self.visits, "project": self.projects}

    def total(self) -> int:
        """How much was accepted."""
        return len(self.leads) + len(self.visits) + len(self.projects) + len(self.jobs)


class Senders:
    """Other apps: each sends one delivery after another, and the same one again until it is accepted."""

    def __init__(
        self,
        house: House,
        work: Work,
        *,
        deliveries: Iterator[tuple[str, int]],
        senders: int = 4,
        pause: float = 0.05,
    ) -> None:
        """`pause` is how many seconds each sender rests between two deliveries."""
        self._house, self._work, self._deliveries = house, work, deliveries
        self._pause = pause
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(senders)]
        self.broken: list[BaseException] = []

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Begin no further delivery; those under way are sent until they are accepted."""
        self._over.set()

    @property
    def busy(self) -> bool:
        """Whether something is still to be sent."""
        return any(thread.is_alive() for thread in self._threads)

    def _next(self) -> tuple[str, int] | None:
        with self._lock:
            return None if self._over.is_set() else next(self._deliveries, None)

    def _send(self) -> None:
        try:
            while (delivery := self._next()) is not None:
                self._send_one(*delivery)
                time.sleep(self._pause)
        except BaseException as problem:
            self.broken.append(problem)
            raise

    def _send_one(self, path: str, number: int) -> None:
        token = f"{path}-{number}"
        fields: dict[str, Any] = {"token": token, "phone": f"+1 555 {1_000_000 + number}", "rooms": list(ROOMS)}
        deadline = time.monotonic() + LONGEST_TRY
        while (status := self._house.post(path, fields)) != 202:
            if status not in (0, 502, 503):
                self._work.odd.append(f"{token} was answered {status}")
            assert time.monotonic() < deadline, f"{token} was not accepted, last answer {status}"
            self._work.sent_again += 1
            time.sleep(0.3)
        self._work.accepted[path].append(token)


def mixed() -> Iterator[tuple[str, int]]:
    """Deliveries without end: leads, visits and projects in turn."""
    for number in count():
        yield ("lead", "lead", "visit", "project")[number % 4], number


def leads(many: int) -> Iterator[tuple[str, int]]:
    """So many leads."""
    return (("lead", number) for number in range(many))


class Office:
    """People who move jobs from sales to production, behind the hub's back."""

    def __init__(self, house: House, work: Work) -> None:
        self._database, self._work = house.sandbox.database, work
        with self._database.reading() as connection:
            records = {
                resource.name: [
                    read_one(connection, resource, row["number"])
                    for row in connection.execute(f"SELECT number FROM {resource.name}")  # noqa: S608
                ]
                for resource in (JOB_STAGES, JOBS)
            }
        stages = {str(each["id"]): each for each in records[JOB_STAGES.name]}
        self._won = next(name for name, each in stages.items() if each["name"] == "Won - Needs Schedule")
        self._waiting = [
            str(each["id"]) for each in records[JOBS.name] if stages[each["stage_id"]]["category"] == "sales"
        ]

    def move_one(self) -> None:
        """Move the next job, if there is one left."""
        if self._waiting:
            job = self._waiting.pop()
            with self._database.writing() as connection:
                update_record(Pen(connection, "Office", time.time()), JOBS, job, {"stage_id": self._won})
            self._work.jobs.append(job)
