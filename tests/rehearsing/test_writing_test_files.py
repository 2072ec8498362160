"""What is written as a test file is read back by the strict loader as the same values."""

from __future__ import annotations

from typing import Any

import pytest

from hub.recipe.loader import load
from hub.recipe.writing import as_yaml

WORDS = ["yes", "No", "null", "true", "5", "1e5", "2026-03-31", "a:b", "#b", "-", "*", "{{x}}", "[a]", "*a", "&a", "!x"]
SIGNS = ["%a", "@a", "`a`", "?", "it's", "\\", "é", "漢", '"q"', "a-b", "-"]
ODD = ["", " ", "a: b", "a #b", "- a", "a\nb\n", "tab\there", "\u2028", "\x85", "Plain text", " Plain", "x: "]
OTHERS: list[Any] = [
    None,
    True,
    False,
    0,
    -3,
    1.5,
    [],
    {},
    [[]],
    [[1, [2]], {}],
    [{"a": [{"b": None}]}],
    {"on": 1, "a b": {"5": 1}},
]


@pytest.mark.parametrize("value", [*WORDS, *SIGNS, *ODD, *OTHERS], ids=repr)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    document = {"recipe": "x", "values": [value, {"one": value, "two": [value]}], "last": value}
    assert load(as_yaml(document), "x.yaml").plain() == document
