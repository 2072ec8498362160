"""The recipes in force, also while the database does not answer."""

from __future__ import annotations

import pytest

from hub.actions import builtin as builtin_actions
from hub.errors import Unavailable
from hub.ports import Published
from hub.registry import Registry
from hub.shelf import LOOK_EVERY, Shelf
from hub.triggers import builtin as builtin_triggers
from hub.workglue.profile import built_in

RECIPE = """recipe: 1
name: Lead
trigger: {type: manual}
steps:
  - action: set
    with: {a: 1}
"""


class Ledger:
    """hub.shelf.Source with one recipe, that can be away."""

    def __init__(self) -> None:
        self.away = False
        self.stamp = "1"

    def recipes_stamp(self) -> str:
        self._answer()
        return self.stamp

    def current_recipes(self) -> list[Published]:
        self._answer()
        return [Published("lead", "Lead", "v1", RECIPE, "lead.yaml")]

    def recipe_version(self, recipe_id: str, version: str) -> Published | None:
        self._answer()
        return None

    def _answer(self) -> None:
        if self.away:
            raise Unavailable("The database does not answer.")


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def now() -> list[float]:
    return [100.0]


@pytest.fixture
def shelf(ledger: Ledger, now: list[float]) -> Shelf:
    registry = Registry()
    for action in builtin_actions(built_in()):
        registry.add_action(action)
    for trigger in builtin_triggers():
        registry.add_trigger(trigger)
    return Shelf(ledger, registry, clock=lambda: now[0])


def names(shelf: Shelf) -> list[str]:
    return [each.id for each in shelf.enabled()]


def test_while_none_were_ever_known_it_never_says_that_there_are_none(ledger: Ledger, shelf: Shelf) -> None:
    ledger.away = True
    for _ in range(3):  # at the same moment, as several senders ask
        with pytest.raises(Unavailable):
            shelf.enabled()
    ledger.away = False
    assert names(shelf) == ["lead"]


def test_those_last_known_count_while_the_database_is_away(ledger: Ledger, shelf: Shelf, now: list[float]) -> None:
    assert names(shelf) == ["lead"]
    ledger.away = True
    now[0] += 2 * LOOK_EVERY
    assert names(shelf) == ["lead"]
