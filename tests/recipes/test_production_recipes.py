"""Recipes for those who plan and do the work."""

from __future__ import annotations

from typing import Any

import pytest

from hub.model import RunStatus
from tests.recipes.conftest import Office


def test_job_won(office: Office) -> None:
    office.use("job-won")
    won = office.jobs(stage="Good Lead")[0]
    office.patch_job(won, stage="Won - Needs Schedule")
    office.poll()
    office.only_run()
    customer = office.services.api.get("customers", won["customer_id"])
    ((room, title, text),) = office.messages()
    assert (room, title) == ("team", f"Job won: {won['name']}")
    assert customer["name"] in text
    assert won["po_number"] in text
    office.patch_job(won, stage="Active")
    office.poll()
    assert len(office.work()) == 1


def test_job_won_is_quiet_about_a_job_that_is_reopened(office: Office) -> None:
    office.use("job-won")
    office.patch_job(office.jobs(stage="Completed - Archived")[0], stage="Reopened")
    office.poll()
    assert office.work() == []


def test_start_date_changed(office: Office) -> None:
    office.use("start-date-changed")
    job = office.jobs(stage="Active")[0]
    office.patch_job(job, start_date="2026-05-04")
    office.patch_job(office.jobs(stage="Good Lead")[0], start_date="2026-05-04")
    office.poll()
    office.only_run()
    ((room, title, text),) = office.messages()
    assert (room, title) == ("production", f"Start date moved: {job['name']}")
    assert f"From {job['start_date'] or 'not set'} to 2026-05-04." in text


def test_won_without_start_date(office: Office) -> None:
    waiting = [job for job in office.jobs(stage="Won - Needs Schedule") if job["start_date"] is None]
    assert waiting
    office.fire("won-without-start-date")
    office.only_run()
    ((room, title, text),) = office.messages()
    assert (room, title) == ("production", f"{len(waiting)} won jobs need a start date")
    assert all(job["name"].split("\n")[0] in text for job in waiting)


def test_won_without_start_date_says_nothing_when_there_is_nothing(office: Office) -> None:
    for job in office.jobs(stage="Won - Needs Schedule"):
        office.patch_job(job, start_date="2026-05-04")
    office.fire("won-without-start-date")
    assert office.only_run().run.reason == "Every won job has a start date."
    assert office.messages() == []


# ---- accepted-without-crew


def accepted(office: Office, **fields: Any) -> dict[str, Any]:
    """A job that has just been accepted, while the recipe is in force."""
    job = office.create("jobs", name="Zoë's porch", stage="Good Lead", job_type="Exterior Repaint", **fields)
    office.use("accepted-without-crew")
    office.patch_job(job, stage="Accepted by Customer")
    office.poll()
    office.work()
    office.pass_days(14 / 1440)
    office.work()
    assert office.messages() == []
    return job


def test_accepted_without_crew_tells_production_what_is_missing(office: Office) -> None:
    accepted(office, crew_leader="José Hernández")
    office.pass_days(2 / 1440)
    office.only_run()
    assert office.messages() == [
        (
            "production",
            "Accepted, please take over: Zoë's porch",
            "Type: Exterior Repaint\nProject manager: missing\nCrew leader: José Hernández",
        )
    ]


@pytest.mark.parametrize(
    "meanwhile", [{"stage": "Active"}, {"project_manager": "Elena Petrov", "crew_leader": "Dmitri Novak"}]
)
def test_accepted_without_crew_gives_the_office_time(office: Office, meanwhile: dict[str, Any]) -> None:
    job = accepted(office)
    office.patch_job(job, **meanwhile)
    office.pass_days(2 / 1440)
    office.only_run()
    assert office.messages() == []


@pytest.mark.parametrize(("default", "ends"), [("Elena Petrov", ", filled in by job type"), ("Gone Long Ago", "")])
def test_accepted_without_crew_fills_in_who_is_usual(office: Office, default: str, ends: str) -> None:
    office.rewrite(
        "accepted-without-crew", "project_managers: {}", f"project_managers: {{Exterior Repaint: {default}}}"
    )
    office.rewrite("accepted-without-crew", "crew_leaders: {}", "crew_leaders: {Exterior Repaint: Dmitri Novak}")
    job = accepted(office, crew_leader="José Hernández")
    office.pass_days(2 / 1440)
    office.only_run()
    ((_, _, text),) = office.messages()
    after = office.services.api.get("jobs", job["id"])
    assert after["crew_leader_id"] == job["crew_leader_id"]
    assert (after["project_manager_id"] is not None) is bool(ends)
    assert text.splitlines()[1] == f"Project manager: {default if ends else 'missing'}{ends}"
    assert text.splitlines()[2] == "Crew leader: José Hernández"


