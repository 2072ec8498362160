"""Steps that wait for another app are doors like webhook triggers, and are checked as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.recipe.check import check
from hub.recipe.library import read_folder
from tests.explain.samples import REGISTRY

STEP = """recipe: 1
name: Waits
trigger: {{type: manual}}
steps:
  - action: wait_for
    with: {{webhook: {path}, verify: {verify}, {secret} match: body.id, equals: 1}}
"""
TRIGGER = """recipe: 1
name: Listens
trigger: {{type: webhook, path: {path}, verify: {verify}, {secret}}}
steps: [{{action: stop}}]
"""
TOKEN = {"verify": "token", "secret": "secret: DONE,"}
NONE = {"verify": "none", "secret": ""}


def codes(folder: Path) -> list[str]:
    return [problem.code for each in read_folder(folder, registry=REGISTRY) for problem in each.problems]


@pytest.mark.parametrize("other", [STEP, TRIGGER])
def test_whoever_shares_an_address_believes_the_same_senders(tmp_path: Path, other: str) -> None:
    (tmp_path / "one.yaml").write_text(STEP.format(path="done", **TOKEN))
    (tmp_path / "two.yaml").write_text(other.format(path="done", **TOKEN))
    assert codes(tmp_path) == []
    (tmp_path / "two.yaml").write_text(other.format(path="done", **NONE))
    assert codes(tmp_path) == ["RCP410", "RCP410"]
    (tmp_path / "two.yaml").write_text(other.format(path="other", **NONE))
    assert codes(tmp_path) == []


def test_a_recipe_does_not_open_its_own_door(tmp_path: Path) -> None:
    step = STEP.format(path="done", **TOKEN).replace(
        "trigger: {type: manual}", "trigger: {type: webhook, path: done, verify: none}"
    )
    (tmp_path / "one.yaml").write_text(step)
    assert codes(tmp_path) == ["RCP410"]


def test_a_step_inside_of_a_branch_counts(tmp_path: Path) -> None:
    inner = STEP.format(path="done", **TOKEN).partition("steps:\n")[2].replace("\n", "\n        ")
    text = "recipe: 1\nname: Inner\ntrigger: {type: manual}\nsteps:\n  - action: choose\n    branches:\n"
    (tmp_path / "one.yaml").write_text(f"{text}      - else: true\n        steps:\n        {inner}\n")
    (tmp_path / "two.yaml").write_text(TRIGGER.format(path="done", **NONE))
    assert codes(tmp_path) == ["RCP410", "RCP410"]


@pytest.mark.parametrize(
    ("with_", "message"),
    [
        ("webhook: Done!, verify: none", "A path is made of small letters, digits, - and _, with / in between."),
        ('webhook: "{{ run.id }}", verify: none', "A path is made of small letters, digits, - and _"),
        ("webhook: done", "It does not say how a delivery is believed."),
        ("webhook: done, verify: token", "needs a secret, and none is named."),
        ("webhook: done, verify: tokn, secret: DONE", "tokn"),
        ('webhook: done, verify: token, secret: "{{ secrets.DONE }}"', "This is not the name of a secret."),
    ],
)
def test_the_address_and_its_proof_are_checked_as_those_of_a_trigger(with_: str, message: str) -> None:
    head = "recipe: 1\nname: T\ntrigger: {type: manual}\nsteps:\n  - action: wait_for\n"
    text = f"{head}    with: {{{with_}, match: body.id, equals: 1}}\n"
    problems = check(text, file="recipes/t.yaml", registry=REGISTRY, secrets=("DONE",)).problems
    assert any(each.code == "RCP212" and message in each.message for each in problems), problems
