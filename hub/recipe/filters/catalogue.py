"""The families of filters put together, and the page that documents them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, tzinfo
from typing import Any

from hub.recipe.filters import choices, dates, lists, numbers, phones, texts
from hub.recipe.filters.lists import Call
from hub.recipe.filters.tests import TESTS
from hub.recipe.moments import Day

FAMILIES = ("Days and moments", "Phone numbers", "Numbers and amounts", "Texts", "Lists and objects", "Choosing")
TAKE_ABSENT = frozenset({"d", "default"})
"""Filters that may be given something that is not there."""


def make_filters(
    zone: tzinfo, call_filter: Call, call_test: Call, *, holidays: Collection[Day] = ()
) -> dict[str, Callable[..., Any]]:
    """All filters by name. `zone` is where days begin, `holidays` are no working days; the calls let `map` and `select`
    use filters and tests."""
    families = _make_families(zone, call_filter, call_test, holidays=holidays)
    return {name: each for family in families for name, each in family.items()}


def _make_families(
    zone: tzinfo, call_filter: Call, call_test: Call, *, holidays: Collection[Day] = ()
) -> tuple[Mapping[str, Callable[..., Any]], ...]:
    return (
        dates.make(zone, holidays),
        phones.make(),
        numbers.make(),
        texts.make(),
        lists.make(call_filter, call_test),
        choices.make(),
    )


def examples() -> list[tuple[str, str]]:
    """All examples in the documentation of filters: an expression, and what it comes to as text."""
    found = []
    for family in _make_families(UTC, _no_call, _no_call):
        for function in {id(each): each for each in family.values()}.values():
            found += [_split_example(line) for line in _doc(function) if " -> " in line]
    return found


def filter_page() -> str:
    """The text of docs/filters.md."""
    parts = [_HEAD]
    for title, family in zip(FAMILIES, _make_families(UTC, _no_call, _no_call), strict=True):
        rows = [_row(name, function) for name, function in sorted(family.items())]
        parts.append(f"## {title}\n\n| filter | what it does | example |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    tests = ", ".join(f"`{name}`" for name in sorted(TESTS) if name.isidentifier())
    parts.append(f"## Tests\n\nBehind `is` and `is not` may stand: {tests}.\n")
    return "\n".join(parts)


_HEAD = """# Filters

A filter changes a value: `{{ record.name | upper }}`. It may have arguments: `{{ record.start_date | date("long") }}`.
Several may follow each other. This page is made from the filters themselves.
"""


def _row(name: str, function: Callable[..., Any]) -> str:
    lines = _doc(function)
    example = next((line for line in lines if " -> " in line), "")
    expression, result = _split_example(example)
    shown = f"`{expression}` gives `{result}`".replace("|", "\\|") if example else ""
    return f"| `{name}{_arguments(function)}` | {lines[0]} | {shown} |"


def _arguments(function: Callable[..., Any]) -> str:
    names = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        star = "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
        names.append(f"{star}{parameter.name}")
    return f"({', '.join(names)})" if names else ""


def _doc(function: Callable[..., Any]) -> list[str]:
    return inspect.cleandoc(function.__doc__ or "").splitlines()


def _split_example(line: str) -> tuple[str, str]:
    expression, _, result = line.strip().partition(" -> ")
    return expression, result


def _no_call(*_: Any) -> Any:
    raise AssertionError("the documentation calls no filter")
