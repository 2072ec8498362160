"""What is personal gets a stand-in, the same everywhere; everything else stays as it is."""

from __future__ import annotations

import pytest

from hub.rehearsing.stand_ins import StandIns

CONTACT = {"first_name": "Zoë", "last_name": "O'Hara", "email": "Zoe@Mail.example", "phone": "(512) 555-7142"}


def test_the_same_original_has_the_same_stand_in_in_fields_and_in_longer_texts() -> None:
    stand_ins = StandIns()
    stand_ins.learn(CONTACT, resource="contacts")
    new = stand_ins.replace(CONTACT)
    assert not set(new.values()) & set(CONTACT.values())
    full = f"{new['first_name']} {new['last_name']}"
    assert stand_ins.replace("Zoë O'Hara: fence") == f"{full}: fence"
    assert stand_ins.replace("ZOË, zoë") == f"{new['first_name'].upper()}, {new['first_name'].lower()}"
    assert stand_ins.replace("write to zoe@mail.example.") == f"write to {new['email'].lower()}."


@pytest.mark.parametrize(
    "written", ["512-555-7142", "+1 512 555 7142", "5125557142", "+15125557142", "1 (512) 555-7142"]
)
def test_a_phone_number_is_the_same_however_it_is_written(written: str) -> None:
    stand_ins = StandIns()
    stand_ins.learn(CONTACT, resource="contacts")
    digits = "".join(filter(str.isdigit, stand_ins.replace(CONTACT["phone"])))
    new = stand_ins.replace(f"call {written} today")
    assert "".join(filter(str.isdigit, new)).endswith(digits)
    assert "5557142" not in "".join(filter(str.isdigit, new))
    assert [each for each in new if not each.isdigit()] == [
        each for each in f"call {written} today" if not each.isdigit()
    ]


@pytest.mark.parametrize(
    "text", ["2026-03-31T12:00:00.123456Z", "2026-03-31", "job_123456789012", "PO-10042", "Good Lead", "7d", "1,200.00"]
)
def test_what_is_not_personal_stays(text: str) -> None:
    stand_ins = StandIns(kept=["Good Lead"])
    stand_ins.learn({"first_name": "Lead", "last_name": "Good"}, resource="contacts")
    assert stand_ins.replace(text) == text


def test_addresses_and_job_names_are_replaced_also_inside_texts() -> None:
    stand_ins = StandIns()
    job = {"name": "Hara kitchen", "address": "9 Elm St", "city": "Austin", "zip": "78701", "state": "TX"}
    stand_ins.learn(job, resource="jobs")
    text = stand_ins.replace("Job won: Hara kitchen, 9 Elm St, Austin 78701 TX (austin)")
    assert not any(part in text.casefold() for part in ("hara", "kitchen", "elm", "austin", "78701"))
    assert "TX" in text


def test_a_name_inside_a_longer_word_is_left_alone() -> None:
    stand_ins = StandIns()
    stand_ins.learn({"first_name": "Art"}, resource="contacts")
    assert stand_ins.replace("Start") == "Start"


@pytest.mark.parametrize("text", ["Ana Ruiz", "Office@mail.example", "+1 512 555 7142"])
def test_what_stands_in_the_recipe_stays(text: str) -> None:
    stand_ins = StandIns(recipe=f"with: {{one: {text}}}")
    stand_ins.learn({"name": text, "phone": text}, resource="customers")
    assert stand_ins.replace(f"from {text}.") == f"from {text}."


def test_many_people_keep_different_stand_ins() -> None:
    stand_ins = StandIns()
    people = [
        {"first_name": f"Vor{'abcdefghij'[n // 10]}{'abcdefghij'[n % 10]}", "phone": f"51255{n:05d}"}
        for n in range(100)
    ]
    for each in people:
        stand_ins.learn(each, resource="contacts")
    new = [stand_ins.replace(each) for each in people]
    assert len({each["first_name"] for each in new}) == len({each["phone"] for each in new}) == 100
    assert stand_ins.replace(people) == new


def test_a_web_form_is_personal_by_the_names_of_its_fields() -> None:
    stand_ins = StandIns()
    form = {"name": "Zoë O'Hara", "items": [{"fullName": "Max Power"}], "mobile": "512 555 7142", "service": "Fence"}
    stand_ins.learn(form)
    text = str(stand_ins.replace(form))
    assert not any(word in text for word in ("Zoë", "Hara", "Max", "Power", "7142"))
    assert "Fence" in text
