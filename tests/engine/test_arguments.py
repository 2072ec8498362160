"""What an action gets is of the declared type and JSON throughout."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from hub.engine.arguments import jsonable, keepable, typed
from hub.engine.waiting import Calendar, wait_until
from hub.errors import Permanent
from hub.model import ActionKind
from hub.registry import Action, Parameter

NOW = 1_774_958_400.0  # 2026-03-31 12:00 UTC


def action(kind: str) -> Action:
    return Action("a.b", ActionKind.READ, "", (Parameter("value", kind, True),))


@pytest.mark.parametrize(
    ("kind", "given", "read"),
    [
        ("text", 5, "5"),
        ("text", "05", "05"),
        ("integer", "12", 12),
        ("integer", 12.0, 12),
        ("number", "1.5", 1.5),
        ("boolean", "true", True),
        ("text|object", {"a": 1}, {"a": 1}),
        ("any", [1], [1]),
        ("integer", None, None),
    ],
)
def test_typed_keys_read_what_templates_give(kind: str, given: Any, read: Any) -> None:
    assert typed(action(kind), {"value": given}) == {"value": read}


@pytest.mark.parametrize(
    ("kind", "given"),
    [("integer", "many"), ("integer", 1.5), ("integer", True), ("boolean", "yes"), ("list", "a"), ("text", ["a"])],
)
def test_what_cannot_be_read_names_the_key(kind: str, given: Any) -> None:
    with pytest.raises(Permanent, match="`value` must be"):
        typed(action(kind), {"value": given})


def test_times_and_amounts_become_text() -> None:
    value = {"at": datetime(2026, 3, 1, tzinfo=UTC), "day": date(2026, 3, 1), "sum": Decimal("1.10"), "ids": (1, 2)}
    assert jsonable(value) == {"at": "2026-03-01T00:00:00+00:00", "day": "2026-03-01", "sum": "1.10", "ids": [1, 2]}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_what_json_does_not_know_is_refused(value: Any) -> None:
    with pytest.raises(Permanent):
        jsonable(value)


def test_an_answer_too_large_for_the_history_is_refused_with_advice() -> None:
    with pytest.raises(Permanent, match="KiB"):
        keepable("x" * (4 * 1024 * 1024))


@pytest.mark.parametrize(
    ("request_", "seconds"),
    [
        ({"for": "90s"}, 90),
        ({"for": "1h 30m"}, 5400),
        ({"for": 2}, 2),
        ({"until": "2026-03-31T12:00:30Z"}, 30),
        ({"until": "2026-04-01"}, 12 * 3600),
        ({"until": "2020-01-01"}, None),
    ],
)
def test_a_wait_ends_when_the_recipe_says(request_: dict[str, Any], seconds: float | None) -> None:
    due_at = wait_until(request_, now=NOW, calendar=Calendar("UTC"))
    assert due_at < NOW if seconds is None else due_at == NOW + seconds


def test_a_date_is_midnight_in_the_hubs_time_zone() -> None:
    assert wait_until({"until": "2026-04-01"}, now=NOW, calendar=Calendar("America/Chicago")) == NOW + 17 * 3600


@pytest.mark.parametrize(
    "request_", [{}, {"for": "soon"}, {"for": "1h", "until": "2026-04-01"}, {"until": "x"}, {"for": "9999w"}]
)
def test_a_wait_that_cannot_be_understood_is_an_error(request_: dict[str, Any]) -> None:
    with pytest.raises(Permanent):
        wait_until(request_, now=NOW, calendar=Calendar("UTC"))
