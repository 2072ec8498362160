"""Until when a step waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.errors import Permanent
from hub.recipe.moments import HOW_TO_WRITE as HOW_TO_WRITE_MOMENTS
from hub.recipe.moments import Day, Moment, NoMoment, at_wall_clock, shift_days, to_moment
from hub.recipe.working_days import HOW_TO_WRITE_LENGTHS, WorkingDays, is_free, parse_clock, parse_length, walk

LONGEST_WAIT = 366 * 86400.0


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where days begin and clocks are read, and which days are free beside the weekends."""

    timezone: str
    holidays: Collection[Day] = ()

    def at(self, instant: float) -> Moment:
        """An instant on the clocks here."""
        return Moment(datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(self.timezone)))


NO_HOLIDAYS = Calendar("UTC")


def wait_until(request: Mapping[str, Any], *, now: float, calendar: Calendar) -> float:
    """The moment, in seconds since the epoch, that the arguments of a `wait` mean. Permanent when they mean none.

    A date without a time is its midnight, a time without an offset is meant in the calendar's zone. A moment that is
    past is no wait at all. With `at`, it is the next such time of day after the length, and where the length counts
    working days, on one of them.
    """
    length, until, clock = (request.get(name) for name in ("for", "until", "at"))
    if (until is not None) == (length is not None or clock is not None):
        raise Permanent("A wait needs either `for` (as in 2h) or `until` (a date or time); `at` goes with `for`.")
    if until is not None:
        return _within_a_year(_moment(until, calendar), now)
    due_at = latest(length, now=now, calendar=calendar) if length is not None else now
    if clock is not None:
        due_at = _at_clock(clock, due_at, calendar, working=_counts_working_days(length))
    return _within_a_year(due_at, now)


def latest(length: Any, *, now: float, calendar: Calendar) -> float:
    """When a length ends that begins now: seconds, a duration, or working days, which keep the time of day. Permanent
    when it is none, or is longer than a year."""
    if isinstance(length, (int, float)) and not isinstance(length, bool) and length >= 0:
        return _within_a_year(now + float(length), now)
    try:
        parsed = parse_length(str(length).strip())
    except ValueError as problem:
        raise Permanent(f"`for`: {problem}", hint=HOW_TO_WRITE_LENGTHS) from problem
    if not isinstance(parsed, WorkingDays):
        return _within_a_year(now + parsed, now)
    here = calendar.at(now)
    start = here.at.date()
    end = walk(start, parsed.count, calendar.holidays)
    return _within_a_year(shift_days(here, (end - start).days).at.timestamp(), now)


def _within_a_year(due_at: float, now: float) -> float:
    if due_at > now + LONGEST_WAIT:
        raise Permanent("A wait lasts a year at the most.")
    return due_at


def _counts_working_days(length: Any) -> bool:
    return isinstance(length, str) and length.strip().endswith(("working day", "working days"))


def _at_clock(clock: Any, after: float, calendar: Calendar, *, working: bool) -> float:
    """The next such time of day at or after an instant. One that the clocks skip comes as much later; one that they
    show twice is meant the first time."""
    try:
        hour, minute = parse_clock(str(clock))
    except ValueError as problem:
        raise Permanent(f"`at`: {problem}", hint="Write hours and minutes: 09:00.") from problem
    here = calendar.at(after)
    zone, day = here.at.tzinfo or UTC, here.at.date()
    while True:
        found = at_wall_clock(datetime(day.year, day.month, day.day, hour, minute), zone).at.timestamp()
        if found >= after and not (working and is_free(day, calendar.holidays)):
            return found
        day += timedelta(days=1)


def _moment(value: Any, calendar: Calendar) -> float:
    try:
        return to_moment(value, ZoneInfo(calendar.timezone)).at.timestamp()
    except NoMoment as problem:
        raise Permanent(f"`until`: {problem}", hint=HOW_TO_WRITE_MOMENTS) from problem
