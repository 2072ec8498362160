"""At which webhook addresses a recipe listens: by its triggers, and in the middle of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.errors import Place
from hub.model import Recipe, Trigger


def listeners(recipe: Recipe) -> Iterator[Trigger]:
    """The webhook triggers of a recipe, and the steps that wait for a delivery as if they were triggers."""
    yield from (each for each in recipe.triggers if each.type == "webhook")
    yield from waiting_steps(recipe)


def waiting_steps(recipe: Recipe) -> Iterator[Trigger]:
    """The steps that wait for a delivery, as if they were triggers."""
    for step in recipe.every_step():
        if step.action == "wait_for" and "webhook" in step.arguments:
            proof = (step.arguments.get("verify"), step.arguments.get("secret"))
            yield as_trigger(str(step.arguments["webhook"]), proof, place=step.place)


def as_trigger(path: str, proof: tuple[Any, Any], *, place: Place) -> Trigger:
    """What believes the deliveries that a step waits for: a trigger without a recipe to start."""
    verify, secret = proof
    return Trigger("wait_for", "webhook", {"path": path, "verify": verify, "secret": secret}, place)
