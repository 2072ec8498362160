"""Two clocks overlap, as on a deploy, and are killed, frozen and ended at random: each thing starts once."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from hub.model import Delivery, DeliveryStatus, new_id
from hub.services import Services
from sandbox.server import Server
from tests.acceptance.conftest import call_api
from tests.plugins.conftest import Feed
from tests.services.processes import HubProcesses, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

SECONDS = 20.0
SCHEDULES = 8
KEPT_BACK = 200
SCHEDULE = """recipe: 1
name: Every ten seconds %d
trigger: {type: schedule, every: 10s, missed: each}
steps:
  - {id: note, action: set, with: {at: "{{ event.time }}"}}
"""
LEADS = """recipe: 1
name: Leads
trigger: {type: webhook, path: leads, verify: none}
steps:
  - {id: note, action: set, with: {n: "{{ body.n }}"}}
"""
JOBS = """recipe: 1
name: New jobs
trigger: {type: poll, resource: jobs, events: [created], every: 10s}
steps:
  - {id: note, action: set, with: {name: "{{ record.name }}"}}
"""

FEED = """recipe: 1
name: New entries
trigger: {type: feed, url: "%s", every: 1s}
steps:
  - {id: note, action: set, with: {title: "{{ entry.title }}"}}
"""


@dataclass
class Two:
    """A hub without workers or web, in which only clocks are started; and the API that they look at."""

    hub: HubProcesses
    services: Services
    sandbox: Server
    feed: Feed

    def runs_of(self, recipe_id: str) -> list[str]:
        """The keys of the events of all runs of a recipe, or the numbers of its webhooks."""
        found: list[str] = []
        after = ""
        while True:
            page = self.services.views.runs(recipe_id=recipe_id, limit=100, after=after)
            events = [self.services.views.event(each.event_id) for each in page.items]
            found += [
                str(each.event.data["body"]["n"] if recipe_id == "leads" else each.event.key) for each in events if each
            ]
            if not page.next:
                return found
            after = page.next


@pytest.fixture
def two(tmp_path: Path, site: Path, feed: Feed) -> Iterator[Two]:
    """Recipes with schedules, a poll, a plug-in that watches a feed, and an address that has kept deliveries back."""
    recipes = tmp_path / "recipes"
    recipes.mkdir()
    for number in range(SCHEDULES):
        (recipes / f"every-{number}.yaml").write_text(SCHEDULE % number)
    (recipes / "leads.yaml").write_text(LEADS)
    (recipes / "jobs.yaml").write_text(JOBS)
    (recipes / "entries.yaml").write_text(FEED % feed.url)
    with Server(tmp_path / "sandbox.db", jobs=20, today=date(2026, 3, 31), rate_per_minute=0) as sandbox:
        environment = {
            "HUB_RECIPES": str(recipes),
            "HUB_ALLOWED_PRIVATE_HOSTS": feed.host,
            "WORKGLUE_API_URL": sandbox.url,
            "WORKGLUE_API_KEY": sandbox.key,
            "PYTHONPATH": str(site),
        }
        with HubProcesses(tmp_path / "hub", environment) as hub:
            released = hub.cli("release")
            assert released.returncode == 0, released.stdout + released.stderr
            with hub.services() as services:
                yield Two(hub, services, sandbox, feed)


def keep_back(services: Services) -> None:
    services.ledger.pause("leads", by="the test", now=services.clock())
    for number in range(KEPT_BACK):
        now = services.clock()
        headers = (("Content-Type", "application/json"),)
        body = b'{"n": %d}' % number
        services.intake.deliver(
            Delivery(new_id("dlv", now), "leads", "POST", "http://x/hooks/leads", "", headers, body, now)
        )
    services.ledger.resume("leads", by="the test", now=services.clock())


def trouble(hub: HubProcesses, over: threading.Event, luck: random.Random) -> None:
    """Until then: kill, end or freeze one of the two clocks, again and again, and start it anew."""
    while not over.wait(luck.uniform(0.5, 2.0)):
        name = luck.choice(("one", "other"))
        match luck.choice(("kill", "end", "freeze")):
            case "kill":
                hub.kill(name)
                hub.start(name, "clock")
            case "end":
                hub.process(name).terminate()
                hub.start("third", "clock")  # the new one begins while the old one ends, as on a deploy
                hub.end(name, seconds=30)
                hub.rename("third", name)
            case _:
                os.kill(hub.process(name).pid, signal.SIGSTOP)
                over.wait(6.0)  # longer than its lease
                with contextlib.suppress(ProcessLookupError):
                    os.kill(hub.process(name).pid, signal.SIGCONT)


def make_things(two: Two) -> int:
    """For 20 seconds, make jobs and entries of the feed while the clocks have their trouble. How many of each."""
    over, made, ends_at = threading.Event(), 0, time.monotonic() + SECONDS
    troubling = threading.Thread(target=trouble, args=(two.hub, over, random.Random(20261124)))
    troubling.start()
    try:
        while time.monotonic() < ends_at:
            call_api(two.sandbox, "POST", "/jobs", {"name": f"Made {made}"})
            two.feed.add(100 + made)
            made += 1
            time.sleep(0.5)
    finally:
        over.set()
        troubling.join()
    return made


def test_everything_starts_exactly_once(two: Two) -> None:
    services = two.services
    two.hub.start("one", "clock")
    two.hub.start("other", "clock")

    def has_looked() -> bool:
        listed = any(each.resource == "jobs" and each.baseline_at for each in services.views.cursors())
        return listed and services.ledger.watched("entries", "feed").state is not None

    wait_for(has_looked, seconds=30, why="the list and the feed are known")
    keep_back(services)
    began = time.time()
    made = make_things(two)
    due = {str(at) for at in range(int(began // 10 + 1) * 10, int(time.time()) + 1, 10)}
    every = [f"every-{number}" for number in range(SCHEDULES)]

    wait_for(lambda: services.views.address("leads").state == "", seconds=60, why="the address goes on")
    for name in ("jobs", "entries"):
        wait_for(lambda name=name: len(two.runs_of(name)) >= made, seconds=60, why=f"all {name} were seen")  # type: ignore[misc]
    for name in every:
        wait_for(lambda name=name: due <= set(two.runs_of(name)), seconds=30, why="no time was left out")  # type: ignore[misc]
    for name in ("jobs", "entries", *every):
        assert set(Counter(two.runs_of(name)).values()) == {1}, name
    assert len(two.runs_of("jobs")) == len(two.runs_of("entries")) == made
    assert sorted(two.runs_of("leads"), key=int) == [str(number) for number in range(KEPT_BACK)]
    assert len(services.views.deliveries(status=DeliveryStatus.ACCEPTED, limit=1000).items) == KEPT_BACK
