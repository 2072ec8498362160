"""The contract: the client against the real sandbox over HTTP, in every dialect, for every line of the profile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.errors import Conflict, NotFound, Permanent, RateLimited, Unauthorized
from hub.model import Record
from hub.workglue.client import Workglue
from hub.workglue.dialect import METHODS, Profile
from hub.workglue.lookup import find_created
from hub.workglue.profile import built_in, read_profile
from sandbox.server import Server
from tests.workglue import dialects

TODAY = date(2026, 3, 31)
RESOURCES = ("jobs", "customers", "contacts", "job_stages", "job_types", "employees")
SAMPLES: dict[str, Any] = {"text": "78701", "date": "2026-04-01", "boolean": True, "object": {"Gate code": "0815"}}
SPECIAL: dict[str, Any] = {
    "email": "x@example.com",
    "system_role": "User",
    "positions": ["Sales Person"],
    "availability_days": ["Mon"],
}


@dataclass
class Account:
    """A sandbox that speaks a profile, and a client that reads the same file."""

    server: Server
    profile: Profile
    client: Workglue

    def all(self, resource: str, **options: Any) -> list[Record]:
        return [record for page in self.client.pages(resource, **options) for record in page.records]


@pytest.fixture(scope="module", params=list(dialects.ALL.values()), ids=list(dialects.ALL))
def account(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("account")
    file = folder / "profile.yaml"
    file.write_text(request.param)
    with Server(folder / "sandbox.db", jobs=40, today=TODAY, rate_per_minute=0, profile=file) as server:
        profile = read_profile(file)
        yield Account(server, profile, Workglue(base_url=server.url, key=server.key, profile=profile, clock=time.time))


def test_the_dialects_change_every_line_of_the_profile() -> None:
    """So a line that the client (or the sandbox) does not heed makes one of these tests fail."""
    spoken = [read_profile(text) for text in dialects.ALL.values()]
    for section in ("auth", "lists", "writes", "errors", "rate", "timestamps"):
        standard = getattr(built_in(), section)
        for each in fields(standard):
            values = {getattr(getattr(profile, section), each.name) for profile in spoken}
            assert len(values) > 1, f"{section}.{each.name} is the same everywhere"
    for resource in RESOURCES:
        assert len({profile.resources[resource].path for profile in spoken}) > 1


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("size", [None, 1, 7, 5000])
def test_a_list_shows_every_record_once(account: Account, resource: str, size: int | None) -> None:
    if size == 1 and account.profile.lists.paging == "none":
        size = None
    pages = list(account.client.pages(resource, size=size))
    ids = [record["id"] for page in pages for record in page.records]
    assert len(ids) == len(set(ids)) == len(account.all(resource, size=20))
    assert [page.last for page in pages].count(True) == 1
    assert pages[-1].last
    if size == 7 and account.profile.lists.paging != "none" and len(ids) > 7:
        assert len(pages) > 1
        assert all(len(page.records) <= 7 for page in pages)


@pytest.mark.parametrize("resource", RESOURCES)
def test_records_have_the_fields_that_the_profile_names(account: Account, resource: str) -> None:
    kind = account.profile.resources[resource]
    record = account.all(resource)[0]
    stamps = {account.profile.timestamps.created, account.profile.timestamps.updated}
    assert set(record) == {"id", *kind.fields, *stamps}
    assert account.client.get(resource, record["id"]) == record
    for name, type_ in kind.fields.items():
        wanted = {"ids": list, "list": list, "object": dict, "boolean": bool, "number": int}.get(type_, str)
        assert record[name] is None or isinstance(record[name], wanted), name


@pytest.mark.parametrize("resource", RESOURCES)
def test_since_and_order_come_out_the_same_whoever_does_them(account: Account, resource: str) -> None:
    updated = account.profile.timestamps.updated
    everything = sorted(account.all(resource), key=lambda record: (record[updated], record["id"]))
    middle = everything[len(everything) // 2][updated]
    shown = account.all(resource, updated_since=middle, oldest_change_first=True, size=20)
    expected = {record["id"] for record in everything if record[updated] >= middle}
    assert {record["id"] for record in shown} == expected
    assert middle in {record[updated] for record in shown}, "since is inclusive"
    if account.client.abilities.sort:
        stamps = [record[updated] for record in shown]
        assert stamps == sorted(stamps)


def test_filters_come_out_the_same_whoever_does_them(account: Account) -> None:
    jobs = account.all("jobs")
    wanted = {"stage_id": jobs[0]["stage_id"], "tax_exempt": jobs[0]["tax_exempt"]}
    expected = [job["id"] for job in jobs if all(job[name] == value for name, value in wanted.items())]
    assert sorted(job["id"] for job in account.all("jobs", filters=wanted)) == sorted(expected)
    unset = [job["id"] for job in jobs if job["sales_person_id"] is None]
    assert sorted(job["id"] for job in account.all("jobs", filters={"sales_person_id": None})) == sorted(unset)
    sellers = [each["id"] for each in account.all("employees") if "Sales Person" in each["positions"]]
    assert [each["id"] for each in account.all("employees", filters={"positions": "Sales Person"})] == sellers


def sample(account: Account, resource: str, field: str) -> Any:
    kind = account.profile.resources[resource]
    if field in kind.references:
        reference = kind.references[field]
        record = account.all(reference.resource)[-1]
        return [record["id"]] if reference.many else record["id"]
    return SPECIAL.get(field, SAMPLES.get(kind.fields[field]))


@pytest.mark.parametrize("resource", ["jobs", "customers", "contacts", "employees"])
def test_every_field_can_be_written_unless_it_is_read_only(account: Account, resource: str) -> None:
    kind = account.profile.resources[resource]
    record = account.all(resource)[-1]
    for field in kind.fields:
        if field in kind.read_only:
            with pytest.raises(Permanent, match=f"{field} is read-only"):
                account.client.update(resource, record["id"], {field: "x"})
            continue
        value = sample(account, resource, field)
        if field == "mobile":
            value = f"512555{account.server.port % 10000:04d}"
        changed = account.client.update(resource, record["id"], {field: value})
        held = changed[field]
        assert (set(value) <= set(held)) if isinstance(value, list | dict) else (held == value), field


def test_records_are_created_changed_and_deleted(account: Account) -> None:
    client = account.client
    before = len(account.all("contacts"))
    made = client.create("contacts", {"first_name": "Iris", "last_name": "Vance"}, key=f"make/{time.monotonic_ns()}")
    assert client.get("contacts", made["id"]) == made
    assert client.update("contacts", made["id"], {"phone": "512-555-0100"})["phone"] == "512-555-0100"
    assert len(account.all("contacts")) == before + 1
    client.delete("contacts", made["id"])
    client.delete("contacts", made["id"])
    with pytest.raises(NotFound):
        client.get("contacts", made["id"])
    with pytest.raises(NotFound):
        client.update("contacts", made["id"], {"phone": "1"})
    assert len(account.all("contacts")) == before


def test_the_same_key_creates_once_where_the_api_honours_keys(account: Account) -> None:
    key = f"once/{time.monotonic_ns()}"
    first = account.client.create("contacts", {"first_name": "Once"}, key=key)
    if not account.client.abilities.idempotent:
        assert account.client.create("contacts", {"first_name": "Once"}, key=key)["id"] != first["id"]
        return
    assert account.client.create("contacts", {"first_name": "Once"}, key=key) == first
    with pytest.raises(Conflict, match="idempotency key with other contents"):
        account.client.create("contacts", {"first_name": "Twice"}, key=key)


def test_what_a_create_left_behind_is_found(account: Account) -> None:
    started = time.time() - 1
    wanted = {"first_name": "  Left ", "last_name": "Behind", "email": "left@example.com"}
    made = account.client.create("contacts", wanted, key="left")
    assert [each["id"] for each in find_created(account.client, "contacts", wanted, started)] == [made["id"]]
    assert find_created(account.client, "contacts", wanted, time.time() + 60) == []
    assert find_created(account.client, "contacts", {**wanted, "last_name": "Other"}, started) == []
    account.client.delete("contacts", made["id"])


def test_a_value_that_must_be_unique_is_a_conflict(account: Account) -> None:
    for resource, kind in account.profile.resources.items():
        if kind.natural_key and "POST" in kind.methods:
            taken = account.all(resource)[0][kind.natural_key]
            with pytest.raises(Conflict, match=f"Workglue refused the new {kind.words}"):
                account.client.create(resource, {kind.natural_key: taken}, key=f"taken/{time.monotonic_ns()}")


def test_refusals_name_code_message_and_fields(account: Account) -> None:
    with pytest.raises(Permanent) as caught:
        account.client.create("jobs", {"name": "Miller", "stage_id": "stg_999", "zip": 5}, key="")
    assert set(caught.value.fields) == {"stage_id", "zip"}
    assert str(caught.value).startswith("Workglue refused the new job: stage_id ")
    assert "validation_failed: The record was not saved" in caught.value.detail
    assert caught.value.status == 422


def test_a_wrong_key_is_known_for_what_it_is(account: Account) -> None:
    client = Workglue(base_url=account.server.url, key="wrong", profile=account.profile, version=3, clock=time.time)
    with pytest.raises(Unauthorized) as caught:
        client.get("jobs", "job_1")
    assert caught.value.version == 3
    assert caught.value.status == account.profile.errors.wrong_key_statuses[0]


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("method", METHODS)
def test_methods_are_those_of_the_profile(account: Account, resource: str, method: str) -> None:
    """What the client refuses by the profile, the API refuses too; what it lets through, the API knows."""
    calls: dict[str, Callable[[Workglue], object]] = {
        "GET": lambda client: client.get(resource, "none_0"),
        "POST": lambda client: client.create(resource, {"no_such_field": 1}, key=""),
        "PATCH": lambda client: client.update(resource, "none_0", {}),
        "DELETE": lambda client: client.delete(resource, "none_0"),
    }
    call = calls[method]
    kinds = account.profile.resources
    if method not in kinds[resource].methods:
        with pytest.raises(Permanent, match="does not let other programs"):
            call(account.client)
        all_methods = {name: replace(kind, methods=frozenset(METHODS)) for name, kind in kinds.items()}
        bold = replace(account.profile, resources=all_methods)
        with pytest.raises(Permanent, match="refused"):
            call(Workglue(base_url=account.server.url, key=account.server.key, profile=bold, clock=time.time))
    elif method == "DELETE":
        call(account.client)
    else:
        with pytest.raises(Permanent, match="no_such_field" if method == "POST" else "none_0"):
            call(account.client)


def test_references_are_written_by_name(account: Account) -> None:
    client = account.client
    customer, contact = account.all("customers")[3], account.all("contacts")[5]
    wanted = client.resolve(
        "jobs",
        {
            "stage": "good lead",
            "job_type": account.all("job_types")[1]["name"],
            "customer": customer["name"],
            "primary_contact": {"first_name": contact["first_name"], "last_name": contact["last_name"]},
            "project_manager": " ".join(account.all("employees")[2][name] for name in ("first_name", "last_name")),
        },
    )
    assert wanted["customer_id"] == customer["id"]
    job = client.create("jobs", {"name": "By name", **wanted}, key=f"names/{time.monotonic_ns()}")
    shown = client.expand("jobs", job)
    assert shown["stage"]["name"] == "Good Lead"
    assert shown["project_manager"]["id"] == account.all("employees")[2]["id"]
    assert shown["supervisor"] is None
    client.delete("jobs", job["id"])


def test_stamps_are_where_the_profile_says(account: Account) -> None:
    able = account.client.abilities
    job = account.all("jobs")[0]
    for stamp in (able.created_field, able.updated_field):
        assert datetime.fromisoformat(job[stamp]).utcoffset() is not None
    changed = account.client.update("jobs", job["id"], {"city": f"Town {time.monotonic_ns()}"})
    assert changed[able.updated_field] > job[able.updated_field]
    assert changed[able.created_field] == job[able.created_field]


def test_the_rate_limit_is_heard(account: Account, tmp_path: Path) -> None:
    options: dict[str, Any] = {"rate_per_minute": 6, "burst": 1, "jobs": 0, "profile": Path(account.profile.file)}
    with Server(tmp_path / "slow.db", **options) as server:
        client = Workglue(base_url=server.url, key=server.key, profile=account.profile, clock=time.time)
        client.get("job_stages", "stg_1")
        with pytest.raises(RateLimited) as caught:
            client.get("job_stages", "stg_1")
    assert caught.value.retry_after is not None
    assert 9 <= caught.value.retry_after <= 11
