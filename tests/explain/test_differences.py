"""The difference of two versions is told in sentences: one change of each kind, and never silence about a change."""

from __future__ import annotations

from dataclasses import fields

import pytest

from hub.model import Branch, Recipe, RecipeSettings, Step, Trigger
from hub.recipe.explaining import tell_differences
from hub.recipe.explaining.differences import NOTHING, ONLY_LAYOUT
from hub.recipe.explaining.pairing import shape
from tests.explain.samples import REGISTRY, SHIPPED, read_shipped, read_text

BASE = """recipe: 1
name: Won jobs
description: Tells the team.
trigger:
  type: poll
  resource: jobs
  events: [updated]
  changed: [stage]
  where: record.city == "Aurora"
  every: 1m
inputs:
  days: {type: integer, default: 7}
if: record.customer_id is not none
steps:
  - id: customer
    name: Look up the customer
    action: customers.get
    with: {id: "{{ record.customer_id }}"}
  - action: wait
    with: {for: 7d}
  - name: First reminder
    action: notify.send
    with: {to: "{{ secrets.CHAT }}", title: Reminder, body: "{{ record.name }}"}
    if: record.city == "Aurora"
    retry: 3
    timeout: 30s
    on_error: continue
  - name: Which way?
    action: choose
    branches:
      - if: record.zip == "1"
        steps:
          - {name: One, action: set, with: {a: 1}}
      - else: true
        steps:
          - {name: Two, action: set, with: {a: 2}}
  - name: Both
    action: parallel
    branches:
      - name: left
        steps: [{name: Left, action: set, with: {e: 1}}]
  - name: Each
    action: set
    for_each: inputs.list
    as: entry
    max_parallel: 2
    with: {b: 1}
    on_error:
      - {name: Excuse, action: set, with: {c: 1}}
on_error:
  - {name: Alarm, action: set, with: {d: 1}}
settings:
  mode: queued
  key: record.id
  order: any
  priority: high
  timeout: 1h
  retry: 4
  keep_history: 90d
  limits: {runs_per_hour: 60}
"""

