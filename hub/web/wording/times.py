"""Moments and lengths of time, as people say them. Times are seconds since the epoch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_STEPS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def shown(at: float, now: float, *, zone: str) -> str:
    """Day and time of day in this zone: "Today 09:31", "Yesterday 17:05", "3 Nov 09:31", "3 Nov 2025 09:31"."""
    there, here = _local(at, zone), _local(now, zone)
    clock = f"{there:%H:%M}"
    if there.date() == here.date():
        return f"Today {clock}"
    if there.date() == here.date() - timedelta(days=1):
        return f"Yesterday {clock}"
    if there.date() == here.date() + timedelta(days=1):
        return f"Tomorrow {clock}"
    year = "" if there.year == here.year else f" {there.year}"
    return f"{there.day} {there:%b}{year} {clock}"


def full(at: float, *, zone: str) -> str:
    """Day and time to the second in this zone: "Tue 24 Nov 2026, 09:31:07"."""
    there = _local(at, zone)
    return f"{there:%a} {there.day} {there:%b} {there.year}, {there:%H:%M:%S}"


def exact(at: float) -> str:
    """To the thousandth of a second in UTC: "2026-11-24 09:31:07.042 UTC"."""
    return f"{_utc(at):%Y-%m-%d %H:%M:%S}.{_utc(at).microsecond // 1000:03d} UTC"


def iso(at: float) -> str:
    """For machines: "2026-11-24T09:31:07Z"."""
    return f"{_utc(at):%Y-%m-%dT%H:%M:%S}Z"


def distance(at: float, now: float) -> str:
    """ "2 minutes ago", "in 3 hours", "just now"."""
    if abs(now - at) < 3:
        return "just now"
    return f"{length(now - at)} ago" if now > at else f"in {length(at - now)}"


def length(seconds: float) -> str:
    """ "1 second", "2 minutes", "5 days": in the largest unit that fits."""
    whole = max(1, int(seconds))
    size, unit = next(each for each in _STEPS if whole >= each[0])
    number = whole // size
    return f"{number} {unit}{'' if number == 1 else 's'}"


def lasted(seconds: float | None) -> str:
    """ "42 ms", "3.1 s", "4 min 10 s", "2 h 5 min", "3 d 4 h"; "" for None."""
    if seconds is None:
        return ""
    seconds = max(0.0, seconds)
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _local(at: float, zone: str) -> datetime:
    return _utc(at).astimezone(_zone(zone))


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
