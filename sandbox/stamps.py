"""Time stamps as the API writes them: RFC 3339, UTC, always with microseconds, so that they also sort as text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_FORM = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})", flags=re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", flags=re.ASCII)


def write_stamp(microseconds: int) -> str:
    """The stamp of a moment, given in microseconds since 1970."""
    moment = datetime.fromtimestamp(microseconds // 1_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{microseconds % 1_000_000:06d}Z"


def read_stamp(text: str) -> str | None:
    """An RFC 3339 time stamp in the form of `write_stamp`, or None when `text` is none."""
    matched = _FORM.fullmatch(text)
    if not matched:
        return None
    day, clock, fraction, zone = matched.groups()
    zone = "+00:00" if zone in "Zz" else zone
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{(fraction or '0')[:6].ljust(6, '0')}Z" if moment.year >= 1000 else None


def microseconds_of(stamp: str) -> int:
    """The reverse of `write_stamp`."""
    moment = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def is_date(text: str) -> bool:
    """Whether `text` is a calendar date in the form 2026-03-31."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
