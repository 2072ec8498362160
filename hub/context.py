"""What an action gets: the doors, each bound to its step; and what a trigger that watches something gets. Nothing else
of the hub is visible to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hub.model import Record, StepRecord
from hub.stored import Change, Held, LookupTable


class Records(Protocol):
    """Workglue as an action sees it: bound to the step, so keys, intents and our own writes are taken care of."""

    def list(
        self,
        resource: str,
        filters: Mapping[str, Any],
        *,
        limit: int,
        order: str = "",
        changed_since: float | None = None,
        changed_before: float | None = None,
    ) -> list[Record]:
        """Up to `limit` records that equal `filters`; references may be given by name, several values as a list, and
        fields of related records by a dotted path ("stage.category"). `order` is a field, with a minus before it for
        the opposite; the times are seconds since the epoch."""

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


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail. Addresses are as people write them, "Ana Ruiz <ana@example.com>", checked already.

    `key` makes its Message-ID, so that a repeat is recognised as one; `written_at` is its date.
    """

    to: tuple[str, ...]
    subject: str
    key: str
    written_at: float
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


class Mail(Protocol):
    """Mails to people, over SMTP."""

    def send(self, letter: Letter, *, server: str = "") -> None:
        """Taken by the mail server for every recipient, or the StepError that says what happened instead. `server` is
        the address of another mail server than the one of the settings."""


class Stored(Protocol):
    """What recipes keep between runs: bound to the step, so each change is made once, however often it is tried."""

    def held(self, kind: str, name: str, *, shared: bool) -> Held | None:
        """What is kept under a name, None for nothing. With `shared` it is what all recipes share."""

    def change(self, kind: str, name: str, change: Change, *, shared: bool) -> Any:
        """Change what is kept under a name, together with its result; a repeat of the step gives the same result and
        changes nothing."""

    def tables(self) -> Mapping[str, LookupTable]:
        """The lookup tables by name, as they were when the run began."""


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
    def mail(self) -> Mail:
        """Mails to people."""

    @property
    def stored(self) -> Stored:
        """What recipes keep between runs, and lookup tables."""

    @property
    def began(self) -> float:
        """When the first attempt of this step began, seconds since the epoch: the same on every attempt."""

    @property
    def key(self) -> str:
        """The idempotency key: `<run>/<step>/<item>`, the same on every attempt."""

    @property
    def previous(self) -> StepRecord | None:
        """The journal's line of an earlier attempt of this very step, None on the first."""

    def now(self) -> float:
        """The engine's clock, seconds since the epoch."""

    def holds(self, source: str, names: Mapping[str, Any]) -> bool:
        """Whether an expression that stands in the recipe holds, with these names beside those of the step."""

    def before_send(self, *, resource: str = "") -> None:
        """Record durably that an effect is about to leave. Doors call it; an action that opens its own must, too."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look of a trigger that watches something. `state` is what the look before left behind, None at the first.

    `options` are the trigger's options as the recipe gives them, those that name a secret with the secret's text.
    `now` is in seconds since the epoch.
    """

    options: Mapping[str, Any]
    state: Any
    http: Http
    now: float


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that a look has found. `key` says what makes it the same when it is found again: it starts a recipe
    once. `data` is JSON; its keys are the names that the trigger's `scope` gives to expressions."""

    key: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look has come to. `state` is JSON and is handed to the next look."""

    happenings: Sequence[Happening]
    state: Any = None


Watch = Callable[[Look], Seen]
"""Looks once. StepErrors (hub.errors) say that it could not; the state then stays, and it looks again next time."""
