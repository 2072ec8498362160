"""`type: schedule`: a time of day, a cron line, or every so often."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from hub.errors import RecipeError
from hub.model import Event, Trigger
from hub.registry import Parameter, TriggerType
from hub.triggers.cron import find_problem, next_cron_time
from hub.triggers.localtime import find_zone, instant_of, wall_at

__all__ = ["TRIGGER", "due_times", "next_time"]

MISSED = ("run_once", "each", "skip")
MOST_MISSED = 1_000
ON_TIME = 120.0
"""How late, in seconds, a time may be noticed without counting as missed: longer than a leader's lease."""

DAY = 86_400.0
SHORTEST = 10.0

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_JUST_BEFORE = 0.001

Finding = tuple[str, str, str]


def next_time(trigger: Trigger, after: float, *, timezone: str) -> float:
    """The first time of this schedule that is later than `after`, both in seconds since the epoch.

    `timezone` is used where the trigger names none. RecipeError when the schedule cannot be used or never happens.
    """
    options = trigger.options
    try:
        zone = find_zone(options.get("timezone") or timezone)
        if options.get("cron"):
            return next_cron_time(options["cron"], after, zone)
        every = options.get("every")
        if not every:
            raise ValueError("it does not say when")
        if every % DAY:
            return _next_in_grid(every, after)
        return _next_day(int(every // DAY), _read_clock(options.get("at") or "0:00"), after, zone)
    except (ValueError, OverflowError) as problem:
        raise RecipeError(f"This schedule has no next time: {problem}.") from problem


def due_times(trigger: Trigger, expected_at: float, now: float, *, timezone: str) -> list[float]:
    """The times to run for, oldest first, when `expected_at` was due next and it is `now`.

    By `missed`: "run_once" gives the latest only, "each" all of them (the latest 1,000), "skip" the latest if it is
    not more than two minutes old. Empty when none is due. Carry on with `next_time(trigger, now)`.
    """
    if now < expected_at:
        return []
    start = expected_at - _JUST_BEFORE
    missed = trigger.options.get("missed") or "run_once"
    if missed == "skip":
        start = max(start, now - ON_TIME - _JUST_BEFORE)
    return _latest_times(trigger, start, now, timezone, most=MOST_MISSED if missed == "each" else 1)


def _latest_times(trigger: Trigger, start: float, now: float, timezone: str, *, most: int) -> list[float]:
    # Looks back in growing steps, so that a year of downtime does not cost a year of times.
    width = ON_TIME
    while True:
        low = max(start, now - width)
        found: deque[float] = deque(maxlen=most)
        instant = next_time(trigger, low, timezone=timezone)
        while instant <= now:
            found.append(instant)
            instant = next_time(trigger, instant, timezone=timezone)
        if len(found) == most or low == start:
            return list(found)
        width *= 8


def _next_in_grid(every: float, after: float) -> float:
    # Counted from the epoch, so that a restart does not move it and a change of clocks does not matter.
    steps = after // every + 1
    while steps * every <= after:
        steps += 1
    return steps * every


def _next_day(days: int, clock: time, after: float, zone: ZoneInfo) -> float:
    # Days are counted from a Monday, so that `every: 7d` is every Monday.
    day = wall_at(after, zone).toordinal() - 1 - 1
    while True:
        day += 1
        if day % days == 0:
            instant = instant_of(datetime.combine(date.fromordinal(day + 1), clock), zone)
            if instant > after:
                return instant


def _read_clock(text: str) -> time:
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text[:20]!r} is no time of day")
    return time(int(match[1]), int(match[2]))


def _matches(trigger: Trigger, event: Event) -> bool:
    return event.type == "schedule" and event.source.endswith(f"/{trigger.id}")


def _check(trigger: Trigger) -> Sequence[Finding]:
    options = trigger.options
    cron, every, at = (options.get(name) or None for name in ("cron", "every", "at"))
    findings: list[Finding] = []
    if cron and (every or at):
        findings.append(("cron", "A schedule has a cron line, or every and at, not both.", "Take one of them away."))
    elif not cron and not every:
        findings.append(
            ("cron", "The schedule does not say when.", 'Write `every: 1d` and `at: "16:00"`, or a cron line.')
        )
    findings.extend(_check_cron(cron) if cron else _check_every(every, at))
    return [*findings, *_check_rest(options)]


def _check_cron(cron: Any) -> Iterator[Finding]:
    message, hint = find_problem(cron)
    if message:
        yield "cron", message, hint


def _check_every(every: Any, at: Any) -> Iterator[Finding]:
    if at is not None and (not isinstance(at, str) or not _CLOCK.fullmatch(at.strip())):
        yield "at", f"{str(at)[:20]!r} is no time of day.", 'Write it as "16:00".'
    if every is None:
        return
    if every < SHORTEST:
        yield "every", f"every must be at least {SHORTEST:g} seconds.", "Write `every: 10s`."
    elif every > 366 * DAY:
        yield "every", "every can be a year at most.", "Write a cron line for what is rarer."
    elif at is not None and every % DAY:
        yield "at", "A time of day goes with whole days only.", "Write `every: 1d`, or take `at` away."
    elif every > DAY and every % DAY:
        yield "every", "What is longer than a day must be whole days.", "Write it as `every: 2d`."


def _check_rest(options: Mapping[str, Any]) -> Iterator[Finding]:
    if zone := options.get("timezone"):
        try:
            find_zone(zone)
        except ValueError as problem:
            yield "timezone", f"The zone cannot be used: {problem}.", "Write it as America/Chicago or Europe/Berlin."
    missed = options.get("missed")
    if missed and missed not in MISSED:
        yield "missed", f"missed cannot be {str(missed)[:40]!r}.", f"The words are {', '.join(MISSED)}."


TRIGGER = TriggerType(
    name="schedule",
    doc="At a time of day, by a cron line, or every so often. A time that the clocks jump over runs right after the "
    "jump; a time that comes twice runs once.",
    parameters=(
        Parameter(
            "cron",
            "text",
            required=False,
            default="",
            doc='Minute, hour, day of the month, month, day of the week: "0 7 * * 1-5" is 7:00 on working days.',
        ),
        Parameter(
            "every",
            "duration",
            required=False,
            doc="How often: 15m, 2h, 1d. Whole days start at midnight, or at `at`; 7d is every Monday.",
        ),
        Parameter("at", "text", required=False, default="", doc='The time of day for whole days: "16:00".'),
        Parameter("timezone", "text", required=False, default="", doc="As America/Chicago; HUB_TIMEZONE if not given."),
        Parameter(
            "missed",
            "text",
            required=False,
            default="run_once",
            doc="What happens to times that passed while the hub was off: run_once (one run for all), each, skip.",
            choices=MISSED,
        ),
    ),
    scope={
        "event": "What happened: id, type, source, time, data.",
        "scheduled_at": "The time for which it runs, which is not always the time at which it does.",
    },
    matches=_matches,
    check=_check,
)
