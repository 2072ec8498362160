"""The workshop: the API, the doors that lead outside, and the engine between them."""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial

from hub.actions.messages import AppriseMessages
from hub.actions.outside import Outside
from hub.engine.bench import Tools
from hub.engine.intake import Intake, listened_resources
from hub.engine.journal import GroupJournal, Journal
from hub.engine.poller import Poller
from hub.engine.transport import Doors
from hub.errors import HubError, SettingError, StepError, Unavailable
from hub.model import Recipe
from hub.ports import Arrival, Catalogue
from hub.services.language import Language
from hub.triggers.poll import changed_fields
from hub.triggers.webhook import receive
from hub.workglue.client import Workglue
from hub.workglue.lookup import find_created

CONNECTION = "workglue"
SANDBOX_URL = "http://127.0.0.1:5001/api/v1"

log = logging.getLogger(__name__)


class Workshop(Language):
    """The third floor of Services: what runs recipes."""

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

    def account(self) -> Catalogue | None:
        """The account's stages, job types and employees; None when Workglue cannot be asked now."""
        try:
            return self.api.catalogue()
        except (SettingError, StepError, Unavailable) as problem:
            log.debug("The account's names are not known: %s", problem)
            return None

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
