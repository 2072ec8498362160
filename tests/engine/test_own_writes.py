"""`on_own_writes`: what recipes of ours change starts others, once each, and a chain of them ends."""

from __future__ import annotations

import pytest

from hub.engine.run import work
from hub.errors import Transient, Unknown
from hub.model import Recipe, Run, RunStatus
from tests.engine.conftest import LEASE, Workshop

LISTEN = "{type: poll, resource: jobs, on_own_writes: true}"
NOTE = "  - {id: note, action: set, with: {seen: '{{ record.name }}'}}"
RENAME = "  - {id: w, action: jobs.update, with: {id: '{{ record.id }}', name: '{{ record.name }}+'}}"
UPDATE = "  - {id: w, action: jobs.update, with: {id: '{{ inputs.id }}', name: New}}"
BY_HAND = "{type: manual, inputs: {id: text}}"


def polled(shop: Workshop) -> str:
    """A job that the poller knows."""
    job = shop.account.office_creates(name="Old")
    shop.poller().poll("jobs")
    return job


def write(shop: Workshop, job: str) -> str:
    """A recipe changes the job; the id of its run."""
    recipe = shop.recipe(UPDATE, trigger=BY_HAND)
    return shop.begin(recipe, inputs={"id": job})


def runs_of(shop: Workshop, recipe: Recipe) -> list[Run]:
    """All runs of a recipe, oldest first."""
    lines = shop.views.runs(recipe_id=recipe.id, limit=100).items
    return [shop.page(each.id).run for each in reversed(lines)]


def drain(shop: Workshop) -> None:
    """Work until nothing is due."""
    while claimed := shop.ledger.claim("worker", limit=5, now=shop.now, lease=LEASE):
        for each in claimed:
            work(shop.bench(each))


def test_a_write_of_ours_starts_who_listens_to_them(shop: Workshop) -> None:
    job = polled(shop)
    listens, does_not = shop.recipe(NOTE, trigger=LISTEN), shop.recipe(NOTE, trigger="{type: poll, resource: jobs}")
    writer = write(shop, job)
    drain(shop)
    [run] = runs_of(shop, listens)
    assert runs_of(shop, does_not) == []
    event = shop.page(run.id).event
    assert (event.type, event.origin, event.hop, event.cause_run_id) == ("jobs.updated", "hub", 1, writer)
    assert event.data["before"]["name"] == "Old"
    assert event.data["record"]["name"] == "New"
    assert "name" in event.data["changed"]
    shop.poller().poll("jobs")
    assert len(runs_of(shop, listens)) == 1


@pytest.mark.parametrize("fault", [("before", Transient("away")), ("after", Unknown("lost"))], ids=["away", "lost"])
def test_a_write_that_is_tried_again_is_one_event(shop: Workshop, fault: tuple[str, Exception]) -> None:
    job = polled(shop)
    listens = shop.recipe(NOTE, trigger=LISTEN)
    shop.account.faults = [fault]  # type: ignore[list-item]
    write(shop, job)
    drain(shop)
    shop.now += 60
    drain(shop)
    assert len(runs_of(shop, listens)) == 1


def test_a_write_that_changes_nothing_starts_nothing(shop: Workshop) -> None:
    job = polled(shop)
    listens = shop.recipe(NOTE, trigger=LISTEN)
    shop.account.office_edits(job, name="New")
    write(shop, job)
    drain(shop)
    assert runs_of(shop, listens) == []


def test_a_chain_ends_after_five_runs_and_says_so(shop: Workshop) -> None:
    job = polled(shop)
    circle = shop.recipe(RENAME, trigger=LISTEN)
    write(shop, job)
    drain(shop)
    found = sorted(runs_of(shop, circle), key=lambda each: shop.page(each.id).event.hop)
    assert [each.status.value for each in found] == ["succeeded"] * 5 + ["skipped"]
    assert found[-1].reason == "A chain of 5 runs, each started by the one before, leads here. It is stopped."
    assert shop.account.records["jobs"][job]["name"] == "New+++++"


def test_new_and_deleted_records_are_told_of(shop: Workshop) -> None:
    polled(shop)
    listens = shop.recipe(NOTE, trigger="{type: poll, resource: jobs, events: [created, deleted], on_own_writes: true}")
    steps = "  - {id: c, action: jobs.create, with: {name: Made}}\n"
    steps += "  - {id: d, action: jobs.delete, with: {id: '{{ steps.c.id }}'}}"
    shop.begin(shop.recipe(steps))
    drain(shop)
    found = runs_of(shop, listens)
    assert sorted(shop.page(each.id).event.type for each in found) == ["jobs.created", "jobs.deleted"]
    assert all(each.status is RunStatus.SUCCEEDED for each in found)
