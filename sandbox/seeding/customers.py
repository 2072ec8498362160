"""Customers and the people who belong to them."""

from __future__ import annotations

import json
import random
from typing import Any

from sandbox.seeding.moments import DAY, Rows, moment_between, phone
from sandbox.seeding.staff import ascii_name
from sandbox.seeding.words import (
    CITIES,
    COMPANY_FIRST,
    COMPANY_LAST,
    FIRST_NAMES,
    LAST_NAMES,
    LEAD_SOURCES,
    STREET_KINDS,
    STREETS,
)

OLDEST_DAYS = 1100
LOOSE_CONTACTS = 0.045  # of all contacts: people who belong to no customer
KINDS = ("Homeowner",) * 14 + ("Property Manager",) * 3 + ("General Contractor",) * 2 + ("Direct Bill",)
UNUSUAL_NAMES = (
    'Robert "Bo" O\'Brien & Family',
    "Zoë Núñez-D'Angelo",
    "Łukasz Schäfer",
    "The 1st Church of Cañon City, Inc. (Trustees)",
    "Nguyễn Thị Minh Khai",
    "A",
    "Émile & Renée Dubois — Winter Home",
)


def make_customers(rows: Rows, dice: random.Random, *, end: int, customers: int, contacts: int) -> None:
    """Add so many customers and contacts: a primary contact for each, shared ones, and some who belong to nobody."""
    moments = sorted(moment_between(dice, end - OLDEST_DAYS * DAY, end - DAY) for _ in range(customers))
    taken: set[str] = set()
    companies: list[int] = []
    for created in moments:
        kind = dice.choice(KINDS)
        first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
        name = _free_name(dice, taken, f"{first} {last}" if kind == "Homeowner" else _company(dice, kind))
        contact = _add_contact(rows, dice, first, last, created=created, end=end)
        number = rows.add("customers", created, _touched(dice, created, end), _customer(dice, name, kind, contact))
        rows.links["customers_contacts"].append((number, contact, 1))
        if kind != "Homeowner":
            companies.append(number)
    extra = max(0, contacts - customers)
    loose = round(contacts * LOOSE_CONTACTS)
    for index in range(extra):
        created = moment_between(dice, end - 400 * DAY, end - DAY)
        person = _add_contact(rows, dice, dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES), created=created, end=end)
        if index >= loose and companies:
            for number in sorted(dice.sample(companies, min(len(companies), dice.choice((1, 1, 1, 2, 3))))):
                rows.links["customers_contacts"].append((number, person, index + 2))


def some_address(dice: random.Random) -> tuple[str, str, str, str]:
    """Street, city, state and ZIP code of a house that does not exist."""
    city, state, area = dice.choice(CITIES)
    street = f"{dice.randrange(100, 9990)} {dice.choice(STREETS)} {dice.choice(STREET_KINDS)}"
    return street, city, state, f"{area}{dice.randrange(100):02d}"


def _customer(dice: random.Random, name: str, kind: str, contact: int) -> dict[str, Any]:
    street, city, state, code = some_address(dice)
    company = kind != "Homeowner"
    preferences = {"email": dice.random() < 0.8, "text": dice.random() < 0.6, "review_requests": dice.random() < 0.85}
    return {
        "name": name,
        "billing_address_1": street,
        "billing_address_2": f"Suite {dice.randrange(100, 900)}" if company and dice.random() < 0.5 else None,
        "billing_city": city,
        "billing_state": state,
        "billing_zip": code,
        "billing_country": "US",
        "phone": phone(dice) if dice.random() < 0.85 else None,
        "website": f"https://www.{ascii_name(name, 'example')}" if company and dice.random() < 0.4 else None,
        "customer_type": kind if dice.random() < 0.95 else None,
        "lead_source": dice.choice(LEAD_SOURCES) if dice.random() < 0.9 else None,
        "marketing_preferences": json.dumps(preferences if dice.random() < 0.9 else {}),
        "primary_contact_id": contact,
        "custom_fields": json.dumps({"Gate code": f"{dice.randrange(10000):04d}"} if dice.random() < 0.15 else {}),
        "quickbooks_id": f"QB-C{dice.randrange(1000, 9999)}" if dice.random() < 0.6 else None,
    }


def _company(dice: random.Random, kind: str) -> str:
    return f"{dice.choice(COMPANY_FIRST).replace('-', ' ')} {dice.choice(COMPANY_LAST[kind])}"


def _free_name(dice: random.Random, taken: set[str], name: str) -> str:
    if len(taken) % 37 == 5 and len(taken) // 37 < len(UNUSUAL_NAMES):
        name = UNUSUAL_NAMES[len(taken) // 37]
    while name in taken:
        name = f"{name.split(' (')[0]} ({dice.randrange(100, 9990)} {dice.choice(STREETS)})"
    taken.add(name)
    return name


def _add_contact(rows: Rows, dice: random.Random, first: str, last: str, *, created: int, end: int) -> int:
    number = len(rows.records["contacts"]) + 1
    return rows.add(
        "contacts",
        created,
        _touched(dice, created, end),
        {
            "first_name": first,
            "last_name": last,
            "email": f"{ascii_name(first, last)}{number}@mail.example" if dice.random() < 0.88 else None,
            "phone": phone(dice) if dice.random() < 0.92 else None,
            "marketing_preferences": json.dumps({"text": dice.random() < 0.7} if dice.random() < 0.5 else {}),
            "custom_fields": json.dumps({}),
        },
    )


def _touched(dice: random.Random, created: int, end: int) -> int:
    return created if dice.random() < 0.4 else moment_between(dice, created, end)
