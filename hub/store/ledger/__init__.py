"""All writes: hub.ports.Ledger and what the dashboard and the CLI change besides. Each verb is one transaction.

Every method may raise hub.errors.Unavailable: the database did not answer, nothing was changed (or, when the answer
to a commit was lost, everything), and the same call may be made again.
"""

from __future__ import annotations

from hub.store.ledger.access import Access
from hub.store.ledger.answers import Answers
from hub.store.ledger.backlogs import Backlogs
from hub.store.ledger.budget import Budget
from hub.store.ledger.calls import Calls
from hub.store.ledger.claims import Claims
from hub.store.ledger.floods import Floods
from hub.store.ledger.inbox import Inbox
from hub.store.ledger.intake import Intake
from hub.store.ledger.journal import Journal
from hub.store.ledger.keys import Keys
from hub.store.ledger.limits import Limits
from hub.store.ledger.lookups import Lookups
from hub.store.ledger.outages import Outages
from hub.store.ledger.polls import Polls
from hub.store.ledger.presence import Presence
from hub.store.ledger.recipes import Recipes
from hub.store.ledger.replays import Replays
from hub.store.ledger.resuming import Resuming
from hub.store.ledger.runs import Runs
from hub.store.ledger.stored import Stored
from hub.store.ledger.subscriptions import Subscriptions
from hub.store.ledger.tokens import Tokens
from hub.store.ledger.trail import Trail
from hub.store.ledger.upkeep import Pruned, Upkeep
from hub.store.ledger.vault import Vault
from hub.store.ledger.watching import Watching

__all__ = ["Pruned", "SqlLedger"]


class SqlLedger(
    Intake,
    Inbox,
    Replays,
    Resuming,
    Claims,
    Calls,
    Journal,
    Runs,
    Limits,
    Polls,
    Floods,
    Backlogs,
    Keys,
    Presence,
    Outages,
    Recipes,
    Access,
    Vault,
    Trail,
    Upkeep,
    Budget,
    Watching,
    Stored,
    Lookups,
    Answers,
    Tokens,
    Subscriptions,
):
    """hub.ports.Ledger on SQLite or PostgreSQL, put together from its verbs."""
