"""Lists by several values, related fields, age and order: whether the API can do it or not, the result is the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub.engine.transport import lists
from hub.errors import Permanent
from hub.model import Record
from hub.workglue.client import Workglue
from hub.workglue.profile import built_in
from sandbox.server import Server
from tests.actions.step import Records, Step

TODAY = datetime(2026, 3, 31, 12, tzinfo=UTC).timestamp()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A small account."""
    file = tmp_path_factory.mktemp("account") / "sandbox.db"
    with Server(file, jobs=60, today=date(2026, 3, 31), rate_per_minute=0) as server:
        yield server


def client(sandbox: Server, *, able: bool) -> Workglue:
    profile = built_in()
    if not able:
        without = replace(profile.lists, equality_filters=False, updated_since="", sort="")
        profile = replace(profile, lists=without)
    return Workglue(base_url=sandbox.url, key=sandbox.key, profile=profile, clock=time.time)


@pytest.fixture(params=[True, False], ids=["the API filters and sorts", "the API can do nothing"])
def step(request: pytest.FixtureRequest, sandbox: Server) -> Step:
    """A step in an account whose API can do a lot or nothing."""
    return Step(records=Records(client(sandbox, able=request.param)), moment=TODAY)


@pytest.fixture(scope="module")
def jobs(sandbox: Server) -> list[Record]:
    """All jobs, to compare with."""
    found: list[Record] = Step(records=Records(client(sandbox, able=True))).do("jobs.list", limit=1000).output
    return found


def ids(records: list[Record]) -> list[str]:
    return [str(each["id"]) for each in records]


def asked(step: Step, **arguments: Any) -> list[str]:
    return ids(step.do("jobs.list", **{"limit": 1000, **arguments}).output)


def by_age(records: list[Record], field: str = "created_at") -> list[Record]:
    return sorted(records, key=lambda each: (each[field], each["created_at"], int(each["id"].rpartition("_")[2])))


def test_of_several_values_each_will_do_and_the_oldest_come_first(step: Step, jobs: list[Record]) -> None:
    wanted = [each for each in jobs if each["stage"]["name"] in ("Good Lead", "Active")]
    assert len({each["stage"]["name"] for each in wanted}) == 2
    assert asked(step, filters={"stage": ["Good Lead", "Active"]}) == ids(by_age(wanted))
    assert asked(step, filters={"stage": ["Good Lead", "Active"]}, limit=3) == ids(by_age(wanted))[:3]
    assert asked(step, filters={"stage": []}) == []


def test_unset_is_a_value_like_others(step: Step, jobs: list[Record]) -> None:
    person = next(each["sales_person_id"] for each in jobs if each["sales_person_id"])
    wanted = [each for each in jobs if each["sales_person_id"] in (None, person)]
    assert any(each["sales_person_id"] is None for each in wanted)
    assert asked(step, filters={"sales_person": [person, ""]}) == ids(by_age(wanted))


def test_a_field_of_a_related_record_filters(step: Step, jobs: list[Record]) -> None:
    wanted = [each for each in jobs if each["stage"]["category"] == "active"]
    assert asked(step, filters={"stage.category": "active"}) == ids(by_age(wanted))
    both = [each for each in jobs if each["stage"]["category"] in ("active", "sales")]
    assert asked(step, filters={"stage.category": ["active", "sales"]}) == ids(by_age(both))
    assert asked(step, filters={"stage.category": "active", "stage": "Good Lead"}) == []
    assert asked(step, filters={"stage": ["Good Lead", "Active"], "stage.category": "active"}) == ids(
        by_age([each for each in jobs if each["stage"]["name"] == "Active"])
    )
    assert asked(step, filters={"stage.category": "nothing like it"}) == []


def test_filters_of_related_records_reach_those_that_are_not_kept_as_a_copy(step: Step, jobs: list[Record]) -> None:
    customers = step.do("customers.list", limit=1000).output
    homes = {each["id"] for each in customers if each["customer_type"] == "Homeowner"}
    wanted = [each for each in jobs if each["customer_id"] in homes]
    assert wanted
    assert asked(step, filters={"customer.customer_type": "Homeowner"}) == ids(by_age(wanted))


@pytest.mark.parametrize("order", ["name", "-name", "updated_at", "-updated_at", "stage.position", "-start_date"])
def test_order_is_by_a_field_with_unset_ones_last(step: Step, jobs: list[Record], order: str) -> None:
    def value(each: Record) -> Any:
        found: Any = each
        for part in order.removeprefix("-").split("."):
            found = found[part]
        return found.casefold() if isinstance(found, str) else found

    there = by_age([each for each in jobs if value(each) is not None])
    unset = by_age([each for each in jobs if value(each) is None])
    there.sort(key=value, reverse=order.startswith("-"))
    assert asked(step, order=order) == ids([*there, *unset])
    assert asked(step, order=order, limit=5) == ids([*there, *unset])[:5]


