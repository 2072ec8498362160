"""The two doors of the engine, as it sees them: the ledger (our database) and the API (Workglue), and the bell.

The rooms that stand behind them (hub.store, hub.workglue, hub.queue) do not know the engine, and it does not know
them; hub.services brings them together. Every method either does all of what it says or nothing.
"""

from __future__ import annotations

from hub.ports.api import Abilities, Api, Catalogue, Page
from hub.ports.bell import Bell
from hub.ports.budget import Drawn, Purse
from hub.ports.entries import (
    REPLAY_GUARD,
    Accepted,
    Arrival,
    ClaimedRun,
    Entry,
    Published,
    RunChange,
    SeenRecord,
    Settlement,
    Watched,
)
from hub.ports.ledger import Ledger
from hub.ports.polls import Attendance, Backlog, KeptPage, Passing

__all__ = [
    "REPLAY_GUARD",
    "Abilities",
    "Accepted",
    "Api",
    "Arrival",
    "Attendance",
    "Backlog",
    "Bell",
    "Catalogue",
    "ClaimedRun",
    "Drawn",
    "Entry",
    "KeptPage",
    "Ledger",
    "Page",
    "Passing",
    "Published",
    "Purse",
    "RunChange",
    "SeenRecord",
    "Settlement",
    "Watched",
]
