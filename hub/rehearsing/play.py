"""One test played from beginning to end: the real intake and the real engine, with stand-ins for the world."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from hub.engine.bench import Tools
from hub.engine.intake import Intake, source_of
from hub.engine.journal import Journal
from hub.engine.rehearsal import Rehearsal, rehearse
from hub.engine.transport import Doors, DraftStored
from hub.engine.waiting import NO_HOLIDAYS, Calendar
from hub.errors import HubError, Permanent, Place
from hub.model import Event, Recipe, Record, Step, StepRecord, StepStatus, Trigger
from hub.recipe.expressions import Expressions
from hub.registry import Registry
from hub.rehearsing.account import Account, GivenError
from hub.rehearsing.called import CalledRecipes
from hub.rehearsing.case import NOT_STARTED, Case, Given
from hub.rehearsing.faults import Faults
from hub.rehearsing.outside import CannedWeb, KeptMail, KeptMessages, Shown
from hub.rehearsing.replies import Replies
from hub.rehearsing.stored import keep_given
from hub.stored import LookupTable
from hub.triggers.poll import changed_fields
from hub.triggers.webhook import receive
from hub.workglue.lookup import find_created
from hub.workglue.profile import Profile

ANSWERS = "https://hub.example.com/answers"
"""Where the links of a test lead."""

_SECRET = re.compile(r"\bsecrets\s*(?:\.\s*|\[\s*['\"])([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all tests share: the language and the dialect of the Public API."""

    profile: Profile
    registry: Registry
    expressions: Expressions
    calendar: Calendar = NO_HOLIDAYS
    tables: Mapping[str, LookupTable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Played:
    """What a test came to. `took` is in seconds of the test's own clock. `account` still knows the names of things.

    `unanswered` are calls that the test has no answer for, `unused` the steps whose faults never came up, `unasked`
    those that never waited for the answer that the test gives.
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
    unasked: tuple[str, ...] = ()
    stored: DraftStored = field(default_factory=DraftStored)
    started: tuple[Record, ...] = ()

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
        self._secrets = {name: _stand_in(name, recipe) for name in _secret_names(recipe)} | dict(case.secrets)
        shown = Shown(self._secrets)
        self.account = Account(
            surroundings.profile, given=case.given, clock=self.now, fills=case.fills, later=case.later
        )
        self.faults = Faults(case.troubles, reach=self.account.reach)
        self.stored = DraftStored(cells=keep_given(case.stored, recipe.id), tables=surroundings.tables)
        self.web = CannedWeb(case.answers, shown)
        self.letters = KeptMessages(shown)
        self.replies = Replies(case.replies, recipe)
        self.called = CalledRecipes(case.endings, shown, self.now)

    def now(self) -> float:
        """The moment that the engine last saw."""
        return self._moment

    def tools(self, journal: Journal, clock: Callable[[], float]) -> Tools:
        """hub.engine.rehearsal.ToolsFor: the engine acts, but only on the stand-ins."""

        def watched() -> float:
            self._moment = clock()
            return self._moment

        self.replies.follow(watched)
        return Tools(
            journal=journal,
            doors=Doors(self.account, self.web, self.letters, find_created, KeptMail(self.letters), self.stored),
            registry=self.faults.arm(self._surroundings.registry),
            expressions=self._surroundings.expressions,
            clock=watched,
            luck=lambda: 0.5,
            secrets=lambda: self._secrets,
            reject_key=_no_key,
            answers=self.replies,
            links=_link,
            chains=self.called,
            calendar=self._surroundings.calendar,
        )


def _link(_root_id: str, place: str, answer: str) -> str:
    """The address of an answer, the same in every test."""
    return f"{ANSWERS}/{place}/{answer}"


def _stand_in(name: str, recipe: Recipe) -> str:
    """A text in the place of a secret. What signs a webhook must be able to sign."""
    text = f"stand-in-for-{name}"
    steps = recipe.every_step()
    signers = (str(each.arguments.get("secret", "")) for each in steps if each.action == "webhook.send")
    if any(name in _SECRET.findall(each) for each in signers):
        return f"whsec_{base64.b64encode(text.encode()).decode()}"
    return text


def _no_key(_connection: str, _version: int) -> None:
    """There is no key to mark as rejected."""


def _secret_names(recipe: Recipe) -> Iterator[str]:
    """The secrets that a recipe names: in its text, and in the inputs that an instance gives."""
    yield from _SECRET.findall(recipe.source)
    for name, value in recipe.origin.values.items() if recipe.origin else ():
        if recipe.inputs[name]["type"] == "secret" and value is not None:
            yield from (value,) if isinstance(value, str) else value


def play(case: Case, recipe: Recipe, surroundings: Surroundings) -> Played:
    """Play one test. HubError, with a place, when the test itself cannot be: an impossible record, no such trigger."""
    world = _World(case, recipe, surroundings)
    trigger = _trigger(case, recipe)
    event = _event(case, recipe, trigger, world.account)
    ended = _rehearsed(recipe, trigger, event, surroundings, world)
    return Played(
        ended.status if ended else NOT_STARTED,
        ended.reason if ended else "The event does not start the recipe.",
        {each.path: each for each in ended.journal} if ended else {},
        tuple(world.account.writes),
        tuple(world.letters.sent),
        tuple(world.web.calls),
        world.now() - case.at,
        world.account,
        (*world.web.unanswered, *world.called.unanswered),
        tuple(each.step for each in world.faults.left()),
        tuple(each.step for each in world.replies.left()),
        world.stored,
        tuple(world.called.started),
    )


def _rehearsed(
    recipe: Recipe, trigger: Trigger, event: Event, surroundings: Surroundings, world: _World
) -> Rehearsal | None:
    """None when the event does not start the recipe by this trigger."""
    only = replace(one_by_one(recipe), triggers=(trigger,))
    ledger: Any = world.replies  # nothing is written down; who waits for an answer is known there
    intake = Intake(
        ledger=ledger,
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
    return rehearse(only, event, world.tools, others=world.replies)


_NO_LEDGER: Any = None  # nothing is written down


def one_by_one(recipe: Recipe) -> Recipe:
    """The recipe with loops that take one item, and branches side by side that are taken, one after the other, so that
    every run has the same order."""

    def single(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(
            replace(
                step,
                max_parallel=1,
                arguments={**step.arguments, "max_parallel": 1} if step.action == "parallel" else step.arguments,
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
    elif trigger.type == "recipe":
        other = str(data.get("recipe") or trigger.options.get("recipe"))
        data = {"recipe": other, "name": other, "run": "run-event", "status": trigger.options.get("status"), **data}
        return Event("test-event", kind, f"recipe:{data['recipe']}", "test-event", case.at, _as_ended(data))
    return Event("test-event", kind, source_of(recipe, trigger), "test-event", case.at, data)


def _as_ended(data: Record) -> Record:
    """The end of a run with all that it says: what the test leaves out is empty."""
    return {"reason": "", "error": None, "result": None, "event": {}, **data}


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
