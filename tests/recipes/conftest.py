"""The shipped recipes, run by the real engine against the real sandbox over HTTP. Only the clock is moved by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from hub.engine.reception import Answer
from hub.model import Delivery, Event, Recipe, RunStatus, new_id
from hub.ports import Arrival
from hub.services import Services, open_services, published
from hub.settings import read_settings
from hub.store.migrate import upgrade
from hub.store.views.shapes import RunPage
from sandbox.messages import read_messages
from sandbox.server import Server
from tests.services.bell import StillBell
from workers.drain import Drain

ROOMS = {"TEAM_CHAT_URL": "team", "PRODUCTION_CHAT_URL": "production", "BOOKKEEPING_URL": "bookkeeping"}
LEAD_SECRET = "lead-secret-for-the-tests"
DAY = 86_400.0
RECIPES = Path(__file__).parents[2] / "recipes"
TODAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 17, tzinfo=UTC)
"""Tuesday, noon in Chicago. The seeded records end on this day."""


class Clock:
    """The time of the hub and of Workglue: it goes on by itself from NOON, and is moved ahead by hand."""

    def __init__(self) -> None:
        self.ahead = NOON.timestamp() - time.time()

    def __call__(self) -> float:
        return time.time() + self.ahead


class Office:
    """An office with one shipped recipe in force, and a sandbox that plays Workglue and the chats."""

    def __init__(self, home: Path, sandbox: Server, clock: Clock) -> None:
        self.clock = clock
        self._sandbox = sandbox
        self._seen = 0
        self._numbers = count(1)
        self._recipes = Path(shutil.copytree(RECIPES, home / "recipes"))
        host = sandbox.root.removeprefix("http://")
        chats = {f"HUB_SECRET_{name}": f"json://{host}/sandbox/messages/{room}" for name, room in ROOMS.items()}
        environment = {
            "HUB_HOME": str(home),
            "HUB_RECIPES": str(self._recipes),
            "WORKGLUE_API_URL": sandbox.url,
            "WORKGLUE_API_KEY": sandbox.key,
            "HUB_ALLOWED_PRIVATE_HOSTS": host,
            "HUB_SECRET_WEBSITE_LEAD_SECRET": LEAD_SECRET,
            **chats,
        }
        self.services: Services = open_services(read_settings(environment), clock=clock)
        self.services.bell = StillBell()  # type: ignore[assignment]
        upgrade(self.services.database)

    def rewrite(self, name: str, old: str, new: str) -> None:
        """Change one place of a recipe, as its comments say that the office may."""
        file = self._recipes / f"{name}.yaml"
        text = file.read_text()
        assert text.count(old) == 1
        file.write_text(text.replace(old, new))

    def use(self, name: str) -> Recipe:
        """Put this one shipped recipe in force, and let the first poll pass silently."""
        checked = [each for each in self.services.read_recipes() if Path(each.file).stem == name]
        assert checked[0].recipe is not None, checked[0].problems
        self.services.ledger.publish([published(each) for each in checked], now=self.services.clock())
        for trigger in checked[0].recipe.triggers:
            if trigger.type == "poll":
                self.poll(trigger.options["resource"])
        return checked[0].recipe

    def pass_days(self, days: float) -> None:
        """Nothing happens for some days."""
        self.clock.ahead += days * DAY

    def poll(self, resource: str = "jobs") -> None:
        """One poll, a minute later."""
        self.clock.ahead += 60
        self.services.poller("test").poll(resource)

    def fire(self, name: str, *, late: float | None = 0.0) -> None:
        """Put this recipe in force, and let its schedule fire for a time that is `late` days ago.

        None: a person starts it, for no time in particular.
        """
        recipe = self.use(name)
        now = self.services.clock()
        at = None if late is None else datetime.fromtimestamp(now - late * DAY, UTC).isoformat().replace("+00:00", "Z")
        event = Event(
            new_id("evt", now), "schedule", f"schedule:{name}/x", str(now), now, {"scheduled_at": at} if at else {}
        )
        run = self.services.intake.begin(recipe, recipe.triggers[0].id, event)
        self.services.ledger.admit([Arrival(event, (run,))])

    def work(self) -> list[RunPage]:
        """Do everything that is due now; all runs so far, newest first."""
        Drain(self.services, owner="test").work(seconds=30, linger=0.0)
        lines = self.services.views.runs(limit=100).items
        return [page for page in (self.services.views.run(each.id) for each in lines) if page is not None]

    def only_run(self) -> RunPage:
        """Do everything that is due now: the one run there is, which must have succeeded."""
        (page,) = self.work()
        assert page.run.status is RunStatus.SUCCEEDED, (page.run.reason, page.run.error)
        return page

    def create(self, resource: str, **fields: Any) -> dict[str, Any]:
        """A person creates a record; references by name."""
        wanted = self.services.api.resolve(resource, fields)
        return self.services.api.create(resource, wanted, key=f"test-{next(self._numbers)}")

    def patch(self, resource: str, record: dict[str, Any], **fields: Any) -> None:
        """A person changes a record; references by name."""
        self.services.api.update(resource, record["id"], self.services.api.resolve(resource, fields))

    def patch_job(self, job: dict[str, Any], **fields: Any) -> None:
        """A person changes a job; references by name."""
        self.patch("jobs", job, **fields)

    def jobs(self, **filters: Any) -> list[dict[str, Any]]:
        """Jobs that equal these fields; references by name."""
        return self.records("jobs", **self.services.api.resolve("jobs", filters))

    def records(self, resource: str, **filters: Any) -> list[dict[str, Any]]:
        """Records that equal these fields."""
        return [each for page in self.services.api.pages(resource, filters=filters) for each in page.records]

    def messages(self) -> list[tuple[str, str, str]]:
        """(room, title, text) of the messages since the last look, oldest first."""
        with self._sandbox.database.reading() as connection:
            found = read_messages(connection, since=self._seen)
        self._seen = max([self._seen, *(each.id for each in found)])
        return [(each.room, each.title, each.text) for each in found]

    def deliver_lead(self, lead: dict[str, Any], *, secret: str = LEAD_SECRET) -> Answer:
        """A website sends a signed lead."""
        body = json.dumps(lead).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        now = self.services.clock()
        headers = (("Content-Type", "application/json"), ("X-Signature", signature))
        url = "http://hub.test/hooks/website-lead"
        delivery = Delivery(new_id("dlv", now), "website-lead", "POST", url, "", headers, body, now)
        return self.services.intake.deliver(delivery)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office of its own."""
    clock = Clock()
    with Server(tmp_path / "sandbox.db", jobs=120, today=TODAY, rate_per_minute=0, clock=clock) as sandbox:
        office = Office(tmp_path / "hub", sandbox, clock)
        yield office
        office.services.close()
