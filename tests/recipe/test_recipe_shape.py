"""A recipe that is right becomes a frozen Recipe with everything filled in."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from hub.model import Condition, Recipe, RetryRule, Step
from hub.recipe.reading import read
from hub.recipe.reading.retries import DEFAULT_DELAYS
from tests.recipe.golden import FRAME, STEPS
from tests.recipe.recipe_samples import FILE, GOOD, make_registry

REGISTRY = make_registry()


def recipe_of(text: str, *, file: str = FILE) -> Recipe:
    reading = read(text, file=file, registry=REGISTRY)
    assert reading.recipe is not None, reading.problems
    return reading.recipe


def steps_of(text: str) -> tuple[Step, ...]:
    return recipe_of(FRAME + text).steps


def one_step(more: str) -> Step:
    return steps_of(f"steps:\n  - action: set\n    with: {{a: 1}}\n{more}")[0]


def test_the_whole_of_a_recipe() -> None:
    recipe = recipe_of(GOOD)
    assert (recipe.id, recipe.name, recipe.enabled, recipe.description) == (
        "job-won",
        "Tell the team when a job is won",
        True,
        "",
    )
    assert recipe.source == GOOD
    assert recipe.version == hashlib.sha256(GOOD.encode()).hexdigest()[:16]
    assert recipe.condition == Condition("expression", recipe.condition.place, "record.customer_id is not none")  # type: ignore[union-attr]
    trigger = recipe.triggers[0]
    assert (trigger.id, trigger.type) == ("poll", "poll")
    assert trigger.options == {
        "resource": "jobs",
        "events": ["updated"],
        "changed": {"stage.category": {"from": "sales", "to": "active"}},
        "every": 60.0,
        "start": "now",
        "expand": [],
    }
    customer, tell = recipe.steps
    assert (customer.id, tell.id, tell.name) == ("customer", "step_2", "Tell the team")
    assert tell.arguments["title"] == "Job won: {{ record.name }}"
    assert str(tell.places["title"]) == f"{FILE}:19:14"
    assert tell.retry == RetryRule(5, DEFAULT_DELAYS[:4])


def test_step_ids_are_given_or_made_from_the_position() -> None:
    text = """\
steps:
  - {action: set, with: {a: 1}}
  - id: who
    action: choose
    branches:
      - if: record.zip
        steps: [{action: stop}, {id: named, action: stop}]
      - else: true
        steps: [{action: stop}]
    on_error: [{action: stop}]
  - {action: stop}
on_error: [{action: stop}]
"""
    recipe = recipe_of(FRAME + text)
    who = recipe.steps[1]
    assert [step.id for step in recipe.steps] == ["step_1", "who", "step_3"]
    assert [step.id for branch in who.branches for step in branch.steps] == ["step_2_1", "named", "step_2_3"]
    assert [step.id for step in who.error_steps] == ["step_2_4"]
    assert [step.id for step in recipe.on_error] == ["on_error_1"]
    assert who.branches[0].condition is not None
    assert who.branches[1].condition is None
    assert who.on_error == "steps"


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("1", RetryRule(1, ())),
        ("3", RetryRule(3, (5, 30))),
        ("{attempts: 5}", RetryRule(5, (5, 30, 120, 600))),
        ("{attempts: 12}", RetryRule(12, (*DEFAULT_DELAYS, 86400, 86400))),
        ("{}", RetryRule(10, DEFAULT_DELAYS)),
        ("{delays: [10s, 1m, 2h]}", RetryRule(4, (10, 60, 7200))),
        ("{attempts: 2, delays: [10s, 1m]}", RetryRule(2, (10,))),
        ("{attempts: 4, delays: [10s]}", RetryRule(4, (10, 10, 10))),
        ("{attempts: 4, backoff: 10s}", RetryRule(4, (10, 20, 40))),
        ("{attempts: 4, backoff: 4h}", RetryRule(4, (14400, 21600, 21600))),
    ],
)
def test_retry_rules(written: str, rule: RetryRule) -> None:
    assert one_step(f"    retry: {written}\n").retry == rule


def test_a_step_with_everything() -> None:
    step = one_step(
        "    if: job.zip is not none\n    for_each: record.contact_ids\n    as: job\n    max_parallel: 4\n"
        "    on_error: continue\n    on_unknown: skip\n    timeout: 1m30s\n"
    )
    assert (step.for_each, step.item_name, step.max_parallel) == ("record.contact_ids", "job", 4)
    assert (step.on_error, step.on_unknown, step.timeout) == ("continue", "skip", 90.0)
    assert step.retry is None


def test_a_plain_step_has_the_defaults() -> None:
    step = one_step("")
    assert (step.on_error, step.on_unknown, step.timeout, step.for_each, step.max_parallel) == (
        "fail",
        "hold",
        None,
        "",
        1,
    )


def test_conditions_of_all_shapes() -> None:
    text = "if:\n  - record.zip\n  - any: [record.city, {not: record.tax_exempt}]\n  - true\n"
    condition = recipe_of(FRAME + text + STEPS).condition
    assert condition is not None
    assert condition.kind == "all"
    zip_code, either, always = condition.parts
    assert (zip_code.kind, zip_code.source, zip_code.place.line) == ("expression", "record.zip", 5)
    assert (either.kind, either.parts[0].source, either.parts[1].kind) == ("any", "record.city", "not")
    assert either.parts[1].parts[0].source == "record.tax_exempt"
    assert always.source == "true"


def test_settings() -> None:
    text = """\
