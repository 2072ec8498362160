"""`limits` and the guard against circles: what goes over is held before it leaves, and a person lets it through."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.engine.rehearsal import rehearse
from hub.errors import Transient, Unavailable, Unknown
from hub.model import Event, RunStatus, StepStatus, new_id
from hub.ports import Arrival
from tests.engine.conftest import Workshop

WRITES = "  - {id: w, action: jobs.create, for_each: '[1, 2, 3, 4, 5]', with: {name: 'Job {{ item }}'}}"
SEND = "  - {id: tell, action: notify.send, with: {to: 'json://chat', body: Hello}}"
CHANGE = "  - {id: w, action: jobs.update, with: {id: '{{ inputs.id }}', name: '{{ inputs.name }}'}}"


def limited(limits: str) -> str:
    """The settings of a recipe with limits."""
    return f"settings: {{limits: {{{limits}}}}}"


# ---- writes of a run


def test_a_write_too_many_is_held_before_it_leaves(shop: Workshop) -> None:
    run_id = shop.begin(shop.recipe(WRITES, more=limited("writes_per_run: 2")))
    ended = shop.finish()
    assert (ended.status, ended.reason) == (RunStatus.HELD, "This run has already changed 2 records, its limit.")
    assert len(shop.account.records["jobs"]) == 2
    assert shop.page(run_id).run.over == "writes_per_run"
    assert shop.steps(run_id)["w[2]"].sent_at is None


def test_each_go_on_allows_as_many_again(shop: Workshop) -> None:
    run_id = shop.begin(shop.recipe(WRITES, more=limited("writes_per_run: 2")))
    for written in (2, 4):
        assert shop.finish().status is RunStatus.HELD
        assert len(shop.account.records["jobs"]) == written
        assert shop.ledger.requeue([run_id], now=shop.now, decision="repeat") == 1
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert len(shop.account.records["jobs"]) == 5


def test_a_write_that_is_tried_again_counts_once(shop: Workshop) -> None:
    shop.account.faults = [("before", Transient("away")), ("after", Unknown("lost")), ("before", Transient("away"))]
    shop.begin(shop.recipe(WRITES, more=limited("writes_per_run: 5")))
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert len(shop.account.records["jobs"]) == 5


def test_writes_side_by_side_are_counted_exactly(shop: Workshop) -> None:
    steps = WRITES.replace("with:", "max_parallel: 5, with:")
    shop.begin(shop.recipe(steps, more=limited("writes_per_run: 3")))
    assert shop.finish().status is RunStatus.HELD
    assert len(shop.account.records["jobs"]) == 3


def test_a_dry_run_says_that_it_would_be_held(shop: Workshop) -> None:
    recipe = shop.recipe(WRITES, more=limited("writes_per_run: 2"))
    event = Event("e", "manual", f"manual:{recipe.id}", "e", shop.now, {"inputs": {}})

    def tools_for(journal: Any, clock: Any) -> Any:
        return replace(shop.tools, journal=journal, clock=clock, dry=True, meter=None, echoes=None)

    came_to = rehearse(recipe, event, tools_for)
    assert came_to.status is RunStatus.HELD
    assert len(came_to.plan) == 2


# ---- messages of an hour


def test_messages_are_counted_over_all_runs_of_the_recipe(shop: Workshop) -> None:
    recipe = shop.recipe(SEND, more=limited("messages_per_hour: 2"))
    other = shop.recipe(SEND)
    statuses = []
    for each in (recipe, recipe, recipe, other):
        run_id = shop.begin(each)
        statuses.append(shop.finish().status)
    assert statuses == [RunStatus.SUCCEEDED, RunStatus.SUCCEEDED, RunStatus.HELD, RunStatus.SUCCEEDED]
    assert len(shop.letters.sent) == 3
    assert run_id


def test_a_held_message_has_not_left_and_leaves_when_a_person_says_so(shop: Workshop) -> None:
    recipe = shop.recipe(SEND, more=limited("messages_per_hour: 1"))
    shop.begin(recipe)
    shop.finish()
    run_id = shop.begin(recipe)
    held = shop.finish()
    assert held.reason == "This recipe has sent 1 message within an hour, its limit."
    step = shop.steps(run_id)["tell"]
    assert (step.status, step.sent_at) == (StepStatus.ERROR, None)
    assert shop.ledger.release_held(recipe.id, by="Ana", now=shop.now) == 1
    assert shop.finish().status is RunStatus.SUCCEEDED
    assert len(shop.letters.sent) == 2


@pytest.mark.parametrize("verb", ["count_message", "recent_writes"])
def test_a_database_that_is_away_while_it_counts_fails_no_step(
    shop: Workshop, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = shop.account.office_creates(name="Old")
    steps = CHANGE.replace("{{ inputs.id }}", job).replace("{{ inputs.name }}", "New") + "\n" + SEND
    run_id = shop.begin(shop.recipe(steps, more=limited("messages_per_hour: 5")))
    count, away = getattr(shop.ledger, verb), [True, True]

    def answer(*given: Any, **named: Any) -> Any:
        if away:
            away.pop()
            raise Unavailable("The database does not answer.")
        return count(*given, **named)

    monkeypatch.setattr(shop.ledger, verb, answer)
    assert shop.finish().status is RunStatus.SUCCEEDED, shop.page(run_id).run.reason
    assert not away


def test_the_hour_slides(shop: Workshop) -> None:
    recipe = shop.recipe(SEND, more=limited("messages_per_hour: 1"))
    for expected in (RunStatus.SUCCEEDED, RunStatus.SUCCEEDED):
        shop.begin(recipe)
        assert shop.finish().status is expected
        shop.now += 3600


def test_a_message_that_is_tried_again_counts_once(shop: Workshop) -> None:
    recipe = shop.recipe(SEND, more=limited("messages_per_hour: 1"))
    shop.letters.faults = [Transient("away"), Transient("away")]
    shop.begin(recipe)
    assert shop.finish().status is RunStatus.SUCCEEDED


def test_the_house_has_a_limit_for_recipes_that_set_none(shop: Workshop) -> None:
    shop.house_messages = 1
    recipe, own = shop.recipe(SEND), shop.recipe(SEND, more=limited("messages_per_hour: 5"))
    statuses = []
    for each in (recipe, recipe, own, own):
        shop.begin(each)
        statuses.append(shop.finish().status.value)
    assert statuses == ["succeeded", "held", "succeeded", "succeeded"]


# ---- runs of an hour


def test_runs_over_the_limit_are_held_until_they_are_released(shop: Workshop) -> None:
    recipe = shop.recipe(SEND, more=limited("runs_per_hour: 2"))
    ids = []
    for _ in range(4):
        ids.append(shop.begin(recipe))
        shop.now += 1
    assert [shop.status(each).value for each in ids] == ["queued", "queued", "held", "held"]
    held = shop.page(ids[2]).run
    assert (held.over, held.reason) == ("runs_per_hour", "This recipe has begun 2 runs within an hour, its limit.")
    assert shop.ledger.release_held(recipe.id, by="Ana", now=shop.now, per_minute=1) == 2
    assert [shop.page(each).run.due_at - shop.now for each in ids[2:]] == [0, 60]
    assert shop.ledger.release_held(recipe.id, by="Ana", now=shop.now) == 0
    shop.now += 3601
    assert shop.status(shop.begin(recipe)) is RunStatus.QUEUED


def test_who_was_let_through_holds_nobody_else_up(shop: Workshop) -> None:
    recipe = shop.recipe(SEND, more=limited("runs_per_hour: 1"))
    first = shop.begin(recipe)
    shop.now += 3000
    second = shop.begin(recipe)
    shop.ledger.requeue([second], now=shop.now)
    shop.now += 601
    assert shop.status(shop.begin(recipe)) is RunStatus.QUEUED
    assert shop.status(shop.begin(recipe)) is RunStatus.HELD
    assert shop.status(first) is RunStatus.QUEUED


# ---- circles


def change(shop: Workshop, recipe: Any, record_id: str, number: int) -> RunStatus:
    """One run that changes one record."""
    shop.begin(recipe, inputs={"id": record_id, "name": f"Name {number}"})
    return shop.finish().status


def test_a_recipe_that_changes_one_record_again_and_again_is_held_for_it(shop: Workshop) -> None:
    inputs = "trigger: {type: manual, inputs: {id: text, name: text}}"
    recipe = shop.recipe(CHANGE, trigger=inputs.removeprefix("trigger: "))
    one, other = shop.account.office_creates(name="One"), shop.account.office_creates(name="Other")
    statuses = [change(shop, recipe, one, number) for number in range(11)]
    assert statuses == [RunStatus.SUCCEEDED] * 10 + [RunStatus.HELD]
    assert shop.account.effects[f"update {one}"] == 10
    assert change(shop, recipe, other, 1) is RunStatus.SUCCEEDED
    shop.now += 601
    assert change(shop, recipe, one, 99) is RunStatus.SUCCEEDED


def test_what_happens_to_such_a_record_starts_held_runs(shop: Workshop) -> None:
    recipe = shop.recipe(
        "  - {id: w, action: jobs.update, with: {id: '{{ record.id }}', name: '{{ event.id }}'}}",
        trigger="{type: poll, resource: jobs}",
    )
    job = shop.account.office_creates(name="One")

    def happen() -> str:
        event_id = new_id("evt", shop.now)
        data = {"resource": "jobs", "record_id": job, "record": {"id": job}, "before": None, "changed": []}
        event = Event(event_id, "jobs.updated", "poll:jobs", event_id, shop.now, data)
        run = shop.intake.begin(recipe, recipe.triggers[0].id, event)
        shop.ledger.admit([Arrival(event, (run,))])
        return run.id

    for _ in range(10):
        happen()
        assert shop.finish().status is RunStatus.SUCCEEDED
    held = shop.page(happen()).run
    assert (held.status, held.over) == (RunStatus.HELD, "circles")
    assert "10 times within 10 minutes" in held.reason
    shop.ledger.requeue([held.id], now=shop.now)
    assert shop.finish().status is RunStatus.SUCCEEDED


@pytest.mark.parametrize("settings", ["", "settings: {mode: queued, key: record.customer_id}"])
def test_a_key_that_cannot_be_had_fails_the_run_with_the_reason(shop: Workshop, settings: str) -> None:
    recipe = shop.recipe(
        SEND, trigger="{type: poll, resource: jobs}", more=settings + "\non_error:\n" + SEND.replace("tell", "fail")
    )
    data = {"resource": "jobs", "record_id": "1", "record": {"id": "1"}, "before": None, "changed": []}
    event = Event("evt_1", "jobs.created", "poll:jobs", "1", shop.now, data)
    run = shop.intake.begin(recipe, recipe.triggers[0].id, event)
    shop.ledger.admit([Arrival(event, (run,))])
    ended = shop.finish()
    if not settings:
        assert ended.status is RunStatus.SUCCEEDED
        return
    assert ended.status is RunStatus.FAILED
    assert ended.reason.startswith("`settings.key` cannot be had: ")
    assert "customer_id" in ended.reason
    assert set(shop.steps(run.id)) == {"fail"}