def test_accepted_without_crew_copes_with_a_job_without_a_type(office: Office) -> None:
    office.use("accepted-without-crew")
    office.create("jobs", name="Bare", stage="Accepted by Customer")
    office.create("jobs", name="Not yet", stage="Good Lead")
    office.poll()
    office.work()
    office.pass_days(16 / 1440)
    office.only_run()
    ((_, _, text),) = office.messages()
    assert text == "Type: not set\nProject manager: missing\nCrew leader: missing"


# ---- work-tomorrow

TOMORROW = "2026-04-01"


def no_work_tomorrow(office: Office) -> None:
    """Take away what the seed has planned."""
    for job in office.jobs(next_work_date=TOMORROW):
        office.patch_job(job, next_work_date=None)


def test_work_tomorrow_lists_address_crew_leader_and_contact(office: Office) -> None:
    no_work_tomorrow(office)
    contact = office.create("contacts", first_name="Zoë", last_name="Núñez", phone="(303) 555-0199")
    nameless = office.create("contacts")
    full = {
        "address": "12 Elm St",
        "city": "Cañon City",
        "state": "CO",
        "zip": "81212",
        "crew_leader": "José Hernández",
    }
    plan = {"stage": "Active", "next_work_date": TOMORROW}
    office.create("jobs", name="Bare", **plan)
    office.create("jobs", name="Nameless", **plan, primary_contact=nameless["id"], address="9 Oak Ln")
    office.create("jobs", name="Porch", **plan, **full, primary_contact=contact["id"])
    office.create("jobs", name="Not sold", stage="Good Lead", next_work_date=TOMORROW)
    office.create("jobs", name="Day after", stage="Active", next_work_date="2026-04-02")
    office.fire("work-tomorrow")
    office.only_run()
    ((room, title, text),) = office.messages()
    assert (room, title) == ("production", "Work on Wednesday, April 1, 2026: 3")
    blocks = [block.splitlines() for block in text.split("\n\n")]
    assert blocks[0] == [
        "Porch",
        "Address: 12 Elm St, Cañon City, CO, 81212",
        "Crew leader: José Hernández, " + office.records("employees", first_name="José")[0]["mobile"],
        "Contact: Zoë Núñez (303) 555-0199",
    ]
    assert ["Bare", "Address: not set", "Crew leader: not set", "Contact: not set"] in blocks
    assert ["Nameless", "Address: 9 Oak Ln", "Crew leader: not set", "Contact: no phone"] in blocks


def test_work_tomorrow_says_nothing_when_nobody_works(office: Office) -> None:
    no_work_tomorrow(office)
    office.create("jobs", name="Not sold", stage="Good Lead", next_work_date=TOMORROW)
    office.fire("work-tomorrow")
    assert office.only_run().run.reason == "Nobody works tomorrow."
    assert office.messages() == []


def test_work_tomorrow_names_forty_of_many_in_one_message(office: Office) -> None:
    no_work_tomorrow(office)
    for number in range(42):
        office.create("jobs", name=f"House {number}", stage="Active", next_work_date=TOMORROW)
    office.fire("work-tomorrow")
    office.only_run()
    ((_, title, text),) = office.messages()
    assert title.endswith(": 42")
    assert text.count("House") == 40
    assert text.endswith("and 2 more")


def test_work_tomorrow_means_the_day_after_its_own_time(office: Office) -> None:
    no_work_tomorrow(office)
    office.create("jobs", name="Porch", stage="Active", next_work_date=TOMORROW)
    office.pass_days(1)
    office.fire("work-tomorrow", late=1)
    office.only_run()
    assert [title for _, title, _ in office.messages()] == ["Work on Wednesday, April 1, 2026: 1"]


def test_work_tomorrow_can_be_started_by_hand(office: Office) -> None:
    no_work_tomorrow(office)
    office.create("jobs", name="Porch", stage="Active", next_work_date=TOMORROW)
    office.fire("work-tomorrow", late=None)
    office.only_run()
    assert [title for _, title, _ in office.messages()] == ["Work on Wednesday, April 1, 2026: 1"]


def test_work_tomorrow_is_not_sent_when_the_day_is_over(office: Office) -> None:
    office.fire("work-tomorrow", late=2)
    (page,) = office.work()
    assert page.run.status is RunStatus.SKIPPED
    assert office.messages() == []
