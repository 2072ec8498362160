"""One claimed run on the bench: what is known of it, and what is still to be written down.

Results of steps without effects are written together with the next intent or the end of the run; a step's intent is
durable before its effect leaves, and its outcome right after.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.engine.journal import Journal
from hub.engine.scope import names_for, scrub
from hub.engine.transport import Doors
from hub.errors import LeaseLost
from hub.model import Attempt, Recipe, StepRecord, Write
from hub.ports import ClaimedRun, Entry, RunChange
from hub.recipe.expressions import Expressions
from hub.registry import Registry


@dataclass(frozen=True, slots=True)
class Tools:
    """What every run on every bench shares. `luck` gives random numbers in [0, 1); `secrets` those that exist now.

    `reject_key(connection, version)` is told of a key that the API refused.
    """

    journal: Journal
    doors: Doors
    registry: Registry
    expressions: Expressions
    clock: Callable[[], float]
    luck: Callable[[], float]
    secrets: Callable[[], Mapping[str, str]]
    reject_key: Callable[[str, int], None]
    unknown_wait: float = 90.0
    timezone: str = "UTC"
    dry: bool = False


class Lease:
    """Whether a run is still ours. The thread that renews the leases says when it is not."""

    def __init__(self) -> None:
        self.lost = False


@dataclass(slots=True)
class Bench:
    """See the module. `stopping` is set when the process is about to end: no further step is begun then."""

    claimed: ClaimedRun
    recipe: Recipe
    tools: Tools
    lease: Lease
    stopping: threading.Event
    known: dict[str, StepRecord] = field(default_factory=dict)
    plan: list[dict[str, Any]] = field(default_factory=list)
    secrets: Mapping[str, str] = field(default_factory=dict)
    verdict: Mapping[str, Any] | None = None
    decision: str = ""
    _steps: dict[str, StepRecord] = field(default_factory=dict)
    _attempts: list[Attempt] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def lay(
        cls, claimed: ClaimedRun, *, recipe: Recipe, tools: Tools, lease: Lease, stopping: threading.Event
    ) -> Bench:
        """A bench with everything that the journal holds about the run."""
        return cls(
            claimed,
            recipe,
            tools,
            lease,
            stopping,
            known=dict(claimed.journal),
            secrets=dict(tools.secrets()),
            verdict=claimed.run.verdict,
            decision=str(claimed.run.variables.get("decision", "")),
        )

    def scope(self) -> dict[str, Any]:
        """The names at the start of the run."""
        run = self.claimed.run
        return names_for(self.claimed.event, recipe=self.recipe, run=run, secrets=self.secrets, now=self.tools.clock)

    def now(self) -> float:
        """The engine's clock."""
        return self.tools.clock()

    def clean(self, value: Any) -> Any:
        """`value` without the text of any secret."""
        return scrub(value, self.secrets)

    def remember(self, record: StepRecord, *, attempt: Attempt | None = None) -> None:
        """Keep a step's new line, to be written with the next flush."""
        with self._lock:
            self.known[record.path] = record
            self._steps[record.path] = record
            if attempt is not None:
                self._attempts.append(attempt)

    def flush(self, *, change: RunChange | None = None, writes: tuple[Write, ...] = ()) -> None:
        """Write down what is pending. LeaseLost when the run is no longer ours."""
        if self.lease.lost:
            raise LeaseLost(f"Run {self.claimed.run.id} belongs to another worker now.")
        with self._lock:
            steps, self._steps = tuple(self._steps.values()), {}
            attempts, self._attempts = tuple(self._attempts), []
        if not steps and not attempts and change is None and not writes:
            return
        run = self.claimed.run
        self.tools.journal.write(Entry(run.id, run.claim, steps, attempts, change, writes))

    def take_decision(self) -> str:
        """What a person decided about the step that may have happened; counts for one step only."""
        decision, self.decision = self.decision, ""
        return decision
