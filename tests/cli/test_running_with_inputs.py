"""`hub run --set`: inputs by name, each as the type that the recipe asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands import hub

RECIPE = """recipe: 1
name: Thank a customer
trigger:
  type: manual
  inputs:
    name: {type: text, label: Name}
    stars: {type: integer, default: 5}
    rooms: {type: list, default: []}
steps:
  - action: stop
    if: inputs.stars * 2 == 8 and inputs.rooms == ['hall', 'kitchen']
    with: {status: skipped, message: "Thanks, {{ inputs.name }}"}
"""


def run(home: Path, *given: str, code: int = 0) -> str:
    """Run the recipe without effects; everything that is said."""
    recipes = home / "recipes"
    recipes.mkdir(exist_ok=True)
    (recipes / "thank.yaml").write_text(RECIPE)
    settings = {"HUB_RECIPES": str(recipes), "WORKGLUE_API_KEY": "none", "WORKGLUE_API_URL": "http://127.0.0.1:9"}
    assert hub(home, "release", **settings).returncode == 0
    arguments = [word for each in given for word in ("--set", each)]
    result = hub(home, "run", "thank", "--dry-run", *arguments, **settings)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout + result.stderr


def test_they_have_the_types_that_the_recipe_asks_for(tmp_path: Path) -> None:
    shown = run(tmp_path, "name=Miller", "stars=4", "rooms=hall", "rooms=kitchen")
    assert "The run would end as skipped. Thanks, Miller" in shown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("stars=4", "needs the input `name`"),
        ("nmae=Miller", "Did you mean `name`?"),
        ("name", "Write it as --set name=value."),
    ],
)
def test_what_does_not_fit_is_said(tmp_path: Path, given: str, said: str) -> None:
    assert said in run(tmp_path, given, code=1)
