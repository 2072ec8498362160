"""From recipe and event to the lanes of a run: how it lives beside other runs. Pure but for the value of `key`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

from hub.engine.scope import event_names
from hub.errors import StepError
from hub.model import Event, Recipe, Run, RunStatus
from hub.ports.limits import RUNS_PER_HOUR
from hub.ports.naming import name_record
from hub.recipe.expressions import Expressions

MOST_HOPS = 5
"""Runs of ours that may stand behind an event; a longer chain is taken for a circle and stops."""

OWN_WRITE = "hub"
"""The origin of an event that a write of ours made."""

PER_RECORD = "per_record"
NO_LANE = "RUN710"
"""The code of the error with which a run begins whose key could not be had: it fails as soon as it is worked on."""


def line_up(
    run: Run, recipe: Recipe, event: Event, *, expressions: Expressions, now: Callable[[], float], per_record: bool
) -> Run:
    """The run with its lanes. One at the end of too long a chain is SKIPPED; one whose key cannot be had has an error
    and no lane. `per_record`: runs about one record go one at a time, where the recipe says nothing else."""
    if event.hop > MOST_HOPS:
        reason = f"A chain of {MOST_HOPS} runs, each started by the one before, leads here. It is stopped."
        return replace(run, status=RunStatus.SKIPPED, reason=reason, finished_at=run.created_at)
    settings = recipe.settings
    run = replace(run, hour_limit=int(settings.limits.get(RUNS_PER_HOUR) or 0))
    if per_record and settings.order == PER_RECORD and event.source.startswith("poll:"):
        run = replace(run, record_lane=_record_of(event))
    if settings.mode == "parallel":
        return run
    if not settings.key:
        return replace(run, mode=settings.mode, lane=recipe.id)
    try:
        names = {**event_names(event, now=now), "inputs": dict(event.data.get("inputs") or {})}
        value = expressions.bare(settings.key, names)
    except StepError as problem:
        error = problem.as_dict() | {"code": NO_LANE, "message": f"`settings.key` cannot be had: {problem}"}
        return replace(run, error=error)
    return replace(run, mode=settings.mode, lane=f"{recipe.id}/{_digest(value)}")


def _record_of(event: Event) -> str:
    record_id = event.data.get("record_id")
    return name_record(str(event.data.get("resource")), str(record_id)) if record_id else ""


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
