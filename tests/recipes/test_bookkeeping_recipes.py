"""Recipes for bookkeeping and the back office."""

from __future__ import annotations

import re

from tests.recipes.conftest import Office


def test_tax_exempt_without_reason(office: Office) -> None:
    office.use("tax-exempt-without-reason")
    with_reason, without = [job for job in office.jobs(stage="Active") if not job["tax_exempt"]][:2]
    office.patch_job(with_reason, tax_exempt=True, tax_exempt_reason="church")
    office.patch_job(without, tax_exempt=True)
    office.poll()
    office.only_run()
    assert [message[:2] for message in office.messages()] == [("bookkeeping", f"Why is {without['name']} tax exempt?")]


def test_chase_payment_reminds_until_the_job_has_left_the_stage(office: Office) -> None:
    office.use("chase-payment")
    job = office.jobs(stage="Active")[0]
    office.patch_job(job, stage="Completed - Pending payment")
    office.poll()
    office.work()
    assert [message[1] for message in office.messages()] == [f"Ready to invoice: {job['name']}"]
    office.pass_days(7)
    office.work()
    assert [message[1] for message in office.messages()] == [f"7 days unpaid: {job['name']}"]
    office.patch_job(job, stage="Completed - Archived")
    office.pass_days(7)
    assert office.only_run().run.reason == "The job has left Completed - Pending payment."
    assert office.messages() == []


def test_chase_payment_ends_after_thirty_days(office: Office) -> None:
    office.use("chase-payment")
    job = office.jobs(stage="Active")[0]
    office.patch_job(job, stage="Completed - Pending payment")
    office.poll()
    for days in (0, 7, 7, 16):
        office.pass_days(days)
        office.work()
    office.only_run()
    titles = [title for _, title, _ in office.messages()]
    assert titles == [
        f"{what}: {job['name']}" for what in ("Ready to invoice", "7 days unpaid", "14 days unpaid", "30 days unpaid")
    ]


# ---- incomplete-jobs

COMPLETE = {"stage": "Active", "job_type": "Interior Repaint", "zip": "80201"}


def complete_all(office: Office) -> str:
    """Give every active job what it lacks; the id of the billing contact."""
    contact = str(office.create("contacts", first_name="Bill")["id"])
    stages = {stage["id"] for stage in office.records("job_stages", category="active")}
    for job in office.jobs():
        lacks = job["job_type_id"] is None or not job["zip"] or job["billing_contact_id"] is None
        if job["stage_id"] in stages and lacks:
            office.patch_job(job, **{**COMPLETE, "stage": job["stage_id"]}, billing_contact=contact)
    return contact


def test_incomplete_jobs_says_what_is_missing(office: Office) -> None:
    contact = complete_all(office)
    office.create("jobs", **COMPLETE, name="No bill\nto " + "x" * 100)
    office.create("jobs", name="Łódź house", stage="Reopened", zip="")
    office.create("jobs", **{**COMPLETE, "zip": None}, name="No code", billing_contact=contact)
    office.create("jobs", **{**COMPLETE, "job_type": None}, name="No type", billing_contact=contact)
    office.create("jobs", **COMPLETE, name="Fine", billing_contact=contact)
    office.create("jobs", name="Only a lead", stage="Good Lead")
    office.create("jobs", name="Done", stage="Completed - Archived")
    office.fire("incomplete-jobs")
    office.only_run()
    ((room, title, text),) = office.messages()
    assert (room, title) == ("bookkeeping", "Active jobs with something missing: 4")
    lines = [re.fullmatch(r"- (.*) \(PO-\d+\): (.*)", line) for line in text.splitlines()]
    assert {line[1]: line[2] for line in lines if line} == {
        f"No bill to {'x' * 68}…": "no billing contact",
        "Łódź house": "no job type, no ZIP code, no billing contact",
        "No code": "no ZIP code",
        "No type": "no job type",
    }
    assert all(lines)


def test_incomplete_jobs_counts_the_whole_account_in_one_message(office: Office) -> None:
    complete_all(office)
    for number in range(41):
        office.create("jobs", **COMPLETE, name=f"House {number}")
    office.fire("incomplete-jobs")
    office.only_run()
    ((_, title, text),) = office.messages()
    assert title.endswith(": 41")
    assert text.count("House") == 40
    assert text.endswith("and 1 more")


def test_incomplete_jobs_says_nothing_when_nothing_is_missing(office: Office) -> None:
    complete_all(office)
    office.fire("incomplete-jobs")
    assert office.only_run().run.reason == "Nothing is missing."
    assert office.messages() == []


# ---- employee-left


def test_employee_left_lists_open_jobs_with_their_role(office: Office) -> None:
    (employee,) = office.records("employees", first_name="Rafael", last_name="Núñez")
    roles = ("sales_person", "project_manager", "supervisor", "crew_leader")
    for job in office.jobs():
        held = [role for role in roles if job[f"{role}_id"] == employee["id"]]
        if held:
            office.patch_job(job, **dict.fromkeys(held))
    office.create("jobs", name="Porch", stage="Active", supervisor=employee["id"], project_manager=employee["id"])
    office.create("jobs", name="Fence", stage="Reopened", crew_leader=employee["id"])
    office.create("jobs", name="Señor's deck", stage="Good Lead", sales_person=employee["id"])
    office.create("jobs", name="Closed", stage="Completed - Archived", crew_leader=employee["id"])
    office.use("employee-left")
    office.patch("employees", employee, active=False)
    office.poll("employees")
    office.only_run()
    assert office.messages() == [
        (
            "bookkeeping",
            "Rafael Núñez is not active any more, but on open jobs: 4",
            "- sales person: Señor's deck, Good Lead\n- project manager: Porch, Active\n"
            "- supervisor: Porch, Active\n- crew leader: Fence, Reopened",
        )
    ]


def test_employee_left_is_quiet_about_other_changes_and_idle_people(office: Office) -> None:
    busy = {job[f"{role}_id"] for job in office.jobs() for role in ("sales_person", "project_manager", "supervisor")}
    busy |= {job["crew_leader_id"] for job in office.jobs()}
    employees = office.records("employees")
    idle = next(each for each in employees if each["active"] and each["id"] not in busy)
    worker = next(each for each in employees if each["active"] and each["id"] in busy)
    former = next(each for each in employees if not each["active"])
    office.use("employee-left")
    office.patch("employees", idle, active=False)
    office.patch("employees", worker, mobile="(720) 555-0999")
    office.patch("employees", former, active=True)
    office.poll("employees")
    assert office.only_run().run.reason == "The employee is on no open job."
    assert office.messages() == []
