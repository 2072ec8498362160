"""What goes through the door of the ledger about polls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passing:
    """Which pass a page belongs to. `last`: no page comes after it. More than `flood` runs of one recipe in one pass
    are held (0: never); while more pages are to come, runs wait up to `grace` seconds for the end of the pass."""

    number: int
    now: float
    last: bool = True
    flood: int = 0
    grace: float = 0.0


@dataclass(frozen=True, slots=True)
class KeptPage:
    """What became of a page: how many events it made, which records were left out because they have moved on since
    it was asked for, and which recipes have started too much, so that their runs wait for a person."""

    events: int = 0
    left_out: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attendance:
    """How many records a list is known to have, and how many of them the pass under way has not shown."""

    known: int
    missing: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """The records that were there before a recipe that wants them, too (`start: all` or a date).

    `state`: "counting", "waiting" for a person, "released", "done" or "dropped". `counted` runs it would start, of
    which `preview` names a few; `started` have started, `per_minute` of them a minute (0: all at once). `position` is
    the id of the record that was looked at last. Records that the pass `until_pass` or a later one showed first have
    events of their own and do not belong.
    """

    recipe_id: str
    trigger_id: str
    resource: str
    start: str
    state: str
    until_pass: int
    opened_at: float
    position: str = ""
    counted: int = 0
    preview: Sequence[str] = ()
    started: int = 0
    per_minute: int = 0
    released_at: float | None = None
    decided_by: str = ""
