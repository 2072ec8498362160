"""Cron lines in words, as far as people would say them; the others are shown as they are."""

from __future__ import annotations

import re

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT = {name[:3].lower(): str(number) for number, name in enumerate(_DAYS[:7])}


def describe_cron(line: str) -> str:
    """ "At 07:00 from Monday to Friday" for "0 7 * * 1-5"; "By the schedule ..." where no plain sentence says it."""
    fields = line.lower().split()
    if len(fields) == 5:
        minute, hour, day, month, weekday = fields
        clock = _clock(minute, hour)
        days = _weekdays(weekday) if day == "*" else _day_of_month(day) if weekday == "*" else ""
        if clock and days and month == "*":
            return f"{clock} {days}"
    return f"By the schedule {line}"


def _clock(minute: str, hour: str) -> str:
    if minute.isdecimal() and hour.isdecimal():
        return f"At {int(hour):02d}:{int(minute):02d}"
    if minute.isdecimal() and hour == "*":
        return f"At {int(minute)} minutes past each hour" if int(minute) else "At each full hour"
    return ""


def _weekdays(field: str) -> str:
    for name, number in _SHORT.items():
        field = field.replace(name, number)
    if field == "*":
        return "every day"
    span = re.fullmatch(r"([0-7])-([0-7])", field)
    if span:
        return f"from {_DAYS[int(span[1])]} to {_DAYS[int(span[2])]}"
    if re.fullmatch(r"[0-7](,[0-7])*", field):
        names = [_DAYS[int(each)] for each in field.split(",")]
        return f"on {names[0]}" if len(names) == 1 else f"on {', '.join(names[:-1])} and {names[-1]}"
    return ""


def _day_of_month(field: str) -> str:
    return f"on day {field} of each month" if field.isdecimal() else ""