@pytest.mark.parametrize("given", ["30d", "2026-03-01T12:00:00Z", "2026-03-01"])
def test_age_is_a_time_ago_or_a_moment(step: Step, jobs: list[Record], given: str) -> None:
    midnight = "2026-03-01T00:00:00" if given == "2026-03-01" else "2026-03-01T12:00:00"
    old = [each for each in jobs if each["updated_at"] < midnight]
    young = [each for each in jobs if each["updated_at"] >= midnight]
    assert old
    assert young
    assert asked(step, changed_before=given) == ids(by_age(old, "updated_at"))
    assert asked(step, changed_before=given, limit=2) == ids(by_age(old, "updated_at"))[:2]
    assert asked(step, changed_since=given, order="updated_at") == ids(by_age(young, "updated_at"))
    assert asked(step, changed_since=given, changed_before=given) == []


def test_all_of_it_goes_together(step: Step, jobs: list[Record]) -> None:
    found = asked(step, filters={"stage.category": ["sales", "closed"]}, changed_before="10d", order="-name", limit=4)
    limit = datetime.fromtimestamp(TODAY - 10 * 86_400, UTC).isoformat()
    wanted = [each for each in jobs if each["stage"]["category"] in ("sales", "closed") and each["updated_at"] < limit]
    names = sorted((each["name"].casefold() for each in wanted), reverse=True)[:4]
    assert [next(each["name"].casefold() for each in jobs if each["id"] == one) for one in found] == names


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"changed_before": "lately"}, "changed_before cannot be read"),
        ({"changed_since": True}, "changed_since cannot be read"),
        ({"order": "colour"}, "no field colour to be ordered by"),
        ({"filters": {"colour.name": "x"}}, "colour is no related record of jobs"),
        ({"filters": {"stage.colour": "x"}}, "colour is not a field of job stages"),
        ({"filters": {"stage": ["Good Lead", "Nowhere"]}}, "no job stage called Nowhere"),
    ],
)
def test_what_cannot_be_is_said(step: Step, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(Permanent, match=message):
        step.do("jobs.list", **arguments)


def test_more_than_can_be_compared_is_said_and_not_cut(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LARGEST_LIST", 10)
    with pytest.raises(Permanent, match="More than 10 jobs fit, too many to compare"):
        step.do("jobs.list", order="name")
    assert len(step.do("jobs.list", limit=10).output) == 10


def test_contact_details_match_however_they_are_written(step: Step) -> None:
    contact = next(each for each in step.do("contacts.list", limit=1000).output if each["phone"] and each["email"])
    digits = "".join(each for each in contact["phone"] if each.isdigit())[-10:]
    for written in (f"+1 {digits[:3]}.{digits[3:6]}.{digits[6:]}", digits, f"1-{digits}"):
        assert contact["id"] in ids(step.do("contacts.list", filters={"phone": written}).output)
        assert step.do("contacts.find", phone=written, first=True).output["phone"] == contact["phone"]
    found = step.do("contacts.list", filters={"email": [contact["email"].upper(), "nobody@example.com"]}).output
    assert ids(found) == [contact["id"]]
    assert step.do("contacts.list", filters={"email": "nobody@example.com"}).output == []
    assert step.do("contacts.find", email=f" {contact['email'].title()} ").output["id"] == contact["id"]


def test_the_api_is_asked_for_what_it_can_do(sandbox: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    api = client(sandbox, able=True)
    step = Step(records=Records(api), moment=TODAY)
    pages, questions = api.pages, []

    def noted(resource: str, **more: Any) -> Any:
        questions.append((resource, {name: value for name, value in more.items() if name != "size" and value}))
        return pages(resource, **more)

    monkeypatch.setattr(api, "pages", noted)
    step.do("jobs.list", filters={"stage": ["Good Lead", "Active"], "city": "Denver"}, changed_since="10d")
    asked_jobs = [question for resource, question in questions if resource == "jobs"]
    assert len(asked_jobs) == 2
    assert all(each["filters"]["city"] == "Denver" and each["filters"]["stage_id"] for each in asked_jobs)
    assert all(each["updated_since"] == "2026-03-21T12:00:00Z" for each in asked_jobs)
    questions.clear()
    step.do("jobs.list", changed_before="10d")
    assert [asked for resource, asked in questions if resource == "jobs"] == [{"oldest_change_first": True}]


# ---- only_if


def test_a_write_happens_only_if_the_record_is_as_the_condition_says(step: Step) -> None:
    job = step.do("jobs.create", name="Lakeside", stage="Good Lead").output
    condition = "record.stage.name == 'Good Lead' and record.sales_person_id is none"
    first = step.do("jobs.update", id=job["id"], only_if=condition, city="Austin", stage="Active")
    assert first.output["city"] == "Austin"
    second = step.do("jobs.update", id=job["id"], only_if=condition, city="Boston")
    assert second.note == "Not changed: for the job as it is now, the condition does not hold"
    assert second.output["city"] == "Austin"
    assert step.do("jobs.get", id=job["id"]).output["city"] == "Austin"
    step.do("jobs.delete", id=job["id"])


def test_a_repeat_that_finds_its_own_change_goes_on_though_the_condition_does_not_hold_any_more(step: Step) -> None:
    job = step.do("jobs.create", name="Lakeside", stage="Good Lead", city="Austin").output
    condition = 'record.city == "Austin"'
    for note in ("Changed the city", "Nothing to change: the city is already Boston"):
        assert step.do("jobs.update", id=job["id"], only_if=condition, city="Boston").note == note
    assert step.records is not None
    assert [resource for resource, _, _ in step.records.confirmed] == ["jobs"]
    step.do("jobs.delete", id=job["id"])
