"""A hub with a recipe that asks, and the engine to bring its runs to the question."""

from __future__ import annotations

import threading
from pathlib import Path

from hub.engine.bench import Bench, Lease
from hub.engine.run import Ended, work
from hub.model import Event, new_id
from hub.ports import Arrival
from hub.services import Services

RECIPE = """recipe: 1
name: Send the quote
trigger: {type: manual}
inputs: {customer: {type: text, default: Miller & Sons}}
steps:
  - id: keep
    action: set
    with: {link: "{{ links.ok.page }}"}
  - id: pause
    action: wait
    with: {for: 1h}
  - id: ok
    name: May the quote go out
    action: wait_for
    with:
      question: "May we send the quote to {{ inputs.customer }}?"
      answers: [approve, decline, call_me]
      for: 2d
      ask:
        note: {type: text, label: Note for the office, required: false}
        amount: {type: number, label: Most amount, default: 100}
  - id: result
    action: set
    with: {said: "{{ steps.ok.answer }}, {{ steps.ok.note }}, {{ steps.ok.amount }}"}
"""

HOLD = """recipe: 1
name: Call first
trigger: {type: manual}
steps:
  - id: call
    action: hold
    with: {message: "Call Miller & Sons before anything is sent."}
"""


def write_recipe(folder: Path) -> Path:
    """The recipes in a folder of their own."""
    folder.mkdir()
    (folder / "send-quote.yaml").write_text(RECIPE, encoding="utf-8")
    (folder / "call-first.yaml").write_text(HOLD, encoding="utf-8")
    return folder


def begin(services: Services, recipe_id: str = "send-quote") -> str:
    """A run that has not come to its question yet; its id."""
    recipe = next(each for each in services.shelf.enabled() if each.id == recipe_id)
    now = services.clock()
    event_id = new_id("evt", now)
    event = Event(event_id, "manual", f"manual:{recipe.id}", event_id, now, {"inputs": {}})
    run = services.intake.begin(recipe, "manual", event)
    services.ledger.admit([Arrival(event, (run,))])
    go_on(services)
    return run.id


def go_on(services: Services) -> Ended:
    """Work once on the run that is due."""
    [claimed] = services.ledger.claim("worker", limit=10, now=services.clock(), lease=60.0)
    recipe = services.shelf.version(claimed.run.recipe_id, claimed.run.recipe_version)
    stopping = threading.Event()
    return work(Bench.lay(claimed, recipe=recipe, tools=services.tools, lease=Lease(), stopping=stopping))


def link(services: Services, run_id: str, answer: str = "page") -> str:
    """The path of a link."""
    address = services.links.address(run_id, "ok", answer)
    return address[address.index("/answers/") :]
