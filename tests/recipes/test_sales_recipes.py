"""Recipes for those who sell: what lies still, what comes back, what is lost, whom to ask for a review."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from hub.model import RunStatus
from tests.recipes.conftest import DAY, Office

AWKWARD = 'Łukasz & Zoë "Zed" O\'Hara\n' + "very long " * 20


def days_old(office: Office, job: dict[str, Any]) -> float:
    """Days since a job was changed."""
    return (office.services.clock() - datetime.fromisoformat(job["updated_at"]).timestamp()) / DAY


def open_stages(office: Office) -> list[dict[str, Any]]:
    """The opportunities that the recipe looks at."""
    stages = ("Unqualified Lead", "Good Lead", "PaintScout Estimating")
    return [job for stage in stages for job in office.jobs(stage=stage)]


# ---- quiet-opportunities


def test_quiet_opportunities_reminds_and_digests(office: Office) -> None:
    office.pass_days(5)
    ages = [days_old(office, job) for job in open_stages(office)]
    quiet, forgotten = sum(14 < age < 28 for age in ages), sum(age > 28 for age in ages)
    assert quiet and forgotten
    office.fire("quiet-opportunities")
    office.only_run()
    reminder, digest = office.messages()
    assert reminder[:2] == ("team", f"Opportunities without a change for 14 days: {quiet}")
    assert digest[:2] == ("team", f"For the owner: {forgotten} without a change for 28 days")
    assert [text.count("\n- ") for text in (reminder[2], "\n" + digest[2])] == [quiet, forgotten]


def test_quiet_opportunities_groups_by_sales_person_and_cuts_what_is_long(office: Office) -> None:
    for job in open_stages(office):
        office.patch_job(job, stage="Long-term")
    office.create("jobs", name=AWKWARD, stage="Good Lead", sales_person="Seán O'Connor")
    office.create("jobs", name="Nobody cares", stage="Unqualified Lead")
    office.create("jobs", name="Another one", stage="PaintScout Estimating", sales_person="Seán O'Connor")
    office.pass_days(20)
    office.create("jobs", name="Fresh", stage="Good Lead")
    office.fire("quiet-opportunities")
    office.only_run()
    ((_, title, text),) = office.messages()
    assert title == "Opportunities without a change for 14 days: 3"
    assert text.splitlines() == [
        "Seán O'Connor:",
        f"- {AWKWARD.replace(chr(10), ' ')[:79].rstrip()}…, Good Lead, 20 days",
        "- Another one, PaintScout Estimating, 20 days",
        "Nobody's:",
        "- Nobody cares, Unqualified Lead, 20 days",
    ]


def test_quiet_opportunities_names_forty_of_many_in_one_message(office: Office) -> None:
    for job in open_stages(office):
        office.patch_job(job, stage="Long-term")
    for number in range(43):
        office.create("jobs", name=f"Old {number:02}", stage="Good Lead")
    office.pass_days(30)
    office.fire("quiet-opportunities")
    office.only_run()
    ((_, title, text),) = office.messages()
    assert title == "For the owner: 43 without a change for 28 days"
    assert text.count("- Old") == 40
    assert "- Old 00," in text
    assert text.endswith("and 3 more")


def test_quiet_opportunities_says_nothing_when_all_are_fresh(office: Office) -> None:
    for job in open_stages(office):
        office.patch_job(job, stage="Closed - Did not bid")
    office.fire("quiet-opportunities")
    assert office.only_run().run.reason == "Every opportunity has been touched lately."
    assert office.messages() == []


# ---- long-term-comes-back


def test_long_term_comes_back_ten_at_a_time_oldest_first(office: Office) -> None:
    for job in office.jobs(stage="Long-term"):
        office.patch_job(job, stage="Closed - Did not bid")
    for number in range(12):
        office.create(
            "jobs", name=f"Sleeper {number:02}", stage="Long-term", sales_person="Ana Ruiz", city="Cañon City"
        )
    office.create("jobs", name="Still resting", stage="Long-term")
    office.pass_days(181)
    office.patch_job(office.jobs(name="Still resting")[0], city="Denver")
    office.pass_days(2)
    office.fire("long-term-comes-back")
    office.only_run()
    names = [job["name"] for job in office.jobs(stage="Good Lead") if "Sleeper" in job["name"]]
    assert sorted(names) == [f"Sleeper {number:02}" for number in range(10)]
    ((room, title, text),) = office.messages()
    assert (room, title) == ("team", "Back in Good Lead, please call: 10")
    assert text.splitlines()[0] == "- Sleeper 00, Cañon City, Ana Ruiz, resting since 3/31/2026"
    assert len(text.splitlines()) == 10
    office.pass_days(7)
    office.fire("long-term-comes-back")
    office.work()
    assert [title for _, title, _ in office.messages()] == ["Back in Good Lead, please call: 2"]
    assert [job["name"] for job in office.jobs(stage="Long-term")] == ["Still resting"]


def test_long_term_comes_back_says_nothing_when_none_is_old(office: Office) -> None:
    for job in office.jobs(stage="Long-term"):
        office.patch_job(job, city="Boulder")
    resting = len(office.jobs(stage="Long-term"))
    office.pass_days(181)
    office.fire("long-term-comes-back")
    assert office.only_run().run.reason == "No Long-term opportunity has rested long enough."
    assert len(office.jobs(stage="Long-term")) == resting
    assert office.messages() == []


# ---- lost-bids


@pytest.mark.parametrize("stage", ["Closed - Lost to competitor", "Closed - Did not bid"])
def test_lost_bids_writes_one_line(office: Office, stage: str) -> None:
    customer = office.create("customers", name="Zoë & Söhne", lead_source="Yard sign")
    job = office.create(
        "jobs",
        name=AWKWARD,
        stage="Good Lead",
        customer=customer["id"],
        sales_person="Seán O'Connor",
        job_type="Deck & Fence Staining",
    )
    office.use("lost-bids")
    office.patch_job(job, stage=stage)
    office.poll()
    office.only_run()
    ((room, title, text),) = office.messages()
    assert (room, title[: len(stage) + 8]) == ("team", f"{stage}: Łukasz")
    assert len(title) <= len(stage) + 82
    assert text == "2026-03-31; Seán O'Connor; Deck & Fence Staining; Yard sign; last in Good Lead"


def test_lost_bids_of_a_bare_job_says_what_is_not_known(office: Office) -> None:
    job = office.create("jobs", name="Bare", stage="Unqualified Lead")
    office.use("lost-bids")
    office.patch_job(job, stage="Closed - Did not bid")
    office.poll()
    office.only_run()
    ((_, _, text),) = office.messages()
    assert text == "2026-03-31; no sales person; no job type; no lead source; last in Unqualified Lead"


def test_lost_bids_passes_over_what_was_no_bid_or_is_lost_otherwise(office: Office) -> None:
    won = office.create("jobs", name="Won", stage="Active")
    cancelled = office.create("jobs", name="Cancelled", stage="Good Lead")
    edited = office.create("jobs", name="Edited", stage="Closed - Did not bid")
    office.use("lost-bids")
    office.patch_job(won, stage="Closed - Did not bid")
    office.patch_job(cancelled, stage="Closed - Cancelled by customer")
    office.patch_job(edited, city="Golden")
    office.poll()
    assert office.work() == []


def test_lost_bids_passes_over_the_clearing_out_of_old_ones(office: Office) -> None:
    old = office.create("jobs", name="Old", stage="Good Lead")
    office.pass_days(366)
    office.use("lost-bids")
    office.patch_job(old, stage="Closed - Did not bid")
    office.poll()
    (page,) = office.work()
    assert page.run.status is RunStatus.SKIPPED
    assert office.messages() == []


# ---- ask-for-review

AGREED = {"review_requests": True, "email": True, "text": True}


def archive(office: Office, *, customer: dict[str, Any], contact: dict[str, Any]) -> dict[str, Any]:
    """A finished job of a customer with these fields, whose contact has these; the recipe has begun to wait."""
    person = office.create("contacts", **{"first_name": "Zoë", "last_name": "Núñez", **contact})
    fields = {"name": "Zoë Núñez", "customer_type": "Homeowner", "marketing_preferences": AGREED, **customer}
    home = office.create("customers", **fields, primary_contact=person["id"])
    job = office.create("jobs", name="Porch", stage="Active", customer=home["id"])
    office.use("ask-for-review")
    office.patch_job(job, stage="Completed - Archived")
    office.poll()
    office.work()
    assert office.messages() == []
    return {"job": job, "customer": home, "contact": person}


def test_ask_for_review_says_whom_and_how(office: Office) -> None:
    archive(office, customer={}, contact={"email": "zoe@mail.example", "phone": "(303) 555-0199"})
    office.pass_days(6.9)
    office.work()
    assert office.messages() == []
    office.pass_days(0.2)
    office.only_run()
    assert office.messages() == [
        (
            "team",
            "Please ask for a review: Porch",
            "Whom: Zoë Núñez\nE-mail: zoe@mail.example\nText message: (303) 555-0199",
        )
    ]


@pytest.mark.parametrize(
    ("customer", "contact", "why"),
    [
        ({"marketing_preferences": {**AGREED, "review_requests": False}}, {}, "The customer did not agree"),
        ({"marketing_preferences": {}}, {}, "The customer did not agree"),
        ({"marketing_preferences": {"review_requests": "no"}}, {}, "The customer did not agree"),
        ({"marketing_preferences": {"review_requests": True, "email": False, "text": False}}, {}, "There is no way"),
        ({}, {"marketing_preferences": {"review_requests": False}}, "The contact opted out"),
        ({}, {"marketing_preferences": {"email": False, "text": False}}, "There is no way"),
        ({}, {"email": None, "phone": None}, "There is no way"),
        ({"customer_type": "Property Manager"}, {}, "Customers of this type"),
    ],
)
def test_ask_for_review_leaves_those_alone_who_do_not_want_it(
    office: Office, customer: dict[str, Any], contact: dict[str, Any], why: str
) -> None:
    archive(office, customer=customer, contact={"email": "zoe@mail.example", "phone": "(303) 555-0199", **contact})
    office.pass_days(8)
    (page,) = office.work()
    assert page.run.status is RunStatus.SKIPPED
    assert page.run.reason.startswith(why)
    assert office.messages() == []


def test_ask_for_review_names_only_the_way_that_is_permitted(office: Office) -> None:
    contact = {"email": "z@mail.example", "phone": "303", "first_name": None, "marketing_preferences": {"text": False}}
    archive(office, customer={}, contact=contact)
    office.pass_days(8)
    office.only_run()
    ((_, _, text),) = office.messages()
    assert text == "Whom: Núñez\nE-mail: z@mail.example\nText message: do not use"


@pytest.mark.parametrize("meanwhile", ["opted out", "reopened", "closed otherwise", "deleted", "next job"])
def test_ask_for_review_looks_again_after_the_wait(office: Office, meanwhile: str) -> None:
    made = archive(office, customer={}, contact={"email": "zoe@mail.example"})
    if meanwhile == "opted out":
        office.patch("customers", made["customer"], marketing_preferences={**AGREED, "review_requests": False})
    elif meanwhile == "reopened":
        office.patch_job(made["job"], stage="Reopened")
    elif meanwhile == "closed otherwise":
        office.patch_job(made["job"], stage="Closed - Cancelled by customer")
    elif meanwhile == "deleted":
        office.services.api.delete("jobs", made["job"]["id"])
    else:
        office.create("jobs", name="Fence", stage="Active", customer=made["customer"]["id"])
    office.pass_days(8)
    (page,) = office.work()
    assert page.run.status is RunStatus.SKIPPED, page.run.error
    assert office.messages() == []


def test_ask_for_review_asks_once_about_several_jobs_of_a_customer(office: Office) -> None:
    made = archive(office, customer={}, contact={"email": "zoe@mail.example"})
    office.pass_days(3)
    fence = office.create("jobs", name="Fence", stage="Active", customer=made["customer"]["id"])
    office.poll()
    office.patch_job(fence, stage="Completed - Archived")
    office.poll()
    office.work()
    for days in (5, 3):
        office.pass_days(days)
        office.work()
    assert [title for _, title, _ in office.messages()] == ["Please ask for a review: Fence"]
