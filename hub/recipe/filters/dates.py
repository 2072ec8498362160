"""Days and moments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from hub.recipe.budget import spend
from hub.recipe.moments import (
    HOW_TO_WRITE,
    WEEKDAYS,
    Day,
    Moment,
    NoMoment,
    find_zone,
    parse_day_or_moment,
    shift_days,
)
from hub.recipe.values import BadValue, is_list, is_number
from hub.recipe.working_days import walk

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_STYLES = {
    "iso": "%Y-%m-%d",
    "short": "%-m/%-d/%Y",
    "long": "%A, %B %-d, %Y",
    "time": "%-I:%M %p",
    "full": "%A, %B %-d, %Y at %-I:%M %p",
}
_MOST_DAYS = 366_000
_MOST_WORKING_DAYS = 3_660
_LONGEST_FORMAT = 100

_DIRECTIVES: Mapping[str, Callable[[datetime], str]] = {
    "%Y": lambda at: f"{at.year:04d}",
    "%y": lambda at: f"{at.year % 100:02d}",
    "%m": lambda at: f"{at.month:02d}",
    "%-m": lambda at: str(at.month),
    "%B": lambda at: _MONTHS[at.month - 1],
    "%b": lambda at: _MONTHS[at.month - 1][:3],
    "%d": lambda at: f"{at.day:02d}",
    "%-d": lambda at: str(at.day),
    "%j": lambda at: f"{at.timetuple().tm_yday:03d}",
    "%V": lambda at: f"{at.isocalendar().week:02d}",
    "%A": lambda at: WEEKDAYS[at.weekday()],
    "%a": lambda at: WEEKDAYS[at.weekday()][:3],
    "%H": lambda at: f"{at.hour:02d}",
    "%-H": lambda at: str(at.hour),
    "%I": lambda at: f"{at.hour % 12 or 12:02d}",
    "%-I": lambda at: str(at.hour % 12 or 12),
    "%M": lambda at: f"{at.minute:02d}",
    "%S": lambda at: f"{at.second:02d}",
    "%p": lambda at: "AM" if at.hour < 12 else "PM",
    "%Z": lambda at: at.tzname() or "",
    "%z": lambda at: at.strftime("%z"),
    "%s": lambda at: str(int(at.timestamp())),
    "%%": lambda at: "%",  # noqa: ARG005
}
_CLOCK = frozenset({"%H", "%-H", "%I", "%-I", "%M", "%S", "%p", "%Z", "%z", "%s"})


class Dates:
    """The filters of this family for one time zone: there days begin and clocks are read."""

    def __init__(self, zone: tzinfo, holidays: Collection[Day] = ()) -> None:
        self._zone = zone
        self._holidays = frozenset(holidays)

    def _read(self, value: Any) -> Day | Moment:
        try:
            return parse_day_or_moment(value, self._zone)
        except NoMoment as error:
            if value is None or value == "":
                raise BadValue("There is no date here.", hint="Ask for it first: `is not none`.") from error
            raise BadValue(str(error), hint=HOW_TO_WRITE) from error

    def date(self, value: Any, format: str = "iso") -> str:
        """A day or moment as text: iso, short, long, time, full, or a format like "%d/%m/%Y".

        '2026-03-01' | date("long") -> Sunday, March 1, 2026
        '2026-03-01T16:05:00Z' | date("%d/%m %H:%M") -> 01/03 16:05
        """
        found = self._read(value)
        pattern = _STYLES.get(format, format) if isinstance(format, str) else ""
        if len(pattern) > _LONGEST_FORMAT or "%" not in pattern:
            raise BadValue(
                f"`{format!s:.40}` is no date format.", hint=f"Use {', '.join(_STYLES)}, or one like %d/%m/%Y."
            )
        return _write(found, pattern)

    def add_days(self, value: Any, days: int) -> Any:
        """Some days later, or earlier with a minus; a moment keeps its time of day.

        '2026-01-31' | add_days(1) -> 2026-02-01
        '2026-03-01' | add_days(-1) -> 2026-02-28
        """
        found = self._read(value)
        count = _whole(days, "days", _MOST_DAYS)
        try:
            return shift_days(found, count) if isinstance(found, Moment) else str(found + timedelta(days=count))
        except OverflowError as error:
            raise BadValue(f"{count} days from there is outside of the calendar.") from error

    def working_days(self, value: Any, days: int, holidays: Sequence[Any] = ()) -> Any:
        """Some working days later, or earlier with a minus; Saturdays, Sundays, the holidays of the settings and those
        given do not count.

        With 0, a day that is none moves to the next working day.

        '2026-11-20' | working_days(1) -> 2026-11-23
        '2026-11-25' | working_days(1, ['2026-11-26']) -> 2026-11-27
        """
        found = self._read(value)
        start = found.at.date() if isinstance(found, Moment) else found
        try:
            count = _whole(days, "days", _MOST_WORKING_DAYS)
            spend(abs(count))
            end = walk(start, count, self._holidays | _free_days(holidays, self._read))
            return shift_days(found, (end - start).days) if isinstance(found, Moment) else str(end)
        except OverflowError as error:
            raise BadValue(f"{days} working days from there is outside of the calendar.") from error

    def in_timezone(self, value: Any, name: str) -> Moment:
        """A moment on the clocks of another place.

        '2026-07-01T17:00:00Z' | in_timezone('America/Chicago') | date("time") -> 12:00 PM
        """
        found = self._read(value)
        if not isinstance(found, Moment):
            raise BadValue("A day has no time of day, so it has no time zone.")
        try:
            return Moment(found.at.astimezone(find_zone(str(name))))
        except ValueError as error:
            raise BadValue(str(error)) from error

    def days_until(self, value: Any, other: Any) -> int:
        """How many days from the value to another day or moment, by the calendar.

        '2026-02-27' | days_until('2026-03-01') -> 2
        """
        return (_day(self._read(other)) - _day(self._read(value))).days


def make(zone: tzinfo, holidays: Collection[Day] = ()) -> dict[str, Callable[..., Any]]:
    """The filters of this family for the time zone in which days begin and clocks are read, and for the holidays."""
    dates = Dates(zone, holidays)
    return {
        "add_days": dates.add_days,
        "date": dates.date,
        "days_until": dates.days_until,
        "in_timezone": dates.in_timezone,
        "working_days": dates.working_days,
    }


def _day(found: Day | Moment) -> Day:
    return found.at.date() if isinstance(found, Moment) else found


def _write(found: Day | Moment, pattern: str) -> str:
    at = found.at if isinstance(found, Moment) else datetime(found.year, found.month, found.day)
    text, position = "", 0
    while position < len(pattern):
        size = 3 if pattern[position : position + 2] == "%-" else 2
        directive = pattern[position : position + size]
        if directive[0] != "%":
            text, position = text + directive[0], position + 1
            continue
        if directive not in _DIRECTIVES:
            raise BadValue(f"`{directive}` in a date format means nothing.", hint=f"There are {' '.join(_DIRECTIVES)}.")
        if directive in _CLOCK and not isinstance(found, Moment):
            raise BadValue("A day has no time of day.", hint="Use a format without hours, minutes and time zone.")
        text, position = text + _DIRECTIVES[directive](at), position + size
    return text


def _whole(value: Any, what: str, most: int) -> int:
    if not is_number(value) or value != int(value):
        raise BadValue(f"The number of {what} must be a whole number.")
    if abs(value) > most:
        raise BadValue(f"The number of {what} is more than {most:,}.")
    return int(value)


def _free_days(holidays: Any, read: Callable[[Any], Day | Moment]) -> frozenset[Day]:
    if not is_list(holidays):
        raise BadValue("The holidays must be a list of days.", hint="Write ['2026-11-26', '2026-12-25'].")
    return frozenset(_day(read(each)) for each in holidays)
