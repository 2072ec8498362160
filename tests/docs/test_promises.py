"""Every promise names tests that prove it, and every test that is named exists."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tools.pages import DOCS

ROOT = DOCS.parent
PAGE = (DOCS / "promises.md").read_text()
PROMISES = dict(re.findall(r"^### (P\d+)\. .+?\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE))
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_there_are_twenty_promises() -> None:
    assert list(PROMISES) == [f"P{number}" for number in range(1, 21)]


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_is_said_and_names_its_proof(promise: str) -> None:
    said, proof = PROMISES[promise].split("Proved by ", 1)
    assert said.strip().endswith(".")
    assert NAMED.findall(proof)


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED.findall(PAGE))))
def test_a_named_test_exists(file: str, test: str) -> None:
    assert test in find_tests(file)


def test_nothing_is_named_that_is_no_test() -> None:
    assert len(re.findall(r"`tests/[^`]*::", PAGE)) == len(NAMED.findall(PAGE))


def test_limits_and_repeats_are_told() -> None:
    for words in ("**(a)", "**(b)", "**(c)", "**(d)", "## What may still happen twice"):
        assert words in PAGE


@cache
def find_tests(file: str) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_")
