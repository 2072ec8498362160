"""The language: what recipes may say, and the recipes in force."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.actions import builtin as builtin_actions
from hub.errors import SettingError, Unavailable
from hub.model import Trigger
from hub.plugins import Plugin, load_plugins
from hub.ports import Catalogue, Published
from hub.recipe import lookups
from hub.recipe.blueprints import Blueprints, World
from hub.recipe.check.bodies import SAMPLED
from hub.recipe.expressions import Expressions
from hub.recipe.library import Checked, Library, find_recipes, read_blueprints, read_folder, read_library
from hub.recipe.lookups import CheckedTable
from hub.registry import Registry
from hub.services.storage import Storage
from hub.shelf import Shelf
from hub.triggers import builtin as builtin_triggers
from hub.triggers.proposing import body_keys
from hub.workglue.profile import Profile, built_in, read_profile

log = logging.getLogger(__name__)


class Language(Storage):
    """The second floor of Services: registry, expressions, recipes."""

    @cached_property
    def profile(self) -> Profile:
        """How the Public API is spoken."""
        return read_profile(Path(self.settings.profile)) if self.settings.profile else built_in()

    @property
    def registry(self) -> Registry:
        """Every action and trigger type."""
        return self._equipment[0]

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """What installed packages have brought to it."""
        return self._equipment[1]

    @cached_property
    def _equipment(self) -> tuple[Registry, tuple[Plugin, ...]]:
        registry = Registry()
        for action in builtin_actions(self.profile):
            registry.add_action(action)
        for trigger in builtin_triggers():
            registry.add_trigger(trigger)
        return registry, load_plugins(registry)

    def is_watching(self, trigger: Trigger) -> bool:
        """Whether the trigger's type looks for what happened by a function of its own."""
        kind = self.registry.trigger(trigger.type)
        return kind is not None and kind.watch is not None

    @cached_property
    def expressions(self) -> Expressions:
        """Gives templates and conditions their values."""
        return Expressions(self.settings.timezone, holidays=self.settings.holidays)

    @cached_property
    def shelf(self) -> Shelf:
        """The recipes in force."""
        return Shelf(self.views, self.registry, clock=time.monotonic, learned=self.forget_secrets)

    def check_options(self) -> dict[str, Any]:
        """What a recipe is checked against: the names of secrets, of the fields of records and of tables' columns."""
        fields = {name: tuple(each.fields) for name, each in self.profile.resources.items()}
        fields |= self._sampled_fields()
        tables = lookups.columns_of(self.read_tables())
        return {"registry": self.registry, "secrets": self.secret_names(), "fields": fields, "tables": tables}

    def _sampled_fields(self) -> dict[str, tuple[str, ...]]:
        """By address, the fields of the bodies that were caught while it was being set up, as far as that is known."""
        if not self.settings.database_url and not (self.home / "hub.db").exists():
            return {}
        try:
            paths = self.views.sampled_paths()
            return {f"{SAMPLED}{path}": body_keys(self.views.samples(path)) for path in paths}
        except Unavailable as problem:
            log.debug("What came to addresses is not known: %s", problem)
            return {}

    def read_tables(self) -> list[CheckedTable]:
        """The lookup tables of the recipes folder, each checked."""
        return lookups.read_tables(Path(self.settings.recipes))

    def read_recipes(self, *, catalogue: Catalogue | None = None) -> list[Checked]:
        """The recipe files of the folder, each checked with what is known of secrets, fields and, where given, of the
        account's stages, job types and employees."""
        return read_folder(self._folder(), catalogue=catalogue, **self.check_options())

    def read_library(self, *, catalogue: Catalogue | None = None) -> Library:
        """The same with the blueprints of the folder."""
        world = World(**self.check_options(), catalogue=catalogue)
        return read_library(find_recipes(self._folder()), world=world)

    def read_files(self, paths: Sequence[Path], *, catalogue: Catalogue | None = None) -> Library:
        """These files, each by itself. Instances may be of the folder's blueprints, and of those in a folder
        `blueprints` beside them."""
        world = World(**self.check_options(), catalogue=catalogue)
        return read_library(paths, world=world, beside=self.blueprints_near(paths, catalogue=catalogue))

    def blueprints_near(self, paths: Sequence[Path], *, catalogue: Catalogue | None = None) -> Blueprints:
        """The blueprints of the folder, and those in a folder `blueprints` beside these files."""
        folders = [Path(self.settings.recipes), *(each.parent / "blueprints" for each in paths)]
        files = {file.resolve(): file for folder in folders for file in find_recipes(folder)}
        return read_blueprints(files.values(), world=World(**self.check_options(), catalogue=catalogue))

    def publish_recipes(self) -> list[Checked]:
        """Make the folder's recipes and tables the ones in force. A recipe with errors is shown, and starts nothing; a
        table with errors stays as it was."""
        self._publish_tables()
        checked = self.read_recipes()
        changed = self.ledger.publish([published(each) for each in checked], now=self.clock())
        if changed:
            log.info("%d recipe%s changed.", changed, "" if changed == 1 else "s")
            for each in (problem for file in checked for problem in file.problems if problem.severity == "error"):
                log.warning("A recipe has an error and starts nothing: %s: %s %s", each.place, each.message, each.hint)
        return checked

    def _publish_tables(self) -> None:
        tables = self.read_tables()
        wrong = [each for each in tables if each.table is None]
        in_force, unreadable = lookups.usable(tables), [each.name for each in wrong]
        changed = self.ledger.publish_tables(list(in_force.values()), unreadable=unreadable, now=self.clock())
        if changed:
            log.info("%d lookup table%s changed.", changed, "" if changed == 1 else "s")
        for each in wrong:
            problem = each.problems[0]
            log.warning("A lookup table stays as it was: %s: %s %s", problem.place, problem.message, problem.hint)

    def _folder(self) -> Path:
        folder = Path(self.settings.recipes)
        if not folder.is_dir():
            raise SettingError(f"HUB_RECIPES names the folder {folder}, which does not exist.")
        return folder


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
