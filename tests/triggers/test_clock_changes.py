"""Where clocks are changed, a skipped time runs once right after the change, and a doubled time runs once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.triggers.schedule import next_time
from tests.triggers.samples import trigger

CHICAGO = "America/Chicago"
ZONES = [CHICAGO, "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "America/Havana", "Asia/Kolkata", "UTC"]
QUARTER = timedelta(minutes=15)


def instant(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def times(after: str, count: int, zone: str = CHICAGO, **options: object) -> list[str]:
    """The next times as people there would write them, with the offset from UTC."""
    found, moment = [], instant(after, zone)
    for _ in range(count):
        moment = next_time(trigger("schedule", **options), moment, timezone=zone)
        found.append(datetime.fromtimestamp(moment, ZoneInfo(zone)).strftime("%m-%d %H:%M %z"))
    return found


def test_a_time_that_is_jumped_over_runs_right_after_the_jump() -> None:
    """Chicago, 8 March 2026: at 2:00 the clocks show 3:00."""
    expected = ["03-07 02:30 -0600", "03-08 03:00 -0500", "03-09 02:30 -0500"]
    assert times("2026-03-07 00:00", 3, cron="30 2 * * *") == expected
    assert times("2026-03-07 00:00", 3, every=86_400.0, at="02:30") == expected


def test_several_times_that_are_jumped_over_run_once() -> None:
    assert times("2026-03-08 01:59", 3, cron="*/10 2 * * *") == [
        "03-08 03:00 -0500",
        "03-09 02:00 -0500",
        "03-09 02:10 -0500",
    ]
    assert times("2026-03-08 01:00", 3, cron="30 2,3 * * *")[:2] == ["03-08 03:00 -0500", "03-08 03:30 -0500"]


def test_a_time_that_comes_twice_runs_the_first_time() -> None:
    """Chicago, 1 November 2026: at 2:00 the clocks show 1:00 again."""
    expected = ["10-31 01:30 -0500", "11-01 01:30 -0500", "11-02 01:30 -0600"]
    assert times("2026-10-31 00:00", 3, cron="30 1 * * *") == expected
    assert times("2026-10-31 00:00", 3, every=86_400.0, at="1:30") == expected
    assert times("2026-11-01 00:30", 4, cron="0,30 0-2 * * *") == [
        "11-01 01:00 -0500",
        "11-01 01:30 -0500",
        "11-01 02:00 -0600",
        "11-01 02:30 -0600",
    ]


def test_asked_in_the_second_pass_it_goes_on_after_it() -> None:
    second = datetime(2026, 11, 1, 1, 10, fold=1, tzinfo=ZoneInfo(CHICAGO)).timestamp()
    found = next_time(trigger("schedule", cron="30 1 * * *"), second, timezone=CHICAGO)
    assert found == instant("2026-11-02 01:30", CHICAGO)


def test_what_runs_every_hour_names_no_time_of_day_and_never_pauses() -> None:
    for day in ("2026-03-08 00:00", "2026-11-01 00:00"):
        moment, steps = instant(day, CHICAGO), []
        for _ in range(12):
            after = next_time(trigger("schedule", cron="*/30 * * * *"), moment, timezone=CHICAGO)
            steps.append(after - moment)
            moment = after
        assert steps == [1800.0] * 12


def test_every_hour_of_one_day_a_year() -> None:
    """Havana, 1 November 2026: at 1:00 the clocks show 0:00 again, on the only day of this line."""
    assert times("2025-11-03 00:00", 4, "America/Havana", cron="30 * 1 11 *") == [
        "11-01 00:30 -0400",
        "11-01 00:30 -0500",
        "11-01 01:30 -0500",
        "11-01 02:30 -0500",
    ]


def test_so_and_so_often_is_counted_in_real_time() -> None:
    assert times("2026-03-08 00:30", 3, every=7_200.0) == [
        "03-08 03:00 -0500",
        "03-08 05:00 -0500",
        "03-08 07:00 -0500",
    ]


def test_a_whole_day_that_never_was() -> None:
    """Apia, 30 December 2011: the island crossed the date line and left the day away."""
    assert times("2011-12-29 12:00", 2, "Pacific/Apia", cron="0 9 * * *") == ["12-31 00:00 +1400", "12-31 09:00 +1400"]


def test_midnight_that_is_jumped_over() -> None:
    """Beirut, 29 March 2026: after 23:59 comes 1:00."""
    assert times("2026-03-28 12:00", 2, "Asia/Beirut", every=86_400.0) == ["03-29 01:00 +0300", "03-30 00:00 +0300"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("clock", ["00:30", "01:30", "02:00", "02:15", "03:00", "23:45"])
def test_a_daily_time_over_a_year_against_a_search_by_quarters_of_an_hour(zone: str, clock: str) -> None:
    hour, minute = map(int, clock.split(":"))
    moment = instant("2026-01-01 00:00", zone) - 1
    schedule = trigger("schedule", cron=f"{minute} {hour} * * *", timezone=zone)
    for number in range(365):
        moment = next_time(schedule, moment, timezone="UTC")
        assert moment == searched(date(2026, 1, 1) + timedelta(number), hour, minute, ZoneInfo(zone))


def searched(day: date, hour: int, minute: int, zone: ZoneInfo) -> float:
    """The first quarter of an hour at which the clock shows that time, or else any later one."""
    wanted = datetime(day.year, day.month, day.day, hour, minute)
    start = wanted.replace(tzinfo=UTC) - timedelta(hours=15)
    walls = ((start + step * QUARTER, (start + step * QUARTER).astimezone(zone)) for step in range(28 * 4))
    shown = [(moment.timestamp(), wall.replace(tzinfo=None)) for moment, wall in walls]
    exact = [moment for moment, wall in shown if wall == wanted]
    return exact[0] if exact else next(moment for moment, wall in shown if wall > wanted)


@given(
    after=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(
        lambda each: each.replace(tzinfo=UTC).timestamp()
    ),
    zone=st.sampled_from(ZONES),
    options=st.sampled_from(
        [
            {"cron": "30 2 * * *"},
            {"cron": "*/7 1-3 * * *"},
            {"cron": "*/20 * * * *"},
            {"cron": "0 0 29 2 *"},
            {"cron": "0 7 * * 1-5"},
            {"cron": "59 23 L * *"},
            {"cron": "0 9 1,15 * mon"},
            {"every": 900.0},
            {"every": 86_400.0, "at": "02:30"},
            {"every": 604_800.0},
        ]
    ),
)
def test_the_next_time_is_always_later_and_never_skips_one(after: float, zone: str, options: dict[str, object]) -> None:
    schedule = trigger("schedule", **options)
    first = next_time(schedule, after, timezone=zone)
    second = next_time(schedule, first, timezone=zone)
    assert after < first < second
    assert next_time(schedule, first - 1, timezone=zone) == first
    middle = after + (first - after) / 2
    assert next_time(schedule, middle, timezone=zone) == first


def test_a_year_of_times_only_moves_forward() -> None:
    moment = instant("2026-01-01 00:00", CHICAGO)
    found = [moment]
    for _ in range(3_000):
        found.append(next_time(trigger("schedule", cron="15,45 0-3 * * *"), found[-1], timezone=CHICAGO))
    assert all(one < other for one, other in pairwise(found))
