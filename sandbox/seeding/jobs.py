"""Jobs, from fresh leads to archived work, each with what its stage makes likely."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from sandbox.records.rules import po_number, quickbooks_id
from sandbox.resources import CUSTOMERS
from sandbox.seeding.customers import some_address
from sandbox.seeding.moments import DAY, Row, Rows, day_of, moment_between
from sandbox.seeding.words import EMPLOYEES, JOB_TYPES, LOG_LINES, SCOPE_LINES, SCOPES, STAGES, TAX_REASONS

# For each stage, in order: its share in percent, and how many days ago its jobs were created.
SHARES = (9, 9, 8, 7, 4, 5, 9, 6, 1, 1, 27, 5, 7, 2)
AGES = (
    (1, 20),
    (3, 45),
    (5, 50),
    (60, 400),
    (10, 60),
    (15, 75),
    (20, 100),
    (30, 130),
    (30, 90),
    (60, 300),
    (60, 900),
    (20, 600),
    (30, 700),
    (20, 500),
)
_PLACE = {field.name: place for place, field in enumerate(CUSTOMERS.columns, start=3)}


@dataclass(frozen=True)
class Staff:
    """Row numbers of the active employees by what they do."""

    sales: list[int]
    managers: list[int]
    supervisors: list[int]
    leaders: list[int]


def make_jobs(rows: Rows, dice: random.Random, *, end: int, jobs: int) -> None:
    """Add so many jobs to the customers that are there, oldest first."""
    stages = dice.choices(range(len(STAGES)), weights=SHARES, k=jobs)
    planned = sorted(
        (moment_between(dice, end - AGES[stage][1] * DAY, end - AGES[stage][0] * DAY), stage) for stage in stages
    )
    staff = Staff(*(_with(position) for position in ("Sales Person", "Project Manager", "Supervisor", "Crew Leader")))
    customers = rows.records["customers"]
    for created, stage in planned:
        customer = customers[min(dice.randrange(len(customers)), dice.randrange(len(customers)))]
        number = len(rows.records["jobs"]) + 1
        values = _job(dice, customer, stage, number=number, created=created, end=end)
        values.update(_people(dice, staff, STAGES[stage][1], stage))
        rows.add("jobs", created, moment_between(dice, created, end - 1), values)
        contact = values["primary_contact_id"]
        if contact:
            rows.links["jobs_contacts"].append((number, contact, 1))


def _with(position: str) -> list[int]:
    return [number for number, person in enumerate(EMPLOYEES, start=1) if position in person[4] and person[5]]


def _job(dice: random.Random, customer: Row, stage: int, *, number: int, created: int, end: int) -> dict[str, Any]:
    category = STAGES[stage][1]
    kind = dice.randrange(len(JOB_TYPES))
    name = customer[_PLACE["name"]]
    home = customer[_PLACE["customer_type"]] == "Homeowner"
    billing = tuple(
        customer[_PLACE[part]] for part in ("billing_address_1", "billing_city", "billing_state", "billing_zip")
    )
    address = billing if home else some_address(dice)
    if category == "sales" and stage == 0 and dice.random() < 0.3:
        address = (None, None, None, None)
    contact = customer[_PLACE["primary_contact_id"]] if dice.random() < 0.95 else None
    exempt = dice.random() < 0.04
    return {
        "name": f"{name} - {JOB_TYPES[kind]}"[:255],
        "po_number": po_number(number),
        "stage_id": stage + 1,
        "customer_id": customer[0],
        "primary_contact_id": contact,
        "billing_contact_id": contact if dice.random() < 0.6 else None,
        "job_type_id": kind + 1 if category != "sales" or dice.random() < 0.7 else None,
        **dict(zip(("address", "city", "state", "zip"), address, strict=True)),
        **dict(zip(("billing_address", "billing_city", "billing_state", "billing_zip"), billing, strict=True)),
        **_dates(dice, stage, created=created, end=end),
        "tax_exempt": exempt,
        "tax_exempt_reason": dice.choice(TAX_REASONS) if exempt and dice.random() < 0.7 else None,
        "scope_of_work": _scope(dice, number),
        "latest_job_log": dice.choice(LOG_LINES) if category == "active" and dice.random() < 0.7 else None,
        "custom_fields": json.dumps(_custom(dice)),
        "quickbooks_id": quickbooks_id(number) if category == "active" or stage == 10 else None,
    }


def _people(dice: random.Random, staff: Staff, category: str, stage: int) -> dict[str, int | None]:
    sold = dice.random() < (0.55 if stage == 0 else 0.92)
    produced = category == "active" or stage == 10
    return {
        "sales_person_id": dice.choice(staff.sales) if sold else None,
        "project_manager_id": dice.choice(staff.managers) if produced and dice.random() < 0.85 else None,
        "supervisor_id": dice.choice(staff.supervisors) if produced and dice.random() < 0.6 else None,
        "crew_leader_id": dice.choice(staff.leaders) if produced and dice.random() < 0.8 else None,
    }


def _dates(dice: random.Random, stage: int, *, created: int, end: int) -> dict[str, str | None]:
    name = STAGES[stage][0]
    if name == "Active":
        start = day_of(end, plus=dice.randrange(-14, 15))
        return {
            "start_date": start,
            "next_work_date": day_of(end, plus=dice.randrange(8)) if dice.random() < 0.9 else None,
        }
    if name == "Accepted by Customer" and dice.random() < 0.3:
        return {"start_date": day_of(end, plus=dice.randrange(7, 60))}
    if name in ("Completed - Pending payment", "Unbillable", "Reopened", "Completed - Archived"):
        return {"start_date": day_of(created, plus=dice.randrange(5, 30))}
    return {}


def _scope(dice: random.Random, number: int) -> str | None:
    if number % 97 == 3:
        return "\n\n".join(f"{line}. {dice.choice(SCOPES)} {dice.choice(SCOPE_LINES)}" for line in range(1, 41))
    return dice.choice(SCOPES) if dice.random() < 0.8 else None


def _custom(dice: random.Random) -> dict[str, object]:
    custom: dict[str, object] = {}
    if dice.random() < 0.3:
        custom["Color consultation"] = dice.choice(("Done", "Planned", "Not wanted"))
    if dice.random() < 0.15:
        custom["Crew size"] = dice.randrange(2, 7)
    if dice.random() < 0.1:
        custom["HOA approval"] = dice.random() < 0.5
    return custom
