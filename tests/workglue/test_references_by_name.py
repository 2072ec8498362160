"""Recipes say `stage: Good Lead`; the client finds the id, or says what names there are."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.errors import Permanent
from hub.workglue.client import Workglue
from hub.workglue.names import REFRESH_PAUSE, TIME_TO_LIVE
from tests.workglue.callers import Clock, ServeFaulty, client_of
from tests.workglue.faulty import Talk


class Account:
    """A small account whose lists can be changed while the client looks on. Counts how often each is asked for."""

    def __init__(self, faulty: ServeFaulty) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {
            "job-stages": [{"id": "stg_1", "name": "Good Lead"}, {"id": "stg_2", "name": "Long-term"}],
            "job-types": [{"id": "typ_1", "name": "Exterior"}],
            "employees": [
                {"id": "emp_1", "first_name": "Ana", "last_name": "Ruiz"},
                {"id": "emp_2", "first_name": "Bo", "last_name": "Lind"},
                {"id": "emp_3", "first_name": "bo", "last_name": "lind"},
                {"id": "emp_4", "first_name": "Cher", "last_name": None},
            ],
            "customers": [
                {"id": "cus_1", "name": "Miller"},
                {"id": "cus_2", "name": "Twin"},
                {"id": "3", "name": "Twin"},
            ],
            "contacts": [
                {"id": "con_1", "first_name": "Ana Maria", "last_name": "Ruiz", "email": "ana@example.com"},
                {"id": "con_2", "first_name": "Dee", "last_name": "Fox", "email": "dee@example.com"},
            ],
        }
        self.asked: list[str] = []
        self.clock = Clock()
        self.client: Workglue = client_of(faulty(self._answer).url, clock=self.clock)

    def _answer(self, talk: Talk) -> None:
        parts = urlsplit(talk.request.target)
        name, _, record_id = parts.path.strip("/").partition("/")
        self.asked.append(name)
        if record_id:
            record = next((each for each in self.lists[name] if each["id"] == record_id), None)
            talk.answer(200 if record else 404, record)
            return
        query = parse_qs(parts.query)
        wanted = {field: values[0] for field, values in query.items() if field not in ("limit", "cursor")}
        rows = [each for each in self.lists[name] if all(each.get(field) == text for field, text in wanted.items())]
        talk.answer(200, {"data": rows})

    def refusal(self, **fields: Any) -> Permanent:
        with pytest.raises(Permanent) as caught:
            self.client.resolve("jobs", fields)
        return caught.value


@pytest.fixture
def account(faulty: ServeFaulty) -> Account:
    return Account(faulty)


@pytest.mark.parametrize(
    ("given", "resolved"),
    [
        ({"stage": "Good Lead"}, {"stage_id": "stg_1"}),
        ({"stage": "  good   LEAD "}, {"stage_id": "stg_1"}),
        ({"stage": "stg_2"}, {"stage_id": "stg_2"}),
        ({"stage": {"id": "stg_9"}}, {"stage_id": "stg_9"}),
        ({"stage": {"name": "Long-term"}}, {"stage_id": "stg_2"}),
        ({"stage": None}, {"stage_id": None}),
        ({"stage": " "}, {"stage_id": None}),
        ({"stage_id": "whatever"}, {"stage_id": "whatever"}),
        ({"sales_person": "Ana Ruiz"}, {"sales_person_id": "emp_1"}),
        ({"sales_person": "bo lind"}, {"sales_person_id": "emp_3"}),
        ({"sales_person": {"first_name": "Ana", "last_name": "Ruiz"}}, {"sales_person_id": "emp_1"}),
        ({"crew_leader": "Cher"}, {"crew_leader_id": "emp_4"}),
        ({"customer": "Miller"}, {"customer_id": "cus_1"}),
        ({"customer": "cus_2"}, {"customer_id": "cus_2"}),
        ({"customer": {"name": "Miller"}}, {"customer_id": "cus_1"}),
        ({"primary_contact": "dee@example.com"}, {"primary_contact_id": "con_2"}),
        ({"primary_contact": "Dee Fox"}, {"primary_contact_id": "con_2"}),
        ({"primary_contact": "Ana Maria Ruiz"}, {"primary_contact_id": "con_1"}),
        ({"primary_contact": {"email": "ana@example.com"}}, {"primary_contact_id": "con_1"}),
        ({"contacts": ["Dee Fox", "con_1", {"id": "con_9"}, None]}, {"contact_ids": ["con_2", "con_1", "con_9"]}),
        ({"contacts": "Dee Fox"}, {"contact_ids": ["con_2"]}),
        ({"contacts": None}, {"contact_ids": []}),
        ({"name": "Miller", "zip": "1", "id": "job_1"}, {"name": "Miller", "zip": "1", "id": "job_1"}),
    ],
)
def test_names_become_ids_and_ids_stay(account: Account, given: dict[str, Any], resolved: dict[str, Any]) -> None:
    assert account.client.resolve("jobs", given) == resolved


def test_an_unknown_name_is_answered_with_the_names_there_are_nearest_first(account: Account) -> None:
    error = account.refusal(stage="Long term")
    assert str(error) == "There is no job stage called Long term. There are: Long-term, Good Lead."
    assert error.hint == "Did you mean Long-term?"


def test_two_records_with_one_name_are_both_named(account: Account) -> None:
    assert "emp_2, emp_3" in str(account.refusal(sales_person="BO LIND"))
    assert "cus_2, 3" in str(account.refusal(customer="Twin"))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"customer": "Nobody"}, "There is no customer called Nobody in Workglue."),
        ({"primary_contact": "nobody@example.com"}, "There is no contact called nobody@example.com"),
        ({"primary_contact": {"email": "no@example.com"}}, "There is no contact with email no@example.com"),
        ({"primary_contact": {"email": ""}}, "all that is given to look for is empty"),
        ({"primary_contact": {"e_mail": "x"}}, "e_mail is not a field of contacts"),
        ({"stagge": "Good Lead"}, "stagge is not a field of jobs. Did you mean stage?"),
        ({"stage": 5}, "stage must be a name or an id"),
        ({"stage": "Good Lead", "stage_id": "stg_1"}, "stage and stage_id are both given"),
    ],
)
def test_what_cannot_be_resolved_says_why(account: Account, fields: dict[str, Any], says: str) -> None:
    assert says in str(account.refusal(**fields))


def test_the_copy_is_used_for_a_minute(account: Account) -> None:
    for seconds in (0, TIME_TO_LIVE - 1):
        account.clock.now += seconds
        account.client.resolve("jobs", {"stage": "Good Lead"})
    assert account.asked == ["job-stages"]
    account.clock.now += 1
    account.client.resolve("jobs", {"stage": "Good Lead"})
    assert account.asked == ["job-stages", "job-stages"]


def test_a_name_that_is_missed_is_looked_for_in_a_fresh_copy_once(account: Account) -> None:
    account.client.resolve("jobs", {"stage": "Good Lead"})
    account.lists["job-stages"].append({"id": "stg_3", "name": "Brand new"})
    account.clock.now += REFRESH_PAUSE
    assert account.client.resolve("jobs", {"stage": "Brand new"}) == {"stage_id": "stg_3"}
    assert account.asked == ["job-stages"] * 2
    for _ in range(50):
        account.refusal(stage="Never there")
    assert account.asked == ["job-stages"] * 2, "a recipe with a wrong name does not use up the rate limit"


def test_records_are_expanded_from_the_copy(account: Account) -> None:
    record = {
        "id": "job_1",
        "stage_id": "stg_1",
        "job_type_id": None,
        "sales_person_id": "emp_1",
        "customer_id": "cus_1",
    }
    expanded = account.client.expand("jobs", record)
    assert expanded["stage"]["name"] == "Good Lead"
    assert expanded["sales_person"]["first_name"] == "Ana"
    assert expanded["job_type"] is None
    assert expanded["supervisor"] is None
    assert "customer" not in expanded
    assert expanded["stage_id"] == "stg_1"
    assert "stage" not in record, "the record itself is left alone"
    expanded["stage"]["name"] = "changed"
    assert account.client.expand("jobs", record)["stage"]["name"] == "Good Lead", "so is the copy"
    assert sorted(account.asked) == ["employees", "job-stages"]


def test_an_id_that_the_copy_does_not_know_is_looked_for_once(account: Account) -> None:
    account.client.catalogue()
    account.lists["job-stages"].append({"id": "stg_3", "name": "Brand new"})
    account.clock.now += REFRESH_PAUSE
    assert account.client.expand("jobs", {"id": "1", "stage_id": "stg_3"})["stage"]["name"] == "Brand new"
    assert account.client.expand("jobs", {"id": "1", "stage_id": "stg_gone"})["stage"] is None


def test_the_catalogue_shows_names_and_records(account: Account) -> None:
    catalogue = account.client.catalogue()
    assert catalogue.names["job_stages"] == {"Good Lead": "stg_1", "Long-term": "stg_2"}
    assert catalogue.records["employees"]["emp_4"]["first_name"] == "Cher"
    assert set(catalogue.records) == {"job_stages", "job_types", "employees"}


def test_many_threads_fetch_a_copy_once(account: Account) -> None:
    results = []
    start = threading.Barrier(8)

    def resolve() -> None:
        start.wait()
        results.append(account.client.resolve("jobs", {"stage": "Good Lead"}))

    threads = [threading.Thread(target=resolve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [{"stage_id": "stg_1"}] * 8
    assert account.asked == ["job-stages"]
