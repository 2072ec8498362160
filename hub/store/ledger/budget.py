"""The rate budget of a key: one moment in its row, so all processes share it and a restart or an emptied Redis changes
nothing.

The moment is when the budget will be whole again (GCRA, the generic cell rate algorithm of ATM networks): each call
moves it on by one interval, and it may not be further away than the burst.
"""

from __future__ import annotations

import math
from functools import partial

from sqlalchemy import func, select, update

from hub.ports import Drawn
from hub.store.desk import Desk
from hub.store.tables import connection as key

_FORGIVEN = 0.001
"""Parts of an interval by which sums of floating point numbers may be off."""


class Budget(Desk):
    """hub.ports.Purse."""

    def draw_calls(self, name: str, *, now: float, wanted: int, share: float, patience: float) -> Drawn:
        """Take up to `wanted` calls out of the budget of the connection `name`. See hub.ports.Purse."""
        columns = (key.c.per_minute, key.c.burst, key.c.whole_at, key.c.blocked_until, key.c.version, key.c.state)
        with self.db.write() as connection:
            row = connection.execute(select(*columns).where(key.c.name == name).with_for_update()).one_or_none()
            if row is None:
                return Drawn(wanted, 0.0, 0)
            drawn = partial(Drawn, per_minute=row.per_minute, version=row.version, key_state=row.state)
            if row.state != "ok":
                return drawn(0, 0.0)
            if row.blocked_until > now:
                return drawn(0, row.blocked_until - now, blocked=True)
            if not row.per_minute:
                return drawn(wanted, 0.0)
            interval = 60 / row.per_minute
            whole_at = max(row.whole_at, now)
            room = now + max(1.0, row.burst * share) * interval - whole_at
            calls = min(wanted, math.floor(room / interval + _FORGIVEN))
            wait = 0.0 if calls > 0 else interval - room
            if wait > patience:
                return drawn(0, wait)
            calls = max(1, calls)
            moved = update(key).where(key.c.name == name).values(whole_at=whole_at + calls * interval)
            connection.execute(moved)
        return drawn(calls, wait)

    def learn_rate(self, name: str, *, per_minute: int, burst: int) -> None:
        """The API says how many calls a minute it allows; 0 for no limit."""
        with self.db.write() as connection:
            connection.execute(update(key).where(key.c.name == name).values(per_minute=per_minute, burst=burst))

    def hold_calls(self, name: str, *, until: float) -> None:
        """Nobody calls before `until`. An earlier moment than one that is known changes nothing."""
        with self.db.write() as connection:
            later = func.coalesce(key.c.blocked_until, 0.0) < until
            connection.execute(update(key).where(key.c.name == name, later).values(blocked_until=until))
