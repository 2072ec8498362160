"""The trigger types together: what they are called, what they take and give, and the small ones."""

from __future__ import annotations

import json

import pytest

from hub.registry import Registry
from hub.triggers import builtin
from tests.triggers.samples import TYPES, event, findings, trigger

WORDS = {"text", "number", "integer", "boolean", "list", "object", "any", "duration", "expression", "condition"}


def test_they_fit_into_one_registry() -> None:
    registry = Registry()
    for each in builtin():
        registry.add_trigger(each)
    assert [each.name for each in registry.triggers()] == ["manual", "poll", "recipe", "schedule", "webhook"]


@pytest.mark.parametrize("name", TYPES)
def test_a_type_is_documented_in_words_that_the_reader_knows(name: str) -> None:
    kind = TYPES[name]
    assert kind.doc.endswith(".")
    for parameter in kind.parameters:
        assert set(parameter.type.split("|")) <= WORDS
        assert parameter.doc.endswith(".")
        json.dumps(parameter.default)
    assert all(text.endswith(".") for text in kind.scope.values())


def test_what_each_type_gives_to_expressions() -> None:
    assert {name: sorted(kind.scope) for name, kind in TYPES.items()} == {
        "poll": ["before", "changed", "event", "record"],
        "webhook": ["body", "event", "headers", "query"],
        "schedule": ["event", "scheduled_at"],
        "manual": ["event", "inputs"],
        "recipe": ["event"],
    }


def test_an_event_starts_the_trigger_whose_source_it_is() -> None:
    hook, schedule = trigger("webhook", path="leads/web"), trigger("schedule")
    assert TYPES["webhook"].matches(hook, event("webhook", source="webhook:leads/web"))
    assert not TYPES["webhook"].matches(hook, event("webhook", source="webhook:leads"))
    assert not TYPES["webhook"].matches(hook, event("manual", source="webhook:leads/web"))
    assert TYPES["schedule"].matches(schedule, event("schedule", source="schedule:remind/t1"))
    assert not TYPES["schedule"].matches(schedule, event("schedule", source="schedule:remind/t2"))
    assert not TYPES["schedule"].matches(schedule, event("manual", source="schedule:remind/t1"))
    assert TYPES["manual"].matches(trigger("manual"), event("manual", source="manual:remind"))
    assert not TYPES["manual"].matches(trigger("manual"), event("webhook"))


@pytest.mark.parametrize(
    ("options", "source", "status", "expected"),
    [
        ({}, "recipe:remind", "failed", True),
        ({}, "recipe:remind", "succeeded", False),
        ({"recipe": "any", "status": "succeeded"}, "recipe:remind", "succeeded", True),
        ({"recipe": "remind"}, "recipe:remind", "failed", True),
        ({"recipe": "remind"}, "recipe:remind-2", "failed", False),
        ({"recipe": "remind"}, "recipe:any", "failed", False),
    ],
)
def test_after_another_recipe(options: dict[str, str], source: str, status: str, expected: bool) -> None:
    done = event("recipe", {"status": status}, source=source)
    assert TYPES["recipe"].matches(trigger("recipe", **options), done) is expected


def test_a_recipe_that_can_have_no_such_id() -> None:
    assert "no recipe's id" in findings(trigger("recipe", recipe="Remind.yaml"))["recipe"]
    assert findings(trigger("recipe", recipe="remind_2")) == {}
    assert not TYPES["recipe"].matches(trigger("recipe"), event("manual", {"status": "failed"}))
