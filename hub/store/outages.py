"""When the hub was away, and when a new version was deployed, as frozen nouns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KEPT_FOR = 30 * 86_400.0
"""Seconds for which both are kept."""


@dataclass(frozen=True, slots=True)
class Outage:
    """What became of a time without a clock, from `since` to `until`, or of a change of version (`cause` "deployed").

    `cause` is "stopped" where the last process said that its end was meant, "vanished" where it did not. While
    `is_open`, `facts` still grows: what the names in it mean is said in hub.services.outages.
    """

    id: str
    since: float
    until: float
    cause: str
    is_open: bool = True
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Release:
    """One `python -m hub release`. `program` differs when the program did, `recipes` are those that changed with it."""

    id: str
    at: float
    version: str
    program: str
    recipes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What the ledger tells of such a time, each number up to 10,000: webhooks that came in and were kept, runs that
    were in hand at its beginning and went on at another worker."""

    webhooks: int
    resumed: int
