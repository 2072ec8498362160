"""What an address kept back is started once and in order, although the clock is killed again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model import Delivery, DeliveryStatus, new_id
from tests.services.processes import HubProcesses, wait_for

pytestmark = pytest.mark.processes

MANY = 300
RECIPE = """recipe: 1
name: Leads
trigger: {type: webhook, path: leads, verify: none}
steps:
  - {id: note, action: set, with: {n: "{{ body.n }}"}}
"""


def test_each_starts_once_and_in_order(tmp_path: Path) -> None:
    recipes = tmp_path / "recipes"
    recipes.mkdir()
    (recipes / "leads.yaml").write_text(RECIPE)
    with HubProcesses(tmp_path / "home", {"HUB_RECIPES": str(recipes)}) as hub:
        assert hub.cli("release").returncode == 0
        with hub.services() as services:
            services.ledger.pause("leads", by="the test", now=services.clock())
            for number in range(MANY):
                now = services.clock()
                headers = (("Content-Type", "application/json"),)
                body = b'{"n": %d}' % number
                services.intake.deliver(
                    Delivery(new_id("dlv", now), "leads", "POST", "http://x/hooks/leads", "", headers, body, now)
                )
            assert len(services.views.kept_back("leads", limit=MANY)) == MANY
            services.ledger.resume("leads", by="the test", now=services.clock())

            def waiting() -> int:
                return len(services.views.kept_back("leads", limit=MANY))

            for target in (MANY - 20, MANY - 120, 60):
                hub.start("clock")
                wait_for(lambda target=target: waiting() < target, seconds=40, why="the clock lets go")  # type: ignore[misc]
                hub.kill("clock")
            assert 0 < waiting() < MANY or services.views.address("leads").state in ("", "resuming")
            hub.start("clock")
            wait_for(lambda: services.views.address("leads").state == "", seconds=40, why="the address goes on")
            runs = sorted(services.views.runs(limit=1000).items, key=lambda each: (each.due_at, each.id))
            events = [services.views.event(each.event_id) for each in runs]
            assert [each.event.data["body"]["n"] for each in events if each] == list(range(MANY))
            assert len(services.views.deliveries(status=DeliveryStatus.ACCEPTED, limit=1000).items) == MANY
