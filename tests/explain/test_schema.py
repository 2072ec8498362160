"""Editors are told the same language as `check` reads: what is right passes the schema, what is wrong does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

from hub.recipe.check import check
from hub.recipe.loader import load
from hub.recipe.reading import read
from hub.recipe.schema import make_schema
from hub.registry import Parameter
from tests.explain.samples import BLUEPRINTS, REGISTRY, SHIPPED
from tests.recipe.golden import read_cases
from tests.recipe.recipe_samples import FILE, make_registry
from tests.recipe.test_recipe_docs import EXAMPLES, complete

SCHEMA = make_schema(REGISTRY)
VALIDATOR = Draft202012Validator(SCHEMA)

GOOD = """recipe: 1
name: Good
trigger: {type: poll, resource: jobs}
steps:
  - {id: a, action: jobs.list, with: {limit: "{{ record.most }}"}}
  - {action: choose, branches: [{if: record.a, steps: [{action: stop}]}, {else: true, steps: [{action: stop}]}]}
  - {action: wait, with: {for: 2h}}
  - {action: parallel, with: {max_parallel: 2}, branches: [{name: one, steps: [{action: stop}]}, {steps: null}]}
  - {action: call, timeout: 1h, with: {recipe: other, inputs: {a: "{{ record.a }}"}, wait: false}}
  - {action: http.request, with: {url: "https://example.com", method: "{{ record.method }}", json: null, form: null}}
