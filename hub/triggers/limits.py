"""`limit` of a webhook: how many deliveries are let in, as in "60 per minute"."""

from __future__ import annotations

import re

HOW_TO_WRITE = "Write `limit: 60 per minute`; the words are second, minute, hour and day."
MOST = 1_000_000

_LIMIT = re.compile(r"\s*([0-9]{1,7})\s*(?:per|a|an|/)\s*(second|minute|hour|day)\s*")
_SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3_600.0, "day": 86_400.0}


def read_limit(text: str) -> tuple[int, float]:
    """(number, seconds) of a limit. ValueError when it is none."""
    found = _LIMIT.fullmatch(text)
    if not found or not 1 <= int(found[1]) <= MOST:
        raise ValueError(f"{text[:40]!r} is no limit")
    return int(found[1]), _SECONDS[found[2]]
