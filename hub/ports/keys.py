"""The door to the keys of other APIs: which one is in force, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Credential:
    """A key that may be used now, and its version, by which a late answer about an older key is told."""

    key: str = field(repr=False)
    version: int


class KeyInForce(Protocol):
    """The key of one API, as one process sees it. Threads share it."""

    def current(self) -> Credential:
        """The key to make a call with. Unauthorized when there is none that works; RateLimited while nobody knows."""

    def refused(self, version: int) -> None:
        """The API does not accept this version: nobody calls with it any more, from this moment on."""

    def accepted(self, version: int) -> None:
        """A call with this version went well."""

    def noticed(self, version: int, state: str) -> None:
        """The ledger says, on another occasion, which version is in force and how it stands."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """The key of a connection as the ledger keeps it. `state` is "ok", "rejected" or "missing".

    `origin` is "environment" or "office", `tail` its last characters, `entered_at` since when this version is in
    force, `changed_at` since when it is in this state. `per_minute` is what the API allows (0: no limit, None: not
    known), `used_calls` and `used_before` are the calls in the minute `used_minute` and in the one before.
    """

    name: str
    version: int
    state: str
    fingerprint: str
    sealed: str = field(repr=False)
    tail: str
    origin: str
    entered_by: str
    entered_at: float | None
    changed_at: float
    used_at: float | None
    per_minute: int | None
    used_minute: int
    used_calls: int
    used_before: int

    def calls_in_last_minute(self, now: float) -> int:
        """The calls of the last whole minute."""
        age = int(now // 60) - self.used_minute
        return self.used_before if age == 0 else self.used_calls if age == 1 else 0


@dataclass(frozen=True, slots=True)
class SecretLine:
    """A stored secret without its value. Until `previous_until` deliveries signed with the value before are believed;
    the last one came at `previous_used_at`."""

    name: str
    changed_at: float
    changed_by: str
    previous_until: float | None
    previous_used_at: float | None


@dataclass(frozen=True, slots=True)
class Resealing:
    """How many sealed values there are, and under which of the sealing keys (0: the first, which seals)."""

    under: tuple[int, ...]

    @property
    def waiting(self) -> int:
        """How many are under an older key."""
        return sum(place > 0 for place in self.under)
