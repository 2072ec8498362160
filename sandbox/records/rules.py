"""The business rules of the records: defaults, unique values, what a stage change causes, what cannot be deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.problems import conflict, invalid
from sandbox.records.pen import Pen, Record
from sandbox.resources import CONTACTS, CUSTOMERS, EMPLOYEES, JOB_STAGES, JOBS, Link, Resource

FIRST_STAGE = "Unqualified Lead"
DEFAULT_COUNTRY = "US"
FIRST_PO_NUMBER = 10_000
NEEDS_EMAIL = ("Owner", "Admin", "Manager", "User")
NAMED_AT_MOST = 5
_UNIQUE = {"customers": ("name",), "employees": ("mobile", "email")}
_ROLES = {
    "jobs": ("primary_contact_id", "billing_contact_id"),
    "customers": ("primary_contact_id", "secondary_contact_id"),
}


def defaults(connection: sqlite3.Connection, resource: Resource) -> dict[str, Any]:
    """What a new record gets where the body says nothing."""
    if resource is CUSTOMERS:
        return {"billing_country": DEFAULT_COUNTRY}
    if resource is JOBS:
        row = connection.execute(
            "SELECT number FROM job_stages ORDER BY name <> ?, position, number LIMIT 1", (FIRST_STAGE,)
        ).fetchone()
        return {"stage_id": JOB_STAGES.identify(row[0])} if row else {}
    return {}


def refuse_duplicates(
    connection: sqlite3.Connection, resource: Resource, values: Mapping[str, Any], *, number: int = 0
) -> None:
    """Raise Problem 409 when a value that must be unique already belongs to another record."""
    for name in _UNIQUE.get(resource.name, ()):
        if not values.get(name):
            continue
        row = connection.execute(
            f"SELECT number FROM {resource.name} WHERE {name} = ? AND number <> ?",  # noqa: S608
            (values[name], number),
        ).fetchone()
        if row:
            owner = resource.identify(row[0])
            raise conflict(
                "already_taken",
                f"Another {resource.one} ({owner}) already has the {name} {values[name]!r}.",
                {name: f"is already taken by {owner}"},
            )


def refuse_change(connection: sqlite3.Connection, resource: Resource, number: int, values: Mapping[str, Any]) -> None:
    """Raise Problem 422 for changes that single fields permit but the record as a whole does not."""
    if resource is EMPLOYEES:
        row = connection.execute("SELECT * FROM employees WHERE number = ?", (number,)).fetchone()
        role, email = (values.get(name, row[name]) for name in ("system_role", "email"))
        if role in NEEDS_EMAIL and not email:
            raise invalid({"email": f"is required for the system role {role}, which signs in on the web"})
        if row["kind"] == "user" and not role:
            raise invalid({"system_role": "is required for a user"})
        if values.get("positions") == []:
            raise invalid({"positions": "needs at least one position"})
    if resource is CONTACTS and "customer_ids" in values:
        left = [row for row in _customers_with_role(connection, number) if row["number"] not in values["customer_ids"]]
        if left:
            raise invalid({"customer_ids": f"leaves out {left[0]['name']!r}, where this is the main contact"})


def complete(connection: sqlite3.Connection, resource: Resource, number: int) -> None:
    """Fill what the product itself generates for a new record."""
    if resource is not JOBS:
        return
    connection.execute("UPDATE jobs SET po_number = ? WHERE number = ?", (po_number(number), number))
    enter_quickbooks(connection, number)


def po_number(job: int) -> str:
    """The purchase order number of the job in this row."""
    return f"PO-{FIRST_PO_NUMBER + job}"


def quickbooks_id(job: int) -> str:
    """The id that QuickBooks Online gives the job in this row."""
    return f"QB-J{job}"


def follow_stage(pen: Pen, number: int, *, before: Record, after: Record, stamp: str) -> None:
    """Write into the job's log from which stage to which it has moved."""
    left = pen.connection.execute(
        "SELECT name, category FROM job_stages WHERE number = ?", (JOB_STAGES.number(before["stage_id"]),)
    ).fetchone()
    entered = _category(pen.connection, number)
    pen.journal(
        JOBS,
        after["id"],
        action="stage",
        at=stamp,
        before={"stage": left["name"], "category": left["category"]},
        after={"stage": entered["name"], "category": entered["category"]},
    )


def enter_quickbooks(connection: sqlite3.Connection, number: int) -> None:
    """Give a job that is in a stage of the active category its QuickBooks id, unless it has one."""
    if _category(connection, number)["category"] == "active":
        connection.execute(
            "UPDATE jobs SET quickbooks_id = ? WHERE number = ? AND quickbooks_id IS NULL",
            (quickbooks_id(number), number),
        )


def role_links(connection: sqlite3.Connection, resource: Resource, number: int) -> Iterator[tuple[Link, int]]:
    """The links that must exist because somebody has a role on this record."""
    roles = _ROLES.get(resource.name, ())
    link = resource.by_name["contact_ids"].link if roles else None
    if link:
        row = connection.execute(
            f"SELECT {', '.join(roles)} FROM {resource.name} WHERE number = ?",  # noqa: S608
            (number,),
        ).fetchone()
        yield from ((link, row[role]) for role in roles if row[role] is not None)


def refuse_delete(connection: sqlite3.Connection, resource: Resource, number: int) -> None:
    """Raise Problem 409, naming the records in the way, when others depend on this one."""
    if resource is CUSTOMERS:
        jobs = connection.execute("SELECT number, name FROM jobs WHERE customer_id = ?", (number,)).fetchall()
        _refuse(JOBS, jobs, "This customer still has jobs")
    if resource is CONTACTS:
        _refuse(CUSTOMERS, _customers_with_role(connection, number), "This contact is a main contact of customers")
        jobs = connection.execute(
            "SELECT number, name FROM jobs WHERE primary_contact_id = ?1 OR billing_contact_id = ?1", (number,)
        ).fetchall()
        _refuse(JOBS, jobs, "This contact is the primary or billing contact of jobs")


def _refuse(holder: Resource, rows: list[sqlite3.Row], because: str) -> None:
    if not rows:
        return
    named = ", ".join(f"{row['name']} ({holder.identify(row['number'])})" for row in rows[:NAMED_AT_MOST])
    more = f" and {len(rows) - NAMED_AT_MOST} more" if len(rows) > NAMED_AT_MOST else ""
    raise conflict("in_use", f"{because}: {named}{more}. Change or delete them first.")


def _customers_with_role(connection: sqlite3.Connection, contact: int) -> list[sqlite3.Row]:
    return connection.execute(
        "SELECT number, name FROM customers WHERE primary_contact_id = ?1 OR secondary_contact_id = ?1", (contact,)
    ).fetchall()


def _category(connection: sqlite3.Connection, job: int) -> sqlite3.Row:
    row: sqlite3.Row = connection.execute(
        "SELECT s.name, s.category FROM jobs j JOIN job_stages s ON s.number = j.stage_id WHERE j.number = ?", (job,)
    ).fetchone()
    return row
