"""Until when a `wait` step waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from hub.errors import Permanent
from hub.recipe.durations import HOW_TO_WRITE, parse_duration
from hub.recipe.moments import HOW_TO_WRITE as HOW_TO_WRITE_MOMENTS
from hub.recipe.moments import NoMoment, to_moment

LONGEST_WAIT = 366 * 86400.0


def wait_until(request: Mapping[str, Any], *, now: float, timezone: str) -> float:
    """The moment, in seconds since the epoch, that `{for: ...}` or `{until: ...}` means. Permanent when neither does.

    A date without a time is its midnight, a time without an offset is meant in `timezone`. A moment that is past is
    no wait at all.
    """
    if (request.get("for") is None) == (request.get("until") is None):
        raise Permanent("A wait needs either `for` (as in 2h) or `until` (a date or time).")
    due_at = now + _length(request["for"]) if request.get("for") is not None else _moment(request["until"], timezone)
    if due_at > now + LONGEST_WAIT:
        raise Permanent("A wait lasts a year at the most.")
    return due_at


def _length(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    try:
        return parse_duration(str(value))
    except ValueError as problem:
        raise Permanent(f"`for`: {problem}", hint=HOW_TO_WRITE) from problem


def _moment(value: Any, timezone: str) -> float:
    try:
        return to_moment(value, ZoneInfo(timezone)).at.timestamp()
    except NoMoment as problem:
        raise Permanent(f"`until`: {problem}", hint=HOW_TO_WRITE_MOMENTS) from problem
