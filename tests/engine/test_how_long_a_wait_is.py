"""`wait` and `for`: lengths, working days without weekends and holidays, times of day, and clocks that change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.engine.waiting import Calendar, latest, wait_until
from hub.errors import Permanent

CHICAGO = Calendar("America/Chicago", frozenset({date(2026, 11, 26), date(2026, 12, 25)}))


def wait(start: str, **request: Any) -> str:
    """When a wait that begins then ends, on the clocks of Chicago."""
    zone = ZoneInfo("America/Chicago")
    now = datetime.fromisoformat(start).replace(tzinfo=zone).timestamp()
    due_at = wait_until({name.removesuffix("_"): value for name, value in request.items()}, now=now, calendar=CHICAGO)
    return datetime.fromtimestamp(due_at, zone).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        ("2026-11-18T10:30", "1 working day", "2026-11-19T10:30-06:00"),  # a Wednesday
        ("2026-11-20T10:30", "1 working day", "2026-11-23T10:30-06:00"),  # over a weekend
        ("2026-11-21T10:30", "1 working day", "2026-11-23T10:30-06:00"),  # from a Saturday
        ("2026-11-24T10:30", "3 working days", "2026-11-30T10:30-06:00"),  # over Thanksgiving and a weekend
        ("2026-12-24T08:00", "1 working day", "2026-12-28T08:00-06:00"),
        ("2026-03-06T10:30", "1 working day", "2026-03-09T10:30-05:00"),  # clocks go forward in between
        ("2026-10-30T10:30", "1 working day", "2026-11-02T10:30-06:00"),  # and back
        ("2026-03-06T10:30", "3d", "2026-03-09T11:30-05:00"),  # plain days are 24 hours
        ("2026-03-06T10:30", 90, "2026-03-06T10:31-06:00"),
    ],
)
def test_lengths(start: str, length: Any, end: str) -> None:
    assert wait(start, for_=length) == end


@pytest.mark.parametrize(
    ("start", "length", "clock", "end"),
    [
        ("2026-11-18T10:30", None, "14:00", "2026-11-18T14:00-06:00"),
        ("2026-11-18T14:00", None, "14:00", "2026-11-18T14:00-06:00"),
        ("2026-11-18T14:01", None, "14:00", "2026-11-19T14:00-06:00"),
        ("2026-11-18T10:30", "2h", "09:00", "2026-11-19T09:00-06:00"),
        ("2026-11-20T10:30", "1h", "09:00", "2026-11-21T09:00-06:00"),  # a Saturday: nothing was said of working days
        ("2026-11-18T10:30", "1 working day", "12:00", "2026-11-19T12:00-06:00"),
        ("2026-11-19T10:30", "1 working day", "09:00", "2026-11-23T09:00-06:00"),  # Friday 9:00 is over, Monday it is
        ("2026-11-24T10:30", "1 working day", "09:00", "2026-11-27T09:00-06:00"),  # not on Thanksgiving
        ("2026-03-07T12:00", "1h", "02:30", "2026-03-08T03:30-05:00"),  # skipped in the night of the change
        ("2026-10-31T12:00", "1h", "01:30", "2026-11-01T01:30-05:00"),  # shown twice: the first time
        ("2026-03-07T12:00", "1h", "09:00", "2026-03-08T09:00-05:00"),
    ],
)
def test_times_of_day(start: str, length: Any, clock: str, end: str) -> None:
    assert wait(start, for_=length, at=clock) == end


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"for": "1h", "until": "2026-12-01"},
        {"until": "2026-12-01", "at": "09:00"},
        {"for": "soon"},
        {"for": "0 working days"},
        {"for": "2 working hours"},
        {"for": "9999 working days"},
        {"for": -1},
        {"for": True},
        {"for": "2h", "at": "9"},
        {"at": "24:00"},
        {"for": float("nan")},
        {"for": 1e300},
    ],
)
def test_what_is_no_wait(request_: dict[str, Any]) -> None:
    with pytest.raises(Permanent):
        wait_until(request_, now=1_795_521_600.0, calendar=CHICAGO)


def test_a_length_may_have_spaces_around_it() -> None:
    assert latest(" 2 working days ", now=1_795_521_600.0, calendar=Calendar("UTC")) == 1_795_521_600.0 + 2 * 86_400
