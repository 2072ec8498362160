"""store, round_robin, digest and lookup in real runs: each change once, also when a worker dies at its worst moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hub import failpoints
from hub.engine.rehearsal import rehearse
from hub.engine.transport import DraftStored
from hub.errors import Permanent, Unavailable
from hub.model import Event, RunStatus, StepStatus
from hub.stored import Cell, Held, LookupTable
from tests.engine.conftest import LEASE, Workshop

COUNT = "  - {id: count, action: store.add, with: {name: leads}}"


class Killed(BaseException):
    """kill -9, as far as Python can play it: nothing of the run is written after it."""


@pytest.fixture
def die_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes the next visit to a failpoint the worker's last moment."""

    def arm(name: str) -> None:
        left = [name]

        def reach(place: str) -> None:
            if place in left:
                left.remove(place)
                raise Killed

        monkeypatch.setattr(failpoints, "reach", reach)

    return arm


def outputs(shop: Workshop, run: str) -> dict[str, Any]:
    return {path: step.output for path, step in shop.steps(run).items()}


def run_all(shop: Workshop, steps: str, **data: Any) -> dict[str, Any]:
    """The outputs of a run of these steps that succeeds."""
    recipe = next((each for each in shop.recipes if steps in each.source), None) or shop.recipe(steps)
    run = shop.begin(recipe, **data)
    ended = shop.finish()
    assert ended.status is RunStatus.SUCCEEDED, shop.page(run).run.error
    return outputs(shop, run)


def fail(shop: Workshop, steps: str) -> str:
    """Why a run of these steps fails."""
    run = shop.begin(shop.recipe(steps))
    assert shop.finish().status is RunStatus.FAILED
    return str((shop.page(run).run.error or {})["message"])


# ---- values


def test_a_value_is_there_in_the_next_run_and_in_no_other_recipe(shop: Workshop) -> None:
    steps = """
  - {id: before, action: store.get, with: {name: last, default: nothing}}
  - {id: kept, action: store.set, with: {name: last, value: {lead: "{{ event.data.lead }}"}}}"""
    assert run_all(shop, steps, lead="A")["before"] == "nothing"
    second = run_all(shop, steps, lead="B")
    assert second["before"] == {"lead": "A"}
    assert second["kept"] == {"set": True, "value": {"lead": "B"}, "before": {"lead": "A"}}
    assert run_all(shop, "  - {id: other, action: store.get, with: {name: last}}")["other"] is None


def test_what_is_shared_is_there_for_all_recipes(shop: Workshop) -> None:
    run_all(shop, "  - {action: store.set, with: {name: rate, value: 4.5, shared: true}}")
    steps = """
  - {id: shared, action: store.get, with: {name: rate, shared: true}}
  - {id: own, action: store.get, with: {name: rate}}"""
    assert run_all(shop, steps) == {"shared": 4.5, "own": None}


def test_if_missing_answers_whether_it_was_done_already(shop: Workshop) -> None:
    steps = "  - {id: mark, action: store.set, with: {name: asked-1, value: true, if_missing: true, expires: 30d}}"
    assert run_all(shop, steps)["mark"] == {"set": True, "value": True, "before": None}
    assert run_all(shop, steps)["mark"] == {"set": False, "value": True, "before": True}
    shop.now += 30 * 86_400
    assert run_all(shop, steps)["mark"]["set"] is True


def test_a_count_begins_anew_when_its_first_addition_has_expired(shop: Workshop) -> None:
    steps = "  - {id: count, action: store.add, with: {name: week, by: 2.5, expires: 7d}}"
    assert run_all(shop, steps)["count"] == 2.5
    shop.now += 4 * 86_400
    assert run_all(shop, steps)["count"] == 5
    shop.now += 3 * 86_400
    assert run_all(shop, steps)["count"] == 2.5


def test_sums_have_no_traces_of_binary_fractions(shop: Workshop) -> None:
    steps = "  - {id: count, action: store.add, with: {name: hours, by: 0.1}}"
    assert [run_all(shop, steps)["count"] for _ in range(3)] == [0.1, 0.2, 0.3]


