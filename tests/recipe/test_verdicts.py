"""A condition's verdict says what it came to and what it saw; what cannot be decided is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub.errors import Permanent
from hub.model import Condition
from hub.recipe.expressions import Expressions, Verdict
from tests.recipe.recipe_samples import PLACE, Clock

SCOPE: dict[str, Any] = {
    "record": {
        "stage": {"name": "Active"},
        "amount": 1250.5,
        "notes": "x" * 500,
        "tags": list(range(500)),
        "tax_exempt": False,
        "customer": None,
    },
    "secrets": {"KEY": "sk_canary"},
    "vars": {"answer": "No", "text": "hello"},
    "steps": {},
    "now": Clock(),
}
EXPRESSIONS = Expressions()


def expression(source: str) -> Condition:
    return Condition("expression", PLACE, source)


def group(kind: str, *sources: str | Condition) -> Condition:
    parts = tuple(each if isinstance(each, Condition) else expression(each) for each in sources)
    return Condition(kind, PLACE, parts=parts)


def decide(condition: Condition | str) -> Verdict:
    return EXPRESSIONS.condition(expression(condition) if isinstance(condition, str) else condition, SCOPE)


def test_a_verdict_shows_the_values_that_it_saw() -> None:
    verdict = decide("record.stage.name == 'Active' and record.amount > 2000")
    assert verdict.value is False
    assert verdict.text == "record.stage.name == 'Active' and record.amount > 2000"
    assert verdict.saw == {"record.stage.name": "Active", "record.amount": 1250.5}
    assert verdict.as_dict() == {"value": False, "text": verdict.text, "saw": verdict.saw}


def test_large_values_are_shown_in_brief() -> None:
    saw = decide("record.notes == '' or record.tags == [] or record").saw
    assert saw["record.notes"] == "x" * 199 + "…"
    assert saw["record.tags"].startswith("[0, 1, 2")
    assert saw["record"].startswith('{"stage": {"name": "Active"}, "amount": 1250.5, "notes": "xxx')
    assert all(len(each) == 200 for each in saw.values())


def test_missing_none_and_secret_values_are_shown_as_such() -> None:
    verdict = decide("steps.job is defined or record.customer is not none or secrets.KEY == ''")
    assert verdict.saw == {"steps.job": "(not there)", "record.customer": None, "secrets.KEY": "(secret)"}
    assert "canary" not in json.dumps(verdict.as_dict())


@pytest.mark.parametrize(
    ("condition", "value", "parts"),
    [
        (group("all", "true", "record.amount > 1"), True, 2),
        (group("all", "false", "record.nothing > 1"), False, 1),
        (group("any", "false", "record.amount > 1", "record.nothing"), True, 2),
        (group("any", "false", "false"), False, 2),
        (group("not", "record.tax_exempt"), True, 1),
        (group("not", group("any", "false", "true")), False, 1),
        (group("all"), True, 0),
        (group("any"), False, 0),
    ],
)
def test_groups_stop_when_they_are_decided(condition: Condition, value: bool, parts: int) -> None:
    verdict = decide(condition)
    assert (verdict.value, len(verdict.parts)) == (value, parts)
    assert verdict.as_dict().get("parts", []) == [part.as_dict() for part in verdict.parts]


def test_a_group_shows_its_parts() -> None:
    form = decide(group("all", "true", group("not", "record.tax_exempt"))).as_dict()
    assert form == {
        "value": True,
        "text": "all of",
        "parts": [
            {"value": True, "text": "true"},
            {
                "value": True,
                "text": "not",
                "parts": [{"value": False, "text": "record.tax_exempt", "saw": {"record.tax_exempt": False}}],
            },
        ],
    }


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("record.customer", False),
        ("vars.text", True),
        ("record.tags", True),
        ("[]", False),
        ("0", False),
        ("''", False),
    ],
)
def test_values_count_as_true_or_false_by_being_there(source: str, value: bool) -> None:
    assert decide(source).value is value


@pytest.mark.parametrize("word", ["No", "yes", "FALSE", "true", " off ", "on", "0", "1"])
def test_a_text_that_says_yes_or_no_decides_nothing(word: str) -> None:
    with pytest.raises(Permanent) as caught:
        EXPRESSIONS.condition(expression("answer"), {"answer": word})
    assert caught.value.code == "EXP106"
    assert "== 'yes'" in caught.value.hint


def test_an_error_in_a_condition_is_an_error() -> None:
    for condition in ("record.nothing", group("any", "record.amount < 'x'", "true"), "record.amount ="):
        with pytest.raises(Permanent):
            decide(condition)
