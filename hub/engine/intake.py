"""From an event to its runs: which recipes it starts, and the one transaction that keeps both.

delivery -> reception (is it believed, what is in it) -> event -> runs -> ledger -> bell
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from hub.engine.lanes import OWN_WRITE, line_up
from hub.engine.matching import match_key
from hub.engine.reception import NOT_FOUND, Answer, Receive, Reception, Told, too_many
from hub.engine.responding import DEFAULT_STATUS, respond, respond_later
from hub.engine.scope import event_names, instance_inputs
from hub.engine.turnstile import Turnstile
from hub.errors import HubError, Place, SignatureError, StepError
from hub.model import Delivery, DeliveryStatus, Event, Recipe, Run, RunStatus, Trigger, new_id
from hub.ports import Accepted, Arrival, Bell, Ledger
from hub.recipe.expressions import Expressions
from hub.recipe.library import proof_of
from hub.recipe.listening import as_trigger, waiting_steps
from hub.registry import Registry

UNHEARD = "No enabled recipe listens at this address."
MOST_SAMPLES = 50
"""Deliveries that are kept of an address that is being set up."""

PRIORITIES = {"high": 10, "normal": 0, "low": -10}
ANY_RECIPE = "any"

_GONE_PLACE = Place("", 1, 1)
_GONE = Recipe(id="", name="", version="", source="", file="", triggers=(), steps=())
"""Stands for the recipe of a run that still waits for a delivery, when no recipe listens at the address any more."""

log = logging.getLogger(__name__)


_STATES = {DeliveryStatus.PAUSED: "accepted", DeliveryStatus.REPLAYED: "duplicate"}
"""What the sender is told where that is another word than the owner's."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a delivery came to when it was looked at again. `reason` says why it is UNPARSED."""

    status: DeliveryStatus
    arrival: Arrival
    reason: str


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything that comes in passes here. `recipes` gives the enabled recipes in force now. `per_record`: runs about
    one record go one at a time."""

    ledger: Ledger
    bell: Bell
    registry: Registry
    expressions: Expressions
    recipes: Callable[[], Iterable[Recipe]]
    secrets: Callable[[], Mapping[str, str]]
    receive: Receive
    clock: Callable[[], float]
    turnstile: Turnstile | None = None
    per_record: bool = True

    def deliver(self, delivery: Delivery) -> Answer:
        """Keep a delivery and start its runs. hub.errors.Unavailable: nothing was kept, the sender must try again."""
        found = self.listener(delivery.path)
        if found is None:
            return self._keep_unheard(delivery)
        recipe, trigger = found
        try:
            reception = self.receive(trigger, delivery, secrets=self.secrets(), now=self.clock())
        except SignatureError as problem:
            if self._keeps(delivery):
                self.ledger.reject(delivery, reason=str(problem), recipe_id=recipe.id)
            else:
                self._count(delivery.path)
            return NOT_FOUND
        if reception.answer is not None:
            self.ledger.reject(delivery, reason=reception.reason, recipe_id=recipe.id)
            return _told(reception.answer)
        if self.turnstile is not None and not delivery.origin:
            seconds = self.turnstile.wait(delivery.path, limit=reception.limit)
            if seconds:
                return too_many(seconds)
        if reception.refusal is not None:
            self.ledger.reject(delivery, reason=reception.reason, recipe_id=recipe.id)
            return _told(reception.refusal)
        return self._accept(delivery, recipe, trigger, reception)

    def judge(self, delivery: Delivery) -> Judgement:
        """What a delivery that is kept already comes to by the recipes and secrets of now; its age counts as of when
        it came. SignatureError when it is not believed, HubError when nobody listens or there is nothing to read."""
        found = self.listener(delivery.path)
        if found is None:
            raise HubError(UNHEARD, hint="Switch the recipe on first.")
        _, trigger = found
        reception = self.receive(trigger, delivery, secrets=self.secrets(), now=delivery.received_at)
        if reception.answer is not None or reception.refusal is not None:
            raise HubError(reception.reason)
        event = self._event(delivery, reception)
        unparsed = reception.status is DeliveryStatus.UNPARSED
        arrival = Arrival(event) if unparsed else self.arrival(event, believed_by=trigger)
        return Judgement(reception.status, arrival, reception.reason)

    def heard(self, event: Event) -> Arrival:
        """A webhook's event, kept earlier, with the runs that it starts now. HubError when nobody listens."""
        found = self.listener(event.source.removeprefix("webhook:"))
        if found is None:
            raise HubError(UNHEARD, hint="Switch the recipe on first.")
        return self.arrival(event, believed_by=found[1])

    def admit(self, event: Event, *, ring: bool = True) -> Accepted:
        """Keep an event that came without a delivery, and start its runs."""
        accepted = self.ledger.admit([self.arrival(event)])[0]
        if ring and accepted.run_ids:
            self.bell.ring()
        return accepted

    def arrival(self, event: Event, *, believed_by: Trigger | None = None) -> Arrival:
        """The event with the runs that it starts: one for each recipe, by its first trigger that fits.

        A webhook's event starts only recipes that would have believed it for the same reason as `believed_by`. It also
        says what the runs need to know that wait for a delivery at its address.
        """
        matches = self._matches(event) if event.type == "webhook" else None
        return Arrival(event, tuple(self._runs(event, believed_by)), matches)

    def start(self, recipe: Recipe, trigger: Trigger, event: Event) -> Run | None:
        """A run of this recipe by this very trigger, None when it does not wait for such an event."""
        kind = self.registry.trigger(trigger.type)
        if kind is None or not kind.matches(trigger, event):
            return None
        if trigger.where is not None and not self._holds(trigger, event, recipe):
            return None
        return self.begin(recipe, trigger.id, event)

    def begin(self, recipe: Recipe, trigger_id: str, event: Event) -> Run:
        """A new run of this recipe for this event, due at once."""
        now = self.clock()
        run_id = new_id("run", now)
        run = Run(
            id=run_id,
            event_id=event.id,
            recipe_id=recipe.id,
            recipe_version=recipe.version,
            trigger_id=trigger_id,
            root_id=run_id,
            status=RunStatus.QUEUED,
            due_at=now,
            created_at=now,
            priority=PRIORITIES.get(recipe.settings.priority, 0),
        )
        return line_up(run, recipe, event, expressions=self.expressions, now=self.clock, per_record=self.per_record)

    def listener(self, path: str) -> tuple[Recipe, Trigger] | None:
        """The recipe whose webhook decides about deliveries to this address, None when nobody listens there.

        A trigger comes before a step that waits for a delivery; last comes a run that waits although its recipe has
        been switched off or changed since.
        """
        recipes = tuple(self.recipes())
        triggers = ((recipe, each) for recipe in recipes for each in recipe.triggers if each.type == "webhook")
        steps = ((recipe, each) for recipe in recipes for each in waiting_steps(recipe))
        for recipe, each in chain(triggers, steps):
            if each.options.get("path") == path:
                return recipe, each
        proof = self.ledger.awaited_proof(f"webhook:{path}")
        return None if proof is None else (_GONE, as_trigger(path, proof, place=_GONE_PLACE))

    def _matches(self, event: Event) -> dict[str, str]:
        """What the expressions come to by which runs wait for a delivery at this address."""
        names = event_names(event, now=self.clock)
        return {each: match_key(each, names, self.expressions) for each in self.ledger.awaited_matches(event.source)}

    def _keep_unheard(self, delivery: Delivery) -> Answer:
        keeps = self._keeps(delivery)
        became = self.ledger.keep_unheard(delivery, reason=UNHEARD, most_samples=MOST_SAMPLES, keeps_rejected=keeps)
        if became is not DeliveryStatus.REJECTED:
            return Answer(DEFAULT_STATUS, {"status": _STATES.get(became, became.value)})
        if not keeps:
            self._count("")
        return NOT_FOUND

    def _keeps(self, delivery: Delivery) -> bool:
        return self.turnstile is None or self.turnstile.keeps(delivery.remote)

    def _count(self, path: str) -> None:
        if self.turnstile is not None:
            self.turnstile.count_unbelieved(path)

    def _event(self, delivery: Delivery, reception: Reception) -> Event:
        is_test = delivery.origin == "test"
        event = Event(
            id=new_id("evt", self.clock()),
            type="webhook",
            source=f"webhook:{delivery.path}",
            key=f"test:{delivery.id}" if is_test else reception.key,  # a test must not stand for the real thing
            time=delivery.received_at,
            data=reception.data,
            origin=delivery.origin or "outside",
        )
        if reception.key_expression and not is_test:
            return replace(event, key=self._own_key(event, reception))
        return event

    def _accept(self, delivery: Delivery, recipe: Recipe, trigger: Trigger, reception: Reception) -> Answer:
        event = self._event(delivery, reception)
        unparsed = reception.status is DeliveryStatus.UNPARSED
        arrival = Arrival(event) if unparsed else self.arrival(event, believed_by=trigger)
        accepted = self.ledger.accept(
            delivery,
            arrival,
            status=reception.status,
            likeness="" if delivery.origin else reception.replay_body_sha,
            reason=reception.reason,
            same_body=reception.same_body and not reception.key_expression,
        )
        if accepted.run_ids or arrival.matches:
            self.bell.ring()
        return self._answer(replace(event, id=accepted.event_id), accepted, recipe, trigger, reception)

    def _answer(
        self, event: Event, accepted: Accepted, recipe: Recipe, trigger: Trigger, reception: Reception
    ) -> Answer:
        plain = Answer(DEFAULT_STATUS, {"id": event.id, "status": _STATES.get(accepted.became, accepted.became.value)})
        option = trigger.options.get("respond")
        if not option:
            return _told(reception.reply) if reception.reply is not None else plain
        names = event_names(event, now=self.clock)
        if not option.get("wait"):
            return respond(option, names, self.expressions, otherwise=plain)
        if accepted.became not in (DeliveryStatus.ACCEPTED, DeliveryStatus.DUPLICATE):
            return plain
        later = respond_later(option, names, self.expressions, event_id=event.id, recipe_id=recipe.id)
        return replace(plain, awaited=later)

    def _own_key(self, event: Event, reception: Reception) -> str:
        """The key by the recipe's `dedupe`; the sender's own where that cannot be read."""
        try:
            value = self.expressions.bare(reception.key_expression, event_names(event, now=self.clock))
        except StepError as problem:
            log.warning("`dedupe` of %s could not be read, so the sender's own id counts. (%s)", event.source, problem)
            return reception.key
        return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()

    def _runs(self, event: Event, believed_by: Trigger | None) -> Iterable[Run]:
        for recipe in self.recipes():
            trigger = self._fitting(recipe, event, believed_by)
            if trigger is not None:
                yield self.begin(recipe, trigger.id, event)

    def _fitting(self, recipe: Recipe, event: Event, believed_by: Trigger | None) -> Trigger | None:
        for trigger in recipe.triggers:
            kind = self.registry.trigger(trigger.type)
            if kind is None or not _hears(recipe, trigger, event) or not kind.matches(trigger, event):
                continue
            if event.origin == OWN_WRITE and not trigger.options.get("on_own_writes"):
                continue
            if believed_by is not None and proof_of(trigger) != proof_of(believed_by):
                continue
            if trigger.where is None or self._holds(trigger, event, recipe):
                return trigger
        return None

    def _holds(self, trigger: Trigger, event: Event, recipe: Recipe) -> bool:
        """Whether `where` holds. A condition that breaks starts the run, which then fails with the reason."""
        assert trigger.where is not None
        names = event_names(event, now=self.clock)
        if recipe.origin:
            names["inputs"] = {**event.data.get("inputs", {}), **instance_inputs(recipe, {})}
        try:
            return self.expressions.condition(trigger.where, names).value
        except StepError:
            return True


