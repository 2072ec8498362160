"""All writes: hub.ports.Ledger and what the dashboard and the CLI change besides. Each verb is one transaction.

Every method may raise hub.errors.Unavailable: the database did not answer, nothing was changed (or, when the answer
to a commit was lost, everything), and the same call may be made again.
"""

from __future__ import annotations

from hub.store.ledger.access import Access
from hub.store.ledger.claims import Claims
from hub.store.ledger.intake import Intake
from hub.store.ledger.journal import Journal
from hub.store.ledger.keys import Keys
from hub.store.ledger.polls import Polls
from hub.store.ledger.presence import Presence
from hub.store.ledger.recipes import Recipes
from hub.store.ledger.runs import Runs
from hub.store.ledger.trail import Trail
from hub.store.ledger.upkeep import Pruned, Upkeep
from hub.store.ledger.vault import Vault

__all__ = ["Pruned", "SqlLedger"]


class SqlLedger(Intake, Claims, Journal, Runs, Polls, Keys, Presence, Recipes, Access, Vault, Trail, Upkeep):
    """hub.ports.Ledger on SQLite or PostgreSQL, put together from its verbs."""
