"""`type: recipe`: another recipe has finished."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hub.model import Event, Trigger
from hub.registry import Parameter, TriggerType

ANY = "any"
STATUSES = ("succeeded", "failed")

_RECIPE_ID = re.compile(r"[a-z0-9][a-z0-9_-]*", re.ASCII)


def _matches(trigger: Trigger, event: Event) -> bool:
    if event.type != "recipe":
        return False
    wanted = trigger.options.get("recipe") or ANY
    status = trigger.options.get("status") or STATUSES[1]
    finished = event.source.removeprefix("recipe:")
    return wanted in (ANY, finished) and event.data.get("status") == status


def _check(trigger: Trigger) -> Sequence[tuple[str, str, str]]:
    wanted = trigger.options.get("recipe") or ANY
    if not _RECIPE_ID.fullmatch(wanted):
        return [("recipe", f"{wanted[:60]!r} is no recipe's id.", "Write the file's name without .yaml, or any.")]
    return []


TRIGGER = TriggerType(
    name="recipe",
    doc="Another recipe has succeeded or failed.",
    parameters=(
        Parameter("recipe", "text", required=False, default=ANY, doc="The id of the other recipe, or any."),
        Parameter("status", "text", required=False, default="failed", doc="How it ended.", choices=STATUSES),
        Parameter("where", "condition", required=False, doc="What else must hold, asked before there is a run."),
    ),
    scope={
        "event": "What happened. event.data holds recipe, name, run, status, reason, error and result of the run that "
        "has ended, and under event what its chain of runs was started with."
    },
    matches=_matches,
    check=_check,
)