def _told(told: Told) -> Answer:
    return Answer(told.status, told.body, dict(told.headers))


def source_of(recipe: Recipe, trigger: Trigger) -> str:
    """Where the events of this trigger come from: "poll:jobs", "webhook:<path>", "recipe:<the one that has ended>"
    (where it listens to any, "recipe:any"), "manual:<recipe>"; of all others, and of those of plug-ins, it is the only
    one to hear them: "schedule:<recipe>/<trigger>"."""
    if trigger.type == "poll":
        return f"poll:{trigger.options['resource']}"
    if trigger.type == "webhook":
        return f"webhook:{trigger.options['path']}"
    if trigger.type == "recipe":
        return f"recipe:{trigger.options.get('recipe') or ANY_RECIPE}"
    if trigger.type == "manual":
        return f"manual:{recipe.id}"
    return f"{trigger.type}:{recipe.id}/{trigger.id}"


def _hears(recipe: Recipe, trigger: Trigger, event: Event) -> bool:
    """Whether the event comes from where this trigger listens. No recipe hears its own end."""
    source = source_of(recipe, trigger)
    if trigger.type != "recipe":
        return event.source == source
    from_another = event.source.startswith("recipe:") and event.source != f"recipe:{recipe.id}"
    return from_another and source in (event.source, f"recipe:{ANY_RECIPE}")


def listened_resources(recipes: Iterable[Recipe]) -> dict[str, list[Trigger]]:
    """The lists that must be polled, with the triggers that listen to each."""
    result: dict[str, list[Trigger]] = {}
    for recipe in recipes:
        for trigger in recipe.triggers:
            if trigger.type == "poll":
                result.setdefault(str(trigger.options["resource"]), []).append(trigger)
    return result
