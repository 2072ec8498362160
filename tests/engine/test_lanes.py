"""Which lanes a run stands in, and when work on a record is given up to others."""

from __future__ import annotations

from typing import Any

import pytest

from hub.engine.run import work
from hub.errors import Transient
from hub.model import Event, Recipe, Run, RunStatus
from tests.engine.conftest import LEASE, Workshop

NOTE = "  - {id: note, action: set, with: {a: 1}}"
UPDATE = "  - {{id: w, action: jobs.update, with: {{id: '{{{{ record.id }}}}', name: New}}, retry: {retry}}}"
POLL = "{type: poll, resource: jobs}"


def happening(shop: Workshop, record_id: str = "7", **fields: Any) -> Event:
    """Something about a job."""
    record = {"id": record_id, **fields}
    data = {"resource": "jobs", "record_id": record_id, "record": record, "before": None, "changed": []}
    return Event("evt_1", "jobs.created", "poll:jobs", "1", shop.now, data)


def begin(shop: Workshop, recipe: Recipe, event: Event) -> Run:
    """The run of a recipe for an event."""
    return shop.intake.begin(recipe, recipe.triggers[0].id, event)


def recipe_with(shop: Workshop, settings: str, trigger: str = POLL) -> Recipe:
    """A recipe with settings."""
    return shop.recipe(NOTE, trigger=trigger, more=f"settings: {{{settings}}}")


def test_the_key_makes_the_lane(shop: Workshop) -> None:
    recipe = recipe_with(shop, "mode: queued, key: record.customer_id")
    one, again, other = (
        begin(shop, recipe, happening(shop, record_id, customer_id=customer))
        for record_id, customer in (("1", "c1"), ("2", "c1"), ("3", "c2"))
    )
    assert one.mode == "queued"
    assert one.lane == again.lane != other.lane
    assert one.lane.startswith(f"{recipe.id}/")


def test_without_a_key_all_runs_of_the_recipe_share_a_lane(shop: Workshop) -> None:
    recipe = recipe_with(shop, "mode: single")
    assert begin(shop, recipe, happening(shop)).lane == recipe.id
    assert begin(shop, recipe_with(shop, "mode: parallel"), happening(shop)).lane == ""


def test_keys_of_different_types_are_different(shop: Workshop) -> None:
    recipe = recipe_with(shop, "mode: queued, key: record.number")
    lanes = {begin(shop, recipe, happening(shop, number=value)).lane for value in (1, "1", None, [1], {"a": 1})}
    assert len(lanes) == 5


def test_a_manual_run_has_its_inputs_as_a_key(shop: Workshop) -> None:
    recipe = recipe_with(shop, "mode: queued, key: inputs.name", trigger="{type: manual, inputs: {name: text}}")
    event = Event("evt_1", "manual", f"manual:{recipe.id}", "1", shop.now, {"inputs": {"name": "Ana"}})
    run = begin(shop, recipe, event)
    assert run.error is None
    assert run.lane.startswith(f"{recipe.id}/")


@pytest.mark.parametrize("record_id", ["7", "a" * 400, "x\x00y", "ü", "\ud800"], ids=ascii)
def test_runs_of_all_recipes_about_a_record_share_its_lane(shop: Workshop, record_id: str) -> None:
    one, other = shop.recipe(NOTE, trigger=POLL), recipe_with(shop, "priority: low")
    lanes = {begin(shop, each, happening(shop, record_id)).record_lane for each in (one, other)}
    assert len(lanes) == 1
    assert lanes.pop().startswith("jobs/")


def test_who_does_not_stand_in_the_lane_of_a_record(shop: Workshop) -> None:
    assert begin(shop, recipe_with(shop, "order: any"), happening(shop)).record_lane == ""
    by_hand = shop.recipe(NOTE)
    event = Event("evt_1", "manual", f"manual:{by_hand.id}", "1", shop.now, {"inputs": {}})
    assert begin(shop, by_hand, event).record_lane == ""


def drain(shop: Workshop) -> list[str]:
    """Work on what is due; the recipes, in order."""
    done = []
    while claimed := shop.ledger.claim("worker", limit=5, now=shop.now, lease=LEASE):
        for each in claimed:
            done.append(each.run.recipe_id)
            work(shop.bench(each))
    return done


@pytest.mark.parametrize(
    ("steps", "gives_up"),
    [
        ("  - {id: wait, action: wait, with: {for: 1h}}", True),
        (UPDATE.format(retry="{attempts: 3, delays: [9m]}"), False),
        (UPDATE.format(retry="{attempts: 3, delays: [30m]}"), True),
    ],
    ids=["a wait", "a short pause before another try", "a long pause before another try"],
)
def test_when_the_record_is_given_up(shop: Workshop, steps: str, gives_up: bool) -> None:
    job = shop.account.office_creates(name="Old")
    shop.account.faults = [("before", Transient("away"))]
    first, second = shop.recipe(steps, trigger=POLL), shop.recipe(NOTE, trigger=POLL)
    event = happening(shop, job)
    shop.ledger.admit([shop.intake.arrival(event)])
    assert drain(shop) == ([first.id, second.id] if gives_up else [first.id])
    shop.now += 3600
    assert drain(shop)[:1] == [first.id]
    assert {each.status for each in shop.views.runs(recipe_id=second.id).items} == {RunStatus.SUCCEEDED}
