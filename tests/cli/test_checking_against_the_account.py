"""`check` knows the account's stages, job types and employees, when it can ask for them."""

from __future__ import annotations

from pathlib import Path

from sandbox.server import Server
from tests.cli.test_commands import hub

RECIPE = """recipe: 1
name: Move
trigger: {type: manual, inputs: {job: text}}
steps:
  - action: jobs.update
    with: {id: "{{ inputs.job }}", stage: Good Leed}
"""


def test_a_stage_that_the_account_does_not_have_is_found(tmp_path: Path) -> None:
    file = tmp_path / "move.yaml"
    file.write_text(RECIPE)
    with Server(tmp_path / "sandbox.db", jobs=0) as sandbox:
        account = {"WORKGLUE_API_URL": sandbox.url, "WORKGLUE_API_KEY": sandbox.key}
        assert hub(tmp_path, "release", **account).returncode == 0
        asked = hub(tmp_path, "check", str(file), **account)
        offline = hub(tmp_path, "check", "--offline", str(file), **account)
    assert asked.returncode == 1
    assert f"{file}:6:43" in asked.stdout
    assert "Good Lead" in asked.stdout
    assert offline.returncode == 0, offline.stdout


def test_an_account_that_cannot_be_asked_is_no_mistake_of_the_recipe(tmp_path: Path) -> None:
    file = tmp_path / "move.yaml"
    file.write_text(RECIPE)
    account = {"WORKGLUE_API_URL": "http://127.0.0.1:9/api/v1", "WORKGLUE_API_KEY": "wg_any"}
    assert hub(tmp_path, "release", **account).returncode == 0
    assert hub(tmp_path, "check", str(file), **account).returncode == 0
