"""A dry run takes the first answer, waits for nobody, keeps nothing, and says so."""

from __future__ import annotations

from dataclasses import replace

from hub.engine.rehearsal import Rehearsal, rehearse
from hub.model import Event, RunStatus
from tests.engine.conftest import Workshop

STEPS = """
  - id: ok
    action: wait_for
    with: {answers: [send, keep], for: 3d}
  - id: sent
    action: wait_for
    with: {webhook: done, verify: none, match: body.id, equals: 7, otherwise: {state: unknown}}
  - id: call
    action: hold
    with: {message: Call first.}
  - id: after
    action: set
    with: {answer: "{{ steps.ok.answer }}", state: "{{ steps.sent.body.state }}"}
"""


def dry(shop: Workshop, steps: str) -> Rehearsal:
    recipe = shop.recipe(steps)
    event = Event("evt_1", "manual", f"manual:{recipe.id}", "1", shop.now, {"inputs": {}})
    return rehearse(recipe, event, lambda journal, clock: replace(shop.tools, journal=journal, clock=clock, dry=True))


def test_a_dry_run_goes_through_and_says_what_it_assumed(shop: Workshop) -> None:
    ended = dry(shop, STEPS)
    assert ended.status is RunStatus.SUCCEEDED
    notes = {each.path: each.note for each in ended.journal}
    assert notes["ok"] == "A dry run takes the first answer: send."
    assert notes["sent"] == "A dry run does not wait: it goes on as if nothing had been sent."
    assert notes["call"] == "A dry run goes on here; a run is held for a person."
    outputs = {each.path: each.output for each in ended.journal}
    assert outputs["after"] == {"answer": "send", "state": "unknown"}
    assert shop.ledger.find_answer("dry-run", "ok") is None
    assert shop.ledger.awaited_matches("webhook:done") == []
