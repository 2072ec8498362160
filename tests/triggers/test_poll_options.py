"""Wrong options of a poll are explained, right ones pass."""

from __future__ import annotations

from typing import Any

import pytest

from tests.triggers.samples import findings, trigger


@pytest.mark.parametrize(
    ("options", "option", "says"),
    [
        ({"resource": "job"}, "resource", "Did you mean jobs?"),
        ({"resource": "Jobs"}, "resource", "Did you mean jobs?"),
        ({"resource": "job-stages"}, "resource", "Did you mean job_stages?"),
        ({"resource": ""}, "resource", "does not say what to look at"),
        ({"resource": "Über uns"}, "resource", "nothing called"),
        ({"events": ["changed"]}, "events", "The words are created, updated, deleted"),
        ({"events": ["update"]}, "events", "Did you mean updated?"),
        ({"changed": []}, "changed", "names no field"),
        ({"changed": {}}, "changed", "names no field"),
        ({"changed": ["a b"]}, "changed", "'a b' is no field"),
        ({"changed": [5]}, "changed", "'5' is no field"),
        ({"changed": ["stage..category"]}, "changed", "is no field"),
        ({"changed": {"stage": "Won"}}, "changed", "Write `stage: {to: Won}`"),
        ({"changed": {"stage": {"too": "Won"}}}, "changed", "stage knows no key 'too'"),
        ({"changed": {"stage": {"to": {"name": "Won"}}}}, "changed", "must be a value or a list"),
        ({"every": 9.0}, "every", "at least 10 seconds"),
        ({"every": 0.0}, "every", "at least 10 seconds"),
        ({"start": "yesterday"}, "start", "now, all, or a date"),
        ({"start": "2026-02-30"}, "start", "now, all, or a date"),
        ({"start": "2026-3-1"}, "start", "now, all, or a date"),
        ({"start": 20260301}, "start", "now, all, or a date"),
        ({"start": "all", "events": ["updated"]}, "start", "Add created to events"),
        ({"start": "2026-03-01", "events": ["deleted", "updated"]}, "start", "Add created to events"),
        ({"expand": ["customer.name"]}, "expand", "'customer.name' is no related record"),
        ({"expand": [["customer"]]}, "expand", "is no related record"),
    ],
)
def test_a_wrong_option_is_explained(options: dict[str, Any], option: str, says: str) -> None:
    found = findings(trigger("poll", **{"resource": "jobs", **options}))
    assert list(found) == [option]
    assert says in found[option]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"resource": "work_orders"},
        {"events": ["created", "deleted"]},
        {"changed": "stage"},
        {"changed": ["stage", "custom_fields.Paint color"]},
        {"changed": {"stage.category": {"from": "sales", "to": ["active", None]}, "zip": None}},
        {"every": 10.0},
        {"start": "all"},
        {"start": "2026-03-01"},
        {"start": "2026-03-01T08:00:00Z"},
        {"expand": ["customer", "primary_contact"]},
    ],
)
def test_right_options_pass(options: dict[str, Any]) -> None:
    assert findings(trigger("poll", **{"resource": "jobs", **options})) == {}