# (what stands in BASE, what stands there instead, the sentence)
MUTATIONS = [
    ("name: Won jobs", "name: Won", "The recipe is now called “Won” instead of “Won jobs”."),
    ("name: left", "name: right", "Way 1 of “Both” is now called “right”."),
    ("description: Tells the team.\n", "", "The description is now none instead of “Tells the team.”"),
    ("name: Won jobs", "name: Won jobs\nenabled: false", "It is now switched off."),
    ("name: Won jobs", "name: Won jobs\nid: other", "Its id is now “other” instead of “test”."),
    ("name: Won jobs", "name: Won jobs\nwas: older", "The file now says that its id was “older” before."),
    ("every: 1m", "every: 10m", "The hub now looks every 10 minutes instead of every minute."),
    (
        "events: [updated]",
        "events: [created]",
        "The trigger waits for something else. Now: Every minute the hub looks at the jobs. When a job is created and "
        "its stage changes, but only if the job's city is “Aurora”, the recipe starts. In a new job, every field "
        "counts as changed from nothing. Before: Every minute the hub looks at the jobs. When a job's stage changes, "
        "but only if the job's city is “Aurora”, the recipe starts.",
    ),
    (
        "every: 1m",
        "every: 1m\n  expand: [customer]",
        "The trigger: expand is now “customer” instead of an empty list.",
    ),
    (
        'where: record.city == "Aurora"',
        'where: record.city == "Elgin"',
        "Now the recipe starts only if the job's city is “Elgin”; before, only if the job's city is “Aurora”.",
    ),
    ("type: integer, default: 7", "type: integer, default: 8", "For the input “days”, default is now 8 instead of 7."),
    (
        "  days: {type: integer, default: 7}\n",
        "  days: {type: integer, default: 7}\n  who: text\n",
        "New: The input “Who” (“who”) is a text, needed.",
    ),
    (
        "inputs:\n  days: {type: integer, default: 7}\n",
        "",
        "The input “days” is no longer there.",
    ),
    (
        "if: record.customer_id is not none\n",
        "",
        "Now the recipe goes on without a condition; before, only if the job's customer is filled in.",
    ),
    (
        "id: customer\n",
        "id: client\n",
        "The id of “Look up the customer” is now “client” instead of “customer”.",
    ),
    ("name: Look up the customer", "name: Look", "What was called “Look up the customer” is now called “Look”."),
    (
        "    name: Look up the customer\n",
        "",
        "“customer” now has no name.",
    ),
    (
        "{for: 7d}",
        "{for: 10d}",
        "The wait before “First reminder” (number 2) now lasts 10 days instead of 7 days.",
    ),
    (
        "{for: 7d}",
        "{until: 2026-12-24}",
        "The wait before “First reminder” (number 2) now lasts until 2026-12-24 instead of 7 days.",
    ),
    ("title: Reminder", "title: Please", "In “First reminder”, title is now “Please” instead of “Reminder”."),
    ("title: Reminder, ", "", "In “First reminder”, title is no longer given; before, it was “Reminder”."),
    (
        "secrets.CHAT",
        "secrets.TEAM",
        "In “First reminder”, to is now the secret TEAM instead of the secret CHAT.",
    ),
    (
        "action: customers.get",
        "action: customers.delete",
        "Instead of what it did before, “Look up the customer” now does this: it deletes the customer whose id is the "
        "job's customer. Before: it looks up the customer whose id is the job's customer.",
    ),
    (
        '    if: record.city == "Aurora"\n',
        "",
        "Now “First reminder” is done without a condition; before, only if the job's city is “Aurora”.",
    ),
    (
        "    retry: 3\n",
        "    retry: 1\n",
        "“First reminder” has another rule for failures. Now: When it fails, it is not tried again. "
        "Before: When it fails, it is tried 3 times in all, after 5 seconds and 30 seconds.",
    ),
    ("timeout: 30s", "timeout: 1m", "“First reminder” may now take 1 minute instead of 30 seconds."),
    (
        "on_error: continue",
        "on_error: hold",
        "When “First reminder” fails for good, the run is held for a person now; before, the run goes on.",
    ),
    (
        "on_error: continue",
        "on_error: continue\n    on_unknown: skip",
        "When nobody can tell whether “First reminder” happened, the run goes on now; before, the run is held for a "
        "person.",
    ),
    (
        'if: record.zip == "1"',
        'if: record.zip == "2"',
        "Now way 1 of “Which way?” is taken only if the job's ZIP is “2”; before, only if the job's ZIP is “1”.",
    ),
    ("{a: 2}", "{a: 3}", "In way 2 of “Which way?”: In “Two”, a is now 3 instead of 2."),
    (
        "      - else: true\n",
        "      - if: record.zip == '3'\n        steps: [{action: stop}]\n      - else: true\n",
        "Way 2 of “Which way?” is new, if the job's ZIP is “3”: It ends the run as succeeded.",
    ),
    (
        "      - else: true\n        steps:\n          - {name: Two, action: set, with: {a: 2}}\n",
        "",
        "In “Which way?”, there is no longer a way for: otherwise.",
    ),
    (
        "for_each: inputs.list",
        "for_each: inputs.others",
        "“Each” is now done for each entry of the input “others” (called entry), up to 2 at a time; before, for each "
        "entry of the input “list” (called entry), up to 2 at a time.",
    ),
    ("as: entry", "as: one", "In “Each”, each entry is now called “one” instead of “entry”."),
    ("max_parallel: 2", "max_parallel: 5", "“Each” is now done for 5 at a time at the most, instead of 2."),
    ("{c: 1}", "{c: 2}", "When “Each” fails for good: In “Excuse”, c is now 2 instead of 1."),
    ("{d: 1}", "{d: true}", "When the run fails: In “Alarm”, d is now true instead of 1."),
    ("mode: queued", "mode: single", "The mode of its runs is now single instead of queued."),
    (
        "key: record.id",
        "key: record.zip",
        "The key that its runs are told apart by is now `record.zip` instead of `record.id`.",
    ),
    (
        "order: any",
        "order: per_record",
        "The order of its runs about one record is now per_record instead of any.",
    ),
    ("priority: high", "priority: low", "Its priority is now low instead of high."),
    ("timeout: 1h", "timeout: 2h", "A run may now take 2 hours instead of 1 hour."),
    (
        "retry: 4",
        "retry: 1",
        "The rule for failures of all its steps is another one. Now: When it fails, it is not tried again. Before: "
        "When it fails, it is tried 4 times in all, after 5 seconds, 30 seconds and 2 minutes.",
    ),
    ("keep_history: 90d", "keep_history: 30d", "Its history is now kept for 30 days instead of 90 days."),
    ("runs_per_hour: 60", "runs_per_hour: 10", "The limit “runs per hour” is now 10 instead of 60."),
]


