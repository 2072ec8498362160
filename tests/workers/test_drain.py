"""A drain: many runs in hand at once, leases kept alive, and an orderly end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub.model import Event, RunStatus, new_id
from hub.ports import Arrival
from hub.services import Services, open_services, published
from hub.settings import read_settings
from hub.store.migrate import upgrade
from sandbox.server import Server
from tests.services.bell import StillBell
from workers.drain import Drain

RECIPE = """recipe: 1
name: Two jobs
trigger: {type: manual, inputs: {n: integer}}
steps:
  - {id: one, action: jobs.create, with: {name: "one {{ inputs.n }}"}}
  - {id: two, action: jobs.create, with: {name: "two {{ inputs.n }}"}}
"""


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Services with one recipe in force, a lease of two seconds, and room for four runs."""
    with Server(tmp_path / "sandbox.db", jobs=0, today=date(2026, 3, 31), rate_per_minute=0) as sandbox:
        (tmp_path / "recipes").mkdir()
        (tmp_path / "recipes" / "two-jobs.yaml").write_text(RECIPE)
        environment = {
            "HUB_HOME": str(tmp_path),
            "HUB_RECIPES": str(tmp_path / "recipes"),
            "WORKGLUE_API_URL": sandbox.url,
            "WORKGLUE_API_KEY": sandbox.key,
            "HUB_LEASE": "2",
            "HUB_DRAIN_THREADS": "4",
        }
        opened = open_services(read_settings(environment))
        opened.bell = StillBell()  # type: ignore[assignment]
        upgrade(opened.database)
        opened.ledger.publish([published(each) for each in opened.read_recipes()], now=opened.clock())
        yield opened
        opened.close()


def begin(services: Services, count: int) -> None:
    """Make runs that are due."""
    recipe = services.shelf.enabled()[0]
    for number in range(count):
        now = services.clock()
        event = Event(new_id("evt", now), "manual", "manual:two-jobs", str(number), now, {"inputs": {"n": number}})
        run = services.intake.begin(recipe, recipe.triggers[0].id, event)
        services.ledger.admit([Arrival(event, (run,))])


def on_create(services: Services, monkeypatch: pytest.MonkeyPatch, before: Callable[[str], None]) -> None:
    """Call `before(name)` before each job is created."""
    create = services.api.create

    def created(resource: str, fields: Mapping[str, Any], *, key: str) -> Any:
        before(str(fields["name"]))
        return create(resource, fields, key=key)

    monkeypatch.setattr(services.api, "create", created)


def states(services: Services) -> list[tuple[RunStatus, int]]:
    """(status, crashes) of all runs."""
    return [(each.status, each.crashes) for each in services.views.runs(limit=100).items]


def test_many_runs_are_in_hand_at_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(4)
    on_create(services, monkeypatch, lambda name: together.wait(20) if name.startswith("one") else None)
    begin(services, 8)
    assert Drain(services, owner="w").work(seconds=30, linger=0.0) == 8
    assert states(services) == [(RunStatus.SUCCEEDED, 0)] * 8


def test_a_long_step_keeps_its_lease(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    on_create(services, monkeypatch, lambda name: time.sleep(4.0) if name.startswith("one") else None)
    begin(services, 1)
    others: list[int] = []

    def look_for_work() -> None:
        for _ in range(35):
            others.append(len(services.ledger.claim("other", limit=5, now=services.clock(), lease=1)))
            time.sleep(0.1)

    rival = threading.Thread(target=look_for_work)
    worker = threading.Thread(target=Drain(services, owner="w").work, kwargs={"seconds": 10, "linger": 0.0})
    worker.start()
    while services.views.due_count(services.clock()):
        time.sleep(0.01)
    rival.start()
    rival.join()
    worker.join()
    assert sum(others) == 0
    assert states(services) == [(RunStatus.SUCCEEDED, 0)]


def test_a_drain_asked_to_stop_finishes_the_call_in_hand_and_hands_the_rest_back(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    drain = Drain(services, owner="w")
    on_create(services, monkeypatch, lambda _: drain.stopping.set())
    begin(services, 6)
    drain.work(seconds=30)
    assert {status for status, _ in states(services)} == {RunStatus.QUEUED}
    monkeypatch.undo()
    services.bell = StillBell()  # type: ignore[assignment]
    Drain(services, owner="next").work(seconds=30, linger=0.0)
    assert states(services) == [(RunStatus.SUCCEEDED, 0)] * 6
    made = [each["name"] for page in services.api.pages("jobs") for each in page.records]
    assert sorted(made) == sorted(f"{what} {number}" for what in ("one", "two") for number in range(6))


def test_a_drain_without_work_gives_its_worker_back(services: Services) -> None:
    assert Drain(services, owner="w").work(seconds=30, linger=0.05) == 0


def test_a_run_whose_version_is_gone_fails_and_says_so(services: Services) -> None:
    begin(services, 1)
    services.shelf._versions.clear()
    with services.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM recipe_version")
    Drain(services, owner="w").work(seconds=30, linger=0.0)
    assert [status for status, _ in states(services)] == [RunStatus.FAILED]
    assert "cannot be read any more" in services.views.runs().items[0].reason
