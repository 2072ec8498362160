"""Lists: pages, filters, order, and what happens when records change meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.database import Database
from sandbox.dialect import load_dialect
from sandbox.records.listing import BY_ID, NEWEST_CHANGE, OLDEST_CHANGE, Wanted, read_page, read_wanted
from sandbox.resources import JOBS, RESOURCES
from sandbox.seeding import seed_when_empty
from tests.sandbox.caller import Caller

PATHS = {name: route.path for name, route in load_dialect().routes.items()}


@pytest.mark.parametrize("sort", [None, "updated_at", "-updated_at"])
def test_pages_hold_every_record_once(visitor: Caller, sort: str | None) -> None:
    options = {"sort": sort} if sort else {}
    jobs = visitor.all("/jobs", limit=7, **options)
    assert len({job["id"] for job in jobs}) == len(jobs) == 40
    stamps = [job["updated_at"] for job in jobs]
    if sort:
        assert stamps == sorted(stamps, reverse=sort.startswith("-"))


def test_the_default_page_has_fifty_records_and_the_largest_two_hundred(caller: Caller) -> None:
    for number in range(20):
        caller.post("/contacts", {"first_name": f"Extra {number}"})
    assert len(caller.get("/contacts").json()["data"]) == 50
    assert caller.get("/contacts", limit=200).json()["next_cursor"] is None


def test_a_page_that_is_exactly_full_is_the_last(visitor: Caller) -> None:
    page = visitor.get("/jobs", limit=40).json()
    assert (len(page["data"]), page["next_cursor"]) == (40, None)


@pytest.mark.parametrize("name", RESOURCES)
def test_every_single_valued_field_is_a_filter(visitor: Caller, name: str) -> None:
    records = visitor.all(PATHS[name], limit=200)
    fields = [field.name for field in RESOURCES[name].fields if field.scalar] + ["id", "created_at", "updated_at"]
    for field in fields:
        wanted = next((record[field] for record in records if record[field] not in (None, "")), None)
        text = str(wanted).lower() if isinstance(wanted, bool) else "" if wanted is None else str(wanted)
        chosen: dict[str, Any] = {field: text}
        found = visitor.all(PATHS[name], limit=200, **chosen)
        assert [record["id"] for record in found] == [record["id"] for record in records if record[field] == wanted]


def test_an_empty_filter_finds_empty_fields(visitor: Caller) -> None:
    jobs = visitor.all("/jobs", limit=200)
    found = visitor.all("/jobs", limit=200, sales_person_id="")
    assert [job["id"] for job in found] == [job["id"] for job in jobs if job["sales_person_id"] is None]
    assert found


def test_filters_are_combined(visitor: Caller) -> None:
    jobs = visitor.all("/jobs", limit=200)
    one = jobs[5]
    found = visitor.all("/jobs", stage_id=one["stage_id"], customer_id=one["customer_id"])
    assert one["id"] in [job["id"] for job in found]
    assert all((job["stage_id"], job["customer_id"]) == (one["stage_id"], one["customer_id"]) for job in found)


def test_an_id_that_cannot_exist_finds_nothing(visitor: Caller) -> None:
    for value in ("cus_999999", "job_1", "1", "cus_01", "cus_99999999999999999999999"):
        assert visitor.all("/jobs", customer_id=value) == []


def test_updated_since_is_inclusive_and_orders_by_change(visitor: Caller) -> None:
    jobs = visitor.all("/jobs", sort="updated_at")
    moment = jobs[30]["updated_at"]
    assert [job["id"] for job in visitor.all("/jobs", updated_since=moment, limit=3)] == [
        job["id"] for job in jobs[30:]
    ]


def test_updated_since_understands_time_zones(caller: Caller) -> None:
    job = caller.post("/jobs", {"name": "New"}).json()
    day, clock = job["updated_at"][:-1].split("T")
    shifted = f"{day}T{int(clock[:2]) + 1:02d}{clock[2:]}+01:00" if clock[:2] != "23" else f"{day}T{clock}+00:00"
    assert [found["id"] for found in caller.all("/jobs", updated_since=shifted)] == [job["id"]]


def test_a_record_changed_between_two_pages_is_never_missed(caller: Caller) -> None:
    first = caller.get("/jobs", limit=10, sort="updated_at").json()
    seen = [job["id"] for job in first["data"]]
    moved = caller.all("/jobs", sort="updated_at")[20]["id"]
    caller.patch(f"/jobs/{moved}", {"city": "Elsewhere"})
    caller.delete(f"/jobs/{seen[-1]}")
    rest = caller.all("/jobs", limit=10, sort="updated_at", cursor=first["next_cursor"])
    assert sorted(set(seen) | {job["id"] for job in rest}) == sorted(set(seen) | {j["id"] for j in caller.all("/jobs")})
    assert rest[-1]["id"] == moved


def test_new_records_do_not_shift_pages_by_id(caller: Caller) -> None:
    first = caller.get("/jobs", limit=10).json()
    caller.delete(f"/jobs/{first['data'][0]['id']}")
    new = caller.post("/jobs", {"name": "New"}).json()
    rest = caller.all("/jobs", limit=10, cursor=first["next_cursor"])
    assert len(rest) == 31
    assert rest[-1]["id"] == new["id"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"limit": 0}, "bad_limit"),
        ({"limit": 201}, "bad_limit"),
        ({"limit": "ten"}, "bad_limit"),
        ({"limit": "9" * 5000}, "bad_limit"),
        ({"limit": "\N{ARABIC-INDIC DIGIT FIVE}"}, "bad_limit"),
        ({"cursor": "nonsense"}, "bad_cursor"),
        ({"cursor": "WyJqb2JzIl0"}, "bad_cursor"),
        ({"cursor": "bnVsbA"}, "bad_cursor"),
        ({"cursor": "\N{SNOWMAN}"}, "bad_cursor"),
        ({"cursor": ""}, "bad_cursor"),
        ({"sort": "name"}, "bad_sort"),
        ({"updated_since": "yesterday"}, "bad_time"),
        ({"updated_since": "2026-03-31"}, "bad_time"),
        ({"updated_since": "2026-02-30T00:00:00Z"}, "bad_time"),
        ({"updated_since": "0001-01-01T00:00:00+23:00"}, "bad_time"),
        ({"colour": "blue"}, "unknown_parameter"),
        ({"contact_ids": "con_1"}, "unknown_parameter"),
        ({"custom_fields": "x"}, "unknown_parameter"),
        ({"number": "1"}, "unknown_parameter"),
        ({"tax_exempt": "yes"}, "bad_filter"),
        ({"tax_exempt": ""}, "bad_filter"),
        ({"start_date": "31.3.2026"}, "bad_filter"),
        ({"created_at": "now"}, "bad_filter"),
        ({"name": ["a", "b"]}, "repeated_parameter"),
    ],
)
def test_parameters_that_mean_nothing_are_refused(visitor: Caller, parameters: dict[str, Any], code: str) -> None:
    answer = visitor.get("/jobs", **parameters)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_cursor_belongs_to_its_list(visitor: Caller) -> None:
    cursor = visitor.get("/jobs", limit=5).json()["next_cursor"]
    for path, options in (("/jobs", {"sort": "updated_at"}), ("/contacts", {}), ("/jobs", {"city": "Denver"})):
        answer = visitor.get(path, cursor=cursor, **options)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_cursor")
    assert visitor.get("/jobs", cursor=cursor, limit=9).status_code == 200


def test_text_that_looks_like_sql_is_only_text(visitor: Caller) -> None:
    assert visitor.all("/jobs", name="' OR 1=1 --") == []
    assert visitor.get("/jobs", **{"name' OR 1=1 --": "x"}).status_code == 400


@pytest.mark.parametrize("order", [BY_ID, OLDEST_CHANGE, NEWEST_CHANGE])
def test_a_deep_page_is_found_through_an_index(tmp_path: Path, order: str) -> None:
    database = Database(tmp_path / "plan.db")
    seed_when_empty(database, jobs=300)
    asked: list[str] = []
    with database.reading() as connection:
        page = read_page(connection, JOBS, Wanted(100, order=order))
        assert page.following is not None
        connection.set_trace_callback(asked.append)
        assert len(read_page(connection, JOBS, page.following).records) == 100
        connection.set_trace_callback(None)
        plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]
    database.close()
    searched = [line for line in plan if "SEARCH jobs" in line]
    assert any("rowid>?" in line if order == BY_ID else "jobs_by_change" in line for line in searched), plan


def test_a_wanted_page_reads_the_same_whatever_its_size() -> None:
    lists = load_dialect().lists
    wanted = read_wanted(lists, JOBS, {"limit": ["5"], "city": ["Denver"]})
    assert wanted.fingerprint() == replace(wanted, size=9).fingerprint()
    assert wanted.fingerprint() != read_wanted(lists, JOBS, {"city": ["Boulder"]}).fingerprint()
