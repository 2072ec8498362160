"""A blueprint with its values in place: what is filled before it is read, and what is found at run time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.engine.scope import SecretNames, names_for
from hub.model import Event, Recipe, Run, RunStatus
from hub.recipe.check import check
from hub.recipe.expressions import Expressions
from hub.recipe.reading.inputs import MOST_MANY
from tests.blueprints.samples import BLUEPRINT, INSTANCE, REGISTRY, WORLD, read, read_one, told, usable, write

SECRETS = {"TEAM_CHAT_URL": "json://chat.example.com", "OTHER": "json://other.example.com"}


def scope(recipe: Recipe, data: dict[str, Any] | None = None) -> dict[str, Any]:
    """The names that the recipe's expressions see when it runs."""
    event = Event("evt", "manual", f"manual:{recipe.id}", "evt", 0.0, data or {})
    run = Run("run_1", "evt", recipe.id, recipe.version, "poll", "run_1", RunStatus.RUNNING, 0.0, 0.0)
    return names_for(event, recipe=recipe, run=run, secrets=SECRETS, now=lambda: 0.0)


def render(recipe: Recipe, key: str) -> Any:
    """One argument of the first step, as it comes out at run time."""
    names = scope(recipe, {"record": {"name": "Miller"}}) | {"record": {"name": "Miller"}}
    return Expressions("UTC").value(recipe.steps[0].arguments[key], names)


def test_options_are_filled_with_their_own_types_and_expressions_are_left(tmp_path: Path) -> None:
    recipe = usable(read_one(tmp_path, INSTANCE.replace("days: 10", "days: 10\n  every: 5m")))
    (trigger,) = recipe.triggers
    assert trigger.options["changed"] == {"stage.name": {"to": ["Good Lead"]}}
    assert trigger.options["every"] == 300.0
    assert trigger.where is not None
    assert trigger.where.source.endswith("> inputs.days")
    assert recipe.steps[0].name == "Quiet"
    assert recipe.steps[0].arguments["title"] == "{{ inputs.title }}: {{ record.name }}"
    assert (recipe.id, recipe.name, recipe.file) == ("mine", "Our quiet leads", (tmp_path / "mine.yaml").as_posix())
    assert recipe.description == "Reminds of leads that nobody has touched."


def test_templates_find_the_values_at_run_time(tmp_path: Path) -> None:
    recipe = usable(read_one(tmp_path, INSTANCE))
    assert scope(recipe)["inputs"] | {"to": ""} == {
        "days": 10,
        "stages": ["Good Lead"],
        "every": "1m",
        "title": "Quiet",
        "to": "",
    }
    assert render(recipe, "body") == "10 days"


def test_a_secret_comes_to_its_placeholder_and_never_to_its_text(tmp_path: Path) -> None:
    recipe = usable(read_one(tmp_path, INSTANCE))
    assert render(recipe, "to") == SecretNames(SECRETS, "run_1")["TEAM_CHAT_URL"]
    assert SECRETS["TEAM_CHAT_URL"] not in str(scope(recipe))


def test_a_secret_that_is_gone_is_absent(tmp_path: Path) -> None:
    recipe = usable(read_one(tmp_path, INSTANCE))
    event = Event("evt", "manual", "manual:mine", "evt", 0.0, {})
    run = Run("run_1", "evt", recipe.id, recipe.version, "poll", "run_1", RunStatus.RUNNING, 0.0, 0.0)
    assert "to" not in names_for(event, recipe=recipe, run=run, secrets={}, now=lambda: 0.0)["inputs"]


def test_whoever_starts_it_cannot_change_what_the_instance_gives(tmp_path: Path) -> None:
    recipe = usable(read_one(tmp_path, INSTANCE))
    inputs = scope(recipe, {"inputs": {"days": 99, "to": "OTHER", "more": 1}})["inputs"]
    assert inputs["days"] == 10
    assert "TEAM_CHAT_URL" in inputs["to"]
    assert inputs["more"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "{{ secrets.TEAM_CHAT_URL }}",
        "{{ 7 * 7 }}",
        "{% for a in range(9) %}x{% endfor %}",
        "{# gone #}",
        "}} {{ record.name",
    ],
)
def test_braces_in_a_value_stay_a_text_and_are_never_worked_out(tmp_path: Path, text: str) -> None:
    checked = read_one(tmp_path, INSTANCE.replace("days: 10", f'title: "{text}"'), blueprint=without_step_name())
    assert checked.recipe is not None
    assert [each.code for each in checked.problems] in ([], ["RCP439"])
    assert render(checked.recipe, "title") == f"{text}: Miller"


def without_step_name() -> str:
    return BLUEPRINT.replace('  - name: "{{ inputs.title }}"\n    action', "  - action")


def test_braces_do_not_get_into_a_place_that_is_no_template(tmp_path: Path) -> None:
    checked = read_one(tmp_path, INSTANCE.replace("days: 10", 'title: "{{ 7 * 7 }}"'))
    assert checked.recipe is None
    assert "`title` may hold no braces" in "".join(told(checked, tmp_path))


@pytest.mark.parametrize("place", ["if: ", "for_each: "])
def test_a_value_never_becomes_an_expression(tmp_path: Path, place: str) -> None:
    blueprint = BLUEPRINT.replace("if: inputs.days > 3", f'{place}"{{{{ inputs.title }}}}"')
    write(tmp_path, {"blueprints/quiet-leads.yaml": blueprint})
    assert [each.code for each in read(tmp_path).blueprints.all[0].problems] == ["RCP306"]