"""


def errors(text: str) -> list[str]:
    """What the schema says about a recipe, read in its own YAML dialect."""
    return [error.message for error in VALIDATOR.iter_errors(load(text, FILE).plain())]


def test_the_schema_is_one() -> None:
    meta.validate(SCHEMA)


@pytest.mark.parametrize("file", [*SHIPPED, *BLUEPRINTS], ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_shipped_recipe_passes(file: Path) -> None:
    assert errors(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0])
def test_an_example_of_the_guide_passes(example: str) -> None:
    assert errors(complete(example)) == []


def test_the_good_recipe_passes_both() -> None:
    assert errors(GOOD) == []
    assert check(GOOD, file=FILE, registry=REGISTRY).recipe is not None


BROKEN = [
    ("recipe: 1", "recipe: 2"),
    ("name: Good\n", ""),
    ("name: Good", "name: ' '"),
    ("name: Good", "nmae: Good"),
    ("name: Good", "name: Good\nid: Not An Id"),
    ("name: Good", "name: Good\nenabled: yes"),
    ("trigger: {type: poll, resource: jobs}\n", ""),
    ("trigger: {type: poll, resource: jobs}", "trigger: {type: pol, resource: jobs}"),
    ("trigger: {type: poll, resource: jobs}", "trigger: {type: poll}"),
    ("resource: jobs", "resource: jobs, every: 60"),
    ("resource: jobs", "resource: jobs, every: soon"),
    ("resource: jobs", "resource: jobs, path: a"),
    ("resource: jobs", "resource: jobs, where: {and: [a]}"),
    ("resource: jobs", "resource: jobs, where: '{{ a }}'"),
    ("trigger: {type: poll, resource: jobs}", "triggers: [{type: poll, resource: jobs}]"),
    ("trigger: {type: poll, resource: jobs}", "trigger: {type: schedule, every: 1d, missed: never}"),
    ("action: jobs.list", "action: jobs.lists"),
    ("id: a, action: jobs.list", "id: A, action: jobs.list"),
    ("action: jobs.list", "acton: jobs.list"),
    ("max_parallel: 2", "max_parallel: 17"),
    ("action: parallel,", "action: parallel, retry: 3,"),
    ("{name: one, steps:", "{if: record.a, steps:"),
    ("{name: one, steps:", "{nmae: one, steps:"),
    ("{if: record.a, steps:", "{name: one, steps:"),
    ("recipe: other", "recipe: '{{ record.other }}'"),
    ("recipe: other, ", ""),
    ("wait: false", "wait: later"),
    ("timeout: 1h", "retry: 3"),
    ("with: {limit:", "with: {limitt:"),
    ('"{{ record.most }}"', '"up to {{ record.most }}"'),
    ('"{{ record.most }}"', "many"),
    ("{for: 2h}", "{for: 2h, until: 2026-01-01}"),
    ("{action: wait, with: {for: 2h}}", "{action: wait}"),
    ("{action: wait, with: {for: 2h}}", "{action: jobs.get}"),
    ("{action: wait, with: {for: 2h}}", "{action: stop, with: {status: done}}"),
    ("{action: wait, with: {for: 2h}}", "{action: set, with: {}}"),
    ("{action: wait, with: {for: 2h}}", "{action: set, with: {Big: 1}}"),
    ("{action: wait, with: {for: 2h}}", "{action: stop, as: x}"),
    ("{action: wait, with: {for: 2h}}", "{action: stop, retry: 0}"),
    ("{action: wait, with: {for: 2h}}", "{action: stop, retry: {backoff: 1m, delays: [1m]}}"),
    ("{action: wait, with: {for: 2h}}", "{action: stop, on_error: ignore}"),
    ("{action: wait, with: {for: 2h}}", "{action: stop, timeout: 30}"),
    ("{action: wait, with: {for: 2h}}", "{action: stop, branches: []}"),
    ("{action: wait, with: {for: 2h}}", "{action: choose}"),
    ("{if: record.a, steps", "{if: record.a, else: true, steps"),
    ("else: true", "else: false"),
    ("name: Good", "name: Good\nsettings: {mode: serial}"),
    ("name: Good", "name: Good\nsettings: {limits: {runs_per_hour: 0}}"),
    ("name: Good", "name: Good\ninputs: {days: whole}"),
    ("name: Good", "name: Good\non_error: continue"),
]


@pytest.mark.parametrize(("old", "new"), BROKEN)
def test_a_broken_recipe_does_not_pass_either(old: str, new: str) -> None:
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    assert errors(text)
    assert check(text, file=FILE, registry=REGISTRY).recipe is None, "the schema is stricter than check"


def test_what_the_check_takes_the_schema_takes() -> None:
    """The wrong recipes of the golden file whose shape is right: an editor must not underline anything in them."""
    registry = make_registry()
    validator = Draft202012Validator(make_schema(registry))
    looked_at = 0
    for case in read_cases():
        if read(case.text, file=FILE, registry=registry).recipe is None or "RCP306" in " ".join(case.expected):
            continue
        looked_at += 1
        plain: Any = load(case.text, FILE).plain()
        assert [each.message for each in validator.iter_errors(plain)] == [], case.name
    assert looked_at >= 40


def test_every_action_and_parameter_is_in_it_with_its_documentation() -> None:
    rules = {each["if"]["properties"]["action"]["const"]: each["then"] for each in SCHEMA["$defs"]["step"]["allOf"]}
    assert set(rules) == {action.name for action in REGISTRY.actions()}
    for action in REGISTRY.actions():
        if action.name == "choose":
            continue
        arguments = rules[action.name]["properties"]["with"]
        assert arguments["additionalProperties"] is action.free
        assert set(arguments["properties"]) == {each.name for each in action.parameters}
        for each in action.parameters:
            _is_described(each, arguments["properties"][each.name], arguments.get("required", []))


def test_every_trigger_and_option_is_in_it_with_its_documentation() -> None:
    rules = {each["if"]["properties"]["type"]["const"]: each["then"] for each in SCHEMA["$defs"]["trigger"]["allOf"]}
    assert set(rules) == {kind.name for kind in REGISTRY.triggers()}
    for kind in REGISTRY.triggers():
        options = rules[kind.name]
        assert set(options["properties"]) == {"type", "id", *(each.name for each in kind.parameters)}
        for each in kind.parameters:
            _is_described(each, options["properties"][each.name], options.get("required", []))


def _is_described(parameter: Parameter, schema: dict[str, Any], required: list[str]) -> None:
    assert schema.get("description", "").startswith(parameter.doc)
    assert (parameter.name in required) is parameter.required
    for choice in parameter.choices:
        assert f"'{choice}'" in str(schema)
