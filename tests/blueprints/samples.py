"""A blueprint and an instance of it that are right, and a folder to change them in."""

from __future__ import annotations

from pathlib import Path

from hub.model import Recipe
from hub.recipe.blueprints import World
from hub.recipe.library import Checked, Library, find_recipes, read_library
from tests.recipe.recipe_samples import CATALOGUE, FIELDS, SECRETS, make_registry

REGISTRY = make_registry()
WORLD = World(REGISTRY, SECRETS, FIELDS, CATALOGUE)

BLUEPRINT = """\
recipe: 1
blueprint: 2
name: Quiet leads
description: Reminds of leads that nobody has touched.
inputs:
  days:
    type: integer
    label: Days without a change
    default: 14
  stages:
    type: stage
    label: Stages to look at
    many: true
  every:
    type: duration
    label: How often it looks
    default: 1m
  to:
    type: secret
    label: Where to tell
    description: The name of a secret that holds the address.
  title: {type: text, label: Title, default: Quiet}
trigger:
  type: poll
  resource: jobs
  events: [updated]
  changed:
    stage.name: {to: "{{ inputs.stages }}"}
  every: "{{ inputs.every }}"
  where: record.number > inputs.days
steps:
  - name: "{{ inputs.title }}"
    action: notify.send
    if: inputs.days > 3
    with:
      to: "{{ inputs.to }}"
      title: "{{ inputs.title }}: {{ record.name }}"
      body: "{{ inputs.days }} days"
"""

INSTANCE = """\
recipe: 1
blueprint: quiet-leads
version: 2
name: Our quiet leads
inputs:
  days: 10
  stages: [Good Lead]
  to: TEAM_CHAT_URL
"""
BLUEPRINT = BLUEPRINT.replace("record.number", "record.po_number | default(0) | int")


def write(folder: Path, files: dict[str, str]) -> None:
    """These files by name, in the folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def read(folder: Path, *, world: World = WORLD) -> Library:
    """What is in the folder."""
    return read_library(find_recipes(folder), world=world)


def read_one(folder: Path, instance: str, *, blueprint: str = BLUEPRINT, world: World = WORLD) -> Checked:
    """The instance mine.yaml, read with its blueprint."""
    write(folder, {"blueprints/quiet-leads.yaml": blueprint, "mine.yaml": instance})
    (checked,) = read(folder, world=world).recipes
    return checked


def usable(checked: Checked) -> Recipe:
    """The recipe, which must have no problem at all."""
    assert checked.problems == ()
    assert checked.recipe is not None
    return checked.recipe


def told(checked: Checked, folder: Path) -> list[str]:
    """The problems, a line each, with files as they are called inside the folder."""
    return [
        f"{each.place.line}:{each.place.column} {each.code}{' (warning)' * (each.severity == 'warning')} | "
        f"{each.message} | {each.hint}".replace(f"{folder.as_posix()}/", "")
        for each in checked.problems
    ]
