"""Every net change exactly once, whatever happens: random histories of an account against the poller.

Records change, come and go, also while a list is read; stamps are coarse and by a wrong clock; changes come into the
lists late; the API breaks off, asks for patience and answers with nothing; the poller dies between any two statements.
Afterwards the events of each record must be a chain without gaps from what the baseline saw to what is true.
HUB_TEST_HISTORIES sets how many histories.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from hub.engine.polling import Poller
from hub.errors import StepError
from hub.model import Event
from hub.ports import Arrival
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.migrate import upgrade
from hub.store.rows import EVENT, read_event
from hub.store.tables import cursor, event, snapshot
from hub.triggers.changes import changed_fields
from tests.engine.simulated import LAG, PROFILES, WATCHED, Record, Simulated

HISTORIES = int(os.environ.get("HUB_TEST_HISTORIES", "180"))
BATCHES = 6
LEASE = 60.0
DAY = 86_400.0
START = 1_780_000_000.0


class Dead(BaseException):
    """The process of the poller is no more."""


class Mortal:
    """A ledger whose user dies at its n-th call, before or after it was done."""

    def __init__(self, ledger: SqlLedger, dice: random.Random) -> None:
        self._ledger = ledger
        self._dice = dice
        self.calls_left = -1

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._ledger, name)

        def call(*arguments: Any, **options: Any) -> Any:
            self.calls_left -= 1
            dies = self.calls_left == 0
            if dies and self._dice.random() < 0.5:
                raise Dead
            result = verb(*arguments, **options)
            if dies:
                raise Dead
            return result

        return call


class World:
    """An account, its poller and the clock of both."""

    def __init__(self, database: Database, seed: int) -> None:
        self.dice = random.Random(seed)
        self.now = START
        self.database = database
        self.style = list(PROFILES)[seed % len(PROFILES)]
        self.busy = self.dice.choice((0.0, 0.1, 0.4))
        self.failing = self.dice.choice((0.0, 0.0, 0.05))
        self.account = Simulated(
            self.style,
            self.clock,
            self.dice,
            skew=self.dice.choice((0.0, -90.0, 90.0, 3600.0)),
            latest=self.dice.choice((LAG, LAG, 4000.0)),
            mishap=self.mishap,
        )
        self.ledger = Mortal(SqlLedger(database), self.dice)
        self.client = self.account.client()
        self.deaths = 0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def mishap(self) -> int:
        self.now += self.dice.uniform(0.0, 0.5)
        while self.dice.random() < self.busy:
            self.live()
        if self.dice.random() < self.failing:
            return self.dice.choice((500, 429, 429))
        return 200

    def live(self) -> None:
        """Somebody does something."""
        alive = self.account.alive()
        deed = self.dice.random()
        if deed < 0.25 or not alive:
            self.account.create(a=self.dice.randrange(3))
        elif deed < 0.85:
            self.account.edit(self.dice.choice(alive), **{self.dice.choice(WATCHED): self.dice.randrange(4)})
        elif len(alive) > 1:
            self.account.delete(self.dice.choice(alive))

    def poll(self, *, full_every: float) -> None:
        """One pass, which may die or break off."""
        poller = Poller(
            api=self.client,
            ledger=self.ledger,  # type: ignore[arg-type]
            arrive=Arrival,
            compare=compare,
            clock=self.clock,
            owner=f"poller {self.deaths}",
            lease=LEASE,
            full_every=full_every,
            sleep=self.sleep,
        )
        try:
            poller.poll("jobs", full_every=full_every)
        except Dead:
            self.deaths += 1
            self.now += LEASE + 1
            self.client = self.account.client()
        except StepError:
            pass

    def live_on(self) -> None:
        """The history: people and passes in turn; then all is quiet until everything must have been seen."""
        for _ in range(self.dice.randrange(8)):
            self.live()
        for _ in range(self.dice.randrange(3, 9)):
            if self.dice.random() < 0.3:
                self.ledger.calls_left = self.dice.randrange(1, 40)
            if self.dice.random() < 0.1:
                self.account.empty_answers = 1
            self.poll(full_every=self.dice.choice((0.0, DAY, DAY, DAY)))
            self.now += self.dice.choice((10.0, 60.0, 60.0, 900.0, 20_000.0))
            for _ in range(self.dice.randrange(4)):
                self.live()
        self.busy = self.failing = 0.0
        self.ledger.calls_left = -1
        self.account.empty_answers = 0
        for _ in range(8):
            self.now += 5_000.0
            self.poll(full_every=0.0)
            self.ledger.accept_list("jobs", by="the office", now=self.now)

    def events(self) -> list[Event]:
        """All events, in the order in which they were made."""
        with self.database.read() as link:
            rows = link.execute(select(*EVENT).order_by(event.c.time, event.c.id))
            return [read_event(row) for row in rows]


def compare(before: Record | None, after: Record) -> tuple[str, ...]:
    return changed_fields(before, after, ignore=frozenset({"updated_at"}))


def watched(record: Record | None) -> tuple[Any, ...] | None:
    return None if record is None else tuple(record[name] for name in WATCHED)


def judge(world: World) -> int:
    """Fail when a change was told twice, missed, or made up. Returns how many were told."""
    told: dict[str, list[Event]] = defaultdict(list)
    for each in world.events():
        told[each.data["record_id"]].append(each)
    for record_id, versions in world.account.history.items():
        truth = [None, *(watched(each.record) for each in versions)]
        where = 0
        value = _baseline(world, told[record_id])
        for each in told[record_id]:
            verb = each.type.partition(".")[2]
            before, after = watched(each.data["before"]), watched(each.data["record"])
            if verb == "deleted":
                before, after = after, None
            assert value == before, (record_id, verb, "the chain has a gap", value, before)
            assert before != after, (record_id, verb, "nothing changed")
            assert after in truth[where:], (record_id, verb, "this never was, or before what was told already")
            where += truth[where:].index(after)
            value = after
        if told[record_id] or not _was_there_at_baseline(world, record_id):
            assert value == watched(world.account.truth(record_id)), (record_id, "the last change was missed")
        else:
            _assert_baseline_holds(world, record_id)
    return sum(len(each) for each in told.values())


def _baseline(world: World, told: list[Event]) -> tuple[Any, ...] | None:
    """What the poller knew of a record before its first event. Its kind says it: only a new one has no before."""
    if not told or told[0].type.endswith("created"):
        return None
    return watched(told[0].data["before"] or told[0].data["record"])


def _was_there_at_baseline(world: World, record_id: str) -> bool:
    baseline = world.ledger.take_cursor("jobs", owner="judge", now=world.now + DAY, lease=0.0)
    return bool(world.account.history[record_id][0].at <= baseline.baseline_at)


def _assert_baseline_holds(world: World, record_id: str) -> None:
    """A record without events: what is known of it is the truth, or it was never there for the poller."""
    seen = world.ledger.snapshots("jobs", [record_id]).get(record_id)
    assert watched(seen.record if seen else None) == watched(world.account.truth(record_id)), record_id


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A database in memory as far as the machine has room for that: nothing has to survive this test."""
    place = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path.cwd()  # noqa: S108
    file = place / f"hub-histories-{os.getpid()}-{os.environ.get('PYTEST_XDIST_WORKER', '')}.db"
    database = Database.open(f"sqlite:///{file}")
    upgrade(database)
    yield database
    database.close()
    for each in place.glob(f"{file.name}*"):
        each.unlink()


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_net_change_is_told_exactly_once(database: Database, batch: int) -> None:
    told = deaths = 0
    for number in range(HISTORIES // BATCHES):
        seed = batch + BATCHES * number
        with database.write() as link:
            for table in (event, snapshot, cursor):
                link.execute(delete(table))
        world = World(database, seed)
        try:
            world.live_on()
            told += judge(world)
            assert world.ledger.count_unexplained("jobs") == 0
        except AssertionError as problem:
            raise AssertionError(f"history {seed} ({world.style})") from problem
        deaths += world.deaths
    assert told > HISTORIES // BATCHES, "something must have happened"
    assert deaths
