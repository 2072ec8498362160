"""What every part of the ledger and of the views has at hand."""

from __future__ import annotations

from hub.store.crypto import Sealer
from hub.store.database import Database


class Desk:
    """A database and, where secrets are kept, the keys that seal them."""

    def __init__(self, db: Database, sealer: Sealer | None = None) -> None:
        self.db = db
        self.sealer = sealer
