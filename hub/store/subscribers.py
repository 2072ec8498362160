"""Programs that use the hub's API and what they want to be told, as frozen nouns."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from hub.model import RunStatus


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's access. Its secret is not known to anybody but the program: the ledger keeps a hash."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: float
    created_by: str = ""
    expires_at: float | None = None
    used_at: float | None = None
    revoked_at: float | None = None

    def is_valid(self, now: float) -> bool:
        """Whether it lets anybody in."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class SubscriptionState(StrEnum):
    """Where a subscription stands. The last two are final."""

    ACTIVE = "active"
    PAUSED = "paused"  # by a person, its program, or after many failures; may be resumed
    ENDED = "ended"  # the receiver said that it is gone
    DELETED = "deleted"


OPEN = (SubscriptionState.ACTIVE, SubscriptionState.PAUSED)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one program wants to be told, and where. `note` says why it does not stand at ACTIVE."""

    id: str
    token_id: str
    url: str
    events: tuple[str, ...]
    created_at: float
    changed_at: float
    condition: str = ""
    fields: tuple[str, ...] = ()
    state: SubscriptionState = SubscriptionState.ACTIVE
    note: str = ""

    @property
    def likeness(self) -> str:
        """The same for two that the same program asked for in the same words."""
        asked = [self.token_id, self.url, sorted(self.events), self.condition, sorted(self.fields)]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()

    @property
    def secret_name(self) -> str:
        """Under which name its signing secret is kept."""
        return self.id.replace("-", "_")


@dataclass(frozen=True, slots=True)
class SubscriptionLine:
    """A subscription with how it has been doing. `failures` are the deliveries in a row that failed, up to
    views.subscriptions.COUNTED, and `failing_since` is when the first of them was wanted."""

    subscription: Subscription
    token_name: str
    waiting: int
    failures: int
    failing_since: float | None
    is_gone: bool
    last_run_id: str = ""
    last_status: RunStatus | None = None
    last_at: float | None = None
