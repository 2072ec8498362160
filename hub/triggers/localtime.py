"""Times of day in places that change their clocks. A *wall* time is a datetime without a zone: what the clock shows.

The rule: a time that the clocks jump over happens right after the jump; a time that comes twice happens the first time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def find_zone(name: str) -> ZoneInfo:
    """The zone of this name, as in America/Chicago. ValueError when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as problem:
        raise ValueError(f"there is no time zone called {name[:60]!r}") from problem


def wall_at(instant: float, zone: ZoneInfo) -> datetime:
    """What the clock shows at that instant."""
    return datetime.fromtimestamp(instant, zone).replace(tzinfo=None)


def offset_at(instant: float, zone: ZoneInfo) -> timedelta:
    """How far the clock is ahead of UTC at that instant."""
    offset = datetime.fromtimestamp(instant, zone).utcoffset()
    assert offset is not None
    return offset


def instant_of(wall: datetime, zone: ZoneInfo) -> float:
    """When that time of day happens, by the rule above."""
    first = wall.replace(tzinfo=zone, fold=0).timestamp()
    if wall_at(first, zone) == wall:
        return first
    # Jumped over: read with the offset before the jump it falls after it, and with the one after the jump before it.
    return change_between(wall.replace(tzinfo=zone, fold=1).timestamp(), first, zone) or first


def change_between(low: float, high: float, zone: ZoneInfo) -> float | None:
    """The first second after `low`, at most `high`, at which the clock has been changed; None when it has not.

    Sees one change: the two instants must be too close together for two.
    """
    before, until = int(low), int(high)
    offset = offset_at(before, zone)
    if offset_at(until, zone) == offset:
        return None
    while until - before > 1:
        middle = (before + until) // 2
        if offset_at(middle, zone) == offset:
            before = middle
        else:
            until = middle
    return float(until)


def shift(wall: datetime, offset: timedelta) -> float:
    """The instant at which a clock that is `offset` ahead of UTC shows `wall`."""
    return (wall - offset).replace(tzinfo=UTC).timestamp()
