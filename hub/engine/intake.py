"""From an event to its runs: which recipes it starts, and the one transaction that keeps both.

delivery -> reception (is it believed, what is in it) -> event -> runs -> ledger -> bell
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from hub.engine.reception import NOT_FOUND, Answer, Receive, Reception, Told
from hub.engine.scope import event_names
from hub.errors import SignatureError, StepError
from hub.model import Delivery, DeliveryStatus, Event, Recipe, Run, RunStatus, Trigger, new_id
from hub.ports import Accepted, Arrival, Bell, Ledger
from hub.recipe.expressions import Expressions
from hub.recipe.library import proof_of
from hub.registry import Registry

PRIORITIES = {"high": 10, "normal": 0, "low": -10}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything that comes in passes here. `recipes` gives the enabled recipes in force now."""

    ledger: Ledger
    bell: Bell
    registry: Registry
    expressions: Expressions
    recipes: Callable[[], Iterable[Recipe]]
    secrets: Callable[[], Mapping[str, str]]
    receive: Receive
    clock: Callable[[], float]

    def deliver(self, delivery: Delivery) -> Answer:
        """Keep a delivery and start its runs. hub.errors.Unavailable: nothing was kept, the sender must try again."""
        found = self._listener(delivery)
        if found is None:
            self.ledger.reject(delivery, reason="No enabled recipe listens at this address.")
            return NOT_FOUND
        recipe, trigger = found
        try:
            reception = self.receive(trigger, delivery, secrets=self.secrets(), now=self.clock())
        except SignatureError as problem:
            self.ledger.reject(delivery, reason=str(problem), recipe_id=recipe.id)
            return NOT_FOUND
        if reception.answer is not None:
            self.ledger.reject(delivery, reason=reception.reason, recipe_id=recipe.id)
            return _told(reception.answer)
        return self._accept(delivery, trigger, reception)

    def admit(self, event: Event, *, ring: bool = True) -> Accepted:
        """Keep an event that came without a delivery, and start its runs."""
        accepted = self.ledger.admit([self.arrival(event)])[0]
        if ring and accepted.run_ids:
            self.bell.ring()
        return accepted

    def arrival(self, event: Event, *, believed_by: Trigger | None = None) -> Arrival:
        """The event with the runs that it starts: one for each recipe, by its first trigger that fits.

        A webhook's event starts only recipes that would have believed it for the same reason as `believed_by`.
        """
        return Arrival(event, tuple(self._runs(event, believed_by)))

    def begin(self, recipe: Recipe, trigger_id: str, event: Event) -> Run:
        """A new run of this recipe for this event, due at once."""
        now = self.clock()
        run_id = new_id("run", now)
        return Run(
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

    def _accept(self, delivery: Delivery, trigger: Trigger, reception: Reception) -> Answer:
        now = self.clock()
        event = Event(
            id=new_id("evt", now),
            type="webhook",
            source=f"webhook:{delivery.path}",
            key=reception.key,
            time=delivery.received_at,
            data=reception.data,
        )
        if reception.key_expression:
            event = replace(event, key=self._own_key(event, reception))
        unparsed = reception.status is DeliveryStatus.UNPARSED
        arrival = Arrival(event) if unparsed else self.arrival(event, believed_by=trigger)
        accepted = self.ledger.accept(
            delivery,
            arrival,
            status=reception.status,
            likeness=reception.replay_body_sha,
            reason=reception.reason,
        )
        if accepted.run_ids:
            self.bell.ring()
        state = "duplicate" if accepted.duplicate else reception.status.value
        respond = trigger.options.get("respond")
        if not respond and reception.reply is not None:
            return _told(reception.reply)
        respond = respond or {}
        body = respond.get("body") or {"id": accepted.event_id, "status": state}
        return Answer(int(respond.get("status") or 202), body)

    def _own_key(self, event: Event, reception: Reception) -> str:
        """The key by the recipe's `dedupe`; the sender's own where that cannot be read."""
        try:
            value = self.expressions.bare(reception.key_expression, event_names(event, now=self.clock))
        except StepError as problem:
            log.warning("`dedupe` of %s could not be read, so the sender's own id counts. (%s)", event.source, problem)
            return reception.key
        return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()

    def _listener(self, delivery: Delivery) -> tuple[Recipe, Trigger] | None:
        for recipe in self.recipes():
            for trigger in recipe.triggers:
                if trigger.type == "webhook" and trigger.options.get("path") == delivery.path:
                    return recipe, trigger
        return None

    def _runs(self, event: Event, believed_by: Trigger | None) -> Iterable[Run]:
        for recipe in self.recipes():
            trigger = self._fitting(recipe, event, believed_by)
            if trigger is not None:
                yield self.begin(recipe, trigger.id, event)

    def _fitting(self, recipe: Recipe, event: Event, believed_by: Trigger | None) -> Trigger | None:
        for trigger in recipe.triggers:
            kind = self.registry.trigger(trigger.type)
            if kind is None or event.source != source_of(recipe, trigger) or not kind.matches(trigger, event):
                continue
            if believed_by is not None and proof_of(trigger) != proof_of(believed_by):
                continue
            if trigger.where is None or self._holds(trigger, event):
                return trigger
        return None

    def _holds(self, trigger: Trigger, event: Event) -> bool:
        """Whether `where` holds. A condition that breaks starts the run, which then fails with the reason."""
        assert trigger.where is not None
        try:
            return self.expressions.condition(trigger.where, event_names(event, now=self.clock)).value
        except StepError:
            return True


def _told(told: Told) -> Answer:
    return Answer(told.status, told.body, dict(told.headers))


def source_of(recipe: Recipe, trigger: Trigger) -> str:
    """Where the events of this trigger come from: "poll:jobs", "webhook:<path>", "schedule:<recipe>/<trigger>"."""
    if trigger.type == "poll":
        return f"poll:{trigger.options['resource']}"
    if trigger.type == "webhook":
        return f"webhook:{trigger.options['path']}"
    if trigger.type == "schedule":
        return f"schedule:{recipe.id}/{trigger.id}"
    return f"{trigger.type}:{recipe.id}"


def listened_resources(recipes: Iterable[Recipe]) -> dict[str, list[Trigger]]:
    """The lists that must be polled, with the triggers that listen to each."""
    result: dict[str, list[Trigger]] = {}
    for recipe in recipes:
        for trigger in recipe.triggers:
            if trigger.type == "poll":
                result.setdefault(str(trigger.options["resource"]), []).append(trigger)
    return result
