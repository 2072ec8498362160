"""The workshop: the API, the doors that lead outside, and the engine between them."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property, partial

from hub.actions.mailing import SmtpMail
from hub.actions.messages import AppriseMessages
from hub.actions.outside import Outside
from hub.engine.bench import Tools
from hub.engine.chains import LiveChains
from hub.engine.echoes import Echoes
from hub.engine.intake import Intake, listened_resources
from hub.engine.journal import GroupJournal, Journal
from hub.engine.links import AnswerLinks
from hub.engine.polling import Poller
from hub.engine.polling.backlogs import Late
from hub.engine.polling.comparing import Compare
from hub.engine.polling.pace import Interval, plan
from hub.engine.transport import Doors, DraftStored
from hub.engine.turnstile import Turnstile
from hub.engine.waiting import Calendar
from hub.engine.watching import Watcher
from hub.errors import HubError, SettingError, StepError, Unavailable
from hub.model import Recipe
from hub.ports import Catalogue
from hub.services.inbox import Inbox
from hub.services.keys import KeyDesk, LiveKey
from hub.services.language import Language
from hub.services.older_secrets import OlderSecrets
from hub.services.resuming import Resuming
from hub.timed import Timeouts
from hub.triggers.poll import changed_fields
from hub.workglue.budget import POLLS_SHARE, Allowance
from hub.workglue.client import Workglue
from hub.workglue.lookup import find_created

CONNECTION = "workglue"
TRIAL_TIMEOUTS = Timeouts(connect=3.0, read=8.0, total=10.0)
SANDBOX_URL = "http://127.0.0.1:5001/api/v1"

log = logging.getLogger(__name__)


class Workshop(Language):
    """The third floor of Services: what runs recipes."""

    @cached_property
    def api(self) -> Workglue:
        """The Public API. Each call is made with the key that is in force then."""
        self.live_key.adopt()
        return Workglue(
            base_url=self.settings.api_url or SANDBOX_URL,
            keys=self.live_key,
            profile=self.profile,
            connection=CONNECTION,
            clock=self.clock,
            allowance=self.allowance,
        )

    @cached_property
    def live_key(self) -> LiveKey:
        """The key of the Public API, as this process knows it."""
        return LiveKey(self.ledger, CONNECTION, environment=self.settings.api_key, clock=self.clock)

    @cached_property
    def keys(self) -> KeyDesk:
        """What people do with that key."""
        return KeyDesk(
            self.ledger,
            CONNECTION,
            environment=self.settings.api_key,
            probe=self._trial_client,
            listed=self.profile.named[0] if self.profile.named else self.profile.offered[0],
            bell=self.bell,
            clock=self.clock,
        )

    def _trial_client(self, key: str) -> Workglue:
        url = self.settings.api_url or SANDBOX_URL
        return Workglue(
            base_url=url, key=key, profile=self.profile, version=0, clock=self.clock, timeouts=TRIAL_TIMEOUTS
        )

    def retry_rejected_key(self) -> bool:
        """Try the key again when it is refused: it may work after all, and then everything goes on. Transient when it
        cannot be opened."""
        row = self.keys.row()
        return row is not None and row.state == "rejected" and self.keys.retry(row, self.live_key.open(row))

    def account(self) -> Catalogue | None:
        """The account's stages, job types and employees; None when Workglue cannot be asked now."""
        if not self.settings.api_key and not self.has_database:
            return None
        try:
            return self.api.catalogue()
        except (SettingError, StepError, Unavailable) as problem:
            log.debug("The account's names are not known: %s", problem)
            return None

    @cached_property
    def allowance(self) -> Allowance:
        """What this process may ask of the Public API; all processes share one budget."""
        rate, fixed = self.profile.rate, self.settings.api_rate
        return Allowance(
            self.ledger,
            CONNECTION,
            rate=rate,
            clock=self.clock,
            sleep=time.sleep,
            fixed=fixed,
            noticed=self.live_key.noticed,
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
            receive=OlderSecrets(self.ledger).receive,
            clock=self.clock,
            turnstile=self.turnstile,
            per_record=self.settings.record_lanes,
        )

    @cached_property
    def links(self) -> AnswerLinks:
        """The addresses that answer questions."""
        base = self.settings.public_url or f"http://localhost:{self.settings.port}"
        return AnswerLinks(base, self.secret_key)

    @cached_property
    def turnstile(self) -> Turnstile:
        """How many deliveries are let in."""
        most = self.settings.hook_limit
        return Turnstile(self.pace, self.ledger, clock=self.clock, default=(most, 60.0) if most else None)

    @cached_property
    def inbox(self) -> Inbox:
        """What people do with deliveries that are kept."""
        return Inbox(self.ledger, self.views, self.intake, self.bell, self.clock, self.resuming.do_item)

    @cached_property
    def resuming(self) -> Resuming:
        """What people do with runs that stand still or have ended wrong."""
        return Resuming(
            ledger=self.ledger,
            views=self.views,
            shelf=self.shelf,
            current=self._current,
            intake=self.intake,
            registry=self.registry,
            bell=self.bell,
            clock=self.clock,
        )

    @cached_property
    def journal(self) -> GroupJournal:
        """Where runs are written down."""
        return GroupJournal(self.ledger, patience=self.settings.lease)

    @cached_property
    def outside(self) -> Outside:
        """The web outside."""
        return Outside(self.settings.allowed_private_hosts)

    @cached_property
    def doors(self) -> Doors:
        """What leads outside."""
        allowed = self.settings.allowed_private_hosts
        messages = AppriseMessages(allowed)
        return Doors(self.api, self.outside, messages, find_created, mail=self._mail, stored=self.ledger)

    @property
    def _mail(self) -> SmtpMail:
        settings = self.settings
        allowed = settings.allowed_private_hosts
        return SmtpMail(settings.smtp_url, sender=settings.mail_from, allowed_private_hosts=allowed)

    @cached_property
    def watcher(self) -> Watcher:
        """Looks for the triggers of plug-ins."""
        return Watcher(self.ledger, self.intake, lambda: self.outside, self.secrets, self.clock)

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
            reject_key=self._note_refusal,
            chains=LiveChains(self.intake),
            unknown_wait=self.settings.unknown_wait,
            answers=self.ledger,
            links=self.links.address,
            calendar=Calendar(self.settings.timezone, self.settings.holidays),
            echoes=Echoes(self.api, self.intake, self._compare, self._related).arrivals,
            meter=self.ledger,
            house_messages=self.settings.messages_per_hour,
        )

    @cached_property
    def urgent_tools(self) -> Tools:
        """The tools of runs of high priority: they may use up all that the API allows at once."""
        return replace(self.tools, doors=replace(self.doors, api=self.api.at(1.0)))

    def rehearsal_tools(self, journal: Journal, clock: Callable[[], float]) -> Tools:
        """The tools of a dry run: nothing is written, sent or changed, and its clock may be moved."""
        doors = replace(self.doors, stored=DraftStored(beneath=self.ledger))
        return replace(self.tools, journal=journal, clock=clock, doors=doors, dry=True, echoes=None, meter=None)

    def _current(self, recipe_id: str) -> Recipe:
        for each in self.views.current_recipes():
            if each.recipe_id == recipe_id and each.version:
                return self.shelf.version(recipe_id, each.version)
        raise HubError(f"The recipe {recipe_id} has no version that can run. See: python -m hub check")

    def poller(self, owner: str, *, stopping: Callable[[], bool] = lambda: False) -> Poller:
        """A poller that works under the name `owner`, until `stopping` says so."""
        return Poller(
            api=self.api.at(POLLS_SHARE),
            ledger=self.ledger,
            arrive=self.intake.arrival,
            compare=self._compare,
            clock=self.clock,
            owner=owner,
            lease=self.settings.lease,
            full_every=self.settings.full_pass_every,
            related=self._related(),
            flood=self.settings.flood,
            late=self._late,
            start=self.intake.start,
            zone=self.settings.timezone,
            stopping=stopping,
        )

    def poll_intervals(self, recipes: Iterable[Recipe]) -> dict[str, Interval]:
        """How often each list that these recipes listen to is looked at."""
        usual = self.settings.poll_every
        wanted = {
            name: min(float(each.options.get("every") or usual) for each in triggers)
            for name, triggers in listened_resources(recipes).items()
        }
        requests = {each.resource: each.requests for each in self.views.cursors()}
        return plan(wanted, requests, per_minute=self.profile.rate.per_minute)

    def _late(self, resource: str) -> list[Late]:
        """The triggers of a list that want records from before them."""
        return [
            (recipe, trigger)
            for recipe in self.shelf.enabled()
            for trigger in recipe.triggers
            if trigger.type == "poll"
            and trigger.options["resource"] == resource
            and (trigger.options.get("start") or "now") != "now"
        ]

    @cached_property
    def _compare(self) -> Compare:
        """Tells what differs between two states of a record."""
        return partial(changed_fields, ignore=frozenset({self.profile.timestamps.updated}))

    def _related(self) -> dict[str, set[str]]:
        """By list, the related records that its triggers want fetched along."""
        return {
            resource: {name for trigger in triggers for name in trigger.options.get("expand") or ()}
            for resource, triggers in listened_resources(self.shelf.enabled()).items()
        }

    def _note_refusal(self, name: str, version: int) -> None:
        """A step was refused a key. That of the Public API has been noted where the call was made."""
        if name != CONNECTION:
            self.ledger.reject_key(name, version=version, now=self.clock())
