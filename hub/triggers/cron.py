"""Cron lines of five fields, in local time. croniter knows the syntax; the clock changes are ours (localtime)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, CroniterError, croniter

from hub.triggers.localtime import change_between, instant_of, offset_at, shift, wall_at

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DAYS = "sun|mon|tue|wed|thu|fri|sat"

# What may stand in each field. croniter checks numbers and ranges; its random and hashed fields are not for us.
_FIELDS = (
    ("minute", "from 0 to 59", re.compile(r"[\d*/,-]+", re.ASCII)),
    ("hour", "from 0 to 23", re.compile(r"[\d*/,-]+", re.ASCII)),
    ("day of the month", "from 1 to 31, or L for the last", re.compile(r"[\d*/,?-]+|L", re.ASCII)),
    ("month", "from 1 to 12, or jan to dec", re.compile(rf"(?:[\d*/,-]|{_MONTHS})+", re.ASCII | re.IGNORECASE)),
    (
        "day of the week",
        "from 0 to 7 (0 and 7 are Sunday), or sun to sat",
        re.compile(rf"(?:[\d*/,?#-]|{_DAYS}|L)+", re.ASCII | re.IGNORECASE),
    ),
)
_ORDINALS = ("1st", "2nd", "3rd", "4th", "5th")
_SHORTHANDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FAR = timedelta(days=3)
_NEAR = timedelta(days=2)


def find_problem(line: str) -> tuple[str, str]:
    """(what is wrong, what to do) with a cron line; two empty texts when nothing is."""
    fields = _fields(line)
    if len(fields) != 5:
        return (
            f"A cron line has 5 fields; this one has {len(fields)}.",
            'They are minute, hour, day of the month, month, day of the week: "0 7 * * 1-5" is 7:00 on working days.',
        )
    for place, (field, (name, rule, pattern)) in enumerate(zip(fields, _FIELDS, strict=True)):
        alone = " ".join(field if place == each else "*" for each in range(5))
        if not pattern.fullmatch(field) or not croniter.is_valid(alone):
            return (
                f"The {_ORDINALS[place]} field of the cron line, the {name}, cannot be {field[:40]!r}.",
                f"It goes {rule}.",
            )
    try:
        croniter(" ".join(fields), datetime(2026, 1, 1)).get_next(datetime)
    except CroniterBadDateError:
        return "This cron line names a day that never comes.", "Not every month has a 30th and a 31st."
    except CroniterError as problem:
        return f"The cron line cannot be read: {problem}.", 'Write it as "0 7 * * 1-5".'
    return "", ""


def next_cron_time(line: str, after: float, zone: ZoneInfo) -> float:
    """The first time after `after`. ValueError when there is none.

    A line with a time of day follows the rule of localtime. One that runs every hour (`*` as the hour) names no time
    of day and goes on through a doubled hour.
    """
    fields = _fields(line)
    if len(fields) != 5:
        raise ValueError("the cron line does not have 5 fields")
    return (_next_in_every_hour if fields[1] == "*" else _next_by_the_clock)(" ".join(fields), after, zone)


def _next_by_the_clock(line: str, after: float, zone: ZoneInfo) -> float:
    wall = wall_at(after, zone)
    while True:
        wall = _next_wall(line, wall)
        instant = instant_of(wall, zone)
        if instant > after:  # in the second pass of a doubled hour its times are over
            return instant


def _next_in_every_hour(line: str, after: float, zone: ZoneInfo) -> float:
    offset, wall = offset_at(after, zone), wall_at(after, zone)
    low = after
    while True:
        found = _next_wall(line, wall)
        if found - wall > _FAR:  # closer, so that at most one change of the clock lies between
            low = instant_of(found - _NEAR, zone)
            offset, wall = offset_at(low, zone), wall_at(low, zone)
            continue
        instant = shift(found, offset)
        change = change_between(low, instant, zone)
        if change is None:
            return instant
        low, offset = change, offset_at(change, zone)
        wall = wall_at(change, zone) - timedelta(seconds=1)  # the very moment of the change counts


def _next_wall(line: str, wall: datetime) -> datetime:
    # Lines know whole minutes only, so all moments of one minute have the same answer.
    return _next_after_minute(line, wall.replace(second=0, microsecond=0))


@lru_cache(maxsize=4096)
def _next_after_minute(line: str, minute: datetime) -> datetime:
    try:
        found = croniter(line, minute).get_next(datetime)
    except CroniterError as problem:
        raise ValueError("the cron line names a day that never comes") from problem
    assert isinstance(found, datetime)
    return found


def _fields(line: str) -> list[str]:
    return _SHORTHANDS.get(line.strip().lower(), line).split()
