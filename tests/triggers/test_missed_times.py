"""What passed while the hub was off runs as the recipe says: once, each, or not at all."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hub.triggers.schedule import due_times, next_time
from tests.triggers.samples import trigger

DAY = 86_400.0
NINE = datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("UTC")).timestamp()


def due(expected_at: float, now: float, **options: object) -> list[float]:
    return due_times(trigger("schedule", **options), expected_at, now, timezone="UTC")


DAILY = {"cron": "0 9 * * *"}


@pytest.mark.parametrize("missed", ["run_once", "each", "skip"])
def test_on_time_there_is_one(missed: str) -> None:
    assert due(NINE, NINE - 1, missed=missed, **DAILY) == []
    assert due(NINE, NINE, missed=missed, **DAILY) == [NINE]
    assert due(NINE, NINE + 60, missed=missed, **DAILY) == [NINE]
    assert due(NINE, NINE + 120, missed=missed, **DAILY) == [NINE]


@pytest.mark.parametrize(
    ("missed", "expected"),
    [
        ("run_once", [NINE + 3 * DAY]),
        ("each", [NINE, NINE + DAY, NINE + 2 * DAY, NINE + 3 * DAY]),
        ("skip", []),
    ],
)
def test_after_days_off(missed: str, expected: list[float]) -> None:
    assert due(NINE, NINE + 3 * DAY + 3_600, missed=missed, **DAILY) == expected


def test_skip_takes_what_is_just_due() -> None:
    assert due(NINE, NINE + 3 * DAY + 30, missed="skip", **DAILY) == [NINE + 3 * DAY]


def test_each_is_bounded_to_the_latest_thousand() -> None:
    found = due(NINE, NINE + 365 * DAY, cron="* * * * *", missed="each")
    assert len(found) == 1_000
    assert found[-1] == NINE + 365 * DAY
    assert found == [found[0] + 60 * number for number in range(1_000)]


def test_a_long_time_off_is_not_searched_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def counted(*given: object, **named: object) -> float:
        nonlocal calls
        calls += 1
        return next_time(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("hub.triggers.schedule.next_time", counted)
    assert due(NINE, NINE + 3_650 * DAY, every=10.0) == [NINE + 3_650 * DAY]
    assert due(NINE, NINE + 300 * DAY, cron="0 9 24 11 *") == [NINE]
    assert calls < 100


def test_a_time_that_the_changed_recipe_no_longer_has_is_not_run() -> None:
    assert due(NINE + 1_800, NINE + 1_900, **DAILY) == []
    assert due(NINE + 1_800, NINE + DAY, missed="each", **DAILY) == [NINE + DAY]


def test_what_comes_next_is_in_the_future() -> None:
    now = NINE + 3 * DAY + 3_600
    assert next_time(trigger("schedule", **DAILY), now, timezone="UTC") == NINE + 4 * DAY


def test_each_over_a_change_of_clocks_gives_each_day_once() -> None:
    zone = ZoneInfo("America/Chicago")
    start = datetime(2026, 3, 7, 2, 30, tzinfo=zone).timestamp()
    found = due(start, start + 3 * DAY, cron="30 2 * * *", missed="each", timezone="America/Chicago")
    assert [datetime.fromtimestamp(each, zone).strftime("%d %H:%M") for each in found] == [
        "07 02:30",
        "08 03:00",
        "09 02:30",
        "10 02:30",
    ]
