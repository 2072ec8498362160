"""What a server says about time: how long we shall wait, and how late it is there. Pure."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 3600.0
USUAL_WAIT = 30.0
"""Seconds, where a server asks for patience and does not say how much."""

_SECONDS = re.compile(r"\d{1,10}(\.\d{1,6})?")
_SURELY_A_MOMENT = 1_000_000_000


def read_wait(*texts: str, date: str, now: float) -> float:
    """Seconds to wait, from 1 to an hour, by the first of `texts` that says it: headers such as Retry-After.

    A text is a number of seconds, seconds since 1970, or an HTTP date. A date counts by the server's own clock, whose
    Date header is `date`; where there is none, by ours.
    """
    for text in texts:
        wait = _read(text.strip(), date, now)
        if wait is not None:
            return min(max(wait, 1.0), LONGEST_WAIT)
    return USUAL_WAIT


def _read(text: str, date: str, now: float) -> float | None:
    if _SECONDS.fullmatch(text):
        seconds = float(text)
        return seconds - now if seconds > _SURELY_A_MOMENT else seconds
    moment = read_date(text)
    if moment is None:
        return None
    server_now = read_date(date)
    return moment - (now if server_now is None else server_now)


def read_date(text: str) -> float | None:
    """Seconds since 1970 of an HTTP date, None when it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
