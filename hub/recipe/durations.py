"""Durations as people write them: 30s, 10m, 2h, 7d, 1w, 1h30m."""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)([smhdw])")
_WHOLE = re.compile(rf"(?:{_PART.pattern} ?)+")
LONGEST = 10 * 366 * 86400.0
HOW_TO_WRITE = "Write a number and a unit: 30s, 10m, 2h, 7d or 1w."


def parse_duration(text: str) -> float:
    """Seconds. ValueError, with a sentence, when the text is no duration or is longer than ten years."""
    if len(text) > 40 or not _WHOLE.fullmatch(text):
        raise ValueError(f"`{text[:40]}` is not a duration.")
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
    if seconds > LONGEST:
        raise ValueError(f"`{text}` is longer than ten years.")
    return seconds
