"""`upsert`: the record that matches is changed, else one is created; never two, never the wrong one."""

from __future__ import annotations

from typing import Any

import pytest

from hub.errors import Permanent
from tests.actions.step import Step


@pytest.fixture
def contact(step: Step) -> Any:
    """A contact that is there already."""
    known = step.do("contacts.find", email="vera.stone@example.com").output
    if known is None:
        known = step.do(
            "contacts.create",
            first_name="Vera",
            last_name="Stone",
            email="vera.stone@example.com",
            phone="(512) 555-0177",
        ).output
    step.workglue.calls.clear()
    return known


def count(step: Step) -> int:
    return len(step.do("contacts.list", limit=1000).output)


def test_what_matches_is_changed(step: Step, contact: Any) -> None:
    outcome = step.do("contacts.upsert", match={"email": "vera.stone@example.com"}, last_name="Stone-Hill")
    assert outcome.output["id"] == contact["id"]
    assert outcome.note == "Changed the last name"
    again = step.do("contacts.upsert", match={"email": "vera.stone@example.com"}, last_name="Stone-Hill")
    assert again.note == "Nothing to change: the last name is already Stone-Hill"
    assert step.workglue.calls == ["list", "update last_name", "list"]


def test_what_does_not_match_is_created_with_both(step: Step) -> None:
    before = count(step)
    outcome = step.do("contacts.upsert", match={"email": "new@example.com"}, first_name="Nia")
    assert (outcome.output["email"], outcome.output["first_name"]) == ("new@example.com", "Nia")
    assert outcome.note.startswith("Created contact con_")
    same = step.do("contacts.upsert", match={"email": "new@example.com"}, first_name="Nia").output
    assert same["id"] == outcome.output["id"]
    assert count(step) == before + 1


@pytest.mark.parametrize(
    "match",
    [
        {"email": "VERA.Stone@Example.com "},
        {"phone": "+1 512-555-0177"},
        {"phone": "5125550177", "email": "vera.stone@EXAMPLE.com"},
        {"first_name": "Vera", "phone": "512.555.0177"},
        {"email": "vera.stone@example.com", "phone": ""},
    ],
)
def test_people_are_recognised_however_their_details_are_written(
    step: Step, contact: Any, match: dict[str, Any]
) -> None:
    before = count(step)
    outcome = step.do("contacts.upsert", match=match, last_name="Stone")
    assert outcome.output["id"] == contact["id"]
    assert count(step) == before


def test_the_other_fields_must_still_be_equal(step: Step, contact: Any) -> None:
    outcome = step.do("contacts.upsert", match={"first_name": "Otto", "phone": "512 555 0177"})
    assert outcome.output["id"] != contact["id"]
    step.do("contacts.delete", id=outcome.output["id"])


def test_all_records_are_read_only_when_there_is_no_exact_match(step: Step, contact: Any) -> None:
    step.do("contacts.upsert", match={"email": "vera.stone@example.com"}, first_name="Vera")
    assert step.workglue.calls == ["list"]


def test_several_matches_are_an_error_that_says_how_many(step: Step) -> None:
    for name in ("Ida", "Ivo"):
        step.do("contacts.create", first_name=name, email="office@example.com")
    with pytest.raises(Permanent, match=r"There are 2 contacts with email OFFICE@example\.com, and one is meant"):
        step.do("contacts.upsert", match={"email": "OFFICE@example.com"}, first_name="Iris")


@pytest.mark.parametrize("email", ["", None])
def test_nobody_is_matched_by_nothing(step: Step, email: str | None) -> None:
    """A lead without an e-mail address is a new contact, and not whoever else has none."""
    first = step.do("contacts.upsert", match={"email": email}, first_name="Lee").output
    second = step.do("contacts.upsert", match={"email": email}, first_name="Lee").output
    assert first["id"] != second["id"]
    assert step.workglue.calls == ["create", "create"]


def test_matching_by_reference_works_by_name(step: Step) -> None:
    customer = step.do("customers.list", limit=1).output[0]
    match = {"customer": customer["name"], "name": "Spring repaint"}
    first = step.do("jobs.upsert", match=match, stage="Good Lead").output
    assert step.do("jobs.upsert", match=match, stage="Long-term").output["id"] == first["id"]


def test_a_field_is_given_once(step: Step) -> None:
    with pytest.raises(Permanent, match="email stands under match and among the fields"):
        step.do("contacts.upsert", match={"email": "a@example.com"}, email="b@example.com")


def test_a_match_alone_is_enough(step: Step, contact: Any) -> None:
    outcome = step.do("contacts.upsert", match={"email": "vera.stone@example.com"})
    assert outcome.note == "Nothing to change: it is there already"
