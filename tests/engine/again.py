"""A workshop with what people do about runs that failed, and with faults that stay until they are mended."""

from __future__ import annotations

from typing import Any

import pytest

from hub.engine.bench import Bench, Lease
from hub.engine.run import Ended, work
from hub.errors import Permanent
from hub.model import Recipe, RunStatus
from hub.services.resuming import Resuming, Way
from hub.shelf import Shelf
from tests.engine.account import Account
from tests.engine.conftest import Workshop
from tests.services.bell import StillBell

NO = Permanent("There is no stage called Good Leed.")
SAME, CURRENT = Way(), Way(current=True)
START, START_CURRENT = Way(from_start=True), Way(from_start=True, current=True)
THREE = """
  - {id: first, action: jobs.create, with: {name: first}}
  - {id: second, action: jobs.create, with: {name: second}}
  - {id: third, action: jobs.create, with: {name: third}}"""
ONCE = "settings: {retry: {attempts: 1}}"
TELL = '  - {id: note, action: notify.send, with: {to: "json://chat", body: hello}}'
TELL_SECRETLY = TELL.replace('"json://chat"', '"{{ secrets.CHAT }}"')
WAYS = """
  - id: way
    action: choose
    branches:
      - if: "true"
        steps:
          - {id: one, action: jobs.create, with: {name: one}}
          - {id: two, action: jobs.create, with: {name: two}}
  - id: both
    action: parallel
    branches:
      - steps: [{id: left, action: jobs.create, with: {name: left}}]
      - steps: [{id: right, action: jobs.create, with: {name: right}}]"""


class Again:
    """A shop with what people do about failed runs."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        shelf = Shelf(shop.views, shop.registry, clock=lambda: 0.0)
        self.shelf = shelf
        self.resuming = Resuming(
            ledger=shop.ledger,
            views=shop.views,
            shelf=shelf,
            current=lambda recipe_id: next(each for each in shop.recipes if each.id == recipe_id),
            intake=shop.intake,
            registry=shop.registry,
            bell=StillBell(),
            clock=shop.clock,
        )

    def work(self) -> Ended:
        """Claim the run that is due and work on it, by the version that it is pinned to."""
        claimed = self.shop.claim()
        recipe = self.shelf.version(claimed.run.recipe_id, claimed.run.recipe_version)
        return work(
            Bench.lay(claimed, recipe=recipe, tools=self.shop.tools, lease=Lease(), stopping=self.shop.stopping)
        )

    def finish(self) -> Ended:
        """Work until the run does not go on by itself."""
        for _ in range(50):
            ended = self.work()
            if ended.due_at is None:
                return ended
            self.shop.now = max(self.shop.now, ended.due_at)
        raise AssertionError("the run does not end")

    def fail(self, steps: str, faults: list[Any], *, more: str = "") -> str:
        """A run of these steps that has met these faults of the account and failed; its id."""
        recipe = self.shop.recipe(steps, more=more)
        run = self.shop.begin(recipe)
        self.shop.account.faults = faults
        ended = self.finish()
        assert ended.status is RunStatus.FAILED, ended
        self.shop.account.faults = []
        return run

    def resume(self, run: str, way: Way = SAME, **more: Any) -> str:
        """Take it up."""
        self.shop.now += 10
        take = self.resuming.start_over if way.from_start else self.resuming.resume
        new = take(run, way=way, by="ana@example.com", **more)
        assert new
        return new

    def replace(self, recipe: Recipe, steps: str, more: str = "") -> None:
        """Put another version of a recipe in force."""
        shop = self.shop
        others = [each for each in shop.recipes if each.id != recipe.id]
        number = int(recipe.id.removeprefix("recipe-"))
        shop.recipes = shop.recipes[: number - 1]
        new = shop.recipe(steps, more=more)
        assert new.id == recipe.id
        shop.recipes = [*others, new]


@pytest.fixture
def again(shop: Workshop) -> Again:
    """A shop with what people do about failed runs."""
    return Again(shop)


def fail_at(account: Account, name: str, error: Exception, *, when: str = "before") -> None:
    """Let the create of this name fail, as long as it is not taken away."""
    real = account.create

    def create(resource: str, fields: Any, *, key: str) -> Any:
        if fields.get("name") != name:
            return real(resource, fields, key=key)
        if when == "after":
            real(resource, fields, key=key)
        raise error

    account.create = create  # type: ignore[method-assign]


def mend(account: Account) -> None:
    """Everything works again."""
    account.__dict__.pop("create", None)


def failed_in_second(again: Again, error: Exception = NO, **more: Any) -> str:
    fail_at(again.shop.account, "second", error, **more)
    run = again.fail(THREE, [], more=ONCE)
    mend(again.shop.account)
    return run
