"""Recipes that warn of customers and contacts who are there twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.recipes.conftest import Office

HOME = {"billing_address_1": "12 Elm St", "billing_zip": "80299"}


@pytest.mark.parametrize(
    ("known", "new"),
    [
        ("(303) 555-0177", "+1 303 555 0177"),
        ("303-555-0177", "(303) 555-0177"),
        ("303.555.0177", "(303) 555-0177"),
        ("3035550177", "(303) 555-0177"),
        ("13035550177", "(303) 555-0177"),
        ("+13035550177", "1-303-555-0177"),
        ("303 555 0177 (Łukasz)", "303 555 0177 (Łukasz)"),
    ],
)
def test_duplicate_customer_by_phone_however_it_is_written(office: Office, known: str, new: str) -> None:
    before = office.create("customers", name="Zoë Núñez", phone=known)
    office.use("duplicate-customer")
    office.create("customers", name="Z. Nunez", phone=new)
    office.poll("customers")
    office.only_run()
    assert office.messages() == [
        ("team", "Twice the same customer? Z. Nunez", f"- Zoë Núñez: same phone number {known}")
    ]
    assert office.services.api.get("customers", before["id"]) == before


@pytest.mark.parametrize("street", ["12 Elm Street", "12 ELM st", "12  Elm St, Apt 4"])
def test_duplicate_customer_by_address(office: Office, street: str) -> None:
    office.create("customers", name="Down the street", **{**HOME, "billing_address_1": "12 Elmwood Ave"})
    office.create("customers", name="Other town", **{**HOME, "billing_zip": "80298"})
    office.create("customers", name="Łukasz " + "x" * 100, **{**HOME, "billing_address_1": street})
    office.use("duplicate-customer")
    office.create("customers", name="Second", **HOME)
    office.poll("customers")
    office.only_run()
    ((_, _, text),) = office.messages()
    assert text == f"- Łukasz {'x' * 72}…: same address {street}"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"phone": "", "billing_address_1": "Elm", "billing_zip": "80299"},
        {"billing_address_1": "12 Oak", "billing_zip": "80299"},
        {"phone": "555-0177", "billing_address_1": "12 Elm St"},
        {"phone": "303-555-0178", "billing_address_1": "13 Elm St", "billing_zip": "80299"},
    ],
)
def test_duplicate_customer_is_quiet_about_new_faces(office: Office, fields: dict[str, Any]) -> None:
    office.create("customers", name="Known", phone="(303) 555-0177", **HOME)
    office.create("customers", name="Empty")
    office.use("duplicate-customer")
    office.create("customers", name="株式会社", **fields)
    office.poll("customers")
    assert office.only_run().run.reason == "Nobody looks like this customer."
    assert office.messages() == []


def test_duplicate_customer_is_quiet_when_a_known_one_changes(office: Office) -> None:
    office.create("customers", name="Known", phone="(303) 555-0177")
    other = office.create("customers", name="Partner", phone=None)
    office.use("duplicate-customer")
    office.patch("customers", other, phone="(303) 555-0177")
    office.poll("customers")
    assert office.work() == []


def test_duplicate_customer_names_ten_of_many(office: Office) -> None:
    for number in range(12):
        office.create("customers", name=f"Unit {number}", **HOME)
    office.use("duplicate-customer")
    office.create("customers", name="Unit 99", **HOME)
    office.poll("customers")
    office.only_run()
    ((_, _, text),) = office.messages()
    assert text.count("- Unit") == 10
    assert text.endswith("and 2 more")


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"email": "ZOE@mail.example"}, "e-mail address"),
        ({"phone": "303.555.0177", "email": "other@mail.example"}, "phone number"),
    ],
)
def test_duplicate_contact(office: Office, fields: dict[str, Any], what: str) -> None:
    office.create("contacts", first_name="Zoë", last_name="Núñez", email="zoe@mail.example", phone="(303) 555-0177")
    office.use("duplicate-contact")
    office.create("contacts", first_name="Z.", **fields)
    office.poll("contacts")
    office.only_run()
    assert office.messages() == [("team", "Twice the same contact? Z.", f"- Zoë Núñez: same {what}")]


def test_duplicate_contact_copes_with_people_without_names(office: Office) -> None:
    office.create("contacts", phone="(303) 555-0177")
    office.use("duplicate-contact")
    office.create("contacts", phone="3035550177")
    office.poll("contacts")
    office.only_run()
    assert office.messages() == [
        ("team", "Twice the same contact? Without a name", "- Without a name: same phone number")
    ]


@pytest.mark.parametrize("fields", [{}, {"email": "", "phone": "0177"}, {"email": "zoe@mail.example.org"}])
def test_duplicate_contact_is_quiet_about_new_people(office: Office, fields: dict[str, Any]) -> None:
    office.create("contacts", first_name="Zoë", email="zoe@mail.example", phone="(303) 555-0177")
    office.create("contacts", first_name="Zoë")
    office.use("duplicate-contact")
    office.create("contacts", first_name="Zoë", **fields)
    office.poll("contacts")
    assert office.only_run().run.reason == "Nobody looks like this contact."
    assert office.messages() == []
