"""The door to what steps with `wait_for` wait for: answers of people, deliveries of other apps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub.model import Event


@dataclass(frozen=True, slots=True)
class Given:
    """The answer that counts. `timed_out`: nobody answered in time, and nobody can any more."""

    answer: str
    by: str
    at: float
    fields: Mapping[str, Any] = field(default_factory=dict)
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Awaited:
    """A step of a run that waits for a delivery: of this source, for which the expression `match` comes to what has the
    key `equals`. `verify` and `secret` say which deliveries are believed where no recipe listens at the address."""

    run_id: str
    path: str
    source: str
    match: str
    equals: str
    verify: Any
    secret: Any


class Answers(Protocol):
    """Each method is one transaction; hub.errors.Unavailable when the database does not answer.

    A question is named by the run whose keys are used (`root_id`) and a place: the step's id and the items around it.
    """

    def ask(self, run_id: str, claim: int, *, root_id: str, place: str) -> Given | None:
        """Begin to wait: the answer that is there already, None when there is none. An earlier end of the time is
        forgotten. LeaseLost when the run is no longer ours."""

    def find_answer(self, root_id: str, place: str) -> Given | None:
        """The answer that counts, None while there is none."""

    def time_out(self, run_id: str, claim: int, *, root_id: str, place: str, now: float) -> Given:
        """End the time for an answer: from now on there is none, unless one came before. The one that counts.
        LeaseLost when the run is no longer ours."""

    def attend(self, step: Awaited) -> str:
        """Wake the run from now on when such a delivery comes. The id of the event that woke it since the last time,
        "" when none did. Whatever came before is seen by `heard` afterwards."""

    def heard(self, source: str, *, since: float, after: Event | None = None, limit: int) -> Sequence[Event]:
        """Believed events of a source from a moment on, oldest first; those that follow the event `after`."""

    def heard_event(self, event_id: str, *, source: str, since: float) -> Event | None:
        """This one of them, None when it is none."""

    def awaited_matches(self, source: str) -> Sequence[str]:
        """The different expressions by which runs that are not over wait for deliveries of this source."""

    def awaited_proof(self, source: str) -> tuple[Any, Any] | None:
        """`verify` and `secret` of a step that waits for deliveries of this source, None when none does."""
