"""Until when a `wait` step waits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from hub.errors import Permanent

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
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
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([smhdw])", str(value))
    if not parts or re.sub(r"\s+", "", str(value)) != "".join(number + unit for number, unit in parts):
        raise Permanent(f"`for: {value}` is no length of time; write 30s, 10m, 2h, 7d or 1w.")
    return sum(float(number) * UNITS[unit] for number, unit in parts)


def _moment(value: Any, timezone: str) -> float:
    text = str(value).strip()
    try:
        moment = datetime.fromisoformat(text)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            moment = datetime.combine(date.fromisoformat(text), time.min)
    except ValueError as problem:
        raise Permanent(f"`until: {text:.80}` is no date or time; write 2026-03-01 or 2026-03-01T16:00.") from problem
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return moment.astimezone(UTC).timestamp()
