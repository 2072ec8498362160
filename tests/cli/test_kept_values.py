"""`hub stored`, and lookup tables on the command line: checked with their line, in force after a release."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import hub

RECIPE = """recipe: 1
name: Who leads?
trigger: {type: manual}
steps:
  - {id: leader, action: lookup, with: {table: leaders, key: Exterior, column: name}}
  - {id: count, action: store.add, with: {name: asked}}
  - {action: set, with: {a: "{{ steps.leader }} {{ steps.count }} {{ 'Exterior' | lookup(tables.leaders) }}"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recipes folder with one recipe and one table."""
    recipes = tmp_path / "recipes"
    (recipes / "tables").mkdir(parents=True)
    (recipes / "who-leads.yaml").write_text(RECIPE)
    (recipes / "tables" / "leaders.csv").write_text("type,name,phone\nExterior,Elena,1\n")
    return recipes


def run(folder: Path, *arguments: str, code: int = 0) -> str:
    result = hub(folder.parent, *arguments, HUB_RECIPES=str(folder))
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout + result.stderr


def test_check_looks_at_tables_and_at_what_recipes_say_about_them(folder: Path) -> None:
    assert "1 recipe and 1 table checked, 0 errors." in run(folder, "check", "--offline")
    table = folder / "tables" / "leaders.csv"
    table.write_text("type,name,phone\nExterior,Elena,1\nExterior,Marcus,2\n")
    told = run(folder, "check", "--offline", code=1)
    assert f"{table}:3:1: error RCP421" in told
    assert "The key `Exterior` is given twice: in line 2 and in line 3." in told
    assert f"{table}:3:1" in run(folder, "check", "--offline", str(table), code=1)
    table.write_text("type,leader\nExterior,Elena\n")
    assert "The table `leaders` has no column `name`." in run(folder, "check", "--offline", code=1)
    table.unlink()
    assert "There is no table `leaders`." in run(folder, "check", "--offline", code=1)


def test_a_dry_run_uses_the_tables_and_values_in_force_and_keeps_nothing(folder: Path) -> None:
    run(folder, "release")
    more = {"WORKGLUE_API_KEY": "test-key", "HUB_RECIPES": str(folder)}
    for _ in range(2):
        told = hub(folder.parent, "run", "who-leads", "--dry-run", **more)
        assert told.returncode == 0, told.stdout + told.stderr
        assert "keep value asked" in told.stdout
        assert "value: none -> 1" in told.stdout.replace("None", "none").replace("null", "none")
    assert "Nothing is kept." in run(folder, "stored", "list")


def test_values_are_set_shown_listed_and_deleted(folder: Path) -> None:
    run(folder, "release")
    assert "asked is now 5." in run(folder, "stored", "set", "who-leads", "asked", "5")
    run(folder, "stored", "set", "-", "note for all", "plain text: 5")
    assert json.loads(run(folder, "stored", "get", "who-leads", "asked")) == 5
    assert json.loads(run(folder, "stored", "get", "-", "note for all")) == "plain text: 5"
    listed = run(folder, "stored", "list")
    assert ["who-leads", "value", "asked", "5"] in [line.split() for line in listed.splitlines()]
    assert "note for all" in listed
    assert "note for all" not in run(folder, "stored", "list", "who-leads")
    assert "asked is deleted." in run(folder, "stored", "delete", "who-leads", "asked")
    assert "Nothing is kept under asked." in run(folder, "stored", "get", "who-leads", "asked", code=1)
    assert "Nothing is kept under asked." in run(folder, "stored", "delete", "who-leads", "asked", code=1)
    assert "There is no recipe nobody." in run(folder, "stored", "set", "nobody", "x", "1", code=1)
