"""One claimed run on the bench: what is known of it, and what is still to be written down.

Results of steps without effects are written together with the next intent or the end of the run; a step's intent is
durable before its effect leaves, and its outcome right after.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from hub.engine.chains import Chains
from hub.engine.journal import Journal
from hub.engine.limits import RunLimits
from hub.engine.links import LinkNames, questions_of
from hub.engine.scope import names_for, scrub
from hub.engine.transport import Doors
from hub.engine.waiting import NO_HOLIDAYS, Calendar
from hub.errors import LeaseLost
from hub.model import Attempt, Recipe, RunStatus, StepRecord, Write
from hub.ports import Arrival, ClaimedRun, Entry, RunChange
from hub.ports.answers import Answers
from hub.ports.limits import Meter
from hub.recipe.expressions import Expressions
from hub.registry import Registry

_NAMES_TABLES = re.compile(r"\btables\b")


@dataclass(frozen=True, slots=True)
class Tools:
    """What every run on every bench shares. `luck` gives random numbers in [0, 1); `secrets` those that exist now.

    `echoes(run, step's key, writes)` gives what our own writes make happen; None where nothing may be started.
    `meter` counts what all runs of a recipe do, up to `house_messages` an hour where the recipe sets no limit (0: any
    number); None where nothing is counted. `reject_key(connection, version)` is told of a key that the API refused;
    `links(root run, place, answer)` gives the address that answers a question, `answers` knows what was answered.
    `chains` starts runs of other recipes; None where nothing may be started.
    """

    journal: Journal
    doors: Doors
    registry: Registry
    expressions: Expressions
    clock: Callable[[], float]
    luck: Callable[[], float]
    secrets: Callable[[], Mapping[str, str]]
    reject_key: Callable[[str, int], None]
    answers: Answers
    links: Callable[[str, str, str], str]
    chains: Chains | None = None
    unknown_wait: float = 90.0
    calendar: Calendar = NO_HOLIDAYS
    dry: bool = False
    echoes: Callable[[ClaimedRun, str, tuple[Write, ...]], tuple[Arrival, ...]] | None = None
    meter: Meter | None = None
    house_messages: int = 0


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
    limits: RunLimits = field(init=False)
    looking: threading.Lock = field(default_factory=threading.Lock)
    _decided: bool = False
    _steps: dict[str, StepRecord] = field(default_factory=dict)
    _attempts: list[Attempt] = field(default_factory=list)
    _arrivals: list[Arrival] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        tools, run = self.tools, self.claimed.run
        self.limits = RunLimits.read(
            self.recipe,
            run,
            self.known,
            meter=tools.meter,
            clock=tools.clock,
            house_messages=tools.house_messages,
        )

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
        names = names_for(self.claimed.event, recipe=self.recipe, run=run, secrets=self.secrets, now=self.tools.clock)
        return {
            **names,
            "tables": self._tables(),
            "links": LinkNames(questions_of(self.recipe), partial(self.tools.links, run.root_id)),
        }

    def _tables(self) -> dict[str, Any]:
        """The lookup tables as they were when the run began, where the recipe may use them."""
        if not _NAMES_TABLES.search(self.recipe.source):
            return {}
        found = self.tools.doors.stored.tables(at=self.claimed.run.created_at)
        return {name: table.plain() for name, table in found.items()}

    def now(self) -> float:
        """The engine's clock."""
        return self.tools.clock()

    def clean(self, value: Any) -> Any:
        """`value` without the text of any secret."""
        return scrub(value, self.secrets)

    def remember(self, record: StepRecord, *, attempt: Attempt | None = None, arrival: Arrival | None = None) -> None:
        """Keep a step's new line, to be written with the next flush, and with it what the step makes happen."""
        with self._lock:
            self.known[record.path] = record
            self._steps[record.path] = record
            if attempt is not None:
                self._attempts.append(attempt)
            if arrival is not None:
                self._arrivals.append(arrival)

    def flush(
        self,
        *,
        change: RunChange | None = None,
        writes: tuple[Write, ...] = (),
        arrivals: tuple[Arrival, ...] = (),
    ) -> None:
        """Write down what is pending, whoever remembered it: durable when this returns. LeaseLost when the run is no
        longer ours."""
        # One thread at a time: what another one is just writing for us must be durable before we go on, and an older
        # line of a step must not come after a newer one.
        with self._writing:
            if self.lease.lost:
                raise LeaseLost(f"Run {self.claimed.run.id} belongs to another worker now.")
            entry = self._take_pending(change, writes, arrivals)
            if entry is None:
                return
            try:
                self.tools.journal.write(entry)
            except BaseException:
                self.lease.lost = True  # lines of other threads were in it, too
                raise

    def _take_pending(
        self, change: RunChange | None, writes: tuple[Write, ...], arrivals: tuple[Arrival, ...]
    ) -> Entry | None:
        with self._lock:
            steps, self._steps = tuple(self._steps.values()), {}
            attempts, self._attempts = tuple(self._attempts), []
            arrivals, self._arrivals = (*self._arrivals, *arrivals), []
            decided, self._decided = self._decided, False
        if decided or (change is not None and not self.stopping.is_set() and "decision" in self.claimed.run.variables):
            change = self._without_decision(change or RunChange(RunStatus.RUNNING))
        if not steps and not attempts and change is None and not writes and not arrivals:
            return None
        run = self.claimed.run
        return Entry(run.id, run.claim, steps, attempts, change, writes, arrivals)

    def take_decision(self) -> str:
        """What a person decided about the step that may have happened; counts for one step only. It is forgotten in
        the same moment in which what became of that step is written down."""
        with self._lock:
            decision, self.decision = self.decision, ""
            self._decided = self._decided or bool(decision)
        return decision

    def _without_decision(self, change: RunChange) -> RunChange:
        kept = self.claimed.run.variables if change.variables is None else change.variables
        return replace(change, variables={name: value for name, value in kept.items() if name != "decision"})
