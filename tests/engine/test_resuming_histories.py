"""Nothing twice under one root, whatever happens: random runs that fail, die, are cancelled and are taken up again.

Every create and every message may fail before it leaves, after it has arrived without anybody seeing the answer, or
take its worker with it. People resume, cancel and decide at random, and decide rightly about what they can see. In the
end each effect has happened at most once under the keys of one root, and exactly once when the run went well.
HUB_TEST_HISTORIES sets how many histories.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hub.errors import LeaseLost, Permanent, RateLimited, StepError, Transient, Unknown
from hub.model import RunStatus, StepRecord, StepStatus
from tests.engine.account import Account
from tests.engine.again import Again
from tests.engine.conftest import LEASE, Workshop

HISTORIES = int(os.environ.get("HUB_TEST_HISTORIES", "24"))
BATCHES = 6
OVER = (RunStatus.FAILED, RunStatus.CANCELLED)
RECORDED = (StepStatus.OK, StepStatus.SKIPPED)


class Dead(BaseException):
    """The worker is no more."""


class Weather:
    """What goes wrong. Calm, nothing does. `executed` are the steps of which an action was called, by key."""

    def __init__(self, shop: Workshop, dice: random.Random) -> None:
        self.calm = False
        self.sent: Counter[str] = Counter()
        self._dice = dice
        self._create, self._send = shop.account.create, shop.letters.send
        shop.account.create = self.create  # type: ignore[method-assign]
        shop.letters.send = self.send  # type: ignore[method-assign]

    def create(self, resource: str, fields: Mapping[str, Any], *, key: str) -> Any:
        """Account.create, in this weather."""
        self._before()
        record = self._create(resource, fields, key=key)
        self._after()
        return record

    def send(self, to: str, *, title: str, body: str) -> None:
        """Letters.send, in this weather."""
        self._before()
        self._send(to, title=title, body=body)
        self.sent[body] += 1
        self._after()

    def _before(self) -> None:
        if not self.calm and self._dice.random() < 0.3:
            raise self._dice.choice(
                [Permanent("No."), Transient("Refused."), Unknown("Cut before."), RateLimited("Wait."), Dead()]
            )

    def _after(self) -> None:
        if not self.calm and self._dice.random() < 0.25:
            raise self._dice.choice([Unknown("Cut after."), Dead()])


def make_steps(dice: random.Random) -> tuple[str, set[str]]:
    """YAML of some steps, and the names of what they must bring about."""
    lines, names = [], set()
    for number in range(dice.randint(2, 4)):
        kind = dice.choice(["create", "message", "loop", "choose", "parallel"])
        inner = [f"{kind}{number}{letter}" for letter in "ab"]
        create = "{{id: {0}, action: jobs.create, with: {{name: {0}}}}}"
        if kind == "create":
            lines.append("  - " + create.format(inner[0]))
        elif kind == "message":
            lines.append(f'  - {{id: {inner[0]}, action: notify.send, with: {{to: "json://chat", body: {inner[0]}}}}}')
        elif kind == "loop":
            lines.append(
                f"  - {{id: loop{number}, for_each: \"['a', 'b']\", max_parallel: {dice.choice([1, 2])}, "
                f"action: jobs.create, with: {{name: 'loop{number}{{{{ item }}}}'}}}}"
            )
        else:
            branches = (
                [f"{{if: 'true', steps: [{', '.join(create.format(each) for each in inner)}]}}"]
                if kind == "choose"
                else [f"{{steps: [{create.format(each)}]}}" for each in inner]
            )
            lines.append(f"  - {{id: way{number}, action: {kind}, branches: [{', '.join(branches)}]}}")
        names |= set(inner[:1] if kind in ("create", "message") else inner)
    return "\n".join(lines), names


def recorded(steps: Mapping[str, StepRecord]) -> dict[str, Any]:
    """The results that stand, without the run that they belong to."""
    return {
        path: (each.status, each.output, each.finished_at) for path, each in steps.items() if each.status in RECORDED
    }


def decide(shop: Workshop, weather: Weather, run: str) -> None:
    """A person looks whether the message that is in doubt has arrived."""
    doubtful = [each for each in shop.steps(run).values() if each.status is StepStatus.UNKNOWN]
    wanted = next((each for each in doubtful if each.action == "notify.send"), None)
    arrived = wanted is not None and weather.sent[str(wanted.request["body"])] > 0
    shop.ledger.requeue([run], now=shop.now, decision="done" if arrived else "repeat")


def step_of_history(again: Again, weather: Weather, dice: random.Random, run: str) -> str:
    """Let one thing happen to the latest run of a chain; the id of the latest run after that."""
    shop = again.shop
    status = shop.status(run)
    if status in OVER:
        return again.resume(run)
    if status is RunStatus.HELD:
        decide(shop, weather, run)
        return run
    if not weather.calm and dice.random() < 0.15:
        shop.ledger.cancel(run, now=shop.now, by="ana")
        return run
    page = shop.page(run).run
    shop.now = max(shop.now, page.due_at, page.lease_until if status is RunStatus.RUNNING else 0.0)
    try:
        again.work()
    except (Dead, LeaseLost):
        shop.now += LEASE
    return run


@pytest.mark.parametrize("batch", range(BATCHES))
def test_nothing_happens_twice_under_one_root(tmp_path: Path, batch: int) -> None:
    for number in range(batch, HISTORIES, BATCHES):
        dice = random.Random(number)
        home = tmp_path / str(number)
        home.mkdir()
        shop = Workshop(home)
        shop.account = Account(idempotent=dice.random() < 0.6, clock=shop.clock)
        again, weather = Again(shop), Weather(shop, dice)
        steps, names = make_steps(dice)
        more = f"settings: {{retry: {{attempts: {dice.randint(1, 3)}, delays: [1s]}}}}"
        root = run = shop.begin(shop.recipe(steps, more=more))
        kept: dict[str, Any] = {}
        for turn in range(400):
            weather.calm = turn > 40
            run = step_of_history(again, weather, dice, run)
            now = recorded(shop.steps(run))
            changed = {path for path, result in kept.items() if now.get(path) != result}
            assert not changed, f"history {number}: {changed} had a result, and has another one"
            kept = now
            happened = _happened(shop, weather)
            assert all(count == 1 for count in happened.values()), f"history {number}: {happened}\n{steps}"
            if shop.status(run) is RunStatus.SUCCEEDED:
                break
        assert shop.status(run) is RunStatus.SUCCEEDED, f"history {number} does not end\n{steps}"
        assert set(_happened(shop, weather)) == names, f"history {number}\n{steps}"
        assert shop.page(run).run.root_id == root
        shop.database.close()


def _happened(shop: Workshop, weather: Weather) -> Counter[str]:
    """How often each effect has happened, by the name of what it made."""
    return Counter({name.removeprefix("create "): n for name, n in shop.account.effects.items()}) + weather.sent


def test_the_weather_is_bad_enough() -> None:
    seen: set[type[StepError] | type[Dead]] = set()
    weather = Weather.__new__(Weather)
    weather.calm, weather._dice = False, random.Random(1)
    for _ in range(300):
        for blow in (weather._before, weather._after):
            try:
                blow()
            except (StepError, Dead) as fault:
                seen.add(type(fault))
    assert seen == {Permanent, Transient, Unknown, RateLimited, Dead}
