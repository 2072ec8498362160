"""What an action gets: the doors, each bound to its step. Nothing else of the hub is visible to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from hub.model import Record, StepRecord


class Records(Protocol):
    """Workglue as an action sees it: bound to the step, so keys, intents and our own writes are taken care of."""

    def list(self, resource: str, filters: Mapping[str, Any], *, limit: int) -> list[Record]:
        """Up to `limit` records that equal `filters`; references may be given by name."""

    def get(self, resource: str, record_id: str) -> Record:
        """One record, expanded. NotFound when there is none."""

    def resolve(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """References given by name turned into ids."""

    def create(self, resource: str, fields: Mapping[str, Any]) -> Record:
        """A new record. After an attempt whose result is unknown it is looked for first where keys do not help."""

    def update(self, resource: str, record_id: str, fields: Mapping[str, Any]) -> Record:
        """The record after the change."""

    def confirm(self, resource: str, record: Record, fields: Mapping[str, Any]) -> None:
        """The record holds `fields` already, so nothing is written. After an attempt whose result is unknown that is
        our own doing, and is remembered as such."""

    def delete(self, resource: str, record_id: str) -> None:
        """Gone afterwards."""


class Http(Protocol):
    """The web outside. Private addresses are refused unless the settings allow the host."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, Any],
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        text: str | None = None,
        timeout: float = 20.0,
    ) -> Record:
        """{status, headers, body, text}: body is the parsed JSON where the answer is JSON, else None."""


class Messages(Protocol):
    """Messages to people, by Apprise addresses."""

    def send(self, to: str, *, title: str, body: str) -> None:
        """Sent to one address, or the StepError that says what happened instead."""


class Context(Protocol):
    """What an action gets: the doors, bound to its step. Nothing else of the hub is visible to it."""

    @property
    def workglue(self) -> Records:
        """The Public API."""

    @property
    def http(self) -> Http:
        """Any other API."""

    @property
    def messages(self) -> Messages:
        """Messages to people."""

    @property
    def key(self) -> str:
        """The idempotency key: `<run>/<step>/<item>`, the same on every attempt."""

    @property
    def previous(self) -> StepRecord | None:
        """The journal's line of an earlier attempt of this very step, None on the first."""

    def now(self) -> float:
        """The engine's clock, seconds since the epoch."""

    def before_send(self, *, resource: str = "") -> None:
        """Record durably that an effect is about to leave. Doors call it; an action that opens its own must, too."""
