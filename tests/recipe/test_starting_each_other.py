"""Recipes of a folder that start each other: calls and triggers are checked against what is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.recipe.library import Checked, read_folder
from tests.recipe.recipe_samples import make_registry

REGISTRY = make_registry()
DO = "steps: [{action: set, with: {a: 1}}]"
MANUAL = "trigger: {type: manual}"


def call(other: str, more: str = "") -> str:
    """Steps with one call."""
    return f"steps:\n  - {{action: call, with: {{recipe: {other}{more}}}}}"


def read(folder: Path, **recipes: str) -> dict[str, Checked]:
    """The folder with these recipes, by their names; what stands behind the first lines is given."""
    for name, rest in recipes.items():
        text = f"recipe: 1\nname: {name}\n{rest}\n"
        (folder / f"{name.replace('_', '-')}.yaml").write_text(text)
    return {Path(each.file).stem: each for each in read_folder(folder, registry=REGISTRY)}


def told(checked: Checked) -> list[str]:
    """The problems: where, what, and what to do."""
    return [
        f"{each.place.line}:{each.place.column} {each.code} {each.severity} | {each.message} | {each.hint}"
        for each in checked.problems
    ]


def test_what_fits_is_left_alone(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        other=f"trigger: {{type: manual, inputs: {{name: text, count: {{type: integer, default: 1}}}}}}\n{DO}",
        mine=f"{MANUAL}\n{call('other', ', inputs: {name: x}')}",
        alarm=f"trigger: {{type: recipe, recipe: any}}\n{DO}",
        after=f"trigger: {{type: recipe, recipe: mine, status: succeeded}}\n{DO}",
    )
    del found["alarm"], found["after"]
    assert {name: told(each) for name, each in found.items()} == {"other": [], "mine": []}


@pytest.mark.parametrize(
    ("wanted", "message", "hint"),
    [
        ("othr", "There is no recipe `othr`.", "Did you mean `other`?"),
        ("old-name", "There is no recipe `old-name`.", "It is called `other` now."),
    ],
)
def test_a_recipe_that_is_not_there(tmp_path: Path, wanted: str, message: str, hint: str) -> None:
    found = read(
        tmp_path,
        other=f"was: old-name\n{MANUAL}\n{DO}",
        mine=f"{MANUAL}\n{call(wanted)}",
        listener=f"trigger: {{type: recipe, recipe: {wanted}}}\n{DO}",
    )
    assert told(found["mine"]) == [f"5:35 RCP450 error | {message} | {hint}"]
    assert told(found["listener"]) == [f"3:10 RCP450 error | {message} | {hint}"]
    assert found["mine"].recipe is None
    assert found["other"].recipe is not None


def test_a_recipe_that_is_there_but_broken_is_complained_of_once(tmp_path: Path) -> None:
    found = read(tmp_path, other=f"{MANUAL}\nsteps: []", mine=f"{MANUAL}\n{call('other')}")
    assert told(found["mine"]) == []
    assert found["other"].recipe is None


def test_a_recipe_that_cannot_be_called(tmp_path: Path) -> None:
    polls = f"trigger: {{type: poll, resource: jobs}}\n{DO}"
    found = read(tmp_path, polls=polls, off=f"enabled: false\n{MANUAL}\n{DO}", mine=f"{MANUAL}\n{call('polls')}")
    [problem] = found["mine"].problems
    assert problem.message == "The recipe `polls` has no trigger by which it can be called."
    assert "polls.yaml" in problem.hint
    found = read(tmp_path, mine=f"{MANUAL}\n{call('off')}")
    assert [(each.code, each.severity) for each in found["mine"].problems] == [("RCP450", "warning")]
    assert found["mine"].recipe is not None


def test_inputs_that_do_not_fit(tmp_path: Path) -> None:
    inputs = "{name: text, tone: {type: text, choices: [warm, dry], default: dry}, count: {type: integer, default: 1}}"
    given = ', inputs: {nmae: x, tone: loud, count: "{{ range(3) | length }}"}'
    found = read(
        tmp_path, other=f"trigger: {{type: manual, inputs: {inputs}}}\n{DO}", mine=f"{MANUAL}\n{call('other', given)}"
    )
    assert [line.split(" RCP")[1] for line in told(found["mine"]) if "RCP451" in line] == [
        "451 error | The recipe `other` has no input `nmae`. | Did you mean `name`?",
        "451 error | The recipe `other` needs the input `name`. | Give it under `inputs`: Name.",
        "451 error | An input of the recipe `other` does not fit: `tone` cannot be `loud`. | It can be warm or dry.",
    ]


CIRCLES = {
    "calls": (
        {"a": f"{MANUAL}\n{call('b')}", "b": f"{MANUAL}\n{call('a')}"},
        {"a": "These recipes call each other in a circle: a -> b -> a.", "b": "...: b -> a -> b."},
    ),
    "itself": ({"a": f"{MANUAL}\n{call('a')}"}, {"a": "...: a -> a."}),
    "hears itself": ({"a": f"trigger: {{type: recipe, recipe: a}}\n{DO}"}, {"a": "...: a -> a."}),
    "triggers": (
        {
            "a": f"trigger: {{type: recipe, recipe: c}}\n{DO}",
            "b": f"trigger: {{type: recipe, recipe: a}}\n{DO}",
            "c": f"trigger: {{type: recipe, recipe: b, status: succeeded}}\n{DO}",
        },
        {
            "a": "These recipes start each other in a circle: a -> b -> c -> a.",
            "b": "...: b -> c -> a -> b.",
            "c": "...: c -> a -> b -> c.",
        },
    ),
    "two alarms": (
        dict.fromkeys(("a", "b"), f"trigger: {{type: recipe, recipe: any}}\n{DO}"),
        {"a": "...: a -> b -> a.", "b": "...: b -> a -> b."},
    ),
    "a call and a trigger": (
        {"a": f"triggers: [{{id: m, type: manual}}, {{id: r, type: recipe, recipe: b}}]\n{call('b')}",
         "b": f"{MANUAL}\n{DO}"},
        {"a": "These recipes start each other in a circle: a -> b -> a.", "b": ""},
    ),
    "from inside of a branch, an error and a loop": (
        {
            "a": f"{MANUAL}\nsteps:\n  - action: parallel\n    branches:\n      - steps:\n          - action: set\n"
            "            with: {x: 1}\n            on_error: [{action: call, with: {recipe: b}}]",
            "b": f"{MANUAL}\n{DO}\non_error: [{{action: call, for_each: '[1]', with: {{recipe: a}}}}]",
        },
        {"a": "...: a -> b -> a.", "b": "...: b -> a -> b."},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CIRCLES)
def test_recipes_that_start_each_other_for_ever(tmp_path: Path, name: str) -> None:
    recipes, expected = CIRCLES[name]
    found = read(tmp_path, **recipes)
    for recipe, says in expected.items():
        circles = [each for each in found[recipe].problems if each.code == "RCP452"]
        if not says:
            assert circles == []
            continue
        [circle] = circles
        assert circle.message.endswith(says.removeprefix("..."))
        assert found[recipe].recipe is None


def test_a_circle_that_a_recipe_only_leads_to_is_not_its_own(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        a=f"{MANUAL}\n{call('b')}",
        b=f"{MANUAL}\n{call('c')}",
        c=f"{MANUAL}\n{call('b')}",
    )
    assert [each.code for each in found["a"].problems] == []
    assert [each.code for each in found["b"].problems] == ["RCP452"]
