"""A quoting program like PaintScout: tells by webhook when a quote is sent, viewed, accepted or declined."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import sqlite3
from collections.abc import Mapping
from typing import Any

from sandbox.problems import UsageError
from sandbox.records.reading import read_one
from sandbox.resources import CONTACTS, CUSTOMERS, JOBS
from sandbox.stamps import write_stamp

EVENTS = ("sent", "viewed", "accepted", "declined")
TIMESTAMP_HEADER = "X-PaintScout-Timestamp"
SIGNATURE_HEADER = "X-PaintScout-Signature"
DELIVERY_HEADER = "X-PaintScout-Delivery"
_LINES = ("Preparation", "Walls", "Ceilings", "Trim and doors", "Siding", "Deck", "Materials")


def make_quote(
    connection: sqlite3.Connection, dice: random.Random, *, event: str, job: str | None, now: float
) -> dict[str, Any]:
    """The webhook's content: a quote for one job, by id, or for a recent opportunity. Raises UsageError without one."""
    record = _job(connection, dice, job)
    customer = read_one(connection, CUSTOMERS, CUSTOMERS.number(record["customer_id"]) or 0)
    contact = record["primary_contact_id"] or customer["primary_contact_id"]
    person = read_one(connection, CONTACTS, CONTACTS.number(contact) or 0) if contact else {}
    lines = [
        {"description": text, "amount": f"{dice.randrange(200, 4000)}.00"}
        for text in dice.sample(_LINES, dice.randrange(2, 5))
    ]
    total = sum(float(str(line["amount"])) for line in lines)
    number = 1000 + (JOBS.number(record["id"]) or 0)
    return {
        "id": f"evt_{dice.getrandbits(64):016x}",
        "type": f"quote.{event}",
        "created_at": write_stamp(int(now * 1_000_000)),
        "quote": {
            "id": f"q_{number}",
            "number": number,
            "title": record["name"],
            "status": event,
            "currency": "USD",
            "total": f"{total:.2f}",
            "line_items": lines,
        },
        "customer": {
            "name": customer["name"],
            "email": person.get("email"),
            "phone": person.get("phone") or customer["phone"],
        },
        "workglue": {"job_id": record["id"], "customer_id": customer["id"], "po_number": record["po_number"]},
    }


def sign_quote(secret: str, content: Mapping[str, Any], *, now: float) -> tuple[bytes, dict[str, str]]:
    """The body to send and its headers: HMAC-SHA256, in hex, over the time stamp, a dot and the body."""
    body = json.dumps(content, ensure_ascii=False).encode()
    timestamp = str(int(now))
    signature = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: signature, DELIVERY_HEADER: str(content["id"])}
    return body, headers


def _job(connection: sqlite3.Connection, dice: random.Random, job: str | None) -> dict[str, Any]:
    if job:
        number = JOBS.number(job)
        rows = connection.execute(
            "SELECT number FROM jobs WHERE number = ? AND customer_id IS NOT NULL", (number,)
        ).fetchall()
        if not rows:
            raise UsageError(f"There is no job {job!r} with a customer, so there is nothing to quote.")
    else:
        rows = connection.execute(
            "SELECT j.number FROM jobs j JOIN job_stages s ON s.number = j.stage_id "
            "WHERE s.category = 'sales' AND j.customer_id IS NOT NULL ORDER BY j.number DESC LIMIT 50"
        ).fetchall()
        if not rows:
            raise UsageError("There is no opportunity with a customer, so there is nothing to quote.")
    return read_one(connection, JOBS, dice.choice(rows)["number"])
