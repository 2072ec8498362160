"""Names that a recipe can use, proposed from what came."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub.model import Delivery
from hub.recipe.expressions import Expressions
from hub.triggers.proposing import MOST_FIELDS, body_keys, body_of, propose_fields


def came(value: Any, *, kind: str = "application/json", query: str = "") -> Delivery:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Delivery("dlv_1", "a", "POST", "http://x/hooks/a", query, (("Content-Type", kind),), raw, 0.0)


ODD = {
    "plain": "x",
    "with space": 1,
    'with "quote" and \\': True,
    "items": [{"keys": None}],
    "deep": {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}},
    "class": 1.5,
    "2nd": "y",
    "empty": {},
    "list": [],
}


def test_every_name_finds_its_value() -> None:
    fields = propose_fields([came(ODD, query="q=1&r=2&r=3")])
    names = {"body": ODD, "query": {"q": "1", "r": ["2", "3"]}}
    shown = {each.name: each for each in fields}
    expressions = Expressions()
    for each in fields:
        expressions.bare(each.name, names)
    assert shown['body["items"][0]["keys"]'].kind == "nothing"
    assert shown['body["with space"]'].example == "1"
    assert shown['body["with \\"quote\\" and \\\\"]'].example == "true"
    assert shown["body.deep.a.b.c.d.e"].kind == "object"
    assert shown["query.r"].kind == "list"


def test_fields_are_counted_and_bounded() -> None:
    fields = propose_fields([came({"a": "x" * 500, "b": 1}), came({"a": 2}), came(b"no json"), came([1, 2])])
    assert [(each.name, each.kind, each.seen) for each in fields] == [
        ("body.a", "text", 2),
        ("body.b", "number", 1),
        ("body", "list", 1),
    ]
    assert len(fields[0].example) == 83
    assert len(propose_fields([came({f"f{n}": n for n in range(5000)})])) == MOST_FIELDS


@pytest.mark.parametrize(
    ("delivery", "value"),
    [
        (came(b"a=1&b=2", kind="application/x-www-form-urlencoded"), {"a": "1", "b": "2"}),
        (came(b"hello", kind="text/plain"), "hello"),
        (came(b""), None),
        (came(b"\xff\x00", kind="image/png"), None),
    ],
)
def test_any_body_can_be_proposed_from(delivery: Delivery, value: Any) -> None:
    assert body_of(delivery) == value
    assert body_keys([delivery]) == (tuple(value) if isinstance(value, dict) else ())
    propose_fields([delivery])
