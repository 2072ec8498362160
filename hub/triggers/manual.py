"""`type: manual`: a person presses a button, or a program calls the hub's API or command line."""

from __future__ import annotations

from hub.model import Event, Trigger
from hub.registry import Parameter, TriggerType


def _matches(_trigger: Trigger, event: Event) -> bool:
    return event.type == "manual"


TRIGGER = TriggerType(
    name="manual",
    doc="A person starts it from the dashboard, or a program over the hub's API or command line.",
    parameters=(
        Parameter(
            "inputs",
            "object",
            required=False,
            default={},
            doc="What is asked for, by name: {days: {type: integer, default: 7, label: Days}}.",
        ),
    ),
    scope={
        "event": "What happened: id, type, source, time, data.",
        "inputs": "What was filled in.",
    },
    matches=_matches,
)
