"""The account that the sandbox starts with: the same every time, and like a real one."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from sandbox.database import Database
from sandbox.records.listing import Wanted, read_page
from sandbox.records.pen import Record
from sandbox.resources import CUSTOMER_TYPES, POSITIONS, RESOURCES, SYSTEM_ROLES
from sandbox.seeding import seed_when_empty, start_anew
from sandbox.stamps import is_date

TODAY = date(2026, 3, 31)


def contents(database: Database) -> dict[str, list[Record]]:
    with database.reading() as connection:
        return {
            name: read_page(connection, resource, Wanted(size=None)).records for name, resource in RESOURCES.items()
        }


def made(path: Path, **options: object) -> dict[str, list[Record]]:
    database = Database(path)
    try:
        assert seed_when_empty(database, **options)  # type: ignore[arg-type]
        return contents(database)
    finally:
        database.close()


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Record]]:
    return made(tmp_path_factory.mktemp("seed") / "usual.db", today=TODAY)


def test_the_same_seed_makes_the_same_file(tmp_path: Path) -> None:
    for name in ("one.db", "two.db"):
        made(tmp_path / name, seed=7, today=TODAY)
    assert (tmp_path / "one.db").read_bytes() == (tmp_path / "two.db").read_bytes()


def test_another_seed_or_day_makes_another_account(tmp_path: Path, account: dict[str, list[Record]]) -> None:
    assert made(tmp_path / "seed.db", seed=2, today=TODAY)["jobs"] != account["jobs"]
    assert made(tmp_path / "day.db", today=date(2026, 4, 1))["jobs"] != account["jobs"]


def test_it_has_the_usual_size(account: dict[str, list[Record]]) -> None:
    assert {name: len(records) for name, records in account.items()} == {
        "jobs": 400,
        "customers": 260,
        "contacts": 330,
        "job_stages": 14,
        "job_types": 9,
        "employees": 24,
    }


def test_every_stage_has_jobs_and_every_reference_leads_somewhere(account: dict[str, list[Record]]) -> None:
    stages = Counter(job["stage_id"] for job in account["jobs"])
    assert set(stages) == {stage["id"] for stage in account["job_stages"]}
    for name, resource in RESOURCES.items():
        for field in resource.fields:
            if field.points_at:
                there = {record["id"] for record in account[field.points_at]}
                for record in account[name]:
                    value = record[field.name]
                    assert set(value if isinstance(value, list) else [value] if value else []) <= there


def test_what_must_be_unique_is(account: dict[str, list[Record]]) -> None:
    for name, field in (("customers", "name"), ("employees", "mobile"), ("employees", "email"), ("jobs", "po_number")):
        values = [record[field] for record in account[name] if record[field]]
        assert len(values) == len(set(values))
    stamps = [record["updated_at"] for record in account["jobs"]]
    assert len(set(stamps)) == len(stamps)


def test_values_are_what_the_api_would_accept(account: dict[str, list[Record]]) -> None:
    categories = {stage["id"]: stage["category"] for stage in account["job_stages"]}
    for job in account["jobs"]:
        assert job["created_at"] <= job["updated_at"] < "2026-03-31"
        assert all(is_date(job[name]) for name in ("start_date", "next_work_date") if job[name])
        assert bool(job["quickbooks_id"]) or categories[job["stage_id"]] != "active"
        assert len(job["name"]) <= 255
    for customer in account["customers"]:
        assert customer["customer_type"] in (*CUSTOMER_TYPES, None)
        assert customer["primary_contact_id"] in customer["contact_ids"]
    for person in account["employees"]:
        assert set(person["positions"]) <= set(POSITIONS)
        assert (person["system_role"] in SYSTEM_ROLES) if person["kind"] == "user" else person["system_role"] is None


def test_it_has_what_programs_trip_over(account: dict[str, list[Record]]) -> None:
    names = "".join(record["name"] for record in account["customers"])
    assert "'" in names and '"' in names and not names.isascii()
    assert max(len(job["scope_of_work"] or "") for job in account["jobs"]) > 5000
    assert any(job["tax_exempt"] and not job["tax_exempt_reason"] for job in account["jobs"])
    assert any(job["address"] is None for job in account["jobs"])
    assert any(not contact["customer_ids"] and not contact["job_ids"] for contact in account["contacts"])
    assert any(len(contact["customer_ids"]) > 1 for contact in account["contacts"])
    assert any(len(customer["contact_ids"]) > 1 for customer in account["customers"])
    assert any(not person["active"] for person in account["employees"])
    assert {person["kind"] for person in account["employees"]} == {"user", "sub"}


def test_dates_lie_around_the_day_it_is_made_for(account: dict[str, list[Record]]) -> None:
    upcoming = [job["next_work_date"] for job in account["jobs"] if job["next_work_date"]]
    assert min(upcoming) >= "2026-03-31"
    assert max(upcoming) < "2026-04-10"


def test_a_database_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    database = Database(tmp_path / "once.db")
    assert seed_when_empty(database, jobs=5)
    before = contents(database)
    assert seed_when_empty(database, seed=2, jobs=9) is None
    assert contents(database) == before
    assert start_anew(database, jobs=9)["jobs"] == 9
    assert contents(database) != before
    start_anew(database, jobs=5)
    assert contents(database) == before
    database.close()


def test_no_jobs_is_an_account_that_has_just_been_opened(tmp_path: Path) -> None:
    account = made(tmp_path / "new.db", jobs=0)
    assert [len(account[name]) for name in ("jobs", "customers", "contacts", "job_stages")] == [0, 0, 0, 14]
