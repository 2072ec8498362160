"""Blueprints on the command line: listed, shown, filled in, updated; and the commands that know instances."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from sandbox.server import Server
from tests.cli.test_commands import hub

BLUEPRINT = """\
recipe: 1
blueprint: 1
name: Quiet leads
inputs:
  days: {type: integer, label: Days without a change, default: 14}
  stages: {type: stage, label: Stages to look at, many: true}
  to: {type: secret, label: Where to tell, description: The name of a secret.}
trigger: {type: poll, resource: jobs, events: [updated], changed: {stage.name: {to: "{{ inputs.stages }}"}}}
steps:
  - action: notify.send
    with: {to: "{{ inputs.to }}", body: "{{ inputs.days }} days"}
"""
FILLED = ("--set", "days=10", "--set", "stages=Good Lead", "--set", "stages=Active", "--set", "to=CHAT")


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    """A recipes folder with one blueprint."""
    folder = tmp_path / "recipes"
    (folder / "blueprints").mkdir(parents=True)
    (folder / "blueprints" / "quiet-leads.yaml").write_text(BLUEPRINT)
    return folder


def run(recipes: Path, *arguments: str, **more: str) -> CompletedProcess[str]:
    """A command over that folder, without an account."""
    account = {"WORKGLUE_API_URL": "http://127.0.0.1:9/api/v1", "WORKGLUE_API_KEY": "wg_any"}
    given = account | {"HUB_RECIPES": str(recipes), "HUB_SECRET_CHAT": "json://127.0.0.1:9"} | more
    return hub(recipes.parent, *arguments, **given)


def test_blueprints_are_listed_with_what_they_ask_for(recipes: Path) -> None:
    shown = run(recipes, "blueprints").stdout
    assert "quiet-leads (version 1): Quiet leads" in shown
    assert "days (integer): Days without a change; usually 14" in shown
    assert "stages (stage, several): Stages to look at; needed" in shown


def test_a_blueprint_is_shown_in_sentences(recipes: Path) -> None:
    shown = run(recipes, "blueprints", "show", "quiet-leads").stdout
    assert "When a job's stage name changes to “Stages to look at”, the recipe starts." in shown
    assert "python -m hub blueprints new quiet-leads --set stages=... --set to=..." in shown
    wrong = run(recipes, "blueprints", "show", "quite-leads")
    assert wrong.returncode == 1
    assert "Did you mean `quiet-leads`?" in wrong.stderr


def test_an_instance_is_written_and_every_command_knows_it(recipes: Path) -> None:
    made = run(recipes, "blueprints", "new", "quiet-leads", *FILLED, "--name", "Ours", "--offline")
    assert made.returncode == 0, made.stderr
    assert "changes to “Good Lead” or “Active”" in made.stdout
    text = (recipes / "quiet-leads.yaml").read_text()
    assert text.startswith("recipe: 1\nblueprint: quiet-leads\nversion: 1\nname: Ours\ninputs:\n  days: 10\n")
    again = run(recipes, "blueprints", "new", "quiet-leads", *FILLED, "--offline")
    assert (again.returncode, (recipes / "quiet-leads.yaml").read_text()) == (1, text)
    assert "already" in again.stderr
    assert "1 recipe and 1 blueprint checked, 0 errors." in run(recipes, "check", "--offline").stdout
    alone = run(recipes, "check", "--offline", str(recipes / "quiet-leads.yaml"))
    assert "1 recipe checked, 0 errors." in alone.stdout
    told = run(recipes, "explain", "quiet-leads").stdout
    assert "It is made from version 1 of the blueprint “quiet-leads”" in told
    assert "sends a message to the secret CHAT, saying “10 days”" in told
    assert run(recipes, "explain", str(recipes / "blueprints" / "quiet-leads.yaml")).returncode == 0
    assert run(recipes, "release").returncode == 0
    dry = run(recipes, "run", "quiet-leads", "--dry-run")
    assert "10 days" in dry.stdout, dry.stderr
    assert "json://127.0.0.1:9" not in dry.stdout
    refused = run(recipes, "run", str(recipes / "blueprints" / "quiet-leads.yaml"), "--dry-run")
    assert "starts nothing by itself" in refused.stderr


def test_what_is_missing_is_listed_with_its_label_and_nothing_is_written(recipes: Path) -> None:
    made = run(recipes, "blueprints", "new", "quiet-leads", "--set", "days=ten", "--offline")
    assert made.returncode == 1
    for said in ("Nothing is written.", "`stages` is missing: Stages to look at.", "Where to tell", "`days` is a text"):
        assert said in made.stderr
    assert [each.name for each in recipes.iterdir()] == ["blueprints"]
    assert "lacks its value" in run(recipes, "blueprints", "new", "quiet-leads", "--set", "days").stderr


def test_the_account_is_asked_for_its_stages(recipes: Path) -> None:
    with Server(recipes.parent / "sandbox.db", jobs=0) as sandbox:
        account = {"WORKGLUE_API_URL": sandbox.url, "WORKGLUE_API_KEY": sandbox.key}
        assert run(recipes, "release", **account).returncode == 0
        wrong = run(
            recipes,
            "blueprints",
            "new",
            "quiet-leads",
            *FILLED[:2],
            *FILLED[6:],
            "--set",
            "stages=Good Leed",
            **account,
        )
    assert wrong.returncode == 1
    assert "The account has no stage `Good Leed`." in wrong.stderr
    assert "Did you mean `Good Lead`?" in wrong.stderr


def test_an_update_is_told_first_and_written_when_asked(recipes: Path) -> None:
    run(recipes, "blueprints", "new", "quiet-leads", *FILLED, "--offline")
    file, blueprint = recipes / "quiet-leads.yaml", recipes / "blueprints" / "quiet-leads.yaml"
    blueprint.rename(recipes / "blueprints" / "quiet-leads@1.yaml")
    newer = BLUEPRINT.replace("blueprint: 1", "blueprint: 2").replace("} days", "} quiet days")
    blueprint.write_text(newer.replace("  to: {", "  colour: {type: text, label: Colour}\n  to: {"))
    assert "There is version 2 of the blueprint" in run(recipes, "check", "--offline").stdout
    before = file.read_text()
    missing = run(recipes, "blueprints", "update", str(file), "--offline")
    assert missing.returncode == 1
    assert "New input `colour`: Colour. It must be given." in missing.stdout
    told = run(recipes, "blueprints", "update", str(file), "--set", "colour=red", "--offline")
    assert told.returncode == 0, told.stderr
    assert "quiet days" in told.stdout
    assert "Nothing is changed." in told.stdout
    assert file.read_text() == before
    run(recipes, "blueprints", "update", str(file), "--set", "colour=red", "--write", "--offline")
    assert "version: 2" in file.read_text()
    assert "colour: red" in file.read_text()
    assert run(recipes, "check", "--offline").returncode == 0
    assert "newest version already" in run(recipes, "blueprints", "update", str(file), "--offline").stdout


def test_a_recipe_test_may_be_for_a_blueprint(recipes: Path) -> None:
    (recipes / "tests").mkdir()
    file = recipes / "tests" / "quiet-leads.yaml"
    file.write_text(
        "blueprint: quiet-leads\ninputs: {days: 3, stages: [Active], to: CHAT}\ntests:\n"
        "  - name: the team is told\n"
        "    event: {record: {stage: Active}, before: {stage: Good Lead}}\n"
        "    expect: {status: succeeded, messages: [{to: CHAT, body: 3 days}]}\n"
        "  - name: another stage is passed over\n"
        "    event: {record: {stage: Good Lead}, before: {stage: Active}}\n"
        "    expect: {status: not_started}\n"
    )
    passed = run(recipes, "test")
    assert passed.returncode == 0, passed.stdout
    assert "2 passed, 0 failed" in passed.stdout
    file.write_text(file.read_text().replace("days: 3", "days: three"))
    wrong = run(recipes, "test")
    assert wrong.returncode == 1
    assert f"{file.as_posix()}:2:16" in wrong.stdout
    file.write_text(file.read_text().replace("days: three", "days: 3").replace("quiet-leads", "quite-leads"))
    assert "Did you mean `quiet-leads`?" in run(recipes, "test").stdout
