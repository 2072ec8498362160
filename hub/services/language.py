"""The language: what recipes may say, and the recipes in force."""

from __future__ import annotations

import logging
import time
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.actions import builtin as builtin_actions
from hub.errors import SettingError
from hub.ports import Catalogue, Published
from hub.recipe.expressions import Expressions
from hub.recipe.library import Checked, read_folder
from hub.registry import Registry
from hub.services.storage import Storage
from hub.shelf import Shelf
from hub.triggers import builtin as builtin_triggers
from hub.workglue.profile import Profile, built_in, read_profile

log = logging.getLogger(__name__)


class Language(Storage):
    """The second floor of Services: registry, expressions, recipes."""

    @cached_property
    def profile(self) -> Profile:
        """How the Public API is spoken."""
        return read_profile(Path(self.settings.profile)) if self.settings.profile else built_in()

    @cached_property
    def registry(self) -> Registry:
        """Every action and trigger type."""
        registry = Registry()
        for action in builtin_actions(self.profile):
            registry.add_action(action)
        for trigger in builtin_triggers():
            registry.add_trigger(trigger)
        return registry

    @cached_property
    def expressions(self) -> Expressions:
        """Gives templates and conditions their values."""
        return Expressions(self.settings.timezone)

    @cached_property
    def shelf(self) -> Shelf:
        """The recipes in force."""
        return Shelf(self.views, self.registry, clock=time.monotonic)

    def check_options(self) -> dict[str, Any]:
        """What a recipe is checked against: the names of secrets and of the fields of records."""
        fields = {name: tuple(each.fields) for name, each in self.profile.resources.items()}
        return {"registry": self.registry, "secrets": self.secret_names(), "fields": fields}

    def read_recipes(self, *, catalogue: Catalogue | None = None) -> list[Checked]:
        """The recipe files of the folder, each checked with what is known of secrets, fields and, where given, of the
        account's stages, job types and employees."""
        folder = Path(self.settings.recipes)
        if not folder.is_dir():
            raise SettingError(f"HUB_RECIPES names the folder {folder}, which does not exist.")
        return read_folder(folder, catalogue=catalogue, **self.check_options())

    def publish_recipes(self) -> list[Checked]:
        """Make the folder's recipes the ones in force. A file with errors is shown, and starts nothing."""
        checked = self.read_recipes()
        changed = self.ledger.publish([published(each) for each in checked], now=self.clock())
        if changed:
            log.info("%d recipe%s changed.", changed, "" if changed == 1 else "s")
            for each in (problem for file in checked for problem in file.problems if problem.severity == "error"):
                log.warning("A recipe has an error and starts nothing: %s: %s %s", each.place, each.message, each.hint)
        return checked


def published(checked: Checked) -> Published:
    """A checked recipe file as the ledger keeps it. One with errors has no version and starts nothing."""
    recipe = checked.recipe
    problems = tuple(each.as_dict() for each in checked.problems)
    if recipe is None or any(each.severity == "error" for each in checked.problems):
        stem = Path(checked.file).stem
        recipe_id, name = (recipe.id, recipe.name) if recipe else (stem, stem)
        return Published(recipe_id, name, "", checked.text, checked.file, problems=problems)
    return Published(
        recipe.id,
        recipe.name,
        recipe.version,
        recipe.source,
        recipe.file,
        enabled=recipe.enabled,
        description=recipe.description,
        was=recipe.was,
        problems=problems,
    )
