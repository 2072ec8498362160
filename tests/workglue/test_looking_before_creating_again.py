"""Before a create is repeated without an idempotency key, the client looks for what the first attempt may have made."""

from __future__ import annotations

from typing import Any

import pytest

from hub.workglue.lookup import find_created
from hub.workglue.profile import read_profile
from tests.workglue.callers import ServeFaulty, client_of

SINCE = 1_774_944_000.0  # 2026-03-31T08:00:00Z
FIELDS = {"name": "  Miller  house ", "zip": "78701", "tax_exempt": False, "address": "", "custom_fields": {"a": 1}}


def job(number: str, **fields: Any) -> dict[str, Any]:
    same = {"name": "Miller house", "zip": "78701", "tax_exempt": False, "created_at": "2026-03-31T08:00:00Z"}
    return {"id": number, **same, **fields}


def found(faulty: ServeFaulty, jobs: list[dict[str, Any]], fields: dict[str, Any], profile: str = "\n") -> list[str]:
    server = faulty(lambda talk: talk.answer(200, {"data": jobs}))
    client = client_of(server.url, profile=read_profile(profile))
    return [record["id"] for record in find_created(client, "jobs", fields, SINCE)]


def test_what_was_made_since_then_with_these_values_is_found(faulty: ServeFaulty) -> None:
    jobs = [
        job("same"),
        job("other name", name="Miller"),
        job("other zip", zip="78702"),
        job("taxed", tax_exempt=True),
        job("unset", tax_exempt=None),
        job("before", created_at="2026-03-31T07:59:59.999999Z"),
        job("later", created_at="2026-03-31T10:30:00+02:00", address="somewhere"),
    ]
    assert found(faulty, jobs, FIELDS) == ["same", "later"]


def test_numbers_and_texts_are_compared_by_what_they_say(faulty: ServeFaulty) -> None:
    assert found(faulty, [job("same")], {"zip": 78701}) == ["same"]


def test_without_a_creation_stamp_everything_that_is_the_same_counts(faulty: ServeFaulty) -> None:
    stampless = "timestamps: {created: ''}\nlists: {updated_since: ''}\n"
    assert found(faulty, [job("old", created_at="2020-01-01T00:00:00Z")], FIELDS, stampless) == ["old"]


@pytest.mark.parametrize("fields", [{}, {"custom_fields": {"a": 1}}, {"name": "", "address": None, "contact_ids": []}])
def test_without_any_plain_value_nothing_is_found(faulty: ServeFaulty, fields: dict[str, Any]) -> None:
    assert found(faulty, [job("any")], fields) == []


def test_the_api_is_asked_only_for_what_changed_since_then(faulty: ServeFaulty) -> None:
    server = faulty(lambda talk: talk.answer(200, {"data": []}))
    find_created(client_of(server.url), "jobs", FIELDS, SINCE)
    assert server.requests[0].target == "/jobs?updated_since=2026-03-31T08%3A00%3A00.000000Z&limit=50"
