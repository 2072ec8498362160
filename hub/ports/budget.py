"""The door to what all processes together may ask of the Public API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draw came to: so many calls may be made, `wait` seconds from now. With no calls, `wait` says when to ask
    again. `per_minute` 0 means that there is no limit, None that nobody knows yet; `blocked`, that the API has asked
    for patience. `version` and `key_state` say which key is in force and how it stands: no calls while it is not "ok".
    """

    calls: int
    wait: float
    per_minute: int | None
    blocked: bool = False
    version: int = 0
    key_state: str = "ok"


class Purse(Protocol):
    """The rate budget of one key, kept once for all processes (hub.store). hub.errors.Unavailable as everywhere."""

    def draw_calls(self, name: str, *, now: float, wanted: int, share: float, patience: float) -> Drawn:
        """Take up to `wanted` calls out of the budget of the connection `name`.

        `share` (0 to 1) is the part of the burst that this caller may use up: who asks with less leaves the rest to
        others. Where the next call is due within `patience` seconds it is reserved, and `wait` says when it may go.
        """

    def learn_rate(self, name: str, *, per_minute: int, burst: int) -> None:
        """The API says how many calls a minute it allows; 0 for no limit."""

    def hold_calls(self, name: str, *, until: float) -> None:
        """The API has asked for patience: nobody calls before then. An earlier moment than one that is known changes
        nothing."""