def test_deleting_says_whether_there_was_something(shop: Workshop) -> None:
    run_all(shop, "  - {action: store.set, with: {name: x, value: 1}}", kept=True)
    steps = "  - {id: gone, action: store.delete, with: {name: y}}"
    assert run_all(shop, steps)["gone"] is False


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{action: store.set, with: {name: x, value: \"{{ 'é' * 12000 }}\"}}", "at most 64 KiB can be kept"),
        ("{action: store.set, with: {name: \"{{ 'n' * 201 }}\", value: 1}}", "cannot be kept under the name"),
        ('{action: store.set, with: {name: "{{ none }}", value: 1}}', "cannot be kept under the name ''"),
        ('{action: store.add, with: {name: x, by: "{{ none }}"}}', "`by` must be a number"),
        ('{action: store.get, with: {name: "  "}}', "cannot be kept under the name ''"),
        ('{action: store.set, with: {name: x, value: 1, expires: "{{ 5 }}"}}', "`expires` cannot be read"),
        ('{action: store.add, with: {name: x, by: "{{ 10 ** 17 }}"}}', "larger than 1,000,000,000,000,000"),
        ('{action: round_robin.next, with: {name: x, items: "{{ range(1001) | list }}"}}', "1,000 at the most"),
        ("{action: digest.add, with: {name: x, item: \"{{ 'x' * 17000 }}\"}}", "at most 16 KiB"),
        ("{action: digest.take, with: {name: x, limit: 0}}", "between 1 and 1,000"),
        ("{action: lookup, with: {table: nowhere, key: x}}", "There is no table called nowhere"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(shop: Workshop, step: str, message: str) -> None:
    assert message in fail(shop, f"  - {step}")


def test_only_a_number_can_be_added_to(shop: Workshop) -> None:
    values: tuple[Any, ...] = ("5", True, [1], {})
    for value in values:
        shop.ledger.put_held(Cell("", "value", "x"), Held(value), now=shop.now, by="test")
        assert "is no number" in fail(shop, "  - {action: store.add, with: {name: x, shared: true}}")


@pytest.mark.parametrize("place", ["after_effect", "stored_half_written"])
def test_a_worker_killed_around_a_change_leaves_it_made_once(
    shop: Workshop, die_at: Callable[[str], None], place: str
) -> None:
    run = shop.begin(shop.recipe(COUNT))
    die_at(place)
    with pytest.raises(Killed):
        shop.work()
    shop.now += LEASE
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert outputs(shop, run)["count"] == 1
    assert shop.ledger.held(Cell("recipe-1", "value", "leads"), now=shop.now) == Held(1)


def test_the_database_being_away_is_tried_again(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    change = shop.ledger.change_held
    left = [Unavailable("The database is away.")]

    def sometimes(*given: Any, **more: Any) -> Any:
        if left:
            raise left.pop()
        return change(*given, **more)

    monkeypatch.setattr(shop.ledger, "change_held", sometimes)
    run = shop.begin(shop.recipe(COUNT))
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert shop.steps(run)["count"].tries == 2
    assert outputs(shop, run)["count"] == 1


# ---- taking turns

TURN = """
  - id: next
    action: round_robin.next
    with: {name: sales, items: "{{ event.data['items'] }}", skip: "{{ event.data.skip | default([]) }}"}"""


def turns(shop: Workshop, *lists: list[Any], skip: list[Any] | None = None) -> list[Any]:
    return [run_all(shop, TURN, items=each, skip=skip or [])["next"] for each in lists]


def test_turns_go_round_and_survive_changes_of_the_list(shop: Workshop) -> None:
    three = ["ana", "sam", "kim"]
    assert turns(shop, *[three] * 4) == ["ana", "sam", "kim", "ana"]
    assert turns(shop, ["kim", "sam", "ana"]) == ["sam"], "the order of the list does not matter"
    assert turns(shop, ["ana", "sam", "new", "kim"]) == ["new"], "whoever is new is next"
    assert turns(shop, *[["ana", "sam", "kim", "new"]] * 4) == ["kim", "ana", "sam", "new"]


def test_who_is_left_out_keeps_the_turn(shop: Workshop) -> None:
    people = [{"id": "1", "name": "Ana"}, {"id": "2", "name": "Sam"}]
    assert turns(shop, people, skip=["1"]) == [people[1]]
    assert turns(shop, people, skip=[people[1]]) == [people[0]]
    renamed = [{"id": "1", "name": "Ana Ruiz"}, people[1]]
    assert turns(shop, renamed) == [people[1]], "records are known by their id"
    assert turns(shop, people, skip=["1", "2"]) == [None]
    assert turns(shop, []) == [None]


def test_turns_are_fair_over_a_hundred_runs(shop: Workshop) -> None:
    people = ["a", "b", "c", "d", "e"]
    given = turns(shop, *[people] * 25)
    assert {each: given.count(each) for each in people} == dict.fromkeys(people, 5)


def test_a_worker_killed_after_a_turn_gives_the_same_one_again(shop: Workshop, die_at: Callable[[str], None]) -> None:
    run = shop.begin(shop.recipe(TURN), items=["ana", "sam"])
    die_at("after_effect")
    with pytest.raises(Killed):
        shop.work()
    shop.now += LEASE
    shop.finish()
    assert outputs(shop, run)["next"] == "ana"
    assert turns(shop, ["ana", "sam"]) == ["sam"]


# ---- digests

ADD = """
  - id: added
    action: digest.add
    with: {name: quiet, item: "{{ event.data.item }}", key: "{{ event.data.key }}"}"""
TAKE = """
  - {id: taken, action: digest.take, with: {name: quiet, limit: 2, shared: false}}
  - id: note
    action: notify.send
    with: {to: "json://chat", body: "{{ steps.taken['items'] | join(', ') or 'none' }}"}"""


def collect(shop: Workshop, *pairs: tuple[str, str]) -> None:
    """Add items to the digest of the recipe that takes it: `add` and `take` stand in one recipe here."""
    for key, item in pairs:
        cell = Cell("recipe-1", "digest", "quiet")
        held = shop.ledger.held(cell, now=shop.now)
        shop.ledger.put_held(cell, Held([*(held.value if held else []), [key, item]]), now=shop.now, by="test")


def test_items_are_counted_and_a_second_one_with_the_same_key_takes_the_first_ones_place(shop: Workshop) -> None:
    given = [("1", "a"), ("", "b"), ("1", "c"), ("", "b")]
    results = [run_all(shop, ADD, item=item, key=key)["added"] for key, item in given]
    assert results == [
        {"count": 1, "replaced": False},
        {"count": 2, "replaced": False},
        {"count": 2, "replaced": True},
        {"count": 3, "replaced": False},
    ]
    held = shop.ledger.held(Cell("recipe-1", "digest", "quiet"), now=shop.now)
    assert held is not None
    assert [item for _, item in held.value] == ["c", "b", "b"]


def test_a_take_gives_the_oldest_and_leaves_the_rest(shop: Workshop) -> None:
    shop.recipe(TAKE)
    collect(shop, ("", "a"), ("", "b"), ("", "c"))
    assert run_all(shop, TAKE)["taken"] == {"items": ["a", "b"], "left": 1}
    assert run_all(shop, TAKE)["taken"] == {"items": ["c"], "left": 0}
    assert run_all(shop, TAKE)["taken"] == {"items": [], "left": 0}
    assert shop.ledger.held(Cell("recipe-1", "digest", "quiet"), now=shop.now) is None


def test_a_worker_killed_between_the_take_and_the_message_loses_nothing(
    shop: Workshop, die_at: Callable[[str], None]
) -> None:
    recipe = shop.recipe(TAKE)
    collect(shop, ("", "a"), ("", "b"), ("", "c"))
    run = shop.begin(recipe)
    die_at("before_intent")
    with pytest.raises(Killed):
        shop.work()
    assert "taken" not in shop.steps(run), "the result of the take was not written down"
    collect(shop, ("", "d"))
    shop.now += LEASE
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert outputs(shop, run)["taken"]["items"] == ["a", "b"]
    assert [each[-1] for each in shop.letters.sent] == ["a, b"]
    assert run_all(shop, TAKE)["taken"]["items"] == ["c", "d"]


def test_a_full_digest_refuses_and_keeps_what_it_has(shop: Workshop) -> None:
    recipe = shop.recipe(ADD)
    cell = Cell(recipe.id, "digest", "quiet")
    shop.ledger.put_held(cell, Held([["", "x"]] * 1000), now=shop.now, by="test")
    run = shop.begin(recipe, item="y", key="")
    assert shop.finish().status is RunStatus.FAILED
    assert "1,000 items already" in str(shop.page(run).run.error)
    held = shop.ledger.held(cell, now=shop.now)
    assert held is not None
    assert len(held.value) == 1000


# ---- tables

LEADERS = LookupTable("leaders", "v1", "leaders.csv", ("name", "phone"), {"Exterior": {"name": "Elena", "phone": "1"}})
LOOK = """
  - {id: row, action: lookup, with: {table: leaders, key: " Exterior "}}
  - {id: cell, action: lookup, with: {table: leaders, key: Exterior, column: name}}
  - {id: none, action: lookup, with: {table: leaders, key: Roof, default: nobody}}
  - {id: wait, action: wait, with: {for: 1h}}
  - {id: late, action: lookup, with: {table: leaders, key: Exterior, column: name}}
  - {id: said, action: set, with: {name: "{{ ('Exterior' | lookup(tables.leaders)).name }}"}}"""


def renamed(name: str, version: str) -> LookupTable:
    row = {"name": name, "phone": "1"}
    return LookupTable("leaders", version, "leaders.csv", LEADERS.columns, {"Exterior": row})


def test_a_table_is_looked_into_by_step_and_by_filter(shop: Workshop) -> None:
    shop.ledger.publish_tables([LEADERS], now=shop.now)
    found = run_all(shop, LOOK)
    assert found["row"] == {"name": "Elena", "phone": "1"}
    assert (found["cell"], found["none"], found["late"]) == ("Elena", "nobody", "Elena")
    assert found["said"] == {"name": "Elena"}


def test_a_run_sees_the_tables_as_they_were_when_it_began(shop: Workshop) -> None:
    shop.ledger.publish_tables([LEADERS], now=shop.now)
    run = shop.begin(shop.recipe(LOOK))
    shop.now += 1
    ended = shop.work()
    assert ended.due_at is not None
    shop.ledger.publish_tables([renamed("Marcus", "v2")], now=shop.now)
    shop.ledger.prune(shop.now, keep_succeeded=0.0, keep_failed=0.0)
    shop.now = ended.due_at
    shop.finish()
    assert (outputs(shop, run)["late"], outputs(shop, run)["said"]) == ("Elena", {"name": "Elena"})
    assert run_all(shop, LOOK)["late"] == "Marcus"


def test_an_unknown_key_or_column_is_an_error_with_the_nearest_name(shop: Workshop) -> None:
    shop.ledger.publish_tables([LEADERS], now=shop.now)
    run = shop.begin(shop.recipe("  - {action: lookup, with: {table: leaders, key: exterior}}"))
    shop.finish()
    error = shop.page(run).run.error or {}
    assert (error["message"], error["hint"]) == ("The table leaders has no exterior.", "Did you mean `Exterior`?")


def test_tables_that_cannot_be_read_now_are_waited_for(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.ledger.publish_tables([LEADERS], now=shop.now)
    tables = shop.ledger.tables

    def away(**_: Any) -> Any:
        raise Unavailable("The database is away.")

    monkeypatch.setattr(shop.ledger, "tables", away)
    run = shop.begin(
        shop.recipe("  - {id: said, action: set, with: {a: \"{{ 'Exterior' | lookup(tables.leaders) }}\"}}")
    )
    ended = shop.work()
    assert (ended.status, ended.due_at) == (RunStatus.QUEUED, shop.now + 10)
    monkeypatch.setattr(shop.ledger, "tables", tables)
    shop.now += 10
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert outputs(shop, run)["said"]["a"]["name"] == "Elena"


# ---- dry runs


def test_a_dry_run_lists_what_it_would_keep_and_keeps_nothing(shop: Workshop) -> None:
    steps = f"""{COUNT}
  - {{id: again, action: store.add, with: {{name: leads, by: 5}}}}
  - {{id: gone, action: store.delete, with: {{name: leads}}}}"""
    recipe = shop.recipe(steps)
    shop.ledger.put_held(Cell(recipe.id, "value", "leads"), Held(10), now=shop.now, by="test")
    event = Event("evt", "manual", f"manual:{recipe.id}", "evt", shop.now, {"inputs": {}})

    def tools_for(journal: Any, clock: Any) -> Any:
        doors = replace(shop.tools.doors, stored=DraftStored(beneath=shop.ledger))
        return replace(shop.tools, journal=journal, clock=clock, doors=doors, dry=True)

    outcome = rehearse(recipe, event, tools_for)
    assert [each.output for each in outcome.journal] == [11, 16, True]
    assert all(each.status is StepStatus.OK for each in outcome.journal)
    assert [
        (line["do"], line["id"], line["changes"][0]["before"], line["changes"][0]["after"]) for line in outcome.plan
    ] == [
        ("keep", "leads", 10, 11),
        ("keep", "leads", 11, 16),
        ("forget", "leads", 16, None),
    ]
    assert shop.ledger.held(Cell(recipe.id, "value", "leads"), now=shop.now) == Held(10)


def test_a_draft_refuses_like_the_ledger() -> None:
    draft = DraftStored(cells={Cell("", "value", "x"): Held(1, 10.0)})

    def refuse(_: Held | None) -> Any:
        raise Permanent("no")

    with pytest.raises(Permanent):
        draft.change_held(Cell("", "value", "x"), refuse, key="a", now=5.0)
    assert draft.held(Cell("", "value", "x"), now=5.0) == Held(1, 10.0)
    assert draft.held(Cell("", "value", "x"), now=10.0) is None
