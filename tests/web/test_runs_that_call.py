"""A run that has called another one, and the one that was called: their pages lead to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hub.model import Event, RunStatus, StepStatus
from hub.ports import Arrival, Entry, RunChange
from hub.services import Services
from tests.web import scenes
from tests.web.visitor import Visitor

Enter = Callable[..., Visitor]


def test_their_pages_lead_to_each_other(visit: Enter, services: Services) -> None:
    caller, at = scenes.add_run(services), services.clock()
    recipe = next(each for each in services.shelf.enabled() if each.id == "website-lead")
    event = Event("evt_called", "call", "call:website-lead", f"{caller}/bill", at, {"inputs": {}}, cause_run_id=caller)
    run = replace(services.intake.begin(recipe, recipe.triggers[0].id, event), id="run_called", root_id="run_called")
    request = {"recipe": "website-lead", "inputs": {}, "wait": True, "run": "run_called"}
    step = scenes.add_step(caller, "bill", "call", at, StepStatus.WAITING, request=request)
    [claimed] = services.ledger.claim("worker", limit=10, now=at, lease=60.0)
    change = RunChange(RunStatus.QUEUED, due_at=at + 900, reason="Waiting for the recipe website-lead.")
    services.ledger.record([Entry(caller, claimed.run.claim, (step,), (), change, (), (Arrival(event, (run,)),))])
    visitor = visit()
    assert "Waiting for the recipe website-lead." in visitor.words(f"/runs/{caller}")
    assert 'href="/runs/run_called">See the run that it called</a>' in visitor.read(f"/runs/{caller}")
    assert "Called by another recipe" in visitor.words("/runs/run_called")
    assert f'href="/runs/{caller}">another run</a>' in visitor.read("/runs/run_called")
