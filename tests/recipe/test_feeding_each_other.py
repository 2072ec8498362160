"""Recipes that may start each other by what they write are named, with the way round; others are left in peace."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.actions import builtin as builtin_actions
from hub.recipe.library import read_folder
from hub.registry import Registry
from hub.triggers import builtin as builtin_triggers
from hub.workglue.profile import built_in


@pytest.fixture(scope="module")
def registry() -> Registry:
    """What comes with the hub."""
    registry = Registry()
    for action in builtin_actions(built_in()):
        registry.add_action(action)
    for trigger in builtin_triggers():
        registry.add_trigger(trigger)
    return registry


def warnings(folder: Path, registry: Registry, **recipes: str) -> dict[str, list[str]]:
    """By recipe, what is said about feeding."""
    for name, text in recipes.items():
        (folder / f"{name}.yaml").write_text(f"recipe: 1\nname: {name}\n{text}")
    return {
        Path(each.file).stem: [
            f"{problem.place.line}: {problem.message}" for problem in each.problems if problem.code == "RCP506"
        ]
        for each in read_folder(folder, registry=registry)
    }


OWN = "trigger: {{type: poll, resource: {resource}, on_own_writes: true{more}}}\nsteps:\n  - {step}\n"
UPDATE_JOB = "{action: jobs.update, with: {id: '{{ record.id }}', city: Oslo}}"
UPDATE_CUSTOMER = "{action: customers.update, with: {id: '{{ record.customer_id }}', phone: '1'}}"
TOUCH_JOB = "{action: jobs.update, with: {id: x, zip: '1'}}"


def own(step: str, resource: str = "jobs", more: str = "") -> str:
    """A recipe that hears the hub's own writes."""
    return OWN.format(resource=resource, more=more, step=step)


def test_a_recipe_that_hears_its_own_writes(tmp_path: Path, registry: Registry) -> None:
    assert warnings(tmp_path, registry, a=own(UPDATE_JOB)) == {
        "a": ["3: These recipes may start each other for ever by what they write: a -> a."]
    }


def test_two_that_feed_each_other_are_named_with_the_way_round(tmp_path: Path, registry: Registry) -> None:
    found = warnings(tmp_path, registry, a=own(UPDATE_CUSTOMER), b=own(TOUCH_JOB, resource="customers"))
    assert [line.rpartition(": ")[2] for lines in found.values() for line in lines] == ["a -> b -> a.", "b -> a -> b."]


@pytest.mark.parametrize(
    "text",
    [
        "trigger: {type: poll, resource: jobs}\nsteps:\n  - " + UPDATE_JOB + "\n",
        own(UPDATE_JOB, resource="customers"),
        own(UPDATE_JOB, more=", events: [deleted]"),
        own(UPDATE_JOB, more=", changed: [zip], events: [updated]"),
        own(UPDATE_JOB, more=", changed: {stage.category: {to: active}}, events: [updated]"),
        own("{action: set, with: {a: 1}}"),
    ],
    ids=["deaf to own writes", "another list", "another event", "another field", "a related field", "no write"],
)
def test_what_cannot_come_back_is_left_in_peace(tmp_path: Path, registry: Registry, text: str) -> None:
    assert warnings(tmp_path, registry, a=text) == {"a": []}


@pytest.mark.parametrize(
    "text",
    [
        own(UPDATE_JOB, more=", changed: city, events: [updated]"),
        own("{action: jobs.update, with: {id: x, stage: Active}}", more=", changed: [stage], events: [updated]"),
        own("{action: jobs.update, with: {id: x, stage: Active}}", more=", changed: {stage_id: }, events: [updated]"),
        own("{action: jobs.create, with: {name: x}}", more=", events: [created]"),
        own("{action: jobs.upsert, with: {match: {name: x}, city: x}}", more=", events: [created]"),
        own("{action: jobs.delete, with: {id: x}}", more=", events: [deleted]"),
        own("{action: set, with: {a: 1}, on_error: [" + UPDATE_JOB + "]}"),
        own("{action: choose, branches: [{if: record.zip, steps: [" + UPDATE_JOB + "]}]}"),
    ],
)
def test_what_comes_back_is_said(tmp_path: Path, registry: Registry, text: str) -> None:
    assert len(warnings(tmp_path, registry, a=text)["a"]) == 1
