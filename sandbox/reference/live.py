"""Examples that work on the account as it is: real ids, names that are still free."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from sandbox.reference.examples import CREATE_BODIES, UPDATE_BODIES
from sandbox.resources import RESOURCES, Resource

# What must hold for a record to be deletable.
_FREE = {
    "customers": "NOT EXISTS (SELECT 1 FROM jobs WHERE customer_id = customers.number)",
    "contacts": "NOT EXISTS (SELECT 1 FROM jobs WHERE contacts.number IN (primary_contact_id, billing_contact_id)) "
    "AND NOT EXISTS (SELECT 1 FROM customers WHERE contacts.number IN (primary_contact_id, secondary_contact_id))",
}


def example_id(connection: sqlite3.Connection, resource: Resource, method: str) -> str:
    """The newest record that the method can be tried on; an id that does not exist when there is none."""
    condition = _FREE.get(resource.name, "1") if method == "DELETE" else "1"
    row = connection.execute(
        f"SELECT number FROM {resource.name} WHERE {condition} ORDER BY number DESC LIMIT 1"  # noqa: S608
    ).fetchone()
    return resource.identify(row[0] if row else 1)


def example_body(connection: sqlite3.Connection, resource: Resource, method: str) -> Mapping[str, Any] | None:
    """The body to try a method with."""
    if method == "PATCH":
        return UPDATE_BODIES[resource.name]
    if method != "POST":
        return None
    body = dict(CREATE_BODIES[resource.name])
    if resource is RESOURCES["customers"]:
        row = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM customers").fetchone()
        body["name"] = f"{body['name']} {row[0]}"
    return body
