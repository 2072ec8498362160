"""What the API cannot filter is filtered by the client, with the same result."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.errors import Permanent
from hub.workglue.client import Workglue
from hub.workglue.profile import Profile, built_in, read_profile
from tests.workglue.callers import ServeFaulty, client_of
from tests.workglue.faulty import Faulty

PLAIN = read_profile(
    "lists: {paging: none, updated_since: '', sort: '', sort_by_update: '', equality_filters: false}\n\n"
)
JOBS = [
    {"id": "1", "name": "Miller", "zip": "78701", "tax_exempt": True, "updated_at": "2026-03-31T08:00:00.000001Z"},
    {"id": "2", "name": "Ortega", "zip": "", "tax_exempt": False, "updated_at": "2026-03-31T10:00:00+02:00"},
    {"id": "3", "name": "Miller", "zip": None, "contact_ids": ["con_1", "con_2"], "updated_at": "2026-03-31T09:00:00Z"},
]


def serve(faulty: ServeFaulty, profile: Profile) -> tuple[Workglue, Faulty]:
    server = faulty(lambda talk: talk.answer(200, {"data": JOBS}))
    return client_of(server.url, profile=profile), server


def found(client: Workglue, **options: Any) -> list[str]:
    return [record["id"] for page in client.pages("jobs", **options) for record in page.records]


def sent(server: Faulty) -> dict[str, str]:
    query = parse_qs(urlsplit(server.requests[-1].target).query, keep_blank_values=True)
    return {name: values[0] for name, values in query.items()}


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"name": "Miller"}, ["1", "3"]),
        ({"name": "Miller", "zip": "78701"}, ["1"]),
        ({"name": "miller"}, []),
        ({"zip": 78701}, ["1"]),
        ({"tax_exempt": True}, ["1"]),
        ({"tax_exempt": "false"}, ["2"]),
        ({"zip": None}, ["2", "3"]),
        ({"zip": ""}, ["2", "3"]),
        ({"tax_exempt": None}, ["3"]),
        ({"contact_ids": "con_2"}, ["3"]),
        ({"contact_ids": ["con_1", "con_2"]}, ["3"]),
        ({"contact_ids": ["con_1"]}, []),
        ({"id": "2"}, ["2"]),
        ({}, ["1", "2", "3"]),
    ],
)
def test_equality_is_the_same_without_the_apis_help(
    faulty: ServeFaulty, filters: dict[str, Any], ids: list[str]
) -> None:
    client, server = serve(faulty, PLAIN)
    assert found(client, filters=filters) == ids
    assert sent(server) == {}


def test_only_filters_that_the_api_knows_are_sent(faulty: ServeFaulty) -> None:
    client, server = serve(faulty, built_in())
    wanted = {"name": "Miller", "tax_exempt": True, "zip": None, "contact_ids": "con_1", "id": "1"}
    assert found(client, filters=wanted) == []
    assert sent(server) == {"limit": "50", "name": "Miller", "tax_exempt": "true"}


def test_an_api_that_ignores_a_filter_is_not_believed(faulty: ServeFaulty) -> None:
    client, _ = serve(faulty, built_in())
    assert found(client, filters={"name": "Ortega"}) == ["2"]


def test_a_field_that_records_do_not_show_is_left_to_the_apis_filter(faulty: ServeFaulty) -> None:
    client, _ = serve(faulty, built_in())
    assert found(client, filters={"city": "Austin"}) == ["1", "2", "3"]
    client, _ = serve(faulty, PLAIN)
    assert found(client, filters={"city": "Austin"}) == []


@pytest.mark.parametrize(
    ("since", "ids"),
    [
        ("2026-03-31T08:00:00Z", ["1", "2", "3"]),
        ("2026-03-31T08:00:00.000001Z", ["1", "3"]),
        ("2026-03-31T10:00:00.000002+02:00", ["3"]),
        ("2026-03-31T09:00:00", ["3"]),
        ("2026-04-01", []),
    ],
)
def test_since_is_inclusive_also_when_it_is_done_here(faulty: ServeFaulty, since: str, ids: list[str]) -> None:
    client, server = serve(faulty, PLAIN)
    assert found(client, updated_since=since) == ids
    assert sent(server) == {}


@pytest.mark.parametrize(
    ("since", "written"),
    [
        ("2026-03-31T10:00:00+02:00", "2026-03-31T08:00:00.000000Z"),
        ("2026-03-31T08:00:00.123456789Z", "2026-03-31T08:00:00.123456Z"),
        ("2026-03-31 08:00", "2026-03-31T08:00:00.000000Z"),
    ],
)
def test_since_is_sent_in_utc(faulty: ServeFaulty, since: str, written: str) -> None:
    client, server = serve(faulty, built_in())
    list(client.pages("jobs", updated_since=since, oldest_change_first=True))
    assert sent(server)["updated_since"] == written
    assert sent(server)["sort"] == "updated_at"


def test_a_time_that_is_none_is_refused(faulty: ServeFaulty) -> None:
    client, server = serve(faulty, built_in())
    with pytest.raises(Permanent, match="'yesterday' is not a time"):
        list(client.pages("jobs", updated_since="yesterday"))
    assert server.requests == []
