"""`make bench`: accept, run, check and poll, each beside what it should be compared with; a table and a JSON file.

Figures of one machine at one moment mean little: read the ratios. They are kept in bench/results/.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench import account, gate
from hub.engine.journal import GroupJournal
from hub.model import Delivery, Event, new_id
from hub.ports import Arrival
from hub.recipe.check import check
from hub.services import Services, open_services, published
from hub.settings import read_settings
from hub.store.migrate import upgrade
from workers.drain import Drain

RUNS = 1500
DELIVERIES = 1500
RECIPES = 1000
RESULTS = Path(__file__).parent / "results"
RECIPE = """recipe: 1
name: One call
trigger: {type: webhook, path: bench, verify: none}
steps:
  - {id: job, action: jobs.create, with: {name: "Lead {{ body.n }}"}}
"""


class QuietBell:
    """Nobody has to be woken: the bench calls the drain itself."""

    def ring(self) -> bool:
        """Nothing."""
        return True

    def wait(self, seconds: float) -> bool:
        """A moment."""
        time.sleep(min(seconds, 0.002))
        return False

    def close(self) -> None:
        """Nothing."""


def main() -> None:
    """Measure everything and print it."""
    api, process = account.start()
    try:
        figures = {
            "accepted/s, one after the other": DELIVERIES / _with_hub(api, 16, _accept),
            "runs/s, 1 in hand": RUNS / _with_hub(api, 1, _run),
            "runs/s, 16 in hand": RUNS / _with_hub(api, 16, _run),
            "runs/s, 16 in hand, one commit a write": RUNS / _with_hub(api, 16, _run_alone),
            "recipes checked/s": RECIPES / _check(),
            **gate.measure(),
        }
    finally:
        process.terminate()
    ratios = {
        "16 in hand / 1 in hand": figures["runs/s, 16 in hand"] / figures["runs/s, 1 in hand"],
        "shared commits / one commit a write": figures["runs/s, 16 in hand"]
        / figures["runs/s, 16 in hand, one commit a write"],
        "accepted / run": figures["accepted/s, one after the other"] / figures["runs/s, 16 in hand"],
    }
    for name, value in {**figures, **ratios}.items():
        print(f"{name:<45} {value:>10.2f}")
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()}
    file = RESULTS / f"{time.strftime('%Y-%m-%d-%H%M%S', time.gmtime())}.json"
    file.write_text(json.dumps({"machine": machine, "figures": figures, "ratios": ratios}, indent=1) + "\n")
    print(f"kept in bench/results/{file.name}")


def _with_hub(api: str, threads: int, measure: Callable[[Services], float]) -> float:
    """The seconds that `measure` reports for a hub of its own on SQLite, history on, commits durable."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "HUB_HOME": home,
            "HUB_RECIPES": home,
            "WORKGLUE_API_URL": api,
            "WORKGLUE_API_KEY": "bench",
            "HUB_DRAIN_THREADS": str(threads),
        }
        services = open_services(read_settings(environment))
        services.bell = QuietBell()  # type: ignore[assignment]
        upgrade(services.database)
        Path(home, "one-call.yaml").write_text(RECIPE)
        services.ledger.publish([published(each) for each in services.read_recipes()], now=services.clock())
        try:
            return measure(services)
        finally:
            services.close()


def _accept(services: Services) -> float:
    began = time.perf_counter()
    for number in range(DELIVERIES):
        now = services.clock()
        headers = (("Content-Type", "application/json"),)
        body = b'{"n": %d}' % number
        services.intake.deliver(
            Delivery(new_id("dlv", now), "bench", "POST", "http://x/hooks/bench", "", headers, body, now)
        )
    return time.perf_counter() - began


def _run(services: Services) -> float:
    recipe = services.shelf.enabled()[0]
    arrivals = []
    for number in range(RUNS):
        now = services.clock()
        event = Event(new_id("evt", now), "manual", "bench", str(number), now, {"body": {"n": number}})
        arrivals.append(Arrival(event, (services.intake.begin(recipe, recipe.triggers[0].id, event),)))
    services.ledger.admit(arrivals)
    began = time.perf_counter()
    done = Drain(services, owner="bench").work(seconds=300, linger=0.0)
    assert done == RUNS, done
    return time.perf_counter() - began


class _OneByOne(GroupJournal):
    """Every entry in a commit of its own, for comparison."""

    def write(self, entry: object) -> None:
        """Commit this entry alone."""
        assert not self._ledger.record([entry])  # type: ignore[list-item]


def _run_alone(services: Services) -> float:
    services.tools = replace(services.tools, journal=_OneByOne(services.ledger, patience=1.0))
    return _run(services)


def _check() -> float:
    services = open_services(read_settings({"HUB_HOME": "unused"}))
    began = time.perf_counter()
    for number in range(RECIPES):
        check(RECIPE.replace("One call", f"Call {number}"), file=f"recipe-{number}.yaml", **services.check_options())
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
