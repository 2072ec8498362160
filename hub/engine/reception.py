"""What the gate hears of a delivery, and what its sender is told."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub.model import Delivery, DeliveryStatus, Trigger


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told: an HTTP status, a JSON object or text, and further headers. With `awaited`
    (hub.engine.responding.Awaited), only if it does not wait for the run."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    awaited: Any = field(default=None, compare=False)


class Told(Protocol):
    """An answer in the words of a sender (hub.signing.Answer)."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def body(self) -> Any:
        """A JSON value or a text."""

    @property
    def headers(self) -> Iterable[tuple[str, str]]:
        """Further headers."""


class Reception(Protocol):
    """What a webhook trigger makes of a believed delivery (hub.triggers.webhook.Reception)."""

    @property
    def status(self) -> DeliveryStatus:
        """ACCEPTED or UNPARSED."""

    @property
    def key(self) -> str:
        """What makes this delivery the same as another one."""

    @property
    def key_expression(self) -> str:
        """A bare expression that the recipe gives for the key, "" when it gives none."""

    @property
    def data(self) -> Mapping[str, Any]:
        """body, headers, query, content_type."""

    @property
    def answer(self) -> Told | None:
        """The answer to a sender that only asked whether the address is ours, None for a delivery."""

    @property
    def reply(self) -> Told | None:
        """What the sender wants to hear where the recipe says nothing, None when any answer will do."""

    @property
    def reason(self) -> str:
        """Why it is UNPARSED, or what the handshake was."""

    @property
    def replay_body_sha(self) -> str:
        """Where the sender's id is not signed: what an old delivery sent again under a new id has in common with it."""

    @property
    def same_body(self) -> bool:
        """Whether another body under the same key is a conflict: the sender itself gave it this id."""

    @property
    def limit(self) -> tuple[int, float] | None:
        """How many deliveries are let in, in how many seconds; None where the recipe says nothing."""

    @property
    def refusal(self) -> Told | None:
        """What the sender is told of a delivery that is believed and cannot be taken, None for one that can."""


class Receive(Protocol):
    """hub.triggers.webhook.receive; SignatureError when the delivery is not believed."""

    def __call__(
        self, trigger: Trigger, delivery: Delivery, *, secrets: Mapping[str, str], now: float
    ) -> Reception: ...


NOT_FOUND = Answer(404, {"error": {"code": "not_found", "message": "There is nothing at this address."}})
"""The same for an address that does not exist and for a delivery that is not believed."""


def too_many(seconds: float) -> Answer:
    """Told when more come than the address takes."""
    whole = max(1, math.ceil(seconds))
    message = f"Too many deliveries came to this address. Nothing was kept; send it again in {whole} s."
    return Answer(429, {"error": {"code": "too_many", "message": message}}, {"Retry-After": str(whole)})
