"""Subscriptions of other programs, from asking for one to the day when its receiver is gone."""

from __future__ import annotations

import base64
import logging
import secrets as randomness
from collections.abc import Sequence
from dataclasses import replace

from hub.errors import HubError, RecipeError
from hub.model import Event, new_id
from hub.ports import Arrival
from hub.recipe.check import check
from hub.recipe.check.surroundings import ALWAYS_FETCHED, ALWAYS_THERE
from hub.recipe.library import Checked
from hub.recipe.nearest import suggest
from hub.services.language import published
from hub.services.subscription_recipes import FILE, event_names, make_sample, resource_of, type_of, write_recipe
from hub.services.workshop import Workshop
from hub.store.subscribers import ApiToken, Subscription, SubscriptionLine, SubscriptionState

MOST_OF_A_TOKEN = 100
FAILURES = 20
FAILING_FOR = 86_400.0
"""A subscription is paused after this many failures in a row, the first of them this many seconds ago."""

TENDED_BY = "the hub"

log = logging.getLogger(__name__)


class Subscriptions(Workshop):
    """The fourth floor of Services: what other programs want to be told."""

    def events_to_subscribe(self) -> tuple[str, ...]:
        """The names of all events that there can be."""
        return event_names({name: tuple(each.fields) for name, each in self.profile.resources.items()})

    def subscribe(
        self,
        token: ApiToken,
        *,
        url: str,
        events: Sequence[str],
        condition: str = "",
        fields: Sequence[str] = (),
        secret: str = "",
        where: str = "",
    ) -> tuple[Subscription, str]:
        """A subscription and its signing secret; the secret is "" when the same one was there before.

        RecipeError, with the problems, for a condition that cannot be used; HubError for a field that is not there,
        and when the token has too many.
        """
        now = self.clock()
        new = Subscription(
            new_id("hook", now).replace("_", "-"), token.id, url, tuple(events), now, now, condition, tuple(fields)
        )
        signing_secret = secret or f"whsec_{base64.b64encode(randomness.token_bytes(32)).decode()}"
        by = f"token {token.name}"
        kept = self.ledger.subscribe(
            new, published(self._check(new, token)), signing_secret, most=MOST_OF_A_TOKEN, by=by, where=where
        )
        if kept is None:
            raise HubError(
                f"This token has {MOST_OF_A_TOKEN} subscriptions, and a token can have no more.",
                hint="Delete those that nobody needs.",
            )
        subscription, is_new = kept
        return subscription, signing_secret if is_new else ""

    def send_sample(self, line: SubscriptionLine) -> str:
        """Send a sample to the receiver; the id of its run. It goes the way of every delivery, but past the condition,
        and also when the subscription is paused."""
        found = line.subscription
        resource = resource_of(found.events[0])
        kind = self.profile.resources[resource]
        data = make_sample(found.events[0], self.views.latest_snapshot(resource), tuple(kind.fields))
        now = self.clock()
        event_id = new_id("evt", now)
        event = Event(
            id=event_id,
            type=type_of(found.events[0]),
            source=f"sample:{found.id}",
            key=event_id,
            time=now,
            data=data,
        )
        # Without a trigger there is no condition that the record has to meet.
        run = self.intake.begin(self._current(found.id), "", event)
        self.ledger.admit([Arrival(event, (run,))])
        self.bell.ring()
        return run.id

    def tend_subscriptions(self) -> int:
        """End subscriptions whose receiver said that it is gone, pause those that fail and fail. Returns how many."""
        now = self.clock()
        moved = 0
        for line in self.views.subscriptions(open_only=True):
            verdict = judge(line, now)
            if verdict is None:
                continue
            state, note = verdict
            moved += self.ledger.set_subscription(line.subscription.id, state, note=note, by=TENDED_BY, now=now)
            log.warning("The subscription %s is %s: %s", line.subscription.id, state.value, note)
        return moved

    def _check_fields(self, new: Subscription) -> None:
        """HubError for a field that the records of some wanted event do not have."""
        for resource in dict.fromkeys(map(resource_of, new.events)):
            kind = self.profile.resources[resource]
            fetched = [each.alias for each in kind.references.values() if each.resource in ALWAYS_FETCHED]
            known = (*ALWAYS_THERE, *kind.fields, *fetched)
            for each in new.fields:
                if each not in known:
                    words = resource.replace("_", " ")
                    raise HubError(f"The {words} have no field `{each}`.", hint=suggest(each, known))

    def _check(self, new: Subscription, token: ApiToken) -> Checked:
        self._check_fields(new)
        text = write_recipe(new, token.name)
        options = self.check_options() | {"secrets": (new.secret_name,)}
        reading = check(text, file=FILE, **options)
        if reading.recipe is None:
            wrong = [each for each in reading.problems if each.severity == "error"]
            raise RecipeError(f"This cannot be subscribed to: {wrong[0].message}", problems=wrong)
        return Checked(FILE, text, replace(reading.recipe, file=FILE), reading.problems)


def judge(line: SubscriptionLine, now: float) -> tuple[SubscriptionState, str] | None:
    """What must become of an active subscription, and why; None when it may go on."""
    if line.is_gone:
        return SubscriptionState.ENDED, "The receiver said that it is gone (410)."
    if line.failures < FAILURES or line.failing_since is None or now - line.failing_since < FAILING_FOR:
        return None
    return SubscriptionState.PAUSED, f"{FAILURES} deliveries in a row have failed, for a day or longer."
