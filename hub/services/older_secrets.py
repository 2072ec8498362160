"""Deliveries that are believed for an older secret: said in the inbox, so that the office sees when that is over."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from hub.errors import Unavailable
from hub.model import Delivery, Trigger
from hub.store.ledger import SqlLedger
from hub.triggers.reception import PREVIOUS, Reception, receive

NOTED_EVERY = 60.0
"""Seconds between two notes that the value before a secret's present one is still in use."""

log = logging.getLogger(__name__)


class OlderSecrets:
    """hub.triggers.webhook.receive, with an eye on which secret fitted."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger
        self._noted: dict[str, float] = {}

    def receive(self, trigger: Trigger, delivery: Delivery, *, secrets: Mapping[str, str], now: float) -> Reception:
        """The reception; its reason says so where another secret fitted than the one that counts."""
        reception = receive(trigger, delivery, secrets=secrets, now=now)
        named = trigger.options.get("secret")
        first = named if isinstance(named, str) else next(iter(named or ()), "")
        if not reception.secret_name or reception.secret_name == first:
            return reception
        words = f"It was believed for {reception.secret_name}, not for {first}."
        if reception.secret_name.endswith(PREVIOUS):
            name = reception.secret_name.removesuffix(PREVIOUS)
            words = f"Its sender still uses the value that {name} had before."
            self._note(name, now)
        return replace(reception, reason=f"{reception.reason} {words}".strip())

    def _note(self, name: str, now: float) -> None:
        if now - self._noted.get(name, float("-inf")) < NOTED_EVERY:
            return
        try:
            self._ledger.note_previous_used(name, now=now)
        except Unavailable as problem:
            log.debug("That an older value of %s is in use was not noted: %s", name, problem)
            return
        self._noted[name] = now
