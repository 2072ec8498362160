"""Fault switches: what can go wrong between two programs, on request.

They lie in the database, so every process that serves it obeys. All are off until somebody switches one on.
"""

from __future__ import annotations

import random
import sqlite3
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sandbox.database import Database
from sandbox.problems import invalid

LATENCY = "latency"
RATE_LIMITED = "rate_limited"
SERVER_ERROR = "server_error"
DROP_BEFORE = "drop_before"
DROP_AFTER = "drop_after"
LATE_LISTS = "late_lists"
CLOCK_SKEW = "clock_skew"
COARSE_CLOCK = "coarse_clock"
LONGEST_LATENCY = 120.0
LARGEST_COUNT = 1_000_000


@dataclass(frozen=True)
class Kind:
    """One thing that can go wrong. `amount` says what its number means and is empty when it has none."""

    label: str
    about: str
    amount: str = ""
    usual: float = 0
    least: float = 0
    most: float = 0


KINDS = {
    LATENCY: Kind(
        "Slow answers", "Every answer waits before the request is looked at.", "Seconds", 2, 0, LONGEST_LATENCY
    ),
    RATE_LIMITED: Kind(
        "Too many requests", "Answered with 429; nothing is changed.", "Retry-After in seconds", 5, 0, 86_400
    ),
    SERVER_ERROR: Kind("Server error", "Answered with a 5xx status; nothing is changed.", "Status", 500, 500, 599),
    DROP_BEFORE: Kind("Hang up before", "The connection is closed before anything is changed."),
    DROP_AFTER: Kind("Hang up after", "The change is made, then the connection is closed without an answer."),
    LATE_LISTS: Kind(
        "Late lists",
        "Lists and searches do not know yet what was created or changed in the last seconds.",
        "Seconds",
        30,
        0,
        86_400,
    ),
    CLOCK_SKEW: Kind(
        "Wrong clock",
        "Date headers and time stamps are ahead of the real time, or behind it when negative.",
        "Seconds",
        90,
        -86_400,
        86_400,
    ),
    COARSE_CLOCK: Kind(
        "Coarse clock",
        "Time stamps are cut to a multiple of this, so that many records get the same one.",
        "Seconds",
        60,
        0.000_001,
        86_400,
    ),
}


@dataclass(frozen=True)
class Fault:
    """One switch that is on. Empty filters match everything; `remaining` None never runs out."""

    id: int
    kind: str
    amount: float
    method: str
    path: str
    probability: float
    remaining: int | None

    def matches(self, method: str, path: str) -> bool:
        """Whether this switch is meant for a request. The path filter may hold * and ?."""
        return (not self.method or self.method == method) and (not self.path or fnmatchcase(path, self.path))


def read_faults(connection: sqlite3.Connection) -> list[Fault]:
    """The switches that are on, oldest first."""
    return [Fault(**row) for row in connection.execute("SELECT * FROM faults ORDER BY id")]


def switch_on(
    connection: sqlite3.Connection,
    kind: str,
    *,
    amount: float | None = None,
    method: str = "",
    path: str = "",
    probability: float = 1,
    count: int | None = None,
) -> Fault:
    """Switch a fault on, for `count` requests or until it is switched off. Raises Problem 422 for what cannot be."""
    wanted = KINDS.get(kind)
    faults = {}
    if wanted is None:
        faults["kind"] = f"must be one of {', '.join(KINDS)}"
    elif wanted.amount and not wanted.least <= (wanted.usual if amount is None else amount) <= wanted.most:
        faults["amount"] = f"must be between {wanted.least:g} and {wanted.most:g}"
    if not 0 < probability <= 1:
        faults["probability"] = "must be above 0 and at most 1"
    if count is not None and not 1 <= count <= LARGEST_COUNT:
        faults["count"] = "must be a whole number, 1 or more"
    if faults or wanted is None:
        raise invalid(faults)
    number = (wanted.usual if amount is None else amount) if wanted.amount else 0
    row = connection.execute(
        "INSERT INTO faults (kind, amount, method, path, probability, remaining) VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
        (kind, number, method.strip().upper(), path.strip(), probability, count),
    ).fetchone()
    return Fault(**row)


def switch_off(connection: sqlite3.Connection, fault: int | None = None) -> int:
    """Switch one fault off, or all of them. Returns how many were on."""
    if fault is None:
        return connection.execute("DELETE FROM faults").rowcount
    return connection.execute("DELETE FROM faults WHERE id = ?", (fault,)).rowcount


def strike(database: Database, dice: random.Random, *, method: str, path: str) -> dict[str, float]:
    """What goes wrong with one request: kinds and their amounts. Counted switches lose one for it."""
    with database.reading() as connection:
        faults = read_faults(connection)
    struck = [fault for fault in faults if fault.matches(method, path) and dice.random() < fault.probability]
    if any(fault.remaining is not None for fault in struck):
        with database.writing() as connection:
            struck = [fault for fault in struck if _use_up(connection, fault)]
    return {fault.kind: fault.amount for fault in struck}


def _use_up(connection: sqlite3.Connection, fault: Fault) -> bool:
    """Take one from the switch's count. False when another process was faster and nothing is left."""
    if fault.remaining is None:
        return True
    row = connection.execute(
        "UPDATE faults SET remaining = remaining - 1 WHERE id = ? AND remaining > 0 RETURNING remaining", (fault.id,)
    ).fetchone()
    if row and row["remaining"] == 0:
        switch_off(connection, fault.id)
    return row is not None
