"""The tables. `migrations/` makes them, with the guards that no statement can pass (a test holds both equal).

Times are seconds since the epoch in UTC. A table of many rows has the indexes that its questions need and no others:
each of them is paid for with every run.
"""

from __future__ import annotations

from hub.store.tables.answers import answer, awaited
from hub.store.tables.arrivals import delivery, event
from hub.store.tables.columns import metadata
from hub.store.tables.inbox import address, refusal, replay, replay_item
from hub.store.tables.lanes import message, record_write
from hub.store.tables.outages import outage, release
from hub.store.tables.people import audit, secret, session, user
from hub.store.tables.polls import backlog, connection, cursor, flood, flood_run, snapshot
from hub.store.tables.recipes import heartbeat, leadership, recipe, recipe_version, schedule, watch
from hub.store.tables.resuming import resumption, told
from hub.store.tables.runs import attempt, run, step
from hub.store.tables.stored import lookup_table, stored_cell, stored_effect
from hub.store.tables.subscriptions import api_token, subscription

__all__ = [
    "REVISION",
    "address",
    "answer",
    "api_token",
    "attempt",
    "audit",
    "awaited",
    "backlog",
    "connection",
    "cursor",
    "delivery",
    "event",
    "flood",
    "flood_run",
    "heartbeat",
    "leadership",
    "lookup_table",
    "message",
    "metadata",
    "outage",
    "recipe",
    "recipe_version",
    "record_write",
    "refusal",
    "release",
    "replay",
    "replay_item",
    "resumption",
    "run",
    "schedule",
    "secret",
    "session",
    "snapshot",
    "step",
    "stored_cell",
    "stored_effect",
    "subscription",
    "told",
    "user",
    "watch",
]

REVISION = "0014"
"""The newest migration. Revisions are numbers, so that an older program knows a newer database."""
