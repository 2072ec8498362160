"""Cron lines mean what people expect, and a wrong one is explained by its field."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hub.errors import RecipeError
from hub.triggers.schedule import next_time
from tests.triggers.samples import findings, trigger


def next_times(line: str, after: str, count: int) -> list[str]:
    moment, found = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo("UTC")).timestamp(), []
    for _ in range(count):
        moment = next_time(trigger("schedule", cron=line), moment, timezone="UTC")
        found.append(datetime.fromtimestamp(moment, ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("line", "after", "expected"),
    [
        ("0 7 * * 1-5", "2026-11-27 07:00", ["2026-11-30 07:00", "2026-12-01 07:00"]),
        ("0 7 * * mon-fri", "2026-11-27 06:59", ["2026-11-27 07:00", "2026-11-30 07:00"]),
        ("0 9 * * 7", "2026-11-24", ["2026-11-29 09:00", "2026-12-06 09:00"]),
        ("0 9 * * 0", "2026-11-24", ["2026-11-29 09:00", "2026-12-06 09:00"]),
        ("0 9 31 * *", "2026-01-01", ["2026-01-31 09:00", "2026-03-31 09:00", "2026-05-31 09:00"]),
        ("0 9 L * *", "2026-01-31 09:00", ["2026-02-28 09:00", "2026-03-31 09:00", "2026-04-30 09:00"]),
        ("0 0 29 2 *", "2026-01-01", ["2028-02-29 00:00", "2032-02-29 00:00"]),
        ("0 9 * * mon#1", "2026-11-24", ["2026-12-07 09:00", "2027-01-04 09:00"]),
        ("0 9 1,15 * mon", "2026-11-24", ["2026-11-30 09:00", "2026-12-01 09:00", "2026-12-07 09:00"]),
        ("*/20 8-9 * * *", "2026-11-24 08:30", ["2026-11-24 08:40", "2026-11-24 09:00", "2026-11-24 09:20"]),
        ("0 22-2 * * *", "2026-11-24 23:30", ["2026-11-25 00:00", "2026-11-25 01:00", "2026-11-25 02:00"]),
        ("@daily", "2026-11-24 12:00", ["2026-11-25 00:00", "2026-11-26 00:00"]),
        ("@Weekly", "2026-11-24 12:00", ["2026-11-29 00:00"]),
        ("  0   7 * *  * ", "2026-11-24 12:00", ["2026-11-25 07:00"]),
        ("0 9 ? JAN *", "2026-11-24", ["2027-01-01 09:00"]),
    ],
)
def test_a_line_means_what_people_expect(line: str, after: str, expected: list[str]) -> None:
    assert findings(trigger("schedule", cron=line)) == {}
    assert next_times(line, after, len(expected)) == expected


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("0 9 * *", "has 5 fields; this one has 4"),
        ("0 0 9 * * *", "has 5 fields; this one has 6"),
        ("@reboot", "has 5 fields; this one has 1"),
        ("60 9 * * *", "1st field of the cron line, the minute, cannot be '60'. It goes from 0 to 59"),
        ("*/0 9 * * *", "the minute, cannot be '*/0'"),
        ("r 9 * * *", "the minute, cannot be 'r'"),
        ("H 9 * * *", "the minute, cannot be 'H'"),
        ("R(0-10) 9 * * *", "the minute, cannot be 'R(0-10)'"),
        ("0 24 * * *", "2nd field of the cron line, the hour, cannot be '24'. It goes from 0 to 23"),
        ("0 9am * * *", "the hour, cannot be '9am'"),
        ("0 9:30 * * *", "the hour, cannot be '9:30'"),
        ("0 9 32 * *", "3rd field of the cron line, the day of the month, cannot be '32'"),
        ("0 9 0 * *", "the day of the month, cannot be '0'"),
        ("0 9 * 13 *", "4th field of the cron line, the month, cannot be '13'"),
        ("0 9 * marz *", "the month, cannot be 'marz'"),
        ("0 9 * * 8", "5th field of the cron line, the day of the week, cannot be '8'"),
        ("0 9 * * friday", "the day of the week, cannot be 'friday'"),
        ("0 9 * * mon#9", "the day of the week, cannot be 'mon#9'"),
        ("0 9 30 2 *", "a day that never comes"),
        ("0 9 31 4,6,9,11 *", "a day that never comes"),
        ("٠ 9 * * *", "the minute, cannot be"),
        ("0,,5 9 * * *", "the minute, cannot be"),
        ("- 9 * * *", "the minute, cannot be"),
    ],
)
def test_a_wrong_line_is_explained(line: str, says: str) -> None:
    assert says in findings(trigger("schedule", cron=line))["cron"]


@pytest.mark.parametrize(
    "options", [{"cron": "0 9 30 2 *"}, {"cron": "nonsense"}, {"cron": "0 9 * * *", "timezone": "Mars/Base"}, {}]
)
def test_a_schedule_without_a_next_time_says_so(options: dict[str, str]) -> None:
    with pytest.raises(RecipeError, match="no next time"):
        next_time(trigger("schedule", **options), 0.0, timezone="UTC")


@pytest.mark.parametrize(
    ("options", "option", "says"),
    [
        ({}, "cron", "does not say when"),
        ({"at": "16:00"}, "cron", "does not say when"),
        ({"cron": "0 9 * * *", "every": 86_400.0}, "cron", "not both"),
        ({"cron": "0 9 * * *", "at": "9:00"}, "cron", "not both"),
        ({"every": 5.0}, "every", "at least 10 seconds"),
        ({"every": 90_000.0}, "every", "must be whole days"),
        ({"every": 1e9}, "every", "a year at most"),
        ({"every": 3_600.0, "at": "16:00"}, "at", "whole days only"),
        ({"every": 86_400.0, "at": "25:00"}, "at", "no time of day"),
        ({"every": 86_400.0, "at": "4 pm"}, "at", "no time of day"),
        ({"every": 86_400.0, "at": "16:60"}, "at", "no time of day"),
        ({"every": 86_400.0, "at": 1600}, "at", "no time of day"),
        ({"every": 86_400.0, "timezone": "Chicago"}, "timezone", "no time zone called 'Chicago'"),
        ({"every": 86_400.0, "timezone": "../../etc/passwd"}, "timezone", "no time zone"),
        ({"every": 86_400.0, "timezone": "CST6CDT/"}, "timezone", "no time zone"),
        ({"every": 86_400.0, "missed": "always"}, "missed", "run_once, each, skip"),
    ],
)
def test_other_wrong_options_are_explained(options: dict[str, object], option: str, says: str) -> None:
    assert says in findings(trigger("schedule", **options))[option]


@pytest.mark.parametrize(
    "options",
    [
        {"every": 10.0},
        {"every": 900.0},
        {"every": 86_400.0},
        {"every": 86_400.0, "at": "16:00", "timezone": "America/Chicago", "missed": "skip"},
        {"every": 172_800.0, "at": "6:05"},
    ],
)
def test_right_options_pass(options: dict[str, object]) -> None:
    assert findings(trigger("schedule", **options)) == {}


def test_whole_days_are_counted_from_a_monday() -> None:
    monday = datetime(2026, 11, 23, tzinfo=ZoneInfo("UTC")).timestamp()
    weekly = trigger("schedule", every=604_800.0, at="6:00")
    assert next_time(weekly, monday, timezone="UTC") == monday + 6 * 3600
    assert next_time(weekly, monday + 6 * 3600, timezone="UTC") == monday + 7 * 86_400 + 6 * 3600