def tell(old: str, new: str) -> list[str]:
    """The sentences about two texts."""
    return list(tell_differences(read_text(old), read_text(new), REGISTRY))


@pytest.mark.parametrize(("old", "new", "sentence"), MUTATIONS)
def test_a_single_change_is_a_single_sentence(old: str, new: str, sentence: str) -> None:
    assert BASE.count(old) == 1
    assert tell(BASE, BASE.replace(old, new)) == [sentence]


@pytest.mark.parametrize(("old", "new", "sentence"), MUTATIONS)
def test_going_back_is_told_too(old: str, new: str, sentence: str) -> None:
    assert NOTHING not in (told := tell(BASE.replace(old, new), BASE)) and ONLY_LAYOUT not in told
    assert told != [sentence]


def test_every_field_of_a_recipe_is_looked_at() -> None:
    """A field that is added to the model needs a mutation here, and a sentence there. Where a recipe comes from is for
    tests/blueprints/test_updating.py."""
    left_out = {Recipe: {"version", "source", "file", "origin"}, Step: {"place", "places"}, Trigger: {"place"}}
    seen: dict[type, set[str]] = {kind: set() for kind in (Recipe, Step, Trigger, RecipeSettings, Branch)}
    base = read_text(BASE)
    for old, new, _ in MUTATIONS:
        _note(base, read_text(BASE.replace(old, new)), seen)
    for kind, names in seen.items():
        missing = {each.name for each in fields(kind)} - names - left_out.get(kind, set())
        assert missing <= ({"id", "type"} if kind is Trigger else set()), kind


def _note(old: object, new: object, seen: dict[type, set[str]]) -> None:
    if isinstance(old, tuple) and isinstance(new, tuple):
        for one, other in zip(old, new, strict=False):
            _note(one, other, seen)
    elif type(old) in seen and type(old) is type(new):
        for each in fields(old):  # type: ignore[arg-type]
            was, now = getattr(old, each.name), getattr(new, each.name)
            if shape(was) != shape(now):
                seen[type(old)].add(each.name)
                _note(was, now, seen)


def test_another_type_of_trigger_is_told_with_both() -> None:
    old = "recipe: 1\nname: A\ntrigger: {type: manual}\nsteps: [{action: stop}]\n"
    assert tell(old, old.replace("manual", "recipe")) == [
        "The trigger is another one. Now: When a run of any other recipe has failed, the recipe starts. "
        "Before: When a person starts it by hand, the recipe runs."
    ]


def test_one_of_several_triggers_is_told_by_its_id() -> None:
    old = (
        "recipe: 1\nname: A\ntriggers: [{id: a, type: manual}, {id: b, type: schedule, every: 1d}]\n"
        "steps: [{action: stop}]\n"
    )
    assert tell(old, old.replace("every: 1d", "every: 2d")) == [
        "The trigger “b”: every is now 2 days instead of 1 day."
    ]
    assert tell(old, old.replace("id: b", "id: c")) == [
        "New trigger “c”: Every day, the recipe starts.",
        "No longer starts it: Every day, the recipe starts.",
    ]


STEPS = "recipe: 1\nname: A\ntrigger: {type: manual}\nsteps:\n"


def steps(*names: str) -> str:
    """A recipe with steps of these names."""
    return STEPS + "".join(f"  - {{name: {name}, action: set, with: {{a: {name}}}}}\n" for name in names)