settings:
  mode: queued
  key: record.id
  priority: high
  timeout: 10m
  keep_history: 90d
  retry: 2
  limits: {runs_per_hour: 60, messages_per_hour: 20}
"""
    settings = recipe_of(FRAME + text + STEPS).settings
    assert (settings.mode, settings.key, settings.priority) == ("queued", "record.id", "high")
    assert (settings.timeout, settings.keep_history) == (600.0, 90 * 86400.0)
    assert settings.retry == RetryRule(2, (5,))
    assert settings.limits == {"runs_per_hour": 60, "messages_per_hour": 20, "over": "hold"}


def test_inputs_have_types_labels_and_defaults() -> None:
    text = (
        "inputs:\n  chat: text\n"
        "  days_to_wait: {type: integer, label: Days, default: 3}\n  color: {choices: [red, blue]}\n"
    )
    inputs = recipe_of(FRAME + text + STEPS).inputs
    assert inputs["chat"] == {
        "type": "text",
        "label": "Chat",
        "description": "",
        "required": True,
        "default": None,
        "choices": (),
    }
    assert inputs["days_to_wait"]["default"] == 3
    assert inputs["days_to_wait"]["required"] is False
    assert inputs["color"]["choices"] == ("red", "blue")


def test_several_triggers_and_their_where() -> None:
    text = """\
recipe: 1
id: leads
was: old-leads
enabled: false
name: Leads
triggers:
  - id: form
    type: webhook
    path: leads
    tolerance: 5m
    where: body.kind == 'lead'
    dedupe: body.id
  - {id: night, type: schedule, every: 1d, at: "16:00"}
steps: [{action: set, with: {a: 1}}]
"""
    recipe = recipe_of(text)
    form, night = recipe.triggers
    assert (recipe.id, recipe.was, recipe.enabled) == ("leads", "old-leads", False)
    assert form.where is not None
    assert form.where.source == "body.kind == 'lead'"
    assert form.options == {
        "path": "leads",
        "verify": "none",
        "secret": None,
        "dedupe": "body.id",
        "tolerance": 300.0,
        "respond": None,
    }
    assert night.options == {"cron": None, "every": 86400.0, "at": "16:00", "timezone": None}


@pytest.mark.parametrize(
    ("file", "expected"),
    [("recipes/job-won.yaml", "job-won"), ("a.yml", "a"), ("deep/er/2-days.yaml", "2-days")],
)
def test_the_id_is_the_name_of_the_file(file: str, expected: str) -> None:
    assert recipe_of(GOOD, file=file).id == expected


@pytest.mark.parametrize("file", ["Job Won.yaml", "job_won.yaml", "-x.yaml", "ü.yaml", f"{'x' * 80}.yaml"])
def test_a_file_name_that_is_no_id_is_a_problem(file: str) -> None:
    problems = read(GOOD, file=file, registry=REGISTRY).problems
    assert [problem.code for problem in problems] == ["RCP206"]
    assert recipe_of(f"id: x\n{GOOD}", file=file).id == "x"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("30s", 30), ("10m", 600), ("2h", 7200), ("7d", 604800), ("1w", 604800), ("1h30m", 5400), ("1.5h", 5400)],
)
def test_durations(written: str, seconds: float) -> None:
    assert one_step(f"    timeout: {written}\n").timeout == seconds


@pytest.mark.parametrize("written", ["'10'", "10 minutes", "m", "-5m", "1y", "99999w", "1m 2", "''"])
def test_what_is_no_duration_is_a_problem(written: str) -> None:
    text = f"{FRAME}steps:\n  - action: set\n    with: {{a: 1}}\n    timeout: {written}\n"
    reading = read(text, file=FILE, registry=REGISTRY)
    assert reading.recipe is None
    assert [problem.code for problem in reading.problems] == ["RCP205"]


def test_free_keys_pass_and_declared_ones_are_typed() -> None:
    def problems(arguments: str) -> list[str]:
        text = f"{FRAME}steps: [{{action: jobs.update, with: {arguments}}}]\n"
        return [each.code for each in read(text, file=FILE, registry=REGISTRY).problems]

    assert problems("{id: 'x', anything: [1, {b: 2}], zip: 60601}") == []
    assert problems("{id: ['x'], anything: 1}") == ["RCP203"]
    assert problems("{anything: 1}") == ["RCP210"]


def test_arguments_are_kept_as_written() -> None:
    value: Any = {"a": "{{ 1 }}", "b": [1, "{{ 2 }}", None, True, 1.5], "c": {"d": "yes"}}
    text = 'steps:\n  - action: set\n    with: {a: "{{ 1 }}", b: [1, "{{ 2 }}", null, true, 1.5], c: {d: yes}}\n'
    assert steps_of(text)[0].arguments == value
