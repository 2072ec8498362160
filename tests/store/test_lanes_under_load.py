"""Lanes with many who arrive and many who work, at once."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from hub.model import FINAL, RunStatus
from hub.ports import Arrival, ClaimedRun, RunChange
from hub.store.ledger import SqlLedger
from hub.store.tables import run
from hub.store.views import Views
from tests.store.lane_steps import RETRY, WAIT, arrive, claim, happen, leave, see
from tests.store.samples import NOW, make_entry, make_event, make_run


def run_at_once(jobs: list[Callable[[], None]], threads: int = 8) -> None:
    """Do all of them, many at a time; the first error is raised."""
    with ThreadPoolExecutor(threads) as pool:
        for each in [pool.submit(job) for job in jobs]:
            each.result()


def test_a_hundred_parallel_arrivals_start_one(ledger: SqlLedger) -> None:
    run_at_once([lambda n=n: arrive(ledger, str(n), "single") for n in range(100)], threads=5)  # type: ignore[misc]
    statuses = [see(ledger, str(n)).status for n in range(100)]
    assert statuses.count(RunStatus.QUEUED) == 1
    assert statuses.count(RunStatus.SKIPPED) == 99


def test_a_hundred_parallel_restarts_leave_one(ledger: SqlLedger) -> None:
    stop = threading.Event()
    begun: list[str] = []

    def work() -> None:
        while not stop.is_set():
            for name, each in claim(ledger, 3).items():
                begun.append(name)
                ledger.record([make_entry(each, change=WAIT)])

    with ThreadPoolExecutor(1) as pool:
        worker = pool.submit(work)
        run_at_once([lambda n=n: arrive(ledger, str(n), "restart") for n in range(100)], threads=4)  # type: ignore[misc]
        while claim_is_due(ledger) and not worker.done():
            pass
        stop.set()
        worker.result()
    open_ones = [n for n in range(100) if see(ledger, str(n)).status not in FINAL]
    assert len(open_ones) == 1
    assert begun[-1] == str(open_ones[0])


def claim_is_due(ledger: SqlLedger) -> bool:
    """Whether there is something to claim."""
    return Views(ledger.db).due_count(NOW) > 0


class Crowd:
    """Runs in eight lanes about twenty records, worked on by several; what goes wrong is noted."""

    def __init__(self, ledger: SqlLedger, count: int) -> None:
        chance = random.Random(7)
        self.ledger = ledger
        self.wrong: list[str] = []
        self.done: set[str] = set()
        self.order: dict[str, list[str]] = defaultdict(list)
        self.expected: dict[str, list[str]] = defaultdict(list)
        self.count = count
        self._deadline = time.monotonic() + 60
        self._guard = threading.Lock()
        self._in_lane: dict[str, str] = {}
        self._at_record: dict[str, str] = {}
        for number in range(count):
            lane, record = f"greet/{chance.randrange(8)}", str(chance.randrange(20))
            self.expected[lane].append(f"n{number} greet")
            happen(ledger, f"n{number}", record=record, mode="queued", lane=lane)

    def work(self, seed: int) -> None:
        """Claim and end runs, or let them wait or try again, until all are over."""
        own = random.Random(seed)
        while len(self.done) < self.count and not self.wrong and time.monotonic() < self._deadline:
            for name, each in claim(self.ledger, own.randrange(1, 6), now=NOW + 10_000).items():
                self._begin(name, each)
                self._end(name, each, own.choice([WAIT, RETRY, None, None]))

    def _begin(self, name: str, each: ClaimedRun) -> None:
        lane, record = each.run.lane, each.run.record_lane
        with self._guard:
            if self._in_lane.get(lane, name) != name or record in self._at_record:
                self.wrong.append(name)
            if lane not in self._in_lane:
                self.order[lane].append(name)
            self._in_lane[lane] = self._at_record[record] = name

    def _end(self, name: str, each: ClaimedRun, change: RunChange | None) -> None:
        with self._guard:
            del self._at_record[each.run.record_lane]
            if change is None:
                del self._in_lane[each.run.lane]
        leave(self.ledger, each, change or RunChange(RunStatus.SUCCEEDED, finished_at=NOW))
        if change is None:
            self.done.add(name)


def test_many_workers_keep_every_promise(ledger: SqlLedger) -> None:
    """Never two at once, neither in a lane nor at a record, and always in order; nobody is left asleep."""
    crowd = Crowd(ledger, 150)
    run_at_once([lambda n=n: crowd.work(n) for n in range(4)], threads=4)  # type: ignore[misc]
    assert crowd.wrong == []
    assert len(crowd.done) == crowd.count
    assert crowd.order == crowd.expected


def test_events_of_many_lists_at_once_do_not_block_each_other(ledger: SqlLedger) -> None:
    """Batches with the same lanes in every order: a deadlock would be an error on PostgreSQL."""

    def bring(number: int) -> None:
        lanes = [f"greet/{n}" for n in range(12)]
        random.Random(number).shuffle(lanes)
        arrivals = []
        for lane in lanes:
            event = make_event(f"{number}-{lane}")
            arrivals.append(Arrival(event, (make_run(event, f"{number}-{lane}", mode="queued", lane=lane),)))
        ledger.admit(arrivals)

    run_at_once([lambda n=n: bring(n) for n in range(40)], threads=5)  # type: ignore[misc]
    with ledger.db.read() as connection:
        places = connection.execute(select(run.c.lane, run.c.place)).all()
    assert sorted(places) == sorted((f"greet/{n}", place) for n in range(12) for place in range(1, 41))
