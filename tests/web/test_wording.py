"""How times, numbers, triggers and events are said."""

from __future__ import annotations

from typing import Any

import pytest

from hub.errors import Place
from hub.model import Trigger
from hub.web.wording import coded, times, values
from hub.web.wording.cron import describe_cron
from hub.web.wording.happenings import capitalised, happening, subject_of
from hub.web.wording.triggers import describe_trigger
from tests.web.conftest import NOON

DAY = 86_400.0


@pytest.mark.parametrize(
    ("at", "zone", "text"),
    [
        (NOON, "UTC", "Today 12:00"),
        (NOON, "America/Chicago", "Today 06:00"),
        (NOON, "Nowhere/None", "Today 12:00"),
        (NOON - DAY, "UTC", "Yesterday 12:00"),
        (NOON + DAY, "UTC", "Tomorrow 12:00"),
        (NOON - 3 * DAY, "UTC", "21 Nov 12:00"),
        (NOON - 365 * DAY, "UTC", "24 Nov 2025 12:00"),
        (NOON + 13 * 3600, "UTC", "Tomorrow 01:00"),
        (NOON + 13 * 3600, "America/Chicago", "Today 19:00"),
    ],
)
def test_moments(at: float, zone: str, text: str) -> None:
    assert times.shown(at, NOON, zone=zone) == text


def test_exact_moments() -> None:
    assert times.exact(NOON + 0.0421) == "2026-11-24 12:00:00.042 UTC"
    assert times.full(NOON + 7, zone="Europe/Berlin") == "Tue 24 Nov 2026, 13:00:07"
    assert times.iso(NOON) == "2026-11-24T12:00:00Z"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"),
        (2.9, "just now"),
        (-1, "just now"),
        (3, "3 seconds ago"),
        (119, "1 minute ago"),
        (7200, "2 hours ago"),
        (DAY, "1 day ago"),
        (9 * DAY, "9 days ago"),
        (-30, "in 30 seconds"),
        (-3600, "in 1 hour"),
    ],
)
def test_distances(seconds: float, text: str) -> None:
    assert times.distance(NOON - seconds, NOON) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0.0424, "42 ms"),
        (-1, "0 ms"),
        (3.14, "3.1 s"),
        (75, "1 min 15 s"),
        (7500, "2 h 5 min"),
        (273_600, "3 d 4 h"),
    ],
)
def test_lengths(seconds: float | None, text: str) -> None:
    assert times.lasted(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (4100, "4.1 kB"), (2_500_000, "2.5 MB")]
)
def test_sizes(number: int, text: str) -> None:
    assert values.size(number) == text


def test_numbers() -> None:
    assert values.count(1_204_000) == "1,204,000"


@pytest.mark.parametrize(
    ("kind", "options", "text"),
    [
        ("poll", {"resource": "jobs", "every": 60.0}, "When a job is new or changes (looks every minute)"),
        (
            "poll",
            {
                "resource": "jobs",
                "events": ["updated"],
                "changed": {"stage.category": {"from": "sales", "to": "active"}},
            },
            "When a job changes its stage category from sales to active (looks every 5 minutes)",
        ),
        (
            "poll",
            {
                "resource": "employees",
                "events": ["deleted", "updated"],
                "changed": ["active", "hire_date"],
                "every": 600.0,
            },
            "When an employee is deleted or changes its active or hire date (looks every 10 minutes)",
        ),
        (
            "poll",
            {"resource": "invoices", "events": ("created",), "every": 90.0},
            "When an invoice is new (looks every 90 seconds)",
        ),
        (
            "poll",
            {"resource": "jobs", "events": ["updated"], "changed": {"stage.name": {"to": ["Won", None]}, "city": None}},
            "When a job changes its stage name to Won or nothing or city (looks every 5 minutes)",
        ),
        (
            "poll",
            {"resource": "jobs", "events": ["updated"], "changed": {"tax_exempt": {"to": True}}, "every": 60.0},
            "When a job changes its tax exempt to true (looks every minute)",
        ),
        ("webhook", {"path": "leads/web"}, "When another app sends to /hooks/leads/web"),
        ("schedule", {"every": DAY, "at": "16:00"}, "Every day at 16:00"),
        ("schedule", {"every": 7200.0, "at": "", "timezone": ""}, "Every 2 hours"),
        (
            "schedule",
            {"cron": "0 7 * * 1-5", "timezone": "America/Chicago"},
            "At 07:00 from Monday to Friday (America/Chicago)",
        ),
        ("manual", {}, "When somebody starts it"),
        ("recipe", {"recipe": "any", "status": "failed"}, "When any other recipe fails"),
        ("recipe", {"recipe": "job-won", "status": "succeeded"}, "When the recipe job-won succeeds"),
        ("odd", {}, "By a trigger of type odd"),
    ],
)
def test_triggers(kind: str, options: dict[str, Any], text: str) -> None:
    assert describe_trigger(Trigger("t", kind, options, Place("a.yaml", 1, 1)), poll_every=300.0) == text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("0 7 * * *", "At 07:00 every day"),
        ("30 16 * * MON-FRI", "At 16:30 from Monday to Friday"),
        ("5 9 * * 1,3,fri", "At 09:05 on Monday, Wednesday and Friday"),
        ("0 8 * * 7", "At 08:00 on Sunday"),
        ("0 8 1 * *", "At 08:00 on day 1 of each month"),
        ("0 * * * *", "At each full hour every day"),
        ("15 * * * 1-5", "At 15 minutes past each hour from Monday to Friday"),
        ("*/5 * * * *", "By the schedule */5 * * * *"),
        ("0 8 1 * 1", "By the schedule 0 8 1 * 1"),
        ("0 8 * 6 *", "By the schedule 0 8 * 6 *"),
        ("@daily", "By the schedule @daily"),
    ],
)
def test_cron_lines(line: str, text: str) -> None:
    assert describe_cron(line) == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [("jobs.updated", "Job changed"), ("job_stages.created", "New job stage"), ("contacts.deleted", "Contact deleted"),
     ("webhook", "Webhook"), ("schedule", "Schedule"), ("recipe", "After another recipe"), ("odd.thing", "odd.thing")],
)  # fmt: skip
def test_happenings(kind: str, text: str) -> None:
    assert happening(kind) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"record": {"name": "Miller"}}, "Miller"),
        ({"body": {"first_name": "Ana", "last_name": "Ruiz", "email": "a@b.c"}}, "Ana Ruiz"),
        ({"body": {"email": "a@b.c"}}, "a@b.c"),
        ({"record": None, "before": {"name": "Gone"}}, "Gone"),
        ({"body": "just text"}, ""),
        ({"body": {"name": {"odd": 1}}}, ""),
        ({"body": {"name": "x" * 200}}, "x" * 79 + "…"),
        ({}, ""),
    ],
)
def test_subjects(data: dict[str, Any], text: str) -> None:
    assert subject_of(data) == text


def test_small_letters_of_the_search_are_written_as_names() -> None:
    assert capitalised("ana ruiz a@b.c +1 555 po-107") == "Ana Ruiz a@b.c +1 555 PO-107"


def test_code_in_messages_is_set_as_code_and_nothing_else_is() -> None:
    assert coded("No `notify.sent` & <b>") == "No <code>notify.sent</code> &amp; &lt;b&gt;"
    assert coded("`<i>`") == "<code>&lt;i&gt;</code>"
