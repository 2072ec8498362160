"""Recipes that start each other by what they write: only a trigger with `on_own_writes` hears what the hub has written.

Whether their conditions end it, nobody knows before they run; so it is a warning. At run time chains stop after five.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hub.errors import Problem
from hub.model import Recipe, Step, Trigger
from hub.recipe.circles import Link, find_circle

WRITES = {"create": "created", "update": "updated", "upsert": "updated", "delete": "deleted"}
"""What a write of a verb comes back as. An upsert may create, too."""


@dataclass(frozen=True, slots=True)
class Write:
    """What a step changes: records of a resource, which come back as these events, with these fields."""

    resource: str
    events: frozenset[str]
    fields: frozenset[str]


def warn_of_feeding(recipes: Mapping[str, Recipe]) -> dict[str, list[Problem]]:
    """By recipe, a warning at the trigger by which it may start itself again."""
    links = list(_links(recipes.values()))
    found: dict[str, list[Problem]] = {}
    for recipe_id in recipes:
        circle = find_circle(recipe_id, links)
        if circle:
            path = " -> ".join([recipe_id, *(each.target for each in circle)])
            message = f"These recipes may start each other for ever by what they write: {path}."
            hint = "Watch a field that none of them writes, or take `on_own_writes` out."
            place = circle[-1].place
            found[recipe_id] = [Problem("RCP506", message, place, hint=hint, severity="warning")]
    return found


def _links(recipes: Iterable[Recipe]) -> Iterator[Link]:
    listening = [
        (recipe, trigger)
        for recipe in recipes
        for trigger in recipe.triggers
        if trigger.type == "poll" and trigger.options.get("on_own_writes")
    ]
    for source in recipes:
        for write in _writes(source.every_step()):
            for target, trigger in listening:
                if _hears(trigger, write):
                    yield Link(source.id, target.id, trigger.place)


def _writes(steps: Iterable[Step]) -> Iterator[Write]:
    for step in steps:
        resource, _, verb = step.action.partition(".")
        if verb in WRITES:
            events = {WRITES[verb], *(("created",) if verb == "upsert" else ())}
            yield Write(resource, frozenset(events), frozenset(step.arguments) - {"id", "match", "only_if"})


def _hears(trigger: Trigger, write: Write) -> bool:
    wanted = set(trigger.options.get("events") or ("created", "updated"))
    if trigger.options.get("resource") != write.resource or not wanted & write.events:
        return False
    changed = trigger.options.get("changed")
    if not changed or "created" in wanted & write.events:
        return True
    watched = {changed} if isinstance(changed, str) else {str(each) for each in changed}
    return any(_is_written(path.partition(".")[0], write.fields) for path in watched)


def _is_written(field: str, fields: frozenset[str]) -> bool:
    return not {field, f"{field}_id", f"{field}_ids", field.removesuffix("_id")}.isdisjoint(fields)
