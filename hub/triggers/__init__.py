"""What starts a recipe: one file a type, each with its TRIGGER. Pure: clock, secrets and snapshots are arguments."""

from __future__ import annotations

from hub.registry import TriggerType
from hub.triggers import manual, poll, recipe, schedule, webhook


def builtin() -> list[TriggerType]:
    """The trigger types that every hub knows."""
    return [poll.TRIGGER, webhook.TRIGGER, schedule.TRIGGER, manual.TRIGGER, recipe.TRIGGER]
