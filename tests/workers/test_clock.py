"""The clock: what is due is started once, by the one clock that leads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hub.errors import Unavailable
from hub.model import Event, RunStatus
from hub.ports import Arrival
from hub.services import Services, open_services
from hub.settings import read_settings
from hub.store.migrate import upgrade
from hub.store.subscribers import ApiToken, SubscriptionState
from sandbox.server import Server
from tests.services.bell import StillBell
from workers.clock import TEND_EVERY, Clock

HOURLY = """recipe: 1
name: Hourly
trigger: {type: schedule, every: 1h, missed: each}
steps: [{action: set, with: {a: 1}}]
"""
NEW_JOB = """recipe: 1
name: New job
trigger: {type: poll, resource: jobs, events: [created], every: 10s}
steps: [{action: set, with: {a: "{{ record.name }}"}}]
"""


class House:
    """A hub's services, whose clock is moved by hand, and a folder of recipes."""

    def __init__(self, home: Path, sandbox: Server) -> None:
        self.ahead = 0.0
        self.recipes = home / "recipes"
        self.recipes.mkdir()
        self.environment = {
            "HUB_HOME": str(home),
            "HUB_RECIPES": str(self.recipes),
            "WORKGLUE_API_URL": sandbox.url,
            "WORKGLUE_API_KEY": sandbox.key,
        }
        self.bell = StillBell()
        self.services = self.open()
        upgrade(self.services.database)
        self.pool = ThreadPoolExecutor(4)

    def open(self) -> Services:
        """The services of one process."""
        services = open_services(read_settings(self.environment), clock=lambda: time.time() + self.ahead)
        services.bell = self.bell  # type: ignore[assignment]
        return services

    def runs(self) -> list[RunStatus]:
        """The states of all runs."""
        return [each.status for each in self.services.views.runs(limit=200).items]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house of its own."""
    with Server(tmp_path / "sandbox.db", jobs=20, today=date(2026, 3, 31), rate_per_minute=0) as sandbox:
        house = House(tmp_path, sandbox)
        yield house
        house.pool.shutdown()
        house.services.close()


def eventually(what: Callable[[], bool]) -> None:
    """Within ten seconds."""
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_changed_recipe_file_is_put_in_force_and_a_removed_one_taken_out(house: House) -> None:
    clock = Clock(house.services)
    file = house.recipes / "hourly.yaml"
    file.write_text(HOURLY)
    clock.tick(house.pool)
    assert [each.name for each in house.services.views.current_recipes()] == ["Hourly"]
    file.write_text(HOURLY.replace("Hourly", "Every hour, again"))
    clock.tick(house.pool)
    assert [each.name for each in house.services.views.current_recipes()] == ["Every hour, again"]
    file.unlink()
    clock.tick(house.pool)
    assert house.services.views.current_recipes() == []


def test_a_schedule_fires_once_for_each_of_its_times(house: House) -> None:
    (house.recipes / "hourly.yaml").write_text(HOURLY)
    clock = Clock(house.services)
    clock.tick(house.pool)
    assert house.runs() == []
    for hours in range(1, 4):
        house.ahead = hours * 3600
        for _ in range(3):
            clock.tick(house.pool)
        assert len(house.runs()) == hours
    house.ahead = 6 * 3600
    clock.tick(house.pool)
    assert len(house.runs()) == 6, "the two that were missed are made up for"
    assert house.bell.rings


def test_of_two_clocks_one_leads_and_the_other_takes_over(house: House) -> None:
    (house.recipes / "hourly.yaml").write_text(HOURLY)
    first, second = Clock(house.services), Clock(house.open())
    assert first.tick(house.pool)
    assert not second.tick(house.pool)
    house.ahead = 3600
    first.tick(house.pool)
    second.tick(house.pool)
    assert len(house.runs()) == 1
    house.services.ledger.step_down("clock", owner=first.owner)
    assert second.tick(house.pool)
    assert not first.tick(house.pool)
    house.ahead = 7200
    second.tick(house.pool)
    assert len(house.runs()) == 2


def test_a_clock_that_died_is_followed_within_seconds(house: House) -> None:
    first, second = Clock(house.services), Clock(house.open())
    assert first.tick(house.pool)
    house.ahead = 6.0
    assert second.tick(house.pool)


def test_a_changed_table_is_put_in_force_and_one_with_a_mistake_stays_as_it_was(house: House) -> None:
    def rows() -> dict[str, object]:
        found = house.services.ledger.tables(at=house.services.clock())
        return {name: table.plain() for name, table in found.items()}

    file = house.recipes / "tables" / "states.csv"
    file.parent.mkdir()
    clock = Clock(house.services)
    for text, expected in (("k,v\nIL,Illinois\n", "Illinois"), ("k,v\nIL,a longer name\n", "a longer name")):
        file.write_text(text)
        house.ahead += 1
        clock.tick(house.pool)
        assert rows() == {"states": {"IL": expected}}
    file.write_text("k,v\nIL,one,two\n")
    house.ahead += 1
    clock.tick(house.pool)
    assert rows() == {"states": {"IL": "a longer name"}}
    file.unlink()
    house.ahead += 1
    clock.tick(house.pool)
    assert rows() == {}


def test_lists_are_polled_as_often_as_their_recipes_say(house: House) -> None:
    (house.recipes / "new-job.yaml").write_text(NEW_JOB)
    clock = Clock(house.services)

    def passes() -> int:
        return sum(each.passes for each in house.services.views.cursors())

    clock.tick(house.pool)
    eventually(lambda: passes() == 1)
    clock.tick(house.pool)
    assert passes() == 1
    house.services.api.create("jobs", {"name": "Fresh", "stage_id": "stg_1", "customer_id": "cus_1"}, key="x")
    house.ahead = 11.0
    clock.tick(house.pool)
    eventually(lambda: passes() == 2)
    assert house.runs() == [RunStatus.QUEUED]


def test_what_is_due_and_unowned_gets_rung(house: House) -> None:
    (house.recipes / "hourly.yaml").write_text(HOURLY)
    clock = Clock(house.services)
    clock.tick(house.pool)
    house.ahead = 3600
    clock.tick(house.pool)
    rings = house.bell.rings
    clock.tick(house.pool)
    assert house.bell.rings == rings + 1
    (claimed,) = house.services.ledger.claim("w", limit=5, now=house.services.clock(), lease=60)
    clock.tick(house.pool)
    assert house.bell.rings == rings + 1, "somebody works on it"
    house.ahead += 61
    clock.tick(house.pool)
    assert house.bell.rings == rings + 2, f"the worker of {claimed.run.id} is gone"


def test_a_refused_key_that_works_again_releases_what_waited(house: House) -> None:
    services = house.services
    assert services.api
    services.live_key.refused(services.views.connections()[0].version)
    assert services.views.connections()[0].state == "rejected"
    clock = Clock(services)
    house.ahead = 59
    clock.tick(house.pool)
    house.ahead = 61
    assert services.views.connections()[0].state == "rejected"
    clock.tick(house.pool)
    eventually(lambda: services.views.connections()[0].state == "ok")
    eventually(lambda: house.bell.rings == 1)


def test_polls_rest_while_the_key_is_refused_and_go_on_at_once_with_a_new_one(house: House) -> None:
    (house.recipes / "new-job.yaml").write_text(NEW_JOB)
    services, clock = house.services, Clock(house.services)
    clock.tick(house.pool)
    eventually(lambda: any(each.passes for each in services.views.cursors()))
    services.live_key.refused(1)
    for ahead in (20, 40):
        house.ahead = ahead
        clock.tick(house.pool)
        assert not any(not each.done() for each in clock._polls._under_way.values())
    assert services.views.cursors()[0].passes == 1
    services.keys.enter(services.settings.api_key, by="ana")
    clock.tick(house.pool)
    eventually(lambda: services.views.cursors()[0].passes == 2)


def test_a_broken_recipe_file_is_shown_and_stops_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    (house.recipes / "hourly.yaml").write_text(HOURLY)
    (house.recipes / "broken.yaml").write_text("recipe: 1\nname: Broken\nsteps: []\n")
    clock = Clock(house.services)
    clock.tick(house.pool)
    shown = {each.recipe_id: each for each in house.services.views.recipes(now=house.services.clock())}
    assert (shown["hourly"].usable, shown["broken"].usable) == (True, False)
    assert shown["broken"].problems[0]["line"]
    assert "broken.yaml" in caplog.text
    house.ahead = 3600
    clock.tick(house.pool)
    assert len(house.runs()) == 1


def test_a_subscription_whose_receiver_is_gone_is_ended(house: House) -> None:
    services = house.services
    token = ApiToken("abc123", "Zap", ("hooks",), services.clock())
    services.ledger.create_token(token, "secret", by="ana")
    found, _ = services.subscribe(token, url="https://example.com", events=["jobs.created"])
    clock = Clock(services)
    clock.tick(house.pool)
    event = Event("evt_1", "jobs.created", "poll:jobs", "1", services.clock(), {"record": {}})
    gone = replace(
        services.intake.begin(services.shelf.enabled()[0], "jobs", event),
        status=RunStatus.FAILED,
        error={"status": 410},
    )
    services.ledger.admit([Arrival(event, (gone,))])
    house.ahead = TEND_EVERY + 1
    clock.tick(house.pool)
    line = services.views.subscription(found.id)
    assert line is not None
    assert line.subscription.state is SubscriptionState.ENDED


def test_the_next_clock_may_lead_while_a_poll_of_the_old_one_ends(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.environment["HUB_TICK"] = "30"  # its lease would last for minutes
    services, page = house.open(), threading.Event()
    clock = Clock(services)
    tick = clock.tick

    def last_tick(pool: ThreadPoolExecutor) -> bool:
        pool.submit(page.wait, 30)
        clock.over.set()
        return tick(pool)

    monkeypatch.setattr(clock, "tick", last_tick)
    running = threading.Thread(target=clock.run)
    running.start()
    try:
        eventually(clock.over.is_set)
        eventually(lambda: services.ledger.lead("clock", owner="next", now=services.clock(), lease=1))
        assert running.is_alive(), "its poll is still under way"
    finally:
        page.set()
        running.join()
        services.close()


def test_a_clock_that_cannot_step_down_ends_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr(house.services.ledger, "step_down", fail)
    clock = Clock(house.services)
    clock.over.set()
    clock.run()
    assert "Another clock leads only when this one's lease has ended" in caplog.text


def test_a_start_after_a_gap_is_reported_before_anything_is_made_up_for(house: House) -> None:
    (house.recipes / "hourly.yaml").write_text(HOURLY)
    services = house.services
    services.publish_recipes()
    services.ledger.schedule("hourly", services.shelf.enabled()[0].triggers[0].id, next_at=services.clock() - 3600)
    services.ledger.heartbeat("clock", "old", now=services.clock() - 4000, detail={"began": services.clock() - 9000})
    clock = Clock(services)
    clock.began_as = {"began": services.clock(), "version": "1", "program": "a"}
    assert clock.tick(house.pool)
    [report] = services.views.outages()
    assert report.facts["late"]["hourly"] >= 1
    assert len(house.runs()) == report.facts["late"]["hourly"]
    assert clock.tick(house.pool)
    assert len(services.views.outages()) == 1
