"""Days and moments in expressions. A day is the text 2026-03-01; a moment has a clock time and a time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache, total_ordering
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from hub.recipe.nearest import suggest

_TEXT = re.compile(
    r"(\d{4}-\d{2}-\d{2})"
    r"(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_EARLIEST, _LATEST = 100_000_000, 100_000_000_000  # seconds since 1970: 1973 to 5138
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MEMBERS = ("year", "month", "day", "hour", "minute", "second", "weekday")
HOW_TO_WRITE = "A day is written 2026-03-01, a moment 2026-03-01T16:00:00Z or 2026-03-01T16:00:00-06:00."


Day = date
"""A day of the calendar, without a time zone."""


class NoMoment(ValueError):
    """A value is neither a day nor a moment."""


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A point in time, in a time zone. Comparable with moments and with texts that are days or moments."""

    at: datetime

    @property
    def year(self) -> int:
        """The year, as in 2026."""
        return self.at.year

    @property
    def month(self) -> int:
        """1 to 12."""
        return self.at.month

    @property
    def day(self) -> int:
        """1 to 31."""
        return self.at.day

    @property
    def hour(self) -> int:
        """0 to 23."""
        return self.at.hour

    @property
    def minute(self) -> int:
        """0 to 59."""
        return self.at.minute

    @property
    def second(self) -> int:
        """0 to 59."""
        return self.at.second

    @property
    def weekday(self) -> str:
        """Monday to Sunday."""
        return WEEKDAYS[self.at.weekday()]

    def __str__(self) -> str:
        timespec = "milliseconds" if self.at.microsecond else "seconds"
        return self.at.isoformat(timespec=timespec).replace("+00:00", "Z")

    def __hash__(self) -> int:
        return hash(self.at)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Moment, str)):
            return self.at == self._same_zone(other)
        return NotImplemented

    def __lt__(self, other: object) -> bool:
        if isinstance(other, (Moment, str)):
            return self.at < self._same_zone(other)
        return NotImplemented

    def _same_zone(self, other: Moment | str) -> datetime:
        zone = self.at.tzinfo or UTC
        return other.at if isinstance(other, Moment) else to_moment(other, zone).at


def parse_day_or_moment(value: Any, zone: tzinfo) -> Day | Moment:
    """What a value says: a day, or a moment in `zone` (a text without an offset is meant in it, a number counts seconds
    since 1970). NoMoment, with a sentence, for anything else."""
    if isinstance(value, Moment):
        return value
    if isinstance(value, datetime):
        return moment_of(value, zone)
    if isinstance(value, Day):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not _EARLIEST <= value <= _LATEST:
            raise NoMoment(f"{value} is not a moment: it is no number of seconds since 1970.")
        return Moment(datetime.fromtimestamp(value, UTC).astimezone(zone))
    match = _TEXT.fullmatch(value) if isinstance(value, str) else None
    if not match:
        shown = f"`{value[:40]}`" if isinstance(value, str) else "This value"
        raise NoMoment(f"{shown} is neither a day nor a moment.")
    day, clock, seconds, fraction, offset = match.groups()
    try:
        if clock is None:
            return Day.fromisoformat(day)
        written = f"{day}T{clock}:{seconds or '00'}.{(fraction or '')[:6]:0<6}{offset or ''}"
        read = datetime.fromisoformat(written.replace("Z", "+00:00"))
        return moment_of(read, zone)
    except (ValueError, OverflowError) as error:
        raise NoMoment(f"`{value[:40]}` is not a day or moment that exists.") from error


def moment_of(at: datetime, zone: tzinfo) -> Moment:
    """A datetime of Python as a moment in `zone`; one without a zone is meant in it."""
    return Moment(_settle(at if at.tzinfo else at.replace(tzinfo=zone), zone))


def to_moment(value: Any, zone: tzinfo) -> Moment:
    """The moment that a value says; a day is its first moment in `zone`. NoMoment for anything else."""
    found = parse_day_or_moment(value, zone)
    if isinstance(found, Moment):
        return found
    return at_wall_clock(datetime(found.year, found.month, found.day), zone)


def at_wall_clock(wall: datetime, zone: tzinfo) -> Moment:
    """The moment at which clocks in `zone` show `wall`; one that they skip in spring comes as much later."""
    return Moment(_settle(wall.replace(tzinfo=zone), zone))


def shift_days(moment: Moment, days: int) -> Moment:
    """The same time of day some days later or earlier, whatever the clocks did. OverflowError past the year 9999."""
    zone = moment.at.tzinfo or UTC
    return at_wall_clock(moment.at.replace(tzinfo=None) + timedelta(days=days), zone)


def find_zone(name: str) -> tzinfo:
    """The time zone of this name. ValueError, with the nearest name, when there is none."""
    if name in _zones():
        return ZoneInfo(name)
    hint = suggest(name, sorted(_zones())) or "Time zones are written as in America/Chicago."
    raise ValueError(f"There is no time zone called `{name[:40]}`. {hint}")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _settle(moment: datetime, zone: tzinfo) -> datetime:
    """Go through UTC, so that a wall clock time that does not exist becomes one that does."""
    return moment.astimezone(UTC).astimezone(zone)
