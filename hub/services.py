"""The one place that wires settings to live things. Each is made when first used: a process pays for what it uses."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import random
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from hub import failpoints
from hub.actions import builtin as builtin_actions
from hub.actions.messages import AppriseMessages
from hub.actions.outside import Outside
from hub.engine.bench import Tools
from hub.engine.intake import Intake, listened_resources
from hub.engine.journal import GroupJournal, Journal
from hub.engine.poller import Poller
from hub.engine.transport import Doors
from hub.errors import HubError, SettingError, StepError, Unavailable
from hub.model import Recipe
from hub.ports import Arrival, Catalogue, Published
from hub.queue import PrivateServer, RedisBell
from hub.recipe.expressions import Expressions
from hub.recipe.library import Checked, read_folder
from hub.registry import Registry
from hub.settings import Settings
from hub.shelf import Shelf
from hub.store.crypto import Sealer
from hub.store.database import Database
from hub.store.ledger import SqlLedger
from hub.store.views import Views
from hub.triggers import builtin as builtin_triggers
from hub.triggers.poll import changed_fields
from hub.triggers.webhook import receive
from hub.workglue.client import Workglue
from hub.workglue.lookup import find_created
from hub.workglue.profile import Profile, built_in, read_profile

CONNECTION = "workglue"
SANDBOX_URL = "http://127.0.0.1:5001/api/v1"

log = logging.getLogger(__name__)


class Services:
    """Live things by name. `clock` gives seconds since the epoch."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.clock = clock
        self.home = Path(settings.home)
        self._secrets: tuple[float, Mapping[str, str]] = (float("-inf"), {})

    # ---- storage -----------------------------------------------------------------------------------------------

    @cached_property
    def database(self) -> Database:
        """Our own database."""
        return Database.open(self.settings.database)

    @cached_property
    def sealer(self) -> Sealer:
        """Seals stored secrets; its key is made once in HUB_HOME where none is given."""
        return Sealer(self.settings.sealing_keys or (kept(self.home, "sealing-key", Sealer.new_key),))

    @cached_property
    def ledger(self) -> SqlLedger:
        """All writes."""
        return SqlLedger(self.database, self.sealer)

    @cached_property
    def views(self) -> Views:
        """All reads."""
        return Views(self.database)

    @cached_property
    def secret_key(self) -> str:
        """What sessions and forms are signed with."""
        return self.settings.secret_key or kept(self.home, "secret-key", lambda: secrets.token_urlsafe(48))

    @cached_property
    def redis_url(self) -> str:
        """Where Redis is; without REDIS_URL the private server of HUB_HOME (started by whoever runs the processes)."""
        return self.settings.redis_url or PrivateServer(self.home / "redis").url

    @cached_property
    def bell(self) -> RedisBell:
        """The doorbell."""
        return RedisBell(self.redis_url, drain_seconds=self.settings.drain_seconds)

    # ---- the language ------------------------------------------------------------------------------------------

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

    def secrets(self) -> Mapping[str, str]:
        """Recipe secrets by name: the sealed ones, and those of the environment, which win. Fresh within 5 seconds."""
        read_at, known = self._secrets
        if time.monotonic() - read_at > 5:
            known = {**self.ledger.secret_values(), **self.settings.secrets}
            self._secrets = (time.monotonic(), known)
        return known

    def secret_names(self) -> tuple[str, ...] | None:
        """The names of the secrets that exist; None where nobody can know yet, because there is no database."""
        if not self.settings.database_url and not (self.home / "hub.db").exists():
            return tuple(self.settings.secrets) or None
        return tuple(self.secrets())

    def check_options(self) -> dict[str, Any]:
        """What a recipe is checked against: the names of secrets and of the fields of records."""
        fields = {name: tuple(each.fields) for name, each in self.profile.resources.items()}
        return {"registry": self.registry, "secrets": self.secret_names(), "fields": fields}

    def account(self) -> Catalogue | None:
        """The account's stages, job types and employees; None when Workglue cannot be asked now."""
        try:
            return self.api.catalogue()
        except (SettingError, StepError, Unavailable) as problem:
            log.debug("The account's names are not known: %s", problem)
            return None

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

    # ---- the engine --------------------------------------------------------------------------------------------

    @cached_property
    def api(self) -> Workglue:
        """The Public API with the key in force. SettingError when no key is set."""
        if not self.settings.api_key:
            raise SettingError(
                "The setting WORKGLUE_API_KEY is missing.",
                hint="Copy the Account API Key from My Account > Integrations in Workglue.",
            )
        fingerprint = hashlib.sha256(self.settings.api_key.encode()).hexdigest()[:16]
        self.ledger.connect(CONNECTION, fingerprint=fingerprint, now=self.clock())
        connection = next(each for each in self.views.connections() if each.name == CONNECTION)
        return Workglue(
            base_url=self.settings.api_url or SANDBOX_URL,
            key=self.settings.api_key,
            profile=self.profile,
            connection=CONNECTION,
            version=connection.version,
            clock=self.clock,
        )

    @cached_property
    def intake(self) -> Intake:
        """Where everything comes in."""
        return Intake(
            ledger=self.ledger,
            bell=self.bell,
            registry=self.registry,
            expressions=self.expressions,
            recipes=self.shelf.enabled,
            secrets=self.secrets,
            receive=receive,
            clock=self.clock,
        )

    @cached_property
    def journal(self) -> GroupJournal:
        """Where runs are written down."""
        return GroupJournal(self.ledger, patience=self.settings.lease)

    @cached_property
    def doors(self) -> Doors:
        """What leads outside."""
        allowed = self.settings.allowed_private_hosts
        return Doors(self.api, Outside(allowed), AppriseMessages(allowed), find_created)

    @cached_property
    def tools(self) -> Tools:
        """What every run shares."""
        return Tools(
            journal=self.journal,
            doors=self.doors,
            registry=self.registry,
            expressions=self.expressions,
            clock=self.clock,
            luck=random.random,
            secrets=self.secrets,
            reject_key=self.reject_key,
            unknown_wait=self.settings.unknown_wait,
            timezone=self.settings.timezone,
        )

    def rehearsal_tools(self, journal: Journal, clock: Callable[[], float]) -> Tools:
        """The tools of a dry run: nothing is written, sent or changed, and its clock may be moved."""
        return replace(self.tools, journal=journal, clock=clock, dry=True)

    def replay(self, run_id: str) -> str:
        """A new run of the current version for the same event, due now; its id, "" when somebody else was faster by a
        moment. HubError when it cannot be run again."""
        page = self.views.run(run_id)
        if page is None:
            raise HubError(f"There is no run {run_id}.", hint="See the latest with: python -m hub runs list")
        recipe = self._current(page.run.recipe_id)
        number = self.views.next_replay_no(page.event.id, recipe.id)
        run = self.intake.begin(recipe, page.run.trigger_id, page.event)
        again = replace(run, replay_of=run_id, replay_no=number)
        if not self.ledger.admit([Arrival(page.event, (again,))])[0].run_ids:
            return ""
        self.bell.ring()
        return run.id

    def _current(self, recipe_id: str) -> Recipe:
        for each in self.views.current_recipes():
            if each.recipe_id == recipe_id and each.version:
                return self.shelf.version(recipe_id, each.version)
        raise HubError(f"The recipe {recipe_id} has no version that can run. See: python -m hub check")

    def poller(self, owner: str) -> Poller:
        """A poller that works under the name `owner`."""
        own_stamp = frozenset({self.profile.timestamps.updated})
        return Poller(
            api=self.api,
            ledger=self.ledger,
            arrive=self.intake.arrival,
            compare=partial(changed_fields, ignore=own_stamp),
            clock=self.clock,
            owner=owner,
            lease=self.settings.lease,
            full_every=self.settings.full_pass_every,
            related=self._related(),
        )

    def _related(self) -> dict[str, set[str]]:
        """By list, the related records that its triggers want fetched along."""
        return {
            resource: {name for trigger in triggers for name in trigger.options.get("expand") or ()}
            for resource, triggers in listened_resources(self.shelf.enabled()).items()
        }

    def reject_key(self, name: str, version: int) -> None:
        """Remember that the API refused this key; said once."""
        if self.ledger.reject_key(name, version=version, now=self.clock()):
            log.error("Workglue refused the API key. Runs wait for a new one: set WORKGLUE_API_KEY and restart.")

    def close(self) -> None:
        """Give connections back."""
        for name in ("bell", "database"):
            if name in self.__dict__:
                self.__dict__[name].close()


def open_services(settings: Settings, *, clock: Callable[[], float] = time.time) -> Services:
    """Services for one process. SettingError when HUB_FAILPOINTS is not understood."""
    try:
        failpoints.arm(settings.failpoints)
    except ValueError as problem:
        raise SettingError(f"The setting HUB_FAILPOINTS cannot be used: {problem}.") from problem
    return Services(settings, clock=clock)


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


def kept(home: Path, name: str, make: Callable[[], str]) -> str:
    """The text kept in HUB_HOME under this name, made on first use; readable by its owner only.

    When several processes start at once, the first one's text is everybody's.
    """
    file = home / name
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=home, prefix=f".{name}-") as draft:
            draft.write(make() + "\n")
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, file)
    return file.read_text(encoding="utf-8").strip()
