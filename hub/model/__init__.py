"""The nouns of the hub, frozen. Times are seconds since the epoch in UTC (float), durations are seconds.

A recipe's values are kept as written (templates are text); hub.recipe.expressions gives them meaning at run time.
"""

from __future__ import annotations

from hub.model.happenings import Delivery, Event
from hub.model.polling import Connection, Cursor, Snapshot
from hub.model.recipes import Branch, Condition, Origin, Recipe, RecipeSettings, RetryRule, Step, Trigger, every_step
from hub.model.records import Record, new_id
from hub.model.runs import Attempt, Run, StepRecord, Write
from hub.model.statuses import FINAL, ActionKind, DeliveryStatus, RunStatus, StepStatus

__all__ = [
    "FINAL",
    "ActionKind",
    "Attempt",
    "Branch",
    "Condition",
    "Connection",
    "Cursor",
    "Delivery",
    "DeliveryStatus",
    "Event",
    "Origin",
    "Recipe",
    "RecipeSettings",
    "Record",
    "RetryRule",
    "Run",
    "RunStatus",
    "Snapshot",
    "Step",
    "StepRecord",
    "StepStatus",
    "Trigger",
    "Write",
    "every_step",
    "new_id",
]
