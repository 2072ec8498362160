"""A run that changes nothing: the same engine, dry doors, no journal, and a clock that jumps over waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hub.engine.bench import Bench, Lease, Tools
from hub.engine.journal import Journal, NoJournal
from hub.engine.run import Ended, work
from hub.model import Event, Recipe, Run, RunStatus, StepRecord
from hub.ports import ClaimedRun

MOST_PAUSES = 50

ToolsFor = Callable[[Journal, Callable[[], float]], Tools]
"""(journal, clock) -> the tools of a dry run."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How the run would end, its journal in order, and what it would change or send."""

    status: RunStatus
    reason: str
    journal: tuple[StepRecord, ...]
    plan: tuple[dict[str, Any], ...]


def rehearse(recipe: Recipe, event: Event, tools_for: ToolsFor) -> Rehearsal:
    """Run `recipe` for `event` without effects. Waits and retries take no time: the clock jumps to when they end."""
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
        if ended.due_at is None:
            break
        run = replace(run, verdict=bench.verdict)
        moment[0] = max(moment[0], ended.due_at)
    return Rehearsal(ended.status, ended.reason, tuple(known.values()), tuple(plan))
