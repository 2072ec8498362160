"""The engine on a real ledger (SQLite), with an account in memory and a clock that only moves when told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.actions import builtin as builtin_actions
from hub.engine.bench import Bench, Lease, Tools
from hub.engine.chains import LiveChains
from hub.engine.echoes import Echoes
from hub.engine.intake import Intake
from hub.engine.journal import GroupJournal
from hub.engine.links import AnswerLinks
from hub.engine.polling import Poller
from hub.engine.run import Ended, work
from hub.engine.transport import Doors
from hub.model import Event, Recipe, RunStatus, StepRecord, Trigger, new_id
from hub.ports import Arrival, ClaimedRun, Published
from hub.recipe.expressions import Expressions
from hub.recipe.reading import read
from hub.registry import Registry
from hub.rehearsing.outside import KeptMail
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.migrate import upgrade
from hub.store.views import Views
from hub.store.views.shapes import RunPage
from hub.triggers import builtin as builtin_triggers
from hub.triggers.poll import changed_fields
from hub.triggers.webhook import receive
from hub.workglue.profile import built_in
from tests.engine.account import Account, Letters, NoWeb
from tests.services.bell import StillBell

LEASE = 60.0
_compare = partial(changed_fields, ignore=frozenset({"updated_at"}))
LINKS = AnswerLinks("https://hub.example.com", "a secret")


class Workshop:
    """Everything that a test of the engine needs, with short names for what it does all the time."""

    def __init__(self, home: Path) -> None:
        self.now = 1_774_958_400.0
        self.database = Database.open(f"sqlite:///{home / 'hub.db'}")
        upgrade(self.database)
        self.ledger = SqlLedger(self.database)
        self.views = Views(self.database)
        self.registry = Registry()
        for action in builtin_actions(built_in()):
            self.registry.add_action(action)
        for trigger in builtin_triggers():
            self.registry.add_trigger(trigger)
        self.expressions = Expressions()
        self.account = Account(clock=self.clock)
        self.letters = Letters()
        self.bell = StillBell()
        self.secrets = {"CHAT": "json://secret-canary@chat"}
        self.rejected: list[tuple[str, int]] = []
        self.recipes: list[Recipe] = []
        self.stopping = threading.Event()
        self.house_messages = 0

    def clock(self) -> float:
        """The engine's clock."""
        return self.now

    @property
    def tools(self) -> Tools:
        """The tools of every run."""
        return Tools(
            journal=GroupJournal(self.ledger, patience=0.0),
            doors=Doors(self.account, NoWeb(), self.letters, self.account.look_up, KeptMail(self.letters), self.ledger),
            registry=self.registry,
            expressions=self.expressions,
            clock=self.clock,
            luck=lambda: 0.5,
            secrets=lambda: self.secrets,
            reject_key=lambda name, version: self.rejected.append((name, version)),
            chains=LiveChains(self.intake),
            answers=self.ledger,
            links=LINKS.address,
            echoes=Echoes(self.account, self.intake, _compare, dict).arrivals,
            meter=self.ledger,
            house_messages=self.house_messages,
        )

    @property
    def intake(self) -> Intake:
        """Where events come in."""
        return Intake(
            ledger=self.ledger,
            bell=self.bell,
            registry=self.registry,
            expressions=self.expressions,
            recipes=lambda: self.recipes,
            secrets=lambda: self.secrets,
            receive=receive,
            clock=self.clock,
        )

    def poller(self, **options: Any) -> Poller:
        """A poller of this account."""
        return Poller(
            api=self.account,
            ledger=self.ledger,
            arrive=self.intake.arrival,
            compare=lambda before, after: changed_fields(before, after, ignore=frozenset({"updated_at"})),
            clock=self.clock,
            owner=options.pop("owner", "poller"),
            lease=LEASE,
            full_every=options.pop("full_every", 86_400.0),
            sleep=options.pop("sleep", lambda _: None),
            related=options.pop("related", {}),
            late=self.late,
            start=self.intake.start,
            **options,
        )

    def late(self, resource: str) -> list[tuple[Recipe, Trigger]]:
        """The triggers of a list that want records from before them."""
        return [
            (recipe, trigger)
            for recipe in self.recipes
            for trigger in recipe.triggers
            if trigger.options.get("resource") == resource and trigger.options.get("start", "now") != "now"
        ]

    def recipe(self, steps: str, *, trigger: str = "{type: manual}", more: str = "") -> Recipe:
        """Put a recipe in force; `steps` and `more` are YAML."""
        number = len(self.recipes) + 1
        text = f"recipe: 1\nid: recipe-{number}\nname: Recipe {number}\ntrigger: {trigger}\n{more}\nsteps:\n{steps}\n"
        reading = read(text, file=f"recipe-{number}.yaml", registry=self.registry)
        assert reading.recipe is not None, reading.problems
        self.recipes.append(reading.recipe)
        published = [Published(each.id, each.name, each.version, each.source, each.file) for each in self.recipes]
        self.ledger.publish(published, now=self.now)
        return reading.recipe

    def begin(self, recipe: Recipe, **data: Any) -> str:
        """Start a run by hand; its id."""
        event_id = new_id("evt", self.now)
        event = Event(event_id, "manual", f"manual:{recipe.id}", event_id, self.now, {"inputs": {}, **data})
        run = self.intake.begin(recipe, recipe.triggers[0].id, event)
        self.ledger.admit([Arrival(event, (run,))])
        return run.id

    def claim(self, owner: str = "worker") -> ClaimedRun:
        """Claim the one run that is due."""
        claimed = self.ledger.claim(owner, limit=10, now=self.now, lease=LEASE)
        assert len(claimed) == 1, [each.run.id for each in claimed]
        return claimed[0]

    def bench(self, claimed: ClaimedRun) -> Bench:
        """Lay a claimed run on the bench."""
        recipe = next(each for each in self.recipes if each.id == claimed.run.recipe_id)
        lease = Lease()
        return Bench.lay(claimed, recipe=recipe, tools=self.tools, lease=lease, stopping=self.stopping)

    def work(self) -> Ended:
        """Claim the run that is due and work on it once."""
        return work(self.bench(self.claim()))

    def finish(self, *, most: int = 50) -> Ended:
        """Work until the run does not go on by itself, moving the clock over every pause."""
        for _ in range(most):
            ended = self.work()
            if ended.due_at is None:
                return ended
            self.now = max(self.now, ended.due_at)
        raise AssertionError("the run does not end")

    def page(self, run_id: str) -> RunPage:
        """Everything about a run."""
        page = self.views.run(run_id)
        assert page is not None
        return page

    def steps(self, run_id: str) -> dict[str, StepRecord]:
        """The run's journal by path."""
        return {each.step.path: each.step for each in self.page(run_id).steps}

    def status(self, run_id: str) -> RunStatus:
        """The run's state."""
        return self.page(run_id).run.status


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop of its own."""
    workshop = Workshop(tmp_path)
    yield workshop
    workshop.database.close()


Drive = Callable[..., Ended]