def test_a_value_never_becomes_the_condition_of_a_trigger(tmp_path: Path) -> None:
    blueprint = BLUEPRINT.replace(
        "where: record.po_number | default(0) | int > inputs.days", 'where: "{{ inputs.title }}"'
    )
    write(tmp_path, {"blueprints/quiet-leads.yaml": blueprint})
    assert [each.code for each in read(tmp_path).blueprints.all[0].problems] == ["RCP306"]


@pytest.mark.parametrize("key", ["trigger", "steps", "settings", "on_error"])
def test_whole_parts_of_a_recipe_cannot_come_from_an_input(tmp_path: Path, key: str) -> None:
    part = BLUEPRINT.index("trigger:" if key == "trigger" else "steps:")
    other = BLUEPRINT[BLUEPRINT.index("steps:") :] if key == "trigger" else ""
    rest = BLUEPRINT[part:] if key in ("settings", "on_error") else other
    blueprint = f'{BLUEPRINT[:part]}{key}: "{{{{ inputs.title }}}}"\n{rest}'
    blueprint = blueprint.replace(
        "title: {type: text, label: Title, default: Quiet}", "title: {type: object, default: {}}"
    )
    instance = INSTANCE.replace("days: 10", "title: {action: stop, if: 'true'}")
    checked = read_one(tmp_path, instance, blueprint=blueprint)
    assert checked.recipe is None
    assert any(each.code in ("RCP433", "RCP203") for each in checked.problems)


def test_a_recipe_that_is_no_blueprint_fills_nothing_in() -> None:
    text = (
        "recipe: 1\nname: A\ninputs: {stage: text}\n"
        'trigger: {type: poll, resource: jobs, changed: {stage.name: {to: "{{ inputs.stage }}"}}}\n'
        'steps: [{action: set, with: {a: "{{ inputs.stage }}"}}]\n'
    )
    (problem,) = check(text, file="a.yaml", registry=REGISTRY).problems
    assert (problem.code, problem.place.line) == ("RCP434", 4)


def test_a_list_may_hold_many_values_but_not_endlessly_many(tmp_path: Path) -> None:
    fits = ", ".join(["Good Lead"] * MOST_MANY)
    assert read_one(tmp_path, INSTANCE.replace("Good Lead", fits)).recipe is not None
    checked = read_one(tmp_path, INSTANCE.replace("Good Lead", f"{fits}, Good Lead"))
    assert [each.code for each in checked.problems] == ["RCP219"]


def test_a_value_that_is_put_in_many_places_cannot_blow_the_recipe_up(tmp_path: Path) -> None:
    wide = "{" + ", ".join(f"k{number}: {{a: [1, 2, 3]}}" for number in range(2_000)) + "}"
    uses = ", ".join('"{{ inputs.title }}"' for _ in range(400))
    blueprint = BLUEPRINT.replace(
        "title: {type: text, label: Title, default: Quiet}", "title: {type: object, default: {}}"
    )
    blueprint = blueprint.replace('every: "{{ inputs.every }}"', f"expand: [{uses}]")
    blueprint = blueprint.replace('name: "{{ inputs.title }}"', "name: A").replace("{{ inputs.title }}:", "")
    checked = read_one(tmp_path, INSTANCE.replace("days: 10", f"title: {wide}"), blueprint=blueprint)
    assert checked.recipe is None
    assert "RCP107" in [each.code for each in checked.problems]


def test_what_nobody_gives_and_nobody_needs_is_none(tmp_path: Path) -> None:
    blueprint = BLUEPRINT.replace("default: Quiet", "required: false").replace('name: "{{ inputs.title }}"', "name: A")
    recipe = usable(read_one(tmp_path, INSTANCE, blueprint=blueprint))
    assert scope(recipe)["inputs"]["title"] is None


def test_an_empty_value_is_none_where_none_is_needed(tmp_path: Path) -> None:
    recipe = usable(read_one(tmp_path, INSTANCE.replace("days: 10", "days:")))
    assert scope(recipe)["inputs"]["days"] is None


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("number", "1.5", "[1]"),
        ("boolean", "true", "yes"),
        ("date", "2026-02-28", "2026-02-30"),
        ("time", "08:30", "24:00"),
        ("duration", "90m", "soon"),
        ("object", "{a: 1}", "a"),
        ("list", "[a, 1]", "a"),
        ("job_type", "Interior", "Outerior"),
        ("employee", "Ana Ruiz", "Ann Ruiz"),
        ("stage", "st_1", "st_9"),
        ("secret", "OFFICE_EMAIL", "OFFICE"),
    ],
)
def test_each_type_takes_what_fits_it(tmp_path: Path, kind: str, right: str, wrong: str) -> None:
    blueprint = BLUEPRINT.replace("  title: {", f"  more: {{type: {kind}, label: More}}\n  title: {{")
    usable(read_one(tmp_path, INSTANCE.replace("days: 10", f"more: {right}"), blueprint=blueprint))
    checked = read_one(tmp_path, INSTANCE.replace("days: 10", f"more: {wrong}"), blueprint=blueprint)
    assert checked.recipe is None
    assert {each.place.line for each in checked.problems} == {6}


def test_without_the_account_its_names_are_not_judged(tmp_path: Path) -> None:
    from dataclasses import replace

    instance = INSTANCE.replace("Good Lead", "Anything").replace("TEAM_CHAT_URL", "ANY_NAME")
    usable(read_one(tmp_path, instance, world=replace(WORLD, catalogue=None, secrets=None)))
