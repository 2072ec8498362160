"""`list`, `find` and `get` on the records of an account."""

from __future__ import annotations

from typing import Any

import pytest

from hub.errors import NotFound, Permanent
from tests.actions.step import Step


def test_list_gives_what_equals_the_filters_up_to_a_limit(step: Step) -> None:
    leads = step.do("jobs.list", filters={"stage": "Good Lead"})
    assert leads.output
    assert {job["stage"]["name"] for job in leads.output} == {"Good Lead"}
    assert leads.note == f"{len(leads.output)} jobs"
    assert len(step.do("jobs.list").output) == 40
    one = step.do("jobs.list", limit=1)
    assert len(one.output) == 1
    assert one.note == "1 job, and there may be more: that is the limit"


@pytest.mark.parametrize("limit", [0, -1, 10_001])
def test_a_limit_has_limits(step: Step, limit: int) -> None:
    with pytest.raises(Permanent, match="limit must be between 1 and 10,000"):
        step.do("jobs.list", limit=limit)


def test_find_gives_one_record_or_none(step: Step) -> None:
    stage = step.do("job_stages.find", name="Good Lead")
    assert stage.output["category"] == "sales"
    none = step.do("customers.find", name="Nobody at all")
    assert none.output is None
    assert none.note == "None found"


def test_find_says_how_many_there_are_when_one_is_meant(step: Step) -> None:
    count = len(step.do("jobs.list", filters={"stage": "Good Lead"}).output)
    with pytest.raises(Permanent, match=f"There are {count} jobs with stage Good Lead, and one is meant") as caught:
        step.do("jobs.find", stage="Good Lead")
    assert "first: true" in caught.value.hint
    assert step.do("jobs.find", stage="Good Lead", first=True).output["stage"]["name"] == "Good Lead"


def test_a_field_called_as_our_own_words_is_still_a_field(step: Step) -> None:
    sub = step.do("employees.find", kind="sub", first=True)
    assert sub.output["kind"] == "sub"


@pytest.mark.parametrize("fields", [{"email": ""}, {"email": None}, {"email": "", "phone": None}])
def test_nobody_is_found_by_nothing(step: Step, fields: dict[str, Any]) -> None:
    """Else a lead without an e-mail address would be taken for the first contact that has none."""
    outcome = step.do("contacts.find", **fields, first=True)
    assert outcome.output is None
    assert "to look for" in outcome.note
    assert step.workglue.calls == []


def test_find_needs_at_least_one_field(step: Step) -> None:
    with pytest.raises(Permanent, match="Which job is meant is not said"):
        step.do("jobs.find", first=True)


def test_an_unset_field_can_be_looked_for_beside_a_set_one(step: Step) -> None:
    jobs = step.do("jobs.list", filters={"stage": "Unqualified Lead", "sales_person": None}).output
    assert all(job["sales_person_id"] is None for job in jobs)


def test_get_gives_the_record_with_its_references(step: Step) -> None:
    listed = step.do("jobs.list", limit=1).output[0]
    assert step.do("jobs.get", id=listed["id"]).output == listed
    with pytest.raises(NotFound, match="There is no job with the id job_999"):
        step.do("jobs.get", id="job_999")


def test_a_wrong_field_or_name_is_answered_with_the_right_ones(step: Step) -> None:
    with pytest.raises(Permanent, match="Did you mean stage"):
        step.do("jobs.find", stagge="x")
    with pytest.raises(Permanent, match="There are: Good Lead"):
        step.do("jobs.list", filters={"stage": "Good Leed"})
