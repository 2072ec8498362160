"""Starting a recipe by hand: from the dashboard, the API or the command line."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from hub.errors import HubError, NotFound
from hub.model import Event, Recipe, new_id
from hub.ports import Arrival
from hub.recipe.calling import manual_trigger, take_inputs
from hub.services import Services

LONGEST_KEY = 200


def startable(services: Services, recipe_id: str) -> Recipe:
    """The recipe, as far as it is in force, switched on and can be started by hand. NotFound when there is none in
    force, HubError when it cannot be started so."""
    recipe = next((each for each in services.shelf.enabled() if each.id == recipe_id), None)
    if recipe is None:
        message = f"There is no recipe {recipe_id} that is in force and switched on."
        raise NotFound(message, hint="See them with: python -m hub recipes")
    if manual_trigger(recipe) is None:
        raise HubError(f"“{recipe.name}” cannot be started by hand.", hint="Give it a trigger of the type `manual`.")
    return recipe


def start_by_hand(
    services: Services, recipe_id: str, inputs: Mapping[str, Any], *, by: str, where: str = "", key: str = ""
) -> str:
    """Start a recipe with these inputs, and return its run's id. With a `key`, asking again gives the same run.

    RecipeError with every problem of the inputs; else see `startable`. Audited.
    """
    recipe = startable(services, recipe_id)
    trigger = manual_trigger(recipe)
    assert trigger is not None
    given = take_inputs(recipe, inputs)
    now = services.clock()
    event_id = new_id("evt", now)
    known_by = sha256(f"{by}|{key}".encode()).hexdigest() if key else event_id
    event = Event(event_id, "manual", f"manual:{recipe.id}", known_by, now, {"inputs": given, "by": by})
    run = services.intake.begin(recipe, trigger.id, event)
    accepted = services.ledger.admit([Arrival(event, (run,))])[0]
    if accepted.duplicate:
        page = services.views.event(accepted.event_id)
        return page.runs[-1].id if page and page.runs else ""
    after = {"recipe": recipe.id, "run": run.id}
    services.ledger.audit(by, "recipe.run", now=now, before=None, after=after, where=where)
    services.bell.ring()
    return run.id
