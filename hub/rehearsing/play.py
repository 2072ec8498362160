"""One test played from beginning to end: the real intake and the real engine, with stand-ins for the world."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hub.engine.bench import Tools
from hub.engine.intake import Intake, source_of
from hub.engine.journal import Journal
from hub.engine.rehearsal import Rehearsal, ToolsFor, rehearse
from hub.engine.transport import Doors
from hub.errors import HubError, Permanent, Place
from hub.model import Event, Recipe, Record, Step, StepRecord, StepStatus, Trigger
from hub.recipe.expressions import Expressions
from hub.registry import Registry
from hub.rehearsing.account import Account, GivenError
from hub.rehearsing.case import NOT_STARTED, Case, Given
from hub.rehearsing.faults import Faults
from hub.rehearsing.outside import CannedWeb, KeptMessages, Shown
from hub.triggers.poll import changed_fields
from hub.triggers.webhook import receive
from hub.workglue.lookup import find_created
from hub.workglue.profile import Profile

_SECRET = re.compile(r"\bsecrets\s*(?:\.\s*|\[\s*['\"])([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all tests share: the language and the dialect of the Public API."""

    profile: Profile
    registry: Registry
    expressions: Expressions
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Played:
    """What a test came to. `took` is in seconds of the test's own clock. `account` still knows the names of things.

    `unanswered` are calls that the test has no answer for, `unused` the steps whose faults never came up.
    """

    status: str
    reason: str
    steps: Mapping[str, StepRecord]
    writes: tuple[Record, ...]
    messages: tuple[Record, ...]
    calls: tuple[Record, ...]
    took: float
    account: Account
    unanswered: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()

    @property
    def variables(self) -> Record:
        """What the `set` steps made, the last value of each name."""
        found: Record = {}
        for each in self.steps.values():
            if each.action == "set" and each.status is StepStatus.OK:
                found |= each.output
        return found


