"""A trigger that watches something: its events, its state and the next look are one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hub.context import Happening, Look, Seen
from hub.engine.watching import Watcher
from hub.errors import Transient, Unavailable
from hub.ports import Published
from hub.recipe.reading import read
from hub.registry import Parameter, TriggerType
from tests.engine.account import NoWeb
from tests.engine.conftest import Workshop

TRIGGER = "{type: ticks, every: 30s, key: TICK_KEY}"
STEPS = "  - {action: set, with: {n: '{{ tick.number }}'}}"


class Ticks:
    """A trigger type whose looks are written out in advance: what they find, or the error that they raise."""

    def __init__(self, *looks: Any) -> None:
        self.looks = list(looks)
        self.seen: list[Look] = []

    def watch(self, look: Look) -> Seen:
        """One look."""
        self.seen.append(look)
        found = self.looks.pop(0)
        if isinstance(found, Exception):
            raise found
        return Seen([Happening(str(each), {"tick": {"number": each}}) for each in found], {"last": found})


@pytest.fixture
def watching(shop: Workshop) -> Callable[..., tuple[Ticks, Callable[[], int]]]:
    """(looks) -> the trigger type, and a function that looks once."""

    def make(*looks: Any) -> tuple[Ticks, Callable[[], int]]:
        ticks = Ticks(*looks)
        every = Parameter("every", "duration", False, default=60.0)
        key = Parameter("key", "text", False, secret=True)
        scope = {"event": "x", "tick": "x"}
        shop.registry.add_trigger(
            TriggerType("ticks", "x", (every, key), scope, lambda t, e: e.type == "ticks", watch=ticks.watch)
        )
        shop.secrets["TICK_KEY"] = "opened"
        recipe = shop.recipe(STEPS, trigger=TRIGGER)
        watcher = Watcher(shop.ledger, shop.intake, NoWeb, lambda: shop.secrets, shop.clock)
        return ticks, lambda: watcher.look(recipe, recipe.triggers[0])

    return make


def due(shop: Workshop) -> int:
    """How many runs are due."""
    return shop.views.due_count(shop.now)


def test_it_gets_its_options_with_secrets_opened_and_what_the_look_before_left(shop: Workshop, watching) -> None:
    ticks, look = watching([], [])
    look()
    shop.now += 30
    look()
    assert [each.state for each in ticks.seen] == [None, {"last": []}]
    assert ticks.seen[0].options == {"every": 30.0, "key": "opened"}
    assert ticks.seen[1].now == shop.now


def test_each_happening_starts_one_run_however_often_it_is_found(shop: Workshop, watching) -> None:
    _, look = watching([1, 2], [2, 3])
    assert look() == 2
    shop.now += 30
    look()
    assert due(shop) == 3


def test_it_does_not_look_before_its_time(shop: Workshop, watching) -> None:
    ticks, look = watching([1], [2])
    look()
    shop.now += 29
    assert look() == 0
    assert len(ticks.seen) == 1


def test_a_look_that_fails_keeps_the_state_and_is_tried_again_at_its_time(shop: Workshop, watching) -> None:
    ticks, look = watching([1], Transient("away"), RuntimeError("bug"), [2])
    for _ in range(4):
        look()
        shop.now += 30
    assert [each.state for each in ticks.seen] == [None, *[{"last": [1]}] * 3]
    assert due(shop) == 2


def test_its_error_is_kept_until_it_looks_well_again(shop: Workshop, watching) -> None:
    _, look = watching(Transient("The feed is away."), [])
    look()
    assert shop.ledger.watched("recipe-1", "ticks").error == "The feed is away."
    shop.now += 30
    look()
    assert shop.ledger.watched("recipe-1", "ticks").error == ""


def test_when_the_database_is_away_nothing_is_kept_and_the_look_is_repeated(
    shop: Workshop, watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, look = watching([1], [1])

    def away(*_: Any, **__: Any) -> bool:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(shop.ledger, "keep_look", away)
        with pytest.raises(Unavailable):
            look()
    assert due(shop) == 0
    assert look() == 1
    assert due(shop) == 1


def test_of_two_that_look_at_once_one_is_kept(shop: Workshop, watching, monkeypatch: pytest.MonkeyPatch) -> None:
    _, look = watching([1], [1, 2])
    stale = shop.ledger.watched("recipe-1", "ticks")
    look()
    monkeypatch.setattr(shop.ledger, "watched", lambda *_: stale)
    assert look() == 0
    assert due(shop) == 1


def test_its_names_are_those_of_the_happening(shop: Workshop, watching) -> None:
    _, look = watching([7])
    look()
    assert shop.finish().status == "succeeded"
    page = shop.views.run(shop.views.runs(limit=1).items[0].id)
    assert page is not None
    assert page.steps[0].step.output == {"n": 7}
    assert page.event.data["tick"] == {"number": 7}


def test_state_that_is_no_json_is_a_failed_look(shop: Workshop, watching) -> None:
    ticks, look = watching([1])
    ticks.watch = lambda _: Seen([], object())  # type: ignore[method-assign]
    shop.registry._triggers.clear()
    every = Parameter("every", "duration", False, default=60.0)
    shop.registry.add_trigger(TriggerType("ticks", "x", (every,), {}, lambda t, e: True, watch=ticks.watch))
    look()
    assert "cannot be used here" in shop.ledger.watched("recipe-1", "ticks").error


def test_a_renamed_recipe_goes_on_where_it_was(shop: Workshop, watching) -> None:
    _, look = watching([1])
    look()
    recipe = shop.recipes[0]
    renamed = Published("ticking", recipe.name, recipe.version, recipe.source, recipe.file, was=recipe.id)
    shop.ledger.publish([renamed], now=shop.now)
    assert shop.ledger.watched("ticking", "ticks").state == {"last": [1]}


def test_two_triggers_of_one_recipe_do_not_take_each_others_happenings(shop: Workshop, watching) -> None:
    watching()
    shop.recipes.clear()
    both = "[{id: one, type: ticks, every: 30s}, {id: two, type: ticks, every: 30s}]"
    recipe = shop.recipe(STEPS, trigger="{type: manual}")
    reading = read(
        recipe.source.replace("trigger: {type: manual}", f"triggers: {both}"), file=recipe.file, registry=shop.registry
    )
    assert reading.recipe is not None, reading.problems
    kind = shop.registry.trigger("ticks")
    assert kind is not None
    shop.registry._triggers["ticks"] = replace(kind, watch=Ticks([1], [1]).watch)
    shop.recipes[:] = [reading.recipe]
    watcher = Watcher(shop.ledger, shop.intake, NoWeb, lambda: shop.secrets, shop.clock)
    assert [watcher.look(reading.recipe, each) for each in reading.recipe.triggers] == [1, 1]
    assert due(shop) == 2
    claimed = shop.ledger.claim("worker", limit=10, now=shop.now, lease=60)
    assert sorted(each.run.trigger_id for each in claimed) == ["one", "two"]
