"""Stamps of records, and from which one the next pass begins. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.ports import Abilities

SHORTEST_OVERLAP = 300.0
"""Seconds that a pass looks back behind the last position, at the least."""


def overlap_of(abilities: Abilities) -> float:
    """How many seconds a pass looks back: equal stamps, coarse ones and late commits fall into it."""
    return max(abilities.granularity, 2 * abilities.index_lag, SHORTEST_OVERLAP)


def read_stamp(value: Any, zone: str = "UTC") -> datetime | None:
    """A moment in UTC; one without an offset is meant in `zone`. None for what is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def write_stamp(moment: datetime) -> str:
    """The same as text."""
    return moment.isoformat().replace("+00:00", "Z")


def look_back(position: str, abilities: Abilities) -> str:
    """From which stamp a pass reads that goes on at `position`."""
    moment = read_stamp(position)
    assert moment is not None, position
    return write_stamp(moment - timedelta(seconds=overlap_of(abilities)))


def advance(
    position: str, seen: datetime | None, *, api_time: float, lag: float, left_out: datetime | None
) -> tuple[str, bool]:
    """The next position, and whether the API's clock has gone back so far that the whole list must be looked at.

    It is the greatest stamp that was seen. It is not later than what must be visible by now: a stamp of tomorrow would
    hide everything until then. And not later than any record that was left out, which must be seen again.
    """
    before = read_stamp(position)
    limit = datetime.fromtimestamp(api_time - lag, UTC)
    candidates = [each for each in (before, seen) if each is not None]
    if not candidates:
        return position, False
    reached = min(max(candidates), limit)
    gone_back = before is not None and limit < before - timedelta(seconds=SHORTEST_OVERLAP)
    if left_out is not None:
        reached = min(reached, left_out)
    return write_stamp(reached), gone_back
