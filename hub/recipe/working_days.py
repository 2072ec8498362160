"""Working days: Monday to Friday without holidays. Filters, `wait` and `wait_for` count them in the same way."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from hub.recipe.durations import HOW_TO_WRITE, parse_duration
from hub.recipe.moments import Day

HOW_TO_WRITE_LENGTHS = f"{HOW_TO_WRITE} Working days are written 3 working days."

_LENGTH = re.compile(r"([1-9][0-9]{0,3}) working days?")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """So many working days."""

    count: int


def parse_length(text: str) -> float | WorkingDays:
    """Seconds, or working days: 2h, 3 working days. ValueError, with a sentence, when the text is neither."""
    found = _LENGTH.fullmatch(text)
    return WorkingDays(int(found[1])) if found else parse_duration(text)


def parse_clock(text: str) -> tuple[int, int]:
    """Hour and minute of a time of day: 09:00. ValueError, with a sentence, when the text is none."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(f"`{text[:40]}` is not a time of day.")
    return int(found[1]), int(found[2])


def is_free(day: Day, holidays: Collection[Day]) -> bool:
    """Whether nobody works on this day."""
    return day.weekday() >= 5 or day in holidays


def walk(day: Day, count: int, holidays: Collection[Day]) -> Day:
    """The working day `count` working days from `day`, back with a minus; with 0 the day itself, or the next working
    day when it is free. OverflowError past the calendar."""
    step = timedelta(days=-1 if count < 0 else 1)
    left = abs(count)
    while left or (count == 0 and is_free(day, holidays)):
        day += step
        if not is_free(day, holidays):
            left = max(0, left - 1)
    return day
