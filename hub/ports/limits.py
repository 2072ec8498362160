"""What limits are counted by, and their names."""

from __future__ import annotations

from typing import Protocol

HOUR = 3600.0

RUNS_PER_HOUR, WRITES_PER_RUN, MESSAGES_PER_HOUR = "runs_per_hour", "writes_per_run", "messages_per_hour"
CIRCLES = "circles"
"""A recipe that has changed one record MOST_WRITES times within WRITES_WITHIN seconds goes round in circles."""
MOST_WRITES, WRITES_WITHIN = 10, 600.0
IN_CIRCLES = (
    f"This recipe has changed the same record {MOST_WRITES} times within {WRITES_WITHIN / 60:.0f} minutes: "
    "it seems to go round in circles."
)


class Meter(Protocol):
    """What recipes have done lately. hub.errors.Unavailable when the database does not answer."""

    def count_message(self, key: str, *, recipe_id: str, limit: int, now: float) -> bool:
        """Count a message that is about to leave; False, and not counted, when its recipe has sent `limit` within the
        last hour. One that was counted under this key before counts no more, and may leave."""

    def recent_writes(self, record: str, *, recipe_id: str, besides: str, since: float) -> int:
        """How often the runs of this recipe, without the run `besides`, have changed this record since then."""
