"""The tables. `migrations/` makes them, with the guards that no statement can pass (a test holds both equal).

Times are seconds since the epoch in UTC. A table of many rows has the indexes that its questions need and no others:
each of them is paid for with every run.
"""

from __future__ import annotations

from hub.store.tables.arrivals import delivery, event
from hub.store.tables.columns import metadata
from hub.store.tables.people import audit, secret, session, user
from hub.store.tables.polls import connection, cursor, snapshot
from hub.store.tables.recipes import heartbeat, leadership, recipe, recipe_version, schedule
from hub.store.tables.runs import attempt, run, step

__all__ = [
    "REVISION",
    "attempt",
    "audit",
    "connection",
    "cursor",
    "delivery",
    "event",
    "heartbeat",
    "leadership",
    "metadata",
    "recipe",
    "recipe_version",
    "run",
    "schedule",
    "secret",
    "session",
    "snapshot",
    "step",
    "user",
]

REVISION = "0009"
"""The newest migration. Revisions are numbers, so that an older program knows a newer database."""