class _World:
    """The stand-ins for everything outside, and the clock of one test."""

    def __init__(self, case: Case, recipe: Recipe, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._moment = case.at
        self._secrets = {name: f"stand-in-for-{name}" for name in _SECRET.findall(recipe.source)} | dict(case.secrets)
        shown = Shown(self._secrets)
        self.account = Account(
            surroundings.profile, given=case.given, clock=self.now, fills=case.fills, later=case.later
        )
        self.faults = Faults(case.troubles, reach=self.account.reach)
        self.web = CannedWeb(case.answers, shown)
        self.letters = KeptMessages(shown)

    def now(self) -> float:
        """The moment that the engine last saw."""
        return self._moment

    def tools(self, journal: Journal, clock: Callable[[], float]) -> Tools:
        """hub.engine.rehearsal.ToolsFor: the engine acts, but only on the stand-ins."""

        def watched() -> float:
            self._moment = clock()
            return self._moment

        return Tools(
            journal=journal,
            doors=Doors(self.account, self.web, self.letters, find_created),
            registry=self.faults.arm(self._surroundings.registry),
            expressions=self._surroundings.expressions,
            clock=watched,
            luck=lambda: 0.5,
            secrets=lambda: self._secrets,
            reject_key=_no_key,
            timezone=self._surroundings.timezone,
        )


def _no_key(_connection: str, _version: int) -> None:
    """There is no key to mark as rejected."""


def play(case: Case, recipe: Recipe, surroundings: Surroundings) -> Played:
    """Play one test. HubError, with a place, when the test itself cannot be: an impossible record, no such trigger."""
    world = _World(case, recipe, surroundings)
    trigger = _trigger(case, recipe)
    event = _event(case, recipe, trigger, world.account)
    ended = _rehearsed(recipe, trigger, event, surroundings, world.tools)
    return Played(
        ended.status if ended else NOT_STARTED,
        ended.reason if ended else "The event does not start the recipe.",
        {each.path: each for each in ended.journal} if ended else {},
        tuple(world.account.writes),
        tuple(world.letters.sent),
        tuple(world.web.calls),
        world.now() - case.at,
        world.account,
        tuple(world.web.unanswered),
        tuple(each.step for each in world.faults.left()),
    )


def _rehearsed(
    recipe: Recipe, trigger: Trigger, event: Event, surroundings: Surroundings, tools_for: ToolsFor
) -> Rehearsal | None:
    """None when the event does not start the recipe by this trigger."""
    only = replace(one_by_one(recipe), triggers=(trigger,))
    intake = Intake(
        ledger=_NO_LEDGER,
        bell=_NO_LEDGER,
        registry=surroundings.registry,
        expressions=surroundings.expressions,
        recipes=lambda: (only,),
        secrets=dict,
        receive=receive,
        clock=lambda: event.time,
    )
    if event.type != "manual" and not intake.arrival(event).runs:
        return None
    return rehearse(only, event, tools_for)


_NO_LEDGER: Any = None  # nothing is written down


def one_by_one(recipe: Recipe) -> Recipe:
    """The recipe with loops that take one item after the other, so that every run has the same order."""

    def single(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(
            replace(
                step,
                max_parallel=1,
                error_steps=single(step.error_steps),
                branches=tuple(replace(each, steps=single(each.steps)) for each in step.branches),
            )
            for step in steps
        )

    return replace(recipe, steps=single(recipe.steps), on_error=single(recipe.on_error))


def _trigger(case: Case, recipe: Recipe) -> Trigger:
    if not case.trigger:
        return recipe.triggers[0]
    found = next((each for each in recipe.triggers if each.id == case.trigger), None)
    if found is None:
        names = ", ".join(each.id for each in recipe.triggers)
        raise HubError(f"The recipe has no trigger `{case.trigger}`. It has {names}.", place=case.place)
    return found


def _event(case: Case, recipe: Recipe, trigger: Trigger, account: Account) -> Event:
    data: Record = dict(case.event.data)
    kind = trigger.type
    if case.event.kind == "manual" or kind == "manual":
        return Event("test-event", "manual", f"manual:{recipe.id}", "test-event", case.at, {"inputs": {}, **data})
    if trigger.type == "poll":
        word, data = _poll_data(case, str(trigger.options["resource"]), data, account)
        kind = f"{trigger.options['resource']}.{word}"
    elif trigger.type == "webhook":
        data = {"body": None, "headers": {}, "query": {}, "content_type": "application/json", **data}
    elif trigger.type == "schedule":
        data = {"scheduled_at": _iso(case.at), **data}
    return Event("test-event", kind, source_of(recipe, trigger), "test-event", case.at, data)


def _poll_data(case: Case, resource: str, data: Record, account: Account) -> tuple[str, Record]:
    """The word for what happened, and the event's data: records with all their fields, and what changed in them."""
    record = data.get("record")
    if not isinstance(record, dict):
        hint = "Give the record that the poll finds: `event: {record: {...}}`."
        raise HubError("The event of a poll needs a `record`.", hint=hint, place=case.place)
    record = {"id": f"{resource}-event", **record}
    before = data.get("before")
    word = case.event.kind or ("updated" if before is not None else "created")
    record = _shown(account, resource, record, case.place)
    # What is not said of the record before is as it is now.
    before = _shown(account, resource, _earlier(record, before), case.place) if before is not None else None
    if word != "deleted":
        account.hold(Given(resource, _plain(record), case.place))
    stamps = frozenset({account.abilities.updated_field})
    found = changed_fields(_plain(before) if before else None, _plain(record), ignore=stamps)
    changed = data.get("changed") or list(found)
    more = {"resource": resource, "record_id": record["id"], "record": record, "before": before, "changed": changed}
    return word, {"since": None, **data, **more}


def _earlier(record: Record, before: Record) -> Record:
    taken = {name for alias in before for name in (alias, f"{alias}_id", f"{alias}_ids")}
    return {**{name: value for name, value in _plain(record).items() if name not in taken}, **before}


def _plain(record: Record) -> Record:
    """Without the records that stand beside their ids."""
    return {name: value for name, value in record.items() if f"{name}_id" not in record}


def _shown(account: Account, resource: str, fields: Record, place: Place) -> Record:
    try:
        return account.full(resource, fields)
    except Permanent as problem:
        raise GivenError(problem.message, hint=problem.hint, place=place) from problem


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
