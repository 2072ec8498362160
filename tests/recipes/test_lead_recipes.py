"""Recipes for what comes in: website leads and new opportunities."""

from __future__ import annotations

from typing import Any

import pytest

from hub.model import RunStatus, StepStatus
from tests.recipes.conftest import Office

LEAD = {"name": "Zoë O'Hara", "email": "Zoe@Example.com", "phone": "512-555-0142", "job_type": "Exterior painting"}


def test_website_lead_leaves_a_known_customers_contact_alone(office: Office) -> None:
    office.use("website-lead")
    known = next(each for each in office.records("customers") if each["primary_contact_id"])
    office.deliver_lead({"name": known["name"], "email": "someone-else@example.com"})
    office.only_run()
    assert office.services.api.get("customers", known["id"])["primary_contact_id"] == known["primary_contact_id"]


def test_website_lead_makes_contact_customer_and_job(office: Office) -> None:
    office.use("website-lead")
    assert office.deliver_lead(LEAD).status == 202
    office.only_run()
    (customer,) = office.records("customers", name="Zoë O'Hara")
    (contact,) = office.records("contacts", email="zoe@example.com")
    assert (contact["first_name"], contact["last_name"]) == ("Zoë", "O'Hara")
    (job,) = [job for job in office.jobs(stage="Unqualified Lead") if job["customer_id"] == customer["id"]]
    assert job["primary_contact_id"] == contact["id"]
    assert office.messages() == [("team", "New lead: Zoë O'Hara", "Exterior painting.")]


def test_website_lead_does_not_create_somebody_who_is_known(office: Office) -> None:
    office.use("website-lead")
    office.deliver_lead(LEAD)
    office.work()
    office.deliver_lead({**LEAD, "message": "and the fence, please"})
    assert all(page.run.status is RunStatus.SUCCEEDED for page in office.work())
    assert len(office.records("customers", name="Zoë O'Hara")) == 1
    assert len(office.records("contacts", email="zoe@example.com")) == 1
    assert len([job for job in office.jobs(stage="Unqualified Lead") if "Zoë" in job["name"]]) == 2


@pytest.mark.parametrize("lead", [{"name": "Solo"}, {"name": "  Two  Words ", "email": ""}])
def test_website_lead_without_address_or_email_is_taken(office: Office, lead: dict[str, Any]) -> None:
    office.use("website-lead")
    office.deliver_lead(lead)
    office.only_run()
    assert len(office.records("customers", name=lead["name"].strip())) == 1


def test_website_lead_without_a_name_is_skipped_and_says_why(office: Office) -> None:
    office.use("website-lead")
    office.deliver_lead({"email": "nobody@example.com"})
    (page,) = office.work()
    assert page.run.status is RunStatus.SKIPPED


def test_assign_new_lead_goes_round_the_sales_people(office: Office) -> None:
    office.use("assign-new-lead")
    people = [each for each in office.records("employees", active=True) if "Sales Person" in each["positions"]]
    assert len(people) > 1
    for number in range(2 * len(people)):
        office.create("jobs", name=f"Lead {number}", stage="Unqualified Lead", city="Austin")
    office.poll()
    runs = office.work()
    assert {each.run.status for each in runs} == {RunStatus.SUCCEEDED}
    assigned = [office.jobs(name=f"Lead {number}")[0]["sales_person_id"] for number in range(2 * len(people))]
    assert sorted(assigned) == sorted(2 * [each["id"] for each in people])
    told = {title.partition(" takes ")[0] for _, title, _ in office.messages()}
    assert told == {f"{each['first_name']} {each['last_name']}" for each in people}


def test_assign_new_lead_writes_a_mail_where_there_is_a_mail_server(office: Office) -> None:
    office.use("assign-new-lead")
    office.create("jobs", name="Fresh lead", stage="Unqualified Lead")
    office.poll()
    page = office.only_run()
    [mail] = [each.step for each in page.steps if each.step.action == "email.send"]
    assert mail.status is StepStatus.ERROR
    assert "HUB_SMTP_URL" in str(mail.error)
    assert len(office.messages()) == 1


def test_assign_new_lead_asks_when_there_is_nobody(office: Office) -> None:
    for each in office.records("employees", active=True):
        office.patch("employees", each, active=False)
    office.use("assign-new-lead")
    office.create("jobs", name="Fresh lead", stage="Unqualified Lead", city="Austin")
    office.poll()
    assert office.only_run().run.reason == "There is no active sales person."
    ((room, title, _),) = office.messages()
    assert (room, title) == ("team", "Who takes Fresh lead?")


def test_assign_new_lead_is_quiet_about_leads_that_somebody_has(office: Office) -> None:
    office.use("assign-new-lead")
    office.create("jobs", name="Taken", stage="Unqualified Lead", sales_person="Ana Ruiz")
    office.create("jobs", name="Spoken to", stage="Good Lead")
    office.poll()
    assert office.work() == []
