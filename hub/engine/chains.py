"""How runs start runs of other recipes: by calling them, and by ending.

Both are written in the transaction that makes them happen: a call with the caller's own line about it, the event of an
end with the end. The ids of a called run come from the idempotency key of the step, so a step that is repeated finds
the run that it has started.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Protocol

from hub.engine.intake import Intake
from hub.engine.lanes import MOST_HOPS
from hub.errors import Permanent
from hub.model import Event, Recipe, Run, RunStatus, new_id
from hub.ports import Arrival, ClaimedRun, RunChange
from hub.recipe.calling import fill_inputs, find_misfits, manual_trigger
from hub.recipe.nearest import suggest

TOO_DEEP = f"Recipes have started each other {MOST_HOPS} times in a row"
_HEARD = (RunStatus.SUCCEEDED, RunStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Called:
    """A call: the run that does it and, where it is still to be started, what must be written down for that."""

    run_id: str
    arrival: Arrival | None = None


class Chains(Protocol):
    """Starts runs of other recipes."""

    def call(self, caller: ClaimedRun, key: str, recipe_id: str, inputs: Mapping[str, Any]) -> Called:
        """The run of another recipe for the step with this idempotency key. Permanent when it cannot be called so."""

    def look_at(self, run_id: str) -> Run | None:
        """A called run as it stands now, None when there is none."""

    def followers(self, ended: ClaimedRun, change: RunChange, *, name: str) -> tuple[Arrival, ...]:
        """What recipes that listen for the end of this run get; nothing where none does. `name` is its recipe's."""


@dataclass(frozen=True, slots=True)
class LiveChains:
    """Chains over the recipes in force."""

    intake: Intake

    def call(self, caller: ClaimedRun, key: str, recipe_id: str, inputs: Mapping[str, Any]) -> Called:
        """See Chains."""
        if caller.event.hop + 1 > MOST_HOPS:
            raise Permanent(f"{TOO_DEEP}, so `{recipe_id}` is not called.", hint="Do more in one recipe.")
        known = {each.id: each for each in self.intake.recipes()}
        if recipe_id not in known:
            raise Permanent(f"There is no recipe `{recipe_id}` that is switched on.", hint=suggest(recipe_id, known))
        recipe = known[recipe_id]
        trigger = manual_trigger(recipe)
        if trigger is None:
            raise Permanent(f"The recipe `{recipe_id}` cannot be called: it has no trigger of the type `manual`.")
        refuse_misfits(recipe, inputs)
        key, run_id = self._next(caller.run.root_id, key)
        event = Event(
            id=f"evt{run_id.removeprefix('run')}",
            type="call",
            source=f"call:{recipe.id}",
            key=key,
            time=self.intake.clock(),
            data={"inputs": fill_inputs(recipe, inputs), "caller": _about(caller)},
            origin="test" if caller.event.origin == "test" else "recipe",
            cause_run_id=caller.run.id,
            hop=caller.event.hop + 1,
        )
        run = replace(self.intake.begin(recipe, trigger.id, event), id=run_id, root_id=run_id)
        return Called(run_id, Arrival(event, (run,)))

    def _next(self, root_id: str, key: str) -> tuple[str, str]:
        """The key and the id of the run of a call. One that has failed stays as it is: a step that is begun anew after
        that, because a person says so or in a run that takes up another one, calls anew."""
        for number in count(1):
            numbered = key if number == 1 else f"{key}/{number}"
            run_id = called_run_id(root_id, numbered)
            earlier = self.look_at(run_id)
            if earlier is None or earlier.status not in (RunStatus.FAILED, RunStatus.CANCELLED):
                break
        return numbered, run_id

    def look_at(self, run_id: str) -> Run | None:
        """See Chains."""
        return self.intake.ledger.look_at(run_id)

    def followers(self, ended: ClaimedRun, change: RunChange, *, name: str) -> tuple[Arrival, ...]:
        """See Chains."""
        if change.status not in _HEARD or change.finished_at is None or ended.event.origin == "test":
            return ()
        event = Event(
            id=new_id("evt", change.finished_at),
            type="recipe",
            source=f"recipe:{ended.run.recipe_id}",
            key=ended.run.id,
            time=change.finished_at,
            data=end_data(ended, change, name=name),
            origin="recipe",
            cause_run_id=ended.run.id,
            hop=ended.event.hop + 1,
        )
        arrival = self.intake.arrival(event)
        if not arrival.runs:
            return ()
        if event.hop > MOST_HOPS:
            arrival = replace(arrival, runs=tuple(_skipped(each, change.finished_at) for each in arrival.runs))
        return (arrival,)


def refuse_misfits(recipe: Recipe, inputs: Mapping[str, Any]) -> None:
    """Permanent, with all that is wrong with what a call gives, when there is anything."""
    wrong = find_misfits(recipe, inputs, recipe.triggers[0].place)
    if wrong:
        told = " ".join(each.message for each in wrong)
        hint = next((each.hint for each in wrong if each.hint), "")
        raise Permanent(f"The recipe `{recipe.id}` cannot be called with these inputs. {told}", hint=hint)


def called_run_id(root_id: str, key: str) -> str:
    """The id of the run that the step with this key calls: always the same one."""
    return f"{root_id[:16]}{hashlib.sha256(key.encode()).hexdigest()[:14]}"


def end_data(ended: ClaimedRun, change: RunChange, *, name: str) -> dict[str, Any]:
    """What the event of a run's end says. `event` is what the first run of the chain was started with."""
    earlier = ended.event.data
    return {
        "recipe": ended.run.recipe_id,
        "name": name,
        "run": ended.run.id,
        "status": change.status.value,
        "reason": change.reason,
        "error": dict(change.error) if change.error is not None else None,
        "result": change.result,
        "event": earlier.get("event") if ended.event.type == "recipe" else dict(earlier),
    }


def _about(caller: ClaimedRun) -> dict[str, str]:
    return {"recipe": caller.run.recipe_id, "run": caller.run.id}


def _skipped(run: Run, now: float) -> Run:
    reason = f"{TOO_DEEP}, so this run does nothing."
    return replace(run, status=RunStatus.SKIPPED, reason=reason, finished_at=now)