def test_a_new_step_a_lost_one_and_a_moved_one_are_told() -> None:
    assert tell(steps("A", "B"), steps("A", "C", "B")) == ["New, after “A”: “C”: it remembers “a” as “C”."]
    assert tell(steps("A", "B"), steps("B")) == ["No longer done: “A”: it remembers “a” as “A”."]
    assert tell(steps("A", "B", "C", "D"), steps("D", "A", "B", "C")) == ["“D” is now done at the beginning."]
    assert tell(steps("A", "B", "C", "D"), steps("A", "C", "D", "B")) == ["“B” is now done after “D”."]


def test_a_moved_step_without_a_name_is_told_as_moved() -> None:
    lines = [f"  - {{action: wait, with: {{for: {n}d}}}}\n" for n in (1, 2, 3, 4)]
    assert tell(STEPS + "".join(lines), STEPS + "".join([*lines[1:], lines[0]])) == [
        "The wait (number 4) is now done after the wait (number 3)."
    ]


def test_ways_that_changed_places_are_told() -> None:
    ways = [f"      - {{if: record.a == {n}, steps: [{{action: stop, with: {{message: M{n}}}}}]}}\n" for n in (1, 2)]
    start = STEPS.replace("manual", "poll, resource: jobs") + "  - name: W\n    action: choose\n    branches:\n"
    assert tell(start + "".join(ways), start + "".join(reversed(ways))) == [
        "Way 1 of “W” was way 2 before; the first that fits is taken."
    ]


def test_first_limits_are_told_without_what_always_stands_with_them() -> None:
    limited = BASE.replace("  limits: {runs_per_hour: 60}\n", "")
    assert tell(limited, BASE) == ["The limit “runs per hour” is now 60 instead of nothing."]


def test_one_of_several_like_waits_is_told_by_its_neighbour() -> None:
    text = STEPS + "".join(
        f"  - {{action: wait, with: {{for: 7d}}}}\n  - {{name: R{n}, action: stop}}\n" for n in "123"
    )
    second = text.replace("7d", "x", 1).replace("7d", "10d", 1).replace("x", "7d", 1)
    assert tell(text, second) == ["The wait before “R2” (number 3) now lasts 10 days instead of 7 days."]


def test_values_that_would_be_told_alike_are_told_as_they_are_written() -> None:
    old = STEPS + '  - {name: A, action: set, with: {a: "{{ steps.b.x }}"}}\n  - {id: b, action: jobs.find}\n'
    old = old.replace("steps.b.x", "body.a_id")
    assert tell(old, old.replace("{{ body.a_id }}", "{{body.a_id}}")) == [
        "In “A”, a is now `'{{body.a_id}}'` instead of `'{{ body.a_id }}'`."
    ]


def test_comments_and_order_of_keys_are_no_change() -> None:
    assert tell(BASE, BASE) == [NOTHING]
    assert tell(BASE, BASE + "# a comment\n") == [ONLY_LAYOUT]
    assert tell(BASE, BASE.replace("{type: integer, default: 7}", "{default: 7, type: integer}")) == [ONLY_LAYOUT]


def test_the_name_of_the_file_is_no_change() -> None:
    old, new = read_text(BASE, file="old.yaml"), read_text(BASE, file="new.yaml")
    assert tell_differences(old, new, REGISTRY) == (NOTHING,)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_losing_any_step_of_a_shipped_recipe_is_told(file) -> None:  # type: ignore[no-untyped-def]
    recipe = read_shipped(file)
    for index, step in enumerate(recipe.steps):
        shorter = _without(recipe, index)
        told = tell_differences(recipe, shorter, REGISTRY)
        assert told[-1].startswith("No longer done: "), step
        assert len(told) == 1, told


def _without(recipe: Recipe, index: int) -> Recipe:
    changed = {each.name: getattr(recipe, each.name) for each in fields(recipe)}
    return Recipe(**{**changed, "steps": recipe.steps[:index] + recipe.steps[index + 1 :]})
