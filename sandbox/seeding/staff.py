"""Stages, job types and employees: the part of the account that does not depend on its size."""

from __future__ import annotations

import json
import random
import unicodedata

from sandbox.resources import WEEKDAYS
from sandbox.seeding.moments import DAY, Rows, day_of
from sandbox.seeding.words import AREA_CODES, EMPLOYEES, JOB_TYPES, STAGES

ACCOUNT_AGE_DAYS = 1500


def make_staff(rows: Rows, dice: random.Random, *, end: int) -> None:
    """Add the stages, job types and employees of the account."""
    opened = end - ACCOUNT_AGE_DAYS * DAY + 15 * DAY // 24
    for position, (name, category, description) in enumerate(STAGES, start=1):
        stage = {
            "name": name,
            "category": category,
            "description": description,
            "is_default": True,
            "position": position,
        }
        rows.add("job_stages", opened + position, opened + position, stage)
    for position, name in enumerate(JOB_TYPES, start=1):
        rows.add("job_types", opened + 100 + position, opened + 100 + position, {"name": name})
    for position, (first, last, kind, role, positions, active) in enumerate(EMPLOYEES, start=1):
        hired = end - dice.randrange(200, ACCOUNT_AGE_DAYS - 20) * DAY + dice.randrange(DAY)
        employee = {
            "kind": kind,
            "first_name": first,
            "last_name": last,
            "mobile": f"({AREA_CODES[position % len(AREA_CODES)]}) 555-01{position:02d}",
            "email": None if kind == "sub" and position % 2 else f"{ascii_name(first, last)}@paintco.example",
            "system_role": role,
            "positions": json.dumps(positions),
            "hire_date": day_of(hired),
            "availability_days": json.dumps(WEEKDAYS[:5] if position % 4 else WEEKDAYS[:6]),
            "active": active,
            "custom_fields": json.dumps({"Shirt size": dice.choice("SMLX")} if kind == "user" else {}),
        }
        rows.add("employees", hired, hired + dice.randrange(150 * DAY), employee)


def ascii_name(first: str, last: str) -> str:
    """A name as it stands in an e-mail address."""
    plain = unicodedata.normalize("NFKD", f"{first}.{last}".lower().replace("ł", "l"))
    return "".join(letter for letter in plain if letter.isascii() and (letter.isalnum() or letter == "."))
