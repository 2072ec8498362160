"""The office at work: believable changes, made through the same rules as those that come over the API."""

from __future__ import annotations

import random
import sqlite3
from datetime import date, timedelta

from sandbox.database import Database
from sandbox.problems import Problem
from sandbox.records.changing import create_record, update_record
from sandbox.records.pen import Pen, Record
from sandbox.records.reading import read_one
from sandbox.resources import CONTACTS, CUSTOMERS, JOB_STAGES, JOBS
from sandbox.seeding.customers import some_address
from sandbox.seeding.moments import phone
from sandbox.seeding.staff import ascii_name
from sandbox.seeding.words import FIRST_NAMES, LAST_NAMES, LEAD_SOURCES, TAX_REASONS

ACTOR = "Office"
# Where a job goes next, and how likely each way is.
WAYS = {
    "Unqualified Lead": (("Good Lead", 6), ("Closed - Did not bid", 2)),
    "Good Lead": (("PaintScout Estimating", 6), ("Long-term", 2)),
    "PaintScout Estimating": (("Accepted by Customer", 5), ("Closed - Lost to competitor", 2), ("Long-term", 1)),
    "Long-term": (("Good Lead", 3), ("Closed - Cancelled by customer", 1)),
    "Accepted by Customer": (("Won - Needs Schedule", 1),),
    "Won - Needs Schedule": (("Active", 1),),
    "Active": (("Completed - Pending payment", 1),),
    "Completed - Pending payment": (("Completed - Archived", 1),),
    "Reopened": (("Completed - Pending payment", 1),),
    "Completed - Archived": (("Reopened", 1),),
}


def work_once(database: Database, dice: random.Random, *, now: float, today: date) -> str:
    """Make one change and return a sentence that says what was done."""
    with database.writing() as connection:
        pen = Pen(connection, ACTOR, now)
        acts = dice.choices((_take_lead, _move_stage, _move_date, _tick_tax), weights=(3, 5, 3, 1), k=4)
        for act in acts:
            told = act(pen, dice, today)
            if told:
                return told
        return _take_lead(pen, dice, today)


def _take_lead(pen: Pen, dice: random.Random, _today: date) -> str:
    first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
    email = f"{ascii_name(first, last)}{dice.randrange(1000, 9999)}@mail.example"
    told = {"first_name": first, "last_name": last, "phone": phone(dice), "email": email}
    person = create_record(pen, CONTACTS, told)
    place = dict(zip(("address", "city", "state", "zip"), some_address(dice), strict=True))
    customer = _new_customer(pen, dice, f"{first} {last}", person=person, place=place)
    kind = dice.choice(("Exterior Repaint", "Interior Repaint", "Cabinet Refinishing"))
    roles = {"customer_id": customer["id"], "primary_contact_id": person["id"]}
    job = create_record(pen, JOBS, {"name": f"{customer['name']} - {kind}", **roles, **place})
    return f"New lead: {job['name']} ({job['id']})."


def _new_customer(pen: Pen, dice: random.Random, name: str, *, person: Record, place: dict[str, str]) -> Record:
    """A customer under this name, or under one with the street in it when the name is taken."""
    body = {
        "billing_address_1": place["address"],
        "billing_city": place["city"],
        "billing_state": place["state"],
        "billing_zip": place["zip"],
        "customer_type": "Homeowner",
        "lead_source": dice.choice(LEAD_SOURCES),
        "primary_contact_id": person["id"],
    }
    try:
        return create_record(pen, CUSTOMERS, {"name": name, **body})
    except Problem:
        return create_record(pen, CUSTOMERS, {"name": f"{name} ({place['address']})", **body})


def _move_stage(pen: Pen, dice: random.Random, _today: date) -> str | None:
    names = tuple(WAYS)
    weights = [1 if name == "Completed - Archived" else 6 for name in names]
    stage = dice.choices(names, weights=weights)[0]
    job = _some_job(pen.connection, dice, "s.name = ?", stage)
    if job is None:
        return None
    following = dice.choices([way[0] for way in WAYS[stage]], weights=[way[1] for way in WAYS[stage]])[0]
    row = pen.connection.execute("SELECT number FROM job_stages WHERE name = ?", (following,)).fetchone()
    if row is None:
        return None
    update_record(pen, JOBS, job["id"], {"stage_id": JOB_STAGES.identify(row[0])})
    return f"Moved {job['name']} ({job['id']}) from {stage} to {following}."


def _move_date(pen: Pen, dice: random.Random, today: date) -> str | None:
    job = _some_job(pen.connection, dice, "s.category = ?", "active")
    if job is None:
        return None
    name = dice.choice(("start_date", "next_work_date"))
    day = (today + timedelta(days=dice.randrange(1, 30))).isoformat()
    if day == job[name]:
        return None
    update_record(pen, JOBS, job["id"], {name: day})
    label = name.replace("_", " ")
    return f"Moved the {label} of {job['name']} ({job['id']}) from {job[name] or 'nothing'} to {day}."


def _tick_tax(pen: Pen, dice: random.Random, _today: date) -> str | None:
    job = _some_job(pen.connection, dice, "j.tax_exempt = ?", 0)
    if job is None:
        return None
    reason = dice.choice((None, *TAX_REASONS))
    update_record(pen, JOBS, job["id"], {"tax_exempt": True, "tax_exempt_reason": reason})
    return f"Ticked tax exempt on {job['name']} ({job['id']}), {f'reason: {reason}' if reason else 'without a reason'}."


def _some_job(connection: sqlite3.Connection, dice: random.Random, condition: str, value: object) -> Record | None:
    numbers = connection.execute(
        f"SELECT j.number FROM jobs j JOIN job_stages s ON s.number = j.stage_id WHERE {condition} "  # noqa: S608
        "ORDER BY j.number DESC LIMIT 500",
        (value,),
    ).fetchall()
    return read_one(connection, JOBS, dice.choice(numbers)[0]) if numbers else None
