"""What one process does with the budget that all share: paced, never refused by the API, and told when to come back."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from hub.errors import RateLimited, StepError, Unavailable
from hub.ports import Drawn
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.migrate import upgrade
from hub.workglue.budget import POLLS_SHARE, Allowance
from hub.workglue.client import Workglue
from hub.workglue.profile import built_in
from sandbox.server import Server
from tests.workglue.faulty import Faulty, Talk

RATE = built_in().rate


class Purse:
    """hub.ports.Purse as told: the draws are answered one after the other, the last one for ever."""

    def __init__(self, *drawn: Drawn) -> None:
        self.drawn = list(drawn)
        self.asked: list[tuple[int, float]] = []
        self.learned: list[int] = []
        self.held: list[float] = []
        self.away = False

    def draw_calls(self, name: str, *, now: float, wanted: int, share: float, patience: float) -> Drawn:
        """The next answer."""
        if self.away:
            raise Unavailable("away")
        self.asked.append((wanted, share))
        return self.drawn.pop(0) if len(self.drawn) > 1 else self.drawn[0]

    def learn_rate(self, name: str, *, per_minute: int, burst: int) -> None:
        """Remembered."""
        self.learned.append(per_minute)

    def hold_calls(self, name: str, *, until: float) -> None:
        """Remembered."""
        if self.away:
            raise Unavailable("away")
        self.held.append(until)


class Clock:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.slept.append(seconds)
        self.now += seconds


def allowance(purse: Purse, clock: Clock, **more: int) -> Allowance:
    """An allowance over this purse."""
    return Allowance(purse, "workglue", rate=RATE, clock=clock, sleep=clock.sleep, **more)


def refused(allowed: Allowance) -> float:
    """When to come back."""
    with pytest.raises(RateLimited) as caught:
        allowed.spend(0.9)
    assert caught.value.retry_after is not None
    return caught.value.retry_after


def test_a_reserved_call_waits_for_its_turn() -> None:
    clock = Clock()
    allowance(Purse(Drawn(1, 1.5, 120)), clock).spend(0.9)
    assert clock.slept == [1.5]


def test_refused_calls_come_back_one_after_the_other() -> None:
    allowed = allowance(Purse(Drawn(0, 3.0, 120)), Clock())
    assert [refused(allowed) for _ in range(4)] == pytest.approx([3.5, 4.0, 4.5, 5.0])


def test_nobody_is_sent_away_for_longer_than_five_minutes() -> None:
    allowed = allowance(Purse(Drawn(0, 3.0, 120)), Clock())
    assert max(refused(allowed) for _ in range(2000)) == pytest.approx(303)


def test_a_handful_is_spent_before_the_budget_is_asked_again_and_forgotten_when_it_is_old() -> None:
    clock, purse = Clock(), Purse(Drawn(3, 0.0, 6000))
    allowed = allowance(purse, clock)
    for _ in range(3):
        allowed.spend(0.9)
    assert len(purse.asked) == 1
    allowed.spend(0.9)
    assert len(purse.asked) == 2
    clock.now += 1.5
    allowed.spend(0.9)
    assert len(purse.asked) == 3


def test_a_fast_limit_is_asked_for_in_handfuls_a_slow_one_call_by_call() -> None:
    for per_minute, wanted in ((120, 1), (6000, 10), (1_000_000, 50)):
        purse = Purse(Drawn(1, 0.0, per_minute))
        allowed = allowance(purse, Clock())
        allowed.learn({RATE.limit_header: str(per_minute)}, good=True)
        allowed.spend(0.9)
        assert purse.asked == [(wanted, 0.9)]


def test_without_a_limit_the_budget_is_looked_at_once_a_second() -> None:
    clock, purse = Clock(), Purse(Drawn(1, 0.0, 0))
    allowed = allowance(purse, clock)
    for _ in range(50):
        allowed.spend(0.9)
    assert len(purse.asked) == 1
    clock.now += 1.0
    allowed.spend(0.9)
    assert len(purse.asked) == 2


@pytest.mark.parametrize(
    ("headers", "good", "learned"),
    [
        ({"X-RateLimit-Limit": "300"}, True, [300]),
        ({"X-RateLimit-Limit": "300"}, False, [300]),
        ({}, True, [0]),
        ({}, False, []),
        ({"X-RateLimit-Limit": "many"}, False, []),
        ({"X-RateLimit-Limit": "9" * 20}, False, []),
    ],
)
def test_what_an_answer_says_about_the_limit(headers: dict[str, str], good: bool, learned: list[int]) -> None:
    purse = Purse(Drawn(1, 0.0, 120))
    allowed = allowance(purse, Clock())
    allowed.learn(headers, good=good)
    allowed.learn(headers, good=good)
    assert purse.learned == learned


def test_a_limit_that_is_set_counts_more_than_what_the_api_says() -> None:
    purse = Purse(Drawn(1, 0.0, 60))
    allowed = allowance(purse, Clock(), fixed=60)
    allowed.spend(0.9)
    allowed.learn({RATE.limit_header: "120"}, good=True)
    assert purse.learned == [60]


def test_after_a_429_every_process_keeps_away_also_when_the_database_does_not_answer() -> None:
    clock, purse = Clock(), Purse(Drawn(5, 0.0, 120))
    allowed = allowance(purse, clock)
    allowed.spend(0.9)
    allowed.hold(30)
    assert purse.held == [1030.0]
    assert 30 <= refused(allowed) <= 31
    purse.away = True
    allowed.hold(60)
    assert refused(allowed) >= 60


def test_what_another_process_was_told_holds_here_too() -> None:
    clock = Clock()
    allowed = allowance(Purse(Drawn(0, 30.0, 120, blocked=True), Drawn(5, 0.0, 120)), clock)
    assert refused(allowed) >= 30
    assert refused(allowed) >= 30
    clock.now += 30
    allowed.spend(0.9)


def test_before_the_first_answer_the_profile_counts() -> None:
    purse = Purse(Drawn(1, 0.0, None), Drawn(1, 0.0, 120))
    allowed = allowance(purse, Clock())
    allowed.spend(0.9)
    assert purse.learned == [120]
    allowed.learn({}, good=True)
    assert purse.learned == [120, 0]


def test_while_the_database_is_away_nobody_calls() -> None:
    purse = Purse(Drawn(1, 0.0, 120))
    purse.away = True
    assert refused(allowance(purse, Clock())) == 2.0


# ---- Together with the real sandbox and the real store ------------------------------------------------------------


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Server]:
    """A sandbox that allows 600 calls a minute, 20 at once."""
    with Server(tmp_path / "sandbox.db", jobs=5, today=date(2026, 3, 31), rate_per_minute=600) as server:
        yield server


def test_six_clients_under_load_are_never_refused_by_the_api(tmp_path: Path, sandbox: Server) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    first = Database.open(url)
    upgrade(first)
    SqlLedger(first).connect("workglue", fingerprint="a", now=time.time())
    statuses: Counter[str] = Counter()
    begun, lock = time.monotonic(), threading.Lock()

    def work(number: int) -> None:
        database = Database.open(url)
        allowed = Allowance(SqlLedger(database), "workglue", rate=RATE, clock=time.time, sleep=time.sleep)
        api = Workglue(
            base_url=sandbox.url, key=sandbox.key, profile=built_in(), clock=time.time, allowance=allowed
        ).at(1.0 if number else POLLS_SHARE)
        while time.monotonic() < begun + 4:
            try:
                next(iter(api.pages("job_stages", size=1)))
                said = "made"
            except RateLimited as problem:
                said = "refused by the API" if problem.status == 429 else "held back"
                time.sleep(0.05)
            except StepError as problem:
                said = str(problem)
            with lock:
                statuses[said] += 1
        database.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    first.close()
    assert set(statuses) <= {"made", "held back"}, statuses
    # 20 at once and 10 a second; a part of a machine's time goes to the others
    assert 25 <= statuses["made"] <= 65


def test_a_poll_that_has_waited_gets_its_turn_among_busy_recipes(faulty: Callable[..., Faulty]) -> None:
    shares: list[float] = []

    class Busy(Purse):
        def draw_calls(self, name: str, *, now: float, wanted: int, share: float, patience: float) -> Drawn:
            shares.append(share)
            return Drawn(1, 0.0, 120) if share > 0.9 else Drawn(0, 3.0, 120)

    def answer(talk: Talk) -> None:
        talk.answer(200, {"data": [], "next_cursor": None})

    with_budget = faulty(answer)
    clock = Clock()
    api = Workglue(
        base_url=with_budget.url, key="k", profile=built_in(), clock=clock, allowance=allowance(Busy(), clock)
    )
    pages = api.at(POLLS_SHARE).pages("jobs", patience=clock.sleep)
    assert [page.records for page in pages] == [()]
    assert shares == pytest.approx([0.6, 0.7, 0.8, 0.9, 1.0])
