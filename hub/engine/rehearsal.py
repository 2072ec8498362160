"""A run that changes nothing: the same engine, dry doors, no journal, and a clock that jumps over waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from hub.engine.bench import Bench, Lease, Tools
from hub.engine.journal import Journal, NoJournal
from hub.engine.run import Ended, work
from hub.model import Event, Recipe, Run, RunStatus, StepRecord
from hub.ports import ClaimedRun

MOST_PAUSES = 50

ToolsFor = Callable[[Journal, Callable[[], float]], Tools]
"""(journal, clock) -> the tools of a dry run."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided about the step that holds the run, and when."""

    decision: str
    at: float


class Others(Protocol):
    """Who answers while a rehearsed run waits."""

    def wake(self, due_at: float) -> float:
        """When the run goes on that would sleep until `due_at`: then, or earlier."""

    def decide(self, known: Mapping[str, StepRecord]) -> Decided | None:
        """What becomes of the step that holds the run, None when nobody decides."""


class Nobody:
    """Others who never answer."""

    def wake(self, due_at: float) -> float:
        """Then."""
        return due_at

    def decide(self, known: Mapping[str, StepRecord]) -> Decided | None:  # noqa: ARG002
        """Nothing."""
        return None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How the run would end, its journal in order, and what it would change or send."""

    status: RunStatus
    reason: str
    journal: tuple[StepRecord, ...]
    plan: tuple[dict[str, Any], ...]


def rehearse(recipe: Recipe, event: Event, tools_for: ToolsFor, *, others: Others | None = None) -> Rehearsal:
    """Run `recipe` for `event` without effects. Waits and retries take no time: the clock jumps to when they end."""
    others = others or Nobody()
    moment = [event.time]
    tools = tools_for(NoJournal(), lambda: moment[0])
    run = Run(
        id="dry-run",
        event_id=event.id,
        recipe_id=recipe.id,
        recipe_version=recipe.version,
        trigger_id=recipe.triggers[0].id,
        root_id="dry-run",
        status=RunStatus.RUNNING,
        due_at=event.time,
        created_at=event.time,
    )
    known: dict[str, StepRecord] = {}
    plan: list[dict[str, Any]] = []
    ended = Ended(RunStatus.QUEUED, "")
    for _ in range(MOST_PAUSES):
        claimed = ClaimedRun(run, event, known)
        bench = Bench.lay(claimed, recipe=recipe, tools=tools, lease=Lease(), stopping=threading.Event())
        ended = work(bench)
        known = bench.known
        plan.extend(bench.plan)
        decided = others.decide(known) if ended.status is RunStatus.HELD else None
        if ended.due_at is None and decided is None:
            break
        due_at = decided.at if decided else others.wake(ended.due_at or moment[0])
        run = replace(run, verdict=bench.verdict, variables={"decision": decided.decision} if decided else {})
        moment[0] = max(moment[0], due_at)
    return Rehearsal(ended.status, ended.reason, tuple(known.values()), tuple(plan))
